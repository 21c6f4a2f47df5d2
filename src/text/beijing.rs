//! Instants and spans as people read them.

use alloc::{format, string::String};
use core::fmt;

use chrono::{DateTime, TimeDelta, Timelike, Utc};

use crate::{Lang, day};

/// An instant as a clock in Beijing shows it, UTC+8 all year: to the minute, with `{:#}` to the second.
///
/// ```
/// use beian::BeijingTime;
/// use chrono::{DateTime, Utc};
///
/// let at: DateTime<Utc> = "2026-01-01T16:00:59Z".parse()?;
/// assert_eq!(BeijingTime(at).to_string(), "2026-01-02 00:00");
/// assert_eq!(format!("{:#}", BeijingTime(at)), "2026-01-02 00:00:59");
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BeijingTime(pub DateTime<Utc>);

impl fmt::Display for BeijingTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without chrono's format strings, which need its feature `alloc`.
        let clock = day::clock(self.0);
        write!(
            f,
            "{} {:02}:{:02}",
            clock.date(),
            clock.hour(),
            clock.minute()
        )?;
        if f.alternate() {
            write!(f, ":{:02}", clock.second())?;
        }
        Ok(())
    }
}

impl Lang {
    /// How long it still is, in hours and minutes; never more than it is.
    ///
    /// ```
    /// use beian::Lang;
    /// use chrono::TimeDelta;
    ///
    /// assert_eq!(Lang::Zh.time_left(TimeDelta::seconds(86_399)), "23小时59分钟");
    /// assert_eq!(Lang::En.time_left(TimeDelta::seconds(59)), "less than a minute");
    /// ```
    #[must_use]
    pub fn time_left(self, span: TimeDelta) -> String {
        let minutes = span.num_minutes().max(0);
        let (hours, minutes) = (minutes.div_euclid(60), minutes.rem_euclid(60));
        match (self, hours, minutes) {
            (Self::Zh, 0, 0) => "不足1分钟".into(),
            (Self::Zh, 0, _) => format!("{minutes}分钟"),
            (Self::Zh, _, 0) => format!("{hours}小时"),
            (Self::Zh, _, _) => format!("{hours}小时{minutes}分钟"),
            (Self::En, 0, 0) => "less than a minute".into(),
            (Self::En, 0, _) => format!("{minutes} min"),
            (Self::En, _, 0) => format!("{hours} h"),
            (Self::En, _, _) => format!("{hours} h {minutes} min"),
        }
    }
}

/// A window: whole hours, else minutes.
pub(super) fn span(span: TimeDelta, lang: Lang) -> String {
    let (hours, minutes) = (span.num_hours(), span.num_minutes());
    match (TimeDelta::hours(hours) == span, lang) {
        (true, Lang::Zh) => format!("{hours}小时"),
        (true, Lang::En) if hours == 1 => "1 hour".into(),
        (true, Lang::En) => format!("{hours} hours"),
        (false, Lang::Zh) => format!("{minutes}分钟"),
        (false, Lang::En) => format!("{minutes} minutes"),
    }
}
