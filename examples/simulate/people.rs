//! People who read late, mistype, mix up codes of two orders, ask for resends, forget.

use beian::{ResendAnswer, ResendOutcome, host::Submitted, tracker::FactKind};

use crate::{
    desk::{Answer, Asked},
    dice::Dice,
    orders::Somebody,
    platform::{Happening, Platform},
    reference::{
        HOUR, MINUTE, RoundId, SECOND,
        against::{self, Difference},
    },
};

/// A message on somebody's phone.
#[derive(Clone, Copy)]
pub struct Sms {
    pub who: Somebody,
    pub round: RoundId,
    pub code: u32,
}

impl Platform {
    pub fn arrive(&mut self, dice: &mut Dice, sms: Sms) {
        self.say(sms.who, sms.round, FactKind::Received);
        let inbox = self.inboxes.entry(sms.who.0).or_default();
        inbox.push(sms);
        let place = inbox.len() - 1;
        let delay = match self.nature(sms.who) {
            0..60 => dice.between(20 * SECOND, 30 * MINUTE),
            60..85 => dice.between(HOUR, 20 * HOUR),
            85..95 => dice.between(15 * HOUR, 40 * HOUR),
            _ => return, // never reads it
        };
        self.later(
            delay,
            Happening::Read {
                who: sms.who,
                sms: place,
                tries: 0,
            },
        );
    }

    fn has_come(&self, who: Somebody, round: RoundId) -> bool {
        let inbox = self.inboxes.get(&who.0);
        inbox.is_some_and(|inbox| inbox.iter().any(|sms| sms.round == round))
    }

    /// 0 to 99: from the prompt to those who never look.
    fn nature(&self, who: Somebody) -> u64 {
        Dice::of(&[self.seed, 8, u64::from(who.0)]).up_to(99)
    }

    /// Enters what the phone shows, more or less.
    pub fn read(
        &mut self,
        dice: &mut Dice,
        who: Somebody,
        place: usize,
        tries: u8,
    ) -> Result<(), Difference> {
        let inbox = &self.inboxes[&who.0];
        let sms = inbox[place];
        if self.done.contains(&(who.0, sms.round)) {
            return Ok(());
        }
        let newest = inbox.iter().rev().find(|other| other.round == sms.round);
        let newest = newest.copied().unwrap_or(sms);
        let shown = match dice.up_to(19) {
            0 => inbox[dice.place(inbox.len())], // of another order, perhaps
            1 | 2 => sms,
            _ => newest,
        };
        let code = match dice.happens(0.08) {
            true => mistyped(dice, shown.code),
            false => shown.code,
        };
        let renewed = self.orders[(sms.round >> 8) as usize - 1].renewed();
        let id = match dice.up_to(24) {
            0 => who.last_six(!renewed),
            1 => Somebody(who.0 + 1).last_six(renewed),
            _ => who.last_six(renewed),
        };
        let submission = dice.happens(0.5).then(|| u128::from(dice.throw()));
        let asked = Asked::Submit {
            who,
            code,
            id,
            submission,
        };
        let answers = self.call(dice, std::slice::from_ref(&asked))?;
        self.tell_outcomes(&answers);
        match answers.first() {
            Some(Answer::Submitted(submitted)) => {
                let done: Vec<_> = done(submitted).map(|round| (who.0, round)).collect();
                if done.is_empty() && tries < 4 {
                    let wait = dice.between(20 * SECOND, 30 * MINUTE);
                    let next = Happening::Read {
                        who,
                        sms: place,
                        tries: tries + 1,
                    };
                    self.later(wait, next);
                    if tries == 2 && dice.happens(0.5) {
                        let round = sms.round;
                        self.later(
                            MINUTE,
                            Happening::Ask {
                                who,
                                round,
                                times: 3,
                            },
                        );
                    }
                }
                self.done.extend(done);
                self.say_done(&asked, &answers);
                if dice.happens(0.05) {
                    self.later(
                        dice.between(0, 12 * MINUTE),
                        Happening::Again(Box::new(asked)),
                    );
                }
            }
            // Nothing came back: the same form, with the same submission id (D21).
            _ => self.later(
                dice.between(SECOND, MINUTE),
                Happening::Again(Box::new(asked)),
            ),
        }
        Ok(())
    }

    /// Whoever the page showed it to says so.
    pub fn say_done(&mut self, asked: &Asked, answers: &[Answer]) {
        if let (Asked::Submit { who, .. }, Some(Answer::Submitted(submitted))) =
            (asked, answers.first())
        {
            for round in done(submitted) {
                self.say(*who, round, FactKind::Passed);
            }
        }
    }

    /// Asks for a resend if nothing came; `times` before.
    pub fn ask(
        &mut self,
        dice: &mut Dice,
        who: Somebody,
        round: RoundId,
        times: u8,
    ) -> Result<(), Difference> {
        let came = self.has_come(who, round);
        let careless = self.nature(who) >= 95 && times < 10;
        if careless || self.done.contains(&(who.0, round)) || (came && times < 3) {
            return Ok(());
        }
        let renewed = self.orders[(round >> 8) as usize - 1].renewed();
        let id = match dice.up_to(19) {
            0 => who.last_six(!renewed),
            1 => Somebody(who.0 + 1).last_six(renewed),
            _ => who.last_six(renewed),
        };
        let asked = [Asked::Resend { who, id }];
        let answers = self.call(dice, &asked)?;
        let wait = match answers.first() {
            Some(Answer::Resent(resent)) => match resent.answer() {
                ResendAnswer::Accepted => {
                    self.count("requests for a resend", "accepted");
                    let queued = resent.orders().iter();
                    let queued = queued.filter(|(_, it)| *it == ResendOutcome::Queued);
                    let queued: Vec<RoundId> =
                        queued.map(|(id, _)| against::round_of(*id)).collect();
                    for round in queued {
                        if !self.has_come(who, round) {
                            self.say(who, round, FactKind::NothingCame);
                        }
                        self.say(who, round, FactKind::ResendAsked);
                    }
                    dice.between(15 * MINUTE, 3 * HOUR)
                }
                ResendAnswer::TooSoon { seconds } => {
                    self.count("requests for a resend", "too soon");
                    i64::from(seconds) * SECOND
                }
                ResendAnswer::NoneLeft => {
                    self.count("requests for a resend", "none left");
                    return Ok(());
                }
                ResendAnswer::NothingPending => {
                    self.count("requests for a resend", "nothing pending");
                    return Ok(());
                }
            },
            _ => MINUTE,
        };
        if times < 6 {
            self.later(
                wait,
                Happening::Ask {
                    who,
                    round,
                    times: times + 1,
                },
            );
        }
        Ok(())
    }
}

/// The rounds of which the page says that the person is done there.
fn done(submitted: &Submitted) -> impl Iterator<Item = RoundId> {
    let orders = submitted.orders().iter();
    orders
        .filter(|(_, outcome)| outcome.answer() != beian::EntryAnswer::NotFound)
        .map(|(id, _)| against::round_of(*id))
}

/// One digit is another one.
fn mistyped(dice: &mut Dice, code: u32) -> u32 {
    let place = 10_u32.pow(dice.up_to(5) as u32);
    let digit = code / place % 10;
    let other = (digit + 1 + dice.up_to(8) as u32) % 10;
    code - digit * place + other * place
}
