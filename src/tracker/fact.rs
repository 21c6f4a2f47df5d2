//! What is told to a tracker.

use chrono::{DateTime, Utc};

use crate::{MobileNumber, ReturnCause, filing::PolledStatus, names::names, time::Micros};

/// What the regulator says about an order's verification: the one public machine enumeration of
/// this step, `WeChat`'s `sms_verify_status` (B15).
///
/// ```
/// use beian::tracker::RegulatorStatus;
///
/// assert_eq!(RegulatorStatus::from_wechat_number(3), Some(RegulatorStatus::TimedOut));
/// assert_eq!(RegulatorStatus::Waiting.wechat_number(), 1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegulatorStatus {
    /// 1: not everybody has verified yet.
    Waiting,
    /// 2: everybody has; the order is in the administration's review (R18).
    Done,
    /// 3: not verified in time; the order is returned (R20).
    TimedOut,
}

names!(RegulatorStatus, "regulator's status", {
    Waiting => "waiting",
    Done => "done",
    TimedOut => "timed_out",
});

impl RegulatorStatus {
    /// The status with this number; `None` for a number that isn't documented.
    #[must_use]
    pub fn from_wechat_number(number: u8) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|status| status.wechat_number() == number)
    }

    /// The end of verification that it reports. Every status answers here whether it is one: a new one
    /// that did not would be taken for *waiting*.
    pub(super) const fn end(self) -> Option<End> {
        match self {
            Self::Waiting => None,
            Self::Done => Some(End::Done),
            Self::TimedOut => Some(End::TimedOut),
        }
    }

    /// Its number: 1, 2 or 3.
    #[must_use]
    pub const fn wechat_number(self) -> u8 {
        match self {
            Self::Waiting => 1,
            Self::Done => 2,
            Self::TimedOut => 3,
        }
    }
}

/// An end of verification, as it was reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Everybody has verified (R18).
    Done,
    /// And the administration has approved.
    Approved,
    /// Not in time (R20).
    TimedOut,
    /// Returned, in this step or out of the review that follows.
    Returned(ReturnCause),
}

/// Something that a platform learns about an order in SMS verification.
///
/// ```
/// use beian::tracker::{FactKind, RegulatorStatus};
///
/// let word = FactKind::Received("19900000001".parse()?);
/// assert_eq!(format!("{word:?}"), "Received(199****0001)");
/// let official = FactKind::Regulator(RegulatorStatus::Done);
/// # Ok::<(), beian::MobileProblem>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactKind {
    /// The regulator's status (B15).
    Regulator(RegulatorStatus),
    /// The administration has approved the order: what it reviewed had been verified (R18).
    Approved,
    /// The order was returned to the platform, in this step or out of the review that follows.
    Returned(ReturnCause),
    /// A person says that a message with a code has come; at the instant when it came.
    Received(MobileNumber),
    /// A person asked for a resend (R21). After as many as are sent at most (R22), one more is kept
    /// and changes nothing.
    ResendAsked(MobileNumber),
    /// A person says that they have verified: the page showed it (R19, B09).
    Passed(MobileNumber),
    /// A person says that nothing has come, of what was sent last: it is overdue then, though never before 10
    /// minutes after the sending (R15), and a word that it had come is taken back (D33).
    NothingCame(MobileNumber),
}

impl FactKind {
    /// Whether the regulator says that somebody has yet to verify, and still can.
    pub(super) const fn is_waiting(self) -> bool {
        match self {
            Self::Regulator(RegulatorStatus::Waiting) => true,
            Self::Regulator(RegulatorStatus::Done | RegulatorStatus::TimedOut)
            | Self::Approved
            | Self::Returned(_)
            | Self::Received(_)
            | Self::ResendAsked(_)
            | Self::Passed(_)
            | Self::NothingCame(_) => false,
        }
    }

