//! How long a backlog takes to go out, and how long the message of a new round waits meanwhile and
//! afterwards: with messages among it that can't be delivered, and without.

use std::{
    io::{self, Write as _},
    ops::RangeInclusive,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use beian::{
    Message, Opening, Seed,
    host::{Desk, SendOutcome, SessionStore, SmsSender},
};
use chrono::{DateTime, TimeDelta, Utc};
use getrandom::SysRng;
use tokio::{
    select, spawn,
    sync::{
        Notify,
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    },
    task::JoinHandle,
    time::{sleep_until, timeout},
};

use crate::{
    contest::{Fault, micros, quantile},
    growth, people,
    report::{Figure, Report, decimals, time},
    tables,
};

/// Heads of the columns.
pub(crate) const HEAD: [&str; 8] = [
    "undeliverable",
    "the others out in",
    "messages a second",
    "a round opened at the beginning waits",
    "half-way",
    "afterwards",
    "99 %",
    "tries in vain",
];

/// One of so many can't be delivered.
const ONE_OF: u32 = 100;
const IN_FLIGHT: u16 = 64;
/// How often a round is opened while the backlog goes out, and afterwards.
const MEANWHILE: Duration = Duration::from_secs(1);
const AFTERWARDS: Duration = Duration::from_millis(100);

/// What is due when the worker begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Backlog {
    pub(crate) messages: u32,
    /// Whether some can't be delivered.
    pub(crate) undeliverable: bool,
    /// How many rounds are opened afterwards.
    pub(crate) afterwards: usize,
}

impl Backlog {
    const fn in_vain(self) -> u32 {
        if self.undeliverable {
            self.messages.div_ceil(ONE_OF)
        } else {
            0
        }
    }

    /// The rounds in an empty database, each opened a microsecond after the one before.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn fill(self, address: &str) -> Result<(), Fault> {
        let opened_at = Utc::now() - TimeDelta::seconds(10);
        growth::load(address, self.messages, opened_at, rows).await
    }
}

fn rows(numbers: RangeInclusive<u32>, opened_at: DateTime<Utc>) -> Result<String, Fault> {
    let keys = people::keys()?;
    let mut rows = Vec::new();
    for n in numbers {
        let at = opened_at + TimeDelta::microseconds(n.into());
        let (session, ()) = people::opened(n, &keys, at)?.persisted();
        rows.push(growth::row(&session, session.wake())?);
    }
    Ok(serde_json::to_string(&rows)?)
}

/// What the gateway tells those who measure.
enum Sent {
    /// All of the backlog that can be delivered.
    Backlog,
    /// The message of a round that was opened meanwhile, by the round's number.
    New(u32),
}

/// Answers at once.
struct Gateway {
    backlog: Backlog,
    accepted: AtomicU32,
    put_off: AtomicU32,
    sent: UnboundedSender<(Sent, Instant)>,
}

impl SmsSender for Gateway {
    async fn send(&self, message: &Message) -> SendOutcome {
        let now = Instant::now();
        let number = message.to().digits().get(3..);
        let Some(n) = number.and_then(|number| number.parse().ok()) else {
            return SendOutcome::Failed;
        };
        let Backlog {
            messages,
            undeliverable,
            ..
        } = self.backlog;
        // Nobody hears it if what is measured has failed.
        if n >= messages {
            let _ = self.sent.send((Sent::New(n), now));
        } else if undeliverable && n % ONE_OF == 0 {
            self.put_off.fetch_add(1, Ordering::Relaxed);
            return SendOutcome::Deferred;
        } else if self.accepted.fetch_add(1, Ordering::Relaxed) + 1
            == messages - self.backlog.in_vain()
        {
            let _ = self.sent.send((Sent::Backlog, now));
        }
        SendOutcome::Accepted
    }
}

/// A round that was opened meanwhile.
struct Opened {
    at: Instant,
    /// How many messages of the backlog were out by then.
    accepted: u32,
    wait: Option<Duration>,
}

/// What came of it.
pub(crate) struct Outcome {
    out: Duration,
    beginning: Duration,
    half_way: Duration,
    afterwards: Vec<Duration>,
    put_off: u32,
}

/// Lets a worker send what a store is filled with, and opens rounds beside it.
///
/// # Errors
/// The database's.
pub(crate) async fn drain<S: SessionStore + 'static>(
    store: S,
    backlog: Backlog,
) -> Result<Outcome, Fault> {
    let desk = Arc::new(Desk::new(store, people::keys()?, Utc::now).in_flight(IN_FLIGHT));
    let (sent, hear) = unbounded_channel();
    let gateway = Arc::new(Gateway {
        backlog,
        accepted: AtomicU32::new(0),
        put_off: AtomicU32::new(0),
        sent,
    });
    let bell = Arc::new(Notify::new());
    let mut new = NewRounds {
        desk: Arc::clone(&desk),
        gateway: Arc::clone(&gateway),
        bell: Arc::clone(&bell),
        opened: Vec::new(),
    };
    new.open().await?;
    let began = Instant::now();
    let mut worker: JoinHandle<String> = spawn(work(desk, gateway, bell));
    let outcome = select! {
        failed = &mut worker => Err(failed?.into()),
        outcome = new.until_all_are_out(hear, began) => outcome,
    };
    worker.abort();
    outcome
}

