//! What is due, in which order, and when the next is.

use alloc::vec::Vec;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    super::{Breach, TestPerson, clock::start, keys},
    calls::{LEASE_SPAN, give_back, lease_of, leased, next_due, renew, save, save_one},
    judge::{equal, in_order, same_set},
    promises::{DUE, ENDED, LEASE, LIMIT, NEXT, NOT_DUE, ORDER, WAKE},
    rounds::{accepted, after, first_message, just_before, next, opened, unusable, withdrawn},
    storage::Storage,
};
use crate::{
    DeliveryReport, MessageId, Update,
    host::{Lease, SessionStore},
};

pub(super) async fn wakes(storage: &impl Storage) -> Result<(), Breach> {
    let store = &storage.open().await;
    let now = start();
    let first = opened(1, 1, now)?;
    save_one(store, &first).await?;
    same_set(NOT_DUE, &[], &leased(store, just_before(now), 8).await?)?;
    same_set(DUE, &[first.session()], &leased(store, now, 8).await?)?;

    let waiting = accepted(&first, now)?;
    save_one(store, &waiting).await?;
    let over = waiting.session().wake().unwrap_or(now);
    let long_after_the_lease = after(now, TimeDelta::hours(1));
    same_set(WAKE, &[], &leased(store, long_after_the_lease, 8).await?)?;
    same_set(NOT_DUE, &[], &leased(store, just_before(over), 8).await?)?;

    let asked_at = after(now, TimeDelta::hours(2));
    let asked = waiting
        .session()
        .resend(&TestPerson(1).resend(), &keys(), asked_at);
    let asked = asked.map_err(unusable)?.update().clone();
    save_one(store, &asked).await?;
    same_set(WAKE, &[asked.session()], &leased(store, asked_at, 8).await?)?;

    let sent = MessageId {
        number: 1,
        ..first_message(1)
    };
    let sent = next(
        asked
            .session()
            .report(sent, DeliveryReport::Accepted, asked_at),
    )?;
    save_one(store, &sent).await?;
    same_set(NOT_DUE, &[], &leased(store, just_before(over), 8).await?)?;
    same_set(DUE, &[sent.session()], &leased(store, over, 8).await?)?;

    let ended = next(sent.session().tick(over))?;
    save_one(store, &ended).await?;
    let much_later = after(over, TimeDelta::days(365));
    same_set(ENDED, &[], &leased(store, much_later, 8).await?)
}

/// Five rounds, the most overdue neither saved first nor with the smallest id.
pub(super) async fn shares(storage: &impl Storage) -> Result<(), Breach> {
    let store = &storage.open().await;
    let now = start();
    let mut rounds = Vec::new();
    for (id, minutes) in [(3, 2), (5, 0), (1, 4), (4, 1), (2, 3)] {
        let round = opened(id, 1, after(now, TimeDelta::minutes(minutes)))?;
        save_one(store, &round).await?;
        rounds.push(round);
    }
    rounds.sort_by_key(|round| round.session().wake());
    let all: Vec<_> = rounds.iter().map(Update::session).collect();

    let now = after(now, TimeDelta::minutes(10));
    same_set(LIMIT, &[], &leased(store, now, 0).await?)?;
    for some in all.chunks(2) {
        let taken = leased(store, now, 2).await?;
        equal(LIMIT, some.len(), taken.len())?;
        in_order(ORDER, some, &taken)?;
    }
    same_set(LEASE, &[], &leased(store, now, 2).await?)?;

    // Without a limit.
    let now = after(now, LEASE_SPAN);
    same_set(LIMIT, &all, &leased(store, now, usize::MAX).await?)
}

pub(super) async fn nexts(storage: &impl Storage) -> Result<(), Breach> {
    let store = &storage.open().await;
    let now = start();
    next_is(store, now, None).await?;
    let (one, two) = (opened(1, 1, now)?, opened(2, 1, now)?);
    save(store, &[one.clone(), two.clone()]).await?;
    next_is(store, just_before(now), Some(now)).await?;
    next_is(store, now, None).await?;

    // Leased, they are due at the end of the lease, or at their wake where a save has put it off.
    leased(store, now, 8).await?;
    let end = after(now, LEASE_SPAN);
    for at in [just_before(now), now, just_before(end)] {
        next_is(store, at, Some(end)).await?;
    }
    let (early, late) = (
        accepted(&one, now)?,
        accepted(&two, after(now, TimeDelta::hours(1)))?,
    );
    save(store, &[early.clone(), late.clone()]).await?;
    let (first, second) = (early.session().wake(), late.session().wake());
    let over = first.unwrap_or(now);
    next_is(store, now, first).await?;

    // With a lease that is put off, first before and then past the other's wake, and given back.
    let lease = lease_of(DUE, store, one.id(), over).await?;
    next_is(store, over, Some(lease.until)).await?;
    next_is(store, lease.until, second).await?;
    let until = after(lease.until, LEASE_SPAN);
    renew(store, &lease, until).await?;
    next_is(store, over, Some(until)).await?;
    let lease = Lease { until, ..lease };
    let until = after(over, TimeDelta::days(1));
    renew(store, &lease, until).await?;
    next_is(store, over, second).await?;
    next_is(store, second.unwrap_or(over), Some(until)).await?;
    give_back(store, &Lease { until, ..lease }).await?;
    next_is(store, just_before(over), first).await?;
    next_is(store, over, second).await?;

    save(store, &[withdrawn(&early, now)?, withdrawn(&late, now)?]).await?;
    next_is(store, now, None).await
}

async fn next_is(
    store: &impl SessionStore,
    now: DateTime<Utc>,
    expected: Option<DateTime<Utc>>,
) -> Result<(), Breach> {
    equal(NEXT, expected, next_due(store, now).await?)
}
