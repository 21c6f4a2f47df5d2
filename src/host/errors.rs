//! Why a desk did nothing.

use chrono::TimeDelta;

use crate::{KeyError, OpenError, Refusal};

/// Why a desk did nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HostError<E> {
    /// Other hosts were faster every time: try again later (D20).
    #[error("too many others changed the same sessions: try again later")]
    Conflict,
    /// The store failed.
    #[error("store: {0}")]
    Store(#[source] E),
    /// The key service is unavailable, or has no current key. A round whose own key is missing is left
    /// out instead, and reported (D20).
    #[error(transparent)]
    Key(KeyError),
    /// The round can't be opened.
    #[error(transparent)]
    Open(OpenError),
    /// The rules say no.
    #[error(transparent)]
    Refused(Refusal),
    /// There is a session of that id.
    #[error("a session of this id exists: a new round needs a new id")]
    Exists,
    /// There is no session of that id.
    #[error("no session of this id")]
    NotFound,
    /// Another host could send what this one is still sending.
    #[error("a send may take {} ms, and a lease of {} ms has to outlive it", longest_send.num_milliseconds(), lease.num_milliseconds())]
    LeaseTooShort {
        /// What the [sender](super::SmsSender::longest_send) says.
        longest_send: TimeDelta,
        /// The [lease](super::Desk::lease) of the desk.
        lease: TimeDelta,
    },
}

impl<E> From<OpenError> for HostError<E> {
    fn from(error: OpenError) -> Self {
        if let OpenError::Key(error) = error {
            Self::Key(error)
        } else {
            Self::Open(error)
        }
    }
}
