//! A desk with everything around it: a clock that is moved by hand, a gateway that remembers, and a
//! store that can be made to fail, to refuse, to wait and to park.
#![allow(dead_code, reason = "each test file uses its own part of it")]

use std::{
    cell::Cell,
    pin::pin,
    sync::{
        Arc, Barrier, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
};

use beian::{
    Entry, EntryAnswer, EntryOutcome, Event, EventKind, KeyError, KeyId, KeyRing, Keys, Mac,
    Message, MobileNumber, RecipientView, Recipients, RoundStatus, Session, SessionId, Update,
    VerificationPolicy,
    host::{
        Clock as _, Desk, Dispatched, HostError, Lease, Leased, MemoryStore, Resent, SaveError,
        SendOutcome, SessionStore, SmsSender, Submitted, block,
    },
    testkit::{ManualClock, RecordingSender, TestPerson, keys, recipients_under, seed},
};
use chrono::{DateTime, TimeDelta, Utc};

pub(crate) const LI: TestPerson = TestPerson(1);
pub(crate) const WANG: TestPerson = TestPerson(2);
/// The code of nobody: seeds are fixed, so this is certain once a test has passed.
pub(crate) const WRONG_CODE: &str = "271828";
pub(crate) const WRONG_ID: &str = "99999X";
pub(crate) const MICROSECOND: TimeDelta = TimeDelta::microseconds(1);
pub(crate) const MINUTE: TimeDelta = TimeDelta::minutes(1);
pub(crate) const DAY: TimeDelta = TimeDelta::hours(24);

pub(crate) type Store = Arc<Tap<MemoryStore>>;

pub(crate) struct World<S = Store> {
    pub(crate) desk: Desk<S>,
    pub(crate) store: S,
    pub(crate) clock: ManualClock,
    pub(crate) sender: RecordingSender,
    pub(crate) policy: VerificationPolicy,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::under(VerificationPolicy::REGULATOR)
    }

    pub(crate) fn under(policy: VerificationPolicy) -> Self {
        Self::over(Arc::new(Tap::over(MemoryStore::default())), keys(), policy)
    }

    pub(crate) fn events(&self) -> Vec<EventKind> {
        self.store.events().iter().map(|event| event.kind).collect()
    }
}

impl<S: SessionStore + Clone> World<S> {
    pub(crate) fn over(store: S, keys: impl Keys + 'static, policy: VerificationPolicy) -> Self {
        let clock = ManualClock::default();
        Self {
            desk: Desk::new(store.clone(), keys, clock.clone()),
            store,
            clock,
            sender: RecordingSender::default(),
            policy,
        }
    }

    /// Another desk over the same store and clock.
    pub(crate) fn another(&self, keys: impl Keys + 'static) -> Desk<S> {
        Desk::new(self.store.clone(), keys, self.clock.clone())
    }

    pub(crate) fn recipients(&self, persons: u16) -> Recipients {
        recipients_under(persons, self.policy.clone())
    }

    pub(crate) fn open(&self, id: u128, persons: u16) -> Session {
        let seed = seed(u64::try_from(id).unwrap());
        let opened = block(self.desk.open(id, &self.recipients(persons), seed)).unwrap();
        opened.unwrap()
    }

    /// Opens, and sends the first messages.
    pub(crate) fn text(&self, id: u128, persons: u16) {
        self.open(id, persons);
        self.dispatch();
    }

    pub(crate) fn dispatch(&self) -> Dispatched {
        block(self.desk.dispatch(&self.sender)).unwrap().unwrap()
    }

    /// The latest code that the person read in a message of this round.
    pub(crate) fn code(&self, id: u128, person: TestPerson) -> String {
        self.codes(id, person).pop().unwrap()
    }

    pub(crate) fn codes(&self, id: u128, person: TestPerson) -> Vec<String> {
        let sent = self.sender.sent();
        let of_round = sent.iter().filter(|sent| {
            sent.id().session == SessionId::from(id)
                && *sent.to() == person.mobile()
                && sent.outcome() == Some(SendOutcome::Accepted)
        });
        of_round.map(|sent| sent.code().to_owned()).collect()
    }

