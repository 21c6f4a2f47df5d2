//! The life itself: one value, and the steps from it.

use super::{LifeRefusal, OrderStatus, OrderStep, ReturnCause, ReturnReasons};
use crate::{ModifiedPart, Recipients};

#[doc = include_str!("order_life.md")]
///
/// With feature `serde` a life is stored as
/// `{"v1": {"rounds": 1, "exempt": false, "stage": {"returned": "window_closed"}, "reasons": []}}`, a withdrawn one
/// with `{"withdrawn": "sms_verification"}`, a failed upload with `{"upload_failed": 20}`, data to be put
/// right with `{"correction_required": "entity"}`, every other stage as its name alone. A reason is
/// `{"field": "网站名称", "path": "services[0].name", "words": "名称不符合要求", "advice": ""}`.
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
/// assert!(order.withdraw().is_err()); // B32
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[must_use = "a step gives a new life, the old one stays as it was"]
pub struct OrderLife {
    pub(super) rounds: u32,
    /// Nobody had to verify in the latest round (R08).
    pub(super) exempt: bool,
    pub(super) stage: Stage,
    /// Of the return, while the order is returned.
    pub(super) reasons: ReturnReasons,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub(super) enum Stage {
    InitialReview,
    AwaitingSubmission,
    /// With the code of the answer.
    UploadFailed(u16),
    SmsVerification,
    AdministrationReview,
    Approved,
    CorrectionRequired(ModifiedPart),
    Deregistered,
    Returned(ReturnCause),
    /// From where, which is a stage of the way.
    Withdrawn(OrderStatus),
}

impl OrderLife {
    /// An order that has just been handed in: in the initial review, no round yet.
    pub const fn new() -> Self {
        Self {
            rounds: 0,
            exempt: false,
            stage: Stage::InitialReview,
            reasons: ReturnReasons::NONE,
        }
    }

    /// The initial review has passed: the order waits for its submission, hours to three working days
    /// (B34).
    ///
    /// # Errors
    /// [`LifeRefusal`] if the order isn't in the initial review.
    pub fn pass_review(&self) -> Result<Self, LifeRefusal> {
        self.check(OrderStep::PassReview)?;
        Ok(self.at(Stage::AwaitingSubmission))
    }

    /// The upload to the administration failed, and will be tried again (B34). The code is the one of the
    /// administration's answer, such as 20, outside its hours.
    ///
    /// ```
    /// use beian::{OrderLife, OrderStatus};
    ///
    /// let order = OrderLife::new().pass_review()?.fail_upload(20)?;
    /// assert_eq!((order.status(), order.upload_code()), (OrderStatus::UploadFailed, Some(20)));
    /// assert_eq!(order.submit(None)?.status(), OrderStatus::AdministrationReview);
    /// # Ok::<(), beian::filing::LifeRefusal>(())
    /// ```
    ///
    /// # Errors
    /// [`LifeRefusal`] if the order isn't awaiting its submission.
    pub fn fail_upload(&self, code: u16) -> Result<Self, LifeRefusal> {
        self.check(OrderStep::FailUpload)?;
        Ok(self.at(Stage::UploadFailed(code)))
    }

    /// The order is submitted: it goes to those who must verify (R02), or, if nobody must, straight to the
    /// administration (R08). A round begins. A host that submits as soon as its review has passed does
    /// both in this call.
    ///
    /// # Errors
    /// [`LifeRefusal`] if the order is neither in the initial review nor awaiting its submission.
    pub fn submit(&self, recipients: Option<&Recipients>) -> Result<Self, LifeRefusal> {
        self.submit_where(recipients.is_some())
    }

    /// As [`submit`](Self::submit), where somebody verifies, or nobody.
    pub(super) fn submit_where(&self, verified: bool) -> Result<Self, LifeRefusal> {
        self.check(OrderStep::Submit)?;
        Ok(self.next_round(verified))
    }

    /// Everybody has verified: the order goes to the administration (R18, D24).
    ///
    /// # Errors
    /// [`LifeRefusal`] if the order isn't in SMS verification.
    pub fn complete(&self) -> Result<Self, LifeRefusal> {
        self.check(OrderStep::Complete)?;
        Ok(self.at(Stage::AdministrationReview))
    }

