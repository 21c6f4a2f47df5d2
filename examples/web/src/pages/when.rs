//! Instants for people and machines.

use beian::BeijingTime;
use chrono::{DateTime, SecondsFormat, Utc};

/// An instant.
#[derive(Debug, Clone)]
pub struct When {
    /// As a clock in Beijing shows it.
    pub text: String,
    /// RFC 3339.
    pub machine: String,
}

impl When {
    /// To the second.
    #[must_use]
    pub fn exact(at: DateTime<Utc>) -> Self {
        Self::shown(at, format!("{:#}", BeijingTime(at)))
    }

    /// To the minute.
    #[must_use]
    pub fn minute(at: DateTime<Utc>) -> Self {
        Self::shown(at, BeijingTime(at).to_string())
    }

    fn shown(at: DateTime<Utc>, text: String) -> Self {
        let machine = at.to_rfc3339_opts(SecondsFormat::Secs, true);
        Self { text, machine }
    }
}
