//! Who has a session to himself, and until when.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    super::{Breach, clock::start},
    calls::{LEASE_SPAN, give_back, lease_of, leased, renew, save_one},
    judge::{equal, same_set},
    promises::{
        DUE, FIRST, GIVE_BACK, GIVE_BACK_PLACE, GIVE_BACK_STALE, LEASE, LEASE_END, LEASE_SAVED,
        RENEW, RENEW_STALE,
    },
    rounds::{after, just_before, opened, wrong_entry},
    storage::Storage,
};
use crate::{
    SessionId,
    host::{Lease, SessionStore},
};

pub(super) async fn leases(storage: &impl Storage) -> Result<(), Breach> {
    let store = &storage.open().await;
    let now = start();
    let first = opened(1, 1, now)?;
    save_one(store, &first).await?;
    same_set(DUE, &[first.session()], &leased(store, now, 8).await?)?;
    same_set(LEASE, &[], &leased(store, now, 8).await?)?;
    let end = after(now, LEASE_SPAN);
    same_set(LEASE, &[], &leased(store, just_before(end), 8).await?)?;
    same_set(LEASE_END, &[first.session()], &leased(store, end, 8).await?)?;

    // A save that leaves the message due.
    let later = after(end, TimeDelta::seconds(10));
    let wrong = wrong_entry(&first, later)?;
    save_one(store, &wrong).await?;
    same_set(LEASE_SAVED, &[], &leased(store, later, 8).await?)?;
    let end = after(end, LEASE_SPAN);
    same_set(LEASE_SAVED, &[], &leased(store, just_before(end), 8).await?)?;
    same_set(
        LEASE_SAVED,
        &[wrong.session()],
        &leased(store, end, 8).await?,
    )
}

pub(super) async fn firsts(storage: &impl Storage) -> Result<(), Breach> {
    let store = &storage.open().await;
    let mut now = start();
    let round = opened(1, 1, now)?;
    save_one(store, &round).await?;
    for first in [true, false, false] {
        let lease = lease_of(DUE, store, round.id(), now).await?;
        equal(FIRST, first, lease.first)?;
        now = lease.until;
    }
    save_one(store, &wrong_entry(&round, now)?).await?;
    for first in [true, false] {
        let lease = lease_of(DUE, store, round.id(), now).await?;
        equal(FIRST, first, lease.first)?;
        now = lease.until;
    }
    Ok(())
}

pub(super) async fn renews(storage: &impl Storage) -> Result<(), Breach> {
    let store = &storage.open().await;
    let now = start();
    let round = opened(1, 1, now)?;
    save_one(store, &round).await?;
    let first = lease_of(DUE, store, round.id(), now).await?;
    // A save in between is none of a lease's business.
    save_one(store, &wrong_entry(&round, now)?).await?;
    let until = after(first.until, TimeDelta::microseconds(12_345_678));
    equal(RENEW, true, renew(store, &first, until).await?)?;
    let second = ends(RENEW, store, round.id(), first.until, until).await?;
    let until = after(second.until, TimeDelta::hours(1));
    equal(RENEW, true, renew(store, &second, until).await?)?;
    let third = ends(RENEW, store, round.id(), second.until, until).await?;

    // Leased anew by now, and never there.
    let far = after(until, TimeDelta::days(1));
    let unknown = Lease {
        session: SessionId::from(2),
        ..third
    };
    for stale in [first, second, Lease { until, ..second }, unknown] {
        equal(RENEW_STALE, false, renew(store, &stale, far).await?)?;
    }
    ends(RENEW_STALE, store, round.id(), until, third.until).await?;
    Ok(())
}

/// Ends a lease exactly at `until`, and takes the next one there.
async fn ends(
    promise: &'static str,
    store: &impl SessionStore,
    id: SessionId,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Lease, Breach> {
    for at in [from, just_before(until)] {
        same_set(promise, &[], &leased(store, at, 8).await?)?;
    }
    lease_of(promise, store, id, until).await
}

pub(super) async fn gives_back(storage: &impl Storage) -> Result<(), Breach> {
    let store = &storage.open().await;
    let now = start();
    let (old, young) = (
        opened(2, 1, now)?,
        opened(1, 1, after(now, TimeDelta::seconds(1)))?,
    );
    save_one(store, &old).await?;
    let at = |seconds| after(now, TimeDelta::seconds(seconds));

    // Due again at once, as if it hadn't been leased: before the younger one, and first.
    let lease = lease_of(DUE, store, old.id(), at(5)).await?;
    give_back(store, &lease).await?;
    let lease = lease_of(GIVE_BACK, store, old.id(), at(6)).await?;
    equal(GIVE_BACK_PLACE, true, lease.first)?;
    save_one(store, &young).await?;
    give_back(store, &lease).await?;
    let lease = lease_of(GIVE_BACK_PLACE, store, old.id(), at(7)).await?;
    equal(GIVE_BACK_PLACE, true, lease.first)?;

    // What wasn't the first lease stays that. The younger one is in vain as well, and its lease over
    // later.
    lease_of(DUE, store, young.id(), at(8)).await?;
    let again = lease_of(DUE, store, old.id(), at(60)).await?;
    give_back(store, &again).await?;
    let again = lease_of(GIVE_BACK_PLACE, store, old.id(), at(61)).await?;
    equal(GIVE_BACK_PLACE, false, again.first)?;

    // Saved in between, it wasn't leased in vain.
    save_one(store, &wrong_entry(&old, at(61))?).await?;
    give_back(store, &again).await?;
    let saved = lease_of(GIVE_BACK, store, old.id(), at(62)).await?;
    equal(GIVE_BACK_PLACE, true, saved.first)?;

    // Put off, it is given back by its new end.
    let until = at(200);
    equal(RENEW, true, renew(store, &saved, until).await?)?;
    give_back(store, &Lease { until, ..saved }).await?;
    lease_of(GIVE_BACK, store, old.id(), at(63)).await?;
    Ok(())
}

pub(super) async fn gives_back_no_others(storage: &impl Storage) -> Result<(), Breach> {
    let store = &storage.open().await;
    let now = start();
    let round = opened(1, 1, now)?;
    save_one(store, &round).await?;
    let first = lease_of(DUE, store, round.id(), now).await?;
    let second = lease_of(DUE, store, round.id(), first.until).await?;
    // Leased anew since.
    give_back(store, &first).await?;
    let third = ends(
        GIVE_BACK_STALE,
        store,
        round.id(),
        first.until,
        second.until,
    )
    .await?;
    equal(GIVE_BACK_STALE, false, third.first)?;
    // Given back since, and leased anew.
    give_back(store, &third).await?;
    let far = after(third.until, TimeDelta::days(1));
    equal(RENEW_STALE, false, renew(store, &third, far).await?)?;
    let later = after(second.until, TimeDelta::seconds(1));
    let fourth = lease_of(GIVE_BACK, store, round.id(), later).await?;
    give_back(store, &third).await?;
    let unknown = Lease {
        session: SessionId::from(2),
        ..fourth
    };
    give_back(store, &unknown).await?;
    ends(GIVE_BACK_STALE, store, round.id(), later, fourth.until).await?;
    Ok(())
}
