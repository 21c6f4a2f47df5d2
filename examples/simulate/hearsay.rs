//! What people tell a platform of what happens to them: at once, late, not at all, or what isn't so.

use beian::{
    MobileNumber,
    tracker::{Fact, FactKind, FactRefusal},
};

use crate::{
    dice::Dice,
    foretold::Foretold,
    options::World as Weather,
    orders::{Somebody, of_round},
    platform::Platform,
    reference::{
        HOUR, Instant, RoundId,
        against::{self, Difference},
    },
};

/// What the words of one round's persons are worth.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// All are said, at once.
    True,
    /// Said hours later, about the instant at which it was so.
    Late,
    /// Every other one is never said.
    Missing,
    /// Some are missing, some speak of what didn't happen.
    Wrong,
}

/// Words on their way to a platform, by when they are heard.
pub type Pending = Vec<(Instant, Fact)>;

impl Words {
    pub fn of(dice: &mut Dice, weather: &Weather) -> Self {
        let [late, missing, wrong] =
            [weather.late, weather.missing, weather.wrong].map(|share| dice.happens(share));
        match (wrong, missing, late) {
            (true, ..) => Self::Wrong,
            (_, true, _) => Self::Missing,
            (_, _, true) => Self::Late,
            _ => Self::True,
        }
    }
}

/// Anything that somebody may say, whether it is so or not.
pub fn anything(dice: &mut Dice, mobile: MobileNumber) -> FactKind {
    dice.pick(&[
        FactKind::Received,
        FactKind::NothingCame,
        FactKind::ResendAsked,
        FactKind::Passed,
    ])(mobile)
}

impl Platform {
    /// Somebody tells the platform of an order what has just happened in its round.
    pub fn say(&mut self, who: Somebody, round: RoundId, what: fn(MobileNumber) -> FactKind) {
        let Some(it) = self.foretold.get_mut(&of_round(round)) else {
            return;
        };
        // Of a round that is over for it, a platform isn't told.
        if it.round.is_some_and(|known| known != round) {
            return;
        }
        let now = self.now;
        let told = it.hears(
            &mut Dice::of(&[self.seed, 23, round as u64, now as u64]),
            now,
            who,
            what,
        );
        if let Err(refused) = told {
            self.hub.lock().wrong.get_or_insert(refused);
        }
    }
}

impl Foretold {
    fn hears(
        &mut self,
        dice: &mut Dice,
        now: Instant,
        who: Somebody,
        what: fn(MobileNumber) -> FactKind,
    ) -> Result<(), Difference> {
        let mobile = who.mobile();
        let fact = Fact::exact(what(mobile), against::utc(now));
        let fact = match self.words {
            Words::Late => {
                self.pending.push((now + dice.between(0, 12 * HOUR), fact));
                return Ok(());
            }
            Words::Missing if dice.happens(0.5) => return Ok(()),
            Words::Wrong if dice.happens(0.3) => return Ok(()),
            Words::Wrong if dice.happens(0.5) => {
                Fact::exact(anything(dice, mobile), against::utc(now))
            }
            Words::True | Words::Missing | Words::Wrong => fact,
        };
        self.report(fact, now)
    }

    /// What came late is heard now, and somebody may make something up.
    pub fn hears_late(&mut self, dice: &mut Dice, now: Instant) -> Result<(), Difference> {
        while let Some(place) = self.pending.iter().position(|(at, _)| *at <= now) {
            let (_, fact) = self.pending.swap_remove(place);
            self.report(fact, now)?;
        }
        if self.words == Words::Wrong && dice.happens(0.05) {
            let persons: Vec<_> = self.tracker.persons().map(|(mobile, _)| *mobile).collect();
            let made_up = anything(dice, dice.clone().pick(&persons));
            let submitted = against::instant(self.tracker.submitted_at());
            let at = dice.between(submitted, now);
            self.report(Fact::exact(made_up, against::utc(at)), now)?;
        }
        Ok(())
    }

    fn report(&mut self, fact: Fact, now: Instant) -> Result<(), Difference> {
        match self.tracker.report(fact, against::utc(now)) {
            // By the rules of today others verify, which it doesn't know yet.
            Err(FactRefusal::UnknownPerson) if self.round.is_none() => Ok(()),
            told => told.map_err(|refusal| format!("a person's word is refused: {refusal}")),
        }
    }
}
