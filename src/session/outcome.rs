//! What comes of an entry, of a resend, and why not.

use chrono::TimeDelta;

use crate::{KeyError, names::names};

/// What the public page answers to an entry: the same for every failure (B08, D23). The best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryAnswer {
    /// Everybody has verified; the order goes on to the administration (B09).
    AllVerified,
    /// This person has verified, others have not (R19).
    WaitingForOthers,
    /// No record found, or verified already (B08).
    NotFound,
}

names!(EntryAnswer, "entry answer", {
    AllVerified => "all_verified",
    WaitingForOthers => "waiting_for_others",
    NotFound => "not_found",
});

/// What precisely came of an entry: for the host and its audit, never for the public page (D23).
///
/// With feature `serde`: `"verified"`, `{"wrong": {"left": 4}}`, `{"not_counted": "superseded_code"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum EntryOutcome {
    /// The last person verified: the order is in the administration's review (R18).
    Completed,
    /// This person verified, others have yet to (R19).
    Verified,
    /// Code or ID is wrong; counted (B07).
    Wrong {
        /// Wrong entries that remain before the person is locked.
        left: u8,
    },
    /// Wrong, and the last one that was left: the person is locked (D19).
    Locked,
    /// A wrong entry for a locked person: the order is returned (B07).
    Returned,
    /// Not counted, and why.
    NotCounted(Refusal),
}

impl EntryOutcome {
    /// What the public page says to it (D23).
    #[must_use]
    pub const fn answer(&self) -> EntryAnswer {
        match self {
            Self::Completed => EntryAnswer::AllVerified,
            Self::Verified => EntryAnswer::WaitingForOthers,
            Self::Wrong { .. } | Self::Locked | Self::Returned | Self::NotCounted(_) => {
                EntryAnswer::NotFound
            }
        }
    }
}

/// What the public page answers to a resend (D14, D15). The best first.
///
/// With feature `serde`: `"accepted"`, `{"too_soon": {"seconds": 60}}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum ResendAnswer {
    /// A message is on its way (B09).
    Accepted,
    /// Wait before asking again.
    TooSoon {
        /// Seconds to wait, rounded up; at least 1.
        seconds: u32,
    },
    /// Every resend is used up: nothing is sent (R22).
    NoneLeft,
    /// Nothing to resend, or a wrong ID: the page doesn't tell which (B09, D23).
    NothingPending,
}

impl ResendAnswer {
    /// The stable name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::TooSoon { .. } => "too_soon",
            Self::NoneLeft => "none_left",
            Self::NothingPending => "nothing_pending",
        }
    }
}

/// What precisely came of a resend request: for the host and its audit.
///
/// With feature `serde`: `"queued"`, `{"wrong_id": {"left": 1}}`, `{"not_sent": "none_left"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum ResendOutcome {
    /// A message is queued.
    Queued,
    /// The ID is wrong; counted against this form only (D14).
    WrongId {
        /// Wrong IDs that remain before the form is closed for the person.
        left: u8,
    },
    /// Nothing is sent, and why.
    NotSent(Refusal),
}

impl ResendOutcome {
    /// What the public page says to it (D14, D23).
    #[must_use]
    pub fn answer(&self) -> ResendAnswer {
        match self {
            Self::Queued => ResendAnswer::Accepted,
            Self::NotSent(Refusal::TooSoon { wait }) => ResendAnswer::TooSoon {
                seconds: seconds_up(*wait),
            },
            Self::NotSent(Refusal::NoneLeft) => ResendAnswer::NoneLeft,
            Self::WrongId { .. } | Self::NotSent(_) => ResendAnswer::NothingPending,
        }
    }
}

fn seconds_up(wait: TimeDelta) -> u32 {
    let up = i64::from(wait.subsec_nanos() > 0);
    u32::try_from(wait.num_seconds().saturating_add(up))
        .unwrap_or(u32::MAX)
        .max(1)
}

/// Why nothing happened: there is nothing to store. Codes and texts: [`docs::codes`](crate::docs::codes).
///
/// With feature `serde` it is its code, and `{"too_soon": {"wait": 60000000}}` in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Refusal {
    /// No person of the round has that number.
    #[error("no person with this number in the round")]
    UnknownNumber,
    /// The person has verified.
    #[error("the person has verified already")]
    AlreadyVerified,
    /// The person is locked by too many wrong entries.
    #[error("the person is locked by too many wrong entries")]
    Locked,
    /// The round has ended.
    #[error("the round has ended")]
    RoundEnded,
    /// A code that a newer message has replaced, with the right ID: doesn't count (D18).
    #[error("the code has been replaced by a newer one")]
    SupersededCode,
    /// The same as what verified within the last ten minutes: doesn't count (D18).
    #[error("the same entry has verified already")]
    RepeatedEntry,
    /// The ID is wrong, and the policy counts matching IDs only (D19).
    #[error("the ID doesn't match, which the policy doesn't count")]
    IdNotCounted,
    /// Another order of the number took the entry, or the ID (D15, D17).
    #[error("the entry was for another order of this number")]
    OtherOrder,
    /// Too many wrong IDs on the resend form (D14).
    #[error("too many wrong IDs on the resend form")]
    TooManyWrongIds,
    /// Every resend is used up (R22).
    #[error("no resend is left")]
    NoneLeft,
    /// The pause between messages isn't over, or one is under way (D14).
    #[error("too soon after the latest message")]
    TooSoon {
        /// What is left of the pause.
        #[cfg_attr(feature = "serde", serde(with = "crate::encoding::span"))]
        wait: TimeDelta,
    },
    /// No such message, or not of this session.
    #[error("no such message in the round")]
    UnknownMessage,
    /// No window has closed and nothing is to be queued.
    #[error("nothing is due")]
    NothingDue,
    /// The round goes on: personal data is needed until its end.
    #[error("the round is still open")]
    RoundOpen,
    /// The round is completed or withdrawn: it can't be withdrawn (D24).
    #[error("the order can't be withdrawn any more")]
    NotWithdrawable,
    /// Number and IDs were erased before.
    #[error("personal data has been erased already")]
    AlreadyErased,
}

impl Refusal {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownNumber => "unknown_number",
            Self::AlreadyVerified => "already_verified",
            Self::Locked => "locked",
            Self::RoundEnded => "round_ended",
            Self::SupersededCode => "superseded_code",
            Self::RepeatedEntry => "repeated_entry",
            Self::IdNotCounted => "id_not_counted",
            Self::OtherOrder => "other_order",
            Self::TooManyWrongIds => "too_many_wrong_ids",
            Self::NoneLeft => "none_left",
            Self::TooSoon { .. } => "too_soon",
            Self::UnknownMessage => "unknown_message",
            Self::NothingDue => "nothing_due",
            Self::RoundOpen => "round_open",
            Self::NotWithdrawable => "not_withdrawable",
            Self::AlreadyErased => "already_erased",
        }
    }
}

/// Why a command that needs keys gave nothing to store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum SessionError {
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The submission id is known: what came of the entry the first time (D21).
    #[error("the entry was submitted before")]
    Repeated(EntryOutcome),
    /// The key is missing or can't be used; nothing was compared or counted (D20).
    #[error(transparent)]
    Key(#[from] KeyError),
}
