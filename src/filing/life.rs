//! The life of an order, from the initial review to the administration's decision.

use alloc::vec::Vec;
use core::{cmp::Ordering, fmt};

use crate::{Recipients, names::names};

/// Where an order is in its life.
///
/// ```
/// use beian::OrderStatus;
///
/// assert_eq!(OrderStatus::SmsVerification.to_string(), "sms_verification");
/// assert!(OrderStatus::Returned.is_editable());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderStatus {
    /// 初审: the platform reviews the order.
    InitialReview,
    /// 短信核验: the order is submitted, its people verify (R02).
    SmsVerification,
    /// 管局审核: the communications administration reviews it, up to 20 working days (R18, B16).
    AdministrationReview,
    /// 审核通过: the administration has approved it. Final.
    Approved,
    /// 退回, 驳回: back at the platform, to be revised, resubmitted or withdrawn (R20, B14).
    Returned,
    /// 撤回: taken back by who filed it (D24). Final.
    Withdrawn,
}

names!(OrderStatus, "order status", {
    InitialReview => "initial_review",
    SmsVerification => "sms_verification",
    AdministrationReview => "administration_review",
    Approved => "approved",
    Returned => "returned",
    Withdrawn => "withdrawn",
});

impl OrderStatus {
    /// Whether nothing more can happen to the order.
    #[must_use]
    pub const fn is_final(self) -> bool {
        match self {
            Self::Approved | Self::Withdrawn => true,
            Self::InitialReview
            | Self::SmsVerification
            | Self::AdministrationReview
            | Self::Returned => false,
        }
    }

    /// Whether the data of the order can be edited: once submitted, not before it is returned (B16).
    #[must_use]
    pub const fn is_editable(self) -> bool {
        match self {
            Self::Returned => true,
            Self::InitialReview
            | Self::SmsVerification
            | Self::AdministrationReview
            | Self::Approved
            | Self::Withdrawn => false,
        }
    }
}

/// Why an order was returned.
///
/// ```
/// use beian::{OrderStatus, ReturnCause};
///
/// assert_eq!(ReturnCause::WindowClosed.returned_from(), OrderStatus::SmsVerification);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReturnCause {
    /// Somebody didn't verify in time (R20, D07).
    WindowClosed,
    /// Somebody used up the wrong entries and went on (B07, D19).
    TooManyWrongEntries,
    /// Somebody could not be texted (D06).
    Unreachable,
    /// The platform refused it in the initial review.
    PlatformDecision,
    /// The communications administration refused it in its review.
    AdministrationDecision,
}

names!(ReturnCause, "return cause", {
    WindowClosed => "window_closed",
    TooManyWrongEntries => "too_many_wrong_entries",
    Unreachable => "unreachable",
    PlatformDecision => "platform_decision",
    AdministrationDecision => "administration_decision",
});

impl ReturnCause {
    /// The status from which an order is returned for this cause.
    #[must_use]
    pub const fn returned_from(self) -> OrderStatus {
        match self {
            Self::WindowClosed | Self::TooManyWrongEntries | Self::Unreachable => {
                OrderStatus::SmsVerification
            }
            Self::PlatformDecision => OrderStatus::InitialReview,
            Self::AdministrationDecision => OrderStatus::AdministrationReview,
        }
    }
}

/// What can be done to an order: each is a method of [`OrderLife`].
///
/// ```
/// use beian::filing::{OrderLife, OrderStep};
///
/// assert_eq!(OrderLife::new().possible(), [OrderStep::Submit, OrderStep::Return, OrderStep::Withdraw]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum OrderStep {
    /// [`OrderLife::submit`].
    Submit,
    /// [`OrderLife::complete`].
    Complete,
    /// [`OrderLife::approve`].
    Approve,
    /// [`OrderLife::return_for`].
    Return,
    /// [`OrderLife::resubmit`].
    Resubmit,
    /// [`OrderLife::revise`].
    Revise,
    /// [`OrderLife::withdraw`].
    Withdraw,
}

names!(OrderStep, "step", {
    Submit => "submit",
    Complete => "complete",
    Approve => "approve",
    Return => "return",
    Resubmit => "resubmit",
    Revise => "revise",
    Withdraw => "withdraw",
});

