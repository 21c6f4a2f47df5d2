//! Beside each order a platform that sees no code: it polls when its tracker says so, hears what people say, and
//! what it foretells is held against what happens (`held`).

use beian::{
    FilingType, OrderLife, OrderStatus, Recipients, ReturnCause, Tracker,
    filing::{OrderStep, PolledStatus, ReturnReason, ReturnReasons},
    tracker::Reminder,
};
use chrono::NaiveTime;

use crate::{
    dice::Dice,
    hearsay::{Pending, Words},
    orders::of_round,
    platform::{Happening, Platform},
    reference::{
        HOUR, Instant, MINUTE, RoundId, Span,
        against::{self, Difference},
    },
};

/// What a platform has of an order, and what is known beside it to judge that.
pub struct Foretold {
    pub tracker: Tracker,
    /// Told the same polls, and no word.
    pub wordless: Option<Tracker>,
    pub window: Span,
    pub resends_max: u8,
    pub words: Words,
    pub pending: Pending,
    pub quiet_hours: Option<(NaiveTime, NaiveTime)>,
    pub sent: Vec<Reminder>,
    pub life: OrderLife,
    /// Whether a poll has told it of the end of verification.
    pub told: bool,
    /// The round whose tracker it has; `None` while it doesn't know that another one has begun.
    pub round: Option<RoundId>,
    /// Somebody was verified, and didn't say so: a stranger was it, or the answer was lost.
    pub unsaid: bool,
    /// When it was counted that somebody was asked what can't help.
    pub in_vain: Option<Instant>,
    filing_type: FilingType,
    /// What happened to the order since the last poll.
    happened: Vec<OrderStep>,
    polled_at: Instant,
    /// The look that is planned; another one is stale.
    next: Option<Instant>,
    /// By so much it comes later than it was asked to.
    pace: i64,
    /// Whether it goes on looking in the administration's review.
    patient: bool,
}

impl Platform {
    /// Something happens to an order, whether anybody looks or not.
    pub fn happened(&mut self, order: u32, step: OrderStep) {
        if let Some(it) = self.foretold.get_mut(&order) {
            it.happened.push(step);
        }
    }

    /// An order is about to be submitted once more: mostly by the platform, which then knows that it was returned.
    pub fn resubmits(&mut self, order: u32, round: RoundId) -> Result<(), Difference> {
        let Some(it) = self.foretold.get_mut(&order) else {
            return Ok(());
        };
        it.round = None;
        let mut dice = Dice::of(&[self.seed, 24, round as u64]);
        if dice.happens(0.2) {
            let at = self.now + dice.between(0, 24 * HOUR);
            self.look_at(order, at);
            self.count("foretold: later rounds", "nobody told the platform");
            return Ok(());
        }
        self.count("foretold: later rounds", "submitted by the platform");
        self.poll(order)?;
        let verifying = self.orders[order as usize].recipients();
        if let Some(it) = self.foretold.get_mut(&order) {
            let resubmitted = it.life.resubmit(verifying);
            it.life = resubmitted.map_err(|refusal| refusal.to_string())?;
            self.begins(order, round);
        }
        Ok(())
    }

    /// A round is opened, which the platform learns by a poll within ten minutes.
    pub fn foretell(&mut self, round: RoundId) -> Result<(), Difference> {
        let order = of_round(round);
        let (true, Some(recipients)) = (
            self.weather.platforms,
            self.orders[order as usize].recipients(),
        ) else {
            return Ok(());
        };
        if self.foretold.contains_key(&order) {
            self.happened(order, OrderStep::Resubmit);
            return Ok(());
        }
        let mut dice = Dice::of(&[self.seed, 25, order.into()]);
        let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        let life = OrderLife::new().submit(Some(recipients));
        let now = against::utc(self.now);
        let foretold = Foretold {
            tracker: Tracker::new(recipients, now),
            wordless: None,
            window: 0,
            resends_max: 0,
            words: Words::True,
            pending: Vec::new(),
            quiet_hours: dice.happens(0.3).then(|| (hour(22), hour(8))),
            sent: Vec::new(),
            life: life.map_err(|refusal| refusal.to_string())?,
            told: false,
            round: None,
            unsaid: false,
            in_vain: None,
            filing_type: self.orders[order as usize].filing.kind,
            happened: Vec::new(),
            polled_at: self.now,
            next: None,
            pace: match dice.up_to(9) {
                0 => 0,
                1 | 2 => HOUR,
                _ => 3 * HOUR,
            },
            patient: dice.happens(0.05),
        };
        self.foretold.insert(order, foretold);
        self.begins(order, round);
        Ok(())
    }

