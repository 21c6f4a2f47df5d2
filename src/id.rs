//! What names a session, a message and an entry.

use core::{fmt, str::FromStr};

/// Sixteen opaque bytes that a host gives to a session: one session is one round (D25), so a new
/// round of the same order has a new id.
///
/// It comes from whatever a database has: an integer, or the sixteen bytes of a UUID
/// (`uuid.into_bytes()`). With feature `serde` it is the string below, in a compact format its bytes.
///
/// ```
/// use beian::SessionId;
///
/// let id = SessionId::from(42); // a `u128`
/// assert_eq!(id.to_string(), "0000000000000000000000000000002a");
/// assert_eq!(id.to_string().parse(), Ok(id));
/// assert_eq!(u128::from(id), 42);
///
/// assert_eq!(SessionId::from_u64(42), id);
/// assert_eq!(SessionId::try_from(42_i64), Ok(id));
/// assert_eq!(SessionId::try_from(&id.as_bytes()[..]), Ok(id)); // a column of bytes
/// assert_eq!(
///     SessionId::try_from(-1_i64).unwrap_err().to_string(),
///     "malformed session id: expected an integer that isn't negative"
/// );
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId([u8; 16]);

impl SessionId {
    /// The id of an unsigned integer, such as `BIGINT UNSIGNED`. Not by `From`: with two integers to
    /// choose from, the compiler would take the 42 in `SessionId::from(42)` for neither.
    #[must_use]
    pub fn from_u64(id: u64) -> Self {
        Self::from(u128::from(id))
    }

    /// The id of an order's n-th round: twelve bytes of the order, four of the round, so that an order's rounds
    /// stand beside each other in an index.
    ///
    /// ```
    /// use beian::SessionId;
    ///
    /// let id = SessionId::of_round(*b"order 000042", 2);
    /// assert_eq!(id.order_and_round(), (*b"order 000042", 2));
    /// ```
    #[must_use]
    pub const fn of_round(order: [u8; 12], round: u32) -> Self {
        let mut id = [0; 16];
        let [front @ .., r0, r1, r2, r3] = &mut id;
        *front = order;
        [*r0, *r1, *r2, *r3] = round.to_be_bytes();
        Self(id)
    }

    /// The order and the round of an id that [`of_round`](Self::of_round) made.
    #[must_use]
    pub const fn order_and_round(&self) -> ([u8; 12], u32) {
        let [order @ .., r0, r1, r2, r3] = self.0;
        (order, u32::from_be_bytes([r0, r1, r2, r3]))
    }

    /// The bytes, most significant first.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl TryFrom<i64> for SessionId {
    type Error = MalformedId;

    fn try_from(id: i64) -> Result<Self, MalformedId> {
        let expected = "an integer that isn't negative";
        let id = u64::try_from(id);
        id.map(Self::from_u64)
            .map_err(|_| MalformedId::of("session id", expected))
    }
}

/// Sixteen opaque bytes that a client gives to an entry, so that a repeat after a lost answer gets
/// the first answer again (D21). Random, or else a stranger could ask for the answer.
///
/// With feature `serde` it is the 32 hex digits that it is written as, in a compact format its bytes.
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
    ($($type:ident, $what:literal);+) => {$(
        impl From<u128> for $type { // such as `u128::from(id)`
            fn from(id: u128) -> Self {
                Self(id.to_be_bytes())
            }
        }

        impl From<[u8; 16]> for $type { // such as `uuid.into_bytes()`
            fn from(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }
        }

        impl TryFrom<&[u8]> for $type {
            type Error = MalformedId;

            fn try_from(bytes: &[u8]) -> Result<Self, MalformedId> {
                let bytes = bytes.try_into().map(Self);
                bytes.map_err(|_| MalformedId::of($what, "sixteen bytes"))
            }
        }

        impl From<$type> for u128 {
            fn from(id: $type) -> Self {
                Self::from_be_bytes(id.0)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:032x}", u128::from(*self))
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
                id.map(Self::from).ok_or(MalformedId::of($what, "32 hex digits"))
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    self.0.serialize(serializer)
                }
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    text(deserializer)
                } else {
                    <[u8; 16]>::deserialize(deserializer).map(Self)
                }
            }
        }
    )+};
}
opaque!(SessionId, "session id"; SubmissionId, "submission id");

/// An id as it is written; errors never show the text.
#[cfg(feature = "serde")]
fn text<'de, T: FromStr<Err = MalformedId>, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let text = <alloc::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}

/// Which message: also its idempotency key towards the gateway (D12).
///
/// `attempt` rises only with a stored *failed*; after *deferred*, or a crash, the same message goes
/// out under the same key. With feature `serde` it is the string that its `Display` writes.
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
        let mut next = || fields.next().ok_or(MALFORMED_MESSAGE_ID);
        let id = Self {
            session: next()?.parse().map_err(|_| MALFORMED_MESSAGE_ID)?,
            recipient: number(next()?)?,
            number: number(next()?)?,
            attempt: number(next()?)?,
        };
        if fields.next().is_none() {
            Ok(id)
        } else {
            Err(MALFORMED_MESSAGE_ID)
        }
    }
}

fn number<N: FromStr>(text: &str) -> Result<N, MalformedId> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|_| plain)
        .ok_or(MALFORMED_MESSAGE_ID)
}

const MALFORMED_MESSAGE_ID: MalformedId = MalformedId::of(
    "message id",
    "32 hex digits and three numbers with - between them",
);

#[cfg(feature = "serde")]
impl serde::Serialize for MessageId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for MessageId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer)
    }
}

/// Not an id of a session, a message or a submission: the text says which, and what is expected.
///
/// ```
/// use beian::MessageId;
///
/// let error = "42".parse::<MessageId>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "malformed message id: expected 32 hex digits and three numbers with - between them"
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("malformed {what}: expected {expected}")]
pub struct MalformedId {
    what: &'static str,
    expected: &'static str,
}

impl MalformedId {
    const fn of(what: &'static str, expected: &'static str) -> Self {
        Self { what, expected }
    }
}
