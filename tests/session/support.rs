//! A driver for one round: a session, a clock that stands still until it is told to move, one key,
//! and what was stored so far.
#![allow(dead_code, reason = "each test file uses its own part of the driver")]

use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use beian::{
    Decision, DeliveryReport, DeliveryReportOutcome, Entry, EntryOutcome, Event, EventKind,
    KeyError, KeyId, KeyRing, Keys, Mac, Message, MessageId, Opening, Recipient, RecipientView,
    Recipients, Refusal, ResendOutcome, ResendRequest, Role, RoundFailure, RoundStatus, Seed,
    Session, SessionError, SessionId, VerificationPolicy, VerificationPolicyBuilder,
};
use chacha20::ChaCha20Rng;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit};
use rand_core::SeedableRng;
use sha2::Sha256;

/// Whoever is texted in these tests: number and last six, all invented, sorted by number.
pub(crate) const PEOPLE: [(&str, &str); 3] = [
    ("19900000001", "345678"),
    ("19900000002", "45678X"),
    ("19900000003", "567890"),
];
/// The first of [`PEOPLE`], the second, the third.
pub(crate) const LI: usize = 0;
pub(crate) const WANG: usize = 1;
pub(crate) const ZHAO: usize = 2;
/// A number that no round has.
pub(crate) const STRANGER: &str = "19900000009";
/// The last six of nobody.
pub(crate) const WRONG_ID: &str = "99999X";
/// The code of nobody in these tests: seeds are fixed, so this is certain once a test has passed.
pub(crate) const WRONG_CODE: &str = "271828";

/// 2026-03-02, 15:00 Beijing time: noon of the next day is 21 hours away, inside the window.
pub(crate) fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_434_800, 0).unwrap()
}

pub(crate) const MICROSECOND: TimeDelta = TimeDelta::microseconds(1);
pub(crate) const MINUTE: TimeDelta = TimeDelta::minutes(1);
pub(crate) const DAY: TimeDelta = TimeDelta::hours(24);

pub(crate) fn keys() -> KeyRing {
    KeyRing::single(1, [7; 32]).unwrap()
}

pub(crate) fn seed(number: u64) -> Seed {
    Seed::draw(&mut ChaCha20Rng::seed_from_u64(number)).unwrap()
}

pub(crate) fn policy(
    change: impl FnOnce(VerificationPolicyBuilder) -> VerificationPolicyBuilder,
) -> VerificationPolicy {
    change(VerificationPolicy::builder()).build().unwrap()
}

pub(crate) fn recipient(who: usize) -> Recipient {
    let (mobile, id) = PEOPLE[who];
    Recipient::new(
        mobile.parse().unwrap(),
        Role::ServiceAdministrator,
        [id.parse().unwrap()],
    )
}

pub(crate) fn recipients(people: usize, policy: VerificationPolicy) -> Recipients {
    Recipients::new((0..people).map(recipient), policy).unwrap()
}

/// Six digits that differ from `code` in the last one.
pub(crate) fn other_than(code: &str) -> String {
    let (front, last) = code.split_at(5);
    let last = (last.parse::<u8>().unwrap() + 1) % 10;
    format!("{front}{last}")
}

/// One round. Every decision is stored at once: `session` is what a store would hold.
pub(crate) struct Round {
    pub(crate) session: Session,
    pub(crate) now: DateTime<Utc>,
    pub(crate) keys: KeyRing,
    pub(crate) events: Vec<Event>,
}

impl Round {
    /// A round of Li alone, under the regulator's policy.
    pub(crate) fn open() -> Self {
        Self::open_with(1, VerificationPolicy::REGULATOR)
    }

    /// A round of the first `people` of [`PEOPLE`].
    pub(crate) fn open_with(people: usize, policy: VerificationPolicy) -> Self {
        Self::open_seeded(people, policy, 1)
    }

    /// As [`open_with`](Self::open_with); session id and entropy come from `number`.
    pub(crate) fn open_seeded(people: usize, policy: VerificationPolicy, number: u64) -> Self {
        let recipients = recipients(people, policy);
        let opening = Opening::new(u128::from(number), &recipients, seed(number));
        Self::opened(&opening, keys(), start())
    }

    pub(crate) fn opened(opening: &Opening<'_>, keys: KeyRing, now: DateTime<Utc>) -> Self {
        let decision = Session::open(opening, &keys, now).unwrap();
        let events = decision.update().events().collect();
        let (session, ()) = decision.persisted();
        Self {
            session,
            now,
            keys,
            events,
        }
    }

