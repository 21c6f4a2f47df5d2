//! What a tracker answers.

use chrono::{DateTime, Utc};

#[cfg(doc)]
use super::Tracker;
use crate::{FilingType, MobileNumber, ReturnCause, names::names};

/// Where an order in SMS verification stands.
///
/// With feature `serde` it is written as `{"name": "done", "at": "2024-05-01T02:00:00Z"}`.
///
/// ```
/// use beian::{Lang, tracker::TrackerStatus};
///
/// assert_eq!(TrackerStatus::Waiting.name(), "waiting");
/// assert_eq!(TrackerStatus::SaidDone.at(), None); // a person's word ends nothing
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(tag = "name", rename_all = "snake_case")
)]
pub enum TrackerStatus {
    /// Somebody has yet to verify, and is in time.
    Waiting,
    /// Everybody says that they have verified; the regulator has not said so yet.
    SaidDone,
    /// The earliest possible end is over, and no end was reported: ask the regulator.
    MayHaveEnded,
    /// Reported: everybody has verified, the order is in the administration's review (R18).
    Done {
        /// When, by the report.
        at: DateTime<Utc>,
    },
    /// Reported: the administration has approved the order; everybody had verified.
    Approved {
        /// When, by the report.
        at: DateTime<Utc>,
    },
    /// Reported: not verified in time; the order is returned (R20).
    TimedOut {
        /// When, by the report.
        at: DateTime<Utc>,
    },
    /// Reported: the order was returned to the platform.
    Returned {
        /// When, by the report.
        at: DateTime<Utc>,
        /// Why, by the report.
        cause: ReturnCause,
    },
}

impl TrackerStatus {
    /// The stable machine name, such as `said_done`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::SaidDone => "said_done",
            Self::MayHaveEnded => "may_have_ended",
            Self::Done { .. } => "done",
            Self::Approved { .. } => "approved",
            Self::TimedOut { .. } => "timed_out",
            Self::Returned { .. } => "returned",
        }
    }

    /// When it ended, by the report; `None` for what is expected.
    #[must_use]
    pub const fn at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Waiting | Self::SaidDone | Self::MayHaveEnded => None,
            Self::Done { at }
            | Self::Approved { at }
            | Self::TimedOut { at }
            | Self::Returned { at, .. } => Some(*at),
        }
    }
}

/// Where a person stands: by their own word, or once the regulator has reported that all are done, by
/// that.
///
/// With feature `serde` it is written as `{"name": "received", "at": "2024-05-01T02:00:00Z"}`.
///
/// ```
/// use beian::tracker::PersonStanding;
/// use chrono::DateTime;
///
/// let standing = PersonStanding::Received { at: DateTime::UNIX_EPOCH };
/// assert_eq!(standing.name(), "received");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(tag = "name", rename_all = "snake_case")
)]
pub enum PersonStanding {
    /// The message, first or resent, should come between these instants (R15).
    MessageExpected {
        /// 5 minutes after the submission notice, or after the resend was asked for.
        from: DateTime<Utc>,
        /// 10 minutes after it.
        until: DateTime<Utc>,
    },
    /// It should have come, and nobody said that it has.
    MessageOverdue {
        /// When the 10 minutes were over; or when a word that it had come was taken back later.
        since: DateTime<Utc>,
    },
    /// The person says that it has come.
    Received {
        /// When, by their word.
        at: DateTime<Utc>,
    },
    /// The person says that they have verified.
    Passed {
        /// When, by their word.
        at: DateTime<Utc>,
    },
    /// The regulator reported that everybody has verified (R18).
    Verified {
        /// When, by the report.
        at: DateTime<Utc>,
    },
}

impl PersonStanding {
    /// The stable machine name, such as `message_overdue`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::MessageExpected { .. } => "message_expected",
            Self::MessageOverdue { .. } => "message_overdue",
            Self::Received { .. } => "received",
            Self::Passed { .. } => "passed",
            Self::Verified { .. } => "verified",
        }
    }

    /// Whether nothing is left to do for this person: by their own word, or by the regulator's report.
    ///
    /// ```
    /// use beian::tracker::PersonStanding;
    /// use chrono::DateTime;
    ///
    /// let at = DateTime::UNIX_EPOCH;
    /// assert!(PersonStanding::Passed { at }.is_done());
    /// assert!(!PersonStanding::Received { at }.is_done());
    /// ```
    #[must_use]
    pub const fn is_done(&self) -> bool {
        match self {
            Self::Passed { .. } | Self::Verified { .. } => true,
            Self::MessageExpected { .. } | Self::MessageOverdue { .. } | Self::Received { .. } => {
                false
            }
        }
    }
}

