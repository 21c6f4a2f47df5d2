//! Instants and spans as people read them.

use alloc::{format, string::String};
use core::fmt;

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};

use super::Lang;
use crate::rulebook::day;

/// An instant as a clock in Beijing shows it, to the minute.
pub(super) struct Beijing(pub(super) DateTime<Utc>);

impl fmt::Display for Beijing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clock = day::clock(self.0);
        write!(
            f,
            "{:04}-{:02}-{:02} {:02}:{:02}",
            clock.year(),
            clock.month(),
            clock.day(),
            clock.hour(),
            clock.minute()
        )
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
