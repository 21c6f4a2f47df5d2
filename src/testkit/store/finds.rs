//! What a number's entry has to see.

use chrono::TimeDelta;

use super::{
    super::{Breach, TestPerson, clock::start},
    calls::{found, load, save, save_one},
    judge::{same, same_set},
    promises::{FIND, FIND_ENDED, FIND_ERASED, FIND_OLD, FIND_OTHERS, LOAD},
    rounds::{accepted, after, completed, next, opened, withdrawn},
    storage::Storage,
};
use crate::Update;

const MICROSECOND: TimeDelta = TimeDelta::microseconds(1);
const TEN_MINUTES: TimeDelta = TimeDelta::minutes(10);

pub(super) async fn finds(storage: &impl Storage) -> Result<(), Breach> {
    let store = &storage.open().await;
    let now = start();
    let [one, two, three] = [1, 2, 3].map(|n| TestPerson(n).mobile());
    let (alone, both) = (opened(1, 1, now)?, opened(2, 2, now)?);
    let later = accepted(&opened(3, 1, now)?, now)?;
    save(store, &[alone.clone(), both.clone(), opened(3, 1, now)?]).await?;
    save_one(store, &later).await?;

    let all = [&alone, &both, &later].map(Update::session);
    for at in [
        after(now, TimeDelta::days(-1)),
        now,
        after(now, TimeDelta::days(365)),
    ] {
        same_set(FIND, &all, &found(store, one, at).await?)?;
        same_set(
            FIND_OTHERS,
            &[both.session()],
            &found(store, two, at).await?,
        )?;
        same_set(FIND_OTHERS, &[], &found(store, three, at).await?)?;
    }
    Ok(())
}

pub(super) async fn finds_ended(storage: &impl Storage) -> Result<(), Breach> {
    let store = &storage.open().await;
    let now = start();
    let person = TestPerson(1).mobile();
    let noticed = after(now, TimeDelta::days(3));
    let (withdrawn, completed) = (withdrawn(&opened(1, 1, now)?, now)?, completed(2, now)?);
    let returned = next(opened(3, 1, now)?.session().tick(noticed))?;
    for id in 1..=3 {
        save(store, &[opened(id, 1, now)?]).await?;
    }
    for update in completed.iter().chain([&withdrawn, &returned]) {
        save_one(store, update).await?;
    }

    let completed = completed
        .last()
        .map_or(withdrawn.session(), Update::session);
    let soon = [withdrawn.session(), completed, returned.session()];
    for at in [now, after(now, TEN_MINUTES)] {
        same_set(FIND_ENDED, &soon, &found(store, person, at).await?)?;
    }
    let at = after(after(now, TEN_MINUTES), MICROSECOND);
    same_set(
        FIND_OLD,
        &[returned.session()],
        &found(store, person, at).await?,
    )?;
    let at = after(noticed, TEN_MINUTES);
    same_set(
        FIND_ENDED,
        &[returned.session()],
        &found(store, person, at).await?,
    )?;
    same_set(
        FIND_OLD,
        &[],
        &found(store, person, after(at, MICROSECOND)).await?,
    )?;

    let erased = next(withdrawn.session().erase(now))?;
    save_one(store, &erased).await?;
    let rest = [completed, returned.session()];
    same_set(FIND_ERASED, &rest, &found(store, person, now).await?)?;
    let loaded = load(store, erased.id()).await?;
    same(LOAD, Some(erased.session()), loaded.as_ref())
}
