//! The audit trail: what happened, without numbers, codes or IDs.

use chrono::{DateTime, Utc};

use super::{DeliveryReport, MessageKind, Refusal, RoundFailure};
use crate::{GatewayCode, SessionId};

/// Something that happened in a round. Never needed to rebuild a session: the snapshot is the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Event {
    /// The round.
    pub session: SessionId,
    /// The version of the session that the event belongs to; events of one version are in order.
    pub version: u64,
    /// The effective now of the command (D09).
    pub at: DateTime<Utc>,
    /// What happened.
    pub kind: EventKind,
}

/// What happened. `recipient` is the place among the session's recipients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventKind {
    /// The round was opened; every person's first message and code exist from here (D10).
    RoundOpened,
    /// A message was queued, with a code unless one was kept (D10, D11).
    MessageQueued {
        /// Whom it is for.
        recipient: u8,
        /// The message.
        number: u16,
        /// Why it is sent.
        kind: MessageKind,
    },
    /// The gateway accepted a message; an older code is superseded (D10).
    MessageAccepted {
        /// Whom it was for.
        recipient: u8,
        /// The message.
        number: u16,
    },
    /// The gateway did not take a message yet; the same one goes out again (D11).
    MessageDeferred {
        /// Whom it is for.
        recipient: u8,
        /// The message.
        number: u16,
        /// When.
        again_at: DateTime<Utc>,
    },
    /// The gateway refused a message.
    MessageFailed {
        /// Whom it is for.
        recipient: u8,
        /// The message.
        number: u16,
        /// When it is tried again; `None` if it stopped (D11).
        again_at: Option<DateTime<Utc>>,
        /// What the gateway calls its reason, if it said.
        gateway_code: Option<GatewayCode>,
    },
    /// The first message reached the handset (D05).
    MessageDelivered {
        /// Whom it was for.
        recipient: u8,
        /// When the window starts because of it.
        window_starts_at: DateTime<Utc>,
    },
    /// A report that changes nothing, for the record (D11, D24).
    ReportRecorded {
        /// Whom the message was for.
        recipient: u8,
        /// The message.
        number: u16,
        /// The report.
        report: DeliveryReport,
    },
    /// A wrong entry was counted (B07).
    WrongEntry {
        /// Who entered it, or somebody in their place.
        recipient: u8,
        /// Wrong entries so far.
        wrong_entries: u8,
    },
    /// A person is locked (D19).
    PersonLocked {
        /// Who.
        recipient: u8,
    },
    /// One more wrong entry for a locked person (D19).
    EntryAfterLock {
        /// Who.
        recipient: u8,
    },
    /// An entry with a submission id was not counted, and is remembered (D21).
    EntryNotCounted {
        /// Whose number it was for.
        recipient: u8,
        /// Why it doesn't count.
        why: Refusal,
    },
    /// A wrong ID was counted on the resend form (D14).
    WrongId {
        /// Whose number it was for.
        recipient: u8,
        /// Wrong IDs so far.
        wrong_ids: u8,
    },
    /// A person verified.
    PersonVerified {
        /// Who.
        recipient: u8,
    },
    /// Everybody verified: the order went into the administration's review (R18, D24).
    RoundCompleted,
    /// The order was returned (R20, D07).
    RoundReturned {
        /// Why.
        cause: RoundFailure,
        /// The instant of the end itself; `Event::at` is when it was noticed.
        ended_at: DateTime<Utc>,
    },
    /// The order was withdrawn (D24).
    RoundWithdrawn,
    /// Numbers and IDs were erased.
    PersonalDataErased,
}

impl EventKind {
    /// The stable name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::RoundOpened => "round_opened",
            Self::MessageQueued { .. } => "message_queued",
            Self::MessageAccepted { .. } => "message_accepted",
            Self::MessageDeferred { .. } => "message_deferred",
            Self::MessageFailed { .. } => "message_failed",
            Self::MessageDelivered { .. } => "message_delivered",
            Self::ReportRecorded { .. } => "report_recorded",
            Self::WrongEntry { .. } => "wrong_entry",
            Self::PersonLocked { .. } => "person_locked",
            Self::EntryAfterLock { .. } => "entry_after_lock",
            Self::EntryNotCounted { .. } => "entry_not_counted",
            Self::WrongId { .. } => "wrong_id",
            Self::PersonVerified { .. } => "person_verified",
            Self::RoundCompleted => "round_completed",
            Self::RoundReturned { .. } => "round_returned",
            Self::RoundWithdrawn => "round_withdrawn",
            Self::PersonalDataErased => "personal_data_erased",
        }
    }

    /// The person that it is about, if it is about one.
    #[must_use]
    pub const fn recipient(&self) -> Option<u8> {
        match *self {
            Self::MessageQueued { recipient, .. }
            | Self::MessageAccepted { recipient, .. }
            | Self::MessageDeferred { recipient, .. }
            | Self::MessageFailed { recipient, .. }
            | Self::MessageDelivered { recipient, .. }
            | Self::ReportRecorded { recipient, .. }
            | Self::WrongEntry { recipient, .. }
            | Self::PersonLocked { recipient }
            | Self::EntryAfterLock { recipient }
            | Self::EntryNotCounted { recipient, .. }
            | Self::WrongId { recipient, .. }
            | Self::PersonVerified { recipient } => Some(recipient),
            Self::RoundOpened
            | Self::RoundCompleted
            | Self::RoundReturned { .. }
            | Self::RoundWithdrawn
            | Self::PersonalDataErased => None,
        }
    }
}
