//! What open sessions take in the store in memory, and whether anything gets slower as they become many.
//!
//! ```text
//! cargo bench --bench memory                          a thousand to a million: half a minute
//! cargo bench --bench memory -- --sessions 10000000   ten million: minutes, and 4 GB
//! ```
//!
//! Prints a table, and writes `target/performance/memory.jsonl`, a figure a line. Latencies are those of
//! single calls, the clock's own tens of nanoseconds included; ratios within one run are what counts.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a benchmark may panic"
)]

mod figures;

use std::{
    collections::BTreeMap,
    env, fs,
    sync::Arc,
    time::{Duration, Instant},
};

use beian::{
    DeliveryReport, Entry, KeyRing, MessageId, MobileNumber, Recipient, Recipients, Role, Seed,
    VerificationPolicy,
    host::{Clock as _, Desk, MemoryStore, SessionStore, block},
    testkit::{FixedEntropy, ManualClock},
};
use chrono::{DateTime, TimeDelta, Utc};
use figures::{Figures, tried_out};
use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

const LAST_SIX: &str = "345678";

fn main() {
    let most = most_sessions();
    let mut figures = Figures::of("memory", "memory");
    growth(most, &mut figures);
    for persons in [1, 2, 10] {
        room(persons, &mut figures);
    }
    figures.write();
}

/// `--sessions N`; a thousand where the bench is only tried out (`cargo test --benches`).
fn most_sessions() -> u32 {
    let arguments: Vec<String> = env::args().collect();
    let mut after = arguments.iter().skip_while(|word| *word != "--sessions");
    let asked = after.nth(1).map(|number| number.parse().unwrap());
    asked.unwrap_or(if tried_out() { 1_000 } else { 1_000_000 })
}

/// A desk, and the sessions that were opened at it, each a little later than the one before.
struct World {
    desk: Desk<MemoryStore>,
    clock: ManualClock,
    persons: u32,
    sessions: u32,
}

impl World {
    fn new(persons: u32) -> Self {
        let start: DateTime<Utc> = "2024-05-01T02:00:00Z".parse().unwrap();
        let clock = ManualClock::new(start);
        let keys = KeyRing::single(1, [7; 32]).unwrap();
        Self {
            desk: Desk::new(MemoryStore::default(), Arc::new(keys), clock.clone()),
            clock,
            persons,
            sessions: 0,
        }
    }

    /// One more round; every message of it is accepted at once.
    fn open(&mut self) {
        let person = |place: u32| {
            let number = number(self.sessions * self.persons + place);
            Recipient::new(number, Role::EntityLeader, [LAST_SIX.parse().unwrap()])
        };
        let recipients =
            Recipients::new((0..self.persons).map(person), VerificationPolicy::REGULATOR).unwrap();
        let seed = Seed::draw(&mut FixedEntropy::new(self.sessions.into())).unwrap();
        let id = u128::from(self.sessions);
        let opened = block(self.desk.open(id, &recipients, seed));
        opened.unwrap().unwrap();
        for recipient in 0..u8::try_from(self.persons).unwrap() {
            let message = MessageId {
                session: id.into(),
                recipient,
                number: 0,
                attempt: 0,
            };
            let reported = block(self.desk.report(message, DeliveryReport::Accepted));
            reported.unwrap().unwrap();
        }
        self.sessions += 1;
        self.clock.advance(TimeDelta::milliseconds(1));
    }

    /// Numbers of sessions all over the store, but for its first tenth, which was asked for when there
    /// were no more; each three times at most.
    fn somewhere(&self) -> impl Iterator<Item = MobileNumber> {
        let (first, later) = (self.sessions / 10, self.sessions - self.sessions / 10);
        let some = (0..(3 * later).min(20_000)).map(u64::from);
        some.map(move |n| n * 7_919 % u64::from(later))
            .map(move |n| number(first + u32::try_from(n).unwrap()))
    }
}

