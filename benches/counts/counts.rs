//! Instructions and allocations of each operation, beside those of the MACs it can't do without.
//!
//! ```text
//! cargo bench --bench counts
//! ```
//!
//! Needs valgrind, and gungraun-runner of the version in Cargo.toml. Every input is fixed, so two runs
//! count the same. Valgrind's processor has no SHA instructions: the MACs counted here are those of
//! plain code, several times what they are elsewhere. What an operation takes beyond its MACs is what
//! this crate answers for, and `.ci/run counts` holds it against `counts.json`.

#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]
#![allow(
    missing_docs,
    unused_qualifications,
    reason = "the harness writes public items with long names"
)]

use std::hint::black_box;

use beian::{
    Decision, DeliveryReport, DeliveryReportOutcome, Entry, EntryOutcome, KeyError, KeyId, KeyRing,
    Keys, Mac, Message, OpenError, Opening, Recipient, Recipients, Refusal, ResendOutcome,
    ResendRequest, Role, Seed, Session, SessionError, Tracker, VerificationPolicy,
    testkit::{FixedEntropy, recipients_under},
    tracker::{Fact, FactKind, NextStep},
};
use chrono::{DateTime, TimeDelta, Utc};
use gungraun::{Dhat, LibraryBenchmarkConfig, library_benchmark, library_benchmark_group, main};

const NUMBER: &str = "19900000001";
const LAST_SIX: &str = "345678";

/// A round of one person: just opened, its message accepted, verified. Leaked, so that no drop of it
/// is counted.
struct Scene {
    keys: KeyRing,
    recipients: Recipients,
    opened: Session,
    first: Message,
    session: Session,
    verified: Session,
    right: Entry,
    wrong: Entry,
    request: ResendRequest,
    now: DateTime<Utc>,
}

fn scene() -> &'static Scene {
    let keys = KeyRing::single(1, [7; 32]).unwrap();
    let start: DateTime<Utc> = "2024-05-01T02:00:00Z".parse().unwrap();
    let now = start.checked_add_signed(TimeDelta::minutes(7)).unwrap();
    let person = Recipient::new(
        NUMBER.parse().unwrap(),
        Role::EntityLeader,
        [LAST_SIX.parse().unwrap()],
    );
    let recipients = Recipients::new([person], VerificationPolicy::REGULATOR).unwrap();
    let opening = Opening::new(1, &recipients, seed());
    let (opened, ()) = Session::open(&opening, &keys, start).unwrap().persisted();
    let first = opened.outbox(&keys, start).unwrap().remove(0);
    let (session, _) = opened
        .report(first.id(), DeliveryReport::Accepted, start)
        .unwrap()
        .persisted();
    let code = first.code_for_transport();
    let right = Entry::parse(NUMBER, code, LAST_SIX).unwrap();
    let wrong = Entry::parse(NUMBER, code, "000000").unwrap();
    let (verified, _) = session.submit(&right, &keys, now).unwrap().persisted();
    Box::leak(Box::new(Scene {
        keys,
        recipients,
        opened,
        first,
        session,
        verified,
        right,
        wrong,
        request: ResendRequest::parse(NUMBER, LAST_SIX).unwrap(),
        now,
    }))
}

fn opening() -> (&'static Scene, &'static Opening<'static>) {
    let scene = scene();
    let opening = Opening::new(1, &scene.recipients, seed());
    (scene, Box::leak(Box::new(opening)))
}

fn seed() -> Seed {
    Seed::draw(&mut FixedEntropy::new(1)).unwrap()
}

/// The MACs of `lengths` bytes each, with the key's schedule prepared.
fn macs<const N: usize>(scene: &Scene, lengths: [usize; N]) -> [Result<Mac, KeyError>; N] {
    let message = [1; 64];
    let key = KeyId::from(1);
    lengths.map(|length| {
        scene
            .keys
            .mac(black_box(key), black_box(message.get(..length).unwrap()))
    })
}

// What each operation can't do without: the messages that it authenticates, by their lengths.

#[library_benchmark]
#[bench::of(scene())]
fn mac_of_an_id(scene: &Scene) -> [Result<Mac, KeyError>; 1] {
    macs(scene, [30])
}

#[library_benchmark]
#[bench::of(scene())]
fn mac_of_codes(scene: &Scene) -> [Result<Mac, KeyError>; 1] {
    macs(scene, [55])
}

#[library_benchmark]
#[bench::of(scene())]
fn mac_of_what_verified(scene: &Scene) -> [Result<Mac, KeyError>; 1] {
    macs(scene, [52])
}

