//! Sessions that a dispatcher has for a while to itself.

use core::fmt;

use chrono::{DateTime, Utc};

use crate::{Session, SessionId};

/// One session that is due, leased by [`SessionStore::lease_due`](super::SessionStore::lease_due).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    /// The lease.
    pub lease: Lease,
    /// The session as it was when it was leased, or why it can't be read.
    pub session: Result<Session, Unreadable>,
}

/// Until when a session is leased: what it takes to renew the lease or to give it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lease {
    /// Which session.
    pub session: SessionId,
    /// The end of the lease. At that instant it is over.
    pub until: DateTime<Utc>,
    /// Whether it is the first one since the session was last saved.
    pub first: bool,
}

/// Why a stored session can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unreadable {
    /// A newer release wrote it, and this one can't know what it means: a host of that release attends
    /// to it.
    Newer,
    /// It was cut short, or is no snapshot of a session at all.
    Broken,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Newer => "stored by a newer release",
            Self::Broken => "what is stored is no session",
        })
    }
}

#[cfg(feature = "serde")]
impl From<crate::SnapshotError> for Unreadable {
    fn from(error: crate::SnapshotError) -> Self {
        match error {
            crate::SnapshotError::UnknownVersion { .. } => Self::Newer,
            crate::SnapshotError::Broken { .. } => Self::Broken,
        }
    }
}