    /// A round whose first messages were accepted when it opened, and their codes.
    pub(crate) fn texted<const N: usize>(policy: VerificationPolicy) -> (Self, [String; N]) {
        let mut round = Self::open_with(N, policy);
        let codes = core::array::from_fn(|who| round.accept(who));
        (round, codes)
    }

    pub(crate) fn pass(&mut self, span: TimeDelta) -> &mut Self {
        self.now += span;
        self
    }

    pub(crate) fn at(&mut self, now: DateTime<Utc>) -> &mut Self {
        self.now = now;
        self
    }

    pub(crate) fn outbox(&self) -> Vec<Message> {
        self.session.outbox(&self.keys, self.now).unwrap()
    }

    /// The message to `who` that is due.
    pub(crate) fn due(&self, who: usize) -> Option<Message> {
        let mine = |message: &Message| usize::from(message.id().recipient) == who;
        self.outbox().into_iter().find(mine)
    }

    /// The code that is due to be sent to `who`.
    pub(crate) fn code(&self, who: usize) -> String {
        self.due(who)
            .expect("a message is due")
            .code_for_transport()
            .into()
    }

    pub(crate) fn id_of_due(&self, who: usize) -> MessageId {
        self.due(who).expect("a message is due").id()
    }

    /// The gateway reports on the message to `who` that is due; its code.
    pub(crate) fn report_due(&mut self, who: usize, report: DeliveryReport) -> String {
        let (id, code) = (self.id_of_due(who), self.code(who));
        assert_eq!(self.report(id, report), Ok(DeliveryReportOutcome::Applied));
        code
    }

    /// The gateway accepts the message to `who` that is due; its code.
    pub(crate) fn accept(&mut self, who: usize) -> String {
        self.report_due(who, DeliveryReport::Accepted)
    }

    pub(crate) fn report(
        &mut self,
        id: MessageId,
        report: DeliveryReport,
    ) -> Result<DeliveryReportOutcome, Refusal> {
        let (session, outcome) = self
            .store(self.session.report(id, report, self.now)?)
            .persisted();
        self.session = session;
        Ok(outcome)
    }

    /// An entry as it is typed, with whatever fields.
    pub(crate) fn entry(&mut self, entry: &Entry) -> Result<EntryOutcome, SessionError> {
        let decision = self.session.submit(entry, &self.keys, self.now)?;
        let (session, outcome) = self.store(decision).persisted();
        self.session = session;
        Ok(outcome)
    }

    /// `who` enters this code and this ID: what came of it, stored or not.
    pub(crate) fn submit(&mut self, who: usize, code: &str, id: &str) -> EntryOutcome {
        let entry = Entry::parse(PEOPLE[who].0, code, id).unwrap();
        match self.entry(&entry) {
            Ok(outcome) => outcome,
            Err(SessionError::Refused(why)) => EntryOutcome::NotCounted(why),
            Err(other) => panic!("{other}"),
        }
    }

    /// `who` enters this code with the right ID.
    pub(crate) fn enter(&mut self, who: usize, code: &str) -> EntryOutcome {
        self.submit(who, code, PEOPLE[who].1)
    }

    /// `who` enters a wrong code so many times; the last outcome.
    pub(crate) fn guess(&mut self, who: usize, times: usize) -> EntryOutcome {
        let outcomes = (0..times).map(|_| self.enter(who, WRONG_CODE));
        outcomes.last().expect("at least one entry")
    }

    /// `who` asks for a resend with this ID: what came of it, stored or not.
    pub(crate) fn resend_with(&mut self, who: usize, id: &str) -> ResendOutcome {
        let request = ResendRequest::parse(PEOPLE[who].0, id).unwrap();
        match self.session.resend(&request, &self.keys, self.now) {
            Ok(decision) => {
                let (session, outcome) = self.store(decision).persisted();
                self.session = session;
                outcome
            }
            Err(SessionError::Refused(why)) => ResendOutcome::NotSent(why),
            Err(other) => panic!("{other}"),
        }
    }

    /// `who` asks for a resend with the right ID.
    pub(crate) fn resend(&mut self, who: usize) -> ResendOutcome {
        self.resend_with(who, PEOPLE[who].1)
    }

