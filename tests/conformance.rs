//! The suites of the testkit: what is sound passes, and every way of being broken is named.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]

use std::{
    convert::Infallible,
    future::poll_fn,
    sync::{Arc, Mutex},
    task::Poll,
};

use beian::{
    Message, MobileNumber, RoundStatus, Session, SessionId, Update,
    host::{Clock as _, Desk, MemoryStore, SaveError, SendOutcome, SessionStore, SmsSender, block},
    testkit::{
        Breach, FixedEntropy, ManualClock, RecordingSender, Scripted, TestPerson, keys, recipients,
        seed, sender, store,
    },
};
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use rand_core::TryRng as _;
use serde_json::Value;

// ---- what is sound

#[test]
fn the_store_in_memory_keeps_every_promise() {
    block(store::check(async || MemoryStore::default()))
        .unwrap()
        .unwrap();
    store::check_threads(MemoryStore::default).unwrap();
    let one = Arc::new(MemoryStore::default());
    block(store::check_durable(async || one.clone()))
        .unwrap()
        .unwrap();
}

#[test]
fn a_sound_store_passes_when_it_waits_between_any_two_steps() {
    let all = async || {
        store::check(async || Shelf::with(Fault::None)).await?;
        let one = Arc::new(Shelf::with(Fault::None));
        store::check_durable(async || one.clone()).await
    };
    to_the_end(all()).unwrap();
}

// ---- what is broken, and the promise that names it

#[test]
fn every_broken_store_is_named() {
    for (fault, promise) in BROKEN {
        let breach = to_the_end(store::check(async || Shelf::with(*fault)));
        let breach = breach.expect_err(&format!("{fault:?} passes"));
        assert_eq!(breach.promise(), *promise, "{fault:?}: {breach}");
    }
}

/// Each way of being broken, and the promise that it breaks first.
const BROKEN: &[(Fault, &str)] = &[
    (
        Fault::LoadsOneBefore,
        "the store gives back exactly what was saved last, and nothing for an unknown id",
    ),
    (
        Fault::KeepsMilliseconds,
        "the store gives back exactly what was saved last, and nothing for an unknown id",
    ),
    (
        Fault::ShortIds,
        "the store gives back exactly what was saved last, and nothing for an unknown id",
    ),
    (
        Fault::UpdatesInsert,
        "an update that expects a session is in conflict with none",
    ),
    (
        Fault::InsertsOverwrite,
        "an update that expects no session is in conflict with one",
    ),
    (
        Fault::IgnoresVersions,
        "an update that expects another version is in conflict",
    ),
    (
        Fault::TakesNewerVersions,
        "an update that expects another version is in conflict",
    ),
    (
        Fault::WritesBeforeItRefuses,
        "a conflict leaves what is stored as it was",
    ),
    (Fault::NotAtomic, "one update in conflict refuses them all"),
    (
        Fault::ChecksThenWaits,
        "of several saves over one version exactly one wins",
    ),
    (
        Fault::RefusesEverybodyInARace,
        "of several saves over one version exactly one wins",
    ),
    (
        Fault::FindsOne,
        "find gives every open session of the number",
    ),
    (
        Fault::FindsByFirstNumber,
        "find gives no session of another number",
    ),
    (
        Fault::FindsOthers,
        "find gives no session of another number",
    ),
    (
        Fault::FindsNothingToCome,
        "find gives every open session of the number",
    ),
    (
        Fault::FindsOpenOnly,
        "find gives sessions whose end was stored ten minutes ago or later",
    ),
    (
        Fault::FindsShortOfTenMinutes,
        "find gives sessions whose end was stored ten minutes ago or later",
    ),
    (
        Fault::FindsByTheEndItself,
        "find gives sessions whose end was stored ten minutes ago or later",
    ),
    (
        Fault::FindsForEver,
        "find gives no session whose end was stored more than ten minutes ago",
    ),
    (
        Fault::FindsInMilliseconds,
        "find gives no session whose end was stored more than ten minutes ago",
    ),
    (Fault::FindsErased, "find gives no session that was erased"),
    (
        Fault::DueAfterItsWake,
        "lease_due gives the sessions whose wake is now or past",
    ),
    (
        Fault::WakesInMilliseconds,
        "lease_due gives no session before its wake, to the microsecond",
    ),
    (
        Fault::WakeOfTheFirstSave,
        "the wake of a session is that of its last save",
    ),
    (
        Fault::WakeNeverEarlier,
        "the wake of a session is that of its last save",
    ),
    (Fault::EndedStayDue, "an ended session is never due"),
    (Fault::NoLeases, "a leased session is given to nobody else"),
    (Fault::LeasesForEver, "a lease is over exactly at its end"),
    (
        Fault::LeasesAMicrosecondMore,
        "a lease is over exactly at its end",
    ),
    (
        Fault::LeasesASecondLess,
        "a leased session is given to nobody else",
    ),
    (Fault::SavesEndLeases, "a save touches no lease"),
    (Fault::SavesRenewLeases, "a save touches no lease"),
    (
        Fault::NoLimit,
        "lease_due gives no more sessions than asked for, and leases no others",
    ),
    (
        Fault::LeasesMoreThanItGives,
        "lease_due gives no more sessions than asked for, and leases no others",
    ),
    (Fault::NewestFirst, "lease_due gives the most overdue first"),
    (
        Fault::SmallestIdFirst,
        "lease_due gives the most overdue first",
    ),
    (
        Fault::NextIsNow,
        "next_wake is the earliest wake later than now, leased or not",
    ),
    (
        Fault::NextWithoutLeased,
        "next_wake is the earliest wake later than now, leased or not",
    ),
    (
        Fault::NextIsAny,
        "next_wake is the earliest wake later than now, leased or not",
    ),
    (Fault::Fails, "the store works"),
];

