//! Every sequence of commands from a small but complete alphabet, at every instant just before, at and
//! after each boundary, over the crate and the model of `tests/reference` side by side. What can't be
//! told apart is visited once.
//!
//! The shallow run is part of `cargo test`; the deep one is
//! `cargo test --release --test explore -- --ignored --nocapture`.
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

#[path = "explore/always.rs"]
mod always;
#[path = "explore/command.rs"]
mod command;
#[path = "reference/mod.rs"]
mod reference;
#[path = "explore/world.rs"]
mod world;

use std::collections::{BTreeSet, HashSet};

use beian::{VerificationPolicy, VerificationPolicyBuilder};
use chrono::TimeDelta;
use command::Reached;
use world::{Filed, World};

/// One world to explore, with how deep it is gone into and how many states there are at least.
struct Case {
    name: &'static str,
    /// Who is filed in which order, with which ID.
    orders: &'static [&'static [Filed]],
    policy: fn(VerificationPolicyBuilder) -> VerificationPolicyBuilder,
    shallow: Floor,
    deep: Floor,
}

struct Floor {
    depth: usize,
    states: usize,
}

const LI: Filed = (1, "770001");
const WANG: Filed = (2, "770002");
/// The same number under another ID.
const WANG_AGAIN: Filed = (2, "660002");

/// Budgets are small, so that their ends are near.
const CASES: [Case; 7] = [
    Case {
        name: "one person, the regulator's policy",
        orders: &[&[LI]],
        policy: |policy| policy,
        shallow: at_least(3, 1_601),
        deep: at_least(7, 187_547),
    },
    Case {
        name: "one person, small budgets, noon resend",
        orders: &[&[LI]],
        policy: |policy| small(policy).noon_resend(true),
        shallow: at_least(3, 4_026),
        deep: at_least(6, 386_740),
    },
    Case {
        name: "one person, the same code kept",
        orders: &[&[LI]],
        policy: |policy| small(policy).keep_code(true),
        shallow: at_least(4, 5_396),
        deep: at_least(7, 115_146),
    },
    Case {
        name: "two persons, small budgets",
        orders: &[&[LI, WANG]],
        policy: small,
        shallow: at_least(2, 2_644),
        deep: at_least(4, 565_600),
    },
    Case {
        name: "two persons, noon resend",
        orders: &[&[LI, WANG]],
        policy: |policy| small(policy).noon_resend(true),
        shallow: at_least(2, 3_338),
        deep: at_least(4, 1_744_263),
    },
    Case {
        name: "two persons, only matching IDs count",
        orders: &[&[LI, WANG]],
        policy: |policy| small(policy).count_only_matching_ids(true),
        shallow: at_least(2, 2_644),
        deep: at_least(4, 565_600),
    },
    Case {
        name: "two orders of one number, under two IDs",
        orders: &[&[WANG], &[WANG_AGAIN]],
        policy: small,
        shallow: at_least(2, 2_774),
        deep: at_least(4, 644_130),
    },
];

const fn at_least(depth: usize, states: usize) -> Floor {
    Floor { depth, states }
}

fn small(policy: VerificationPolicyBuilder) -> VerificationPolicyBuilder {
    policy
        .wrong_entries_max(2)
        .wrong_ids_max(1)
        .not_the_regulators(TimeDelta::hours(24), 1)
}

/// What has to come up somewhere. Refusals are read from the chapter that lists them all.
const SOMETIMES: [&str; 41] = [
    "event round_opened",
    "event message_queued",
    "event message_accepted",
    "event message_deferred",
    "event message_failed",
    "event message_delivered",
    "event report_recorded",
    "event wrong_entry",
    "event person_locked",
    "event entry_after_lock",
    "event entry_not_counted",
    "event wrong_id",
    "event person_verified",
    "event round_completed",
    "event round_returned",
    "event round_withdrawn",
    "event personal_data_erased",
    "status sms_verification",
    "status administration_review",
    "status returned: too_many_wrong_entries",
    "status returned: unreachable",
    "status returned: window_closed",
    "status withdrawn",
    "person waiting_for_message",
    "person waiting_for_code",
    "person verified",
    "person locked",
    "entry completed",
    "entry verified",
    "entry wrong",
    "entry locked",
    "entry returned",
    "entry not_counted",
    "entry repeated",
    "resend queued",
    "resend wrong_id",
    "resend not_sent",
    "report applied",
    "report recorded",
    "message resend",
    "message noon",
];

