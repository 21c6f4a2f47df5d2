//! Several calls over the same sessions, under way at once.

use alloc::vec::Vec;

use chrono::TimeDelta;

use super::{
    super::{Breach, clock::start},
    calls::{TRIES, attempt, leased, load, save, save_in_a_race, save_one},
    judge::{equal, same, same_set},
    promises::{BOTH_HOLD, ONE_WINS, TAKEN_ONCE},
    rounds::{after, first_message, next, opened, rivals, wrong_entry},
    storage::Storage,
    together::together,
};
use crate::{DeliveryReport, MessageId, Session, Update, host::SessionStore};

/// How often a race is run: a store behind a network isn't hit in the gap every time.
const ROUNDS: usize = 8;

/// Over one version, and over none.
pub(super) async fn saves(storage: &impl Storage) -> Result<(), Breach> {
    let now = start();
    let (one, other) = (storage.open().await, storage.open().await);
    let first = opened(1, 1, now)?;
    save_one(&one, &first).await?;
    let new: Result<Vec<_>, _> = (1..=8).map(|persons| opened(2, persons, now)).collect();
    for rivals in [rivals(&first, now)?, new?] {
        let contenders: Vec<_> = rivals
            .chunks(1)
            .zip([&one, &other].into_iter().cycle())
            .collect();
        one_wins(&contenders).await?;
    }
    Ok(())
}

/// Two saves of the same sessions, each in the other's order: they would wait for each other if each
/// locked its first session first.
pub(super) async fn crossing_saves(storage: &impl Storage) -> Result<(), Breach> {
    let now = start();
    let (one, other) = (storage.open().await, storage.open().await);
    let mut latest: Vec<_> = (1..=4)
        .map(|id| opened(id, 1, now))
        .collect::<Result<_, _>>()?;
    save(&one, &latest).await?;
    for _ in 0..ROUNDS.saturating_mul(2) {
        let forward: Vec<_> = latest.iter().map(reported).collect::<Result<_, _>>()?;
        let backward: Vec<_> = forward.iter().rev().cloned().collect();
        one_wins(&[(&forward, &one), (&backward, &other)]).await?;
        latest = forward;
    }
    Ok(())
}

/// A report that can come again and again.
fn reported(round: &Update) -> Result<Update, Breach> {
    let message = MessageId {
        session: round.id(),
        ..first_message(0)
    };
    let session = round.session();
    next(session.report(message, DeliveryReport::Undelivered, start()))
}

/// Runs the race again as long as they were only in each other's way.
async fn one_wins<S: SessionStore>(contenders: &[(&[Update], &S)]) -> Result<(), Breach> {
    for _ in 0..TRIES {
        let saves = contenders.iter().map(|&(updates, store)| async move {
            let won = attempt(store, updates).await?;
            Ok(won.then_some((updates, store)))
        });
        let outcomes = together(saves.collect()).await?;
        let mut winners = outcomes.into_iter().flatten();
        let Some((updates, store)) = winners.next() else {
            continue;
        };
        equal(ONE_WINS, 0, winners.count())?;
        for update in updates {
            let stored = load(store, update.id()).await?;
            same(ONE_WINS, Some(update.session()), stored.as_ref())?;
        }
        return Ok(());
    }
    Err(Breach::new(ONE_WINS, "one", "none"))
}

/// As many sessions as are asked for, and half as many again.
pub(super) async fn leases(storage: &impl Storage) -> Result<(), Breach> {
    let now = start();
    let (one, other) = (storage.open().await, storage.open().await);
    let mut ids = 1..;
    for callers in [2_usize, 4, 8] {
        for handles in [[&one, &one], [&one, &other]] {
            for _ in 0..ROUNDS {
                let ids = ids.by_ref().take(callers.saturating_mul(3));
                let due: Vec<_> = ids.map(|id| opened(id, 1, now)).collect::<Result<_, _>>()?;
                save(&one, &due).await?;
                let callers = handles.into_iter().cycle().take(callers);
                let calls = callers.map(|store| leased(store, now, 2));
                let taken = together(calls.collect()).await?.concat();
                taken_once(&one, &due, taken).await?;
            }
        }
    }
    Ok(())
}

/// Whatever a call had its eye on and left is still to be had.
async fn taken_once(
    store: &impl SessionStore,
    due: &[Update],
    mut taken: Vec<Session>,
) -> Result<(), Breach> {
    for _ in due {
        taken.extend(leased(store, start(), 8).await?);
    }
    let due: Vec<_> = due.iter().map(Update::session).collect();
    same_set(TAKEN_ONCE, &due, &taken)
}

/// A save that leaves the messages due, and a lease. The ids ascend and the wakes descend: a store that
/// locks what it leases in another order than what it saves would wait for itself.
pub(super) async fn save_and_lease(storage: &impl Storage) -> Result<(), Breach> {
    let now = start();
    let (one, other) = (storage.open().await, storage.open().await);
    let mut rounds = (1_u32..).map(|id| {
        let wake = after(now, TimeDelta::seconds(i64::from(id).saturating_neg()));
        opened(id.into(), 1, wake)
    });
    for saves_first in [true, false].repeat(ROUNDS) {
        let before: Vec<_> = rounds.by_ref().take(4).collect::<Result<_, _>>()?;
        save(&one, &before).await?;
        let updates = before.iter().map(|round| wrong_entry(round, now));
        let updates: Vec<_> = updates.collect::<Result<_, _>>()?;
        let calls = [saves_first, !saves_first].map(async |saves| {
            if saves {
                save_in_a_race(&one, &updates).await?;
                return Ok(Vec::new());
            }
            leased(&other, now, 8).await
        });
        let mut taken = together(calls.into()).await?.concat();
        for update in &updates {
            let stored = load(&one, update.id()).await?;
            same(BOTH_HOLD, Some(update.session()), stored.as_ref())?;
        }
        // Either version may have been leased, but one of them only.
        taken.extend(leased(&one, now, 8).await?);
        taken.extend(leased(&other, now, 8).await?);
        let ids: Vec<_> = updates.iter().map(Update::id).collect();
        let mut leased: Vec<_> = taken.iter().map(Session::id).collect();
        leased.sort_unstable();
        equal(BOTH_HOLD, ids.as_slice(), leased.as_slice())?;
    }
    Ok(())
}
