//! From what is reported of a round to the order's life.

use super::TrackerStatus;
use crate::{OrderLife, OrderStatus, ReturnCause, filing::LifeRefusal};

impl OrderLife {
    /// The step that follows from a tracker's status, if an end is reported: *done* completes the
    /// verification (R18), *timed out* and *returned* return the order (R20). What is only expected
    /// changes nothing, and neither does what the life knows already: a host may call this whenever
    /// it has looked, at the tracker of the life's latest round: an earlier one's end would return this round.
    ///
    /// ```
    /// use beian::{OrderLife, OrderStatus, VerificationPolicy, Recipient, Recipients, Role, Tracker};
    /// use beian::tracker::{Fact, FactKind, RegulatorStatus};
    /// use chrono::{DateTime, TimeDelta};
    ///
    /// let leader = Recipient::new("19900000001".parse()?, Role::EntityLeader, []);
    /// let Some(recipients) = Recipients::new([leader], VerificationPolicy::REGULATOR) else { return Ok(()) };
    /// let submitted = DateTime::UNIX_EPOCH;
    /// let mut tracker = Tracker::new(&recipients, submitted);
    /// let life = OrderLife::new().submit(Some(&recipients))?;
    ///
    /// let later = submitted + TimeDelta::hours(1);
    /// assert_eq!(life.after_tracker(&tracker.status(later))?, life);
    /// tracker.report(Fact::seen(FactKind::Regulator(RegulatorStatus::Done), later), later)?;
    /// let life = life.after_tracker(&tracker.status(later))?;
    /// assert_eq!(life.status(), OrderStatus::AdministrationReview);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`LifeRefusal`] if the order isn't where that end arises, such as a withdrawn one.
    pub fn after_tracker(&self, status: &TrackerStatus) -> Result<Self, LifeRefusal> {
        match *status {
            TrackerStatus::Waiting | TrackerStatus::SaidDone | TrackerStatus::MayHaveEnded => {
                Ok(self.clone())
            }
            TrackerStatus::Done { .. } => match self.status() {
                OrderStatus::AdministrationReview
                | OrderStatus::Approved
                | OrderStatus::CorrectionRequired
                | OrderStatus::Deregistered => Ok(self.clone()),
                OrderStatus::InitialReview
                | OrderStatus::AwaitingSubmission
                | OrderStatus::UploadFailed
                | OrderStatus::SmsVerification
                | OrderStatus::Returned
                | OrderStatus::Withdrawn => self.complete(),
            },
            TrackerStatus::Approved { .. } => match self.status() {
                OrderStatus::Approved
                | OrderStatus::CorrectionRequired
                | OrderStatus::Deregistered => Ok(self.clone()),
                OrderStatus::SmsVerification => self.complete()?.approve(),
                OrderStatus::InitialReview
                | OrderStatus::AwaitingSubmission
                | OrderStatus::UploadFailed
                | OrderStatus::AdministrationReview
                | OrderStatus::Returned
                | OrderStatus::Withdrawn => self.approve(),
            },
            TrackerStatus::TimedOut { .. } => self.follow_return(ReturnCause::WindowClosed),
            TrackerStatus::Returned { cause, .. } => self.follow_return(cause),
        }
    }

    fn follow_return(&self, cause: ReturnCause) -> Result<Self, LifeRefusal> {
        let known = self.return_cause().is_some_and(|known| known.is_as(cause));
        let reviewed = cause.returned_from() == OrderStatus::AdministrationReview;
        match self.status() {
            _ if known => Ok(self.clone()),
            // Returned, and changed since.
            OrderStatus::InitialReview
            | OrderStatus::AwaitingSubmission
            | OrderStatus::UploadFailed
                if self.rounds() > 0 =>
            {
                Ok(self.clone())
            }
            OrderStatus::SmsVerification if reviewed => self.complete()?.return_for(cause),
            OrderStatus::InitialReview
            | OrderStatus::AwaitingSubmission
            | OrderStatus::UploadFailed
            | OrderStatus::SmsVerification
            | OrderStatus::AdministrationReview
            | OrderStatus::Approved
            | OrderStatus::CorrectionRequired
            | OrderStatus::Returned
            | OrderStatus::Withdrawn
            | OrderStatus::Deregistered => self.return_for(cause),
        }
    }
}
