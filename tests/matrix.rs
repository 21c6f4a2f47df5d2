//! The matrix of states and commands and the state diagram, made by the code and kept in
//! `src/docs/matrix.md`: a rule that changes is a difference to review.
//!
//! `BEIAN_REWRITE=1 cargo test --test matrix` writes the file anew.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may fail"
)]

#[path = "session/support.rs"]
mod session_support;

use core::fmt::Write;

use beian::{
    DeliveryReport, DeliveryReportOutcome, EntryOutcome, MessageId, RecipientState, Refusal,
    ResendOutcome, RoundStatus, VerificationPolicy,
};
use session_support::*;

const FILE: &str = "src/docs/matrix.md";

/// Where Li is in a round, and what there is to enter and to report on.
struct Row {
    round: Round,
    live: String,
    superseded: Option<String>,
    message: MessageId,
}

/// Li's state, as the file names it: the round's, if it has ended.
fn name(round: &Round) -> &'static str {
    let li = round.view(LI);
    let others_verified = round.view(WANG).state() == RecipientState::Verified;
    let under_way = li.resend_possible_at().is_none() && li.resends_left() > 0;
    match (round.status(), li.state()) {
        _ if li.mobile().is_none() => "erased",
        (RoundStatus::AdministrationReview { .. }, _) => "completed",
        (RoundStatus::Returned { .. }, _) => "returned",
        (RoundStatus::Withdrawn { .. }, _) => "withdrawn",
        (RoundStatus::SmsVerification, RecipientState::Verified) => "verified, others are waiting",
        (RoundStatus::SmsVerification, RecipientState::Locked) => "locked",
        (RoundStatus::SmsVerification, RecipientState::WaitingForMessage) => "waiting for message",
        (RoundStatus::SmsVerification, RecipientState::WaitingForCode) => {
            match (round.now > round.closes(LI), under_way, others_verified) {
                (true, _, _) => "window over, not yet noticed",
                (false, true, _) => "resend under way",
                (false, false, true) => "waiting for code, the others have verified",
                (false, false, false) => "waiting for code",
            }
        }
    }
}

fn rows() -> Vec<Row> {
    let first = |mut round: Round, superseded: Option<String>, live: String, number: u16| {
        let message = MessageId {
            session: round.session.id(),
            recipient: 0,
            number,
            attempt: 0,
        };
        round.pass(MINUTE);
        Row {
            round,
            live,
            superseded,
            message,
        }
    };
    let queued = {
        let round = Round::open_with(2, VerificationPolicy::REGULATOR);
        let code = round.code(LI);
        first(round, None, code, 0)
    };
    // Li had a resend; a code is superseded, another one is live.
    let resent = || {
        let (mut round, [old, wangs]) = Round::texted::<2>(VerificationPolicy::REGULATOR);
        let live = round.resent(LI);
        (round, old, live, wangs)
    };
    let after = |change: &dyn Fn(&mut Round, &str, &str)| {
        let (mut round, old, live, wangs) = resent();
        change(&mut round, &live, &wangs);
        first(round, Some(old), live, 1)
    };
    let under_way = {
        let (mut round, old, live, _) = resent();
        round.pass(MINUTE).resend(LI);
        first(round, Some(old), live, 2)
    };
    vec![
        queued,
        after(&|_, _, _| {}),
        under_way,
        after(&|round, _, wangs| _ = round.enter(WANG, wangs)),
        after(&|round, _, _| _ = round.guess(LI, 5)),
        after(&|round, live, _| _ = round.enter(LI, live)),
        after(&|round, _, _| _ = round.pass(DAY)),
        after(&|round, live, wangs| {
            round.enter(LI, live);
            round.enter(WANG, wangs);
        }),
        after(&|round, _, _| round.pass(DAY).tick().unwrap()),
        after(&|round, _, _| round.withdraw().unwrap()),
        after(&|round, _, _| {
            round.withdraw().unwrap();
            round.erase().unwrap();
        }),
    ]
}

impl Row {
    /// The same once more, to run another command on.
    fn again(&self) -> Self {
        Self {
            round: Round {
                session: self.round.session.clone(),
                now: self.round.now,
                keys: keys(),
                events: Vec::new(),
            },
            live: self.live.clone(),
            superseded: self.superseded.clone(),
            message: self.message,
        }
    }
}

type Command = fn(&mut Row) -> Option<String>;

/// The commands, in the order of the columns.
const COMMANDS: [(&str, Command); 15] = [
    ("right entry", |row| {
        Some(entered(row.round.enter(LI, &row.live)))
    }),
    ("superseded code", |row| {
        Some(entered(row.round.enter(LI, row.superseded.as_ref()?)))
    }),
    ("wrong code", |row| {
        Some(entered(row.round.enter(LI, WRONG_CODE)))
    }),
    ("wrong ID", |row| {
        Some(entered(row.round.submit(LI, &row.live, WRONG_ID)))
    }),
    ("fifth wrong entry", |row| {
        let waiting = matches!(row.round.guess(LI, 4), EntryOutcome::Wrong { left: 1 });
        waiting.then_some(())?;
        Some(entered(row.round.guess(LI, 1)))
    }),
    ("resend", |row| Some(resent(row.round.resend(LI)))),
    ("resend, wrong ID", |row| {
        Some(resent(row.round.resend_with(LI, WRONG_ID)))
    }),
    ("accepted", |row| {
        Some(reported(row, DeliveryReport::Accepted))
    }),
    ("deferred", |row| {
        Some(reported(row, DeliveryReport::Deferred))
    }),
    ("failed", |row| Some(reported(row, DeliveryReport::Failed))),
    ("delivered", |row| {
        Some(reported(row, DeliveryReport::Delivered))
    }),
    ("undelivered", |row| {
        Some(reported(row, DeliveryReport::Undelivered))
    }),
    ("tick", |row| Some(done(row.round.tick()))),
    ("withdraw", |row| Some(done(row.round.withdraw()))),
    ("erase", |row| Some(done(row.round.erase()))),
];

