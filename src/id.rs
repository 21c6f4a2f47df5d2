//! What names a session, a message and an entry.

use core::{fmt, str::FromStr};

/// Sixteen opaque bytes that a host gives to a session: one session is one round (D25), so a new
/// round of the same order has a new id.
///
/// ```
/// use beian::SessionId;
///
/// let id = SessionId::from(42);
/// assert_eq!(id.to_string(), "0000000000000000000000000000002a");
/// assert_eq!(id.to_string().parse(), Ok(id));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId([u8; 16]);

impl SessionId {
    /// The bytes, most significant first.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// Sixteen opaque bytes that a client gives to an entry, so that a repeat after a lost answer gets
/// the first answer again (D21). Random, or else a stranger could ask for the answer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubmissionId([u8; 16]);

impl SubmissionId {
    /// The bytes, most significant first.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

macro_rules! opaque {
    ($($type:ident),+) => {$(
        impl From<u128> for $type {
            fn from(id: u128) -> Self {
                Self(id.to_be_bytes())
            }
        }

        impl From<[u8; 16]> for $type {
            fn from(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:032x}", u128::from_be_bytes(self.0))
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $type {
            type Err = MalformedId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let hex = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
                let id = u128::from_str_radix(text, 16).ok().filter(|_| hex);
                id.map(Self::from).ok_or(MalformedId)
            }
        }
    )+};
}
opaque!(SessionId, SubmissionId);

/// Which message: also its idempotency key towards the gateway (D12).
///
/// `attempt` rises only with a stored *failed*; after *deferred*, or a crash, the same message goes
/// out under the same key.
///
/// ```
/// use beian::{MessageId, SessionId};
///
/// let id = MessageId { session: SessionId::from(42), recipient: 0, number: 1, attempt: 0 };
/// assert_eq!(id.to_string(), "0000000000000000000000000000002a-0-1-0");
/// assert_eq!(id.to_string().parse(), Ok(id));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId {
    /// The round.
    pub session: SessionId,
    /// The person: the place among the session's recipients, which are sorted by number.
    pub recipient: u8,
    /// The message: 0 is the first one, every resend and the noon resend take the next.
    pub number: u16,
    /// The try.
    pub attempt: u16,
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}-{}-{}-{}",
            self.session, self.recipient, self.number, self.attempt
        )
    }
}

impl FromStr for MessageId {
    type Err = MalformedId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut fields = text.split('-');
        let mut next = || fields.next().ok_or(MalformedId);
        let id = Self {
            session: next()?.parse()?,
            recipient: number(next()?)?,
            number: number(next()?)?,
            attempt: number(next()?)?,
        };
        if fields.next().is_none() {
            Ok(id)
        } else {
            Err(MalformedId)
        }
    }
}

fn number<N: FromStr>(text: &str) -> Result<N, MalformedId> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain).ok_or(MalformedId)
}

/// Not an id as its `Display` writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("malformed id")]
pub struct MalformedId;
