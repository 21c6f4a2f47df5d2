//! From a round to the life of its order.

use super::{RoundFailure, RoundStatus};
use crate::{OrderLife, OrderStatus, ReturnCause, filing::LifeRefusal};

impl RoundStatus {
    /// The status of the order.
    ///
    /// ```
    /// use beian::{OrderStatus, RoundStatus};
    ///
    /// assert_eq!(RoundStatus::SmsVerification.order_status(), OrderStatus::SmsVerification);
    /// ```
    #[must_use]
    pub const fn order_status(&self) -> OrderStatus {
        match self {
            Self::SmsVerification => OrderStatus::SmsVerification,
            Self::AdministrationReview { .. } => OrderStatus::AdministrationReview,
            Self::Returned { .. } => OrderStatus::Returned,
            Self::Withdrawn { .. } => OrderStatus::Withdrawn,
        }
    }
}

impl OrderLife {
    /// The order after what its round did: completed, returned, withdrawn, or still where it was. A
    /// host that derives this whenever it reads an order in SMS verification has no second write to lose.
    ///
    /// ```
    /// use beian::{OrderStatus, RoundStatus, OrderLife};
    /// use chrono::DateTime;
    ///
    /// # use beian::{VerificationPolicy, Recipient, Recipients, Role};
    /// # let leader = Recipient::new("19900000001".parse()?, Role::EntityLeader, ["345678".parse()?]);
    /// # let recipients = Recipients::new([leader], VerificationPolicy::REGULATOR);
    /// let submitted = OrderLife::new().submit(recipients.as_ref())?;
    /// assert_eq!(submitted.after_round(RoundStatus::SmsVerification)?, submitted);
    ///
    /// let completed = RoundStatus::AdministrationReview { at: DateTime::UNIX_EPOCH };
    /// let order = submitted.after_round(completed)?;
    /// assert_eq!(order.status(), OrderStatus::AdministrationReview);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`LifeRefusal`] if the order isn't in SMS verification and the round has ended, unless both were
    /// withdrawn.
    pub fn after_round(&self, round: RoundStatus) -> Result<Self, LifeRefusal> {
        match round {
            RoundStatus::SmsVerification => Ok(self.clone()),
            RoundStatus::AdministrationReview { .. } => self.complete(),
            RoundStatus::Returned { cause, .. } => self.return_for(cause.into()),
            // A host that withdraws writes its order with the round; the life says so already then.
            RoundStatus::Withdrawn { .. } if self.status() == OrderStatus::Withdrawn => {
                Ok(self.clone())
            }
            RoundStatus::Withdrawn { .. } => self.withdrawn_with_round(),
        }
    }
}

impl From<RoundFailure> for ReturnCause {
    fn from(failure: RoundFailure) -> Self {
        match failure {
            RoundFailure::TooManyWrongEntries => Self::TooManyWrongEntries,
            RoundFailure::Unreachable => Self::Unreachable,
            RoundFailure::WindowClosed => Self::WindowClosed,
        }
    }
}
