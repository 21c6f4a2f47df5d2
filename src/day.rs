//! What a bare date means: a day of Beijing time, UTC+8 all year (D01).
//!
//! 只有日期、没有时刻时如何理解：一律按北京时间。规则表中的日期从当日零时起生效，用 [`first_instant`]；
//! 只知道日期的提交时间按当日最后一刻计，用 [`last_instant`]。
//!
//! ```
//! use beian::day;
//! use chrono::NaiveDate;
//!
//! let date: NaiveDate = "2020-08-17".parse()?;
//! assert_eq!(day::first_instant(date).to_string(), "2020-08-16 16:00:00 UTC");
//! assert_eq!(day::last_instant(date).to_string(), "2020-08-17 15:59:59.999999 UTC");
//! # Ok::<(), chrono::ParseError>(())
//! ```

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

/// How far Beijing is ahead of UTC.
const AHEAD: TimeDelta = TimeDelta::hours(8);

/// 00:00 Beijing time: where a date in a table begins to hold (D01).
#[must_use]
pub fn first_instant(date: NaiveDate) -> DateTime<Utc> {
    instant(date.and_time(NaiveTime::MIN))
}

/// The last microsecond of the day, Beijing time: the submission instant of an order of which only
/// the date is known (D01).
#[must_use]
pub fn last_instant(date: NaiveDate) -> DateTime<Utc> {
    date.checked_add_days(Days::new(1))
        .and_then(|next| first_instant(next).checked_sub_signed(TimeDelta::microseconds(1)))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// When a clock in Beijing shows that.
pub(crate) fn instant(clock: NaiveDateTime) -> DateTime<Utc> {
    let utc = clock.and_utc();
    utc.checked_sub_signed(AHEAD).unwrap_or(utc)
}

/// What a clock in Beijing shows.
pub(crate) fn clock(instant: DateTime<Utc>) -> NaiveDateTime {
    let utc = instant.naive_utc();
    utc.checked_add_signed(AHEAD).unwrap_or(utc)
}

/// An hour of a day in Beijing, for tables. A date that doesn't exist never comes.
pub(crate) const fn hour(year: i32, month: u32, day: u32, hour: i64) -> DateTime<Utc> {
    let Some(date) = NaiveDate::from_ymd_opt(year, month, day) else {
        return DateTime::<Utc>::MAX_UTC;
    };
    let Some(midnight) = date.and_hms_opt(0, 0, 0) else {
        return DateTime::<Utc>::MAX_UTC;
    };
    let ahead = hour.saturating_sub(AHEAD.num_hours()).saturating_mul(3600);
    let seconds = midnight.and_utc().timestamp().saturating_add(ahead);
    match DateTime::from_timestamp(seconds, 0) {
        Some(instant) => instant,
        None => DateTime::<Utc>::MAX_UTC,
    }
}