/// Invented, in no order, each once.
fn number(n: u32) -> MobileNumber {
    let digits = u64::from(n) * 7_919_777 % 100_000_000;
    format!("199{digits:08}").parse().unwrap()
}

/// The bytes that an open session takes, all told: the indices and the table's free places included.
fn room(persons: u32, figures: &mut Figures) {
    const SESSIONS: u32 = 20_000;
    let mut world = World::new(persons);
    let before = HEAP.current_usage();
    for _ in 0..SESSIONS {
        world.open();
    }
    let bytes = (HEAP.current_usage() - before) / usize::try_from(SESSIONS).unwrap();
    let bytes = u64::try_from(bytes).unwrap();
    figures.add("session", [SESSIONS, persons], "bytes", bytes, "bytes");
}

/// A thousand sessions, then ten times as many, up to `most`: what the same calls take.
fn growth(most: u32, figures: &mut Figures) {
    let mut world = World::new(1);
    let (began, resident) = (Instant::now(), resident());
    let mut size = 1_000.min(most);
    loop {
        while world.sessions < size {
            world.open();
        }
        let built = u64::try_from(began.elapsed().as_millis()).unwrap();
        figures.add("build", [size, 1], "total", built, "ms");
        if let Some(now) = self::resident() {
            let bytes = (now - resident.unwrap_or(0)) / u64::from(size);
            figures.add("session", [size, 1], "rss", bytes, "bytes");
        }
        measure(&world, figures);
        if size == most {
            // Taking millions of sessions down again tells nothing.
            std::mem::forget(world);
            return;
        }
        size = size.saturating_mul(10).min(most);
    }
}

fn measure(world: &World, figures: &mut Figures) {
    let (desk, store) = (&world.desk, world.desk.store());
    let mut time = |operation: &str, mut calls: Vec<Duration>| {
        calls.sort();
        let at = |place: usize| u64::try_from(calls.get(place).unwrap().as_nanos()).unwrap();
        let (median, most) = (at(calls.len() / 2), at(calls.len() * 999 / 1000));
        let size = [world.sessions, 1];
        figures.add(operation, size, "median", median, "ns");
        figures.add(operation, size, "p999", most, "ns");
    };
    let now = world.clock.now();

    let entries = world.somewhere().map(|mobile| {
        let entry = Entry::parse(mobile.digits(), "000000", "000000").unwrap();
        timed(|| block(desk.submit(&entry)).unwrap().unwrap())
    });
    time("submit_wrong", entries.collect());

    let found = world
        .somewhere()
        .map(|mobile| timed(|| block(store.find(&mobile, now)).unwrap().unwrap()));
    time("find", found.collect());

    // What an ordered map takes that has the numbers and nothing else.
    let numbers = (0..world.sessions).map(|n| (number(n), n));
    let bare: BTreeMap<_, _> = numbers.collect();
    let found = world
        .somewhere()
        .map(|mobile| timed(|| *bare.get(&mobile).unwrap()));
    time("find_bare", found.collect());
    drop(bare);

    // Sixteen rounds are over: they are leased, for no time, again and again.
    let over = now - TimeDelta::milliseconds(i64::from(world.sessions) - 16) + TimeDelta::days(1);
    let lease = |now, due| {
        let leased = || block(store.lease_due(now, 16, TimeDelta::zero()));
        assert_eq!(leased().unwrap().unwrap().len(), due);
        (0..2_000).map(|_| timed(leased)).collect()
    };
    time("lease_due", lease(over, 16));
    time("lease_due_none", lease(now, 0));

    let next = |_| timed(|| block(store.next_due(now)).unwrap().unwrap());
    time("next_wake", (0..2_000).map(next).collect());
}

fn timed<T>(call: impl FnOnce() -> T) -> Duration {
    let began = Instant::now();
    let result = call();
    let took = began.elapsed();
    drop(result);
    took
}

/// Bytes that the process holds; on Linux only.
fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
