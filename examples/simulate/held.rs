//! What a platform foretells, held against what happens.

use beian::{
    MobileNumber, OrderStatus, ReturnCause, RoundFailure, RoundStatus,
    filing::{Followed, PolledStatus},
    tracker::{Advice, Deadline, FactKind, Reminder, ReminderKind},
};

use crate::{
    foretold::Foretold,
    hearsay::Words,
    orders::{Somebody, of_round},
    platform::Platform,
    reference::{
        HOUR, Instant, Kind, MINUTE, RoundId, Span, State,
        against::{self, Difference},
    },
};

/// Hosts' clocks differ by so much, where they don't jump.
const CLOCKS: Span = MINUTE;
/// By so much a delivery report that comes late moves a window, and with it the end (D05).
const LATE_REPORT: Span = 10 * MINUTE;
/// A host that died after the gateway had taken a message sends it again, and the window begins with that acceptance.
const LATE_ACCEPTANCE: Span = 2 * HOUR;

/// From 22 to 8 o'clock, where a platform has quiet hours.
const QUIET_FROM: Span = 22 * HOUR;
const QUIET_UNTIL: Span = 8 * HOUR;
const CLOSED_BEFORE: &str = "the window closed before the earliest deadline (D33)";

impl Platform {
    /// Somebody was verified: by the latest deadline, if the words are true and none is missing.
    pub fn verified(&mut self, round: RoundId, number: u64, at: Instant) -> Result<(), Difference> {
        let jumpy = self.jumpy();
        let Some(it) = self.foretold.get_mut(&of_round(round)) else {
            return Ok(());
        };
        if it.round != Some(round) {
            return Ok(());
        }
        let in_full = it.words == Words::True && !it.unsaid;
        // Before what they say of it themselves.
        let latest = it
            .deadline(self.now - 1)
            .and_then(|deadline| deadline.latest);
        let latest = latest.map(against::instant).filter(|_| !jumpy);
        it.unsaid |= !it.has_said(FactKind::Passed, Somebody::of(number));
        let row = match latest {
            None => return Ok(()),
            Some(latest) if at <= latest => "by the latest deadline",
            Some(latest) if in_full && at > latest + LATE_ACCEPTANCE => {
                return Err("somebody verified after the latest deadline (D05)".into());
            }
            Some(latest) if in_full && at > latest + LATE_REPORT => {
                "after it by more, an acceptance being late"
            }
            Some(_) if in_full => "after it by ten minutes at most, a report being late",
            Some(_) => "after it, words being late, missing or wrong",
        };
        self.count(
            "foretold: who verified, where there is a latest deadline",
            row,
        );
        Ok(())
    }

    /// A round has ended: was it foretold? That nobody who acts up to the earliest deadline is refused because the
    /// window is over follows, for that is refused of a round that was returned.
    pub fn held(&mut self, round: RoundId, status: RoundStatus) -> Result<(), Difference> {
        let Some(it) = self.foretold.get(&of_round(round)) else {
            return Ok(());
        };
        if self.jumpy() || it.round != Some(round) {
            return Ok(());
        }
        let (over, before) = match status {
            RoundStatus::SmsVerification | RoundStatus::AdministrationReview { .. } => {
                return Ok(());
            }
            RoundStatus::Withdrawn { at } => (at, "before it: withdrawn"),
            RoundStatus::Returned {
                cause, noticed_at, ..
            } => match cause {
                RoundFailure::WindowClosed => (noticed_at, CLOSED_BEFORE),
                RoundFailure::TooManyWrongEntries => {
                    (noticed_at, "before it: too many wrong entries")
                }
                RoundFailure::Unreachable => {
                    (noticed_at, "before it: unreachable, by a shorter D06")
                }
            },
        };
        let deadline = it.deadline(self.now - 1);
        let earliest = deadline.map(|deadline| against::instant(deadline.earliest));
        let row = match earliest {
            Some(earliest) if against::instant(over) + CLOCKS < earliest => before,
            Some(_) => "after the earliest deadline",
            None => "everybody had said to be done",
        };
        if row == CLOSED_BEFORE {
            return Err(CLOSED_BEFORE.into());
        }
        self.count("foretold: rounds ended, not all verified", row);
        Ok(())
    }

