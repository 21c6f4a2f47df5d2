//! Instants as people read them: Beijing time, and what is left.

use beian::Lang;
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};

/// UTC+8, without summer time.
const BEIJING: i32 = 8 * 3600;

/// An instant for people and machines.
#[derive(Debug, Clone)]
pub(super) struct When {
    /// As a clock in Beijing shows it.
    pub(super) text: String,
    /// RFC 3339.
    pub(super) machine: String,
}

impl When {
    /// To the second.
    pub(super) fn exact(at: DateTime<Utc>) -> Self {
        Self::shown(at, "%Y-%m-%d %H:%M:%S")
    }

    /// To the minute.
    pub(super) fn minute(at: DateTime<Utc>) -> Self {
        Self::shown(at, "%Y-%m-%d %H:%M")
    }

    fn shown(at: DateTime<Utc>, format: &str) -> Self {
        let text = match FixedOffset::east_opt(BEIJING) {
            Some(beijing) => at.with_timezone(&beijing).format(format).to_string(),
            None => at.format(format).to_string(),
        };
        Self {
            text,
            machine: at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        }
    }
}

/// How long it still is: never more than it is.
pub(super) fn left(span: TimeDelta, lang: Lang) -> String {
    let minutes = span.num_minutes().max(0);
    let (hours, minutes) = (minutes.div_euclid(60), minutes.rem_euclid(60));
    match (lang, hours, minutes) {
        (Lang::Zh, 0, 0) => "不足1分钟".to_owned(),
        (Lang::Zh, 0, _) => format!("{minutes}分钟"),
        (Lang::Zh, _, 0) => format!("{hours}小时"),
        (Lang::Zh, _, _) => format!("{hours}小时{minutes}分钟"),
        (Lang::En, 0, 0) => "less than a minute".to_owned(),
        (Lang::En, 0, _) => format!("{minutes} min"),
        (Lang::En, _, 0) => format!("{hours} h"),
        (Lang::En, _, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_show_beijing_time() {
        let at = "2026-01-01T16:00:59Z".parse().unwrap();
        assert_eq!(When::minute(at).text, "2026-01-02 00:00");
        assert_eq!(When::exact(at).machine, "2026-01-01T16:00:59Z");
    }

    #[test]
    fn what_is_left_is_never_exaggerated() {
        for (seconds, zh, en) in [
            (86_399, "23小时59分钟", "23 h 59 min"),
            (86_400, "24小时", "24 h"),
            (61, "1分钟", "1 min"),
            (59, "不足1分钟", "less than a minute"),
            (-5, "不足1分钟", "less than a minute"),
        ] {
            let span = TimeDelta::seconds(seconds);
            assert_eq!(left(span, Lang::Zh), zh);
            assert_eq!(left(span, Lang::En), en);
        }
    }
}
