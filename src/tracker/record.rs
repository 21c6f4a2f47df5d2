//! A tracker, and what it is told.

use alloc::vec::Vec;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Fact, FactKind, FactRefusal};
use crate::{FilingType, MobileNumber, Recipient, Recipients, ReturnCause, Roles, time::Micros};

/// A round of SMS verification as a platform sees it (R02, R15–R22).
///
/// A value without a clock: every instant is an argument, cut to microseconds. One tracker is one
/// round; a resubmitted order gets a new one (B14, D25). The order in which facts are reported makes
/// no difference, and asking about an earlier instant leaves later facts out.
///
/// # From the tracker to the order's life
///
/// [`OrderLife::after_tracker`](crate::OrderLife::after_tracker) takes the step that follows from a status:
///
/// | status | step of [`OrderLife`](crate::OrderLife) |
/// |---|---|
/// | `waiting`, `said_done`, `may_have_ended` | none: nothing is reported yet |
/// | `done` | [`complete`](crate::OrderLife::complete) (R18) |
/// | `timed_out` | [`return_for`](crate::OrderLife::return_for) `window_closed` (R20) |
/// | `returned` | `return_for` the reported cause; after `complete`, if the administration returned it out of its review |
///
/// # Storage
///
/// With the feature `serde` a tracker can be stored. What is stored holds the persons' numbers in
/// clear; what is printed masks them.
///
/// | to tell it | to ask it |
/// |---|---|
/// | [`record`](Self::record) | [`status`](Self::status), [`standing`](Self::standing), [`deadline`](Self::deadline) |
/// | | [`reminders`](Self::reminders), [`next_steps`](Self::next_steps), [`next`](Self::next) |
///
/// ```
/// use beian::{VerificationPolicy, Recipient, Recipients, Role, Tracker, tracker::{FactKind, Advice, TrackerStatus}};
/// use chrono::{DateTime, TimeDelta, Utc};
///
/// let mobile = "19900000001".parse()?;
/// let leader = Recipient::new(mobile, Role::EntityLeader, []);
/// let Some(recipients) = Recipients::new([leader], VerificationPolicy::REGULATOR) else { return Ok(()) };
/// let submitted: DateTime<Utc> = "2024-05-01T02:00:00Z".parse()?;
///
/// let mut tracker = Tracker::new(&recipients, submitted);
/// let noon = submitted + TimeDelta::hours(2);
/// assert_eq!(tracker.status(noon), TrackerStatus::Waiting);
/// assert_eq!(tracker.next_steps(noon)[0].advice, Advice::AskForResend); // nothing has come (R21)
///
/// tracker.record(FactKind::Received(mobile), noon)?;
/// assert_eq!(tracker.next_steps(noon)[0].advice, Advice::EnterCode); // R24
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(into = "super::stored::Stored", try_from = "super::stored::Stored")
)]
pub struct Tracker {
    pub(super) submitted: Micros,
    pub(super) window: TimeDelta,
    pub(super) resends_max: u8,
    pub(super) filing_type: Option<FilingType>,
    /// Sorted by number, never empty.
    pub(super) persons: Vec<Person>,
    /// Sorted by instant, then by what is said: the same whatever the order of reporting.
    pub(super) facts: Vec<Fact>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) mobile: MobileNumber,
    pub(super) roles: Roles,
}

impl Tracker {
    /// Follows the persons of a requirement from the order's submission to the administration: the
    /// instant of the submission notice (R02, R15).
    #[must_use]
    pub fn new(recipients: &Recipients, submitted_at: DateTime<Utc>) -> Self {
        let person = |recipient: &Recipient| Person {
            mobile: *recipient.mobile(),
            roles: recipient.roles(),
        };
        Self {
            submitted: Micros::cut(submitted_at),
            window: recipients.policy().window(),
            resends_max: recipients.policy().resends_max(),
            filing_type: None,
            persons: recipients.iter().map(person).collect(),
            facts: Vec::new(),
        }
    }

    /// With the type of the order: after the time-out of a deregistration, which can be stopped in no other
    /// way, the advice is not simply to submit it again (B31, D34).
    ///
    /// ```
    /// use beian::{FilingType, Recipient, Recipients, Role, Tracker, VerificationPolicy};
    /// use beian::tracker::{Advice, FactKind, RegulatorStatus};
    /// use chrono::{DateTime, TimeDelta};
    ///
    /// let leader = Recipient::new("19900000001".parse()?, Role::EntityLeader, []);
    /// let Some(recipients) = Recipients::new([leader], VerificationPolicy::REGULATOR) else { return Ok(()) };
    /// let submitted = DateTime::UNIX_EPOCH;
    /// let mut tracker = Tracker::new(&recipients, submitted).of_type(FilingType::DeregisterEntity);
    /// let later = submitted + TimeDelta::hours(25);
    /// tracker.record(FactKind::Regulator(RegulatorStatus::TimedOut), later)?;
    /// assert_eq!(tracker.next_steps(later)[0].advice, Advice::ResubmitUnlessStopped);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of_type(self, filing_type: FilingType) -> Self {
        Self {
            filing_type: Some(filing_type),
            ..self
        }
    }

    /// Records what was true at an instant: since when the regulator shows a status, or when a
    /// person says that something happened. The same fact twice is one; of *waiting* only the latest
    /// is kept, so that a host may ask the regulator every minute.
    ///
    /// # Errors
    /// [`FactRefusal::BeforeSubmission`] for an earlier instant, [`FactRefusal::UnknownPerson`]
    /// for a number that nobody in this order has, [`FactRefusal::InitialReview`] for a return out
    /// of a step that is over. Nothing is recorded then.
    pub fn record(&mut self, kind: FactKind, at: DateTime<Utc>) -> Result<(), FactRefusal> {
        let fact = Fact::new(kind, at);
        if fact.at < self.submitted {
            return Err(FactRefusal::BeforeSubmission);
        }
        if fact.kind.person().is_some_and(|mobile| !self.knows(mobile)) {
            return Err(FactRefusal::UnknownPerson);
        }
        if fact.kind == FactKind::Returned(ReturnCause::PlatformDecision) {
            return Err(FactRefusal::InitialReview);
        }
        let Err(place) = self.facts.binary_search(&fact) else {
            return Ok(());
        };
        self.facts.insert(place, fact);
        self.forget_older_waiting();
        Ok(())
    }

    /// The instant of submission that it was given.
    #[must_use]
    pub fn submitted_at(&self) -> DateTime<Utc> {
        self.submitted.instant()
    }

    /// Who is followed: numbers and roles, sorted by number.
    pub fn persons(&self) -> impl Iterator<Item = (&MobileNumber, Roles)> {
        self.persons
            .iter()
            .map(|person| (&person.mobile, person.roles))
    }

    /// What was reported, earliest first.
    #[must_use]
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    fn knows(&self, mobile: MobileNumber) -> bool {
        self.persons.iter().any(|person| person.mobile == mobile)
    }

    fn forget_older_waiting(&mut self) {
        let latest = self.facts.iter().rposition(|fact| fact.kind.is_waiting());
        let mut place = 0_usize;
        self.facts.retain(|fact| {
            let keep = !fact.kind.is_waiting() || Some(place) == latest;
            place = place.saturating_add(1);
            keep
        });
    }
}
