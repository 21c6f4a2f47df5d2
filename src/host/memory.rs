//! A store for embedding and tests.

use alloc::{boxed::Box, vec::Vec};
use core::{
    borrow::Borrow,
    convert::Infallible,
    fmt,
    hash::{Hash, Hasher},
};
use std::{
    collections::{BTreeSet, HashSet},
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
    /// Found by their ids. Boxed, so that the table's free places stay small.
    sessions: HashSet<Box<Kept>>,
    numbers: BTreeSet<(MobileNumber, SessionId)>,
    wakes: BTreeSet<(Micros, SessionId)>,
}

struct Kept {
    session: Session,
    leased_until: Micros,
}

impl Borrow<SessionId> for Box<Kept> {
    fn borrow(&self) -> &SessionId {
        &self.session.id
    }
}

impl Hash for Kept {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.session.id.hash(state);
    }
}

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        self.session.id == other.session.id
    }
}

impl Eq for Kept {}

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
        let contents = self.lock();
        let sessions = contents.sessions.iter();
        sessions.map(|kept| kept.session.clone()).collect()
    }

    /// Forgets sessions whose round ended before `instant`; returns how many.
    pub fn remove_ended_before(&self, instant: DateTime<Utc>) -> usize {
        let mut contents = self.lock();
        let ended =
            |session: &Session| !session.status().is_open() && session.last_changed_at() < instant;
        let gone: Vec<_> = contents
            .sessions
            .iter()
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
            let free = sessions
                .get(id)
                .is_some_and(|kept| kept.leased_until <= now);
            if free && let Some(mut kept) = sessions.take(id) {
                kept.leased_until = now.plus(lease);
                leased.push(kept.session.clone());
                sessions.insert(kept);
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

    /// Writes a session, and of the indices only what has changed: most updates change neither.
    fn put(&mut self, session: Session) {
        let id = session.id();
        let wake = session.wake().map(Micros::cut);
        let Some(mut kept) = self.sessions.take(&id) else {
            self.numbers
                .extend(session.mobiles().map(|mobile| (*mobile, id)));
            self.wakes.extend(wake.map(|wake| (wake, id)));
            self.sessions.insert(Box::new(Kept {
                session,
                leased_until: Micros::from_raw(i64::MIN),
            }));
            return;
        };
        let earlier = core::mem::replace(&mut kept.session, session);
        let earlier_wake = earlier.wake().map(Micros::cut);
        if wake != earlier_wake {
            self.forget_wake(earlier_wake, id);
            self.wakes.extend(wake.map(|wake| (wake, id)));
        }
        if !earlier.mobiles().eq(kept.session.mobiles()) {
            self.forget_numbers(&earlier);
            self.numbers
                .extend(kept.session.mobiles().map(|mobile| (*mobile, id)));
        }
        self.sessions.insert(kept);
    }

    /// Takes a session out of every index.
    fn forget(&mut self, id: SessionId) {
        if let Some(Kept { session, .. }) = self.sessions.take(&id).as_deref() {
            self.forget_wake(session.wake().map(Micros::cut), id);
            self.forget_numbers(session);
        }
    }

    fn forget_wake(&mut self, wake: Option<Micros>, id: SessionId) {
        if let Some(wake) = wake {
            self.wakes.remove(&(wake, id));
        }
    }

    fn forget_numbers(&mut self, session: &Session) {
        for mobile in session.mobiles() {
            self.numbers.remove(&(*mobile, session.id()));
        }
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("sessions", &self.len())
            .finish()
    }
}
