//! Every interleaving of two and three hosts over one store, effect by effect: load, find, save, send,
//! lease. A host may also be dropped between any two effects, as in a crash, and the gateway defer or refuse
//! what it is sent.
//!
//! Which calls race is not picked by hand: every pair, and every three, of everything that a host can do,
//! from several starting points. The shallow run is part of `cargo test`; the full one is
//! `cargo test --release --test races -- --ignored --nocapture`.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    unreachable_pub,
    reason = "a test may fail"
)]

#[path = "races/check.rs"]
mod check;
#[path = "races/race.rs"]
mod race;
#[path = "races/schedule.rs"]
mod schedule;
#[path = "races/store.rs"]
mod store;

use std::collections::BTreeMap;

use race::{CALLS, Call, Start};
use schedule::Trouble;
use store::Fault;

/// Interleavings that were explored, and the longest of them in effects.
#[derive(Default)]
struct Explored {
    races: usize,
    interleavings: usize,
    longest: usize,
    broken: BTreeMap<&'static str, String>,
}

/// All calls of `hosts` hosts, from everywhere, with so much trouble.
fn explore(hosts: usize, trouble: Trouble, fault: Fault) -> Explored {
    let mut explored = Explored::default();
    for start in Start::ALL {
        for calls in choices(hosts) {
            explored.races += 1;
            schedule::every_interleaving(start, &calls, trouble, fault, |run| {
                explored.interleavings += 1;
                explored.longest = explored.longest.max(run.steps.len());
                if let Err((what, how)) = check::holds(run) {
                    let told = || format!("{how}\n{start:?} {calls:?} {:?}", run.steps);
                    explored.broken.entry(what).or_insert_with(told);
                }
            });
        }
    }
    explored
}

/// Every choice of so many calls; in which order makes no difference, all orders come up.
fn choices(hosts: usize) -> Vec<Vec<Call>> {
    let mut choices = vec![(0, Vec::new())];
    for _ in 0..hosts {
        let longer = |(first, calls): (usize, Vec<Call>)| {
            let with = move |n: usize| {
                let mut calls = calls.clone();
                calls.push(CALLS[n]);
                (n, calls)
            };
            (first..CALLS.len()).map(with)
        };
        choices = choices.into_iter().flat_map(longer).collect();
    }
    choices.into_iter().map(|(_, calls)| calls).collect()
}

fn holds(hosts: usize, crashes: usize, refusals: usize, floor: usize) {
    let explored = explore(hosts, Trouble { crashes, refusals }, Fault::None);
    println!(
        "{hosts} hosts, {crashes} crashes, {refusals} refusals: {} races, {} interleavings of up to {} \
         effects",
        explored.races, explored.interleavings, explored.longest
    );
    for (what, how) in &explored.broken {
        println!("broken: {what}: {how}");
    }
    assert!(explored.broken.is_empty());
    assert!(explored.interleavings >= floor, "of {floor}");
}

#[test]
fn two_hosts() {
    holds(2, 0, 2, 2_697);
}

#[test]
fn two_hosts_that_crash() {
    holds(2, 1, 1, 10_347);
}

#[test]
#[ignore = "takes minutes: run it in release"]
fn two_hosts_that_both_crash() {
    holds(2, 2, 2, 14_964);
}

#[test]
#[ignore = "takes minutes: run it in release"]
fn three_hosts() {
    holds(3, 0, 2, 1_510_794);
}

#[test]
#[ignore = "takes minutes: run it in release"]
fn three_hosts_that_crash() {
    holds(3, 1, 1, 6_745_960);
}

/// What a broken store breaks with two hosts: it must show, and show in what it is about.
fn breaks(fault: Fault, crashes: usize, expected: &[&str]) {
    let refusals = 0;
    let explored = explore(2, Trouble { crashes, refusals }, fault);
    for what in expected {
        assert!(
            explored.broken.contains_key(what),
            "not seen: {what}\nseen: {:#?}",
            explored.broken
        );
    }
}

#[test]
fn a_store_that_ignores_versions_fails() {
    let expected = [
        check::VERDICTS,
        check::VERIFIED_ONCE,
        check::RESENDS,
        check::WITHDRAWN,
        check::OPENED_ONCE,
    ];
    breaks(Fault::IgnoresVersions, 0, &expected);
}

#[test]
fn a_store_that_saves_one_by_one_fails() {
    breaks(Fault::SavesOneByOne, 0, &[check::VERDICTS]);
    breaks(Fault::SavesOneByOne, 1, &[check::ALL_OR_NONE]);
}

#[test]
fn a_store_that_does_not_lease_fails() {
    breaks(Fault::LeasesToEverybody, 0, &[check::SENT_ONCE]);
}