#[test]
fn a_store_that_forgets_is_named() {
    let durable = "what was saved is still there when the store is opened again";
    let breach = block(store::check_durable(async || MemoryStore::default())).unwrap();
    assert_eq!(breach.unwrap_err().promise(), durable);

    // Leases that live in the process alone.
    let one = Arc::new(Shelf::with(Fault::None));
    let open = async || {
        one.lock().leases.clear();
        one.clone()
    };
    let breach = to_the_end(store::check_durable(open)).unwrap_err();
    assert_eq!(breach.promise(), "a leased session is given to nobody else");

    // An index that lives in the process alone.
    let one = Arc::new(Shelf::with(Fault::None));
    let open = async || {
        one.lock().wakes.clear();
        one.clone()
    };
    let breach = to_the_end(store::check_durable(open)).unwrap_err();
    assert_eq!(breach.promise(), durable);
}

#[test]
fn under_threads_a_gap_between_check_and_write_is_named() {
    let breach = store::check_threads(|| Gap(Shelf::with(Fault::None))).unwrap_err();
    assert_eq!(
        breach.promise(),
        "of several saves over one version exactly one wins"
    );
    let breach = store::check_threads(|| Shelf::with(Fault::None)).unwrap_err();
    assert_eq!(breach.promise(), "the store answers without waiting");
}

#[test]
fn every_broken_sender_is_named() {
    let check = |key| {
        let gateway = Gateway {
            keys: Mutex::default(),
            key,
        };
        let keys_seen = || gateway.keys.lock().unwrap().clone();
        block(sender::check(&gateway, keys_seen)).unwrap()
    };
    assert_eq!(check(|message, _| message.id().to_string()), Ok(()));
    for (key, promise) in [
        (
            (|message, sent| format!("{}-{sent}", message.id())) as fn(&Message, usize) -> String,
            "the same message goes out under the same idempotency key",
        ),
        (
            |message, _| message.id().session.to_string(),
            "every other message, and every other try, has an idempotency key of its own",
        ),
        (
            |message, _| format!("{}{}", message.id(), message.code_for_transport()),
            "an idempotency key tells neither code nor number",
        ),
        (
            |message, _| format!("{}{}", message.id(), message.to().digits()),
            "an idempotency key tells neither code nor number",
        ),
        (
            |_, _| String::new(),
            "every message goes to the gateway once a call, under an idempotency key",
        ),
    ] {
        assert_eq!(check(key).unwrap_err().promise(), promise);
    }
}

