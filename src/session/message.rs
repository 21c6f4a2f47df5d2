//! Messages that are due, and what the gateway reports of them.

use core::fmt;

use crate::{MessageId, MobileNumber, code::Digits, names::names};

/// Why a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageKind {
    /// The first one of a round.
    First,
    /// One that the person asked for (R21).
    Resend,
    /// The automatic one at noon of the next day (B10, D16).
    Noon,
}

names!(MessageKind, "message kind", { First => "first", Resend => "resend", Noon => "noon" });

/// What a gateway said of a message (D11).
///
/// The first three answer the attempt to send it, the last two come later, by a delivery report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeliveryReport {
    /// The gateway has taken it.
    Accepted,
    /// Not known, timed out, or to be tried later: the same message goes out again.
    Deferred,
    /// The gateway refused it: not accepted.
    Failed,
    /// It reached the handset.
    Delivered,
    /// It did not reach the handset.
    Undelivered,
}

names!(DeliveryReport, "delivery report", {
    Accepted => "accepted",
    Deferred => "deferred",
    Failed => "failed",
    Delivered => "delivered",
    Undelivered => "undelivered",
});

/// What became of a [`DeliveryReport`].
///
/// With feature `serde`: `"applied"`, `"recorded"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum DeliveryReportOutcome {
    /// It changed something: a window started, a message will be tried again, a resend was used up.
    Applied,
    /// It is in the audit trail and changed nothing else (D11, D24).
    Recorded,
}

/// A message that is due, with its code. Comes from
/// [`Session::outbox`](crate::Session::outbox) as often as asked, until a report is stored.
#[must_use]
pub struct Message {
    pub(crate) id: MessageId,
    pub(crate) to: MobileNumber,
    pub(crate) kind: MessageKind,
    pub(crate) code: Digits,
}

impl Message {
    /// Which message; its `Display` is the idempotency key for the gateway (D12).
    #[must_use]
    pub const fn id(&self) -> MessageId {
        self.id
    }

    /// Where to send it: the primary mobile, never the emergency phone (R12).
    #[must_use]
    pub const fn to(&self) -> &MobileNumber {
        &self.to
    }

    /// Why it is sent.
    #[must_use]
    pub const fn kind(&self) -> MessageKind {
        self.kind
    }

    /// The six digits, for a gateway that fills them into a template of its own. The one way to
    /// read a code (D28): hand it to the transport, and to nothing else.
    #[must_use]
    #[doc(alias = "code")]
    pub fn code_for_transport(&self) -> &str {
        self.code.as_str()
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("id", &self.id)
            .field("to", &self.to)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
