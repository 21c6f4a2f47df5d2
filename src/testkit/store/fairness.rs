//! Whom a batch is for.

use alloc::vec::Vec;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    super::{Breach, clock::start},
    calls::{LEASE_SPAN, lease_of, leased, save, save_one},
    judge::{equal, in_order, same_set},
    promises::{DUE, FRESH, HALVES, IN_TURN, ORDER},
    rounds::{after, opened, wrong_entry},
    storage::Storage,
};
use crate::{Session, Update};

/// Five batches of eight that are leased in vain again and again, and one new round.
pub(super) async fn turns(storage: &impl Storage) -> Result<(), Breach> {
    let store = &storage.open().await;
    let mut now = start();
    let old = one_a_second(1..=40, now)?;
    save(store, &old).await?;
    let old: Vec<_> = old.iter().map(Update::session).collect();
    now = after(now, TimeDelta::minutes(1));
    for batch in old.chunks(8) {
        in_order(ORDER, batch, &leased(store, now, 8).await?)?;
        now = after(now, TimeDelta::seconds(1));
    }
    // A batch is due again before the next one is asked for, and still has to wait for the others.
    for batch in old.chunks(8).chain(old.chunks(8)) {
        now = after(now, LEASE_SPAN);
        same_set(IN_TURN, batch, &leased(store, now, 8).await?)?;
    }

    now = after(now, LEASE_SPAN);
    let new = opened(100, 1, now)?;
    save_one(store, &new).await?;
    let taken = leased(store, now, 8).await?;
    equal(HALVES, true, taken.contains(new.session()))?;
    let first_batch = |session: &&Session| old.iter().take(8).any(|old| old == session);
    equal(IN_TURN, 7, taken.iter().filter(first_batch).count())
}

/// Six rounds in vain and six new ones, due by turns.
pub(super) async fn halves(storage: &impl Storage) -> Result<(), Breach> {
    let store = &storage.open().await;
    let now = start();
    let old = one_a_second(1..=6, now)?;
    save(store, &old).await?;
    let leased_at = after(now, TimeDelta::seconds(10));
    let over = after(leased_at, LEASE_SPAN);
    for (old, now) in old.iter().zip(seconds(leased_at)) {
        lease_of(DUE, store, old.id(), now).await?;
    }
    let new = one_a_second(101..=106, after(over, TimeDelta::milliseconds(500)))?;
    save(store, &new).await?;

    let now = after(over, TimeDelta::seconds(10));
    let old: Vec<_> = seconds(over).zip(old.iter().map(Update::session)).collect();
    let new = new.iter().map(Update::session);
    let new: Vec<_> = new.filter_map(|new| Some((new.wake()?, new))).collect();
    let (mut old, mut new) = (old.into_iter(), new.into_iter());
    for (limit, in_vain, others) in [(7, 3, 4), (2, 1, 1), (1, 0, 1), (8, 2, 0)] {
        let mut expected: Vec<_> = old.by_ref().take(in_vain).collect();
        expected.extend(new.by_ref().take(others));
        expected.sort_by_key(|(since, _)| *since);
        let expected: Vec<_> = expected.into_iter().map(|(_, session)| session).collect();
        let taken = leased(store, now, limit).await?;
        same_set(HALVES, &expected, &taken)?;
        in_order(ORDER, &expected, &taken)?;
    }

    // Nothing in vain is due, and nothing else.
    let three = one_a_second(201..=203, over)?;
    save(store, &three).await?;
    let two: Vec<_> = three.iter().take(2).map(Update::session).collect();
    same_set(HALVES, &two, &leased(store, now, 2).await?)?;
    leased(store, now, 8).await?;
    let now = after(now, LEASE_SPAN);
    equal(HALVES, 4, leased(store, now, 4).await?.len())
}

pub(super) async fn fresh_again(storage: &impl Storage) -> Result<(), Breach> {
    let store = &storage.open().await;
    let now = start();
    let both = one_a_second(1..=2, now)?;
    save(store, &both).await?;
    let [one, other] = &both[..] else {
        return Ok(());
    };
    let at = |seconds| after(now, TimeDelta::seconds(seconds));
    lease_of(DUE, store, one.id(), at(10)).await?;
    lease_of(DUE, store, other.id(), at(11)).await?;

    // Saved once its lease was over, and while it was leased.
    save_one(store, &wrong_entry(other, at(60))?).await?;
    lease_of(FRESH, store, other.id(), at(60)).await?;
    let lease = lease_of(DUE, store, one.id(), at(61)).await?;
    save_one(store, &wrong_entry(one, at(62))?).await?;
    lease_of(FRESH, store, one.id(), lease.until).await?;
    Ok(())
}

/// Rounds that are due a second after each other.
fn one_a_second(
    ids: impl Iterator<Item = u128>,
    first: DateTime<Utc>,
) -> Result<Vec<Update>, Breach> {
    let opened = |(id, wake)| opened(id, 1, wake);
    ids.zip(seconds(first)).map(opened).collect()
}

fn seconds(first: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
    (0..).map(move |seconds| after(first, TimeDelta::seconds(seconds)))
}
