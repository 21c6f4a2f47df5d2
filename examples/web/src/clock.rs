//! One clock for everything: real time, in the sandbox plus an offset that is kept in the database.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use beian::{Lang, host::Clock};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    database::{Database, Error},
    problem::{Code, Problem},
};

/// A host's clock; its clones show the same time.
#[derive(Debug, Clone, Default)]
pub struct HostClock {
    ahead: Arc<AtomicI64>,
}

impl HostClock {
    /// How far it is ahead of real time.
    #[must_use]
    pub fn offset(&self) -> TimeDelta {
        TimeDelta::microseconds(self.ahead.load(Ordering::Acquire))
    }

    /// Takes over the offset of the database, where another process may have put the clock forward.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn refresh(&self, database: &Database) -> Result<(), Error> {
        self.put_forward_to(database.clock_offset().await?);
        Ok(())
    }

    /// Forward only.
    pub fn put_forward_to(&self, offset: TimeDelta) {
        let micros = offset.num_microseconds().unwrap_or(0);
        self.ahead.fetch_max(micros, Ordering::AcqRel);
    }
}

impl Clock for HostClock {
    fn now(&self) -> DateTime<Utc> {
        let now = Utc::now();
        let now = now.checked_add_signed(self.offset()).unwrap_or(now);
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }
}

/// The sandbox's clock, as an API shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClockView {
    #[schema(format = DateTime)]
    now: String,
    /// How far it is ahead of real time.
    offset_seconds: i64,
}

impl ClockView {
    /// As it is now.
    #[must_use]
    pub fn of(clock: &HostClock) -> Self {
        Self {
            now: instant(clock.now()),
            offset_seconds: clock.offset().num_seconds(),
        }
    }
}

/// By how much the sandbox's clock is put forward.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Advance {
    /// Forward only, in all a century at most.
    #[schema(minimum = 0, maximum = 3_155_760_000_i64)]
    #[serde(deserialize_with = "crate::body::whole")]
    advance_seconds: i64,
}

/// A century, in seconds: far enough, and an instant that everything can express.
pub const FARTHEST: i64 = 3_155_760_000;

impl Advance {
    /// By so much.
    ///
    /// # Errors
    /// The 422 beyond a century; the 409 if it would be more than that in all.
    pub fn of(&self, clock: &HostClock, lang: Lang) -> Result<TimeDelta, Problem> {
        let seconds = self.advance_seconds;
        if !(0..=FARTHEST).contains(&seconds) {
            let problem = Problem::new(Code::MALFORMED_BODY, lang);
            return Err(problem.malformed("advance_seconds", lang));
        }
        if seconds > FARTHEST.saturating_sub(clock.offset().num_seconds()) {
            return Err(Problem::new(Code::CLOCK_TOO_FAR, lang));
        }
        Ok(TimeDelta::seconds(seconds))
    }
}

/// RFC 3339, UTC, six decimals.
#[must_use]
pub fn instant(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Micros, true)
}
