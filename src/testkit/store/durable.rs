//! What outlives the process.

use chrono::TimeDelta;

use super::{
    super::{Breach, TestPerson, clock::start},
    calls::{LEASE_SPAN, conflict, found, lease_of, leased, load, next_due, renew, save, save_one},
    judge::{equal, same, same_set},
    promises::{DUE, DURABLE, RENEW, STALE},
    rounds::{accepted, after, just_before, opened, withdrawn},
    storage::Storage,
};
use crate::Update;

/// Written, closed and opened again.
pub(super) async fn durable(storage: &impl Storage) -> Result<(), Breach> {
    let now = start();
    let person = TestPerson(1).mobile();
    let (due, opened_second) = (opened(1, 1, now)?, opened(2, 1, now)?);
    let waiting = accepted(&opened_second, now)?;
    let ended = withdrawn(&opened(3, 1, now)?, now)?;
    let until = after(now, LEASE_SPAN);
    let put_off = after(until, TimeDelta::microseconds(1_500_001));
    {
        let store = storage.open().await;
        save(&store, &[due.clone(), opened_second.clone()]).await?;
        save_one(&store, &opened(3, 1, now)?).await?;
        save(&store, &[waiting.clone(), ended.clone()]).await?;
        let lease = lease_of(DUE, &store, due.id(), now).await?;
        equal(RENEW, true, renew(&store, &lease, put_off).await?)?;
    }
    let store = storage.open().await;
    let all = [&due, &waiting, &ended].map(Update::session);
    for session in all {
        let loaded = load(&store, session.id()).await?;
        same(DURABLE, Some(session), loaded.as_ref())?;
    }
    same_set(DURABLE, &all, &found(&store, person, now).await?)?;
    equal(DURABLE, Some(put_off), next_due(&store, now).await?)?;
    for at in [now, just_before(put_off)] {
        same_set(DURABLE, &[], &leased(&store, at, 8).await?)?;
    }
    let again = lease_of(DURABLE, &store, due.id(), put_off).await?;
    equal(DURABLE, false, again.first)?;
    conflict(STALE, &store, &[waiting]).await
}
