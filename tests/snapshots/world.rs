//! Sessions driven by bytes: for the property tests, and for the fuzz targets, which share this file.

use beian::{
    DeliveryReport, Entry, KeyError, KeyId, KeyRing, Keys, Mac, MessageId, MobileNumber, Opening,
    Recipient, Recipients, ResendRequest, Role, Roles, Seed, Session, Update, VerificationPolicy,
};
use chrono::{DateTime, TimeDelta, Utc};

/// The last six of everybody's ID.
pub(crate) const LAST_SIX: &str = "34567X";

/// One command: what, who, how, when.
pub(crate) type Step = [u8; 4];

/// One key under every id, so that foreign sessions get as far as the comparison.
pub(crate) struct AnyKey(KeyRing);

impl AnyKey {
    pub(crate) fn new() -> Self {
        Self(KeyRing::single(1, [7; 32]).unwrap())
    }
}

impl Keys for AnyKey {
    fn current(&self) -> KeyId {
        self.0.current()
    }

    fn mac(&self, _: KeyId, message: &[u8]) -> Result<Mac, KeyError> {
        self.0.mac(self.0.current(), message)
    }
}

/// A session, and the codes that its outbox has shown.
pub(crate) struct World {
    pub(crate) session: Session,
    pub(crate) keys: AnyKey,
    pub(crate) codes: Vec<(MobileNumber, String)>,
    steps: u8,
}

impl World {
    pub(crate) fn new(session: Session) -> Self {
        Self {
            session,
            keys: AnyKey::new(),
            codes: Vec::new(),
            steps: 0,
        }
    }

    /// A fresh round of up to four people.
    pub(crate) fn open(
        people: u8,
        policy: VerificationPolicy,
        now: DateTime<Utc>,
    ) -> (Self, Update) {
        let roles = [
            Roles::from(Role::EntityLeader),
            Role::ServiceAdministrator.into(),
            Roles::from(Role::EntityLeader) | Role::ServiceAdministrator.into(),
            Roles::NONE,
        ];
        let recipients = (1..=people.clamp(1, 4)).zip(roles).map(|(n, roles)| {
            let mobile = format!("1990000000{n}").parse().unwrap();
            Recipient::new(mobile, roles, [LAST_SIX.parse().unwrap()])
        });
        let recipients = Recipients::new(recipients, policy).unwrap();
        let seed = Seed::draw(&mut rng()).unwrap();
        let keys = AnyKey::new();
        let decision = Session::open(&Opening::new(42, &recipients, seed), &keys, now).unwrap();
        let update = decision.update().clone();
        (Self::new(decision.persisted().0), update)
    }

    /// Looks at everything, then does one command; what is to be stored, if anything is.
    pub(crate) fn step(&mut self, step: Step) -> Option<Update> {
        let [what, who, how, when] = step;
        self.steps = self.steps.wrapping_add(1);
        let now = self.instant(when);
        self.look(now);
        let session = &self.session;
        let mobiles = session.mobiles().copied().collect::<Vec<_>>();
        let mobile = mobiles
            .get(usize::from(who) % mobiles.len().max(1))
            .copied();
        let mobile = mobile.unwrap_or("19900009999".parse().unwrap());
        let update = match what % 16 {
            0..=5 => {
                let outbox = session.outbox(&self.keys, now).unwrap();
                let due = outbox.get(usize::from(who) % outbox.len().max(1));
                let guess = MessageId {
                    session: session.id(),
                    recipient: who % 4,
                    number: u16::from(how >> 4) % 5,
                    attempt: u16::from(how >> 7),
                };
                let id = due
                    .filter(|_| what % 16 < 5)
                    .map_or(guess, beian::Message::id);
                let report = DeliveryReport::ALL[[0, 0, 0, 0, 1, 2, 3, 4][usize::from(how % 8)]];
                stored(session.report(id, report, now))
            }
            6..=9 => {
                let mut entry = self.entry(&mobile, how);
                if how & 0x80 != 0 {
                    entry = entry.with_submission_id(u128::from(self.steps & 0x3f));
                }
                stored(session.submit(&entry, &self.keys, now))
            }
            10..=12 => {
                let last_six = if how % 8 == 0 { "000000" } else { LAST_SIX };
                let request = ResendRequest::parse(mobile.digits(), last_six).unwrap();
                stored(session.resend(&request, &self.keys, now))
            }
            13 => stored(session.withdraw(now)).filter(|_| how > 0xc0),
            14 => stored(session.erase(now)),
            _ => stored(session.tick(now)),
        };
        if let Some(update) = &update {
            self.session = update.session().clone();
        }
        update
    }

    /// Every step leads to something that can be read back.
    pub(crate) fn survive(mut self, steps: &[Step]) {
        for step in steps {
            if self.step(*step).is_some() {
                assert_kept(&self.session);
            }
        }
    }

