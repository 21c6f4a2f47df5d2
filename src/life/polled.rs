//! From a status that was polled to the life: the shortest way, with the steps that it assumes (D36).

use alloc::{vec, vec::Vec};

use super::{LifeRefusal, OrderLife, OrderStep, ReturnCause, ReturnReasons, order_life::Stage};
use crate::{ModifiedPart, Recipients};

/// What a platform sees of an order when it asks for its status (B18, B35): states, not steps.
///
/// ```
/// use beian::{ReturnCause, filing::{PolledStatus, ReturnReasons}};
///
/// let timed_out = PolledStatus::Returned(ReturnCause::WindowClosed, ReturnReasons::NONE);
/// assert_ne!(timed_out, PolledStatus::Submitted);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolledStatus {
    /// In the platform's review.
    InitialReview,
    /// Reviewed, not yet submitted (B34).
    AwaitingSubmission,
    /// The submission failed, with this code (B34).
    UploadFailed(u16),
    /// With the administration; whether its people have verified isn't said.
    Submitted,
    /// Its people verify.
    SmsVerification,
    /// In the administration's review.
    AdministrationReview,
    /// Returned, with the reasons that were given.
    Returned(ReturnCause, ReturnReasons),
    /// Approved, also while data have to be put right.
    Approved,
    /// The administration wants data put right (B36).
    CorrectionRequired(ModifiedPart),
    /// Taken back.
    Withdrawn,
    /// Deregistered by force (B36).
    Deregistered,
}

/// An order's life after a status that was polled, and how it got there ([`OrderLife::follow`]).
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "the life that follows is in it"]
pub struct Followed {
    /// The life as it is now.
    pub life: OrderLife,
    /// The steps before the last one, which nobody reported: empty if the status is the next one, or the
    /// one that the life was in.
    pub assumed: Vec<OrderStep>,
}

impl OrderLife {
    /// Follows a status that was polled, in the order in which it was asked for (an old answer handed in late would
    /// be taken for a new round): between two polls steps may have been taken that nobody saw, so it
    /// takes the shortest way that the life allows and says which steps it assumed (D36). A status that the
    /// life is in already changes nothing but the reasons of a return, if some are given.
    ///
    /// `recipients` are those of the order's requirement, as for [`submit`](Self::submit): they decide
    /// where a submission leads, unless what was seen says that people verify. `None` says that nobody does, not
    /// that it isn't known: an order that is merely [submitted](PolledStatus::Submitted) would then be taken for one
    /// in the administration's review. A time-out is known to a life that has a closer word for it
    /// (`unreachable`). Where `rounds` has grown, a round began: it has a [`Tracker`](crate::Tracker) of its own.
    ///
    /// ```
    /// use beian::{OrderLife, OrderStatus, filing::{OrderStep, PolledStatus}};
    ///
    /// # use beian::{VerificationPolicy, Recipient, Recipients, Role};
    /// # let leader = Recipient::new("19900000001".parse()?, Role::EntityLeader, ["345678".parse()?]);
    /// # let recipients = Recipients::new([leader], VerificationPolicy::REGULATOR);
    /// let order = OrderLife::new().submit(recipients.as_ref())?;
    /// let seen = order.follow(&PolledStatus::Approved, recipients.as_ref())?;
    /// assert_eq!(seen.life.status(), OrderStatus::Approved);
    /// assert_eq!(seen.assumed, [OrderStep::Complete]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`LifeRefusal`] if no way leads from the life to that status, such as from *withdrawn*. It names the
    /// step that would have been the last.
    pub fn follow(
        &self,
        seen: &PolledStatus,
        recipients: Option<&Recipients>,
    ) -> Result<Followed, LifeRefusal> {
        if let (PolledStatus::Returned(cause, _), Some(known)) = (seen, self.return_cause())
            && known.is_as(*cause)
        {
            return Ok(Followed {
                life: seen.with_reasons(self.clone()),
                assumed: Vec::new(),
            });
        }
        let verified = recipients.is_some() || seen.says_that_people_verify();
        // Breadth first: the first that fits has the fewest steps. There are some twenty stages.
        let mut known: Vec<Followed> = vec![Followed {
            life: self.clone(),
            assumed: Vec::new(),
        }];
        let mut next = 0_usize;
        while let Some(Followed { life, assumed }) = known.get(next).cloned() {
            if seen.fits(life.stage) {
                return Ok(Followed {
                    life: seen.with_reasons(life),
                    // The last step is what was seen.
                    assumed: assumed
                        .split_last()
                        .map_or_else(Vec::new, |(_, it)| it.into()),
                });
            }
            for (step, after) in life.after_a_step(seen, verified) {
                if known.iter().all(|it| it.life.stage != after.stage) {
                    let mut assumed = assumed.clone();
                    assumed.push(step);
                    known.push(Followed {
                        life: after,
                        assumed,
                    });
                }
            }
            next = next.saturating_add(1);
        }
        Err(self.refuse(seen.last_step()))
    }

