//! The three stages of an order's way, for a timeline.

use core::cmp::Ordering;

use super::{OrderLife, OrderStatus};
use crate::names::names;

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

impl OrderLife {
    /// The three stages of the way, in their order, for a timeline. An order that has passed its review and
    /// isn't submitted yet has one of them behind and two before it.
    ///
    /// ```
    /// use beian::{OrderStatus, OrderLife, filing::StageState};
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
    pub fn stages(&self) -> [(OrderStatus, StageState); 3] {
        let reached = self.reached();
        let here = match self.status() {
            OrderStatus::InitialReview
            | OrderStatus::AwaitingSubmission
            | OrderStatus::UploadFailed
            | OrderStatus::SmsVerification
            | OrderStatus::AdministrationReview => StageState::Current,
            OrderStatus::Approved | OrderStatus::CorrectionRequired | OrderStatus::Deregistered => {
                StageState::Done
            }
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
                Ordering::Less | Ordering::Equal
                    if stage == OrderStatus::SmsVerification && self.exempt =>
                {
                    StageState::NotNeeded
                }
                Ordering::Less => StageState::Done,
                Ordering::Equal => here,
                Ordering::Greater => StageState::ToCome,
            };
            (stage, state)
        })
    }
}