#[test]
fn a_breach_says_what_was_expected_and_what_was_found() {
    let breach: Breach =
        to_the_end(store::check(async || Shelf::with(Fault::FindsForEver))).unwrap_err();
    assert!(breach.expected().contains("at version"), "{breach}");
    assert!(breach.found().contains("at version"), "{breach}");
    let text = breach.to_string();
    assert!(text.contains(breach.promise()) && text.contains(breach.expected()));
}

// ---- the rest of the testkit

#[test]
fn fixed_entropy_is_the_same_in_every_run() {
    let draw = |seed| {
        let mut bytes = [0; 70];
        let Ok(()) = FixedEntropy::new(seed).try_fill_bytes(&mut bytes);
        bytes
    };
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
    assert_ne!(draw(1)[..32], draw(1)[32..64]);
    let mut rng = FixedEntropy::new(1);
    let (Ok(one), Ok(two)) = (rng.try_next_u64(), rng.try_next_u64());
    let (Ok(three), Ok(four)) = (rng.try_next_u32(), rng.try_next_u32());
    assert!(one != two && u64::from(three) != two && three != four);
}

#[test]
fn a_manual_clock_stops_where_instants_end() {
    let clock = ManualClock::default();
    clock.advance(TimeDelta::MAX);
    clock.advance(TimeDelta::MAX);
    assert_eq!(clock.now(), DateTime::<Utc>::MAX_UTC);
    clock.set(DateTime::UNIX_EPOCH);
    clock.advance(TimeDelta::seconds(-1));
    assert_eq!(clock.now().timestamp(), -1);
    clock.advance(TimeDelta::MIN);
    assert_eq!(clock.now(), DateTime::<Utc>::MIN_UTC);
}

#[test]
fn the_latest_code_is_the_numbers_own_and_of_a_message_that_arrived() {
    let (sender, clock) = (RecordingSender::default(), ManualClock::default());
    let desk = Desk::new(MemoryStore::default(), keys(), clock.clone());
    let round = block(desk.open(1, &recipients(2), seed(1))).unwrap();
    round.unwrap();
    let latest = |n| sender.latest_code(&TestPerson(n).mobile());
    assert_eq!(latest(1), None);

    sender.script([Scripted::Accept, Scripted::Fail]);
    block(desk.dispatch(&sender)).unwrap().unwrap();
    let [accepted, failed] = &sender.sent()[..] else {
        panic!("two messages")
    };
    for n in [1, 2] {
        let arrived = *accepted.to() == TestPerson(n).mobile();
        let code = arrived.then(|| accepted.code().to_owned());
        assert_eq!(latest(n), code, "{n}");
    }
    assert_ne!(accepted.to(), failed.to());
}

#[test]
fn attack_12_a_recording_prints_neither_code_nor_number() {
    let sender = RecordingSender::default();
    let desk = Desk::new(MemoryStore::default(), keys(), ManualClock::default());
    block(desk.open(1, &recipients(1), seed(1)))
        .unwrap()
        .unwrap();
    block(desk.dispatch(&sender)).unwrap().unwrap();
    let code = sender.latest_code(&TestPerson(1).mobile()).unwrap();
    let printed = format!("{sender:?} {:?}", sender.sent());
    assert!(printed.contains("199****0001"));
    assert!(!printed.contains(&code) && !printed.contains("19900000001"));
}

// ---- a sender

struct Gateway {
    keys: Mutex<Vec<String>>,
    key: fn(&Message, usize) -> String,
}

impl SmsSender for Gateway {
    async fn send(&self, message: &Message) -> SendOutcome {
        let mut keys = self.keys.lock().unwrap();
        let key = (self.key)(message, keys.len());
        keys.push(key);
        SendOutcome::Accepted
    }
}

// ---- a store that is simple, and broken in one way

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    LoadsOneBefore,
    KeepsMilliseconds,
    ShortIds,
    UpdatesInsert,
    InsertsOverwrite,
    IgnoresVersions,
    TakesNewerVersions,
    WritesBeforeItRefuses,
    NotAtomic,
    ChecksThenWaits,
    RefusesEverybodyInARace,
    FindsOne,
    FindsByFirstNumber,
    FindsOthers,
    FindsNothingToCome,
    FindsOpenOnly,
    FindsShortOfTenMinutes,
    FindsByTheEndItself,
    FindsForEver,
    FindsInMilliseconds,
    FindsErased,
    DueAfterItsWake,
    WakesInMilliseconds,
    WakeOfTheFirstSave,
    WakeNeverEarlier,
    EndedStayDue,
    NoLeases,
    LeasesForEver,
    LeasesAMicrosecondMore,
    LeasesASecondLess,
    SavesEndLeases,
    SavesRenewLeases,
    NoLimit,
    LeasesMoreThanItGives,
    NewestFirst,
    SmallestIdFirst,
    NextIsNow,
    NextWithoutLeased,
    NextIsAny,
    Fails,
}

