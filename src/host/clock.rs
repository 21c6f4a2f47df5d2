//! What time it is.

use chrono::{DateTime, Utc};

/// The host's clock. A closure such as `Utc::now` is one, and so is a fixed instant.
///
/// It may jump and go back: a session never does (D09).
///
/// ```
/// use beian::host::Clock;
/// use chrono::{DateTime, Utc};
///
/// let fixed: DateTime<Utc> = "2024-05-01T02:00:00Z".parse()?;
/// assert_eq!(fixed.now(), fixed);
/// assert!((Utc::now as fn() -> DateTime<Utc>).now() > fixed);
/// # Ok::<(), chrono::ParseError>(())
/// ```
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> DateTime<Utc>;
}

impl<F: Fn() -> DateTime<Utc> + Send + Sync> Clock for F {
    fn now(&self) -> DateTime<Utc> {
        self()
    }
}

impl Clock for DateTime<Utc> {
    fn now(&self) -> DateTime<Utc> {
        *self
    }
}