/// Ends with an error.
async fn work<S: SessionStore>(
    desk: Arc<Desk<S>>,
    gateway: Arc<Gateway>,
    bell: Arc<Notify>,
) -> String {
    loop {
        let next = match desk.dispatch(&*gateway).await {
            Ok(done) => done.next,
            Err(error) => return error.to_string(),
        };
        let pause = next.signed_duration_since(Utc::now());
        let pause = pause.to_std().unwrap_or_default();
        let _ = timeout(pause, bell.notified()).await; // either will do
    }
}

struct NewRounds<S> {
    desk: Arc<Desk<S>>,
    gateway: Arc<Gateway>,
    bell: Arc<Notify>,
    opened: Vec<Opened>,
}

impl<S: SessionStore> NewRounds<S> {
    async fn open(&mut self) -> Result<(), Fault> {
        let n = self.gateway.backlog.messages + u32::try_from(self.opened.len())?;
        self.opened.push(Opened {
            at: Instant::now(),
            accepted: self.gateway.accepted.load(Ordering::Relaxed),
            wait: None,
        });
        let recipients = people::recipients(n)?;
        let opening = Opening::new(u128::from(n), &recipients, Seed::draw(&mut SysRng)?);
        self.desk.open_round(&opening).await?;
        self.bell.notify_one();
        Ok(())
    }

    async fn until_all_are_out(
        mut self,
        mut sent: UnboundedReceiver<(Sent, Instant)>,
        began: Instant,
    ) -> Result<Outcome, Fault> {
        let Backlog {
            messages,
            afterwards,
            ..
        } = self.gateway.backlog;
        let (mut out, mut meanwhile) = (None, 0);
        let mut next = began + MEANWHILE;
        loop {
            let all = out.is_some() && self.opened.len() >= meanwhile + afterwards;
            if all && self.opened.iter().all(|round| round.wait.is_some()) {
                break;
            }
            select! {
                heard = sent.recv() => match heard.ok_or("the gateway is gone")? {
                    (Sent::Backlog, at) => {
                        out = Some(at.duration_since(began));
                        // What was opened before comes first.
                        meanwhile = self.opened.len();
                    }
                    (Sent::New(n), at) => {
                        let place = usize::try_from(n - messages)?;
                        let round = self.opened.get_mut(place).ok_or("no such round")?;
                        round.wait.get_or_insert(at.duration_since(round.at));
                    }
                },
                () = sleep_until(next.into()), if !all => {
                    next += if out.is_some() { AFTERWARDS } else { MEANWHILE };
                    self.open().await?;
                }
            }
        }
        let half = (messages - self.gateway.backlog.in_vain()) / 2;
        let wait = |round: &Opened| round.wait.unwrap_or_default();
        let mut afterwards: Vec<_> = self.opened.iter().skip(meanwhile).map(wait).collect();
        afterwards.sort_unstable();
        Ok(Outcome {
            out: out.unwrap_or_default(),
            beginning: self.opened.first().map(wait).unwrap_or_default(),
            half_way: (self.opened.iter().find(|round| round.accepted >= half))
                .map(wait)
                .unwrap_or_default(),
            afterwards,
            put_off: self.gateway.put_off.load(Ordering::Relaxed),
        })
    }
}

/// The figures of a backlog, and its row, printed at once as well: the next takes a while.
///
/// # Errors
/// Standard output's.
pub(crate) fn row(
    report: &mut Report,
    store: &'static str,
    backlog: Backlog,
    outcome: &Outcome,
) -> Result<Vec<String>, Fault> {
    let operation = if backlog.undeliverable {
        "backlog_with_undeliverable"
    } else {
        "backlog"
    };
    let rate = f64::from(backlog.messages - backlog.in_vain()) / outcome.out.as_secs_f64();
    let [median, slowest] = [0.5, 0.99].map(|part| micros(quantile(&outcome.afterwards, part)));
    let [out, beginning, half_way] = [outcome.out, outcome.beginning, outcome.half_way].map(micros);
    for (metric, value, unit) in [
        ("out", out, "us"),
        ("throughput", rate, "per_second"),
        ("wait_from_the_beginning", beginning, "us"),
        ("wait_from_half_way", half_way, "us"),
        ("wait_afterwards", median, "us"),
        ("wait_afterwards_p99", slowest, "us"),
        ("tries_in_vain", outcome.put_off.into(), "count"),
    ] {
        let figure = Figure::new(operation, store, metric, value, unit);
        report.figures.push(Figure {
            sessions: backlog.messages,
            ..figure
        });
    }
    let row = vec![
        match backlog.in_vain() {
            0 => "none".to_owned(),
            some => tables::sessions(some),
        },
        time(out),
        format!("{rate:.0}"),
        time(beginning),
        time(half_way),
        time(median),
        time(slowest),
        outcome.put_off.to_string(),
    ];
    writeln!(io::stdout(), "{store}: {}\n", row.join(" | "))?;
    Ok(row)
}

/// With what can't be delivered beside without.
pub(crate) fn ratios(outcomes: &[Outcome]) -> Option<Vec<String>> {
    let [without, with] = outcomes else {
        return None;
    };
    let ratio = |of: &dyn Fn(&Outcome) -> Duration| {
        format!("**{}**", decimals(micros(of(with)) / micros(of(without))))
    };
    Some(vec![
        "ratio".to_owned(),
        ratio(&|outcome| outcome.out),
        String::new(),
        ratio(&|outcome| outcome.beginning),
        ratio(&|outcome| outcome.half_way),
        ratio(&|outcome| quantile(&outcome.afterwards, 0.5)),
        ratio(&|outcome| quantile(&outcome.afterwards, 0.99)),
        String::new(),
    ])
}
