//! From when each kind of service can be filed (D01).

use chrono::{DateTime, Utc};

use super::ServiceKind;
use crate::day::hour;

/// From when a kind of service can be filed. A kind that no row names always could.
///
/// The documented rows ([`FiledSince::DOCUMENTED`]) are what an order is checked by when it is filed, and
/// again when it is submitted; a host's own go into its [`FilingPolicy`](super::FilingPolicy) and its
/// [`History`](crate::rulebook::History).
///
/// ```
/// use beian::{ServiceKind, filing::FiledSince};
///
/// let kinds: Vec<_> = FiledSince::DOCUMENTED.iter().map(|row| row.kind).collect();
/// assert_eq!(kinds, [ServiceKind::App, ServiceKind::MiniProgram, ServiceKind::QuickApp]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FiledSince {
    /// The kind.
    pub kind: ServiceKind,
    /// The first instant.
    pub from: DateTime<Utc>,
}

impl FiledSince {
    /// Websites have always been filed; the other kinds since 2023-09-01 (工信部信管〔2023〕105号).
    pub const DOCUMENTED: &'static [Self] = &[
        Self::new(ServiceKind::App, hour(2023, 9, 1, 0)),
        Self::new(ServiceKind::MiniProgram, hour(2023, 9, 1, 0)),
        Self::new(ServiceKind::QuickApp, hour(2023, 9, 1, 0)),
    ];

    /// A row.
    #[must_use]
    pub const fn new(kind: ServiceKind, from: DateTime<Utc>) -> Self {
        Self { kind, from }
    }
}

impl ServiceKind {
    /// Whether services of this kind are filed at an instant, by what is documented: websites always, the
    /// others from 2023-09-01 00:00 Beijing time (D01).
    ///
    /// ```
    /// use beian::ServiceKind;
    /// use chrono::{DateTime, Utc};
    ///
    /// let august: DateTime<Utc> = "2023-08-31T23:59:59+08:00".parse()?;
    /// assert!(ServiceKind::Website.is_fileable(august));
    /// assert!(!ServiceKind::App.is_fileable(august));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn is_fileable(self, at: DateTime<Utc>) -> bool {
        check_filed_since(FiledSince::DOCUMENTED, self, at).is_ok()
    }
}

/// The rows of one table, asked at filing and at submission.
pub(crate) fn check_filed_since(
    rows: &[FiledSince],
    kind: ServiceKind,
    at: DateTime<Utc>,
) -> Result<(), NotFileable> {
    let later = |row: &&FiledSince| row.kind == kind && row.from > at;
    match rows.iter().find(later) {
        Some(FiledSince { kind, from }) => Err(NotFileable {
            kind: *kind,
            from: *from,
        }),
        None => Ok(()),
    }
}

/// A kind of service that could not be filed yet (D01).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{kind} can't be filed at that time: it can be from {from}")]
pub struct NotFileable {
    /// The kind.
    pub kind: ServiceKind,
    /// From when it can be filed.
    pub from: DateTime<Utc>,
}
