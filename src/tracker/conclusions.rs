//! What follows from the facts at an instant. Nothing here changes a tracker.

use alloc::vec::Vec;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Advice, Deadline, Fact, FactKind, NextStep, PersonStanding, Reminder, ReminderKind, Tracker,
    TrackerStatus, fact::End, record::Person,
};
use crate::{FilingType, MobileNumber, OrderStatus, ReturnCause, time::Micros};

/// A message usually arrives within 5 to 10 minutes (R15).
const MESSAGE_FROM: TimeDelta = TimeDelta::minutes(5);
const MESSAGE_UNTIL: TimeDelta = TimeDelta::minutes(10);
/// The sources name no time to give up on a message; half an hour is three times the usual.
const RESEND_AFTER: TimeDelta = TimeDelta::minutes(30);

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
        self.at(now).deadline()
    }

    /// The reminders that are due at an instant and not taken care of, earliest first.
    ///
    /// A reminder keeps its kind, person and instant as long as it is due: a host sends what it has
    /// not sent under those three.
    #[must_use]
    pub fn reminders(&self, now: DateTime<Utc>) -> Vec<Reminder> {
        let view = self.at(now);
        let mut due: Vec<Reminder> = view
            .reminders()
            .into_iter()
            .filter(|(due, _, _)| *due <= view.now)
            .map(|(due, kind, person)| Reminder {
                kind,
                person,
                due: due.instant(),
            })
            .collect();
        due.sort_by_key(|reminder| (reminder.due, reminder.person, reminder.kind));
        due
    }

    /// What is to be done at an instant: by each person who has to do something, or by the platform.
    /// Never empty.
    #[must_use]
    pub fn next_steps(&self, now: DateTime<Utc>) -> Vec<NextStep> {
        self.at(now).next_steps()
    }

    /// The next instant at which a look gives something else if nothing more is reported; `None` if
    /// no instant does.
    ///
    /// `None` doesn't say that the round is over. While [`status`](Self::status) isn't
    /// a reported [end](TrackerStatus::at), only the regulator's word moves it on: ask for the
    /// order's status yourself, every hour or so, and report what you hear.
    #[must_use]
    pub fn next(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let view = self.at(now);
        let to_come = self.facts.get(view.facts.len()..).unwrap_or_default();
        let reminders = view.reminders().into_iter().map(|(due, _, _)| due);
        let deadline = view.deadline();
        let awaited = view
            .unverified()
            .filter(|person| view.awaits_message(person));
        let messages = awaited.flat_map(|person| {
            let sent = view.sent(person);
            [sent.plus(MESSAGE_UNTIL), sent.plus(RESEND_AFTER)]
        });
        reminders
            .chain(messages.filter(|_| view.end().is_none()))
            .chain(deadline.map(|deadline| Micros::cut(deadline.earliest).just_after()))
            .chain(to_come.iter().map(|fact| fact.at))
            .filter(|instant| *instant > view.now)
            .min()
            .map(Micros::instant)
    }

    fn at(&self, now: DateTime<Utc>) -> View<'_> {
        let now = Micros::cut(now);
        let known = self.facts.partition_point(|fact| fact.at <= now);
        View {
            tracker: self,
            facts: self.facts.get(..known).unwrap_or_default(),
            now,
        }
    }
}

/// A tracker at an instant.
struct View<'a> {
    tracker: &'a Tracker,
    /// Those up to `now`.
    facts: &'a [Fact],
    now: Micros,
}

