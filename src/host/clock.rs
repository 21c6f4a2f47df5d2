//! What time it is.

use chrono::{DateTime, Utc};

/// The host's clock: what says the present instant each time it is asked, such as the function
/// `Utc::now`. An instant, `Utc::now()`, is none, as time would stand still; tests take a
/// `testkit::ManualClock`, which stands still until it is moved.
///
/// It may jump and go back: a session never does (D09).
///
/// ```
/// use beian::host::Clock;
/// use chrono::{DateTime, Utc};
///
/// let clock: fn() -> DateTime<Utc> = Utc::now;
/// assert!(clock.now() <= clock.now());
/// ```
///
/// ```compile_fail
/// # let keys = beian::KeyRing::single(1, [7; 32]).unwrap();
/// use beian::host::{Desk, MemoryStore};
///
/// let desk = Desk::new(MemoryStore::default(), keys, chrono::Utc::now());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a clock",
    label = "expected what says the present instant each time it is asked",
    note = "pass the function, `Utc::now`, and not the instant that it gives, `Utc::now()`: time would stand still",
    note = "in tests, pass a `beian::testkit::ManualClock` (feature `testkit`)"
)]
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> DateTime<Utc>;
}

#[diagnostic::do_not_recommend]
impl<F: Fn() -> DateTime<Utc> + Send + Sync> Clock for F {
    fn now(&self) -> DateTime<Utc> {
        self()
    }
}
