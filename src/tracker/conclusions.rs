//! What follows from the facts at an instant.

use alloc::vec::Vec;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Advice, Fact, FactKind, NextStep, PersonStanding, Reminder, ReminderKey, ReminderKind, Tracker,
    TrackerStatus, fact::End, record::Person,
};
use crate::{
    MobileNumber, OrderStatus, ReturnCause,
    time::{Micros, Span},
};

/// A message usually arrives within 5 to 10 minutes (R15).
const MESSAGE_FROM: TimeDelta = TimeDelta::minutes(5);
pub(super) const MESSAGE_UNTIL: TimeDelta = TimeDelta::minutes(10);
/// The sources name no time to give up on a message; half an hour is three times the usual.
const RESEND_AFTER: TimeDelta = TimeDelta::minutes(30);

impl Tracker {
    pub(super) fn at(&self, now: DateTime<Utc>) -> View<'_> {
        let now = Micros::cut(now);
        let known = self.facts.partition_point(|fact| fact.at <= now);
        let facts = self.facts.get(..known).unwrap_or_default();
        let mut view = View {
            tracker: self,
            facts,
            now,
            end: end_of(facts),
            bounds: None,
        };
        view.bounds = view.within();
        view
    }
}

/// A tracker at an instant.
pub(super) struct View<'a> {
    pub(super) tracker: &'a Tracker,
    /// Those up to `now`.
    pub(super) facts: &'a [Fact],
    pub(super) now: Micros,
    /// The end that stands.
    pub(super) end: Option<TrackerStatus>,
    /// What [`Tracker::deadline`] says.
    pub(super) bounds: Option<Bounds>,
}

/// The deadline in the tracker's own instants.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) earliest: Micros,
    pub(super) latest: Option<Micros>,
}

/// A reminder of a view's, due or not.
#[derive(Clone, Copy)]
pub(super) struct Planned {
    pub(super) key: ReminderKey,
    pub(super) kind: ReminderKind,
    pub(super) person: Option<MobileNumber>,
    pub(super) due: Micros,
}

impl From<Planned> for Reminder {
    fn from(planned: Planned) -> Self {
        Self {
            key: planned.key,
            kind: planned.kind,
            person: planned.person,
            due: planned.due.instant(),
        }
    }
}