    pub(crate) fn submit(&self, person: TestPerson, code: &str) -> Submitted {
        self.enter(&person.entry(code).unwrap())
    }

    pub(crate) fn enter(&self, entry: &Entry) -> Submitted {
        block(self.desk.submit(entry)).unwrap().unwrap()
    }

    pub(crate) fn resend(&self, person: TestPerson) -> Resent {
        block(self.desk.resend(&person.resend())).unwrap().unwrap()
    }

    /// A minute later, a resend that goes out.
    pub(crate) fn another_message(&self, person: TestPerson) {
        self.clock.advance(MINUTE);
        assert_eq!(self.resend(person).answer().name(), "accepted");
        self.dispatch();
    }

    pub(crate) fn session(&self, id: u128) -> Session {
        block(self.desk.session(id)).unwrap().unwrap()
    }

    /// As it is stored, whatever the time.
    pub(crate) fn stored(&self, id: u128) -> Session {
        let loaded = block(self.store.load(SessionId::from(id))).unwrap();
        loaded
            .unwrap_or_else(|_| panic!("the store fails"))
            .unwrap()
    }

    pub(crate) fn status(&self, id: u128) -> RoundStatus {
        self.stored(id).status()
    }

    pub(crate) fn left(&self, id: u128, person: TestPerson) -> u8 {
        view(&self.stored(id), person, |view| view.wrong_entries_left())
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

pub(crate) fn view<T>(
    session: &Session,
    person: TestPerson,
    look: impl Fn(RecipientView<'_>) -> T,
) -> T {
    let mut all = session.recipients();
    let one = all.find(|view| view.mobile() == Some(&person.mobile()));
    look(one.unwrap())
}

pub(crate) fn typed(person: TestPerson, code: &str, id: &str) -> Entry {
    Entry::parse(person.mobile().digits(), code, id).unwrap()
}

/// What came of an entry, order by order, with plain ids.
pub(crate) fn outcomes(submitted: &Submitted) -> Vec<(u128, EntryOutcome)> {
    let plain = |(id, outcome): &(SessionId, EntryOutcome)| (plain(*id), *outcome);
    submitted.orders().iter().map(plain).collect()
}

pub(crate) fn plain(id: SessionId) -> u128 {
    u128::from_be_bytes(*id.as_bytes())
}

pub(crate) fn nothing_is_told(submitted: &Submitted) {
    assert_eq!(submitted.answer(), EntryAnswer::NotFound);
}

// ---- stores

/// A store seen through: what was stored, and a hand on every call.
#[derive(Default)]
pub(crate) struct Tap<S> {
    store: S,
    events: Mutex<Vec<Event>>,
    /// Saves that fail before anything is stored.
    pub(crate) down: AtomicBool,
    /// How many more saves are refused as if somebody else had been faster.
    pub(crate) conflicts: AtomicUsize,
    /// Whether every call waits, once before it does anything and once after.
    pub(crate) waits: AtomicBool,
    /// How often it was asked for what is due.
    pub(crate) asked: AtomicUsize,
    barrier: Option<Barrier>,
}

thread_local! {
    static PARK: Cell<bool> = const { Cell::new(false) };
}

/// The next `find` of this thread waits until all others of the barrier have found as well.
pub(crate) fn park_the_next_find() {
    PARK.set(true);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the store is down")]
pub(crate) struct Down;

impl<S: SessionStore> Tap<S> {
    pub(crate) fn over(store: S) -> Self {
        Self {
            store,
            events: Mutex::default(),
            down: AtomicBool::default(),
            conflicts: AtomicUsize::default(),
            waits: AtomicBool::default(),
            asked: AtomicUsize::default(),
            barrier: None,
        }
    }

    pub(crate) fn parking(store: S, threads: usize) -> Self {
        Self {
            barrier: Some(Barrier::new(threads)),
            ..Self::over(store)
        }
    }

    pub(crate) fn inner(&self) -> &S {
        &self.store
    }

    /// Of every update that was stored, in order.
    pub(crate) fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap().clone()
    }

    async fn step<T>(&self, call: impl Future<Output = T>) -> T {
        if self.waits.load(Ordering::Relaxed) {
            wait_once().await;
            let output = call.await;
            wait_once().await;
            return output;
        }
        call.await
    }
}

impl<S: SessionStore> SessionStore for Tap<S> {
    type Error = Down;

    async fn load(&self, id: SessionId) -> Result<Option<Session>, Down> {
        self.step(self.store.load(id)).await.map_err(|_| Down)
    }

    async fn find(&self, mobile: &MobileNumber, now: DateTime<Utc>) -> Result<Vec<Session>, Down> {
        let found = self.step(self.store.find(mobile, now)).await;
        if let Some(barrier) = self.barrier.as_ref().filter(|_| PARK.replace(false)) {
            barrier.wait();
        }
        found.map_err(|_| Down)
    }

    async fn save(&self, updates: &[Update]) -> Result<(), SaveError<Down>> {
        let saving = async {
            if self.down.load(Ordering::Relaxed) {
                return Err(SaveError::Store(Down));
            }
            let refuse = |left: usize| left.checked_sub(1);
            let (set, get) = (Ordering::Relaxed, Ordering::Relaxed);
            if self.conflicts.fetch_update(set, get, refuse).is_ok() {
                return Err(SaveError::Conflict);
            }
            // Held over the save, so that events are in its order. The inner stores never wait.
            let mut events = self.events.lock().unwrap();
            match block(self.store.save(updates)).unwrap() {
                Ok(()) => {
                    events.extend(updates.iter().flat_map(Update::events));
                    Ok(())
                }
                Err(SaveError::Conflict) => Err(SaveError::Conflict),
                Err(SaveError::Store(_)) => Err(SaveError::Store(Down)),
            }
        };
        self.step(saving).await
    }

    async fn lease_due(
        &self,
        now: DateTime<Utc>,
        limit: usize,
        lease: TimeDelta,
    ) -> Result<Vec<Leased>, SaveError<Down>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let due = self.step(self.store.lease_due(now, limit, lease)).await;
        // Answers overtake each other, as over several connections.
        if self.waits.load(Ordering::Relaxed) && limit == 1 {
            for _ in 0..8 {
                wait_once().await;
            }
        }
        due.map_err(|_| SaveError::Store(Down))
    }

    async fn renew(&self, lease: &Lease, until: DateTime<Utc>) -> Result<bool, SaveError<Down>> {
        let renewed = self.step(self.store.renew(lease, until)).await;
        renewed.map_err(|_| SaveError::Store(Down))
    }

    async fn give_back(&self, lease: &Lease) -> Result<(), SaveError<Down>> {
        let given = self.step(self.store.give_back(lease)).await;
        given.map_err(|_| SaveError::Store(Down))
    }

    async fn next_due(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Down> {
        self.step(self.store.next_due(now)).await.map_err(|_| Down)
    }
}

/// A store that ignores versions: whoever writes last is right.
#[derive(Default)]
pub(crate) struct Careless(Mutex<Vec<Session>>);

impl SessionStore for Careless {
    type Error = Down;

    async fn load(&self, id: SessionId) -> Result<Option<Session>, Down> {
        let sessions = self.0.lock().unwrap();
        Ok(sessions.iter().find(|session| session.id() == id).cloned())
    }

    async fn find(&self, mobile: &MobileNumber, now: DateTime<Utc>) -> Result<Vec<Session>, Down> {
        let sessions = self.0.lock().unwrap();
        let of_number = sessions
            .iter()
            .filter(|session| session.is_found_at(now) && session.mobiles().any(|m| m == mobile));
        Ok(of_number.cloned().collect())
    }

    async fn save(&self, updates: &[Update]) -> Result<(), SaveError<Down>> {
        let mut sessions = self.0.lock().unwrap();
        for update in updates {
            sessions.retain(|session| session.id() != update.id());
            sessions.push(update.session().clone());
        }
        Ok(())
    }

    async fn lease_due(
        &self,
        now: DateTime<Utc>,
        _: usize,
        _: TimeDelta,
    ) -> Result<Vec<Leased>, SaveError<Down>> {
        let sessions = self.0.lock().unwrap();
        let due = sessions
            .iter()
            .filter(|session| session.wake().is_some_and(|wake| wake <= now));
        let leased = |session: &Session| Leased {
            lease: Lease {
                session: session.id(),
                until: now,
                first: true,
            },
            session: Ok(session.clone()),
        };
        Ok(due.map(leased).collect())
    }

    async fn renew(&self, _: &Lease, _: DateTime<Utc>) -> Result<bool, SaveError<Down>> {
        Ok(true)
    }

    async fn give_back(&self, _: &Lease) -> Result<(), SaveError<Down>> {
        Ok(())
    }

    async fn next_due(&self, _: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Down> {
        Ok(None)
    }
}

// ---- senders

/// Does something of its own with every message before it hands it on.
pub(crate) struct Meddling<'a, F>(pub(crate) &'a RecordingSender, pub(crate) F);

impl<F: Fn(&Message) + Send + Sync> SmsSender for Meddling<'_, F> {
    async fn send(&self, message: &Message) -> SendOutcome {
        (self.1)(message);
        self.0.send(message).await
    }
}

/// Waits before the gateway has the message, and again before its answer arrives.
pub(crate) struct Waiting<'a>(pub(crate) &'a RecordingSender);

impl SmsSender for Waiting<'_> {
    async fn send(&self, message: &Message) -> SendOutcome {
        wait_once().await;
        let outcome = self.0.send(message).await;
        wait_once().await;
        outcome
    }
}