    /// At a look, all that the platform would answer.
    pub fn hold(&mut self, order: u32) -> Result<(), Difference> {
        let now = against::utc(self.now);
        let Some(it) = self.foretold.get_mut(&order) else {
            return Ok(());
        };
        if it.tracker.status(now).at().is_some() != it.told {
            return Err("an end is called reported that nobody reported, or isn't (B15)".into());
        }
        if let Some(wordless) = &it.wordless {
            let (with, without) = (it.tracker.deadline(now), wordless.deadline(now));
            let earliest = |deadline: Option<Deadline>| deadline.map(|deadline| deadline.earliest);
            if with.is_some() && earliest(with) != earliest(without) {
                return Err("words move the earliest deadline (D33)".into());
            }
            if without.is_some_and(|deadline| deadline.latest.is_some()) {
                return Err("a latest deadline that nobody's word is behind (D33)".into());
            }
            if wordless.status(now).at() != it.tracker.status(now).at() {
                return Err("words change what was reported (B15)".into());
            }
        }
        let steps = it.tracker.next_steps(now);
        if steps.is_empty() {
            return Err("nobody knows what to do".into());
        }
        let (Words::True, Some(round), false) = (it.words, it.round, it.told) else {
            return Ok(());
        };
        let hub = self.hub.lock();
        let truth = hub.model.round(round);
        if truth.end.is_some()
            || truth
                .over_at()
                .is_some_and(|(over, _)| over <= self.now + CLOCKS)
        {
            return Ok(());
        }
        let mut locked = false;
        for (p, person) in truth.people.iter().enumerate() {
            let who = Somebody::of(person.number);
            let mobile = who.mobile();
            let asked = steps.iter().find(|step| step.person == Some(mobile));
            let asked = asked.map(|step| step.advice);
            match (person.state, asked) {
                (State::Waiting, None | Some(Advice::WaitForOthers)) => {
                    return Err("somebody has yet to verify, and no step says so".into());
                }
                (State::Waiting, Some(Advice::AskForResend)) if truth.resends_left(p) == 0 => {
                    let resends = person.messages.iter().filter(|it| it.kind == Kind::Resend);
                    // A stranger's, or one whose answer was lost, is a word that is missing.
                    if resends.count() <= it.said(FactKind::ResendAsked, who).count() {
                        return Err("a resend is advised to somebody who has none left".into());
                    }
                }
                (State::Verified { .. }, Some(advice))
                    if advice != Advice::WaitForOthers && it.has_said(FactKind::Passed, who) =>
                {
                    return Err("somebody who has verified is asked for more".into());
                }
                (State::Locked, Some(_)) => locked = true,
                _ => {}
            }
        }
        drop(hub);
        if locked && it.in_vain.replace(self.now).is_none() {
            self.count(
                "foretold: steps",
                "asked of somebody who is locked, which nobody tells",
            );
        }
        Ok(())
    }
}

impl Foretold {
    /// What follows from a poll is where the order is, for the cause and the reasons that were seen; and what is
    /// assumed happened, in that order, before what was seen.
    pub fn follow_is_right(
        &self,
        saw: &PolledStatus,
        followed: &Followed,
    ) -> Result<(), Difference> {
        let mut skipped = self.skipped().iter();
        if !followed
            .assumed
            .iter()
            .all(|step| skipped.any(|it| it == step))
        {
            return Err(format!(
                "steps are assumed that didn't happen: {:?} (D36)",
                followed.assumed
            ));
        }
        let status = match saw {
            PolledStatus::SmsVerification => OrderStatus::SmsVerification,
            PolledStatus::AdministrationReview => OrderStatus::AdministrationReview,
            PolledStatus::Approved => OrderStatus::Approved,
            _ => OrderStatus::Returned,
        };
        if followed.life.status() != status {
            return Err("one poll doesn't bring the life to where the order is (D36)".into());
        }
        if let PolledStatus::Returned(cause, reasons) = saw {
            let of_people =
                |cause: ReturnCause| cause.returned_from() == OrderStatus::SmsVerification;
            let known = self
                .life
                .return_cause()
                .filter(|known| of_people(*known) && of_people(*cause));
            if followed.life.return_cause() != Some(known.unwrap_or(*cause)) {
                return Err("an order is returned for another cause than was seen (D36)".into());
            }
            if !reasons.is_empty() && followed.life.reasons() != reasons {
                return Err("the reasons of a return get lost (D35)".into());
            }
        }
        Ok(())
    }