    /// The administration has approved the order.
    ///
    /// # Errors
    /// [`LifeRefusal`] if the order isn't in the administration's review.
    pub fn approve(&self) -> Result<Self, LifeRefusal> {
        self.check(OrderStep::Approve)?;
        Ok(self.at(Stage::Approved))
    }

    /// The administration asks for data of the approved filing to be put right: the entity's or a
    /// service's (B36).
    ///
    /// # Errors
    /// [`LifeRefusal`] if the order isn't approved, or if remarks are to be put right, which the
    /// administration doesn't ask for.
    pub fn require_correction(&self, part: ModifiedPart) -> Result<Self, LifeRefusal> {
        self.check(OrderStep::RequireCorrection)?;
        match part {
            ModifiedPart::Entity | ModifiedPart::Service => {
                Ok(self.at(Stage::CorrectionRequired(part)))
            }
            ModifiedPart::Remarks => Err(self.refuse(OrderStep::RequireCorrection)),
        }
    }

    /// The data have been put right, by a modification that was approved (B36).
    ///
    /// # Errors
    /// [`LifeRefusal`] if no correction was required.
    pub fn correct(&self) -> Result<Self, LifeRefusal> {
        self.check(OrderStep::Correct)?;
        Ok(self.at(Stage::Approved))
    }

    /// The administration has deregistered by force what was approved (B36).
    ///
    /// # Errors
    /// [`LifeRefusal`] if the order wasn't approved.
    pub fn deregister(&self) -> Result<Self, LifeRefusal> {
        self.check(OrderStep::Deregister)?;
        Ok(self.at(Stage::Deregistered))
    }

    /// The order is returned to the platform (R20). For what reasons, if they were given:
    /// [`with_reasons`](Self::with_reasons).
    ///
    /// # Errors
    /// [`LifeRefusal`] if the order isn't where that cause arises: the platform's decision until the
    /// submission, the regulator's refusal of what is submitted from the upload on, the administration's in its
    /// review, any other in SMS verification.
    pub fn return_for(&self, cause: ReturnCause) -> Result<Self, LifeRefusal> {
        self.check(OrderStep::Return)?;
        if cause.arises_in(self.status()) {
            Ok(self.at(Stage::Returned(cause)))
        } else {
            Err(LifeRefusal {
                cause: Some(cause),
                ..self.refuse(OrderStep::Return)
            })
        }
    }

    /// The life with the reasons of its return, in place of those that it had (D35). They are gone when
    /// the order leaves *returned*; of an order that isn't returned they are passed over.
    ///
    /// ```
    /// use beian::{OrderLife, ReturnCause, filing::{ReturnReason, ReturnReasons}};
    ///
    /// let reason = ReturnReason::new("网站名称", "名称不符合要求").at("services[0].name");
    /// let order = OrderLife::new()
    ///     .return_for(ReturnCause::PlatformDecision)?
    ///     .with_reasons([reason].into_iter().collect());
    /// let paths: Vec<_> = order.reasons().iter().filter_map(|reason| reason.path()).collect();
    /// assert_eq!(paths, ["services[0].name"]);
    /// assert!(order.revise()?.reasons().is_empty());
    /// # Ok::<(), beian::filing::LifeRefusal>(())
    /// ```
    pub fn with_reasons(&self, reasons: ReturnReasons) -> Self {
        let reasons = match self.stage {
            Stage::Returned(_) => reasons,
            Stage::InitialReview
            | Stage::AwaitingSubmission
            | Stage::UploadFailed(_)
            | Stage::SmsVerification
            | Stage::AdministrationReview
            | Stage::Approved
            | Stage::CorrectionRequired(_)
            | Stage::Deregistered
            | Stage::Withdrawn(_) => ReturnReasons::NONE,
        };
        Self {
            reasons,
            ..self.at(self.stage)
        }
    }

    /// Why the order was returned, in the words of whoever did it, while it is (D35).
    #[must_use]
    pub const fn reasons(&self) -> &ReturnReasons {
        &self.reasons
    }

    /// A returned order that needs no change is submitted again; a new round begins (B14, D25).
    ///
    /// # Errors
    /// [`LifeRefusal`] if the order isn't returned, or if it was the platform that returned it: it
    /// has not passed the initial review then (R02).
    pub fn resubmit(&self, recipients: Option<&Recipients>) -> Result<Self, LifeRefusal> {
        self.resubmit_where(recipients.is_some())
    }

