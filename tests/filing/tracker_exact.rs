//! What a tracker answers to a platform that knows every instant exactly, held against the answers of the first
//! tracker, which knew no other platform (D33). The file is of that tracker, and isn't written anew.

use std::{fmt::Write as _, fs, path::Path};

use beian::{
    ReturnCause, Tracker, VerificationPolicy,
    tracker::{Fact, FactKind, RegulatorStatus},
};
use chrono::{DateTime, TimeDelta, Utc};

use crate::support::{leader_and_administrator, mobiles};

fn submitted() -> DateTime<Utc> {
    "2024-05-01T02:00:00Z".parse().unwrap()
}

fn after(minutes: i64) -> DateTime<Utc> {
    submitted() + TimeDelta::minutes(minutes)
}

fn tracker() -> Tracker {
    let recipients = leader_and_administrator(VerificationPolicy::REGULATOR);
    Tracker::new(&recipients, submitted())
}

fn tell(tracker: &mut Tracker, kind: FactKind, at: DateTime<Utc>) {
    tracker.report(Fact::exact(kind, at), at).unwrap();
}

/// Every kind at every one of these minutes.
fn facts() -> Vec<(FactKind, i64)> {
    let [leader, administrator] = mobiles();
    let kinds = [
        FactKind::Regulator(RegulatorStatus::Waiting),
        FactKind::Regulator(RegulatorStatus::Done),
        FactKind::Regulator(RegulatorStatus::TimedOut),
        FactKind::Returned(ReturnCause::WindowClosed),
        FactKind::Returned(ReturnCause::AdministrationDecision),
        FactKind::Received(leader),
        FactKind::ResendAsked(leader),
        FactKind::Passed(leader),
        FactKind::Passed(administrator),
    ];
    let minutes = [2, 15, 45, 1445];
    let all = kinds
        .into_iter()
        .flat_map(|kind| minutes.map(|minute| (kind, minute)));
    all.collect()
}

/// FNV-1a: the same on every machine and in every release of the compiler.
struct Digest(u64);

impl std::fmt::Write for Digest {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Ok(())
    }
}

fn answers(tracker: &Tracker, digest: &mut Digest) {
    for minute in [0, 6, 12, 31, 46, 56, 721, 1201, 1441, 1446, 1600] {
        let now = after(minute);
        write!(
            digest,
            "{:?} {:?}",
            tracker.status(now),
            tracker.deadline(now)
        )
        .unwrap();
        for mobile in &mobiles() {
            let standing = tracker.standing(mobile, now);
            write!(
                digest,
                "{standing:?} {:?}",
                tracker.resends_left(mobile, now)
            )
            .unwrap();
        }
        for reminder in tracker.reminders(now) {
            let (kind, person, due) = (reminder.kind, reminder.person, reminder.due);
            write!(digest, "{kind} {person:?} {due:?}").unwrap();
        }
        for step in tracker.next_steps(now) {
            write!(digest, "{} {:?} {:?}", step.advice, step.person, step.until).unwrap();
        }
    }
}

/// Up to three facts, in all: a line for each first one, with a digest of all that begin with it.
#[test]
fn d33_who_knows_instants_exactly_gets_the_answers_of_the_first_tracker() {
    let facts = facts();
    let mut lines = String::new();
    for (n, first) in facts.iter().enumerate() {
        let mut digest = Digest(0xcbf2_9ce4_8422_2325);
        let mut with = |more: &[(FactKind, i64)]| {
            let mut tracker = tracker();
            for (kind, minute) in more {
                tell(&mut tracker, *kind, after(*minute));
            }
            answers(&tracker, &mut digest);
        };
        with(&[*first]);
        for (m, second) in facts.iter().enumerate().skip(n + 1) {
            with(&[*first, *second]);
            for third in &facts[m + 1..] {
                with(&[*first, *second, *third]);
            }
        }
        writeln!(lines, "{:?} +{}: {}", first.0, first.1, digest.0).unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/tracker.txt");
    assert_eq!(lines, fs::read_to_string(&path).unwrap());
}