impl View<'_> {
    fn status(&self) -> TrackerStatus {
        if let Some(end) = self.end() {
            return end;
        }
        match self.deadline() {
            None => TrackerStatus::SaidDone,
            Some(deadline) if self.now > Micros::cut(deadline.earliest) => {
                TrackerStatus::MayHaveEnded
            }
            Some(_) => TrackerStatus::Waiting,
        }
    }

    /// The end that stands. Of several, the latest; at one instant a failure, for it is what asks for a
    /// step of the customer's. *Returned* is the closer word for *timed out*, whichever came later.
    fn end(&self) -> Option<TrackerStatus> {
        let (mut done, mut timed_out, mut returned) = (None, None, None);
        for fact in self.facts {
            match fact.kind.end() {
                Some(End::Done) => done = Some(fact.at),
                Some(End::TimedOut) => timed_out = Some(fact.at),
                Some(End::Returned(cause)) => returned = Some((fact.at, cause)),
                None => {}
            }
        }
        let failed = timed_out.max(returned.map(|(at, _)| at));
        if let Some(done) = done.filter(|done| failed.is_none_or(|failed| *done > failed)) {
            return Some(TrackerStatus::Done { at: done.instant() });
        }
        let returned = returned.map(|(at, cause)| TrackerStatus::Returned {
            at: at.instant(),
            cause,
        });
        returned.or_else(|| timed_out.map(|at| TrackerStatus::TimedOut { at: at.instant() }))
    }

    fn deadline(&self) -> Option<Deadline> {
        if self.end().is_some() || self.unverified().next().is_none() {
            return None;
        }
        let tracker = self.tracker;
        let earliest = tracker.submitted.plus(tracker.window);
        let earliest = self.waiting().map_or(earliest, |at| at.max(earliest));
        let latest = self
            .unverified()
            .filter_map(|person| self.earliest(FactKind::Received(person.mobile)))
            .map(|at| at.plus(tracker.window))
            .min()
            .filter(|latest| *latest >= earliest);
        Some(Deadline {
            earliest: earliest.instant(),
            latest: latest.map(Micros::instant),
        })
    }

    /// When everybody had verified, by the regulator's word; a review comes after that only.
    fn done(&self) -> Option<DateTime<Utc>> {
        match self.end()? {
            TrackerStatus::Done { at } => Some(at),
            TrackerStatus::Returned { cause, .. }
                if cause.returned_from() == OrderStatus::AdministrationReview =>
            {
                let done = |fact: &&Fact| fact.kind.end() == Some(End::Done);
                self.facts.iter().rfind(done).map(Fact::at)
            }
            TrackerStatus::Returned { .. }
            | TrackerStatus::TimedOut { .. }
            | TrackerStatus::Waiting
            | TrackerStatus::SaidDone
            | TrackerStatus::MayHaveEnded => None,
        }
    }

    fn standing(&self, person: &Person) -> PersonStanding {
        if let Some(at) = self.done() {
            return PersonStanding::Verified { at };
        }
        if let Some(at) = self.earliest(FactKind::Passed(person.mobile)) {
            return PersonStanding::Passed { at: at.instant() };
        }
        let sent = self.sent(person);
        let word = self.latest(FactKind::Received(person.mobile));
        if let Some(at) = word.filter(|at| *at >= sent) {
            return PersonStanding::Received { at: at.instant() };
        }
        let until = sent.plus(MESSAGE_UNTIL);
        let ended = self.end().and_then(|end| end.at()).map(Micros::cut);
        if ended.map_or(self.now, |ended| ended.min(self.now)) < until {
            PersonStanding::MessageExpected {
                from: sent.plus(MESSAGE_FROM).instant(),
                until: until.instant(),
            }
        } else {
            PersonStanding::MessageOverdue {
                since: until.instant(),
            }
        }
    }

    fn awaits_message(&self, person: &Person) -> bool {
        match self.standing(person) {
            PersonStanding::MessageExpected { .. } | PersonStanding::MessageOverdue { .. } => true,
            PersonStanding::Received { .. }
            | PersonStanding::Passed { .. }
            | PersonStanding::Verified { .. } => false,
        }
    }

    fn resends_left(&self, person: &Person) -> u8 {
        let used = self.resends(person).count();
        let max = self.tracker.resends_max;
        max.saturating_sub(u8::try_from(used).unwrap_or(u8::MAX))
    }

    fn next_steps(&self) -> Vec<NextStep> {
        let platform = |advice| NextStep {
            advice,
            person: None,
            until: None,
        };
        let mut steps = Vec::new();
        match self.status() {
            TrackerStatus::Done { .. } => return Vec::from([platform(Advice::AwaitReview)]),
            TrackerStatus::TimedOut { .. }
            | TrackerStatus::Returned {
                cause: ReturnCause::WindowClosed,
                ..
            } => return Vec::from([platform(self.after_time_out())]),
            TrackerStatus::Returned { .. } => return Vec::from([platform(Advice::Resubmit)]),
            TrackerStatus::SaidDone => return Vec::from([platform(Advice::AwaitConfirmation)]),
            TrackerStatus::MayHaveEnded => steps.push(platform(Advice::AskRegulator)),
            TrackerStatus::Waiting => {}
        }
        if self.all_passed().is_some() {
            steps.push(platform(Advice::FindWhoIsMissing));
        } else {
            let persons = self.tracker.persons.iter();
            steps.extend(persons.map(|person| self.step_of(person)));
        }
        steps
    }

    /// Letting it expire is how a deregistration is stopped (B31, D34).
    const fn after_time_out(&self) -> Advice {
        match self.tracker.filing_type {
            Some(
                FilingType::DeregisterEntity
                | FilingType::DeregisterService
                | FilingType::CancelAccess,
            ) => Advice::ResubmitUnlessStopped,
            Some(
                FilingType::Initial
                | FilingType::AddService
                | FilingType::AddAccess
                | FilingType::Modify,
            )
            | None => Advice::Resubmit,
        }
    }

    fn step_of(&self, person: &Person) -> NextStep {
        let deadline = self.deadline().map(|deadline| deadline.earliest);
        let in_time = deadline.filter(|at| self.now <= Micros::cut(*at));
        let (advice, until) = match self.standing(person) {
            PersonStanding::MessageExpected { until, .. } => (Advice::WaitForMessage, Some(until)),
            PersonStanding::MessageOverdue { .. } => (self.overdue_step(person), in_time),
            PersonStanding::Received { .. } => (Advice::EnterCode, in_time),
            PersonStanding::Passed { .. } | PersonStanding::Verified { .. } => {
                (Advice::WaitForOthers, None)
            }
        };
        NextStep {
            advice,
            person: Some(person.mobile),
            until,
        }
    }

    fn overdue_step(&self, person: &Person) -> Advice {
        if self.now < self.sent(person).plus(RESEND_AFTER) {
            Advice::LookForMessage
        } else if self.resends_left(person) > 0 {
            Advice::AskForResend
        } else {
            Advice::NoResendLeft
        }
    }

    /// Every reminder that isn't taken care of, whether due already or not.
    fn reminders(&self) -> Vec<(Micros, ReminderKind, Option<MobileNumber>)> {
        match self.end() {
            Some(TrackerStatus::TimedOut { at } | TrackerStatus::Returned { at, .. }) => {
                return Vec::from([(Micros::cut(at), ReminderKind::Resubmit, None)]);
            }
            Some(_) => return Vec::new(),
            None => {}
        }
        let of_window = |parts: i32, of: i32| {
            let span = self.tracker.window.checked_mul(parts).unwrap_or_default();
            let span = span.checked_div(of).unwrap_or_default();
            self.tracker.submitted.plus(span)
        };
        let over = of_window(1, 1).just_after();
        let mut reminders = Vec::from([(over, ReminderKind::AskRegulator, None)]);
        for person in self.unverified() {
            let mut remind = |at, kind| reminders.push((at, kind, Some(person.mobile)));
            remind(of_window(1, 2), ReminderKind::HalfTime);
            remind(of_window(5, 6), ReminderKind::LastCall);
            if self.awaits_message(person) {
                let sent = self.sent(person);
                remind(sent.plus(MESSAGE_UNTIL), ReminderKind::MessageDue);
                if self.resends_left(person) > 0 {
                    remind(sent.plus(RESEND_AFTER), ReminderKind::ResendAdvised);
                }
            }
        }
        reminders
    }

    /// Those who haven't said that they have verified; everybody, if the regulator still waits
    /// though all have said so.
    fn unverified(&self) -> impl Iterator<Item = &Person> {
        let doubted = self
            .all_passed()
            .is_some_and(|passed| self.waiting().is_some_and(|waiting| waiting >= passed));
        let silent = |person: &Person| self.earliest(FactKind::Passed(person.mobile)).is_none();
        let persons = self.tracker.persons.iter();
        persons.filter(move |person| doubted || silent(person))
    }

    /// When the last of all persons says that they have verified; `None` while somebody hasn't.
    fn all_passed(&self) -> Option<Micros> {
        let persons = self.tracker.persons.iter();
        persons
            .map(|person| self.earliest(FactKind::Passed(person.mobile)))
            .try_fold(self.tracker.submitted, |last, at| at.map(|at| at.max(last)))
    }

    /// The latest instant for which the regulator reported that it waits.
    fn waiting(&self) -> Option<Micros> {
        let waiting = |fact: &&Fact| fact.kind.is_waiting();
        self.facts.iter().rfind(waiting).map(|fact| fact.at)
    }

    /// When the message that a person waits for was asked for: the submission, or the last resend
    /// that sends anything (R22).
    fn sent(&self, person: &Person) -> Micros {
        let resends = self.resends(person);
        let sending = resends.take(usize::from(self.tracker.resends_max));
        sending.last().unwrap_or(self.tracker.submitted)
    }

    fn resends(&self, person: &Person) -> impl Iterator<Item = Micros> {
        let asked = FactKind::ResendAsked(person.mobile);
        let asked = self.facts.iter().filter(move |fact| fact.kind == asked);
        asked.map(|fact| fact.at)
    }

    fn earliest(&self, kind: FactKind) -> Option<Micros> {
        self.facts
            .iter()
            .find(|fact| fact.kind == kind)
            .map(|fact| fact.at)
    }

    fn latest(&self, kind: FactKind) -> Option<Micros> {
        self.facts
            .iter()
            .rfind(|fact| fact.kind == kind)
            .map(|fact| fact.at)
    }
}