#[library_benchmark]
#[bench::of(opening())]
fn open((scene, opening): (&Scene, &Opening<'_>)) -> Result<Decision<()>, OpenError> {
    Session::open(opening, &scene.keys, scene.now)
}

#[library_benchmark]
#[bench::of(scene())]
fn submit_right(scene: &Scene) -> Result<Decision<EntryOutcome>, SessionError> {
    scene.session.submit(&scene.right, &scene.keys, scene.now)
}

#[library_benchmark]
#[bench::of(scene())]
fn submit_wrong(scene: &Scene) -> Result<Decision<EntryOutcome>, SessionError> {
    scene.session.submit(&scene.wrong, &scene.keys, scene.now)
}

// What verified, once more: compared and refused.
#[library_benchmark]
#[bench::of(scene())]
fn submit_repeated(scene: &Scene) -> Result<Decision<EntryOutcome>, SessionError> {
    scene.verified.submit(&scene.right, &scene.keys, scene.now)
}

#[library_benchmark]
#[bench::of(scene())]
fn resend(scene: &Scene) -> Result<Decision<ResendOutcome>, SessionError> {
    scene.session.resend(&scene.request, &scene.keys, scene.now)
}

#[library_benchmark]
#[bench::of(scene())]
fn outbox_with_one_message(scene: &Scene) -> Result<Vec<Message>, KeyError> {
    scene.opened.outbox(&scene.keys, scene.now)
}

#[library_benchmark]
#[bench::of(scene())]
fn outbox_with_none(scene: &Scene) -> Result<Vec<Message>, KeyError> {
    scene.session.outbox(&scene.keys, scene.now)
}

#[library_benchmark]
#[bench::of(scene())]
fn report_accepted(scene: &Scene) -> Result<Decision<DeliveryReportOutcome>, Refusal> {
    scene
        .opened
        .report(scene.first.id(), DeliveryReport::Accepted, scene.now)
}

#[library_benchmark]
#[bench::of(scene())]
fn tick_that_ends_the_round(scene: &Scene) -> Result<Decision<()>, Refusal> {
    scene.session.tick(DateTime::<Utc>::MAX_UTC)
}

#[library_benchmark]
#[bench::of(scene())]
fn tick_with_nothing_due(scene: &Scene) -> Result<Decision<()>, Refusal> {
    scene.session.tick(scene.now)
}

#[library_benchmark]
#[bench::of(scene())]
fn snapshot_round_trip_json(scene: &Scene) -> Session {
    let json = serde_json::to_vec(&scene.session).unwrap();
    serde_json::from_slice(&json).unwrap()
}

#[library_benchmark]
#[bench::of(scene())]
fn snapshot_round_trip_postcard(scene: &Scene) -> Session {
    let bytes = postcard::to_allocvec(&scene.session).unwrap();
    postcard::from_bytes(&bytes).unwrap()
}

/// A platform's tracker of so many persons, of each of whom three facts are known.
fn tracker(persons: u16) -> &'static (Tracker, DateTime<Utc>) {
    let start: DateTime<Utc> = "2024-05-01T02:00:00Z".parse().unwrap();
    let after = |minutes| {
        start
            .checked_add_signed(TimeDelta::minutes(minutes))
            .unwrap()
    };
    let recipients = recipients_under(persons, VerificationPolicy::REGULATOR);
    let mut tracker = Tracker::new(&recipients, start);
    for recipient in &recipients {
        let mobile = *recipient.mobile();
        for (minutes, kind) in [
            (5, FactKind::Received(mobile)),
            (15, FactKind::ResendAsked(mobile)),
            (20, FactKind::Received(mobile)),
        ] {
            let fact = Fact::exact(kind, after(minutes));
            tracker.report(fact, after(60)).unwrap();
        }
    }
    Box::leak(Box::new((tracker, after(60))))
}

#[library_benchmark]
#[bench::of(tracker(1))]
fn steps_that_a_tracker_tells_one((tracker, now): &(Tracker, DateTime<Utc>)) -> Vec<NextStep> {
    tracker.next_steps(*now)
}

#[library_benchmark]
#[bench::of(tracker(10))]
fn steps_that_a_tracker_tells_ten((tracker, now): &(Tracker, DateTime<Utc>)) -> Vec<NextStep> {
    tracker.next_steps(*now)
}

library_benchmark_group!(
    name = counts,
    benchmarks = [
        mac_of_an_id,
        mac_of_codes,
        mac_of_what_verified,
        open,
        submit_right,
        submit_wrong,
        submit_repeated,
        resend,
        outbox_with_one_message,
        outbox_with_none,
        report_accepted,
        tick_that_ends_the_round,
        tick_with_nothing_due,
        snapshot_round_trip_json,
        snapshot_round_trip_postcard,
        steps_that_a_tracker_tells_one,
        steps_that_a_tracker_tells_ten
    ]
);

main!(
    config = LibraryBenchmarkConfig::default().tool(Dhat::default());
    library_benchmark_groups = counts
);
