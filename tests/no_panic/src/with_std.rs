//! The store that needs std. Its own panics are those that a library of std alone doesn't have.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Mutex,
};

#[cfg(feature = "std")]
use beian::{
    MobileNumber, Session, SessionId, Update,
    host::{Lease, MemoryStore, SessionStore, block},
};
#[cfg(feature = "std")]
use chrono::{DateTime, TimeDelta, Utc};

/// Of std, what the store has: a lock and two kinds of sets.
#[unsafe(no_mangle)]
pub extern "C" fn alone(sets: &Mutex<(HashSet<u128>, BTreeSet<u128>)>, one: u128) -> usize {
    let mut sets = sets
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    sets.0.insert(one);
    sets.1.insert(one);
    sets.1.remove(&one);
    sets.1.range(one..).count() + usize::from(sets.0.remove(&one))
}

#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub extern "C" fn store(
    store: &MemoryStore,
    session: SessionId,
    mobile: &MobileNumber,
    updates: &[Update],
    now: DateTime<Utc>,
    (limit, lease): (usize, TimeDelta),
) -> bool {
    let found = block(store.find(mobile, now)).is_ok_and(|found| found.is_ok());
    let loaded = block(store.load(session)).is_ok_and(|loaded| loaded.is_ok());
    let saved = block(store.save(updates)).is_ok_and(|saved| saved.is_ok());
    let leased = block(store.lease_due(now, limit, lease)).is_ok_and(|leased| leased.is_ok());
    let next = block(store.next_due(now)).is_ok_and(|due| due.is_ok());
    let of_one = Lease {
        session,
        until: now,
        first: true,
    };
    let renewed = block(store.renew(&of_one, now)).is_ok_and(|renewed| renewed.is_ok());
    let given = block(store.give_back(&of_one)).is_ok_and(|given| given.is_ok());
    let removed = store.remove_ended_before(now) < store.len() || store.is_empty();
    found && loaded && saved && leased && next && renewed && given && removed
}

#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub extern "C" fn stored(sessions: Vec<Session>) -> usize {
    sessions
        .into_iter()
        .collect::<MemoryStore>()
        .sessions()
        .len()
}
