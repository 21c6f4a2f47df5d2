//! The hosts' keys: one of two is the current one, the other may be missing, on each host at other times.

use std::collections::HashMap;

use beian::{KeyError, KeyId, KeyRing, Keys, Mac, testkit::keys};

use crate::{
    dice::Dice,
    hub::Shared,
    reference::{Number, Round, RoundId, World},
};

/// Both keys, as nobody has lost any.
pub fn both() -> KeyRing {
    let mut ring = keys();
    ring.rotate(2, [8; 32]).unwrap();
    ring
}

/// What a host has of the two.
#[derive(Clone, Copy, Debug)]
pub struct Ring {
    current: KeyId,
    /// Whether the other one is there, too.
    other: bool,
}

impl Ring {
    pub fn whole() -> Self {
        Self {
            current: KeyId::from(1),
            other: true,
        }
    }

    /// Before a rotation, in the middle of it, after it, and with a key that is lost.
    pub fn of(dice: &mut Dice) -> Self {
        Self {
            current: KeyId::from(dice.between(1, 2) as u32),
            other: dice.happens(0.5),
        }
    }

    pub const fn is_whole(self) -> bool {
        self.other
    }

    fn has(self, key: KeyId) -> bool {
        self.other || key == self.current
    }
}

/// Which keys the rounds need.
#[derive(Default)]
pub struct Needed(HashMap<RoundId, (KeyId, HashMap<Number, KeyId>)>);

impl Needed {
    /// A round was opened: its codes are under the current key, and so are IDs that were given; IDs that
    /// were carried over keep theirs (D25), which has to be there.
    pub fn open(&mut self, ring: Ring, round: &Round, carried: Option<RoundId>) -> bool {
        let of = |number| match carried {
            Some(previous) => self.of_ids(previous, number),
            None => Some(ring.current),
        };
        let numbers = round.people.iter().map(|person| person.number);
        let ids: Option<HashMap<Number, KeyId>> = numbers
            .map(|number| Some((number, of(number).filter(|key| ring.has(*key))?)))
            .collect();
        let Some(ids) = ids else { return false };
        self.0.insert(round.id, (ring.current, ids));
        true
    }

    fn of_ids(&self, round: RoundId, number: Number) -> Option<KeyId> {
        self.0.get(&round)?.1.get(&number).copied()
    }

    /// Whether an ID can be compared.
    pub fn compares(&self, ring: Ring, round: RoundId, number: Number) -> bool {
        let key = self.of_ids(round, number);
        key.is_some_and(|key| ring.has(key))
    }

    /// Whether an entry can be compared: an ID, and codes.
    pub fn judges(&self, ring: Ring, round: RoundId, number: Number) -> bool {
        let codes = self.0.get(&round).is_some_and(|(key, _)| ring.has(*key));
        codes && self.compares(ring, round, number)
    }
}

/// The keys of a host, as they are at the moment.
pub struct HostKeys {
    pub number: usize,
    pub hub: Shared,
    pub both: KeyRing,
}

impl Keys for HostKeys {
    fn current(&self) -> KeyId {
        self.hub.lock().rings[self.number].current
    }

    fn mac(&self, key: KeyId, message: &[u8]) -> Result<Mac, KeyError> {
        let ring = self.hub.lock().rings[self.number];
        match ring.has(key) {
            true => self.both.mac(key, message),
            false => Err(KeyError::Unknown(key)),
        }
    }
}

/// The rounds that are left, and those that were left out.
pub fn left(world: &mut World, judged: impl Fn(&Round) -> bool) -> Vec<RoundId> {
    let out = world.rounds.iter().filter(|round| !judged(round));
    let out = out.map(|round| round.id).collect();
    world.rounds.retain(|round| judged(round));
    out
}
