//! What is told to a tracker.

use chrono::{DateTime, Utc};

use crate::{MobileNumber, ReturnCause, names::names, time::Micros};

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
    /// The order was returned to the platform, in this step or out of the review that follows.
    Returned(ReturnCause),
    /// A person says that a message with a code has come; at the instant when it came.
    Received(MobileNumber),
    /// A person asked for a resend (R21). After as many as are sent at most (R22), one more is kept
    /// and changes nothing.
    ResendAsked(MobileNumber),
    /// A person says that they have verified: the page showed it (R19, B09).
    Passed(MobileNumber),
}

impl FactKind {
    /// Whether the regulator says that somebody has yet to verify, and still can.
    pub(super) const fn is_waiting(self) -> bool {
        match self {
            Self::Regulator(RegulatorStatus::Waiting) => true,
            Self::Regulator(RegulatorStatus::Done | RegulatorStatus::TimedOut)
            | Self::Returned(_)
            | Self::Received(_)
            | Self::ResendAsked(_)
            | Self::Passed(_) => false,
        }
    }

    /// The end that it reports, if it reports one.
    pub(super) const fn end(self) -> Option<End> {
        match self {
            Self::Regulator(status) => status.end(),
            Self::Returned(cause) => Some(End::Returned(cause)),
            Self::Received(_) | Self::ResendAsked(_) | Self::Passed(_) => None,
        }
    }

    /// The person whose word it is; `None` for the regulator's.
    #[must_use]
    pub const fn person(&self) -> Option<MobileNumber> {
        match self {
            Self::Received(mobile) | Self::ResendAsked(mobile) | Self::Passed(mobile) => {
                Some(*mobile)
            }
            Self::Regulator(_) | Self::Returned(_) => None,
        }
    }
}

/// A [`FactKind`] and the instant for which it holds, in whole microseconds: what
/// [`Tracker::facts`](super::Tracker::facts) lists.
///
/// ```
/// use beian::{VerificationPolicy, Recipient, Recipients, Role, Tracker};
/// use beian::tracker::{FactKind, RegulatorStatus};
/// use chrono::DateTime;
///
/// let leader = Recipient::new("19900000001".parse()?, Role::EntityLeader, []);
/// let Some(recipients) = Recipients::new([leader], VerificationPolicy::REGULATOR) else { return Ok(()) };
/// let mut tracker = Tracker::new(&recipients, DateTime::UNIX_EPOCH);
/// tracker.record(FactKind::Regulator(RegulatorStatus::Waiting), DateTime::UNIX_EPOCH)?;
/// assert_eq!(tracker.facts()[0].at(), DateTime::UNIX_EPOCH);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fact {
    pub(super) at: Micros,
    pub(super) kind: FactKind,
}

impl Fact {
    pub(super) fn new(kind: FactKind, at: DateTime<Utc>) -> Self {
        Self {
            at: Micros::cut(at),
            kind,
        }
    }

    /// When.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at.instant()
    }

    /// What.
    #[must_use]
    pub const fn kind(&self) -> &FactKind {
        &self.kind
    }
}

/// Why what was reported was not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum FactRefusal {
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