    pub(super) fn resubmit_where(&self, verified: bool) -> Result<Self, LifeRefusal> {
        self.check(OrderStep::Resubmit)?;
        Ok(self.next_round(verified))
    }

    /// A returned order was changed and goes through the initial review again (B14).
    ///
    /// # Errors
    /// [`LifeRefusal`] if the order isn't returned.
    pub fn revise(&self) -> Result<Self, LifeRefusal> {
        self.check(OrderStep::Revise)?;
        Ok(self.at(Stage::InitialReview))
    }

    /// The order is taken back, for good: until it is submitted, and once returned. In SMS verification a
    /// platform can only let it expire (B32, D32); a system that issues the codes itself withdraws the
    /// round, and the order follows it ([`after_round`](Self::after_round)).
    ///
    /// # Errors
    /// [`LifeRefusal`] if the order is submitted, decided or withdrawn.
    pub fn withdraw(&self) -> Result<Self, LifeRefusal> {
        self.check(OrderStep::Withdraw)?;
        // Of the three stages of the way, the one that it was in last.
        let reached = self.reached();
        let refused = self.return_cause() == Some(ReturnCause::SubmissionRefused);
        let from = if reached == OrderStatus::AwaitingSubmission || refused && self.rounds == 0 {
            OrderStatus::InitialReview
        } else if refused && self.exempt {
            OrderStatus::AdministrationReview
        } else {
            reached
        };
        Ok(self.at(Stage::Withdrawn(from)))
    }

    /// Where the order is.
    #[must_use]
    pub const fn status(&self) -> OrderStatus {
        match self.stage {
            Stage::InitialReview => OrderStatus::InitialReview,
            Stage::AwaitingSubmission => OrderStatus::AwaitingSubmission,
            Stage::UploadFailed(_) => OrderStatus::UploadFailed,
            Stage::SmsVerification => OrderStatus::SmsVerification,
            Stage::AdministrationReview => OrderStatus::AdministrationReview,
            Stage::Approved => OrderStatus::Approved,
            Stage::CorrectionRequired(_) => OrderStatus::CorrectionRequired,
            Stage::Deregistered => OrderStatus::Deregistered,
            Stage::Returned(_) => OrderStatus::Returned,
            Stage::Withdrawn(_) => OrderStatus::Withdrawn,
        }
    }

    /// Why the order is returned, if it is.
    #[must_use]
    pub const fn return_cause(&self) -> Option<ReturnCause> {
        match self.stage {
            Stage::Returned(cause) => Some(cause),
            Stage::InitialReview
            | Stage::AwaitingSubmission
            | Stage::UploadFailed(_)
            | Stage::SmsVerification
            | Stage::AdministrationReview
            | Stage::Approved
            | Stage::CorrectionRequired(_)
            | Stage::Deregistered
            | Stage::Withdrawn(_) => None,
        }
    }

    /// The code with which the upload failed, if it did (B34).
    #[must_use]
    pub const fn upload_code(&self) -> Option<u16> {
        match self.stage {
            Stage::UploadFailed(code) => Some(code),
            Stage::InitialReview
            | Stage::AwaitingSubmission
            | Stage::SmsVerification
            | Stage::AdministrationReview
            | Stage::Approved
            | Stage::CorrectionRequired(_)
            | Stage::Deregistered
            | Stage::Returned(_)
            | Stage::Withdrawn(_) => None,
        }
    }

    /// What the administration wants put right, if it does (B36).
    #[must_use]
    pub const fn correction(&self) -> Option<ModifiedPart> {
        match self.stage {
            Stage::CorrectionRequired(part) => Some(part),
            Stage::InitialReview
            | Stage::AwaitingSubmission
            | Stage::UploadFailed(_)
            | Stage::SmsVerification
            | Stage::AdministrationReview
            | Stage::Approved
            | Stage::Deregistered
            | Stage::Returned(_)
            | Stage::Withdrawn(_) => None,
        }
    }

    /// How many rounds have begun: how often the order was submitted to the administration.
    #[must_use]
    pub const fn rounds(&self) -> u32 {
        self.rounds
    }