fn entered(outcome: EntryOutcome) -> String {
    match outcome {
        EntryOutcome::Completed => "completed".to_owned(),
        EntryOutcome::Verified => "verified".to_owned(),
        EntryOutcome::Wrong { .. } => "wrong".to_owned(),
        EntryOutcome::Locked => "locked".to_owned(),
        EntryOutcome::Returned => "returned".to_owned(),
        EntryOutcome::NotCounted(why) => refused(why),
    }
}

fn resent(outcome: ResendOutcome) -> String {
    match outcome {
        ResendOutcome::Queued => "queued".to_owned(),
        ResendOutcome::WrongId { .. } => "wrong ID".to_owned(),
        ResendOutcome::NotSent(why) => refused(why),
    }
}

fn reported(row: &mut Row, report: DeliveryReport) -> String {
    match row.round.report(row.message, report) {
        Ok(DeliveryReportOutcome::Applied) => "applied".to_owned(),
        Ok(DeliveryReportOutcome::Recorded) => "recorded".to_owned(),
        Err(why) => refused(why),
    }
}

fn done(answer: Result<(), Refusal>) -> String {
    answer.map_or_else(refused, |()| "done".to_owned())
}

fn refused(why: Refusal) -> String {
    format!("`{}`", why.code())
}

/// The file: one table a group of commands, then every step from one state to another.
fn written() -> String {
    let mut file = String::from(
        "Made by `tests/matrix.rs` from the code, for the regulator's policy and a round of two\n\
         people; the states and commands are those of one of them, the reports are on that\n\
         person's latest message. An outcome is in plain letters, a `refusal` by its code; an\n\
         arrow leads to the state after it.\n",
    );
    let rows = rows();
    let order = |state: &str| rows.iter().position(|row| name(&row.round) == state);
    let mut steps = Vec::new();
    for (title, columns) in [
        ("Entries and time", [0..5, 12..13]),
        ("Resends and reports", [5..7, 7..12]),
        ("The order", [13..15, 15..15]),
    ] {
        let columns: Vec<_> = columns.into_iter().flatten().collect();
        write!(file, "\n### {title}\n\n| state |").unwrap();
        for column in &columns {
            write!(file, " {} |", COMMANDS[*column].0).unwrap();
        }
        write!(file, "\n|---|{}\n", "---|".repeat(columns.len())).unwrap();
        for row in &rows {
            let state = name(&row.round);
            write!(file, "| {state} |").unwrap();
            for (command, run) in columns.iter().map(|column| COMMANDS[*column]) {
                let mut row = row.again();
                let Some(outcome) = run(&mut row) else {
                    file.push_str(" — |");
                    continue;
                };
                let to = name(&row.round);
                if to == state {
                    write!(file, " {outcome} |").unwrap();
                } else {
                    write!(file, " {outcome} → {to} |").unwrap();
                    steps.push((state, to, command));
                }
            }
            file.push('\n');
        }
    }
    file.push_str("\n### From state to state\n\n```text\n");
    let mut from = "";
    steps.sort_by_key(|(state, to, _)| (order(state), order(to)));
    for (state, to, commands) in merged(&steps) {
        if state != from {
            writeln!(file, "{state}").unwrap();
            from = state;
        }
        writeln!(file, "  ── {commands} ──▶ {to}").unwrap();
    }
    file.push_str("```\n");
    file
}

/// Commands that lead from one state to the same other one, in one line.
fn merged<'a>(steps: &[(&'a str, &'a str, &'a str)]) -> Vec<(&'a str, &'a str, String)> {
    let mut lines: Vec<(&str, &str, String)> = Vec::new();
    for (state, to, command) in steps {
        match lines.last_mut() {
            Some((from, last, commands)) if from == state && last == to => {
                write!(commands, ", {command}").unwrap();
            }
            _ => lines.push((state, to, (*command).to_owned())),
        }
    }
    lines
}

#[test]
fn the_matrix_and_the_diagram_are_what_the_code_does() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let written = written();
    if std::env::var_os("BEIAN_REWRITE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &written).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == written,
        "{FILE} is not what the code does; look at the difference after \
         `BEIAN_REWRITE=1 cargo test --test matrix`"
    );
}

#[test]
fn every_row_of_the_matrix_is_a_state_of_its_own() {
    let names: std::collections::BTreeSet<_> = rows().iter().map(|row| name(&row.round)).collect();
    assert_eq!(names.len(), rows().len());
}
