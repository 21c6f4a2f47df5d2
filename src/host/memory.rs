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
    /// Those that become due; apart those that were leased since they were last saved.
    fresh: BTreeSet<Due>,
    in_vain: BTreeSet<Due>,
}

/// Since when, and which session.
type Due = (Micros, SessionId);

struct Kept {
    session: Session,
    leased_until: Micros,
}

impl Kept {
    /// Its place among those that become due; none once it has ended.
    fn due(&self) -> Option<Due> {
        let wake = Micros::cut(self.session.wake()?);
        Some((wake.max(self.leased_until), self.session.id))
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
        let half = limit / 2;
        let mut taken = due_by(&contents.in_vain, now, limit);
        let mut fresh = due_by(&contents.fresh, now, limit);
        // What one half leaves empty is the other's.
        fresh.truncate(limit.saturating_sub(taken.len().min(half)));
        taken.truncate(limit.saturating_sub(fresh.len()));
        let taken = taken.into_iter().map(|due| (due, false));
        let fresh = fresh.into_iter().map(|due| (due, true));
        let mut taken: Vec<_> = taken.chain(fresh).collect();
        taken.sort_by_key(|((since, _), _)| *since);
        let lease = |((_, session), first): (Due, bool)| {
            let lease = Lease {
                session,
                until: until.instant(),
                first,
            };
            let taken = contents.change(
                session,
                |_| true,
                |kept| {
                    kept.leased_until = until;
                    kept.session.clone()
                },
            );
            let session = Ok(taken?);
            Some(Leased { lease, session })
        };
        Ok(taken.into_iter().filter_map(lease).collect())
    }

    async fn renew(
        &self,
        lease: &Lease,
        until: DateTime<Utc>,
    ) -> Result<bool, SaveError<Infallible>> {
        let renew = |kept: &mut Kept| kept.leased_until = Micros::cut(until);
        let still = |in_vain| in_vain;
        Ok(self.lock().change_leased(lease, still, renew).is_some())
    }

    async fn give_back(&self, lease: &Lease) -> Result<(), SaveError<Infallible>> {
        let before = |in_vain| in_vain && !lease.first;
        let end = |kept: &mut Kept| kept.leased_until = Micros::FIRST;
        self.lock().change_leased(lease, before, end);
        Ok(())
    }

    async fn next_due(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Infallible> {
        let later = Micros::cut(now).just_after();
        let contents = self.lock();
        let first = |due: &BTreeSet<Due>| Some(due.range((later, FIRST)..).next()?.0);
        let next = first(&contents.fresh)
            .into_iter()
            .chain(first(&contents.in_vain));
        let next = next.min();
        Ok(next.map(Micros::instant))
    }
}

impl Shelf {
    fn version(&self, id: SessionId) -> u64 {
        self.sessions
            .get(&id)
            .map_or(0, |kept| kept.session.version())
    }

    /// Changes what is kept, whether it was leased in vain, and its place among those that become due.
    fn change<T>(
        &mut self,
        id: SessionId,
        in_vain: impl FnOnce(bool) -> bool,
        change: impl FnOnce(&mut Kept) -> T,
    ) -> Option<T> {
        let mut kept = self.sessions.take(&id)?;
        let before = kept.due();
        let was = before.is_some_and(|due| self.in_vain.contains(&due));
        let changed = change(&mut kept);
        let (after, is) = (kept.due(), in_vain(was));
        if (before, was) != (after, is) {
            before.map(|due| self.class(was).remove(&due));
            self.class(is).extend(after);
        }
        self.sessions.insert(kept);
        Some(changed)
    }

    /// As long as the lease is the latest one.
    fn change_leased(
        &mut self,
        lease: &Lease,
        in_vain: impl FnOnce(bool) -> bool,
        change: impl FnOnce(&mut Kept),
    ) -> Option<()> {
        let kept = self.sessions.get(&lease.session)?;
        if kept.leased_until != Micros::cut(lease.until) {
            return None;
        }
        self.change(lease.session, in_vain, change)
    }

    const fn class(&mut self, in_vain: bool) -> &mut BTreeSet<Due> {
        if in_vain {
            &mut self.in_vain
        } else {
            &mut self.fresh
        }
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
            };
            self.fresh.extend(kept.due());
            self.sessions.insert(Box::new(kept));
            return;
        }
        let saved = |_| false;
        let put = |kept: &mut Kept| core::mem::replace(&mut kept.session, session);
        let earlier = self.change(id, saved, put);
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
            if let Some(due) = kept.due() {
                self.fresh.remove(&due);
                self.in_vain.remove(&due);
            }
            self.forget_numbers(&kept.session);
        }
    }

    fn forget_numbers(&mut self, session: &Session) {
        for mobile in session.mobiles() {
            self.numbers.remove(&(*mobile, session.id()));
        }
    }
}

/// Those that have been due for longest.
fn due_by(due: &BTreeSet<Due>, now: Micros, limit: usize) -> Vec<Due> {
    let by = due.range(..=(now, LAST));
    by.take(limit).copied().collect()
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("sessions", &self.len())
            .finish()
    }
}
