//! What can be asked of a tracker, about any instant. Nothing here changes it.

use alloc::vec::Vec;

use chrono::{DateTime, Utc};

use super::{
    Deadline, Fact, NextStep, PersonStanding, Reminder, Tracker, TrackerStatus, fact::End,
};
use crate::{MobileNumber, time::Micros};

impl Tracker {
    /// Where the order stands at an instant, by what was reported up to it.
    ///
    /// The end that the regulator reported stands, the later one if reports disagree; *returned* is
    /// the closer word for *timed out*. A person's word ends nothing.
    #[must_use]
    pub fn status(&self, now: DateTime<Utc>) -> TrackerStatus {
        self.at(now).status()
    }

    /// Where a person stands at an instant, by their own word; once an end is reported, as they
    /// stood then, and *verified* if it is [`Done`](TrackerStatus::Done). `None` if nobody in this order verifies with that number.
    #[must_use]
    pub fn standing(&self, mobile: &MobileNumber, now: DateTime<Utc>) -> Option<PersonStanding> {
        let person = self.persons.iter().find(|p| p.mobile == *mobile)?;
        Some(self.at(now).standing(person))
    }

    /// How many resends a person has left, as far as they were reported (R22); `None` if nobody in
    /// this order verifies with that number. A resend that is asked for beyond them is kept as a
    /// fact, and nothing else changes: no message is sent, so none is expected.
    #[must_use]
    pub fn resends_left(&self, mobile: &MobileNumber, now: DateTime<Utc>) -> Option<u8> {
        let person = self.persons.iter().find(|p| p.mobile == *mobile)?;
        Some(self.at(now).resends_left(person))
    }

    /// Within which bounds the window of the persons still to verify closes; the first that closes
    /// ends the round (R20, D07). `None` once an end is reported, or everybody says that they have
    /// verified and the regulator's *waiting* isn't later than that.
    ///
    /// The window begins when the message is received (R17), of which a platform hears by a person's
    /// word at best. So the earliest end is the submission plus the window, or an instant for which
    /// the regulator still reported *waiting*. The latest is a word that a message had come plus the
    /// window: a message may have come before that word, never after, and no resend moves the window
    /// (D05). Without a word it is open: D06's bound is a decision of this crate about its own
    /// sessions, not of the regulator's about theirs.
    #[must_use]
    pub fn deadline(&self, now: DateTime<Utc>) -> Option<Deadline> {
        let bounds = self.at(now).bounds?;
        Some(Deadline {
            earliest: bounds.earliest.instant(),
            latest: bounds.latest.map(Micros::instant),
        })
    }

    /// The reminders that are due at an instant and not taken care of, earliest first.
    ///
    /// A reminder keeps its key as long as it is due. A host sends it under that key, and then says so
    /// ([`reminded`](Self::reminded)): until then it is due, and [`next`](Self::next) is at once.
    #[must_use]
    pub fn reminders(&self, now: DateTime<Utc>) -> Vec<Reminder> {
        let view = self.at(now);
        let mut due = view.reminders();
        due.retain(|reminder| view.goes_out(reminder.due) <= view.now);
        due.sort_by_key(|reminder| (reminder.due, reminder.person, reminder.kind));
        due.into_iter().map(Reminder::from).collect()
    }

    /// Between which instants the reported end came about: the last look that saw otherwise, or the submission,
    /// and the one that saw it; both the same where it is known exactly (D33). `None` before an end is reported.
    ///
    /// ```
    /// use beian::{Recipient, Recipients, Role, Tracker, VerificationPolicy};
    /// use beian::tracker::{Fact, FactKind, RegulatorStatus};
    /// use chrono::{DateTime, TimeDelta};
    ///
    /// let leader = Recipient::new("19900000001".parse()?, Role::EntityLeader, []);
    /// let Some(recipients) = Recipients::new([leader], VerificationPolicy::REGULATOR) else { return Ok(()) };
    /// let after = |hours| DateTime::UNIX_EPOCH + TimeDelta::hours(hours);
    /// let mut tracker = Tracker::new(&recipients, after(0));
    /// tracker.report(Fact::seen(FactKind::Regulator(RegulatorStatus::Waiting), after(2)), after(2))?;
    /// tracker.report(Fact::seen(FactKind::Regulator(RegulatorStatus::Done), after(3)), after(3))?;
    /// assert_eq!(tracker.end_bounds(after(3)), Some((after(2), after(3))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn end_bounds(&self, now: DateTime<Utc>) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let view = self.at(now);
        let at = view.end?.at()?;
        let ends = |fact: &&Fact| fact.kind.end().is_some() && fact.at() == at;
        let exact = view.facts.iter().filter(ends).any(|fact| !fact.seen);
        if exact {
            return Some((at, at));
        }
        // A time-out and the return for it are one end, and so is what was verified before it was approved.
        let failed = |fact: &Fact| {
            let end = fact.kind.end();
            matches!(end, Some(End::TimedOut | End::Returned(_)))
        };
        let is_failed = view
            .facts
            .iter()
            .any(|fact| fact.at() == at && failed(fact));
        let otherwise = |fact: &&Fact| {
            let other = fact.kind.end().is_none() || failed(fact) != is_failed;
            fact.kind.person().is_none() && fact.at() < at && other
        };
        let looks = view.facts.iter().rfind(otherwise).map(Fact::at);
        Some((looks.unwrap_or_else(|| self.submitted.instant()), at))
    }

    /// What is to be done at an instant: by each person who has to do something, or by the platform.
    /// Never empty.
    #[must_use]
    pub fn next_steps(&self, now: DateTime<Utc>) -> Vec<NextStep> {
        self.at(now).next_steps()
    }
}
