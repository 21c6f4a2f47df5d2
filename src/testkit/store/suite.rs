//! The suites: each promise tried on a store that a host makes.

use alloc::{format, string::String, vec::Vec};
use core::fmt::Debug;

use chrono::{DateTime, TimeDelta, Utc};

use super::super::{Breach, TestPerson, clock::start, keys, recipients_under, seed};
use super::promises::{
    ATOMIC, DUE, DURABLE, ENDED, FIND, FIND_ENDED, FIND_ERASED, FIND_OLD, FIND_OTHERS, INSERT,
    LEASE, LEASE_END, LEASE_SAVED, LIMIT, LOAD, MISSING, NEXT, NOT_DUE, ONE_WINS, ORDER, SAVE,
    STALE, UNCHANGED, WAKE, WORKS,
};
use super::race::{at_once, on_threads, together};
use super::rounds::{
    accepted, after, completed, first_message, just_before, life, next, opened, rivals, unusable,
    withdrawn, wrong_entry,
};
use crate::{
    DeliveryReport, MessageId, MobileNumber, Opening, Session, SessionId, Update,
    VerificationPolicy,
    host::{Leased, SaveError, SessionStore},
};

const MICROSECOND: TimeDelta = TimeDelta::microseconds(1);
const TEN_MINUTES: TimeDelta = TimeDelta::minutes(10);
const LEASE_SPAN: TimeDelta = TimeDelta::seconds(30);

/// Checks a store; fails at the first breach. `make` gives an empty store each time it is called.
///
/// Needs no runtime of its own: saves race in one task, which for a store behind a network is a race
/// like any other. For a store that never waits, that is no race: see [`check_threads`].
///
/// ```
/// use beian::{host::{MemoryStore, block}, testkit::store};
///
/// block(store::check(async || MemoryStore::default()))??;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The [`Breach`]. An error of the store's own is one as well.
pub async fn check<S: SessionStore>(make: impl AsyncFn() -> S) -> Result<(), Breach> {
    gives_back(&make().await).await?;
    versions(&make().await).await?;
    finds(&make().await).await?;
    finds_ended(&make().await).await?;
    leases(&make().await).await?;
    wakes(&make().await).await?;
    shares(&make().await).await?;
    next_wake(&make().await).await?;
    atomic(&make().await).await?;
    races(&make().await).await
}

/// Checks that a store outlives the process: `open` opens the same storage each time, which is empty
/// to begin with.
///
/// ```
/// use beian::{host::{MemoryStore, block}, testkit::store};
///
/// let forgetful = block(store::check_durable(async || MemoryStore::default()))?;
/// assert!(forgetful.is_err());
/// # Ok::<(), beian::host::WouldWait>(())
/// ```
///
/// # Errors
/// The [`Breach`].
pub async fn check_durable<S: SessionStore>(open: impl AsyncFn() -> S) -> Result<(), Breach> {
    let now = start();
    let person = TestPerson(1).mobile();
    let due = opened(1, 1, now)?;
    let waiting = accepted(&opened(2, 1, now)?, now)?;
    let ended = withdrawn(&opened(3, 1, now)?, now)?;
    {
        let store = open().await;
        for id in 1..=3 {
            save(&store, &[opened(id, 1, now)?]).await?;
        }
        save(&store, &[waiting.clone(), ended.clone()]).await?;
        leased(&store, now, 8).await?;
    }
    let store = open().await;
    let all = [&due, &waiting, &ended].map(Update::session);
    for session in all {
        let loaded = load(&store, session.id()).await?;
        same(DURABLE, Some(session), loaded.as_ref())?;
    }
    same_set(DURABLE, &all, &found(&store, person, now).await?)?;
    same_set(LEASE, &[], &leased(&store, now, 8).await?)?;
    let lease_over = leased(&store, after(now, LEASE_SPAN), 8).await?;
    same_set(DURABLE, &[due.session()], &lease_over)?;
    conflict(STALE, &store, &[accepted(&opened(2, 1, now)?, now)?]).await
}

/// Checks a store that never waits (in memory, or one that blocks) under threads, as [`check`] can't.
///
/// ```
/// use beian::{host::MemoryStore, testkit::store};
///
/// store::check_threads(MemoryStore::default)?;
/// # Ok::<(), beian::testkit::Breach>(())
/// ```
///
/// # Errors
/// The [`Breach`]; a store that waits is one: call [`check`] on a runtime instead.
pub fn check_threads<S: SessionStore>(make: impl Fn() -> S) -> Result<(), Breach> {
    let now = start();
    for _ in 0..16 {
        let store = make();
        let first = opened(1, 1, now)?;
        at_once(save(&store, core::slice::from_ref(&first)))?;
        let rivals = rivals(&first, now)?;
        let winners = on_threads(&rivals, |rival| at_once(winner(&store, rival)))?;
        one_winner(&winners, at_once(load(&store, first.id()))?.as_ref())?;
    }
    let store = make();
    let mut due = Vec::new();
    for id in 1..=64 {
        let round = opened(id, 1, now)?;
        at_once(save(&store, core::slice::from_ref(&round)))?;
        due.push(round);
    }
    let takers = on_threads(&[(); 16], |()| at_once(leased(&store, now, 5)))?;
    let mut taken = takers.into_iter().flatten().collect::<Vec<_>>();
    taken.sort_by_key(Session::id);
    let all: Vec<_> = due.iter().map(Update::session).collect();
    same_set(LEASE, &all, &taken)
}

