//! A tracker, and what it is told.

use alloc::vec::Vec;

use chrono::{DateTime, NaiveTime, TimeDelta, Timelike as _, Utc};

use super::{Fact, FactKind, FactRefusal, ReminderKey};
use crate::{
    FilingType, MobileNumber, Recipient, Recipients, ReturnCause, Roles, filing::PolledStatus,
    time::Micros,
};

/// A round of SMS verification as a platform sees it (R02, R15–R22).
///
/// The submission may be known as an interval ([`submitted_by`](Self::submitted_by)), and a fact as merely *seen*
/// ([`Fact::seen`]): the earliest deadline counts from the interval's begin, a message is due by its end (D33).
///
/// A value without a clock: every instant is an argument, cut to microseconds. One tracker is one
/// round; a resubmitted order gets a new one (B14, D25). The order in which facts known exactly are reported makes
/// no difference (of what polls see again and again only the first is kept), and asking about an earlier instant leaves later facts out (but that the submission came before them).
///
/// # From the tracker to the order's life
///
/// [`OrderLife::after_tracker`](crate::OrderLife::after_tracker) takes the step that follows from a status:
///
/// | status | step of [`OrderLife`](crate::OrderLife) |
/// |---|---|
/// | `waiting`, `said_done`, `may_have_ended` | none: nothing is reported yet |
/// | `done` | [`complete`](crate::OrderLife::complete) (R18) |
/// | `approved` | [`approve`](crate::OrderLife::approve), after `complete` |
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
/// | [`report`](Self::report), [`polled`](Self::polled) | [`status`](Self::status), [`standing`](Self::standing), [`deadline`](Self::deadline) |
/// | [`reminded`](Self::reminded) | [`reminders`](Self::reminders), [`next_steps`](Self::next_steps), [`next`](Self::next), [`next_poll`](Self::next_poll), [`next_besides_polls`](Self::next_besides_polls) |
///
/// ```
/// use beian::{VerificationPolicy, Recipient, Recipients, Role, Tracker, tracker::{Fact, FactKind, Advice, TrackerStatus}};
/// use chrono::{DateTime, NaiveTime, TimeDelta, Timelike as _, Utc};
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
/// tracker.report(Fact::exact(FactKind::Received(mobile), noon), noon)?;
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
    /// Not before `submitted`.
    pub(super) submitted_by: Micros,
    pub(super) window: TimeDelta,
    pub(super) resends_max: u8,
    pub(super) filing_type: Option<FilingType>,
    pub(super) quiet_hours: Option<(NaiveTime, NaiveTime)>,
    /// Sorted by number, never empty.
    pub(super) persons: Vec<Person>,
    /// Sorted by instant, then by what is said: the same whatever the order of reporting.
    pub(super) facts: Vec<Fact>,
    /// The last look at the regulator's status.
    pub(super) looked: Option<Micros>,
    /// Sorted, each once.
    pub(super) reminded: Vec<ReminderKey>,
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
            submitted_by: Micros::cut(submitted_at),
            window: recipients.policy().window(),
            resends_max: recipients.policy().resends_max(),
            filing_type: None,
            quiet_hours: None,
            persons: recipients.iter().map(person).collect(),
            facts: Vec::new(),
            looked: None,
            reminded: Vec::new(),
        }
    }

    /// With the latest instant at which the order can have been submitted, where that is known as an interval
    /// only: [`new`](Self::new) has the earliest, say the last look that saw it unsubmitted, and this is the
    /// first that saw it submitted (D33). An earlier instant than that of `new` is that one.
    ///
    /// ```
    /// use beian::{Recipient, Recipients, Role, Tracker, VerificationPolicy, tracker::PersonStanding};
    /// use chrono::{DateTime, TimeDelta};
    ///
    /// let mobile = "19900000001".parse()?;
    /// let leader = Recipient::new(mobile, Role::EntityLeader, []);
    /// let Some(recipients) = Recipients::new([leader], VerificationPolicy::REGULATOR) else { return Ok(()) };
    /// let unsubmitted = DateTime::UNIX_EPOCH;
    /// let submitted = unsubmitted + TimeDelta::hours(1);
    /// let tracker = Tracker::new(&recipients, unsubmitted).submitted_by(submitted);
    ///
    /// let deadline = tracker.deadline(submitted).map(|deadline| deadline.earliest);
    /// assert_eq!(deadline, Some(unsubmitted + TimeDelta::hours(24)));
    /// let (from, until) = (unsubmitted + TimeDelta::minutes(5), submitted + TimeDelta::minutes(10));
    /// let expected = PersonStanding::MessageExpected { from, until };
    /// assert_eq!(tracker.standing(&mobile, submitted), Some(expected));
    /// # Ok::<(), beian::MobileProblem>(())
    /// ```
    #[must_use]
    pub fn submitted_by(self, latest: DateTime<Utc>) -> Self {
        Self {
            submitted_by: Micros::cut(latest).max(self.submitted),
            ..self
        }
    }

    /// With quiet hours: reminders due between two times of day in Beijing, such as 22:00 and 08:00, wait until
    /// the second, and so do those that were due before and weren't sent, unless
    /// [`Deadline::earliest`](super::Deadline::earliest) is before two hours after it; then they go at once. At equal
    /// times there are none.
    ///
    /// ```
    /// use beian::{Recipient, Recipients, Role, Tracker, VerificationPolicy};
    /// use chrono::{DateTime, NaiveTime, Utc};
    ///
    /// let leader = Recipient::new("19900000001".parse()?, Role::EntityLeader, []);
    /// let Some(recipients) = Recipients::new([leader], VerificationPolicy::REGULATOR) else { return Ok(()) };
    /// let evening: DateTime<Utc> = "2024-05-01T22:30:00+08:00".parse()?;
    /// let (from, until): (NaiveTime, NaiveTime) = ("22:00:00".parse()?, "08:00:00".parse()?);
    /// let tracker = Tracker::new(&recipients, evening).quiet_hours(from, until);
    /// let morning: DateTime<Utc> = "2024-05-02T08:00:00+08:00".parse()?;
    /// assert!(tracker.reminders("2024-05-02T07:59:59+08:00".parse()?).is_empty());
    /// assert_eq!(tracker.reminders(morning)[0].due, morning);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn quiet_hours(self, from: NaiveTime, until: NaiveTime) -> Self {
        Self {
            quiet_hours: Some((whole_seconds(from), whole_seconds(until))),
            ..self
        }
    }

    /// With the type of the order: after the time-out of a deregistration, which can be stopped in no other
    /// way, the advice is not simply to submit it again (B31, D34).
    ///
    /// ```
    /// use beian::{FilingType, Recipient, Recipients, Role, Tracker, VerificationPolicy};
    /// use beian::tracker::{Advice, Fact, FactKind, RegulatorStatus};
    /// use chrono::{DateTime, TimeDelta};
    ///
    /// let leader = Recipient::new("19900000001".parse()?, Role::EntityLeader, []);
    /// let Some(recipients) = Recipients::new([leader], VerificationPolicy::REGULATOR) else { return Ok(()) };
    /// let submitted = DateTime::UNIX_EPOCH;
    /// let mut tracker = Tracker::new(&recipients, submitted).of_type(FilingType::DeregisterEntity);
    /// let later = submitted + TimeDelta::hours(25);
    /// tracker.report(Fact::seen(FactKind::Regulator(RegulatorStatus::TimedOut), later), later)?;
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

    /// Reports what happened, or was seen, to the tracker, at an instant. The same fact twice is one; of *waiting*
    /// only the latest is kept, and of an end that polls see again and again the first, so that a host may ask
    /// the regulator every minute.
    ///
    /// # Errors
    /// [`FactRefusal::InTheFuture`] for a fact more than 10 minutes after `now`, [`FactRefusal::BeforeSubmission`]
    /// for one before the submission, [`FactRefusal::UnknownPerson`] for a number that nobody in this order has,
    /// [`FactRefusal::InitialReview`] for a return out of a step that is over. Nothing is recorded then.
    pub fn report(&mut self, fact: Fact, now: DateTime<Utc>) -> Result<(), FactRefusal> {
        if fact.at > Micros::cut(now).plus(CLOCKS_DIFFER) {
            return Err(FactRefusal::InTheFuture);
        }
        self.record(fact)
    }

    /// What a poll saw now, as [`OrderLife::follow`](crate::OrderLife::follow) takes it, is reported as *seen*; `None`,
    /// and what says nothing of the verification, is a look all the same, from which the
    /// [next](Self::next_poll) is counted: the administration's system may be down (B35). To be called after every
    /// poll.
    ///
    /// ```
    /// use beian::{Recipient, Recipients, Role, Tracker, VerificationPolicy};
    /// use beian::{filing::PolledStatus, tracker::Advice};
    /// use chrono::{DateTime, TimeDelta};
    ///
    /// let leader = Recipient::new("19900000001".parse()?, Role::EntityLeader, []);
    /// let Some(recipients) = Recipients::new([leader], VerificationPolicy::REGULATOR) else { return Ok(()) };
    /// let after = |hours| DateTime::UNIX_EPOCH + TimeDelta::hours(hours);
    /// let mut tracker = Tracker::new(&recipients, after(0));
    /// tracker.polled(Some(&PolledStatus::SmsVerification), after(1))?;
    /// tracker.polled(None, after(2))?;
    /// tracker.polled(Some(&PolledStatus::Approved), after(99))?;
    /// assert_eq!(tracker.next_steps(after(99))[0].advice, Advice::NothingToDo);
    /// assert_eq!(tracker.next_poll(after(99)), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`FactRefusal::BeforeSubmission`] if that is before the submission.
    pub fn polled(
        &mut self,
        saw: Option<&PolledStatus>,
        now: DateTime<Utc>,
    ) -> Result<(), FactRefusal> {
        if let Some(kind) = saw.and_then(FactKind::of_poll) {
            self.record(Fact::seen(kind, now))?;
        }
        let now = Micros::cut(now);
        // A look that a wrong clock dated ahead holds no other one up.
        let before = self.looked.filter(|at| *at <= now.plus(CLOCKS_DIFFER));
        self.looked = before.max(Some(now));
        Ok(())
    }

    /// A [reminder](Self::reminders) has been sent: it is due no more. A key of a person who isn't in this tracker is
    /// passed over.
    pub fn reminded(&mut self, key: ReminderKey) {
        let person = key.person.and_then(|place| usize::try_from(place).ok());
        let ours = person.is_none_or(|place| place < self.persons.len());
        if let (true, Err(place)) = (
            ours && key.sending <= self.resends_max,
            self.reminded.binary_search(&key),
        ) {
            self.reminded.insert(place, key);
        }
    }

    pub(super) fn record(&mut self, fact: Fact) -> Result<(), FactRefusal> {
        if fact.at < self.submitted {
            return Err(FactRefusal::BeforeSubmission);
        }
        if fact.kind.person().is_some_and(|mobile| !self.knows(mobile)) {
            return Err(FactRefusal::UnknownPerson);
        }
        if fact.kind == FactKind::Returned(ReturnCause::PlatformDecision) {
            return Err(FactRefusal::InitialReview);
        }
        // What is heard of a round comes after its submission.
        self.submitted_by = self.submitted_by.min(fact.at);
        if fact.kind.person().is_none() {
            self.looked = self.looked.max(Some(fact.at));
        }
        let Err(place) = self.facts.binary_search(&fact) else {
            return Ok(());
        };
        // What is known to have happened says more than that it was seen.
        let other = Fact {
            seen: !fact.seen,
            ..fact
        };
        match self.facts.binary_search(&other) {
            Ok(_) if fact.seen => return Ok(()),
            // They stand side by side.
            Ok(seen) => {
                if let Some(seen) = self.facts.get_mut(seen) {
                    *seen = fact;
                }
            }
            Err(_) => self.facts.insert(place, fact),
        }
        if fact.kind.person().is_none() {
            self.forget_older_waiting();
            self.forget_what_was_seen_again();
        }
        Ok(())
    }

    /// The instant of submission that it was given; of an interval the begin.
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

    /// Of one end that is seen again and again, the first.
    fn forget_what_was_seen_again(&mut self) {
        let mut last: Option<FactKind> = None;
        self.facts.retain(|fact| {
            let again = fact.seen && fact.kind.end().is_some() && last == Some(fact.kind);
            if fact.kind.person().is_none() {
                last = Some(fact.kind);
            }
            !again
        });
    }
}

/// Clocks that differ by more are wrong (D33).
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(10);

fn whole_seconds(time: NaiveTime) -> NaiveTime {
    time.with_nanosecond(0).unwrap_or(time)
}
