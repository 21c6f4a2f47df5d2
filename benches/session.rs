//! What a decision costs in time, beside the MACs it can't do without. Allocations: `counts`.
//!
//! ```text
//! cargo bench --bench session
//! ```
//!
//! Machines differ: compare the rows of one run with `macs`.

#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

use beian::{
    Entry, KeyId, KeyRing, Keys, Message, Opening, Policy, Recipient, Recipients, Report,
    ResendRequest, Role, Seed, Session,
};
use chrono::{DateTime, TimeDelta, Utc};
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

/// An open round of one person whose message was accepted, and what to do with it.
struct Scene {
    keys: KeyRing,
    recipients: Recipients,
    opened: Session,
    session: Session,
    first: Message,
    right: Entry,
    wrong: Entry,
    resend: ResendRequest,
    now: DateTime<Utc>,
}

impl Scene {
    fn new() -> Self {
        let keys = KeyRing::single(1, [7; 32]).unwrap();
        let now: DateTime<Utc> = "2024-05-01T02:00:00Z".parse().unwrap();
        let number = "19900000001";
        let person = Recipient::new(
            number.parse().unwrap(),
            Role::EntityLeader,
            ["345678".parse().unwrap()],
        );
        let recipients = Recipients::new([person], Policy::REGULATOR).unwrap();
        let opening = Opening::new(1, &recipients, seed());
        let (opened, ()) = Session::open(&opening, &keys, now).unwrap().persisted();
        let first = opened.outbox(&keys, now).unwrap().remove(0);
        let (session, _) = opened
            .report(first.id(), Report::Accepted, now)
            .unwrap()
            .persisted();
        let code = first.code_for_transport();
        Self {
            right: Entry::parse(number, code, "345678").unwrap(),
            wrong: Entry::parse(number, code, "000000").unwrap(),
            resend: ResendRequest::parse(number, "345678").unwrap(),
            now: now.checked_add_signed(TimeDelta::minutes(7)).unwrap(),
            keys,
            recipients,
            opened,
            session,
            first,
        }
    }
}

fn seed() -> Seed {
    Seed::draw(&mut getrandom::SysRng).unwrap()
}

/// The measure for the rest: an entry can't do without two MACs, a right one without three (D18); a
/// resend and a message can't do without one. As long as the crate's own, the key's schedule prepared.
#[divan::bench(args = [1, 2, 3])]
fn macs(bencher: Bencher, count: usize) {
    let keys = KeyRing::single(1, [7; 32]).unwrap();
    let mac = |message: &[u8]| keys.mac(KeyId::from(1), black_box(message)).unwrap();
    match count {
        1 => bencher.bench_local(|| mac(&[1; 30])),
        2 => bencher.bench_local(|| (mac(&[1; 30]), mac(&[2; 55]))),
        _ => bencher.bench_local(|| (mac(&[1; 30]), mac(&[2; 55]), mac(&[3; 52]))),
    }
}

#[divan::bench]
fn open(bencher: Bencher) {
    let scene = Scene::new();
    bencher
        .with_inputs(|| Opening::new(1, &scene.recipients, seed()))
        .bench_local_refs(|opening| Session::open(opening, &scene.keys, scene.now).unwrap());
}

#[divan::bench]
fn submit_right(bencher: Bencher) {
    let scene = Scene::new();
    bencher.bench_local(|| {
        scene
            .session
            .submit(&scene.right, &scene.keys, scene.now)
            .unwrap()
    });
}

#[divan::bench]
fn submit_wrong(bencher: Bencher) {
    let scene = Scene::new();
    bencher.bench_local(|| {
        scene
            .session
            .submit(&scene.wrong, &scene.keys, scene.now)
            .unwrap()
    });
}

/// What verified, once more: compared and refused.
#[divan::bench]
fn submit_repeated(bencher: Bencher) {
    let scene = Scene::new();
    let decision = scene.session.submit(&scene.right, &scene.keys, scene.now);
    let (verified, _) = decision.unwrap().persisted();
    bencher.bench_local(|| {
        verified
            .submit(&scene.right, &scene.keys, scene.now)
            .unwrap_err()
    });
}

#[divan::bench]
fn resend(bencher: Bencher) {
    let scene = Scene::new();
    bencher.bench_local(|| {
        scene
            .session
            .resend(&scene.resend, &scene.keys, scene.now)
            .unwrap()
    });
}

#[divan::bench]
fn report_accepted(bencher: Bencher) {
    let scene = Scene::new();
    bencher.bench_local(|| {
        scene
            .opened
            .report(scene.first.id(), Report::Accepted, scene.now)
            .unwrap()
    });
}

#[divan::bench]
fn outbox_with_one_message(bencher: Bencher) {
    let scene = Scene::new();
    bencher.bench_local(|| scene.opened.outbox(&scene.keys, scene.now).unwrap());
}

#[divan::bench]
fn outbox_with_none(bencher: Bencher) {
    let scene = Scene::new();
    bencher.bench_local(|| scene.session.outbox(&scene.keys, scene.now).unwrap());
}

#[divan::bench]
fn tick_that_ends_the_round(bencher: Bencher) {
    let scene = Scene::new();
    let late = scene.now.checked_add_signed(TimeDelta::days(2)).unwrap();
    bencher.bench_local(|| scene.session.tick(late).unwrap());
}

#[divan::bench]
fn tick_with_nothing_due(bencher: Bencher) {
    let scene = Scene::new();
    bencher.bench_local(|| scene.session.tick(scene.now).unwrap_err());
}

#[divan::bench]
fn snapshot_round_trip_json(bencher: Bencher) {
    let scene = Scene::new();
    bencher.bench_local(|| {
        let json = serde_json::to_vec(black_box(&scene.session)).unwrap();
        serde_json::from_slice::<Session>(&json).unwrap()
    });
}

#[divan::bench]
fn snapshot_round_trip_postcard(bencher: Bencher) {
    let scene = Scene::new();
    bencher.bench_local(|| {
        let bytes = postcard::to_allocvec(black_box(&scene.session)).unwrap();
        postcard::from_bytes::<Session>(&bytes).unwrap()
    });
}
