//! What checks a code without a store: a TOTP crate, and a library of another ecosystem.

use std::{
    hint::black_box,
    ops::Range,
    path::Path,
    process::Stdio,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use beian::{Entry, Session};
use chrono::Utc;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};
use totp_rs::{Algorithm, Builder, Secret};

use crate::{
    contest::{Contender, Fault, Spread, each, fresh},
    people::{self, LAST_SIX, Person},
    report::{Figure, Report, ratio, time},
};

/// totp-rs beside [`Session::submit`].
///
/// # Errors
/// A code that is judged wrongly.
pub(crate) fn totp(report: &mut Report, quick: bool) -> Result<(), Fault> {
    let keys = people::keys()?;
    let (person, session, _) = people::round(1, &keys, Utc::now())?;
    let now = Utc::now();
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let mut rows = Vec::new();
    for (skew, words) in [(1, "one step before and after"), (0, "this step only")] {
        let totp = Builder::new()
            .with_algorithm(Algorithm::SHA256)
            .with_secret(Secret::from([7; 32]))
            .with_skew(skew)
            .build()?;
        let token = totp.generate(seconds).to_string();
        let other = Person::new(1, &token).wrong;
        for (name, code, token) in [
            ("wrong", &person.wrong, &other),
            ("right", &person.code, &token),
        ] {
            let entry = Entry::parse(&person.mobile, code, LAST_SIX)?;
            if totp.check(token, seconds).is_some() != (name == "right") {
                return Err("totp-rs judges wrongly".into());
            }
            let submit = |session: &Session| session.submit(&entry, &keys, now).is_ok();
            let (ours, theirs, spread) = alternate(
                || submit(black_box(&session)),
                || totp.check(black_box(token), seconds).is_some(),
                quick,
            );
            let operation = format!("session_submit_{name}_to_totp_skew_{skew}");
            let figure = Figure::new(&operation, "none", "latency_ratio", spread.median, "ratio");
            report.figures.push(figure);
            let row = [
                name.to_owned(),
                words.to_owned(),
                time(ours),
                time(theirs),
                ratio(&spread),
            ];
            rows.push(row.to_vec());
        }
    }
    report.say("## A TOTP crate")?;
    report.say(
        "`Session::submit` beside `check` of totp-rs with HMAC-SHA-256, both without a store. totp-rs \
         says whether six digits belong to a secret and a time, at one MAC for each step that it tries. \
         `submit` compares the ID as well and decides what follows: it counts, locks, supersedes, \
         completes, and writes the audit events.",
    )?;
    report.table(
        &["entry", "totp-rs tries", "submit", "totp-rs", "ratio"],
        &rows,
    )
}

/// Microseconds a call of both, and the ratio, by turns.
fn alternate<A, B>(
    ours: impl Fn() -> A,
    theirs: impl Fn() -> B,
    quick: bool,
) -> (f64, f64, Spread) {
    let (calls, blocks) = if quick { (200_u32, 3) } else { (20_000, 15) };
    let mut ratios = Vec::new();
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for _ in 0..blocks {
        let a = each(&ours, calls);
        let b = each(&theirs, 2 * calls);
        let a = f64::midpoint(a, each(&ours, calls));
        ratios.push(a / b);
        first.push(a);
        second.push(b);
    }
    let middle = |values| Spread::of(values).median;
    (middle(first), middle(second), Spread::of(ratios))
}

/// pyotp with a dictionary of users that counts wrong codes, beside a desk in memory.
///
/// # Errors
/// Python's; a code that is judged wrongly.
pub(crate) async fn pyotp(
    report: &mut Report,
    python: &Path,
    desk: &impl Contender,
    quick: bool,
) -> Result<(), Fault> {
    let (persons, blocks) = if quick { (50, 2) } else { (2_000, 9) };
    let mut peer = Python::start(python)?;
    peer.turn(persons).await?;
    let (mut ratios, mut first, mut second) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..blocks {
        let a = by_one(desk, fresh(persons)).await?;
        let b = peer.turn(persons).await?;
        let b = f64::midpoint(b, peer.turn(persons).await?);
        let a = f64::midpoint(a, by_one(desk, fresh(persons)).await?);
        ratios.push(a / b);
        first.push(a);
        second.push(b);
    }
    peer.end().await?;
    let spread = Spread::of(ratios);
    let figure = Figure::new(
        "submit_to_pyotp",
        "memory",
        "latency_ratio",
        spread.median,
        "ratio",
    );
    report.figures.push(figure);
    report.say("## A library of another ecosystem")?;
    report.say(
        "A desk over the store in memory beside Python's pyotp with a dictionary of users that counts \
         wrong codes. Mean of an entry, one at a time, no network.",
    )?;
    let row = [
        time(Spread::of(first).median),
        time(Spread::of(second).median),
        ratio(&spread),
    ];
    report.table(&["desk in memory", "pyotp", "ratio"], &[row.to_vec()])
}

/// Microseconds an entry, without anything around it.
async fn by_one(desk: &impl Contender, numbers: Range<u32>) -> Result<f64, Fault> {
    let people = desk.open(numbers).await?;
    let began = Instant::now();
    for person in &people {
        let wrong = desk.submit(person, &person.wrong).await?;
        let right = desk.submit(person, &person.code).await?;
        if wrong || !right {
            return Err("the desk judges wrongly".into());
        }
    }
    Ok(began.elapsed().as_secs_f64() * 1e6 / (people.len() * 2) as f64)
}

const PROGRAM: &str = include_str!("pyotp.py");

/// A Python that measures itself whenever it is told to.
struct Python {
    child: Child,
    orders: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Python {
    fn start(python: &Path) -> Result<Self, Fault> {
        let mut child = Command::new(python)
            .args(["-c", PROGRAM])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let orders = child.stdin.take().ok_or("no standard input")?;
        let answers = child.stdout.take().ok_or("no standard output")?;
        Ok(Self {
            child,
            orders,
            answers: BufReader::new(answers).lines(),
        })
    }

    /// Microseconds an entry.
    async fn turn(&mut self, persons: u32) -> Result<f64, Fault> {
        self.orders
            .write_all(format!("{persons}\n").as_bytes())
            .await?;
        let line = self.answers.next_line().await?.ok_or("Python has ended")?;
        Ok(line.parse::<f64>()? / 1e3)
    }

    async fn end(self) -> Result<(), Fault> {
        let Self {
            mut child, orders, ..
        } = self;
        drop(orders);
        child.wait().await?;
        Ok(())
    }
}