    /// Every life that one step leads to; of what a step is about, what was seen.
    fn after_a_step(&self, seen: &PolledStatus, verified: bool) -> Vec<(OrderStep, Self)> {
        let lives = |step: OrderStep| -> Vec<Result<Self, LifeRefusal>> {
            match step {
                OrderStep::PassReview => vec![self.pass_review()],
                OrderStep::FailUpload => match seen {
                    PolledStatus::UploadFailed(code) => vec![self.fail_upload(*code)],
                    PolledStatus::InitialReview
                    | PolledStatus::AwaitingSubmission
                    | PolledStatus::Submitted
                    | PolledStatus::SmsVerification
                    | PolledStatus::AdministrationReview
                    | PolledStatus::Returned(..)
                    | PolledStatus::Approved
                    | PolledStatus::CorrectionRequired(_)
                    | PolledStatus::Withdrawn
                    | PolledStatus::Deregistered => Vec::new(),
                },
                OrderStep::Submit => vec![self.submit_where(verified)],
                OrderStep::Complete => vec![self.complete()],
                OrderStep::Approve => vec![self.approve()],
                OrderStep::RequireCorrection => match seen {
                    PolledStatus::CorrectionRequired(part) => {
                        vec![self.require_correction(*part)]
                    }
                    PolledStatus::InitialReview
                    | PolledStatus::AwaitingSubmission
                    | PolledStatus::UploadFailed(_)
                    | PolledStatus::Submitted
                    | PolledStatus::SmsVerification
                    | PolledStatus::AdministrationReview
                    | PolledStatus::Returned(..)
                    | PolledStatus::Approved
                    | PolledStatus::Withdrawn
                    | PolledStatus::Deregistered => Vec::new(),
                },
                OrderStep::Correct => vec![self.correct()],
                OrderStep::Deregister => vec![self.deregister()],
                OrderStep::Return => {
                    let causes = self.possible_returns();
                    causes.map(|cause| self.return_for(cause)).collect()
                }
                OrderStep::Resubmit => vec![self.resubmit_where(verified)],
                OrderStep::Revise => vec![self.revise()],
                OrderStep::Withdraw => vec![self.withdraw()],
            }
        };
        let steps = self.possible().iter();
        steps
            .flat_map(|step| lives(*step).into_iter().flatten().map(|life| (*step, life)))
            .collect()
    }
}

impl PolledStatus {
    /// Whether a life in this stage shows this status.
    fn fits(&self, stage: Stage) -> bool {
        match self {
            Self::InitialReview => stage == Stage::InitialReview,
            Self::AwaitingSubmission => stage == Stage::AwaitingSubmission,
            Self::UploadFailed(code) => stage == Stage::UploadFailed(*code),
            Self::Submitted => {
                matches!(stage, Stage::SmsVerification | Stage::AdministrationReview)
            }
            Self::SmsVerification => stage == Stage::SmsVerification,
            Self::AdministrationReview => stage == Stage::AdministrationReview,
            Self::Returned(cause, _) => stage == Stage::Returned(*cause),
            // What has to be put right is approved: only the host's own step ends that.
            Self::Approved => matches!(stage, Stage::Approved | Stage::CorrectionRequired(_)),
            Self::CorrectionRequired(part) => stage == Stage::CorrectionRequired(*part),
            Self::Withdrawn => matches!(stage, Stage::Withdrawn(_)),
            Self::Deregistered => stage == Stage::Deregistered,
        }
    }

    fn says_that_people_verify(&self) -> bool {
        match self {
            Self::SmsVerification => true,
            Self::Returned(cause, _) => cause.is_as(ReturnCause::WindowClosed),
            Self::InitialReview
            | Self::AwaitingSubmission
            | Self::UploadFailed(_)
            | Self::Submitted
            | Self::AdministrationReview
            | Self::Approved
            | Self::CorrectionRequired(_)
            | Self::Withdrawn
            | Self::Deregistered => false,
        }
    }

    fn with_reasons(&self, life: OrderLife) -> OrderLife {
        match self {
            Self::Returned(_, reasons) if !reasons.is_empty() => life.with_reasons(reasons.clone()),
            Self::Returned(..)
            | Self::InitialReview
            | Self::AwaitingSubmission
            | Self::UploadFailed(_)
            | Self::Submitted
            | Self::SmsVerification
            | Self::AdministrationReview
            | Self::Approved
            | Self::CorrectionRequired(_)
            | Self::Withdrawn
            | Self::Deregistered => life,
        }
    }

    /// The step that leads to it.
    const fn last_step(&self) -> OrderStep {
        match self {
            Self::InitialReview => OrderStep::Revise,
            Self::AwaitingSubmission => OrderStep::PassReview,
            Self::UploadFailed(_) => OrderStep::FailUpload,
            Self::Submitted | Self::SmsVerification => OrderStep::Submit,
            Self::AdministrationReview => OrderStep::Complete,
            Self::Returned(..) => OrderStep::Return,
            Self::Approved => OrderStep::Approve,
            Self::CorrectionRequired(_) => OrderStep::RequireCorrection,
            Self::Withdrawn => OrderStep::Withdraw,
            Self::Deregistered => OrderStep::Deregister,
        }
    }
}