    /// What is due is sent, each once, none before it makes sense and none to somebody who said to be done.
    pub fn reminds(&mut self, now: Instant) -> Result<(), Difference> {
        for reminder in self.tracker.reminders(against::utc(now)) {
            if self.sent.iter().any(|it| it.key == reminder.key) {
                return Err("a reminder is sent twice (D33)".into());
            }
            let who = reminder.person.map(|mobile| Somebody::with(&mobile));
            let everybody_said = self
                .tracker
                .persons()
                .all(|(mobile, _)| self.has_said(FactKind::Passed, Somebody::with(mobile)));
            if who.is_some_and(|who| self.has_said(FactKind::Passed, who)) && !everybody_said {
                return Err("somebody is reminded who said to be done (D33)".into());
            }
            if now < self.sensible(reminder.kind, who) {
                return Err(format!("a reminder too early: {} (D33)", reminder.key));
            }
            if self.is_quiet(now) {
                return Err(format!("{} wakes somebody (D33)", reminder.key));
            }
            self.tracker.reminded(reminder.key);
            self.sent.push(reminder);
        }
        self.forgets_nobody(now)
    }

    /// Whoever hasn't said to be done was reminded when half of the window was over, and at last.
    fn forgets_nobody(&self, now: Instant) -> Result<(), Difference> {
        let submitted = against::instant(self.tracker.submitted_at());
        let half = submitted + self.window / 2;
        if self.told || self.quiet_hours.is_some() || now < half {
            return Ok(());
        }
        let last = submitted + self.window / 6 * 5;
        for (mobile, _) in self.tracker.persons() {
            if self.has_said(FactKind::Passed, Somebody::with(mobile)) {
                continue;
            }
            for (kind, due) in [
                (ReminderKind::HalfTime, half),
                (ReminderKind::LastCall, last),
            ] {
                let of_it = |it: &Reminder| (it.kind, it.person) == (kind, Some(*mobile));
                if due <= now && !self.sent.iter().any(of_it) {
                    return Err(format!("nobody was sent {kind} (D33)"));
                }
            }
        }
        Ok(())
    }

    /// Whether it is in the quiet hours, and there is time enough in the morning.
    fn is_quiet(&self, now: Instant) -> bool {
        let beijing = now + 8 * HOUR;
        let of_day = beijing.rem_euclid(24 * HOUR);
        let morning = match of_day {
            0..QUIET_UNTIL => now - of_day + QUIET_UNTIL,
            QUIET_FROM.. => now - of_day + 24 * HOUR + QUIET_UNTIL,
            _ => return false,
        };
        let earliest = self.deadline(now);
        let hurried = earliest.is_some_and(|it| against::instant(it.earliest) < morning + 2 * HOUR);
        self.quiet_hours.is_some() && !hurried
    }

    /// From when on a reminder makes sense, for what the platform knows.
    fn sensible(&self, kind: ReminderKind, who: Option<Somebody>) -> Instant {
        let submitted = against::instant(self.tracker.submitted_at());
        // What is asked for beyond the resends sends nothing (R22).
        let sent = who.and_then(|who| {
            let asked = self.said(FactKind::ResendAsked, who);
            asked.take(self.resends_max.into()).last()
        });
        let sent = sent.unwrap_or(submitted);
        let denied = who.is_some_and(|who| self.has_said(FactKind::NothingCame, who));
        match kind {
            ReminderKind::HalfTime => submitted + self.window / 2,
            ReminderKind::LastCall => submitted + self.window / 6 * 5,
            ReminderKind::AskRegulator => submitted + self.window,
            ReminderKind::MessageDue => sent + 10 * MINUTE,
            ReminderKind::ResendAdvised if denied => sent + 10 * MINUTE,
            ReminderKind::ResendAdvised => sent + 30 * MINUTE,
            _ if self.told => submitted,
            _ => Instant::MAX,
        }
    }

    fn deadline(&self, at: Instant) -> Option<Deadline> {
        self.tracker.deadline(against::utc(at))
    }

    fn said(
        &self,
        what: fn(MobileNumber) -> FactKind,
        who: Somebody,
    ) -> impl Iterator<Item = Instant> {
        let what = what(who.mobile());
        let facts = self
            .tracker
            .facts()
            .iter()
            .filter(move |fact| *fact.kind() == what);
        facts.map(|fact| against::instant(fact.at()))
    }

    fn has_said(&self, what: fn(MobileNumber) -> FactKind, who: Somebody) -> bool {
        self.said(what, who).next().is_some()
    }
}
