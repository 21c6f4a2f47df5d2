//! A store for embedding and tests.

use alloc::{boxed::Box, vec::Vec};
use core::{convert::Infallible, fmt};
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

use super::{SaveError, SessionStore};
use crate::{MobileNumber, Session, SessionId, Update, time::Micros};

/// Sessions in memory: correct under threads, and gone with the process. **Not durable**: fit for
/// tests, and for systems where a restart may return every open order.
///
/// It keeps no events: a host that has to show an audit trail stores them in the same transaction.
/// Ended sessions stay until [`remove_ended_before`](Self::remove_ended_before).
///
/// ```
/// use beian::{SessionId, host::{MemoryStore, SessionStore, block}};
///
/// let store = MemoryStore::default();
/// assert!(block(store.load(SessionId::from(42)))??.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct MemoryStore {
    shelf: Mutex<Shelf>,
}

#[derive(Default)]
struct Shelf {
    /// Boxed, so that the table's free places stay small.
    sessions: HashMap<SessionId, Box<Kept>>,
    numbers: BTreeSet<(MobileNumber, SessionId)>,
    wakes: BTreeSet<(Micros, SessionId)>,
}

struct Kept {
    session: Session,
    leased_until: Micros,
}

impl MemoryStore {
    /// How many sessions there are, ended ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().sessions.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lock().sessions.is_empty()
    }

    /// A copy of every session, ended ones included, in no order.
    #[must_use]
    pub fn sessions(&self) -> Vec<Session> {
        self.lock()
            .sessions
            .values()
            .map(|kept| kept.session.clone())
            .collect()
    }

    /// Forgets sessions whose round ended before `instant`; returns how many.
    pub fn remove_ended_before(&self, instant: DateTime<Utc>) -> usize {
        let mut contents = self.lock();
        let ended =
            |session: &Session| !session.status().is_open() && session.last_changed_at() < instant;
        let gone: Vec<_> = contents
            .sessions
            .values()
            .filter(|kept| ended(&kept.session))
            .map(|kept| kept.session.id())
            .collect();
        for id in &gone {
            contents.forget(*id);
        }
        gone.len()
    }

    /// A panic while the lock was held can't have left a half-done save: checks come first, and the
    /// indices follow from the session.
    fn lock(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Unleased, the last one of an id.
impl FromIterator<Session> for MemoryStore {
    fn from_iter<I: IntoIterator<Item = Session>>(sessions: I) -> Self {
        let mut contents = Shelf::default();
        sessions
            .into_iter()
            .for_each(|session| contents.put(session));
        Self {
            shelf: Mutex::new(contents),
        }
    }
}

impl SessionStore for MemoryStore {
    type Error = Infallible;

    async fn load(&self, id: SessionId) -> Result<Option<Session>, Infallible> {
        Ok(self
            .lock()
            .sessions
            .get(&id)
            .map(|kept| kept.session.clone()))
    }

    async fn find(
        &self,
        mobile: &MobileNumber,
        now: DateTime<Utc>,
    ) -> Result<Vec<Session>, Infallible> {
        let contents = self.lock();
        let of_number = contents
            .numbers
            .range((*mobile, SessionId::from(0))..=(*mobile, SessionId::from(u128::MAX)));
        let sessions = of_number.filter_map(|(_, id)| contents.sessions.get(id));
        Ok(sessions
            .map(|kept| &kept.session)
            .filter(|s| s.is_found_at(now))
            .cloned()
            .collect())
    }

    async fn save(&self, updates: &[Update]) -> Result<(), SaveError<Infallible>> {
        let mut contents = self.lock();
        let fits = |update: &Update| contents.version(update.id()) == update.expected_version();
        if !updates.iter().all(fits) {
            return Err(SaveError::Conflict);
        }
        for update in updates {
            contents.put(update.session().clone());
        }
        Ok(())
    }

    async fn lease_due(
        &self,
        now: DateTime<Utc>,
        limit: usize,
        lease: TimeDelta,
    ) -> Result<Vec<Session>, Infallible> {
        let now = Micros::cut(now);
        let mut contents = self.lock();
        let Shelf {
            sessions, wakes, ..
        } = &mut *contents;
        let mut leased = Vec::new();
        for (_, id) in wakes.iter().take_while(|(wake, _)| *wake <= now) {
            if leased.len() >= limit {
                break;
            }
            if let Some(kept) = sessions.get_mut(id).filter(|kept| kept.leased_until <= now) {
                kept.leased_until = now.plus(lease);
                leased.push(kept.session.clone());
            }
        }
        Ok(leased)
    }

    async fn next_wake(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Infallible> {
        let later = (Micros::cut(now).just_after(), SessionId::from(0));
        Ok(self
            .lock()
            .wakes
            .range(later..)
            .next()
            .map(|(wake, _)| wake.instant()))
    }
}

impl Shelf {
    fn version(&self, id: SessionId) -> u64 {
        self.sessions
            .get(&id)
            .map_or(0, |kept| kept.session.version())
    }

    fn put(&mut self, session: Session) {
        let id = session.id();
        let leased_until = self.forget(id).unwrap_or(Micros::from_raw(i64::MIN));
        self.numbers
            .extend(session.mobiles().map(|mobile| (*mobile, id)));
        self.wakes
            .extend(session.wake().map(|wake| (Micros::cut(wake), id)));
        self.sessions.insert(
            id,
            Box::new(Kept {
                session,
                leased_until,
            }),
        );
    }

    /// Takes a session out of every index; returns its lease.
    fn forget(&mut self, id: SessionId) -> Option<Micros> {
        let Kept {
            session,
            leased_until,
        } = *self.sessions.remove(&id)?;
        for mobile in session.mobiles() {
            self.numbers.remove(&(*mobile, id));
        }
        if let Some(wake) = session.wake() {
            self.wakes.remove(&(Micros::cut(wake), id));
        }
        Some(leased_until)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("sessions", &self.len())
            .finish()
    }
}