/// How far an order is with one stage of its way ([`OrderLife::stages`]).
///
/// ```
/// use beian::filing::StageState;
///
/// assert_eq!(StageState::NotNeeded.name(), "not_needed");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StageState {
    /// The order hasn't come so far.
    ToCome,
    /// The order is there.
    Current,
    /// Passed.
    Done,
    /// Left out: nobody had to verify (R08).
    NotNeeded,
    /// The order was returned from there.
    Returned,
    /// The order was withdrawn there.
    Withdrawn,
}

names!(StageState, "state of a stage", {
    ToCome => "to_come",
    Current => "current",
    Done => "done",
    NotNeeded => "not_needed",
    Returned => "returned",
    Withdrawn => "withdrawn",
});

#[doc = include_str!("life.md")]
///
/// With feature `serde` a life is stored as
/// `{"rounds": 1, "exempt": false, "stage": {"returned": "window_closed"}}`, a withdrawn one with
/// `{"withdrawn": "sms_verification"}`, every other stage as its name alone.
///
/// ```
/// use beian::{LastSix, MobileNumber, OrderStatus, Policy, Recipient, Recipients, ReturnCause, Role};
/// use beian::filing::OrderLife;
///
/// let leader = Recipient::new("19900000001".parse()?, Role::EntityLeader, [LastSix::parse("345678")?]);
/// let recipients = Recipients::new([leader], Policy::REGULATOR);
///
/// let order = OrderLife::new().submit(recipients.as_ref())?;
/// assert_eq!(order.status(), OrderStatus::SmsVerification);
/// let order = order.return_for(ReturnCause::WindowClosed)?; // R20
/// let order = order.resubmit(recipients.as_ref())?.complete()?; // B14, R18
/// assert_eq!((order.status(), order.rounds()), (OrderStatus::AdministrationReview, 2));
/// assert!(order.withdraw().is_err()); // D24
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[must_use = "a step gives a new life, the old one stays as it was"]
pub struct OrderLife {
    rounds: u32,
    /// Nobody had to verify in the latest round (R08).
    exempt: bool,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
enum Stage {
    InitialReview,
    SmsVerification,
    AdministrationReview,
    Approved,
    Returned(ReturnCause),
    /// From where, which is never a final status.
    Withdrawn(OrderStatus),
}

impl OrderLife {
    /// An order that has just been handed in: in the initial review, no round yet.
    pub const fn new() -> Self {
        Self {
            rounds: 0,
            exempt: false,
            stage: Stage::InitialReview,
        }
    }

    /// The initial review has passed: the order goes to those who must verify (R02), or, if nobody
    /// must, straight to the administration (R08). A round begins.
    ///
    /// # Errors
    /// [`LifeRefusal`] if the order isn't in the initial review.
    pub fn submit(self, recipients: Option<&Recipients>) -> Result<Self, LifeRefusal> {
        self.check(OrderStep::Submit)?;
        Ok(self.next_round(recipients))
    }

    /// Everybody has verified: the order goes to the administration (R18, D24).
    ///
    /// # Errors
    /// [`LifeRefusal`] if the order isn't in SMS verification.
    pub fn complete(self) -> Result<Self, LifeRefusal> {
        self.check(OrderStep::Complete)?;
        Ok(self.at(Stage::AdministrationReview))
    }

    /// The administration has approved the order.
    ///
    /// # Errors
    /// [`LifeRefusal`] if the order isn't in the administration's review.
    pub fn approve(self) -> Result<Self, LifeRefusal> {
        self.check(OrderStep::Approve)?;
        Ok(self.at(Stage::Approved))
    }

    /// The order is returned to the platform (R20).
    ///
    /// # Errors
    /// [`LifeRefusal`] if the order isn't where that cause arises:
    /// [`ReturnCause::returned_from`].
    pub fn return_for(self, cause: ReturnCause) -> Result<Self, LifeRefusal> {
        self.check(OrderStep::Return)?;
        if cause.returned_from() == self.status() {
            Ok(self.at(Stage::Returned(cause)))
        } else {
            let cause = Some(cause);
            let step = OrderStep::Return;
            Err(LifeRefusal {
                life: self,
                step,
                cause,
            })
        }
    }

    /// A returned order that needs no change is submitted again; a new round begins (B14, D25).
    ///
    /// # Errors
    /// [`LifeRefusal`] if the order isn't returned, or if it was the platform that returned it: it
    /// has not passed the initial review then (R02).
    pub fn resubmit(self, recipients: Option<&Recipients>) -> Result<Self, LifeRefusal> {
        self.check(OrderStep::Resubmit)?;
        Ok(self.next_round(recipients))
    }

