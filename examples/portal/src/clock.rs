//! One clock for everything: real time, in the sandbox plus an offset that is kept in the database.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use beian::host::Clock;
use chrono::{DateTime, TimeDelta, Utc};

use crate::store::{Store, StoreError};

/// The portal's clock; its clones show the same time.
#[derive(Debug, Clone, Default)]
pub struct PortalClock {
    ahead: Arc<AtomicI64>,
}

impl PortalClock {
    /// How far it is ahead of real time.
    #[must_use]
    pub fn offset(&self) -> TimeDelta {
        TimeDelta::microseconds(self.ahead.load(Ordering::Acquire))
    }

    /// Takes over the offset of the database, where another portal may have put the clock forward.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn refresh(&self, store: &Store) -> Result<(), StoreError> {
        self.put_forward_to(store.clock_offset().await?);
        Ok(())
    }

    /// Forward only.
    pub fn put_forward_to(&self, offset: TimeDelta) {
        let micros = offset.num_microseconds().unwrap_or(0);
        self.ahead.fetch_max(micros, Ordering::AcqRel);
    }
}

impl Clock for PortalClock {
    fn now(&self) -> DateTime<Utc> {
        let now = Utc::now();
        let now = now.checked_add_signed(self.offset()).unwrap_or(now);
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }
}
