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

use super::{Lease, Leased, SaveError, SessionStore};
use crate::{MobileNumber, Session, SessionId, Update, time::Micros};

const FIRST: SessionId = SessionId::of_round([0; 12], 0);
const LAST: SessionId = SessionId::of_round([u8::MAX; 12], u32::MAX);

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
    due: BTreeSet<Due>,
}

/// Whether it was leased since it was last saved, since when it is due, and which session.
type Due = (bool, Micros, SessionId);

struct Kept {
    session: Session,
    leased_until: Micros,
    in_vain: bool,
}

impl Kept {
    /// Its place among those that become due; none once it has ended.
    fn due(&self) -> Option<Due> {
        let wake = Micros::cut(self.session.wake()?);
        Some((self.in_vain, wake.max(self.leased_until), self.session.id))
    }
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
        let of_number = contents.numbers.range((*mobile, FIRST)..=(*mobile, LAST));
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
    ) -> Result<Vec<Leased>, SaveError<Infallible>> {
        let now = Micros::cut(now);
        let until = now.plus(lease);
        let mut contents = self.lock();
        let mut taken = contents.due_by(now, true, limit / 2);
        taken.extend(contents.due_by(now, false, limit.saturating_sub(taken.len())));
        // What the others left empty.
        let rest = limit.saturating_sub(taken.len());
        let more = contents.due_by(now, true, rest.saturating_add(limit / 2));
        taken.extend(more.into_iter().skip(limit / 2));
        taken.sort_by_key(|(_, since, _)| *since);
        let lease = |(in_vain, _, id): Due| {
            contents.change(id, |kept| {
                kept.leased_until = until;
                kept.in_vain = true;
                Leased {
                    lease: Lease {
                        session: id,
                        until: until.instant(),
                        first: !in_vain,
                    },
                    session: Ok(kept.session.clone()),
                }
            })
        };
        Ok(taken.into_iter().filter_map(lease).collect())
    }

    async fn renew(
        &self,
        lease: &Lease,
        until: DateTime<Utc>,
    ) -> Result<bool, SaveError<Infallible>> {
        let renew = |kept: &mut Kept| kept.leased_until = Micros::cut(until);
        Ok(self.lock().change_leased(lease, renew).is_some())
    }

    async fn give_back(&self, lease: &Lease) -> Result<(), SaveError<Infallible>> {
        self.lock().change_leased(lease, |kept| {
            kept.leased_until = Micros::FIRST;
            kept.in_vain &= !lease.first;
        });
        Ok(())
    }

    async fn next_due(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Infallible> {
        let later = Micros::cut(now).just_after();
        let contents = self.lock();
        let first = |in_vain| {
            let mut due = contents.due.range((in_vain, later, FIRST)..);
            due.next()
                .filter(|(class, _, _)| *class == in_vain)
                .map(|(_, since, _)| *since)
        };
        let next = first(false).into_iter().chain(first(true)).min();
        Ok(next.map(Micros::instant))
    }
}

impl Shelf {
    fn version(&self, id: SessionId) -> u64 {
        self.sessions
            .get(&id)
            .map_or(0, |kept| kept.session.version())
    }

    /// Those that have been due for longest, of one class.
    fn due_by(&self, now: Micros, in_vain: bool, limit: usize) -> Vec<Due> {
        let due = (in_vain, Micros::FIRST, FIRST)..=(in_vain, now, LAST);
        self.due.range(due).take(limit).copied().collect()
    }

    /// Changes what is kept, and its place among those that become due if that has changed.
    fn change<T>(&mut self, id: SessionId, change: impl FnOnce(&mut Kept) -> T) -> Option<T> {
        let mut kept = self.sessions.take(&id)?;
        let before = kept.due();
        let changed = change(&mut kept);
        let after = kept.due();
        if before != after {
            before.map(|due| self.due.remove(&due));
            self.due.extend(after);
        }
        self.sessions.insert(kept);
        Some(changed)
    }

    /// As long as the lease is the latest one.
    fn change_leased(&mut self, lease: &Lease, change: impl FnOnce(&mut Kept)) -> Option<()> {
        let kept = self.sessions.get(&lease.session)?;
        if kept.leased_until != Micros::cut(lease.until) {
            return None;
        }
        self.change(lease.session, change)
    }

    /// Writes a session, and of the indices only what has changed: most updates change none.
    fn put(&mut self, session: Session) {
        let id = session.id();
        if !self.sessions.contains(&id) {
            let mobiles = session.mobiles().map(|mobile| (*mobile, id));
            self.numbers.extend(mobiles);
            let kept = Kept {
                session,
                leased_until: Micros::FIRST,
                in_vain: false,
            };
            self.due.extend(kept.due());
            self.sessions.insert(Box::new(kept));
            return;
        }
        let earlier = self.change(id, |kept| {
            kept.in_vain = false;
            core::mem::replace(&mut kept.session, session)
        });
        let erased = |now: &Session| now.mobiles().next().is_none();
        let now = self.sessions.get(&id).map(|kept| &kept.session);
        if let Some(earlier) = earlier
            && now.is_some_and(erased)
        {
            self.forget_numbers(&earlier);
        }
    }

    /// Takes a session out of every index.
    fn forget(&mut self, id: SessionId) {
        if let Some(kept) = self.sessions.take(&id) {
            kept.due().map(|due| self.due.remove(&due));
            self.forget_numbers(&kept.session);
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