    /// The end that it reports, if it reports one.
    pub(super) const fn end(self) -> Option<End> {
        match self {
            Self::Regulator(status) => status.end(),
            Self::Approved => Some(End::Approved),
            Self::Returned(cause) => Some(End::Returned(cause)),
            Self::Received(_) | Self::ResendAsked(_) | Self::Passed(_) | Self::NothingCame(_) => {
                None
            }
        }
    }

    /// What a status that was polled says of the verification, if it says anything.
    pub(super) fn of_poll(saw: &PolledStatus) -> Option<Self> {
        match saw {
            PolledStatus::SmsVerification => Some(Self::Regulator(RegulatorStatus::Waiting)),
            PolledStatus::AdministrationReview => Some(Self::Regulator(RegulatorStatus::Done)),
            PolledStatus::Approved
            | PolledStatus::CorrectionRequired(_)
            | PolledStatus::Deregistered => Some(Self::Approved),
            PolledStatus::Returned(cause, _) if *cause != ReturnCause::PlatformDecision => {
                Some(Self::Returned(*cause))
            }
            // Of a step that comes before the submission.
            PolledStatus::Returned(..)
            | PolledStatus::InitialReview
            | PolledStatus::AwaitingSubmission
            | PolledStatus::UploadFailed(_)
            | PolledStatus::Submitted
            | PolledStatus::Withdrawn => None,
        }
    }

    /// The person whose word it is; `None` for the regulator's.
    #[must_use]
    pub const fn person(&self) -> Option<MobileNumber> {
        match self {
            Self::Received(mobile)
            | Self::ResendAsked(mobile)
            | Self::Passed(mobile)
            | Self::NothingCame(mobile) => Some(*mobile),
            Self::Regulator(_) | Self::Approved | Self::Returned(_) => None,
        }
    }
}

/// A [`FactKind`] and an instant, in whole microseconds: since when it is true, or when it was merely seen to be,
/// true since an unknown instant after the last look that saw otherwise (D33).
///
/// ```
/// use beian::tracker::{Fact, FactKind, RegulatorStatus};
/// use chrono::{DateTime, Utc};
///
/// let polled_at: DateTime<Utc> = "2024-05-01T02:10:00Z".parse()?;
/// let poll = Fact::seen(FactKind::Regulator(RegulatorStatus::Waiting), polled_at);
/// assert!(poll.is_seen());
///
/// let came = Fact::exact(FactKind::Received("19900000001".parse()?), polled_at);
/// assert_eq!((came.at(), came.is_seen()), (polled_at, false));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fact {
    pub(super) at: Micros,
    pub(super) kind: FactKind,
    pub(super) seen: bool,
}

impl Fact {
    /// True since an instant: it happened then.
    #[must_use]
    pub fn exact(kind: FactKind, at: DateTime<Utc>) -> Self {
        let at = Micros::cut(at);
        Self {
            at,
            kind,
            seen: false,
        }
    }

    /// True at an instant, and maybe before: what a poll saw.
    #[must_use]
    pub fn seen(kind: FactKind, at: DateTime<Utc>) -> Self {
        Self {
            seen: true,
            ..Self::exact(kind, at)
        }
    }

    /// When it happened, or was seen.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at.instant()
    }

    /// What.
    #[must_use]
    pub const fn kind(&self) -> &FactKind {
        &self.kind
    }

    /// Whether it was merely seen, and may have happened before.
    #[must_use]
    pub const fn is_seen(&self) -> bool {
        self.seen
    }
}

/// Why what was reported was not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum FactRefusal {
    /// More than 10 minutes after the instant of reporting: no clocks differ so (D33).
    #[error("the report is about an instant more than ten minutes ahead of the reporting")]
    InTheFuture,
    /// Nothing of this round can have happened yet (R02).
    #[error("the report is about an instant before the order was submitted")]
    BeforeSubmission,
    /// The number isn't one of those that must verify in this order.
    #[error("nobody in this order verifies with that number")]
    UnknownPerson,
    /// The cause is one of the initial review, which comes before the submission (R02).
    #[error("an order submitted to the administration can't be returned by the initial review")]
    InitialReview,
}
