//! One resolution of time: microseconds, cut where an instant enters (D04).

use chrono::{DateTime, TimeDelta, Utc};

/// An instant in whole microseconds since 1970-01-01 UTC. Arithmetic saturates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Micros(i64);

impl Micros {
    pub(crate) const fn from_raw(micros: i64) -> Self {
        Self(micros)
    }

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
        Self(self.0.saturating_add(span_micros(span)))
    }

    /// From `earlier` to here; zero if `earlier` is later.
    pub(crate) fn since(self, earlier: Self) -> TimeDelta {
        TimeDelta::microseconds(self.0.saturating_sub(earlier.0).max(0))
    }

    /// The first instant that is too late when `self` is the last good one (D04).
    pub(crate) fn just_after(self) -> Self {
        Self(self.0.saturating_add(1))
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
