//! Many worlds on many threads, and the same result on any number of them.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    dice::Dice,
    options::Options,
    platform::{self, Run},
    tally::Tally,
};

/// One world, with all or some of its orders, to its end or through so many steps.
pub fn one(options: &Options, world: u64, only: Option<&[u32]>, steps: u64) -> Run {
    let seed = Dice::of(&[options.seed, 0, world]).throw();
    platform::run(seed, size(options, world), options.world, only, steps)
}

/// How many orders a world has: the last one what is left.
pub fn size(options: &Options, world: u64) -> u32 {
    let before = world.saturating_mul(options.size.into());
    let left = u32::try_from(options.filings.saturating_sub(before)).unwrap_or(u32::MAX);
    if options.only.is_some() {
        options.size
    } else {
        options.size.min(left)
    }
}

/// Every world. `Err` is the first that failed, by its number.
pub fn all(options: &Options) -> Result<Tally, u64> {
    let before = options.first.saturating_mul(options.size.into());
    let bar = ProgressBar::new(options.filings.saturating_sub(before));
    let style = ProgressStyle::with_template(
        "{bar:40} {human_pos}/{human_len} filings, {per_sec}, {eta} left",
    );
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    // Where there is no terminal to draw on, a line a minute.
    let (begun, minutes) = (Instant::now(), AtomicU64::new(0));
    let told = |filings: u64| {
        let minute = begun.elapsed().as_secs() / 60;
        if bar.is_hidden() && minutes.fetch_max(minute, Ordering::Relaxed) < minute {
            eprintln!("{filings} filings after {minute} minutes");
        }
    };
    let (next, failed) = (AtomicU64::new(options.first), AtomicU64::new(u64::MAX));
    let whole = Mutex::new(Tally::default());
    let worker = || {
        let mut tally = Tally::default();
        loop {
            let world = next.fetch_add(1, Ordering::Relaxed);
            if world >= options.worlds() || world > failed.load(Ordering::Relaxed) {
                break;
            }
            match one(options, world, None, u64::MAX) {
                Ok(counted) => tally.merge(&counted),
                Err(_) => drop(failed.fetch_min(world, Ordering::Relaxed)),
            }
            bar.inc(u64::from(size(options, world)));
            told(bar.position());
        }
        whole.lock().unwrap().merge(&tally);
    };
    std::thread::scope(|scope| {
        for _ in 0..threads(options) {
            scope.spawn(worker);
        }
    });
    bar.finish_and_clear();
    match failed.into_inner() {
        u64::MAX => Ok(whole.into_inner().unwrap()),
        world => Err(world),
    }
}

fn threads(options: &Options) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    options.threads.unwrap_or_else(cores).max(1)
}