impl View<'_> {
    pub(super) fn status(&self) -> TrackerStatus {
        if let Some(end) = self.end {
            return end;
        }
        match self.bounds {
            None => TrackerStatus::SaidDone,
            Some(bounds) if self.now > bounds.earliest => TrackerStatus::MayHaveEnded,
            Some(_) => TrackerStatus::Waiting,
        }
    }

    fn within(&self) -> Option<Bounds> {
        if self.end.is_some() || self.unverified().next().is_none() {
            return None;
        }
        let tracker = self.tracker;
        let earliest = tracker.submitted.plus(tracker.window);
        let earliest = self.waiting().map_or(earliest, |at| at.max(earliest));
        let latest = self
            .unverified()
            .filter_map(|(_, person)| self.words(person).next())
            .map(|at| at.plus(tracker.window))
            .min()
            .filter(|latest| *latest >= earliest);
        Some(Bounds { earliest, latest })
    }

    /// When everybody had verified, by the regulator's word; a review comes after that only.
    fn done(&self) -> Option<DateTime<Utc>> {
        match self.end? {
            TrackerStatus::Done { at } => Some(at),
            // Who is approved has verified, though nobody may have seen it.
            TrackerStatus::Approved { at } => {
                let done = |fact: &&Fact| fact.kind.end() == Some(End::Done);
                Some(self.facts.iter().rfind(done).map_or(at, Fact::at))
            }
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

    pub(super) fn standing(&self, person: &Person) -> PersonStanding {
        if let Some(at) = self.done() {
            return PersonStanding::Verified { at };
        }
        if let Some(at) = self.earliest(FactKind::Passed(person.mobile)) {
            return PersonStanding::Passed { at: at.instant() };
        }
        let sent = self.sent(person);
        let words = self.words(person).filter(|at| *at >= sent.from);
        if let Some(at) = words.last() {
            return PersonStanding::Received { at: at.instant() };
        }
        let until = sent.by.plus(MESSAGE_UNTIL);
        let ended = self.end.and_then(|end| end.at()).map(Micros::cut);
        if ended.map_or(self.now, |ended| ended.min(self.now)) < until {
            PersonStanding::MessageExpected {
                from: sent.from.plus(MESSAGE_FROM).instant(),
                until: until.instant(),
            }
        } else {
            let taken_back = self.said(FactKind::Received(person.mobile));
            let taken_back = taken_back.filter(|at| *at >= sent.from).last();
            let since = taken_back.and(self.denied(person));
            PersonStanding::MessageOverdue {
                since: since.map_or(until, |at| at.max(until)).instant(),
            }
        }
    }

    /// Who has verified, or said so, awaits none, nor does who has one of the last sending.
    pub(super) fn awaits_message(&self, person: &Person) -> bool {
        let sent = self.sent(person).from;
        self.done().is_none()
            && self.earliest(FactKind::Passed(person.mobile)).is_none()
            && self.words(person).all(|at| at < sent)
    }

    pub(super) fn resends_left(&self, person: &Person) -> u8 {
        let used = self.resends(person).count();
        let max = self.tracker.resends_max;
        max.saturating_sub(u8::try_from(used).unwrap_or(u8::MAX))
    }

    pub(super) fn next_steps(&self) -> Vec<NextStep> {
        let platform = |advice| NextStep {
            advice,
            person: None,
            until: None,
        };
        let mut steps = Vec::new();
        match self.status() {
            TrackerStatus::Approved { .. } => return Vec::from([platform(Advice::NothingToDo)]),
            TrackerStatus::Done { .. } => return Vec::from([platform(Advice::AwaitReview)]),
            TrackerStatus::TimedOut { .. }
            | TrackerStatus::Returned {
                cause: ReturnCause::WindowClosed,
                ..
            } => return Vec::from([platform(Advice::after_time_out(self.tracker.filing_type))]),
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

    fn step_of(&self, person: &Person) -> NextStep {
        let earliest = self.bounds.map(|bounds| bounds.earliest);
        let in_time = earliest.filter(|at| self.now <= *at).map(Micros::instant);
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
        if self.now < self.resend_advised(person) {
            Advice::LookForMessage
        } else if self.resends_left(person) > 0 {
            Advice::AskForResend
        } else {
            Advice::NoResendLeft
        }
    }

    /// Every reminder that isn't taken care of, whether due already or not: of the end, or of what stands out still.
    pub(super) fn reminders(&self) -> Vec<Planned> {
        let mut planned = Vec::new();
        match self.end {
            Some(TrackerStatus::TimedOut { at } | TrackerStatus::Returned { at, .. }) => {
                let steps = self.next_steps();
                let may_be_meant = |step: &NextStep| step.advice == Advice::ResubmitUnlessStopped;
                let kind = if steps.iter().any(may_be_meant) {
                    ReminderKind::ResubmitUnlessStopped
                } else {
                    ReminderKind::Resubmit
                };
                planned.push(self.plan(kind, None, Micros::cut(at)));
            }
            Some(_) => {}
            None => {
                let over = self.of_window(1, 1).just_after();
                planned.push(self.plan(ReminderKind::AskRegulator, None, over));
                for one in self.unverified() {
                    self.plan_for(one, &mut planned);
                }
            }
        }
        planned.retain(|it| self.tracker.reminded.binary_search(&it.key).is_err());
        planned
    }

    fn plan_for(&self, one: (u32, &Person), planned: &mut Vec<Planned>) {
        let plan = |kind, due| self.plan(kind, Some(one), due);
        let half_time = plan(ReminderKind::HalfTime, self.of_window(1, 2));
        let last_call = plan(ReminderKind::LastCall, self.of_window(5, 6));
        // What waited for the morning together is said once: by the later one.
        planned.extend(Some(half_time).filter(|it| it.due != last_call.due));
        planned.push(last_call);
        let person = one.1;
        if !self.awaits_message(person) {
            return;
        }
        let advised = (self.resends_left(person) > 0)
            .then(|| plan(ReminderKind::ResendAdvised, self.resend_advised(person)));
        if self.denied(person).is_none() {
            let due = self.sent(person).by.plus(MESSAGE_UNTIL);
            let message = plan(ReminderKind::MessageDue, due);
            let later = advised.filter(|advised| advised.due == message.due);
            planned.extend(Some(message).filter(|_| later.is_none()));
        }
        planned.extend(advised);
    }

    fn plan(&self, kind: ReminderKind, one: Option<(u32, &Person)>, due: Micros) -> Planned {
        let about = one.filter(|_| kind.is_about_a_message());
        let sending = about.map_or(0, |(_, person)| self.sendings(person).count());
        Planned {
            key: ReminderKey {
                kind: kind.told_as(),
                person: one.map(|(place, _)| place),
                sending: u8::try_from(sending).unwrap_or(u8::MAX),
            },
            kind,
            person: one.map(|(_, person)| person.mobile),
            due: self.aloud(due),
        }
    }

    /// So many parts of the shortest window.
    fn of_window(&self, parts: u16, of: u16) -> Micros {
        let span = Span::cut(self.tracker.window).times(parts).over(of);
        self.tracker.submitted.plus(span)
    }

    /// From when a resend is advised to a person who awaits a message: half an hour after the sending, or at once
    /// where they have looked, and say that nothing has come.
    pub(super) fn resend_advised(&self, person: &Person) -> Micros {
        let sent = self.sent(person).by;
        match self.denied(person) {
            Some(denied) => denied.max(sent.plus(MESSAGE_UNTIL)),
            None => sent.plus(RESEND_AFTER),
        }
    }

    /// Those who haven't said that they have verified; everybody, if the regulator still waits
    /// though all have said so.
    pub(super) fn unverified(&self) -> impl Iterator<Item = (u32, &Person)> {
        let doubted = self
            .all_passed()
            .is_some_and(|passed| self.waiting().is_some_and(|waiting| waiting >= passed));
        let silent = |person: &Person| self.earliest(FactKind::Passed(person.mobile)).is_none();
        let persons = self.tracker.persons.iter().enumerate();
        persons
            .map(|(place, person)| (u32::try_from(place).unwrap_or(u32::MAX), person))
            .filter(move |(_, person)| doubted || silent(person))
    }

    /// When the last of all persons says that they have verified; `None` while somebody hasn't.
    pub(super) fn all_passed(&self) -> Option<Micros> {
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
    pub(super) fn sent(&self, person: &Person) -> Sent {
        let (from, by) = match self.sendings(person).last() {
            Some(at) => (at, at),
            None => (self.tracker.submitted, self.tracker.submitted_by),
        };
        Sent { from, by }
    }

    /// The resends that send anything.
    fn sendings(&self, person: &Person) -> impl Iterator<Item = Micros> {
        self.resends(person)
            .take(usize::from(self.tracker.resends_max))
    }

    fn resends(&self, person: &Person) -> impl Iterator<Item = Micros> {
        self.said(FactKind::ResendAsked(person.mobile))
    }

    /// When a person said that a message had come, but for what they took back before the next was sent.
    fn words(&self, person: &Person) -> impl Iterator<Item = Micros> {
        let mobile = person.mobile;
        self.said(FactKind::Received(mobile)).filter(move |word| {
            let next = self.sendings(person).find(|sent| sent > word);
            let before_the_next = |at: &Micros| next.is_none_or(|next| *at < next);
            let mut denials = self.said(FactKind::NothingCame(mobile));
            !denials.any(|at| at >= *word && before_the_next(&at))
        })
    }

    /// When a person last said that nothing has come, of what was sent last.
    fn denied(&self, person: &Person) -> Option<Micros> {
        let sent = self.sent(person).from;
        let denials = self.said(FactKind::NothingCame(person.mobile));
        denials.filter(|at| *at >= sent).last()
    }

    fn said(&self, kind: FactKind) -> impl Iterator<Item = Micros> {
        let facts = self.facts.iter();
        facts
            .filter(move |fact| fact.kind == kind)
            .map(|fact| fact.at)
    }

    fn earliest(&self, kind: FactKind) -> Option<Micros> {
        self.said(kind).next()
    }
}

/// The end that stands. Of several, the latest; at one instant a failure, for it is what asks for a
/// step of the customer's. *Returned* is the closer word for *timed out*, whichever came later.
fn end_of(facts: &[Fact]) -> Option<TrackerStatus> {
    let (mut done, mut approved, mut timed_out, mut returned) = (None, None, None, None);
    for fact in facts {
        match fact.kind.end() {
            Some(End::Done) => done = Some(fact.at),
            Some(End::Approved) => approved = Some(fact.at),
            Some(End::TimedOut) => timed_out = Some(fact.at),
            Some(End::Returned(cause)) => returned = Some((fact.at, cause)),
            None => {}
        }
    }
    let failed = timed_out.max(returned.map(|(at, _)| at));
    let stands = |at: &Micros| failed.is_none_or(|failed| *at > failed);
    let (done, approved) = (done.filter(stands), approved.filter(stands));
    if let Some(at) = approved.filter(|at| done.is_none_or(|done| *at >= done)) {
        return Some(TrackerStatus::Approved { at: at.instant() });
    }
    if let Some(at) = done {
        return Some(TrackerStatus::Done { at: at.instant() });
    }
    let returned = returned.map(|(at, cause)| TrackerStatus::Returned {
        at: at.instant(),
        cause,
    });
    returned.or_else(|| timed_out.map(|at| TrackerStatus::TimedOut { at: at.instant() }))
}

/// Between which instants something was sent.
pub(super) struct Sent {
    pub(super) from: Micros,
    pub(super) by: Micros,
}
