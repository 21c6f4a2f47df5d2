//! A clock that stands still until it is moved.

use alloc::sync::Arc;
use core::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::host::Clock;

/// A clock that stands still until it is moved, forwards or backwards; its clones move with it.
///
/// It starts at 2024-05-01, 10:00 Beijing time, and 123 456 microseconds, so that a part that keeps
/// less than microseconds shows.
///
/// ```
/// use beian::{host::Clock, testkit::ManualClock};
/// use chrono::TimeDelta;
///
/// let clock = ManualClock::default();
/// let (start, the_desks) = (clock.now(), clock.clone());
/// clock.advance(TimeDelta::minutes(1));
/// assert_eq!(the_desks.now(), start + TimeDelta::minutes(1));
/// clock.set(start); // clocks go back (D09)
/// assert_eq!(the_desks.now(), start);
/// ```
#[derive(Clone)]
pub struct ManualClock {
    now: Arc<Mutex<DateTime<Utc>>>,
}

impl ManualClock {
    /// A clock that shows `now`.
    #[must_use]
    pub fn new(now: DateTime<Utc>) -> Self {
        Self {
            now: Arc::new(Mutex::new(now)),
        }
    }

    /// Moves the clock forwards, or backwards by a negative span; as far as instants go.
    pub fn advance(&self, span: TimeDelta) {
        let mut now = self.lock();
        let limit = if span < TimeDelta::zero() {
            DateTime::<Utc>::MIN_UTC
        } else {
            DateTime::<Utc>::MAX_UTC
        };
        *now = now.checked_add_signed(span).unwrap_or(limit);
    }

    /// Sets the clock, backwards too.
    pub fn set(&self, now: DateTime<Utc>) {
        *self.lock() = now;
    }

    fn lock(&self) -> MutexGuard<'_, DateTime<Utc>> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new(start())
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.lock()
    }
}

impl fmt::Debug for ManualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ManualClock").field(&self.now()).finish()
    }
}

/// Where every clock of the testkit starts.
pub(super) fn start() -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_714_528_800_123_456).unwrap_or_default()
}
