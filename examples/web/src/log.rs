//! Logs on standard error, which never hold up what they are about: lines go through a bounded queue to a
//! thread of their own. What finds the queue full or can't be written is lost, counted, and said so.

use std::{
    io::{self, IsTerminal as _, Write},
    panic,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::LevelFilter;

/// Lines that may wait.
const WAITING: usize = 8192;
/// How long the last lines may take when the process ends.
const LAST: Duration = Duration::from_millis(500);

/// How long the thread lets lines gather once it has written all there were: to be woken for each would cost a
/// request more than its line does.
const GATHER: Duration = Duration::from_millis(2);

static UNWRITTEN: AtomicU64 = AtomicU64::new(0);
static SAID: AtomicU64 = AtomicU64::new(0);
static UNQUEUED: OnceLock<ErrorCounter> = OnceLock::new();

/// How many lines have been lost.
#[must_use]
pub fn lost() -> u64 {
    let unqueued = UNQUEUED.get().map_or(0, ErrorCounter::dropped_lines);
    let unqueued = u64::try_from(unqueued).unwrap_or(u64::MAX);
    UNWRITTEN.load(Ordering::Relaxed).saturating_add(unqueued)
}

/// Says how many lines were lost since it was last said.
pub(crate) fn say_what_was_lost() {
    let lost = lost();
    let lines = lost.saturating_sub(SAID.swap(lost, Ordering::Relaxed));
    if lines > 0 {
        tracing::warn!(lines, "lines of the log were lost");
    }
}

/// Logs until it is dropped.
#[derive(Debug)]
pub struct Logging(Option<WorkerGuard>);

/// Begins to log, of this level and above: lines for people at a terminal, JSON else.
#[must_use]
pub fn start(level: &str) -> Logging {
    let queue = NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(WAITING);
    let (writer, guard) = queue.finish(Counting(io::stderr()));
    let _ = UNQUEUED.set(writer.error_counter());
    let builder = tracing_subscriber::fmt()
        .with_max_level(level.parse().unwrap_or(LevelFilter::INFO))
        .with_writer(writer)
        .with_ansi(false);
    if io::stderr().is_terminal() {
        builder.compact().init();
    } else {
        builder
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .init();
    }
    // What a panic says may be anything, and its own way to standard error may be blocked.
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "panicked");
    }));
    Logging(Some(guard))
}

impl Drop for Logging {
    fn drop(&mut self) {
        let guard = self.0.take();
        within(LAST, move || drop(guard));
    }
}

/// One line on standard error when the process ends, unless nobody takes it.
pub fn last_words(text: String) {
    within(LAST, move || {
        let _ = writeln!(io::stderr(), "{text}");
    });
}

/// On a thread that isn't waited for any longer than that: it may never come back.
fn within(most: Duration, work: impl FnOnce() + Send + 'static) {
    let (done, is_done) = mpsc::channel::<()>();
    let begun = thread::Builder::new().spawn(move || {
        work();
        drop(done);
    });
    drop(begun);
    let _ = is_done.recv_timeout(most);
}

/// Writes as well as it can: a line that can't be written is counted. It is flushed when the queue is empty.
struct Counting<W>(W);

impl<W: Write> Write for Counting<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.0.write_all(line).is_err() {
            UNWRITTEN.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let _ = self.0.flush();
        thread::sleep(GATHER);
        Ok(())
    }
}