const CODES: &str = include_str!("../src/docs/codes.md");

#[test]
fn shallow() {
    explore_all(|case| &case.shallow);
}

#[test]
#[ignore = "takes minutes: run it in release"]
fn deep() {
    explore_all(|case| &case.deep);
}

fn explore_all(floor: fn(&Case) -> &Floor) {
    let explored: Vec<_> = std::thread::scope(|scope| {
        let run = |case: &'static Case| scope.spawn(move || explore(case, floor(case).depth));
        let threads: Vec<_> = CASES.iter().map(run).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("the case holds"))
            .collect()
    });
    for (case, explored) in CASES.iter().zip(&explored) {
        println!(
            "{}: depth {}, {} states, {} commands",
            case.name,
            floor(case).depth,
            explored.states,
            explored.commands
        );
    }
    let states: usize = explored.iter().map(|explored| explored.states).sum();
    println!("{states} states in all");
    for (case, explored) in CASES.iter().zip(&explored) {
        let least = floor(case).states;
        let states = explored.states;
        assert!(states >= least, "{}: {states} of {least}", case.name);
    }
    let reached: Reached = explored.into_iter().flat_map(|one| one.reached).collect();
    let missing: Vec<_> = sometimes()
        .filter(|name| !reached.contains(name.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "never reached: {missing:#?}\n{reached:#?}"
    );
}

fn sometimes() -> impl Iterator<Item = String> {
    let (_, refusals) = CODES.split_once("`Refusal`").expect("a table of refusals");
    let (refusals, _) = refusals.split_once("###").expect("a next table");
    let codes = refusals
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(code, _)| format!("refused {code}"));
    let codes: BTreeSet<String> = codes.collect();
    assert!(codes.len() > 10, "{codes:?}");
    codes.into_iter().chain(SOMETIMES.map(str::to_owned))
}

struct Explored {
    states: usize,
    commands: usize,
    reached: Reached,
}

/// Breadth first. Between two commands time may pass to any later instant; that is no command, so a
/// layer holds what so many commands lead to, whenever they are given.
fn explore(case: &Case, depth: usize) -> Explored {
    let policy: VerificationPolicy = (case.policy)(VerificationPolicy::builder())
        .build()
        .unwrap();
    let mut reached = Reached::new();
    let opened = World::open(case.orders, &policy, &mut reached);
    let mut commands = 0;
    let mut seen = HashSet::from([opened.key()]);
    let mut layer = vec![opened];
    for left in (0..depth).rev() {
        let mut n = 0;
        while let Some(world) = layer.get(n) {
            if let Some(later) = world.later().filter(|later| seen.insert(later.key())) {
                always::in_every_state(&later, &mut reached);
                layer.push(later);
            }
            n += 1;
        }
        let mut next = Vec::new();
        for world in &layer {
            for command in world.alphabet() {
                commands += 1;
                let Some(new) = world.step(command, &mut reached) else {
                    continue;
                };
                always::in_every_step(world, command, &new);
                if seen.insert(new.key()) {
                    always::in_every_state(&new, &mut reached);
                    always::comes_to_an_end(&new);
                    if left > 0 {
                        always::whatever_clock_and_gateway_do(&new);
                        next.push(new);
                    }
                }
            }
        }
        layer = next;
    }
    Explored {
        states: seen.len(),
        commands,
        reached,
    }
}