    fn entry(&self, mobile: &MobileNumber, how: u8) -> Entry {
        let known = self
            .codes
            .iter()
            .filter(|(to, _)| to == mobile)
            .map(|(_, code)| code.as_str());
        let codes = known.rev().collect::<Vec<_>>();
        let code = match how % 4 {
            0 => codes.first(),
            1 => codes.get(1),
            _ => None,
        };
        let last_six = if how & 0x70 == 0x70 {
            "000000"
        } else {
            LAST_SIX
        };
        Entry::parse(mobile.digits(), code.copied().unwrap_or("271828"), last_six).unwrap()
    }

    fn instant(&self, when: u8) -> DateTime<Utc> {
        let from = |base: DateTime<Utc>, by: TimeDelta| {
            let limit = if by < TimeDelta::zero() {
                DateTime::<Utc>::MIN_UTC
            } else {
                DateTime::<Utc>::MAX_UTC
            };
            base.checked_add_signed(by).unwrap_or(limit)
        };
        let last = self.session.last_changed_at();
        let by = match when % 20 {
            0..=3 => TimeDelta::zero(),
            4 => TimeDelta::microseconds(1),
            5 => TimeDelta::seconds(30),
            6..=8 | 18 | 19 => TimeDelta::seconds(60),
            9 => TimeDelta::minutes(5),
            10 => TimeDelta::minutes(10),
            11 => TimeDelta::hours(1),
            12 => TimeDelta::hours(11),
            13 => TimeDelta::hours(24) + TimeDelta::microseconds(1),
            14 => TimeDelta::hours(-1),
            15 if when > 200 => return DateTime::<Utc>::MAX_UTC,
            16 if when > 200 => return DateTime::<Utc>::MIN_UTC,
            _ => return self.session.wake().unwrap_or(last),
        };
        from(last, by)
    }

    fn look(&mut self, now: DateTime<Utc>) {
        let session = &self.session;
        for message in session.outbox(&self.keys, now).unwrap() {
            let code = (*message.to(), message.code_for_transport().to_owned());
            if !self.codes.contains(&code) {
                self.codes.push(code);
            }
        }
        for person in session.recipients() {
            let _ = (
                person.state(),
                person.verified_at(),
                person.window_closes_at(),
            );
            let _ = (
                person.resends_left(),
                person.wrong_entries_left(),
                person.resend_possible_at(),
            );
        }
        let _ = (
            session.status(),
            session.wake(),
            session.is_found_at(now),
            session.opened_at(),
        );
        let _ = format!("{session:?} {:?}", session.recipients().collect::<Vec<_>>());
    }
}

/// Both forms give the session back: so every invariant holds of it.
pub(crate) fn assert_kept(session: &Session) {
    let json = serde_json::to_string(session).unwrap();
    let read = serde_json::from_str::<Session>(&json);
    assert!(
        read.as_ref().is_ok_and(|read| read == session),
        "{:?} of {json}",
        read.err()
    );
    let bytes = postcard::to_allocvec(session).unwrap();
    assert_eq!(
        postcard::from_bytes::<Session>(&bytes).as_ref(),
        Ok(session),
        "{json}"
    );
}

/// A policy that is in its ranges, the regulator's own more often than not.
pub(crate) fn policy([kind, switches, window, budget]: [u8; 4]) -> VerificationPolicy {
    let mut policy = VerificationPolicy::builder()
        .keep_code(switches & 1 != 0)
        .count_only_matching_ids(switches & 2 != 0)
        .noon_resend(switches & 4 != 0);
    if kind & 1 != 0 {
        policy = policy
            .wrong_entries_max(budget % 10 + 1)
            .wrong_ids_max(budget / 16 % 10 + 1)
            .resend_pause(TimeDelta::nanoseconds(
                30_000_000_999 + i64::from(budget) * 1_000_000_000,
            ))
            .delivery_clamp(TimeDelta::minutes(i64::from(budget % 11)))
            .unreachable_after(TimeDelta::hours(i64::from(window % 72) + 1));
    }
    if kind & 6 == 6 {
        let resends = if switches & 4 != 0 {
            budget % 3
        } else {
            budget % 4
        };
        policy =
            policy.not_the_regulators(TimeDelta::minutes(10 + i64::from(window) * 16), resends);
    }
    policy.build().unwrap()
}

/// The same numbers on every machine.
pub(crate) fn rng() -> impl rand_core::CryptoRng {
    use chacha20::rand_core::SeedableRng;
    chacha20::ChaCha20Rng::from_seed([42; 32])
}

fn stored<A, E>(decided: Result<beian::Decision<A>, E>) -> Option<Update> {
    Some(decided.ok()?.update().clone())
}
