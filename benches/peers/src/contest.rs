//! Two contenders, the same work, by turns.

use std::{
    error::Error,
    hint::black_box,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use crate::people::Person;

/// Anything that ends a measurement.
pub(crate) type Fault = Box<dyn Error + Send + Sync>;

/// Who checks the entries of the public form.
pub(crate) trait Contender: Send + Sync + 'static {
    /// Opens a round for each number and has its message accepted. Not measured.
    fn open(&self, numbers: Range<u32>) -> impl Future<Output = Result<Vec<Person>, Fault>> + Send;

    /// Whether the entry was right. What it changes is stored when this ends.
    fn submit(
        &self,
        person: &Person,
        code: &str,
    ) -> impl Future<Output = Result<bool, Fault>> + Send;
}

/// How much is done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// Entries under way at once.
    pub(crate) clients: u32,
    /// Persons of each turn, or fewer where it would take too long; each makes two entries.
    pub(crate) persons: u32,
    /// Blocks of four turns.
    pub(crate) blocks: u32,
}

/// How long a turn should take.
const TURN: f64 = 0.25;

impl Size {
    /// So few persons that a turn takes a quarter of a second of the slowest.
    fn within(self, throughputs: &[f64]) -> Self {
        let slowest = throughputs.iter().copied().fold(f64::INFINITY, f64::min);
        let persons = (slowest * TURN / 2.0) as u32;
        Self {
            persons: persons.max(2 * self.clients).min(self.persons),
            ..self
        }
    }
}

async fn warm_up<C: Contender>(contender: &Arc<C>, size: Size) -> Result<[Turn; 2], Fault> {
    let persons = (size.persons / 8).max(2 * size.clients).min(size.persons);
    let size = Size { persons, ..size };
    Ok([turn(contender, size).await?, turn(contender, size).await?])
}

/// The median of several blocks, and the ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    /// The lowest.
    pub(crate) low: f64,
    /// The one in the middle.
    pub(crate) median: f64,
    /// The highest.
    pub(crate) high: f64,
}

impl Spread {
    /// Of any number of values; all zero if there is none.
    pub(crate) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |place: usize| values.get(place).copied().unwrap_or_default();
        Self {
            low: at(0),
            median: at(values.len() / 2),
            high: at(values.len().saturating_sub(1)),
        }
    }
}

/// What one contender did.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    /// Median latency of an entry, in microseconds.
    pub(crate) median: Spread,
    /// The latency that one entry in a hundred exceeds, in microseconds.
    pub(crate) slowest: Spread,
    /// Entries a second.
    pub(crate) throughput: Spread,
}

/// How two contenders compare.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome {
    /// The first.
    pub(crate) ours: Figures,
    /// The second.
    pub(crate) theirs: Figures,
    /// Median latency of the first over that of the second.
    pub(crate) latency: Spread,
    /// What one entry in a hundred exceeds, likewise.
    pub(crate) slowest: Spread,
    /// Throughput of the first over that of the second.
    pub(crate) throughput: Spread,
}

/// One turn.
struct Turn {
    entries: usize,
    median: f64,
    slowest: f64,
    throughput: f64,
}

/// Lets both do the same work in blocks of the order A B B A, after a turn of each to warm up.
///
/// # Errors
/// What the contenders say; and an entry that is judged wrongly.
pub(crate) async fn duel<A: Contender, B: Contender>(
    ours: &Arc<A>,
    theirs: &Arc<B>,
    size: Size,
) -> Result<Outcome, Fault> {
    let [_, first] = warm_up(ours, size).await?;
    let [_, second] = warm_up(theirs, size).await?;
    let size = size.within(&[first.throughput, second.throughput]);
    let (mut first, mut second) = (Vec::new(), Vec::new());
    let (mut latency, mut slowest, mut throughput) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..size.blocks {
        let a1 = turn(ours, size).await?;
        let b1 = turn(theirs, size).await?;
        let b2 = turn(theirs, size).await?;
        let a2 = turn(ours, size).await?;
        latency.push((a1.median + a2.median) / (b1.median + b2.median));
        slowest.push((a1.slowest + a2.slowest) / (b1.slowest + b2.slowest));
        throughput.push((a1.throughput + a2.throughput) / (b1.throughput + b2.throughput));
        first.extend([a1, a2]);
        second.extend([b1, b2]);
    }
    Ok(Outcome {
        ours: Figures::of(&first),
        theirs: Figures::of(&second),
        latency: Spread::of(latency),
        slowest: Spread::of(slowest),
        throughput: Spread::of(throughput),
    })
}

