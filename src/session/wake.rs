//! When a host has to look at a session again.

use chrono::{DateTime, Utc};

use super::{Session, number::REPEAT_KNOWN_FOR, state::State};
use crate::time::Micros;

impl Session {
    /// When to look again: the first instant at which a message is due, or at which the round is
    /// over (one microsecond after its last good instant, D04). `None` once it has ended.
    #[must_use]
    pub fn wake(&self) -> Option<DateTime<Utc>> {
        let (over, _) = self.time_is_over_at()?;
        let policy = &self.terms.policy;
        let due = self
            .people
            .iter()
            .filter_map(|person| match person.under_way() {
                Some(message) => Some(message.due),
                None => person.noon(policy),
            });
        Some(due.fold(over, Micros::min).instant())
    }

    /// Whether an entry for one of its numbers has to see this session at `now`: it is open, or its
    /// end was stored at most ten minutes ago (D18). What a store's `find` selects by.
    #[must_use]
    pub fn is_found_at(&self, now: DateTime<Utc>) -> bool {
        match self.state {
            State::Open => true,
            State::Ended(end) => Micros::cut(now) <= end.noticed_at().plus(REPEAT_KNOWN_FOR),
        }
    }
}
