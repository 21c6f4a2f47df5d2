//! Attackers who guess, replay, forge and spray over many numbers, and what they may achieve.

use beian::{DeliveryReport, MessageId};

use crate::{
    desk::{Answer, Asked},
    dice::Dice,
    orders::Somebody,
    platform::{Happening, Platform},
    reference::{
        HOUR, MINUTE, RoundId,
        against::{self, Difference},
    },
    tally::NANO,
};

#[derive(Clone)]
pub struct Attack {
    kind: Kind,
    who: Somebody,
    round: RoundId,
    person: usize,
    left: u8,
    tried: Vec<u32>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Knows number and ID.
    Guess,
    /// Knows the number.
    Stranger,
    /// Knows number and ID, and saw the first three digits of the first code.
    Glimpse,
    /// Enters codes that were right once.
    Replay,
    /// One guess at each number.
    Spray,
    /// Has the phone ring.
    Bomb,
    /// Tells what never was.
    Forge,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Guess,
        Self::Stranger,
        Self::Glimpse,
        Self::Replay,
        Self::Spray,
        Self::Bomb,
        Self::Forge,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Guess => "guess, know the ID",
            Self::Stranger => "guess code and ID",
            Self::Glimpse => "saw three digits",
            Self::Replay => "replay",
            Self::Spray => "spray",
            Self::Bomb | Self::Forge => "",
        }
    }
}

impl Platform {
    /// Somebody sets upon a person of a round.
    pub fn lure(&mut self, dice: &mut Dice, who: Somebody, round: RoundId, person: usize) {
        let kind = dice.pick(&Kind::ALL);
        let left = match kind {
            Kind::Spray => 12,
            _ => dice.between(3, 14) as u8,
        };
        if !kind.name().is_empty() {
            self.count("~attacked", kind.name());
        }
        let attack = Attack {
            kind,
            who,
            round,
            person,
            left,
            tried: Vec::new(),
        };
        self.later(
            dice.between(0, 2 * HOUR),
            Happening::Attack(Box::new(attack)),
        );
    }

    pub fn attack(&mut self, dice: &mut Dice, mut attack: Attack) -> Result<(), Difference> {
        match attack.kind {
            Kind::Bomb => self.bomb(dice, &attack)?,
            Kind::Forge => self.forge(dice, &attack)?,
            _ => self.guess(dice, &mut attack)?,
        }
        attack.left -= 1;
        if attack.left > 0 {
            self.later(
                dice.between(0, 20 * MINUTE),
                Happening::Attack(Box::new(attack)),
            );
        }
        Ok(())
    }

    fn guess(&mut self, dice: &mut Dice, attack: &mut Attack) -> Result<(), Difference> {
        let Attack { kind, round, .. } = *attack;
        let who = match kind {
            // Some of the numbers are nobody's.
            Kind::Spray => Somebody(dice.between(1, i64::from(self.people) * 5 / 4) as u16),
            _ => attack.who,
        };
        let renewed = self.orders[(round >> 8) as usize - 1].renewed();
        let id = match kind {
            Kind::Stranger => format!("{:06}", dice.up_to(999_999)),
            _ => who.last_six(renewed),
        };
        let Some(code) = self.code(dice, attack) else {
            return Ok(());
        };
        let mut asked = vec![(code, self.odds(attack, who, &id, code))];
        // In parallel, before the counter moves (1).
        if kind == Kind::Guess && dice.happens(0.2) {
            for _ in 0..2 {
                let code = dice.up_to(999_999) as u32;
                asked.push((code, self.odds(attack, who, &id, code)));
            }
        }
        let forms: Vec<_> = asked
            .iter()
            .map(|(code, _)| Asked::Submit {
                who,
                code: *code,
                id: id.clone(),
                submission: None,
            })
            .collect();
        let answers = self.call(dice, &forms)?;
        self.tell_outcomes(&answers);
        attack.tried.push(code);
        for (answer, (_, odds)) in answers.iter().zip(asked) {
            self.judge(kind, who, answer, odds)?;
        }
        Ok(())
    }

