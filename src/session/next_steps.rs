//! What to do now, as the tracker says it, from what a session knows.

use alloc::vec::Vec;

use chrono::{DateTime, Utc};

use super::{RecipientState, RecipientView, RoundStatus, Session};
use crate::{
    time::Micros,
    tracker::{Advice, NextStep},
};

impl Session {
    /// What is to be done at an instant: by each person, or by the platform once the round is over.
    /// Empty if it was withdrawn.
    ///
    /// The same steps as a [`Tracker`](crate::Tracker)'s, but from what is known and not from what
    /// is expected.
    #[must_use]
    pub fn next_steps(&self, now: DateTime<Utc>) -> Vec<NextStep> {
        let platform = |advice| NextStep {
            advice,
            person: None,
            until: None,
        };
        match self.status() {
            RoundStatus::SmsVerification if self.goes_on_at(now).is_some() => self
                .recipients()
                .flat_map(|person| person.next_steps(now))
                .collect(),
            RoundStatus::AdministrationReview { .. } => Vec::from([platform(Advice::AwaitReview)]),
            RoundStatus::SmsVerification | RoundStatus::Returned { .. } => {
                Vec::from([platform(Advice::Resubmit)])
            }
            RoundStatus::Withdrawn { .. } => Vec::new(),
        }
    }

    /// The effective now (D09), unless the round is over by then (D08).
    fn goes_on_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let now = Micros::cut(now).max(self.last);
        let (over, _) = self.time_is_over_at()?;
        (now < over).then(|| now.instant())
    }
}

impl RecipientView<'_> {
    /// What this person does at an instant, the most important first; empty once the round is over.
    ///
    /// A person who has a code may ask for another one as well: then both steps are there.
    ///
    /// ```
    /// use beian::{KeyRing, Opening, VerificationPolicy, Recipient, Recipients, Role, Seed, Session};
    /// use beian::tracker::Advice;
    /// use chrono::Utc;
    ///
    /// let leader = Recipient::new("19900000001".parse()?, Role::EntityLeader, ["345678".parse()?]);
    /// let recipients = Recipients::new([leader], VerificationPolicy::REGULATOR).unwrap();
    /// let opening = Opening::new(42, &recipients, Seed::draw(&mut getrandom::SysRng)?);
    /// let (session, ()) = Session::open(&opening, &KeyRing::single(1, [7; 32])?, Utc::now())?.persisted();
    ///
    /// let person = session.recipients().next().unwrap();
    /// assert_eq!(person.next_steps(Utc::now())[0].advice, Advice::WaitForMessage);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn next_steps(&self, now: DateTime<Utc>) -> Vec<NextStep> {
        let Some(now) = self.session.goes_on_at(now) else {
            return Vec::new();
        };
        let step = |advice, until| NextStep {
            advice,
            person: self.mobile().copied(),
            until,
        };
        match self.state() {
            RecipientState::WaitingForMessage => Vec::from([step(Advice::WaitForMessage, None)]),
            RecipientState::WaitingForCode => {
                let mut steps = Vec::from([step(Advice::EnterCode, self.window_closes_at())]);
                let resend = self.resend_possible_at();
                if resend.is_some_and(|at| at <= now) {
                    steps.push(step(Advice::AskForResend, None));
                } else if self.resends_left() == 0 {
                    steps.push(step(Advice::NoResendLeft, None));
                }
                steps
            }
            RecipientState::Verified => Vec::from([step(Advice::WaitForOthers, None)]),
            RecipientState::Locked => Vec::from([step(Advice::AwaitReturn, None)]),
        }
    }
}