/// Every state that a session can be in comes back as it was.
async fn gives_back<S: SessionStore>(store: &S) -> Result<(), Breach> {
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
        save(store, core::slice::from_ref(&update)).await?;
        let loaded = load(store, update.id()).await?;
        same(LOAD, Some(update.session()), loaded.as_ref())?;
        let found = found(store, TestPerson(1).mobile(), now).await?;
        if let Some(also) = found.iter().find(|session| session.id() == update.id()) {
            same(LOAD, Some(update.session()), Some(also))?;
        }
    }
    Ok(())
}

async fn versions<S: SessionStore>(store: &S) -> Result<(), Breach> {
    let now = start();
    let first = opened(1, 1, now)?;
    let second = accepted(&first, now)?;
    let third = withdrawn(&second, now)?;
    conflict(MISSING, store, core::slice::from_ref(&second)).await?;
    same(UNCHANGED, None, load(store, first.id()).await?.as_ref())?;

    save(store, core::slice::from_ref(&first)).await?;
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
    conflict(STALE, store, core::slice::from_ref(&third)).await?;
    let stored = load(store, first.id()).await?;
    same(UNCHANGED, Some(first.session()), stored.as_ref())?;

    save(store, core::slice::from_ref(&second)).await?;
    conflict(STALE, store, &[withdrawn(&first, now)?]).await?;
    conflict(STALE, store, core::slice::from_ref(&second)).await?;
    conflict(INSERT, store, core::slice::from_ref(&first)).await?;
    let stored = load(store, first.id()).await?;
    same(UNCHANGED, Some(second.session()), stored.as_ref())
}