    /// A minute later: a resend is asked for and accepted; its code.
    pub(crate) fn resent(&mut self, who: usize) -> String {
        self.pass(MINUTE);
        assert_eq!(self.resend(who), ResendOutcome::Queued);
        self.accept(who)
    }

    pub(crate) fn tick(&mut self) -> Result<(), Refusal> {
        let (session, ()) = self.store(self.session.tick(self.now)?).persisted();
        self.session = session;
        Ok(())
    }

    pub(crate) fn withdraw(&mut self) -> Result<(), Refusal> {
        let (session, ()) = self.store(self.session.withdraw(self.now)?).persisted();
        self.session = session;
        Ok(())
    }

    pub(crate) fn erase(&mut self) -> Result<(), Refusal> {
        let (session, ()) = self.store(self.session.erase(self.now)?).persisted();
        self.session = session;
        Ok(())
    }

    pub(crate) fn status(&self) -> RoundStatus {
        self.session.status()
    }

    pub(crate) fn is_completed(&self) -> bool {
        matches!(self.status(), RoundStatus::AdministrationReview { .. })
    }

    pub(crate) fn return_cause(&self) -> Option<RoundFailure> {
        match self.status() {
            RoundStatus::Returned { cause, .. } => Some(cause),
            RoundStatus::SmsVerification
            | RoundStatus::AdministrationReview { .. }
            | RoundStatus::Withdrawn { .. } => None,
        }
    }

    pub(crate) fn view(&self, who: usize) -> RecipientView<'_> {
        self.session.recipients().nth(who).expect("a recipient")
    }

    /// The last instant in time of `who`, once texted.
    pub(crate) fn closes(&self, who: usize) -> DateTime<Utc> {
        self.view(who).window_closes_at().expect("a window")
    }

    pub(crate) fn wrong_entries_left(&self, who: usize) -> u8 {
        self.view(who).wrong_entries_left()
    }

    /// How often something of this name happened.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.kinds().filter(|kind| kind.name() == name).count()
    }

    pub(crate) fn kinds(&self) -> impl Iterator<Item = EventKind> {
        self.events.iter().map(|event| event.kind)
    }

    fn store<A>(&mut self, decision: Decision<A>) -> Decision<A> {
        let update = decision.update();
        assert_eq!(update.expected_version(), self.session.version());
        self.events.extend(update.events());
        decision
    }
}

/// An entry with the right ID of `who`.
pub(crate) fn entry(who: usize, code: &str) -> Entry {
    Entry::parse(PEOPLE[who].0, code, PEOPLE[who].1).unwrap()
}

/// Keys that count how often they are used.
pub(crate) struct Counting {
    pub(crate) keys: KeyRing,
    pub(crate) macs: AtomicUsize,
}

impl Counting {
    pub(crate) fn new(keys: KeyRing) -> Self {
        Self {
            keys,
            macs: 0.into(),
        }
    }

    /// How many MACs `action` computes.
    pub(crate) fn during(&self, action: impl FnOnce(&Self)) -> usize {
        let before = self.macs.load(Ordering::Relaxed);
        action(self);
        self.macs.load(Ordering::Relaxed) - before
    }
}

impl Keys for Counting {
    fn current(&self) -> KeyId {
        self.keys.current()
    }

    fn mac(&self, key: KeyId, message: &[u8]) -> Result<Mac, KeyError> {
        self.macs.fetch_add(1, Ordering::Relaxed);
        self.keys.mac(key, message)
    }
}

/// The key of [`keys`], with a memory: for tests that ask the same thing very often.
#[derive(Default)]
pub(crate) struct Remembering(Mutex<HashMap<Vec<u8>, [u8; 32]>>);

impl Keys for Remembering {
    fn current(&self) -> KeyId {
        KeyId::from(1)
    }

    fn mac(&self, _: KeyId, message: &[u8]) -> Result<Mac, KeyError> {
        let mut known = self.0.lock().unwrap();
        if let Some(mac) = known.get(message) {
            return Ok((*mac).into());
        }
        let mac = hmac_sha_256(message);
        known.insert(message.into(), mac);
        Ok(mac.into())
    }
}

/// The MAC of `message` under the key of [`keys`], in clear.
pub(crate) fn hmac_sha_256(message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(&[7; 32]).unwrap();
    hmac::Mac::update(&mut mac, message);
    hmac::Mac::finalize(mac).into_bytes().into()
}

pub(crate) fn session_id(number: u128) -> SessionId {
    SessionId::from(number)
}
