//! A session that can't be read.

use alloc::vec::Vec;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    super::{Breach, TestPerson, clock::start},
    calls::{LEASE_SPAN, found, give_back, lease, lease_of, load, next_due, renew, save},
    judge::{equal, instead, same, same_set},
    promises::{UNREADABLE_ALONE, UNREADABLE_FIND, UNREADABLE_LEASED, UNREADABLE_LOAD},
    rounds::{after, just_before, opened_for},
    storage::Storage,
};
use crate::{
    Session, SessionId,
    host::{Lease, Leased, SessionStore},
};

/// The most overdue of three.
pub(super) async fn unreadable(storage: &impl Storage) -> Result<(), Breach> {
    let now = start();
    let at = |seconds| after(now, TimeDelta::seconds(seconds));
    let store = storage.open().await;
    let broken = opened_for(2, TestPerson(2), at(0))?;
    let (one, other) = (
        opened_for(1, TestPerson(1), at(1))?,
        opened_for(3, TestPerson(1), at(2))?,
    );
    save(&store, &[one.clone(), broken.clone(), other.clone()]).await?;
    let (broken, good) = (broken.id(), [one.session(), other.session()]);
    if !storage.damage(broken).await {
        return Ok(());
    }

    fails(UNREADABLE_LOAD, &store.load(broken).await)?;
    let find = store.find(&TestPerson(2).mobile(), now).await;
    fails(UNREADABLE_FIND, &find)?;
    let others = found(&store, TestPerson(1).mobile(), now).await;
    same_set(UNREADABLE_ALONE, &good, &instead(UNREADABLE_ALONE, others)?)?;
    for session in good {
        let loaded = instead(UNREADABLE_ALONE, load(&store, session.id()).await)?;
        same(UNREADABLE_ALONE, Some(session), loaded.as_ref())?;
    }

    // In its place, to be renewed and given back.
    let lease = lease_of(UNREADABLE_LEASED, &store, broken, at(5)).await;
    let lease = instead(UNREADABLE_ALONE, lease)?;
    let until = at(3_600);
    equal(UNREADABLE_LEASED, true, renew(&store, &lease, until).await?)?;
    give_back(&store, &Lease { until, ..lease }).await?;

    // With the others, until the end of the lease, and then again.
    let mut now = at(10);
    for first in [true, false] {
        is_leased(&store, now, &good, &[(broken, first)]).await?;
        let until = after(now, LEASE_SPAN);
        is_leased(&store, just_before(until), &[], &[]).await?;
        let next = instead(UNREADABLE_ALONE, next_due(&store, now).await)?;
        equal(UNREADABLE_ALONE, Some(until), next)?;
        now = until;
    }
    Ok(())
}

fn fails<T, E>(promise: &'static str, outcome: &Result<T, E>) -> Result<(), Breach> {
    equal(promise, true, outcome.is_err())
}

/// What can be read, and of what can't be which one, and whether for the first time.
async fn is_leased(
    store: &impl SessionStore,
    now: DateTime<Utc>,
    good: &[&Session],
    broken: &[(SessionId, bool)],
) -> Result<(), Breach> {
    let (mut readable, mut others) = (Vec::new(), Vec::new());
    for Leased { lease, session } in instead(UNREADABLE_ALONE, lease(store, now, 8).await)? {
        match session {
            Ok(session) => readable.push(session),
            Err(_) => others.push((lease.session, lease.first)),
        }
    }
    same_set(UNREADABLE_ALONE, good, &readable)?;
    equal(UNREADABLE_LEASED, broken, &others)
}
