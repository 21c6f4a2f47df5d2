//! When to look at a tracker again, when to look at the regulator, and when nobody is woken (D33).

use chrono::{DateTime, Days, NaiveDateTime, TimeDelta, Utc};

use super::{
    Tracker, TrackerStatus,
    conclusions::{MESSAGE_UNTIL, View},
};
use crate::{day, time::Micros};

/// In the first half hour a platform looks every two minutes, for the message comes then (R15) and most
/// verify at once; around the deadline's bounds every five; in the administration's review once a day; else
/// every hour.
const OFTEN: TimeDelta = TimeDelta::minutes(2);
const OFTEN_FOR: TimeDelta = TimeDelta::minutes(30);
const AROUND: TimeDelta = TimeDelta::minutes(5);
const AROUND_FROM: TimeDelta = TimeDelta::minutes(-10);
const AROUND_UNTIL: TimeDelta = TimeDelta::minutes(30);
const USUALLY: TimeDelta = TimeDelta::hours(1);
const IN_REVIEW: TimeDelta = TimeDelta::days(1);
/// Who has less time than this after the quiet hours is woken.
const TIME_LEFT: TimeDelta = TimeDelta::hours(2);

impl Tracker {
    /// When to look again, what a host keeps as its schedule: *now*, while a [reminder](Self::reminders) is due and
    /// not [sent](Self::reminded), or a look at the regulator is; else the next instant at which one is, or at
    /// which an answer is another one. `None` once the order is approved, or returned or timed out and that was told.
    ///
    /// ```
    /// use beian::{Recipient, Recipients, Role, Tracker, VerificationPolicy};
    /// use beian::tracker::{Fact, FactKind, RegulatorStatus};
    /// use chrono::{DateTime, TimeDelta};
    ///
    /// let leader = Recipient::new("19900000001".parse()?, Role::EntityLeader, []);
    /// let Some(recipients) = Recipients::new([leader], VerificationPolicy::REGULATOR) else { return Ok(()) };
    /// let submitted = DateTime::UNIX_EPOCH;
    /// let mut tracker = Tracker::new(&recipients, submitted);
    ///
    /// let now = submitted + TimeDelta::hours(25);
    /// tracker.report(Fact::seen(FactKind::Regulator(RegulatorStatus::TimedOut), now), now)?;
    /// assert_eq!(tracker.next(now), Some(now)); // a reminder that the order can be submitted again
    /// for reminder in tracker.reminders(now) {
    ///     tracker.reminded(reminder.key); // once it was sent
    /// }
    /// assert_eq!(tracker.next(now), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn next(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let view = self.at(now);
        let next = view
            .next_besides()
            .into_iter()
            .chain(view.next_poll())
            .min();
        // What is due is *now*, to the nanosecond that the host's clock shows.
        next.map(|at| at.instant().max(now))
    }

    /// As [`next`](Self::next), but for the looks at the regulator: for a host that puts those off while the
    /// regulator doesn't answer, and sends its reminders all the same.
    ///
    /// ```
    /// use beian::{Recipient, Recipients, Role, Tracker, VerificationPolicy};
    /// use chrono::{DateTime, TimeDelta};
    ///
    /// let leader = Recipient::new("19900000001".parse()?, Role::EntityLeader, []);
    /// let Some(recipients) = Recipients::new([leader], VerificationPolicy::REGULATOR) else { return Ok(()) };
    /// let now = DateTime::UNIX_EPOCH;
    /// let tracker = Tracker::new(&recipients, now);
    /// assert_eq!(tracker.next_poll(now), Some(now));
    /// assert_eq!(tracker.next_besides_polls(now), Some(now + TimeDelta::minutes(10))); // the message is due
    /// # Ok::<(), beian::MobileProblem>(())
    /// ```
    #[must_use]
    pub fn next_besides_polls(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let next = self.at(now).next_besides()?;
        Some(next.instant().max(now))
    }

    /// When to look at the regulator's status next: *now*, if that is due. Every two minutes in the first half
    /// hour, then every hour, but every five minutes from ten before the deadline's bounds to half an hour after
    /// them; once a day in the administration's review; every two minutes, too, for half an hour after everybody says
    /// that they have verified; `None` once the order is approved, returned or timed out (D33). What a look saw is
    /// [told](Self::polled).
    #[must_use]
    pub fn next_poll(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let next = self.at(now).next_poll()?;
        Some(next.instant().max(now))
    }
}

