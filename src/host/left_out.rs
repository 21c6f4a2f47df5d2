//! Sessions that a call could not attend to, and why.

use core::fmt;

use super::Unreadable;
use crate::{KeyError, KeyId, Refusal, SessionId};

/// A session that a call left out, for somebody to look after (D20).
///
/// ```
/// use beian::{SessionId, host::{LeftOut, LeftOutReason}};
///
/// let left_out = LeftOut { session: SessionId::from(42), reason: LeftOutReason::KeyMissing(1.into()) };
/// assert_eq!(
///     left_out.to_string(),
///     "session 0000000000000000000000000000002a left out: key 1 is missing",
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LeftOut {
    /// Which.
    pub session: SessionId,
    /// Why.
    pub reason: LeftOutReason,
}

/// Why a session was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LeftOutReason {
    /// The key that the round was opened under isn't there: bring it back, or wait until the round is
    /// over.
    KeyMissing(KeyId),
    /// The key service did not answer.
    KeysUnavailable,
    /// Other hosts changed the session every time.
    Conflict,
    /// The session had changed so much meanwhile that nothing was left to do.
    Refused(Refusal),
    /// What is stored of the session can't be read.
    Unreadable(Unreadable),
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "session {} left out: {}", self.session, self.reason)
    }
}

impl fmt::Display for LeftOutReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyMissing(key) => write!(f, "key {key} is missing"),
            Self::KeysUnavailable => f.write_str("key service unavailable"),
            Self::Conflict => f.write_str("too many others changed it"),
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Unreadable(why) => why.fmt(f),
        }
    }
}

impl From<KeyError> for LeftOutReason {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Unknown(key) => Self::KeyMissing(key),
            KeyError::Unavailable => Self::KeysUnavailable,
        }
    }
}