// ---- keys

/// Counts how often a key is used.
#[derive(Clone)]
pub(crate) struct Counting(Arc<(KeyRing, AtomicUsize)>);

impl Counting {
    pub(crate) fn new() -> Self {
        Self(Arc::new((keys(), AtomicUsize::default())))
    }

    /// Since the last time that this was asked.
    pub(crate) fn taken(&self) -> usize {
        self.0.1.swap(0, Ordering::Relaxed)
    }
}

impl Keys for Counting {
    fn current(&self) -> KeyId {
        self.0.0.current()
    }

    fn mac(&self, key: KeyId, message: &[u8]) -> Result<Mac, KeyError> {
        self.0.1.fetch_add(1, Ordering::Relaxed);
        self.0.0.mac(key, message)
    }
}

/// Codes come out of the first `codes` numbers alone, or, where there are as few as a session needs,
/// are the same in every session.
#[derive(Clone, Copy)]
pub(crate) struct FewCodes {
    pub(crate) codes: u8,
}

impl Keys for FewCodes {
    fn current(&self) -> KeyId {
        KeyId::from(1)
    }

    fn mac(&self, _: KeyId, message: &[u8]) -> Result<Mac, KeyError> {
        use sha2::{Digest as _, Sha256};
        let mut mac: [u8; 32] = Sha256::digest(message).into();
        if message.starts_with(b"\x08beian c1") {
            for (word, number) in mac.chunks_mut(8).zip(0_u8..) {
                let random = word[7] % self.codes;
                word.fill(0);
                word[7] = if self.codes == 4 { number } else { random };
            }
        }
        Ok(Mac::from(mac))
    }
}

/// Keys that can't be reached.
pub(crate) struct Unreachable;

impl Keys for Unreachable {
    fn current(&self) -> KeyId {
        KeyId::from(1)
    }

    fn mac(&self, _: KeyId, _: &[u8]) -> Result<Mac, KeyError> {
        Err(KeyError::Unavailable)
    }
}

// ---- futures

pub(crate) async fn wait_once() {
    let mut waited = false;
    std::future::poll_fn(|context| {
        context.waker().wake_by_ref();
        if std::mem::replace(&mut waited, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

/// Polls at most `polls` times and then drops the future.
pub(crate) fn poll_for<F: Future>(future: F, polls: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    (0..polls).find_map(|_| match future.as_mut().poll(&mut context) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    })
}

pub(crate) type Failure = HostError<Down>;
