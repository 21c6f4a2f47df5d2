//! The suites of the testkit: what is sound passes, and every way of being broken is named.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    unreachable_pub,
    reason = "tests"
)]

#[path = "conformance/broken.rs"]
mod broken;
#[path = "conformance/shelf.rs"]
mod shelf;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    task::Poll,
};

use beian::{
    Message,
    host::{Clock as _, Desk, MemoryStore, SendOutcome, SmsSender, block},
    testkit::{
        Breach, FixedEntropy, ManualClock, RecordingSender, Scripted, TestPerson, keys, recipients,
        seed, sender, store,
    },
};
use broken::{BROKEN, Fault};
use chrono::{DateTime, TimeDelta, Utc};
use rand_core::TryRng as _;
use shelf::Shelf;

// ---- what is sound

#[test]
fn the_store_in_memory_keeps_every_promise() {
    let make = || Arc::new(MemoryStore::default());
    block(store::check(async || make())).unwrap().unwrap();
    store::check_threads(make).unwrap();
}

#[test]
fn a_sound_store_passes_when_it_waits_between_any_two_steps() {
    for sound in [Fault::None, Fault::NoneAsItLooksAgain] {
        to_the_end(store::check(async || Shelf::with(sound))).unwrap();
    }
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

#[test]
fn under_threads_a_gap_between_check_and_write_is_named() {
    store::check_threads(|| Shelf::that_blocks(Fault::None)).unwrap();
    for fault in [Fault::ChecksThenWaits, Fault::LooksThenLeases] {
        let breach = store::check_threads(|| Shelf::that_blocks(fault)).unwrap_err();
        let (_, promise) = BROKEN.iter().find(|(named, _)| *named == fault).unwrap();
        assert_eq!(breach.promise(), *promise, "{breach}");
    }
    let breach = store::check_threads(|| Shelf::with(Fault::None)).unwrap_err();
    assert_eq!(breach.promise(), WAITS);
}

const WAITS: &str = "the store answers without waiting";

#[test]
fn no_promise_is_one_that_no_fault_breaks() {
    let source = include_str!("../src/testkit/store/promises.rs");
    let promises: BTreeSet<_> = source.split('"').skip(1).step_by(2).collect();
    let broken = BROKEN.iter().map(|(_, promise)| *promise);
    assert_eq!(broken.chain([WAITS]).collect::<BTreeSet<_>>(), promises);
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
