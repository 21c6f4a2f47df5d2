//! What a decision allocates, and what a session takes in memory: exact counts, the same every run.
//!
//! One test, because the counters are the process's.

#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]

use beian::{
    DeliveryReport, Entry, KeyRing, Opening, Recipient, Recipients, ResendRequest, Role, Seed,
    Session, VerificationPolicy,
    host::{Desk, MemoryStore, block},
};
use chrono::{DateTime, TimeDelta, Utc};
use dhat::HeapStats;

#[global_allocator]
static HEAP: dhat::Alloc = dhat::Alloc;

const NUMBER: &str = "19900000001";
const LAST_SIX: &str = "345678";
const SESSIONS: u32 = 20_000;

fn recipients(number: &str) -> Recipients {
    let person = Recipient::new(
        number.parse().unwrap(),
        Role::EntityLeader,
        [LAST_SIX.parse().unwrap()],
    );
    Recipients::new([person], VerificationPolicy::REGULATOR).unwrap()
}

/// How many blocks `work` allocates, its own result included.
fn blocks<T>(work: impl FnOnce() -> T) -> (u64, T) {
    let before = HeapStats::get().total_blocks;
    let result = work();
    (HeapStats::get().total_blocks - before, result)
}

#[test]
fn a_decision_takes_two_allocations_and_an_open_session_little_memory() {
    let _profiler = dhat::Profiler::builder().testing().build();
    let now: DateTime<Utc> = "2024-05-01T02:00:00Z".parse().unwrap();
    let keys = KeyRing::single(1, [7; 32]).unwrap();
    let seed = || Seed::draw(&mut getrandom::SysRng).unwrap();

    let one = recipients(NUMBER);
    let opening = Opening::new(1, &one, seed());
    let (taken, decision) = blocks(|| Session::open(&opening, &keys, now).unwrap());
    assert!(taken <= 2, "open: {taken}");
    let (session, ()) = decision.persisted();
    let message = session.outbox(&keys, now).unwrap().remove(0);
    let right = Entry::parse(NUMBER, message.code_for_transport(), LAST_SIX).unwrap();
    let wrong = Entry::parse(NUMBER, message.code_for_transport(), "000000").unwrap();
    let resend = ResendRequest::parse(NUMBER, LAST_SIX).unwrap();
    let later = now + TimeDelta::minutes(5);

    let (taken, decision) = blocks(|| {
        session
            .report(message.id(), DeliveryReport::Accepted, now)
            .unwrap()
    });
    assert!(taken <= 2, "report: {taken}");
    let (session, _) = decision.persisted();
    let (taken, decision) = blocks(|| session.submit(&right, &keys, later).unwrap());
    assert!(taken <= 2, "right entry: {taken}");
    drop(decision);
    let (taken, decision) = blocks(|| session.submit(&wrong, &keys, later).unwrap());
    assert!(taken <= 2, "wrong entry: {taken}");
    drop(decision);
    let (taken, decision) = blocks(|| session.resend(&resend, &keys, later).unwrap());
    assert!(taken <= 2, "resend: {taken}");
    drop(decision);
    let (taken, decision) = blocks(|| session.tick(now + TimeDelta::days(2)).unwrap());
    assert!(taken <= 2, "tick: {taken}");
    drop(decision);
    let remembered = Entry::parse(NUMBER, message.code_for_transport(), "000000").unwrap();
    let remembered = remembered.with_submission_id(1);
    let (taken, decision) = blocks(|| session.submit(&remembered, &keys, later).unwrap());
    assert!(taken <= 3, "entry with a submission id: {taken}");
    drop(decision);

    let (verified, _) = session.submit(&right, &keys, later).unwrap().persisted();
    let (taken, refused) = blocks(|| verified.submit(&right, &keys, later).is_err());
    assert_eq!((taken, refused), (0, true), "repeated entry");
    let (taken, refused) = blocks(|| session.tick(later).is_err());
    assert_eq!((taken, refused), (0, true), "tick with nothing due");
    let (taken, refused) = blocks(|| session.resend(&resend, &keys, now).is_err());
    assert_eq!((taken, refused), (0, true), "resend too soon");
    let (taken, nothing) = blocks(|| session.outbox(&keys, later).unwrap());
    assert_eq!(taken, 0, "empty outbox");
    drop(nothing);

    let desk = Desk::new(MemoryStore::default(), keys, move || now);
    let before = HeapStats::get().curr_bytes;
    for n in 0..SESSIONS {
        let recipients = recipients(&format!("199{:08}", u64::from(n) * 7_919_777 % 100_000_000)); // in no order
        block(desk.open(u128::from(n), &recipients, seed()))
            .unwrap()
            .unwrap();
    }
    let bytes = (HeapStats::get().curr_bytes - before) / usize::try_from(SESSIONS).unwrap();
    println!("an open one-person session takes {bytes} bytes in MemoryStore");
    assert!(bytes <= 400, "{bytes} bytes a session");
}
