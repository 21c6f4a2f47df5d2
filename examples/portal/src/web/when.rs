//! Instants for people and machines.

use beian::BeijingTime;
use chrono::{DateTime, SecondsFormat, Utc};

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
        Self::shown(at, format!("{:#}", BeijingTime(at)))
    }

    /// To the minute.
    pub(super) fn minute(at: DateTime<Utc>) -> Self {
        Self::shown(at, BeijingTime(at).to_string())
    }

    fn shown(at: DateTime<Utc>, text: String) -> Self {
        let machine = at.to_rfc3339_opts(SecondsFormat::Secs, true);
        Self { text, machine }
    }
}