/// One contender alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Alone {
    /// After a turn to warm up.
    pub(crate) figures: Figures,
    /// All that were made, while it warmed up too.
    pub(crate) entries: usize,
}

/// Lets one contender do the work alone.
///
/// # Errors
/// As [`duel`].
pub(crate) async fn alone<C: Contender>(contender: &Arc<C>, size: Size) -> Result<Alone, Fault> {
    let warm = warm_up(contender, size).await?;
    let [_, second] = &warm;
    let size = size.within(&[second.throughput]);
    let mut turns = Vec::new();
    for _ in 0..size.blocks {
        turns.push(turn(contender, size).await?);
    }
    Ok(Alone {
        figures: Figures::of(&turns),
        entries: turns.iter().chain(&warm).map(|turn| turn.entries).sum(),
    })
}

impl Figures {
    fn of(turns: &[Turn]) -> Self {
        let spread = |value: fn(&Turn) -> f64| Spread::of(turns.iter().map(value).collect());
        Self {
            median: spread(|turn| turn.median),
            slowest: spread(|turn| turn.slowest),
            throughput: spread(|turn| turn.throughput),
        }
    }
}

/// Numbers that nobody had before.
pub(crate) fn fresh(persons: u32) -> Range<u32> {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let first = NEXT.fetch_add(persons, Ordering::Relaxed);
    first..first + persons
}

/// Every person enters a wrong code, then the right one.
async fn turn<C: Contender>(contender: &Arc<C>, size: Size) -> Result<Turn, Fault> {
    let people = contender.open(fresh(size.persons)).await?;
    let share = people.len().div_ceil(size.clients as usize);
    let mut tasks = Vec::new();
    let began = Instant::now();
    for people in people.chunks(share) {
        let (contender, people) = (Arc::clone(contender), people.to_vec());
        tasks.push(tokio::spawn(async move {
            let mut latencies = Vec::with_capacity(people.len() * 2);
            for person in &people {
                for (code, right) in [(&person.wrong, false), (&person.code, true)] {
                    let began = Instant::now();
                    let answer = contender.submit(person, code).await?;
                    latencies.push(began.elapsed());
                    if answer != right {
                        return Err(Fault::from("an entry was judged wrongly"));
                    }
                }
            }
            Ok(latencies)
        }));
    }
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await??);
    }
    let wall = began.elapsed();
    latencies.sort_unstable();
    Ok(Turn {
        entries: latencies.len(),
        median: micros(quantile(&latencies, 0.5)),
        slowest: micros(quantile(&latencies, 0.99)),
        throughput: latencies.len() as f64 / wall.as_secs_f64(),
    })
}

/// Of sorted durations.
pub(crate) fn quantile(sorted: &[Duration], part: f64) -> Duration {
    let place = (sorted.len().saturating_sub(1) as f64 * part).round() as usize;
    sorted.get(place).copied().unwrap_or_default()
}

/// Microseconds a call: the median of batches, so that what else the machine does is in few of them.
pub(crate) fn each<T>(call: impl Fn() -> T, calls: u32) -> f64 {
    let batches = 100.min(calls).max(1);
    let calls = calls / batches;
    let mut times = Vec::new();
    for _ in 0..batches {
        let began = Instant::now();
        for _ in 0..calls {
            black_box(call());
        }
        times.push(began.elapsed());
    }
    times.sort_unstable();
    micros(quantile(&times, 0.5)) / f64::from(calls)
}

/// In microseconds.
pub(crate) fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}