    /// What the attacker types; `None` if there is nothing to try.
    fn code(&self, dice: &mut Dice, attack: &Attack) -> Option<u32> {
        match attack.kind {
            Kind::Glimpse => {
                let inbox = self.inboxes.get(&attack.who.0)?;
                let seen = inbox.iter().find(|sms| sms.round == attack.round)?;
                let front = seen.code / 1000 * 1000;
                loop {
                    let code = front + dice.up_to(999) as u32;
                    if !attack.tried.contains(&code) {
                        return Some(code);
                    }
                }
            }
            Kind::Replay => {
                let inbox = self.inboxes.get(&attack.who.0)?;
                let code = inbox[dice.place(inbox.len())].code;
                let hub = self.hub.lock();
                let found = hub.model.found(self.now, attack.who.number());
                let live = found
                    .iter()
                    .any(|&(r, p)| hub.model.rounds[r].right_codes(p).contains(&code));
                (!live).then_some(code)
            }
            _ => Some(dice.up_to(999_999) as u32),
        }
    }

    /// How likely it is that a guess of this kind is right, in billionths, by arithmetic: the codes
    /// that would verify now, over those that the attacker can't tell apart.
    fn odds(&self, attack: &Attack, who: Somebody, id: &str, code: u32) -> u64 {
        let id = against::id(id);
        let hub = self.hub.lock();
        let found = hub.model.found(self.now, who.number()).into_iter();
        let with_id = found.filter(|&(r, p)| hub.model.rounds[r].people[p].ids.contains(&id));
        let codes: Vec<u32> = with_id
            .flat_map(|(r, p)| hub.model.rounds[r].right_codes(p))
            .collect();
        match attack.kind {
            Kind::Replay => 0,
            Kind::Glimpse => {
                let possible =
                    |right: &&u32| **right / 1000 == code / 1000 && !attack.tried.contains(right);
                let possible = codes.iter().filter(possible).count() as u64;
                possible * NANO / (1000 - attack.tried.len() as u64)
            }
            _ => codes.len() as u64 * (NANO / 1_000_000),
        }
    }

    fn judge(
        &mut self,
        kind: Kind,
        who: Somebody,
        answer: &Answer,
        odds: u64,
    ) -> Result<(), Difference> {
        let Answer::Submitted(submitted) = answer else {
            return Ok(());
        };
        // Where a key is missing, fewer codes are right than arithmetic says.
        let all = submitted.left_out().is_empty();
        let mut compared = false;
        for (id, outcome) in submitted.orders() {
            match outcome {
                beian::EntryOutcome::Completed | beian::EntryOutcome::Verified => {
                    if kind == Kind::Replay {
                        return Err("a code that wasn't right any more has verified (7)".into());
                    }
                    compared = true;
                    let round = against::round_of(*id);
                    self.done.insert((who.0, round));
                    if all {
                        self.count("~verified", kind.name());
                    }
                }
                beian::EntryOutcome::Wrong { .. } | beian::EntryOutcome::Locked => compared = true,
                beian::EntryOutcome::Returned | beian::EntryOutcome::NotCounted(_) => {}
            }
        }
        if compared && all {
            let mut hub = self.hub.lock();
            hub.tally.one("~compared", kind.name());
            hub.tally.more("~expected", kind.name(), odds);
        }
        Ok(())
    }

    /// The resend form, as a weapon (17, 25).
    fn bomb(&mut self, dice: &mut Dice, attack: &Attack) -> Result<(), Difference> {
        let renewed = self.orders[(attack.round >> 8) as usize - 1].renewed();
        let id = match dice.happens(0.5) {
            true => attack.who.last_six(renewed),
            false => format!("{:06}", dice.up_to(999_999)),
        };
        self.call(
            dice,
            &[Asked::Resend {
                who: attack.who,
                id,
            }],
        )
        .map(drop)
    }

    /// Reports that the gateway never made (18), of messages that may not even exist.
    fn forge(&mut self, dice: &mut Dice, attack: &Attack) -> Result<(), Difference> {
        let message = MessageId {
            session: match dice.happens(0.9) {
                true => attack.round.into(),
                false => u128::from(dice.throw()).into(),
            },
            recipient: match dice.happens(0.9) {
                true => attack.person as u8,
                false => dice.up_to(255) as u8,
            },
            number: dice.up_to(4) as u16,
            attempt: dice.up_to(2) as u16,
        };
        let report = dice.pick(DeliveryReport::ALL);
        self.call(dice, &[Asked::Report(message, report)]).map(drop)
    }
}
