//! What hosts call their orders.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Names an order: the instant of filing and some random bits, so that ids sort by time. 24 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct OrderId([u8; 12]);

/// A text that is no id of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an order's id has 24 hexadecimal digits")]
pub struct NoOrderId;

impl OrderId {
    /// Before every order.
    pub const FIRST: Self = Self([0; 12]);
    /// After every order.
    pub const LAST: Self = Self([0xff; 12]);

    /// An id for an order that is filed now; `random` keeps those of several hosts apart.
    #[must_use]
    pub fn new(filed_at: DateTime<Utc>, random: [u8; 5]) -> Self {
        let [_, micros @ ..] = filed_at.timestamp_micros().to_be_bytes();
        let mut id = [0; 12];
        for (place, byte) in id.iter_mut().zip(micros.into_iter().chain(random)) {
            *place = byte;
        }
        Self(id)
    }

    /// The id with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 12]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn bytes(self) -> [u8; 12] {
        self.0
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for OrderId {
    type Err = NoOrderId;

    fn from_str(text: &str) -> Result<Self, NoOrderId> {
        if text.len() != 24 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NoOrderId);
        }
        let number = u128::from_str_radix(text, 16).map_err(|_| NoOrderId)?;
        let [_, _, _, _, id @ ..] = number.to_be_bytes();
        Ok(Self(id))
    }
}

impl From<OrderId> for String {
    fn from(id: OrderId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for OrderId {
    type Error = NoOrderId;

    fn try_from(text: String) -> Result<Self, NoOrderId> {
        text.parse()
    }
}
