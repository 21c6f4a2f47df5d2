//! One clock for everything: real time, in the sandbox plus an offset that is kept in the database.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use beian::host::Clock;
use chrono::{DateTime, TimeDelta, Utc};

use crate::database::{Database, Error};

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