impl View<'_> {
    fn next_besides(&self) -> Option<Micros> {
        let facts = &self.tracker.facts;
        let to_come = facts.get(self.facts.len()..).unwrap_or_default();
        let reminders = self.reminders().into_iter();
        let reminders = reminders.map(|reminder| self.goes_out(reminder.due));
        let awaited = self
            .unverified()
            .filter(|(_, person)| self.end.is_none() && self.awaits_message(person));
        let messages = awaited.flat_map(|(_, person)| {
            let due = self.sent(person).by.plus(MESSAGE_UNTIL);
            [due, self.resend_advised(person)]
        });
        let over = self.bounds.map(|bounds| bounds.earliest.just_after());
        let changes = messages
            .chain(over)
            .chain(to_come.iter().map(|fact| fact.at))
            .filter(|instant| *instant > self.now);
        reminders.chain(changes).min()
    }

    fn next_poll(&self) -> Option<Micros> {
        let Some(looked) = self.looked() else {
            return Some(self.tracker.submitted.max(self.now));
        };
        let next = match self.end {
            Some(TrackerStatus::Done { .. }) => looked.plus(IN_REVIEW),
            Some(_) => return None,
            None => self.poll_after(looked),
        };
        Some(next.max(self.now))
    }

    /// The last look; of one that came later, as though it were now.
    fn looked(&self) -> Option<Micros> {
        self.tracker.looked.map(|at| at.min(self.now))
    }

    fn poll_after(&self, looked: Micros) -> Micros {
        if looked < self.tracker.submitted_by.plus(OFTEN_FOR) {
            return looked.plus(OFTEN);
        }
        // Everybody says that they are done: the regulator's word comes soon.
        let said = self.all_passed();
        if said.is_some_and(|said| looked < said.plus(OFTEN_FOR)) {
            return looked.plus(OFTEN);
        }
        // Not the deadline's own, which moves with each *waiting*.
        let earliest = self.tracker.submitted.plus(self.tracker.window);
        let latest = self.bounds.and_then(|bounds| bounds.latest);
        let bounds = [earliest, latest.unwrap_or(earliest)];
        let around = |bound: &Micros| (bound.plus(AROUND_FROM), bound.plus(AROUND_UNTIL));
        let near = |(from, until): (Micros, Micros)| from <= looked && looked < until;
        if bounds.iter().map(around).any(near) {
            return looked.plus(AROUND);
        }
        let usually = looked.plus(USUALLY);
        let begins = bounds.iter().map(|bound| around(bound).0);
        let sooner = begins.filter(|from| (looked..usually).contains(from));
        sooner.min().unwrap_or(usually)
    }

    /// When a reminder goes out that wasn't sent yet: a host that comes late is as quiet as one in time.
    pub(super) fn goes_out(&self, due: Micros) -> Micros {
        self.aloud(due.max(self.now))
    }

    /// When what is due then goes out: after the quiet hours, unless too little time is left then.
    pub(super) fn aloud(&self, due: Micros) -> Micros {
        let Some((from, until)) = self.tracker.quiet_hours else {
            return due;
        };
        let clock = day::clock(due.instant());
        let time = clock.time();
        let (quiet, tomorrow) = if from <= until {
            ((from..until).contains(&time), false)
        } else {
            (!(until..from).contains(&time), time >= from)
        };
        if !quiet {
            return due;
        }
        let date = clock.date().checked_add_days(Days::new(tomorrow.into()));
        let Some(wake) =
            date.map(|date| Micros::cut(day::instant(NaiveDateTime::new(date, until))))
        else {
            return due;
        };
        match self.bounds {
            Some(bounds) if bounds.earliest < wake.plus(TIME_LEFT) => due,
            Some(_) | None => wake,
        }
    }
}
