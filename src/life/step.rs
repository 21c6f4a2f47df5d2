//! What can be done to an order, and the refusal where it can't.

use alloc::vec::Vec;
use core::fmt;

use super::{OrderStatus, ReturnCause};
use crate::names::names;

/// What can be done to an order: each is a method of [`OrderLife`](crate::OrderLife).
///
/// ```
/// use beian::{OrderLife, filing::OrderStep};
///
/// let order = OrderLife::new().submit(None)?;
/// assert_eq!(order.possible(), [OrderStep::Approve, OrderStep::Return]);
/// # Ok::<(), beian::filing::LifeRefusal>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum OrderStep {
    /// [`OrderLife::pass_review`](crate::OrderLife::pass_review).
    PassReview,
    /// [`OrderLife::fail_upload`](crate::OrderLife::fail_upload).
    FailUpload,
    /// [`OrderLife::submit`](crate::OrderLife::submit).
    Submit,
    /// [`OrderLife::complete`](crate::OrderLife::complete).
    Complete,
    /// [`OrderLife::approve`](crate::OrderLife::approve).
    Approve,
    /// [`OrderLife::require_correction`](crate::OrderLife::require_correction).
    RequireCorrection,
    /// [`OrderLife::correct`](crate::OrderLife::correct).
    Correct,
    /// [`OrderLife::deregister`](crate::OrderLife::deregister).
    Deregister,
    /// [`OrderLife::return_for`](crate::OrderLife::return_for).
    Return,
    /// [`OrderLife::resubmit`](crate::OrderLife::resubmit).
    Resubmit,
    /// [`OrderLife::revise`](crate::OrderLife::revise).
    Revise,
    /// [`OrderLife::withdraw`](crate::OrderLife::withdraw).
    Withdraw,
}

names!(OrderStep, "step", {
    PassReview => "pass_review",
    FailUpload => "fail_upload",
    Submit => "submit",
    Complete => "complete",
    Approve => "approve",
    RequireCorrection => "require_correction",
    Correct => "correct",
    Deregister => "deregister",
    Return => "return",
    Resubmit => "resubmit",
    Revise => "revise",
    Withdraw => "withdraw",
});

/// A step that isn't possible where the order is; nothing has happened to it.
///
/// ```
/// use beian::OrderLife;
///
/// let refusal = OrderLife::new().complete().unwrap_err();
/// assert_eq!(
///     refusal.to_string(),
///     "complete is not possible in initial_review; possible are: pass_review, submit, return, \
///      withdraw"
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LifeRefusal {
    pub(super) status: OrderStatus,
    pub(super) step: OrderStep,
    pub(super) cause: Option<ReturnCause>,
    pub(super) possible: &'static [OrderStep],
}

impl LifeRefusal {
    /// Where the order is.
    #[must_use]
    pub const fn status(self) -> OrderStatus {
        self.status
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
        self.possible
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