    /// The platform follows this round from now on, whose submission it knows within ten minutes on either side.
    fn begins(&mut self, order: u32, round: RoundId) {
        let mut dice = Dice::of(&[self.seed, 20, round as u64]);
        let before = self.now - dice.between(0, 10 * MINUTE);
        let first = self.now + dice.between(0, 10 * MINUTE);
        let words = Words::of(&mut dice, &self.weather);
        let verifying = self.orders[order as usize].recipients();
        if let (Some(it), Some(verifying)) = (self.foretold.get_mut(&order), verifying) {
            it.follows(round, verifying, before, first, words);
            self.look_at(order, first);
        }
    }

    fn look_at(&mut self, order: u32, at: Instant) {
        if let Some(it) = self.foretold.get_mut(&order) {
            it.next = Some(at);
            self.plan_aside(at, Happening::Look(order, at));
        }
    }

    /// The platform comes back, as its tracker asked it to, or later.
    pub fn look(&mut self, order: u32, planned: Instant) -> Result<(), Difference> {
        let mut dice = Dice::of(&[self.seed, 21, order.into(), self.now as u64]);
        let Some(it) = self.foretold.get_mut(&order) else {
            return Ok(());
        };
        if it.next != Some(planned) {
            return Ok(()); // another one is in its place
        }
        let now = against::utc(self.now);
        it.hears_late(&mut dice, self.now)?;
        // Who doesn't know of a round yet has nobody to say when.
        let (unaware, vain) = (it.round.is_none(), dice.happens(0.1));
        if it.tracker.next_poll(now) == Some(now) || unaware {
            if vain {
                it.polls(None, self.now)?;
            } else {
                self.poll(order)?;
            }
        }
        if let Some(it) = self.foretold.get_mut(&order) {
            it.reminds(self.now)?;
        }
        self.hold(order)?;
        let Some(it) = self.foretold.get_mut(&order) else {
            return Ok(());
        };
        let at = match it.tracker.next(now) {
            _ if unaware && vain => self.now + HOUR,
            // In the administration's review it would look daily.
            Some(next) if it.told && !it.patient && next > now => return Ok(()),
            Some(next) if next > now => {
                let late = if it.pace > 0 || dice.happens(0.2) {
                    dice.between(0, it.pace.max(MINUTE))
                } else {
                    0
                };
                against::instant(next) + late
            }
            // What is due was done, and nothing else is.
            Some(_) => return Err("a schedule that spins (D33)".into()),
            None if it.told => return Ok(()),
            None => return Err("a round that nobody looks at again (D33)".into()),
        };
        self.look_at(order, at);
        Ok(())
    }

