//! Beside each round a platform that sees no code: it polls when its tracker says so, hears what people say, and
//! what it foretells is held against what happens.

use std::collections::BTreeSet;

use beian::{
    FilingType, MobileNumber, OrderLife, OrderStatus, Recipients, ReturnCause, RoundStatus,
    Tracker,
    filing::{PolledStatus, ReturnReasons},
    host::{SessionStore, block},
    tracker::{Fact, FactKind, ReminderKey},
};

use crate::{
    dice::Dice,
    orders::Somebody,
    platform::{Happening, Platform},
    reference::{
        HOUR, Instant, MINUTE, RoundId,
        against::{self, Difference},
    },
};

/// What a platform has of a round.
pub struct Foretold {
    tracker: Tracker,
    life: OrderLife,
    recipients: Recipients,
    /// Whether a poll has told it of the end.
    told: bool,
    sent: BTreeSet<ReminderKey>,
    /// The last look, and how many there were at once.
    looked: (Instant, u8),
}

/// Hosts' clocks differ by so much, where they don't jump.
const CLOCKS: i64 = MINUTE;
/// A late delivery report counts as so much later than the acceptance (D05); a host that died after the gateway had
/// taken a message sends it again, and it is that acceptance which the window begins with.
const LATE_ACCEPTANCE: i64 = 2 * HOUR;

impl Platform {
    /// A round is opened, which the platform learns by a poll within ten minutes.
    pub fn foretell(&mut self, round: RoundId, filing_type: FilingType, recipients: &Recipients) {
        if !self.weather.platforms {
            return;
        }
        let mut dice = Dice::of(&[self.seed, 20, round as u64]);
        let before = self.now - dice.between(0, 10 * MINUTE);
        let first = self.now + dice.between(0, 10 * MINUTE);
        let tracker = Tracker::new(recipients, against::utc(before))
            .submitted_by(against::utc(first))
            .of_type(filing_type);
        let life = OrderLife::new()
            .submit(Some(recipients))
            .unwrap_or_default();
        let foretold = Foretold {
            tracker,
            life,
            recipients: recipients.clone(),
            told: false,
            sent: BTreeSet::new(),
            looked: (before, 0),
        };
        self.foretold.insert(round, foretold);
        self.plan_aside(first, Happening::Look(round));
    }

    /// The platform comes back, as its tracker asked it to, or later.
    pub fn look(&mut self, round: RoundId) -> Result<(), Difference> {
        let now = against::utc(self.now);
        let mut dice = Dice::of(&[self.seed, 21, round as u64, self.now as u64]);
        let session = block(self.store.load(round.into())).map_err(|error| error.to_string())?;
        let session = session.map_err(|error| error.to_string())?;
        let status = session.ok_or("a round is gone")?.status();
        let Some(it) = self.foretold.get_mut(&round) else {
            return Ok(());
        };
        let at_once = if it.looked.0 == self.now {
            it.looked.1 + 1
        } else {
            0
        };
        it.looked = (self.now, at_once);
        // What a poll made due goes out at once; after that nothing is.
        if at_once > 2 {
            return Err("a schedule that spins (D33)".into());
        }
        for reminder in it.tracker.reminders(now) {
            if !it.sent.insert(reminder.key) {
                return Err("a reminder is sent twice (D33)".into());
            }
            if reminder
                .person
                .is_some_and(|it| self.done.contains(&(who(&it).0, round)))
                && reminder
                    .person
                    .is_some_and(|mobile| it_said(&it.tracker, mobile))
            {
                return Err("somebody is reminded who said to be done (D33)".into());
            }
            it.tracker.reminded(reminder.key);
        }
        let due = it.tracker.next_poll(now) == Some(now);
        if due {
            let fails = dice.happens(0.1);
            let saw = (!fails).then(|| seen(status));
            if let Some(PolledStatus::Withdrawn) = saw {
                self.foretold.remove(&round);
                return Ok(());
            }
            let told = it.tracker.polled(saw.as_ref(), now);
            told.map_err(|refusal| refusal.to_string())?;
            if let Some(saw) = &saw {
                let followed = it.life.follow(saw, Some(&it.recipients));
                it.life = followed.map_err(|refusal| refusal.to_string())?.life;
                it.told |= !matches!(saw, PolledStatus::SmsVerification);
            }
        }
        let reported = it.tracker.status(now).at().is_some();
        if reported != it.told {
            return Err("an end is called reported that nobody reported, or isn't (B15)".into());
        }
        let expected = match status {
            _ if !it.told => OrderStatus::SmsVerification,
            RoundStatus::AdministrationReview { .. } => OrderStatus::AdministrationReview,
            _ => OrderStatus::Returned,
        };
        if it.life.status() != expected {
            return Err("one poll doesn't bring the life to the end (D36)".into());
        }
        if it.tracker.next_steps(now).is_empty() {
            return Err("nobody knows what to do".into());
        }
        match it.tracker.next(now) {
            // In the administration's review it would look daily.
            _ if it.told && it.tracker.reminders(now).is_empty() => {
                self.foretold.remove(&round);
            }
            Some(next) if next > now => {
                let late = if dice.happens(0.2) {
                    dice.between(0, HOUR)
                } else {
                    0
                };
                let next = against::instant(next) + late;
                self.plan_aside(next, Happening::Look(round));
            }
            Some(_) => self.plan_aside(self.now, Happening::Look(round)),
            None => return Err("a round that nobody looks at again (D33)".into()),
        }
        Ok(())
    }

