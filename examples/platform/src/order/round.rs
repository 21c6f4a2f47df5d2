//! A round of SMS verification, as the platform sees it.

use beian::{MobileNumber, Recipients, Tracker, tracker::Fact};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Seed;

/// A submission that waits for people.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Round {
    /// Which one, from 1.
    pub number: u32,
    /// What is reported, and what follows.
    pub tracker: Tracker,
    /// Who must verify, in the tracker's order.
    pub persons: Vec<Person>,
    /// No reminder is tried before this: the gateway wants it so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_until: Option<DateTime<Utc>>,
}

/// What the tracker doesn't keep of a person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Person {
    /// By which rule they are texted.
    pub rule: String,
    /// What their link is made of.
    pub link: Seed,
}

/// So many words of one person are kept in a round: who presses on has nothing new to say.
const WORDS_MAX: usize = 40;

impl Round {
    /// A round that begins: the tracker is of these recipients.
    ///
    /// # Errors
    /// There is no entropy.
    pub fn new(
        number: u32,
        recipients: &Recipients,
        tracker: Tracker,
    ) -> Result<Self, getrandom::Error> {
        let person = |mobile: &MobileNumber| {
            let recipient = recipients.iter().find(|it| it.mobile() == mobile);
            let rule = recipient.map_or("", |recipient| recipient.rule().as_str());
            let rule = rule.to_owned();
            Seed::draw().map(|link| Person { rule, link })
        };
        let persons: Result<_, _> = tracker
            .persons()
            .map(|(mobile, _)| person(mobile))
            .collect();
        Ok(Self {
            number,
            persons: persons?,
            tracker,
            held_until: None,
        })
    }

    /// The persons with their numbers.
    pub fn people(&self) -> impl Iterator<Item = (&MobileNumber, &Person)> {
        let numbers = self.tracker.persons().map(|(mobile, _)| mobile);
        numbers.zip(&self.persons)
    }

    /// The number of a person, by their place.
    #[must_use]
    pub fn mobile(&self, place: usize) -> Option<MobileNumber> {
        self.tracker.persons().nth(place).map(|(mobile, _)| *mobile)
    }

    /// Whether a person has said so much that nothing more is written down.
    #[must_use]
    pub fn has_said_enough(&self, mobile: &MobileNumber) -> bool {
        let said = |fact: &&Fact| fact.kind().person().as_ref() == Some(mobile);
        self.tracker.facts().iter().filter(said).count() >= WORDS_MAX
    }

    /// When something is due besides a look at the regulator.
    #[must_use]
    pub fn next_reminder(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let next = self.tracker.next_besides_polls(now)?;
        Some(self.held_until.map_or(next, |held| next.max(held)))
    }
}