    /// A poll that comes through: one brings the life to where the order is, and what it assumes did happen (D36).
    fn poll(&mut self, order: u32) -> Result<(), Difference> {
        let saw = self.shown(order);
        let Some(it) = self.foretold.get_mut(&order) else {
            return Ok(());
        };
        // Of an order in verification, which only who issues the codes can do (B32).
        if saw == PolledStatus::Withdrawn {
            self.foretold.remove(&order);
            return Ok(());
        }
        let verifying = self.orders[order as usize].recipients();
        let followed = it.life.follow(&saw, verifying);
        let followed = followed.map_err(|refusal| refusal.to_string())?;
        it.follow_is_right(&saw, &followed)?;
        if followed.life.rounds() > self.orders[order as usize].shown().0.rounds() {
            return Err("a life counts more rounds than there were (D36)".into());
        }
        let begun = followed.life.rounds() > it.life.rounds();
        it.life = followed.life;
        it.happened.clear();
        let round = self.orders[order as usize].newest_round();
        if let (true, Some(round), Some(verifying)) = (begun, round, verifying) {
            let words = Words::of(&mut Dice::of(&[self.seed, 26, round as u64]), &self.weather);
            if let Some(it) = self.foretold.get_mut(&order) {
                it.follows(round, verifying, it.polled_at, self.now, words);
            }
            self.count("foretold: later rounds", "of those untold, seen by a poll");
        }
        if let Some(it) = self.foretold.get_mut(&order) {
            it.polls(Some(&saw), self.now)?;
        }
        Ok(())
    }

    /// What the regulator shows of an order.
    fn shown(&self, order: u32) -> PolledStatus {
        let (life, approved) = self.orders[order as usize].shown();
        match life.status() {
            OrderStatus::AdministrationReview if approved => PolledStatus::Approved,
            OrderStatus::AdministrationReview => PolledStatus::AdministrationReview,
            OrderStatus::Withdrawn => PolledStatus::Withdrawn,
            OrderStatus::Returned => {
                let cause = life.return_cause().unwrap_or(ReturnCause::WindowClosed);
                let reasons = match cause {
                    ReturnCause::AdministrationDecision => self.reasons(order, life.rounds()),
                    _ => ReturnReasons::NONE,
                };
                PolledStatus::Returned(cause, reasons)
            }
            _ => PolledStatus::SmsVerification,
        }
    }

    /// Why the administration returned it: up to three reasons (D35).
    fn reasons(&self, order: u32, rounds: u32) -> ReturnReasons {
        let mut dice = Dice::of(&[self.seed, 27, order.into(), rounds.into()]);
        let known = [
            ReturnReason::new("网站名称", "网站名称不符合要求").advice("请修改后重新提交"),
            ReturnReason::new("其他", "请补充材料"),
            ReturnReason::new("主体负责人", "联系方式无法接通").at("entity.leader.mobile"),
        ];
        let many = dice.up_to(3) as usize;
        known.into_iter().take(many).collect()
    }
}

impl Foretold {
    /// By the rules of today, which aren't always those of the round before.
    fn follows(
        &mut self,
        round: RoundId,
        verifying: &Recipients,
        before: Instant,
        first: Instant,
        words: Words,
    ) {
        let policy = verifying.policy();
        self.window = policy.window().num_microseconds().unwrap_or(Span::MAX);
        self.resends_max = policy.resends_max();
        let tracker = Tracker::new(verifying, against::utc(before))
            .submitted_by(against::utc(first))
            .of_type(self.filing_type);
        self.tracker = match self.quiet_hours {
            Some((from, until)) => tracker.quiet_hours(from, until),
            None => tracker,
        };
        self.wordless = (words != Words::True).then(|| self.tracker.clone());
        (self.round, self.words, self.polled_at) = (Some(round), words, first);
        (self.told, self.unsaid, self.in_vain) = (false, false, None);
        self.sent.clear();
        self.pending.clear();
    }

    /// The tracker is told of a poll, in vain or not.
    fn polls(&mut self, saw: Option<&PolledStatus>, now: Instant) -> Result<(), Difference> {
        for tracker in std::iter::once(&mut self.tracker).chain(&mut self.wordless) {
            let told = tracker.polled(saw, against::utc(now));
            told.map_err(|refusal| refusal.to_string())?;
        }
        if let Some(saw) = saw {
            self.told |= *saw != PolledStatus::SmsVerification;
            self.polled_at = now;
        }
        Ok(())
    }

    /// The steps that happened since the last poll, but for the last, which is the one that was seen.
    pub fn skipped(&self) -> &[OrderStep] {
        self.happened.split_last().map_or(&[], |(_, before)| before)
    }
}
