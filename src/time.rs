//! One resolution of time: microseconds, cut where an instant enters (D04).

use chrono::{DateTime, TimeDelta, Utc};

/// An instant in whole microseconds since 1970-01-01 UTC. Arithmetic saturates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Micros(i64);

impl Micros {
    /// Before every other one.
    #[cfg(feature = "std")]
    pub(crate) const FIRST: Self = Self(DateTime::<Utc>::MIN_UTC.timestamp_micros());

    /// `micros`, or the nearest instant that chrono can express.
    pub(crate) fn from_raw(micros: i64) -> Self {
        const FIRST: i64 = DateTime::<Utc>::MIN_UTC.timestamp_micros();
        const LAST: i64 = DateTime::<Utc>::MAX_UTC.timestamp_micros();
        Self(micros.clamp(FIRST, LAST))
    }

    #[cfg(feature = "serde")]
    pub(crate) const fn raw(self) -> i64 {
        self.0
    }

    /// Cuts what is finer than a microsecond.
    pub(crate) fn cut(instant: DateTime<Utc>) -> Self {
        Self(instant.timestamp_micros())
    }

    /// There always is one: every way to a value here keeps it in the calendar.
    pub(crate) fn instant(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }

    pub(crate) fn plus(self, span: impl Into<Span>) -> Self {
        Self::from_raw(self.0.saturating_add(span.into().0))
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

/// A length of time in whole microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Span(i64);

impl Span {
    #[cfg(feature = "serde")]
    pub(crate) const ZERO: Self = Self(0);

    /// Cuts what is finer than a microsecond, and what is longer than can be told.
    pub(crate) const fn cut(span: TimeDelta) -> Self {
        match span.num_microseconds() {
            Some(micros) => Self(micros),
            None if span.num_seconds() < 0 => Self(i64::MIN),
            None => Self(i64::MAX),
        }
    }

    #[cfg(feature = "serde")]
    pub(crate) const fn from_raw(micros: i64) -> Self {
        Self(micros)
    }

    #[cfg(feature = "serde")]
    pub(crate) const fn raw(self) -> i64 {
        self.0
    }

    pub(crate) const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    pub(crate) const fn delta(self) -> TimeDelta {
        TimeDelta::microseconds(self.0)
    }

    /// So many of them, one after the other.
    pub(crate) const fn times(self, count: u16) -> Self {
        Self(self.0.saturating_mul(count as i64))
    }

    /// One of so many equal parts, in whole microseconds; of none it is nothing.
    pub(crate) fn over(self, parts: u16) -> Self {
        Self(self.0.checked_div(parts.into()).unwrap_or_default())
    }
}

impl From<TimeDelta> for Span {
    fn from(span: TimeDelta) -> Self {
        Self::cut(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d04_a_span_is_cut_to_whole_microseconds_that_can_be_told() {
        for (span, micros) in [
            (TimeDelta::MIN, i64::MIN),
            (TimeDelta::nanoseconds(-1), 0),
            (TimeDelta::nanoseconds(1999), 1),
            (TimeDelta::MAX, i64::MAX),
        ] {
            assert_eq!(Span::cut(span), Span(micros), "{span:?}");
        }
    }
}
