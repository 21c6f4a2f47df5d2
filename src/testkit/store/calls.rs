//! Calls of a store; its own errors are breaches.

use alloc::{format, vec::Vec};
use core::{fmt::Debug, slice};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    super::Breach,
    judge::equal,
    promises::{LEASE_SAYS, SAVE, WORKS},
    rounds::after,
};
use crate::{
    MobileNumber, Session, SessionId, Update,
    host::{Lease, Leased, SaveError, SessionStore},
};

/// How long the suites lease.
pub(super) const LEASE_SPAN: TimeDelta = TimeDelta::seconds(30);

/// How often a call is made again when others were in its way: each time one of them gets ahead, so
/// that many are enough for any race here.
pub(super) const TRIES: usize = 32;

pub(super) async fn load(
    store: &impl SessionStore,
    id: SessionId,
) -> Result<Option<Session>, Breach> {
    store.load(id).await.map_err(works)
}

pub(super) async fn found(
    store: &impl SessionStore,
    mobile: MobileNumber,
    now: DateTime<Utc>,
) -> Result<Vec<Session>, Breach> {
    store.find(&mobile, now).await.map_err(works)
}

pub(super) async fn next_due(
    store: &impl SessionStore,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, Breach> {
    store.next_due(now).await.map_err(works)
}

/// What is due; each lease is held against what it has to say.
pub(super) async fn lease(
    store: &impl SessionStore,
    now: DateTime<Utc>,
    limit: usize,
) -> Result<Vec<Leased>, Breach> {
    let leased = tried(|| store.lease_due(now, limit, LEASE_SPAN)).await?;
    for Leased { lease, session } in &leased {
        let id = session.as_ref().map_or(lease.session, Session::id);
        let expected = (id, after(now, LEASE_SPAN));
        equal(LEASE_SAYS, expected, (lease.session, lease.until))?;
    }
    Ok(leased)
}

/// The sessions that are due, where all can be read.
pub(super) async fn leased(
    store: &impl SessionStore,
    now: DateTime<Utc>,
    limit: usize,
) -> Result<Vec<Session>, Breach> {
    let leased = lease(store, now, limit).await?.into_iter();
    leased.map(|one| one.session.map_err(works)).collect()
}

/// The lease of the most overdue session, which is this one.
pub(super) async fn lease_of(
    promise: &'static str,
    store: &impl SessionStore,
    id: SessionId,
    now: DateTime<Utc>,
) -> Result<Lease, Breach> {
    let leased = lease(store, now, 1).await?;
    match leased.first() {
        Some(Leased { lease, .. }) if lease.session == id => Ok(*lease),
        other => Err(Breach::new(
            promise,
            id,
            format!("{:?}", other.map(|one| one.lease)),
        )),
    }
}

pub(super) async fn renew(
    store: &impl SessionStore,
    lease: &Lease,
    until: DateTime<Utc>,
) -> Result<bool, Breach> {
    tried(|| store.renew(lease, until)).await
}

pub(super) async fn give_back(store: &impl SessionStore, lease: &Lease) -> Result<(), Breach> {
    tried(|| store.give_back(lease)).await
}

pub(super) async fn save(store: &impl SessionStore, updates: &[Update]) -> Result<(), Breach> {
    if attempt(store, updates).await? {
        return Ok(());
    }
    Err(Breach::new(SAVE, "no conflict", "a conflict"))
}

pub(super) async fn save_one(store: &impl SessionStore, update: &Update) -> Result<(), Breach> {
    save(store, slice::from_ref(update)).await
}

/// A save that is right, while others are at work.
pub(super) async fn save_in_a_race(
    store: &impl SessionStore,
    updates: &[Update],
) -> Result<(), Breach> {
    tried(|| store.save(updates)).await
}

pub(super) async fn conflict(
    promise: &'static str,
    store: &impl SessionStore,
    updates: &[Update],
) -> Result<(), Breach> {
    if attempt(store, updates).await? {
        return Err(Breach::new(promise, "a conflict", "none"));
    }
    Ok(())
}

/// `false` after a conflict.
pub(super) async fn attempt(store: &impl SessionStore, updates: &[Update]) -> Result<bool, Breach> {
    match store.save(updates).await {
        Ok(()) => Ok(true),
        Err(SaveError::Conflict) => Ok(false),
        Err(SaveError::Store(error)) => Err(works(error)),
    }
}

/// Again as long as others are in the way.
async fn tried<T, E: Debug>(call: impl AsyncFn() -> Result<T, SaveError<E>>) -> Result<T, Breach> {
    for _ in 0..TRIES {
        match call().await {
            Ok(answer) => return Ok(answer),
            Err(SaveError::Conflict) => {}
            Err(SaveError::Store(error)) => return Err(works(error)),
        }
    }
    Err(Breach::new(
        WORKS,
        "an answer",
        format!("{TRIES} conflicts"),
    ))
}

fn works(error: impl Debug) -> Breach {
    Breach::new(WORKS, "no error", format!("{error:?}"))
}
