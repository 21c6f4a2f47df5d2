//! The life itself: one value, and the steps from it.

use super::{LifeRefusal, OrderStatus, OrderStep, ReturnCause};
use crate::Recipients;

#[doc = include_str!("order_life.md")]
///
/// With feature `serde` a life is stored as
/// `{"rounds": 1, "exempt": false, "stage": {"returned": "window_closed"}}`, a withdrawn one with
/// `{"withdrawn": "sms_verification"}`, every other stage as its name alone.
///
/// ```
/// use beian::{LastSix, MobileNumber, OrderStatus, VerificationPolicy, Recipient, Recipients, ReturnCause, Role};
/// use beian::OrderLife;
///
/// let leader = Recipient::new("19900000001".parse()?, Role::EntityLeader, [LastSix::parse("345678")?]);
/// let recipients = Recipients::new([leader], VerificationPolicy::REGULATOR);
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
    pub(super) rounds: u32,
    /// Nobody had to verify in the latest round (R08).
    pub(super) exempt: bool,
    pub(super) stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub(super) enum Stage {
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
            Err(LifeRefusal {
                cause: Some(cause),
                ..self.refuse(OrderStep::Return)
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

    /// How far the order has come on its way: the stage that it is in, or left it from.
    pub(super) const fn reached(self) -> OrderStatus {
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
            status: self.status(),
            step,
            cause: None,
            possible: self.possible(),
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
