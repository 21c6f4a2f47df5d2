//! What a suite has to complain about.

use alloc::{format, string::String};
use core::fmt;

/// A promise that a host's part doesn't keep: which one, what was expected, and what was found.
///
/// ```
/// use beian::{host::{MemoryStore, block}, testkit::{Breach, store}};
///
/// // A store that is never emptied can't pass.
/// let used = std::sync::Arc::new(MemoryStore::default());
/// let breach: Breach = block(store::check(async || used.clone()))?.unwrap_err();
/// println!("{breach}");
/// assert!(!breach.promise().is_empty());
/// # Ok::<(), beian::host::WouldWait>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("broken: {promise}: expected {expected}, found {found}")]
pub struct Breach {
    promise: &'static str,
    expected: String,
    found: String,
}

impl Breach {
    /// The promise, as one sentence.
    #[must_use]
    pub const fn promise(&self) -> &'static str {
        self.promise
    }

    /// What a part that keeps it would have shown.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// What this one has shown.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }

    pub(super) fn new(
        promise: &'static str,
        expected: impl fmt::Display,
        found: impl fmt::Display,
    ) -> Self {
        Self {
            promise,
            expected: format!("{expected}"),
            found: format!("{found}"),
        }
    }
}
