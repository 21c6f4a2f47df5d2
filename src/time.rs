//! One resolution of time: microseconds, cut where an instant enters (D04).

use chrono::{DateTime, TimeDelta, Utc};

/// An instant in whole microseconds since 1970-01-01 UTC. Arithmetic saturates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Micros(i64);

impl Micros {
    /// `micros`, or the nearest instant that chrono can express.
    pub(crate) fn from_raw(micros: i64) -> Self {
        let (first, last) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
        Self(micros.clamp(first.timestamp_micros(), last.timestamp_micros()))
    }

    #[cfg(feature = "serde")]
    pub(crate) const fn raw(self) -> i64 {
        self.0
    }

    /// Cuts what is finer than a microsecond.
    pub(crate) fn cut(instant: DateTime<Utc>) -> Self {
        Self(instant.timestamp_micros())
    }

    pub(crate) fn instant(self) -> DateTime<Utc> {
        let limit = if self.0 < 0 {
            DateTime::<Utc>::MIN_UTC
        } else {
            DateTime::<Utc>::MAX_UTC
        };
        DateTime::from_timestamp_micros(self.0).unwrap_or(limit)
    }

    pub(crate) fn plus(self, span: TimeDelta) -> Self {
        Self::from_raw(self.0.saturating_add(span_micros(span)))
    }

    /// From `earlier` to here; zero if `earlier` is later.
    pub(crate) fn since(self, earlier: Self) -> TimeDelta {
        TimeDelta::microseconds(self.0.saturating_sub(earlier.0).max(0))
    }

    /// 12:00 Beijing time (UTC+8) of the day after (D16).
    pub(crate) fn noon_of_the_next_day(self) -> Self {
        const HOUR: i64 = 3_600_000_000;
        let day = self.0.saturating_add(8 * HOUR).div_euclid(24 * HOUR);
        let noon = day
            .saturating_add(1)
            .saturating_mul(24 * HOUR)
            .saturating_add(12 * HOUR);
        Self::from_raw(noon.saturating_sub(8 * HOUR))
    }

    /// The first instant that is too late when `self` is the last good one (D04).
    pub(crate) fn just_after(self) -> Self {
        Self::from_raw(self.0.saturating_add(1))
    }
}

fn span_micros(span: TimeDelta) -> i64 {
    span.num_microseconds()
        .unwrap_or(if span < TimeDelta::zero() {
            i64::MIN
        } else {
            i64::MAX
        })
}
