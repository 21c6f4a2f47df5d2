//! What a decision costs in time, beside the MACs it can't do without. Allocations: `counts`.
//!
//! ```text
//! cargo bench --bench session
//! ```
//!
//! An operation and its MACs take turns, in blocks of the order A B B A; a ratio is taken within each
//! block. Writes `target/performance/session.jsonl`, a figure a line: medians of the blocks, and of the
//! ratios the lowest and the highest too. What a call returns is dropped outside the measurement.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a benchmark may panic"
)]

mod figures;

use std::{hint::black_box, time::Instant};

use beian::{
    DeliveryReport, Entry, KeyId, KeyRing, Keys, Message, Opening, Recipient, Recipients,
    ResendRequest, Role, Seed, Session, VerificationPolicy,
};
use chrono::{DateTime, TimeDelta, Utc};
use figures::{Figures, tried_out};

fn main() {
    let mut bench = Bench::new();
    decisions(&mut bench);
    outbox_and_ticks(&mut bench);
    snapshots(&mut bench);
    bench.figures.write();
}

fn decisions(bench: &mut Bench) {
    let scene = Scene::new();
    let (keys, now) = (&scene.keys, scene.now);
    let opening = Opening::new(1, &scene.recipients, seed());
    bench.time("open", 2, || Session::open(&opening, keys, now).unwrap());
    bench.time("submit_right", 3, || {
        scene.session.submit(&scene.right, keys, now).unwrap()
    });
    bench.time("submit_wrong", 2, || {
        scene.session.submit(&scene.wrong, keys, now).unwrap()
    });
    // What verified, once more: compared and refused.
    let decision = scene.session.submit(&scene.right, keys, now);
    let (verified, _) = decision.unwrap().persisted();
    bench.time("submit_repeated", 2, || {
        verified.submit(&scene.right, keys, now).unwrap_err()
    });
    bench.time("resend", 1, || {
        scene.session.resend(&scene.resend, keys, now).unwrap()
    });
    bench.time("report_accepted", 0, || {
        let report = scene
            .opened
            .report(scene.first.id(), DeliveryReport::Accepted, now);
        report.unwrap()
    });
}

fn outbox_and_ticks(bench: &mut Bench) {
    let scene = Scene::new();
    let (keys, now) = (&scene.keys, scene.now);
    bench.time("outbox_with_one_message", 1, || {
        scene.opened.outbox(keys, now).unwrap()
    });
    bench.time("outbox_with_none", 0, || {
        scene.session.outbox(keys, now).unwrap()
    });
    let late = now + TimeDelta::days(2);
    bench.time("tick_that_ends_the_round", 0, || {
        scene.session.tick(late).unwrap()
    });
    bench.time("tick_with_nothing_due", 0, || {
        scene.session.tick(now).unwrap_err()
    });
}

fn snapshots(bench: &mut Bench) {
    let scene = Scene::new();
    bench.time("snapshot_round_trip_json", 0, || {
        let json = serde_json::to_vec(black_box(&scene.session)).unwrap();
        serde_json::from_slice::<Session>(&json).unwrap()
    });
    bench.time("snapshot_round_trip_postcard", 0, || {
        let bytes = postcard::to_allocvec(black_box(&scene.session)).unwrap();
        postcard::from_bytes::<Session>(&bytes).unwrap()
    });
    for (name, bytes) in [
        ("snapshot_json", serde_json::to_vec(&scene.session).unwrap()),
        (
            "snapshot_postcard",
            postcard::to_allocvec(&scene.session).unwrap(),
        ),
    ] {
        bench
            .figures
            .add(name, [1, 1], "bytes", bytes.len(), "bytes");
    }
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
        let recipients = Recipients::new([person], VerificationPolicy::REGULATOR).unwrap();
        let opening = Opening::new(1, &recipients, seed());
        let (opened, ()) = Session::open(&opening, &keys, now).unwrap().persisted();
        let first = opened.outbox(&keys, now).unwrap().remove(0);
        let (session, _) = opened
            .report(first.id(), DeliveryReport::Accepted, now)
            .unwrap()
            .persisted();
        let code = first.code_for_transport();
        Self {
            right: Entry::parse(number, code, "345678").unwrap(),
            wrong: Entry::parse(number, code, "000000").unwrap(),
            resend: ResendRequest::parse(number, "345678").unwrap(),
            now: now + TimeDelta::minutes(7),
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

/// The batches of a turn, and the blocks of four turns.
struct Bench {
    batches: usize,
    blocks: usize,
    keys: KeyRing,
    figures: Figures,
}

impl Bench {
    fn new() -> Self {
        let (batches, blocks) = if tried_out() { (2, 1) } else { (200, 15) };
        Self {
            batches,
            blocks,
            keys: KeyRing::single(1, [7; 32]).unwrap(),
            figures: Figures::of("session", "none"),
        }
    }

    /// What a call takes, beside so many MACs: an entry can't do without two, a right one without three
    /// (D18), a resend and a message not without one. The MACs' messages are as long as the crate's own.
    fn time<T>(&mut self, operation: &str, macs: usize, call: impl Fn() -> T) {
        let mac = |message: &[u8]| {
            let mac = self.keys.mac(KeyId::from(1), black_box(message));
            black_box(mac.unwrap());
        };
        let messages: [&[u8]; 3] = [&[1; 30], &[2; 55], &[3; 52]];
        let least = || messages.iter().take(macs).for_each(|message| mac(message));
        let (mut times, mut ratios) = (Vec::new(), Vec::new());
        for _ in 0..self.blocks {
            let a = turn(&call, self.batches);
            let b = turn(least, self.batches) + turn(least, self.batches);
            let a = a + turn(&call, self.batches);
            times.push(a / 2.0);
            ratios.push(a / b);
        }
        let mut add = |metric, value: f64, unit| {
            let rounded = (value * 1e3).round() / 1e3;
            (self.figures).add(operation, [1, 1], metric, rounded, unit);
        };
        times.sort_by(f64::total_cmp);
        add("median", middle(&times), "ns");
        if macs > 0 {
            ratios.sort_by(f64::total_cmp);
            add("ratio_to_macs", middle(&ratios), "ratio");
            add("ratio_to_macs_low", *ratios.first().unwrap(), "ratio");
            add("ratio_to_macs_high", *ratios.last().unwrap(), "ratio");
        }
    }
}

/// Nanoseconds a call: the median of many batches, so that what else the machine does is in few of them.
/// So few calls at a time that what they return stays in the processor's cache.
fn turn<T>(call: impl Fn() -> T, batches: usize) -> f64 {
    const AT_ONCE: u32 = 50;
    let mut returned = Vec::new();
    let mut times = Vec::with_capacity(batches);
    for _ in 0..batches {
        let began = Instant::now();
        for _ in 0..AT_ONCE {
            returned.push(black_box(call()));
        }
        times.push(began.elapsed().as_secs_f64() * 1e9 / f64::from(AT_ONCE));
        returned.clear();
    }
    times.sort_by(f64::total_cmp);
    middle(&times)
}

fn middle(sorted: &[f64]) -> f64 {
    *sorted.get(sorted.len() / 2).unwrap()
}