    /// What can be done to the order now.
    #[must_use]
    pub const fn possible(&self) -> &'static [OrderStep] {
        match self.stage {
            Stage::InitialReview => &[
                OrderStep::PassReview,
                OrderStep::Submit,
                OrderStep::Return,
                OrderStep::Withdraw,
            ],
            Stage::AwaitingSubmission | Stage::UploadFailed(_) => &[
                OrderStep::FailUpload,
                OrderStep::Submit,
                OrderStep::Return,
                OrderStep::Withdraw,
            ],
            Stage::SmsVerification => &[OrderStep::Complete, OrderStep::Return],
            Stage::AdministrationReview => &[OrderStep::Approve, OrderStep::Return],
            Stage::Approved => &[OrderStep::RequireCorrection, OrderStep::Deregister],
            Stage::CorrectionRequired(_) => &[OrderStep::Correct, OrderStep::Deregister],
            Stage::Returned(ReturnCause::PlatformDecision) => {
                &[OrderStep::Revise, OrderStep::Withdraw]
            }
            Stage::Returned(
                ReturnCause::WindowClosed
                | ReturnCause::TooManyWrongEntries
                | ReturnCause::Unreachable
                | ReturnCause::SubmissionRefused
                | ReturnCause::AdministrationDecision,
            ) => &[OrderStep::Resubmit, OrderStep::Revise, OrderStep::Withdraw],
            Stage::Deregistered | Stage::Withdrawn(_) => &[],
        }
    }

    /// For which causes the order can be [returned](Self::return_for) now; none if it can't be.
    ///
    /// ```
    /// use beian::{OrderLife, ReturnCause};
    ///
    /// let order = OrderLife::new();
    /// assert!(order.possible_returns().eq([ReturnCause::PlatformDecision]));
    /// ```
    pub fn possible_returns(&self) -> impl Iterator<Item = ReturnCause> {
        let status = self.status();
        let causes = ReturnCause::ALL.iter().copied();
        causes.filter(move |cause| cause.arises_in(status))
    }

    /// How far the order has come on its way: the stage that it is in, or left it from.
    pub(super) const fn reached(&self) -> OrderStatus {
        match self.stage {
            Stage::InitialReview => OrderStatus::InitialReview,
            Stage::AwaitingSubmission | Stage::UploadFailed(_) => OrderStatus::AwaitingSubmission,
            Stage::SmsVerification => OrderStatus::SmsVerification,
            Stage::AdministrationReview
            | Stage::Approved
            | Stage::CorrectionRequired(_)
            | Stage::Deregistered => OrderStatus::AdministrationReview,
            Stage::Returned(cause) => cause.returned_from(),
            Stage::Withdrawn(from) => from,
        }
    }

    fn check(&self, step: OrderStep) -> Result<(), LifeRefusal> {
        if self.possible().contains(&step) {
            Ok(())
        } else {
            Err(self.refuse(step))
        }
    }

    pub(super) const fn refuse(&self, step: OrderStep) -> LifeRefusal {
        LifeRefusal {
            status: self.status(),
            step,
            cause: None,
            possible: self.possible(),
        }
    }

    fn next_round(&self, verified: bool) -> Self {
        let stage = if verified {
            Stage::SmsVerification
        } else {
            Stage::AdministrationReview
        };
        Self {
            rounds: self.rounds.saturating_add(1),
            exempt: !verified,
            stage,
            reasons: ReturnReasons::NONE,
        }
    }

    pub(super) const fn at(&self, stage: Stage) -> Self {
        Self {
            stage,
            rounds: self.rounds,
            exempt: self.exempt,
            reasons: ReturnReasons::NONE,
        }
    }

    /// Withdrawn with its round, from SMS verification (D24).
    pub(crate) fn withdrawn_with_round(&self) -> Result<Self, LifeRefusal> {
        match self.stage {
            Stage::SmsVerification => Ok(self.at(Stage::Withdrawn(self.reached()))),
            Stage::InitialReview
            | Stage::AwaitingSubmission
            | Stage::UploadFailed(_)
            | Stage::AdministrationReview
            | Stage::Approved
            | Stage::CorrectionRequired(_)
            | Stage::Deregistered
            | Stage::Returned(_)
            | Stage::Withdrawn(_) => self.withdraw(),
        }
    }
}

impl Default for OrderLife {
    fn default() -> Self {
        Self::new()
    }
}
