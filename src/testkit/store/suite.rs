//! The suites: each promise tried on a store that a host makes.

use alloc::vec::Vec;

use super::{
    super::{Breach, clock::start},
    calls::{attempt, leased, load, save, save_one},
    due, durable, fairness, finds,
    judge::{equal, same, same_set},
    leases,
    promises::{ONE_WINS, TAKEN_ONCE},
    races,
    rounds::{opened, rivals},
    saves, sizes,
    storage::Storage,
    together::{at_once, on_threads},
    unreadable,
};
use crate::Update;

/// Checks a store; fails at the first breach. `make` gives a new, empty storage each time it is called.
///
/// Needs no runtime of its own: calls race in one task, which for a store behind a network is a race
/// like any other. For a store that never waits, that is no race: see [`check_threads`].
///
/// ```
/// use beian::{host::{MemoryStore, block}, testkit::store};
/// use std::sync::Arc;
///
/// block(store::check(async || Arc::new(MemoryStore::default())))??;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The [`Breach`]. An error of the store's own is one as well.
pub async fn check<H: Storage>(make: impl AsyncFn() -> H) -> Result<(), Breach> {
    saves::gives_back(&make().await).await?;
    saves::versions(&make().await).await?;
    finds::finds(&make().await).await?;
    finds::finds_ended(&make().await).await?;
    leases::leases(&make().await).await?;
    due::wakes(&make().await).await?;
    due::shares(&make().await).await?;
    leases::firsts(&make().await).await?;
    fairness::halves(&make().await).await?;
    fairness::fresh_again(&make().await).await?;
    fairness::turns(&make().await).await?;
    leases::renews(&make().await).await?;
    leases::gives_back(&make().await).await?;
    leases::gives_back_no_others(&make().await).await?;
    due::nexts(&make().await).await?;
    saves::atomic(&make().await).await?;
    durable::durable(&make().await).await?;
    races::saves(&make().await).await?;
    races::crossing_saves(&make().await).await?;
    races::leases(&make().await).await?;
    races::save_and_lease(&make().await).await?;
    unreadable::unreadable(&make().await).await?;
    sizes::sizes(&make().await).await
}

/// Checks a store that never waits (in memory, or one that blocks) under threads, as [`check`] can't.
///
/// ```
/// use beian::{host::MemoryStore, testkit::store};
/// use std::sync::Arc;
///
/// store::check_threads(|| Arc::new(MemoryStore::default()))?;
/// # Ok::<(), beian::testkit::Breach>(())
/// ```
///
/// # Errors
/// The [`Breach`]; a store that waits is one: call [`check`] on a runtime instead.
pub fn check_threads<H: Storage>(make: impl Fn() -> H) -> Result<(), Breach> {
    let now = start();
    let open = |storage: &H| at_once(async { Ok([storage.open().await, storage.open().await]) });
    for _ in 0..16 {
        let storage = make();
        let handles = open(&storage)?;
        let first = opened(1, 1, now)?;
        let [store, _] = &handles;
        at_once(save_one(store, &first))?;
        let rivals = rivals(&first, now)?;
        let contenders: Vec<_> = rivals.chunks(1).zip(handles.iter().cycle()).collect();
        let saved = on_threads(&contenders, |(rival, store)| {
            let won = at_once(attempt(*store, rival))?;
            Ok(won.then_some(*rival))
        })?;
        let winners: Vec<_> = saved.into_iter().flatten().flatten().collect();
        equal(ONE_WINS, 1, winners.len())?;
        let stored = at_once(load(store, first.id()))?;
        let winner = winners.first().map(|winner| winner.session());
        same(ONE_WINS, winner, stored.as_ref())?;
    }
    let storage = make();
    let handles = open(&storage)?;
    let [store, _] = &handles;
    let due: Vec<_> = (1..=64)
        .map(|id| opened(id, 1, now))
        .collect::<Result<_, _>>()?;
    at_once(save(store, &due))?;
    let takers: Vec<_> = handles.iter().cycle().take(16).collect();
    let taken = on_threads(&takers, |store| at_once(leased(*store, now, 5)))?.concat();
    let all: Vec<_> = due.iter().map(Update::session).collect();
    same_set(TAKEN_ONCE, &all, &taken)
}
