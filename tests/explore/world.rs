//! A state: what is stored, what the model makes of it, and what time it is.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash as _, Hasher},
    sync::{Arc, LazyLock},
};

use beian::{
    KeyRing, Recipient, Recipients, Role, Session, VerificationPolicy,
    host::{Desk, MemoryStore, block},
    testkit::{TestPerson, keys, seed},
};

use super::{
    command::{Command, Reached},
    reference::{self, Fate, Instant, MINUTE, Round, State, against},
};

/// A person of the testkit, and the last six that an order has of it.
pub type Filed = (u16, &'static str);

/// 2026-03-02, 15:00 Beijing time: noon of the next day lies inside the window.
const START: Instant = 1_772_434_800_000_000;

/// Made once: a key ring is asked millions of times here.
pub static KEYS: LazyLock<KeyRing> = LazyLock::new(keys);

#[derive(Clone)]
pub struct World {
    /// One for each order, the one opened first in front.
    pub sessions: Vec<Session>,
    pub model: reference::World,
    pub now: Instant,
    /// Every ID that was filed for a person, in any order.
    pub filed: Arc<BTreeMap<u16, BTreeSet<&'static str>>>,
    pub trail: Trail,
}

/// How it came to this.
#[derive(Clone, Default)]
pub struct Trail(Option<Arc<(Trail, Instant, Command)>>);

impl World {
    /// Every order at the same instant.
    pub fn open(orders: &[&[Filed]], policy: &VerificationPolicy, reached: &mut Reached) -> Self {
        let now = against::utc(START);
        let desk = Desk::new(MemoryStore::default(), keys(), move || now);
        let mut world = Self {
            sessions: Vec::new(),
            model: reference::World::default(),
            now: START,
            filed: Arc::default(),
            trail: Trail::default(),
        };
        let mut filed: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (n, people) in (1_u64..).zip(orders) {
            let recipient = |(who, id): &Filed| {
                let mobile = TestPerson(*who).mobile();
                Recipient::new(mobile, Role::ServiceAdministrator, [id.parse().unwrap()])
            };
            let recipients = Recipients::new(people.iter().map(recipient), policy.clone()).unwrap();
            let opened = block(desk.open(u128::from(n), &recipients, seed(n)));
            world.sessions.push(opened.unwrap().unwrap());
            let person = |(who, id): &Filed| (number(*who), vec![against::id(id)]);
            let people_of_model: Vec<_> = people.iter().map(person).collect();
            let policy = against::policy(policy);
            world
                .model
                .open(START, u128::from(n), &people_of_model, policy);
            for (who, id) in *people {
                filed.entry(*who).or_default().insert(*id);
            }
        }
        world.filed = Arc::new(filed);
        reached.insert("event round_opened".into());
        world.same_as_the_model().unwrap();
        world
    }

    /// The next instant at which something may be different: just before, at or just after a
    /// boundary. `None` if there is none ahead.
    pub fn later(&self) -> Option<Self> {
        let boundaries = self.model.rounds.iter().flat_map(boundaries);
        let instants = boundaries.flat_map(|at| [at - 1, at, at + 1]);
        let next = instants.filter(|at| *at > self.now).min()?;
        let mut later = self.clone();
        later.now = next;
        let same = later.same_as_the_model();
        same.unwrap_or_else(|difference| panic!("{difference} after {:#?}", self.trail.steps()));
        Some(later)
    }

    /// Everything that can be seen of what is stored, and the messages that are due.
    pub fn same_as_the_model(&mut self) -> Result<(), against::Difference> {
        let now = against::utc(self.now);
        for (n, session) in self.sessions.iter().enumerate() {
            against::same_round(session, &self.model.rounds[n])?;
            against::same_outbox(session, &*KEYS, now, &mut self.model)?;
        }
        Ok(())
    }

    pub fn followed(&self, command: Command) -> Trail {
        Trail(Some(Arc::new((self.trail.clone(), self.now, command))))
    }

    /// What tells one state from another: two with the same key are gone on from once.
    ///
    /// Left out is what no rule looks at. The *version* is counted and compared with nothing. The
    /// *effective now* of the latest command is never later than the present one here, and is only
    /// ever asked for the later of both (D09); that a clock gone back changes nothing is checked of its
    /// own. Of all other *instants*, rules ask how far off they are, not when: so it is time left
    /// that goes in, for each boundary that can still matter, and a boundary that has passed is as good
    /// as any other that has. Noon is the one rule that looks at the time of day: as long as a first
    /// message can still be accepted under it, that goes in as well.
    ///
    /// What isn't an instant goes in as the crate has it, in full, and as the model has it: where the
    /// crate forgets what the model still knows, both states are gone on from, until the two differ.
    /// Instants are those of the model, which says the same as the crate of every one that can be seen.
    pub fn key(&self) -> u128 {
        let mut key = Key::default();
        for session in &self.sessions {
            session.hash(&mut key);
        }
        for round in &self.model.rounds {
            for person in &round.people {
                what_the_model_knows(person, &mut key);
            }
            for boundary in boundaries(round) {
                key.instant((boundary - self.now).max(-1));
            }
            let noon_may_come = |p: &reference::Person| p.accepted_at.is_none();
            let open = round.end.is_none() && round.policy.noon_resend;
            if open && round.people.iter().any(noon_may_come) {
                key.instant(self.now.rem_euclid(24 * 60 * MINUTE));
            }
        }
        key.finished()
    }
}

/// Of a person, instants aside. What a round is otherwise, everybody can see, and so it is compared.
fn what_the_model_knows(person: &reference::Person, key: &mut Key) {
    let reference::Person {
        number,
        ids,
        state,
        wrong_entries,
        wrong_ids,
        messages,
        codes,
        accepted_at,
        window_from,
        delivered,
        settled_at,
        remembered,
    } = person;
    let verified_by = match state {
        State::Waiting => (0, None),
        State::Locked => (1, None),
        State::Verified { at: _, code, id } => (2, Some((*code, id.to_ne_bytes()))),
    };
    (verified_by, wrong_entries, wrong_ids, *number == 0).hash(key);
    (ids.len(), codes, delivered, remembered).hash(key);
    let happened = [accepted_at, window_from, settled_at];
    happened.map(Option::is_some).hash(key);
    for message in messages {
        let reference::Message {
            kind,
            code,
            failures,
            setbacks,
            due: _,
            fate,
        } = message;
        // How long it was kept waiting is nobody's business once it isn't any more.
        let setbacks = (*fate == Fate::UnderWay).then_some(setbacks);
        (kind, code, failures, setbacks, fate).hash(key);
    }
}

/// The last instant of everything that a rule can still ask about, always in the same order.
fn boundaries(round: &Round) -> Vec<Instant> {
    let mut boundaries = Vec::new();
    let policy = &round.policy;
    for (p, person) in round.people.iter().enumerate() {
        if let State::Verified { at, .. } = person.state {
            boundaries.push(at + 10 * MINUTE); // D18
            continue;
        }
        if round.end.is_some() {
            continue;
        }
        boundaries.push(match person.window_from {
            Some(from) => from + policy.window,                 // D04
            None => round.opened_at + policy.unreachable_after, // D06
        });
        if person.state == State::Locked {
            continue;
        }
        if let Some(accepted_at) = person.accepted_at {
            if !person.delivered {
                boundaries.push(accepted_at + policy.delivery_clamp); // D05
            }
            if policy.noon_resend && !noon_went(person) {
                boundaries.push(reference::noon_after(accepted_at)); // D16
            }
        }
        boundaries.extend(person.settled_at.map(|at| at + policy.resend_pause)); // D14
        boundaries.extend(round.under_way(p).map(|message| message.due)); // D11
    }
    // D18: until then, an entry sees the round.
    boundaries.extend(round.end.map(|end| end.noticed_at() + 10 * MINUTE));
    boundaries
}

fn noon_went(person: &reference::Person) -> bool {
    let noon = |message: &reference::Message| message.kind == reference::Kind::Noon;
    person.messages.iter().any(noon)
}

pub fn number(who: u16) -> reference::Number {
    against::number(&TestPerson(who).mobile())
}

/// 128 bits of everything but instants: those, and the version, are what a session hashes as 64 bits.
#[derive(Default)]
struct Key(DefaultHasher, u64);

impl Key {
    fn instant(&mut self, instant: Instant) {
        self.write(&instant.to_ne_bytes());
    }

    /// The second half hashes the first one with it.
    fn finished(mut self) -> u128 {
        let first = self.finish();
        self.0.write_u64(self.1);
        u128::from(first) << 64 | u128::from(self.finish())
    }
}

impl Hasher for Key {
    fn write(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
        for byte in bytes {
            // FNV-1a, so that both halves would have to collide.
            self.1 = (self.1 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn write_u64(&mut self, _: u64) {}

    fn write_i64(&mut self, _: i64) {}

    fn finish(&self) -> u64 {
        self.0.finish()
    }
}

impl Trail {
    /// From the opening on.
    pub fn steps(&self) -> Vec<(String, Command)> {
        let mut steps = Vec::new();
        let mut trail = self;
        while let Some(step) = &trail.0 {
            let (before, at, command) = &**step;
            steps.push((against::utc(*at).to_string(), *command));
            trail = before;
        }
        steps.reverse();
        steps
    }
}