/// Bounds on the last instant that is still in time, as far as a platform can know it
/// ([`Tracker::deadline`]).
///
/// ```
/// use beian::{VerificationPolicy, Recipient, Recipients, Role, Tracker};
/// use chrono::{DateTime, TimeDelta};
///
/// let leader = Recipient::new("19900000001".parse()?, Role::EntityLeader, []);
/// let Some(recipients) = Recipients::new([leader], VerificationPolicy::REGULATOR) else { return Ok(()) };
/// let submitted = DateTime::UNIX_EPOCH;
/// let deadline = Tracker::new(&recipients, submitted).deadline(submitted);
/// assert_eq!(deadline.map(|d| d.earliest), Some(submitted + TimeDelta::hours(24)));
/// assert_eq!(deadline.and_then(|d| d.latest), None); // nobody knows when the message came
/// # Ok::<(), beian::MobileProblem>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Deadline {
    /// Until then everybody is in time for certain. What a customer should be told.
    pub earliest: DateTime<Utc>,
    /// After this nobody is in time any more, if the persons' words are true and who has verified has said so;
    /// `None` if it is open. Never certain: who issues the codes may begin the window some minutes later (D05).
    pub latest: Option<DateTime<Utc>>,
}

/// What is to be done next: what a [`Tracker`] and a [`Session`](crate::Session) answer. A stable code;
/// the words come from [`NextStep::text`].
///
/// ```
/// use beian::tracker::Advice;
///
/// assert_eq!(Advice::EnterCode.name(), "enter_code");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Advice {
    /// Wait for the message (R15).
    WaitForMessage,
    /// Look for a message from 12381 or 106… (R14).
    LookForMessage,
    /// Ask for a resend on the regulator's page (R21, R24).
    AskForResend,
    /// Both resends are used up (R22).
    NoResendLeft,
    /// Enter the code on the regulator's page (R16, R24).
    EnterCode,
    /// This person is done, others are not (R19).
    WaitForOthers,
    /// Too many wrong entries: nothing can be entered any more, and the order will be returned (D19).
    AwaitReturn,
    /// Everybody says that they are done: wait for the regulator to say so.
    AwaitConfirmation,
    /// Everybody says that they are done, but the regulator still waits for somebody.
    FindWhoIsMissing,
    /// The earliest possible end is over: ask the regulator for the order's status.
    AskRegulator,
    /// Wait for the administration's review (B16).
    AwaitReview,
    /// Resubmit, after changes if the order needs them (B14).
    Resubmit,
    /// A deregistration has expired: nothing, if it was to be stopped, else resubmit (D34).
    ResubmitUnlessStopped,
    /// The order is decided: nothing more has to be done.
    NothingToDo,
}

names!(Advice, "advice", {
    WaitForMessage => "wait_for_message",
    LookForMessage => "look_for_message",
    AskForResend => "ask_for_resend",
    NoResendLeft => "no_resend_left",
    EnterCode => "enter_code",
    WaitForOthers => "wait_for_others",
    AwaitReturn => "await_return",
    AwaitConfirmation => "await_confirmation",
    FindWhoIsMissing => "find_who_is_missing",
    AskRegulator => "ask_regulator",
    AwaitReview => "await_review",
    Resubmit => "resubmit",
    ResubmitUnlessStopped => "resubmit_unless_stopped",
    NothingToDo => "nothing_to_do",
});

impl Advice {
    /// Letting it expire is how a deregistration is stopped (B31, D34).
    pub(crate) const fn after_time_out(filing_type: Option<FilingType>) -> Self {
        match filing_type {
            Some(kind) if kind.ends_filing() => Self::ResubmitUnlessStopped,
            Some(_) | None => Self::Resubmit,
        }
    }
}

/// An [`Advice`], and who takes it.
///
/// ```
/// use beian::{Lang, tracker::{NextStep, Advice}};
///
/// let step = NextStep {
///     advice: Advice::LookForMessage,
///     person: Some("19900000001".parse()?),
///     until: None,
/// };
/// assert_eq!(
///     step.text(Lang::En),
///     "199****0001: look for a message from 12381 or 106…12381, among the blocked ones too.",
/// );
/// # Ok::<(), beian::MobileProblem>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NextStep {
    /// What is to be done.
    pub advice: Advice,
    /// By whom; `None` for the platform, or for nobody in particular.
    pub person: Option<MobileNumber>,
    /// Until when to wait, or by when it is in time for certain.
    pub until: Option<DateTime<Utc>>,
}