struct Shelf {
    fault: Fault,
    rows: Mutex<Rows>,
}

/// Every version of every session, and what they are found by.
#[derive(Default)]
struct Rows {
    sessions: Vec<Vec<Session>>,
    wakes: Vec<(SessionId, Option<DateTime<Utc>>)>,
    leases: Vec<(SessionId, DateTime<Utc>)>,
    saving: usize,
}

#[derive(Debug, thiserror::Error)]
#[error("broken on purpose")]
struct Broken;

impl Shelf {
    fn with(fault: Fault) -> Self {
        let rows = Mutex::default();
        Self { fault, rows }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Rows> {
        self.rows.lock().unwrap()
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn fits(&self, rows: &Rows, update: &Update) -> bool {
        let stored = rows.latest(update.id()).map_or(0, Session::version);
        let expected = update.expected_version();
        stored == expected
            || self.has(Fault::IgnoresVersions) && expected > 0 && stored > 0
            || self.has(Fault::TakesNewerVersions) && expected > stored && stored > 0
            || self.has(Fault::UpdatesInsert) && stored == 0
            || self.has(Fault::InsertsOverwrite) && expected == 0
    }

    fn put(&self, rows: &mut Rows, session: &Session) {
        let id = session.id();
        let written = self.written(session);
        match rows.sessions.iter_mut().find(|all| all[0].id() == id) {
            Some(all) => all.push(written),
            None => rows.sessions.push(vec![written]),
        }
        let known = rows.wakes.iter().find(|(known, _)| *known == id);
        let before = known.and_then(|(_, wake)| *wake);
        let wake = match session.wake() {
            None if self.has(Fault::EndedStayDue) => before,
            Some(wake) if self.has(Fault::WakesInMilliseconds) => Some(wake.trunc_subsecs(3)),
            Some(_) if self.has(Fault::WakeOfTheFirstSave) && before.is_some() => before,
            wake if self.has(Fault::WakeNeverEarlier) => {
                wake.map(|w| before.map_or(w, |b| b.max(w)))
            }
            wake => wake,
        };
        rows.wakes.retain(|(known, _)| *known != id);
        rows.wakes.push((id, wake));
        if self.has(Fault::SavesEndLeases) {
            rows.leases.retain(|(leased, _)| *leased != id);
        }
        if self.has(Fault::SavesRenewLeases) {
            for (_, end) in rows.leases.iter_mut().filter(|(leased, _)| *leased == id) {
                *end = (*end).max(session.last_changed_at() + TimeDelta::seconds(30));
            }
        }
    }

    /// As a database keeps it: a snapshot in JSON.
    fn written(&self, session: &Session) -> Session {
        let mut json = serde_json::to_value(session).unwrap();
        if self.has(Fault::KeepsMilliseconds) {
            cut_to_milliseconds(&mut json);
        }
        serde_json::from_value(json).unwrap()
    }

    fn finds(
        &self,
        session: &Session,
        rows: &Rows,
        mobile: &MobileNumber,
        now: DateTime<Utc>,
    ) -> bool {
        let first = rows.sessions.iter().find(|all| all[0].id() == session.id());
        let mut numbers = session.mobiles();
        let of_number = if self.has(Fault::FindsErased) {
            first.is_some_and(|all| all[0].mobiles().any(|known| known == mobile))
        } else if self.has(Fault::FindsByFirstNumber) {
            numbers.next() == Some(mobile)
        } else if self.has(Fault::FindsOthers) {
            numbers.next().is_some()
        } else {
            numbers.any(|known| known == mobile)
        };
        let ended_at = match session.status() {
            RoundStatus::SmsVerification => {
                let to_come = session.opened_at() > now;
                return of_number && !(to_come && self.has(Fault::FindsNothingToCome));
            }
            RoundStatus::Returned { at, .. } if self.has(Fault::FindsByTheEndItself) => at,
            RoundStatus::Returned { noticed_at, .. } => noticed_at,
            RoundStatus::AdministrationReview { at } | RoundStatus::Withdrawn { at } => at,
        };
        let ago = now - ended_at;
        let soon = match self.fault {
            Fault::FindsOpenOnly => false,
            Fault::FindsForEver => true,
            Fault::FindsShortOfTenMinutes => ago < TimeDelta::minutes(10),
            Fault::FindsInMilliseconds => ago.num_milliseconds() <= 600_000,
            _ => ago <= TimeDelta::minutes(10),
        };
        of_number && soon
    }

    /// Somebody else may come first here.
    async fn wait(&self) -> Result<(), Broken> {
        let mut polled = false;
        poll_fn(|context| {
            context.waker().wake_by_ref();
            let before = std::mem::replace(&mut polled, true);
            if before {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
        if self.has(Fault::Fails) {
            Err(Broken)
        } else {
            Ok(())
        }
    }
}

fn cut_to_milliseconds(json: &mut Value) {
    match json {
        Value::Object(fields) => fields.values_mut().for_each(cut_to_milliseconds),
        Value::Array(items) => items.iter_mut().for_each(cut_to_milliseconds),
        number => {
            if let Some(micros) = number.as_i64().filter(|n| *n > 1_000_000_000_000_000) {
                *number = (micros / 1_000 * 1_000).into();
            }
        }
    }
}

impl Rows {
    fn latest(&self, id: SessionId) -> Option<&Session> {
        let all = self.sessions.iter().find(|all| all[0].id() == id)?;
        all.last()
    }
}

impl SessionStore for Shelf {
    type Error = Broken;

    async fn load(&self, id: SessionId) -> Result<Option<Session>, Broken> {
        self.wait().await?;
        let rows = self.lock();
        if self.has(Fault::ShortIds) {
            let short = |id: SessionId| id.as_bytes()[8..].to_vec();
            let like = rows
                .sessions
                .iter()
                .find(|all| short(all[0].id()) == short(id));
            return Ok(like.and_then(|all| all.last()).cloned());
        }
        let all = rows.sessions.iter().find(|all| all[0].id() == id);
        let back = usize::from(self.has(Fault::LoadsOneBefore));
        Ok(all
            .and_then(|all| all.iter().rev().nth(back.min(all.len() - 1)))
            .cloned())
    }

    async fn find(
        &self,
        mobile: &MobileNumber,
        now: DateTime<Utc>,
    ) -> Result<Vec<Session>, Broken> {
        self.wait().await?;
        let rows = self.lock();
        let latest = rows.sessions.iter().filter_map(|all| all.last());
        let most = if self.has(Fault::FindsOne) {
            1
        } else {
            usize::MAX
        };
        Ok(latest
            .filter(|session| self.finds(session, &rows, mobile, now))
            .take(most)
            .cloned()
            .collect())
    }

    async fn save(&self, updates: &[Update]) -> Result<(), SaveError<Broken>> {
        self.wait().await?;
        if self.has(Fault::ChecksThenWaits) {
            let fits = {
                let rows = self.lock();
                updates.iter().all(|update| self.fits(&rows, update))
            };
            if !fits {
                return Err(SaveError::Conflict);
            }
            self.wait().await?;
            let mut rows = self.lock();
            for update in updates {
                self.put(&mut rows, update.session());
            }
            return Ok(());
        }
        if self.has(Fault::RefusesEverybodyInARace) {
            self.lock().saving += 1;
            self.wait().await?;
            let alone = self.lock().saving == 1;
            self.wait().await?;
            self.lock().saving -= 1;
            if !alone {
                return Err(SaveError::Conflict);
            }
        }
        let mut rows = self.lock();
        if self.has(Fault::NotAtomic) {
            for update in updates {
                if !self.fits(&rows, update) {
                    return Err(SaveError::Conflict);
                }
                self.put(&mut rows, update.session());
            }
            return Ok(());
        }
        let fits = updates.iter().all(|update| self.fits(&rows, update));
        if fits || self.has(Fault::WritesBeforeItRefuses) {
            for update in updates {
                self.put(&mut rows, update.session());
            }
        }
        if fits {
            Ok(())
        } else {
            Err(SaveError::Conflict)
        }
    }

    async fn lease_due(
        &self,
        now: DateTime<Utc>,
        limit: usize,
        lease: TimeDelta,
    ) -> Result<Vec<Session>, Broken> {
        self.wait().await?;
        let mut rows = self.lock();
        let free = |id: &SessionId| match rows.leases.iter().find(|(leased, _)| leased == id) {
            None => true,
            Some(_) if self.has(Fault::LeasesForEver) => false,
            Some((_, end)) => *end <= now,
        };
        let patience = match self.fault {
            Fault::DueAfterItsWake => TimeDelta::microseconds(1),
            _ => TimeDelta::zero(),
        };
        let mut due: Vec<_> = rows
            .wakes
            .iter()
            .filter_map(|(id, wake)| Some((wake.as_ref().copied()?, *id)))
            .filter(|(wake, id)| *wake + patience <= now && free(id))
            .collect();
        due.sort();
        match self.fault {
            Fault::NewestFirst => due.reverse(),
            Fault::SmallestIdFirst => due.sort_by_key(|(_, id)| *id),
            _ => {}
        }
        let lease = match self.fault {
            Fault::LeasesAMicrosecondMore => lease + TimeDelta::microseconds(1),
            Fault::LeasesASecondLess => lease - TimeDelta::seconds(1),
            _ => lease,
        };
        let leased = match self.fault {
            Fault::NoLimit | Fault::LeasesMoreThanItGives => due.len(),
            _ => limit.min(due.len()),
        };
        due.truncate(leased);
        if !self.has(Fault::NoLeases) {
            for (_, id) in &due {
                rows.leases.retain(|(known, _)| known != id);
                rows.leases.push((*id, now + lease));
            }
        }
        if !self.has(Fault::NoLimit) {
            due.truncate(limit);
        }
        Ok(due
            .iter()
            .filter_map(|(_, id)| rows.latest(*id))
            .cloned()
            .collect())
    }

    async fn next_wake(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Broken> {
        self.wait().await?;
        let rows = self.lock();
        let free = |id: &SessionId| {
            let lease = rows.leases.iter().find(|(leased, _)| leased == id);
            !self.has(Fault::NextWithoutLeased) || lease.is_none_or(|(_, end)| *end <= now)
        };
        let wakes = rows
            .wakes
            .iter()
            .filter(|(id, _)| free(id))
            .filter_map(|(_, wake)| *wake);
        Ok(wakes
            .filter(|wake| match self.fault {
                Fault::NextIsNow => *wake >= now,
                Fault::NextIsAny => true,
                _ => *wake > now,
            })
            .min())
    }
}

/// Blocks, checks versions, and lets go of its lock before it writes.
struct Gap(Shelf);

impl SessionStore for Gap {
    type Error = Infallible;

    async fn load(&self, id: SessionId) -> Result<Option<Session>, Infallible> {
        Ok(self.0.lock().latest(id).cloned())
    }

    async fn find(&self, _: &MobileNumber, _: DateTime<Utc>) -> Result<Vec<Session>, Infallible> {
        Ok(Vec::new())
    }

    async fn save(&self, updates: &[Update]) -> Result<(), SaveError<Infallible>> {
        let fits = {
            let rows = self.0.lock();
            updates.iter().all(|update| self.0.fits(&rows, update))
        };
        std::thread::sleep(std::time::Duration::from_millis(20));
        let mut rows = self.0.lock();
        if !fits {
            return Err(SaveError::Conflict);
        }
        for update in updates {
            self.0.put(&mut rows, update.session());
        }
        Ok(())
    }

    async fn lease_due(
        &self,
        _: DateTime<Utc>,
        _: usize,
        _: TimeDelta,
    ) -> Result<Vec<Session>, Infallible> {
        Ok(Vec::new())
    }

    async fn next_wake(&self, _: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Infallible> {
        Ok(None)
    }
}

/// Polls until it is ready: all that is needed where nothing waits for the outside.
fn to_the_end<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    for _ in 0..100_000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
    panic!("it waits for ever")
}
