//! A desk over 100 000 open sessions in memory, and what it holds up against one over a single one.
//!
//! ```text
//! cargo bench --bench desk
//! ```

#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::sync::LazyLock;

use beian::{
    Entry, KeyRing, Message, Recipient, Recipients, ResendRequest, Role, Seed, VerificationPolicy,
    host::{Desk, MemoryStore, SendOutcome, SmsSender, block},
};
use chrono::{DateTime, Utc};
use divan::Bencher;

#[global_allocator]
static HEAP: divan::AllocProfiler = divan::AllocProfiler::system();

static ONE: LazyLock<Desk<MemoryStore>> = LazyLock::new(|| desk(1));
static MANY: LazyLock<Desk<MemoryStore>> = LazyLock::new(|| desk(100_000));

fn main() {
    LazyLock::force(&ONE);
    LazyLock::force(&MANY);
    divan::main();
}

struct Swallow;

impl SmsSender for Swallow {
    async fn send(&self, _: &Message) -> SendOutcome {
        SendOutcome::Accepted
    }
}

fn number(n: u32) -> String {
    format!("199{n:08}")
}

/// Open rounds of one person each, their messages accepted.
fn desk(sessions: u32) -> Desk<MemoryStore> {
    let now: DateTime<Utc> = "2024-05-01T02:00:00Z".parse().unwrap();
    let desk = Desk::new(
        MemoryStore::default(),
        KeyRing::single(1, [7; 32]).unwrap(),
        move || now,
    );
    for n in 0..sessions {
        let id = ["345678".parse().unwrap()];
        let person = Recipient::new(number(n).parse().unwrap(), Role::EntityLeader, id);
        let recipients = Recipients::new([person], VerificationPolicy::REGULATOR).unwrap();
        let seed = Seed::draw(&mut getrandom::SysRng).unwrap();
        block(desk.open(u128::from(n), &recipients, seed))
            .unwrap()
            .unwrap();
    }
    block(desk.dispatch(&Swallow)).unwrap().unwrap();
    desk
}

fn over(sessions: u32) -> &'static Desk<MemoryStore> {
    if sessions == 1 { &ONE } else { &MANY }
}

/// A resend that comes too soon: found, compared, refused, nothing to store.
#[divan::bench(args = [1, 100_000])]
fn resend_refused(bencher: Bencher, sessions: u32) {
    let desk = over(sessions);
    let request = ResendRequest::parse(&number(sessions / 2), "345678").unwrap();
    bencher.bench_local(|| block(desk.resend(&request)).unwrap().unwrap());
}

/// An entry for a number that nobody has.
#[divan::bench(args = [1, 100_000])]
fn submit_unknown_number(bencher: Bencher, sessions: u32) {
    let desk = over(sessions);
    let entry = Entry::parse("19999999999", "000000", "345678").unwrap();
    bencher.bench_local(|| block(desk.submit(&entry)).unwrap().unwrap());
}

/// Wrong entries for one number after the other: found, compared, counted and stored.
#[divan::bench(args = [1, 100_000], sample_count = 4, sample_size = 1)]
fn submit_wrong(bencher: Bencher, sessions: u32) {
    let desk = over(sessions);
    let mut n = 0_u32;
    bencher
        .with_inputs(|| {
            n = n
                .wrapping_add(7919)
                .checked_rem(sessions)
                .unwrap_or_default();
            Entry::parse(&number(n), "000000", "000000").unwrap()
        })
        .bench_local_refs(|entry| block(desk.submit(entry)).unwrap().unwrap());
}

/// A look for work where there is none.
#[divan::bench(args = [1, 100_000])]
fn dispatch_with_nothing_due(bencher: Bencher, sessions: u32) {
    let desk = over(sessions);
    bencher.bench_local(|| block(desk.dispatch(&Swallow)).unwrap().unwrap());
}
