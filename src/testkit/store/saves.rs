//! What was saved is there, and only what may be saved is.

use core::slice;

use super::{
    super::{Breach, TestPerson, clock::start, keys, recipients_under, seed},
    calls::{conflict, found, leased, load, save, save_one},
    judge::{same, same_set},
    promises::{ATOMIC, INSERT, LOAD, MISSING, SAVE, STALE, UNCHANGED},
    rounds::{accepted, life, opened, unusable, withdrawn},
    storage::Storage,
};
use crate::{Opening, Session, SessionId, VerificationPolicy};

/// Every state that a session can be in comes back as it was.
pub(super) async fn gives_back(storage: &impl Storage) -> Result<(), Breach> {
    let store = &storage.open().await;
    let now = start();
    // Ids that differ in one half, or in the last bit, only.
    let ids = [0, 1, 1 << 64, u128::MAX - 1, u128::MAX];
    for id in ids {
        same(LOAD, None, load(store, SessionId::from(id)).await?.as_ref())?;
        save(store, &[opened(id, 2, now)?]).await?;
    }
    for id in ids {
        let loaded = load(store, SessionId::from(id)).await?;
        same(LOAD, Some(opened(id, 2, now)?.session()), loaded.as_ref())?;
    }
    for update in life(77, now)? {
        save_one(store, &update).await?;
        let loaded = load(store, update.id()).await?;
        same(LOAD, Some(update.session()), loaded.as_ref())?;
        let found = found(store, TestPerson(1).mobile(), now).await?;
        if let Some(also) = found.iter().find(|session| session.id() == update.id()) {
            same(LOAD, Some(update.session()), Some(also))?;
        }
    }
    Ok(())
}

pub(super) async fn versions(storage: &impl Storage) -> Result<(), Breach> {
    let store = &storage.open().await;
    let now = start();
    let first = opened(1, 1, now)?;
    let second = accepted(&first, now)?;
    let third = withdrawn(&second, now)?;
    conflict(MISSING, store, slice::from_ref(&second)).await?;
    same(UNCHANGED, None, load(store, first.id()).await?.as_ref())?;

    save_one(store, &first).await?;
    let again = Session::open(
        &Opening::new(
            1,
            &recipients_under(3, VerificationPolicy::REGULATOR),
            seed(2),
        ),
        &keys(),
        now,
    );
    let again = again.map_err(unusable)?.update().clone();
    conflict(INSERT, store, &[again]).await?;
    conflict(STALE, store, slice::from_ref(&third)).await?;
    let stored = load(store, first.id()).await?;
    same(UNCHANGED, Some(first.session()), stored.as_ref())?;

    save_one(store, &second).await?;
    conflict(STALE, store, &[withdrawn(&first, now)?]).await?;
    conflict(STALE, store, slice::from_ref(&second)).await?;
    conflict(INSERT, store, slice::from_ref(&first)).await?;
    let stored = load(store, first.id()).await?;
    same(UNCHANGED, Some(second.session()), stored.as_ref())
}

pub(super) async fn atomic(storage: &impl Storage) -> Result<(), Breach> {
    let store = &storage.open().await;
    let now = start();
    let (one, other, fresh) = (opened(1, 1, now)?, opened(2, 1, now)?, opened(3, 2, now)?);
    save(store, &[one.clone(), other.clone()]).await?;
    let moved = accepted(&other, now)?;
    save_one(store, &moved).await?;

    let (good, stale) = (accepted(&one, now)?, withdrawn(&other, now)?);
    for updates in [
        [good.clone(), stale.clone()],
        [stale.clone(), good.clone()],
        [fresh.clone(), stale],
    ] {
        conflict(ATOMIC, store, &updates).await?;
        let stored = load(store, one.id()).await?;
        same(ATOMIC, Some(one.session()), stored.as_ref())?;
        let stored = load(store, other.id()).await?;
        same(ATOMIC, Some(moved.session()), stored.as_ref())?;
        same(ATOMIC, None, load(store, fresh.id()).await?.as_ref())?;
    }
    same_set(
        ATOMIC,
        &[],
        &found(store, TestPerson(2).mobile(), now).await?,
    )?;
    same_set(ATOMIC, &[one.session()], &leased(store, now, 8).await?)?;

    save(store, &[good.clone(), fresh.clone()]).await?;
    for update in [good, fresh] {
        let stored = load(store, update.id()).await?;
        same(SAVE, Some(update.session()), stored.as_ref())?;
    }
    Ok(())
}