async fn atomic<S: SessionStore>(store: &S) -> Result<(), Breach> {
    let now = start();
    let (one, other, fresh) = (opened(1, 1, now)?, opened(2, 1, now)?, opened(3, 2, now)?);
    save(store, &[one.clone(), other.clone()]).await?;
    let moved = accepted(&other, now)?;
    save(store, core::slice::from_ref(&moved)).await?;

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

async fn races<S: SessionStore>(store: &S) -> Result<(), Breach> {
    let now = start();
    let (one, other) = (opened(1, 1, now)?, opened(2, 1, now)?);
    save(store, &[one.clone(), other.clone()]).await?;
    let rivals = rivals(&one, now)?;
    let winners = together(rivals.iter().map(|rival| winner(store, rival))).await?;
    one_winner(&winners, load(store, one.id()).await?.as_ref())?;

    // Two that would wait for each other if each locked its first session first.
    let stored = load(store, one.id())
        .await?
        .unwrap_or_else(|| one.session().clone());
    let one = next(stored.report(first_message(1), DeliveryReport::Delivered, now))?;
    let other = accepted(&other, now)?;
    let crossing = [[one.clone(), other.clone()], [other, one]];
    let outcomes = together(crossing.iter().map(|updates| attempt(store, updates))).await?;
    match outcomes.iter().filter(|won| **won).count() {
        1 => Ok(()),
        won => Err(Breach::new(ONE_WINS, 1, won)),
    }
}

async fn finds<S: SessionStore>(store: &S) -> Result<(), Breach> {
    let now = start();
    let [one, two, three] = [1, 2, 3].map(|n| TestPerson(n).mobile());
    let (alone, both) = (opened(1, 1, now)?, opened(2, 2, now)?);
    let later = accepted(&opened(3, 1, now)?, now)?;
    save(store, &[alone.clone(), both.clone(), opened(3, 1, now)?]).await?;
    save(store, core::slice::from_ref(&later)).await?;

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

async fn finds_ended<S: SessionStore>(store: &S) -> Result<(), Breach> {
    let now = start();
    let person = TestPerson(1).mobile();
    let noticed = after(now, TimeDelta::days(3));
    let (withdrawn, completed) = (withdrawn(&opened(1, 1, now)?, now)?, completed(2, now)?);
    let returned = next(opened(3, 1, now)?.session().tick(noticed))?;
    for id in 1..=3 {
        save(store, &[opened(id, 1, now)?]).await?;
    }
    for update in completed.iter().chain([&withdrawn, &returned]) {
        save(store, core::slice::from_ref(update)).await?;
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
    save(store, core::slice::from_ref(&erased)).await?;
    let rest = [completed, returned.session()];
    same_set(FIND_ERASED, &rest, &found(store, person, now).await?)?;
    let loaded = load(store, erased.id()).await?;
    same(LOAD, Some(erased.session()), loaded.as_ref())
}

async fn wakes<S: SessionStore>(store: &S) -> Result<(), Breach> {
    let now = start();
    let first = opened(1, 1, now)?;
    save(store, core::slice::from_ref(&first)).await?;
    same_set(NOT_DUE, &[], &leased(store, just_before(now), 8).await?)?;
    same_set(DUE, &[first.session()], &leased(store, now, 8).await?)?;

    let waiting = accepted(&first, now)?;
    save(store, core::slice::from_ref(&waiting)).await?;
    let over = waiting.session().wake().unwrap_or(now);
    let long_after_the_lease = after(now, TimeDelta::hours(1));
    same_set(WAKE, &[], &leased(store, long_after_the_lease, 8).await?)?;
    same_set(NOT_DUE, &[], &leased(store, just_before(over), 8).await?)?;

    let asked_at = after(now, TimeDelta::hours(2));
    let asked = waiting
        .session()
        .resend(&TestPerson(1).resend(), &keys(), asked_at);
    let asked = asked.map_err(unusable)?.update().clone();
    save(store, core::slice::from_ref(&asked)).await?;
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
    save(store, core::slice::from_ref(&sent)).await?;
    same_set(NOT_DUE, &[], &leased(store, just_before(over), 8).await?)?;
    same_set(DUE, &[sent.session()], &leased(store, over, 8).await?)?;

    let ended = next(sent.session().tick(over))?;
    save(store, core::slice::from_ref(&ended)).await?;
    let much_later = after(over, TimeDelta::days(365));
    same_set(ENDED, &[], &leased(store, much_later, 8).await?)
}

async fn leases<S: SessionStore>(store: &S) -> Result<(), Breach> {
    let now = start();
    let first = opened(1, 1, now)?;
    save(store, core::slice::from_ref(&first)).await?;
    same_set(DUE, &[first.session()], &leased(store, now, 8).await?)?;
    same_set(LEASE, &[], &leased(store, now, 8).await?)?;
    let end = after(now, LEASE_SPAN);
    same_set(LEASE, &[], &leased(store, just_before(end), 8).await?)?;
    same_set(LEASE_END, &[first.session()], &leased(store, end, 8).await?)?;

    // A save that leaves the message due.
    let later = after(end, TimeDelta::seconds(10));
    let wrong = wrong_entry(&first, later)?;
    save(store, core::slice::from_ref(&wrong)).await?;
    same_set(LEASE_SAVED, &[], &leased(store, later, 8).await?)?;
    let end = after(end, LEASE_SPAN);
    same_set(LEASE_SAVED, &[], &leased(store, just_before(end), 8).await?)?;
    same_set(
        LEASE_SAVED,
        &[wrong.session()],
        &leased(store, end, 8).await?,
    )
}

/// Five rounds, the most overdue neither saved first nor with the smallest id.
async fn shares<S: SessionStore>(store: &S) -> Result<(), Breach> {
    let now = start();
    let mut rounds = Vec::new();
    for (id, minutes) in [(3, 2), (5, 0), (1, 4), (4, 1), (2, 3)] {
        let round = opened(id, 1, after(now, TimeDelta::minutes(minutes)))?;
        save(store, core::slice::from_ref(&round)).await?;
        rounds.push(round);
    }
    rounds.sort_by_key(|round| round.session().wake());
    let mut expected = rounds.iter().map(Update::session);

    let now = after(now, TimeDelta::minutes(10));
    for _ in 0..3 {
        let some: Vec<_> = expected.by_ref().take(2).collect();
        let taken = leased(store, now, 2).await?;
        if taken.len() != some.len() {
            return Err(Breach::new(LIMIT, names(some), names(&taken)));
        }
        if !taken.iter().eq(some.clone()) {
            return Err(Breach::new(ORDER, names(some), names(&taken)));
        }
    }
    same_set(LEASE, &[], &leased(store, now, 2).await?)
}

async fn next_wake<S: SessionStore>(store: &S) -> Result<(), Breach> {
    let now = start();
    wake_is(store, now, None).await?;
    let (one, two) = (opened(1, 1, now)?, opened(2, 1, now)?);
    save(store, &[one.clone(), two.clone()]).await?;
    wake_is(store, just_before(now), Some(now)).await?;
    wake_is(store, now, None).await?;

    let (early, late) = (
        accepted(&one, now)?,
        accepted(&two, after(now, TimeDelta::hours(1)))?,
    );
    save(store, &[early.clone(), late.clone()]).await?;
    let (first, second) = (early.session().wake(), late.session().wake());
    let over = first.unwrap_or(now);
    wake_is(store, now, first).await?;
    leased(store, over, 1).await?;
    wake_is(store, just_before(over), first).await?;
    wake_is(store, over, second).await?;
    save(store, &[withdrawn(&early, now)?, withdrawn(&late, now)?]).await?;
    wake_is(store, now, None).await
}

async fn wake_is<S: SessionStore>(
    store: &S,
    now: DateTime<Utc>,
    expected: Option<DateTime<Utc>>,
) -> Result<(), Breach> {
    let wake = store.next_due(now).await.map_err(works)?;
    if wake == expected {
        return Ok(());
    }
    Err(Breach::new(
        NEXT,
        format!("{expected:?}"),
        format!("{wake:?}"),
    ))
}

// ---- calls of the store; its own errors are breaches

async fn load<S: SessionStore>(store: &S, id: SessionId) -> Result<Option<Session>, Breach> {
    store.load(id).await.map_err(works)
}

async fn found<S: SessionStore>(
    store: &S,
    mobile: MobileNumber,
    now: DateTime<Utc>,
) -> Result<Vec<Session>, Breach> {
    store.find(&mobile, now).await.map_err(works)
}

async fn leased<S: SessionStore>(
    store: &S,
    now: DateTime<Utc>,
    limit: usize,
) -> Result<Vec<Session>, Breach> {
    let leased = store.lease_due(now, limit, LEASE_SPAN).await;
    let leased = leased.map_err(works)?.into_iter();
    let session = |leased: Leased| leased.session.map_err(works);
    leased.map(session).collect()
}

async fn save<S: SessionStore>(store: &S, updates: &[Update]) -> Result<(), Breach> {
    if attempt(store, updates).await? {
        return Ok(());
    }
    Err(Breach::new(SAVE, "no conflict", "a conflict"))
}

async fn conflict<S: SessionStore>(
    promise: &'static str,
    store: &S,
    updates: &[Update],
) -> Result<(), Breach> {
    if attempt(store, updates).await? {
        return Err(Breach::new(promise, "a conflict", "none"));
    }
    Ok(())
}

/// `false` after a conflict.
async fn attempt<S: SessionStore>(store: &S, updates: &[Update]) -> Result<bool, Breach> {
    match store.save(updates).await {
        Ok(()) => Ok(true),
        Err(SaveError::Conflict) => Ok(false),
        Err(SaveError::Store(error)) => Err(works(error)),
    }
}

/// The session, if its save went through.
async fn winner<'a, S: SessionStore>(
    store: &S,
    rival: &'a Update,
) -> Result<Option<&'a Session>, Breach> {
    let won = attempt(store, core::slice::from_ref(rival)).await?;
    Ok(won.then_some(rival.session()))
}

// ---- judgement

fn same(
    promise: &'static str,
    expected: Option<&Session>,
    found: Option<&Session>,
) -> Result<(), Breach> {
    if expected == found {
        return Ok(());
    }
    Err(Breach::new(promise, names(expected), names(found)))
}

/// In any order.
fn same_set(promise: &'static str, expected: &[&Session], found: &[Session]) -> Result<(), Breach> {
    let all_there = expected.iter().all(|session| found.contains(session));
    if all_there && expected.len() == found.len() {
        return Ok(());
    }
    Err(Breach::new(
        promise,
        names(expected.iter().copied()),
        names(found),
    ))
}

fn one_winner(winners: &[Option<&Session>], stored: Option<&Session>) -> Result<(), Breach> {
    let mut winners = winners.iter().flatten();
    match (winners.next(), winners.count()) {
        (Some(winner), 0) => same(ONE_WINS, Some(winner), stored),
        (Some(_), more) => Err(Breach::new(ONE_WINS, "one", format!("{more} more"))),
        (None, _) => Err(Breach::new(ONE_WINS, "one", "none")),
    }
}

/// Sessions by id, version and what can be printed of them.
fn names<'a>(sessions: impl IntoIterator<Item = &'a Session>) -> String {
    let name = |session: &Session| {
        let (id, version) = (session.id(), session.version());
        let (status, changed) = (session.status(), session.last_changed_at());
        format!("{id} at version {version}, {status:?}, changed at {changed}")
    };
    let names: Vec<_> = sessions.into_iter().map(name).collect();
    if names.is_empty() {
        return String::from("nothing");
    }
    names.join("; ")
}

fn works(error: impl Debug) -> Breach {
    Breach::new(WORKS, "no error", format!("{error:?}"))
}