    /// A returned order was changed and goes through the initial review again (B14).
    ///
    /// # Errors
    /// [`LifeRefusal`] if the order isn't returned.
    pub fn revise(self) -> Result<Self, LifeRefusal> {
        self.check(OrderStep::Revise)?;
        Ok(self.at(Stage::InitialReview))
    }

    /// The order is taken back, for good (D24).
    ///
    /// # Errors
    /// [`LifeRefusal`] if the order is in the administration's review, approved or withdrawn.
    pub fn withdraw(self) -> Result<Self, LifeRefusal> {
        self.check(OrderStep::Withdraw)?;
        Ok(self.at(Stage::Withdrawn(self.reached())))
    }

    /// Where the order is.
    #[must_use]
    pub const fn status(self) -> OrderStatus {
        match self.stage {
            Stage::InitialReview => OrderStatus::InitialReview,
            Stage::SmsVerification => OrderStatus::SmsVerification,
            Stage::AdministrationReview => OrderStatus::AdministrationReview,
            Stage::Approved => OrderStatus::Approved,
            Stage::Returned(_) => OrderStatus::Returned,
            Stage::Withdrawn(_) => OrderStatus::Withdrawn,
        }
    }

    /// Why the order is returned, if it is.
    #[must_use]
    pub const fn return_cause(self) -> Option<ReturnCause> {
        match self.stage {
            Stage::Returned(cause) => Some(cause),
            Stage::InitialReview
            | Stage::SmsVerification
            | Stage::AdministrationReview
            | Stage::Approved
            | Stage::Withdrawn(_) => None,
        }
    }

    /// How many rounds have begun: how often the order was submitted to the administration.
    #[must_use]
    pub const fn rounds(self) -> u32 {
        self.rounds
    }

    /// What can be done to the order now.
    #[must_use]
    pub const fn possible(self) -> &'static [OrderStep] {
        match self.stage {
            Stage::InitialReview => &[OrderStep::Submit, OrderStep::Return, OrderStep::Withdraw],
            Stage::SmsVerification => {
                &[OrderStep::Complete, OrderStep::Return, OrderStep::Withdraw]
            }
            Stage::AdministrationReview => &[OrderStep::Approve, OrderStep::Return],
            Stage::Returned(ReturnCause::PlatformDecision) => {
                &[OrderStep::Revise, OrderStep::Withdraw]
            }
            Stage::Returned(
                ReturnCause::WindowClosed
                | ReturnCause::TooManyWrongEntries
                | ReturnCause::Unreachable
                | ReturnCause::AdministrationDecision,
            ) => &[OrderStep::Resubmit, OrderStep::Revise, OrderStep::Withdraw],
            Stage::Approved | Stage::Withdrawn(_) => &[],
        }
    }

    /// The three stages of the way, in their order, for a timeline.
    ///
    /// ```
    /// use beian::{OrderStatus, filing::{OrderLife, StageState}};
    ///
    /// let order = OrderLife::new().submit(None)?; // nobody has to verify (R08)
    /// assert_eq!(
    ///     order.stages(),
    ///     [
    ///         (OrderStatus::InitialReview, StageState::Done),
    ///         (OrderStatus::SmsVerification, StageState::NotNeeded),
    ///         (OrderStatus::AdministrationReview, StageState::Current),
    ///     ]
    /// );
    /// # Ok::<(), beian::filing::LifeRefusal>(())
    /// ```
    #[must_use]
    pub fn stages(self) -> [(OrderStatus, StageState); 3] {
        let reached = self.reached();
        let here = match self.status() {
            OrderStatus::InitialReview
            | OrderStatus::SmsVerification
            | OrderStatus::AdministrationReview => StageState::Current,
            OrderStatus::Approved => StageState::Done,
            OrderStatus::Returned => StageState::Returned,
            OrderStatus::Withdrawn => StageState::Withdrawn,
        };
        [
            OrderStatus::InitialReview,
            OrderStatus::SmsVerification,
            OrderStatus::AdministrationReview,
        ]
        .map(|stage| {
            let state = match stage.cmp(&reached) {
                Ordering::Less if stage == OrderStatus::SmsVerification && self.exempt => {
                    StageState::NotNeeded
                }
                Ordering::Less => StageState::Done,
                Ordering::Equal => here,
                Ordering::Greater => StageState::ToCome,
            };
            (stage, state)
        })
    }