    /// What somebody says to the platform, of every round of theirs or of one.
    pub fn say(&mut self, who: Somebody, of: Option<RoundId>, what: fn(MobileNumber) -> FactKind) {
        let Ok(mobile) = format!("{}", who.number()).parse::<MobileNumber>() else {
            return;
        };
        let now = against::utc(self.now);
        for (round, it) in &mut self.foretold {
            if of.is_none_or(|of| of == *round) {
                // Who isn't in the order is refused, which is right.
                let _ = it.tracker.report(Fact::exact(what(mobile), now), now);
            }
        }
    }

    /// A round has ended: was it foretold?
    pub fn held(&mut self, round: RoundId, status: RoundStatus) -> Result<(), Difference> {
        let Some(it) = self.foretold.get(&round) else {
            return Ok(());
        };
        if self.jumpy() {
            return Ok(());
        }
        // Before what the last of them says now.
        let deadline = it.tracker.deadline(against::utc(self.now - 1));
        let earliest = deadline.map(|deadline| against::instant(deadline.earliest));
        let latest = deadline
            .and_then(|deadline| deadline.latest)
            .map(against::instant);
        match status {
            RoundStatus::AdministrationReview { at } => {
                let at = against::instant(at);
                if latest.is_some_and(|latest| at > latest + LATE_ACCEPTANCE) {
                    return Err("somebody verified after the latest deadline (D05)".into());
                }
                let row = match latest {
                    None => "completed, no latest deadline",
                    Some(latest) if at > latest => {
                        "completed after the latest deadline, by a late acceptance"
                    }
                    Some(_) => "completed by the latest deadline",
                };
                self.count("foretold", row);
            }
            RoundStatus::Returned {
                cause: beian::RoundFailure::WindowClosed,
                noticed_at,
                ..
            } => {
                let noticed = against::instant(noticed_at);
                if earliest.is_some_and(|earliest| noticed + CLOCKS < earliest) {
                    return Err("the window closed before the earliest deadline (D33)".into());
                }
                self.count("foretold", "closed, after the earliest deadline");
            }
            _ => self.count("foretold", "ended otherwise"),
        }
        Ok(())
    }
}

/// What the regulator says of a round.
fn seen(status: RoundStatus) -> PolledStatus {
    match status {
        RoundStatus::SmsVerification => PolledStatus::SmsVerification,
        RoundStatus::AdministrationReview { .. } => PolledStatus::AdministrationReview,
        RoundStatus::Returned { cause, .. } => {
            PolledStatus::Returned(ReturnCause::from(cause), ReturnReasons::NONE)
        }
        RoundStatus::Withdrawn { .. } => PolledStatus::Withdrawn,
    }
}

fn who(mobile: &MobileNumber) -> Somebody {
    Somebody((against::number(mobile) % 10_000) as u16)
}

fn it_said(tracker: &Tracker, mobile: MobileNumber) -> bool {
    let passed = FactKind::Passed(mobile);
    tracker.facts().iter().any(|fact| *fact.kind() == passed)
}