    /// How far the order has come on its way: the stage that it is in, or left it from.
    const fn reached(self) -> OrderStatus {
        match self.stage {
            Stage::InitialReview => OrderStatus::InitialReview,
            Stage::SmsVerification => OrderStatus::SmsVerification,
            Stage::AdministrationReview | Stage::Approved => OrderStatus::AdministrationReview,
            Stage::Returned(cause) => cause.returned_from(),
            Stage::Withdrawn(from) => from,
        }
    }

    fn check(self, step: OrderStep) -> Result<(), LifeRefusal> {
        if self.possible().contains(&step) {
            Ok(())
        } else {
            Err(self.refuse(step))
        }
    }

    const fn refuse(self, step: OrderStep) -> LifeRefusal {
        LifeRefusal {
            life: self,
            step,
            cause: None,
        }
    }

    fn next_round(self, recipients: Option<&Recipients>) -> Self {
        let stage = match recipients {
            Some(_) => Stage::SmsVerification,
            None => Stage::AdministrationReview,
        };
        Self {
            rounds: self.rounds.saturating_add(1),
            exempt: recipients.is_none(),
            stage,
        }
    }

    const fn at(self, stage: Stage) -> Self {
        Self { stage, ..self }
    }
}

impl Default for OrderLife {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename = "OrderLife")]
struct Stored {
    rounds: u32,
    exempt: bool,
    stage: Stage,
}

#[cfg(feature = "serde")]
impl serde::Serialize for OrderLife {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            rounds,
            exempt,
            stage,
        } = *self;
        let stored = Stored {
            rounds,
            exempt,
            stage,
        };
        stored.serialize(serializer)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for OrderLife {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Stored {
            rounds,
            exempt,
            stage,
        } = Stored::deserialize(deserializer)?;
        let life = Self {
            rounds,
            exempt,
            stage,
        };
        life.possible_history().map_err(serde::de::Error::custom)?;
        Ok(life)
    }
}

#[cfg(feature = "serde")]
impl OrderLife {
    /// Whether steps lead here, for what comes out of a store.
    fn possible_history(self) -> Result<(), &'static str> {
        let reached = self.reached();
        if reached.is_final() || reached == OrderStatus::Returned {
            return Err("an order can't be withdrawn from where it is over or returned");
        }
        if self.rounds == 0 && (self.exempt || reached != OrderStatus::InitialReview) {
            return Err("an order that was submitted has at least one round");
        }
        if self.exempt && reached == OrderStatus::SmsVerification {
            return Err("nobody verifies in this round, so there is no SMS verification");
        }
        Ok(())
    }
}

/// A step that isn't possible where the order is; nothing has happened to it.
///
/// ```
/// use beian::filing::OrderLife;
///
/// let refusal = OrderLife::new().complete().unwrap_err();
/// assert_eq!(
///     refusal.to_string(),
///     "complete is not possible in initial_review; possible are: submit, return, withdraw"
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LifeRefusal {
    life: OrderLife,
    step: OrderStep,
    cause: Option<ReturnCause>,
}

impl LifeRefusal {
    /// Where the order is.
    #[must_use]
    pub const fn status(self) -> OrderStatus {
        self.life.status()
    }

    /// The step that was refused.
    #[must_use]
    pub const fn step(self) -> OrderStep {
        self.step
    }

    /// The cause, if an order can be returned from there, but not for this one.
    #[must_use]
    pub const fn cause(self) -> Option<ReturnCause> {
        self.cause
    }

    /// The steps that are possible instead.
    #[must_use]
    pub const fn possible(self) -> &'static [OrderStep] {
        self.life.possible()
    }
}

impl fmt::Display for LifeRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (step, status) = (self.step, self.status());
        write!(f, "{step} ")?;
        if let Some(cause) = self.cause {
            write!(f, "for {cause} ")?;
        }
        write!(f, "is not possible in {status}; possible are: ")?;
        let possible: Vec<_> = self.possible().iter().map(|step| step.name()).collect();
        match possible.as_slice() {
            [] => f.write_str("none"),
            names => f.write_str(&names.join(", ")),
        }
    }
}

impl core::error::Error for LifeRefusal {}
