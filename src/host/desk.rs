//! One desk for every round: the public forms, the messages, the passing of time.

use alloc::{borrow::Cow, collections::BTreeSet, sync::Arc, vec::Vec};
use core::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Clock, SaveError, SendOutcome, SessionStore, SmsSender};
use crate::{
    Decision, DeliveryReport, DeliveryReportOutcome, Entry, EntryAnswer, EntryOutcome, KeyError,
    Keys, Lang, MessageId, MobileNumber, OpenError, Opening, Recipients, Refusal, ResendAnswer,
    ResendOutcome, ResendRequest, Seed, Session, SessionId, Update,
    session::{
        decide::Draft,
        number::{self, Candidate, EntryCandidate, ResendCandidate},
    },
    time::Micros,
};

/// Everything that a system which issues and checks codes does, over its store.
///
/// Each call loads, decides, saves, and starts over if another host was faster (D20); it answers
/// only what is stored. Dropping one of its futures half-way is like a crash: nothing is lost, and
/// nothing was answered that wasn't stored.
///
/// ```
/// use beian::{Entry, EntryAnswer, KeyRing, Policy, Recipient, Recipients, Role, Seed};
/// use beian::host::{Desk, MemoryStore, SendOutcome, SmsSender, block};
///
/// /// Remembers the last code, as a person would.
/// struct Handset(std::sync::Mutex<String>);
/// impl SmsSender for Handset {
///     async fn send(&self, message: &beian::Message) -> SendOutcome {
///         *self.0.lock().unwrap() = message.code_for_transport().into();
///         SendOutcome::Accepted
///     }
/// }
///
/// let person = Recipient::new("19900000001".parse()?, Role::EntityLeader, ["345678".parse()?]);
/// let recipients = Recipients::new([person], Policy::REGULATOR).unwrap();
/// let key = [7; 32]; // from a secret store
///
/// let desk = Desk::new(MemoryStore::default(), KeyRing::single(1, key)?, chrono::Utc::now);
/// let handset = Handset(Default::default());
/// let seed = Seed::draw(&mut getrandom::SysRng)?;
/// block(desk.open(42, &recipients, seed))??;
/// block(desk.dispatch(&handset))??;
///
/// let typed = handset.0.lock().unwrap().clone();
/// let submitted = block(desk.submit(&Entry::parse("199 0000 0001", &typed, "345678")?))??;
/// assert_eq!(submitted.answer(), EntryAnswer::AllVerified);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Desk<S> {
    store: S,
    keys: Arc<dyn Keys>,
    clock: Arc<dyn Clock>,
    tries: u8,
    lease: TimeDelta,
    counts: Counts,
}

#[derive(Default)]
struct Counts {
    verified: AtomicU64,
    wrong_entries: AtomicU64,
    wrong_ids: AtomicU64,
    ids_not_counted: AtomicU64,
    unknown_numbers: AtomicU64,
    conflicts: AtomicU64,
    accepted: AtomicU64,
    deferred: AtomicU64,
    failed: AtomicU64,
    ended: AtomicU64,
}

/// How many sessions one lease takes: few, so that several dispatchers share a backlog.
const BATCH: usize = 16;

impl<S: SessionStore> Desk<S> {
    /// A desk over a store, with the host's keys and clock.
    pub fn new(store: S, keys: impl Keys + 'static, clock: impl Clock + 'static) -> Self {
        Self {
            store,
            keys: Arc::new(keys),
            clock: Arc::new(clock),
            tries: 16,
            lease: TimeDelta::seconds(30),
            counts: Counts::default(),
        }
    }

    /// How often a call is started over when other hosts are faster, before it ends in
    /// [`HostError::Conflict`]: at least once, 16 times by default.
    #[must_use]
    pub fn tries(self, tries: u8) -> Self {
        Self {
            tries: tries.max(1),
            ..self
        }
    }

    /// How long [`dispatch`](Self::dispatch) keeps other hosts away from a session: 1 second or more,
    /// 30 seconds by default. Longer than the sender takes for one message, or another host sends the
    /// same one meanwhile, under the same key; after a crash, what was leased waits that long.
    #[must_use]
    pub fn lease(self, lease: TimeDelta) -> Self {
        Self {
            lease: lease.max(TimeDelta::seconds(1)),
            ..self
        }
    }

    /// Opens a round: the order was submitted to the administration just now (R02). Its messages
    /// are due at once; the next [`dispatch`](Self::dispatch) sends them.
    ///
    /// After a call that was dropped or lost, open again under the same id: [`HostError::Exists`]
    /// tells that the first call did it.
    ///
    /// # Errors
    /// [`HostError::Exists`] if there is a session of that id, [`HostError::Open`],
    /// [`HostError::Conflict`], [`HostError::Store`].
    pub async fn open(
        &self,
        id: impl Into<SessionId>,
        recipients: &Recipients,
        seed: Seed,
    ) -> Result<Session, HostError<S::Error>> {
        self.open_round(Opening::new(id, recipients, seed), None)
            .await
    }

    /// As [`open`](Self::open), for a returned order that was submitted again (B14): recipients
    /// without an ID get theirs from the `previous` round (D25).
    ///
    /// # Errors
    /// As for [`open`](Self::open); [`HostError::NotFound`] if there is no previous round.
    pub async fn open_again(
        &self,
        id: impl Into<SessionId>,
        recipients: &Recipients,
        seed: Seed,
        previous: impl Into<SessionId>,
    ) -> Result<Session, HostError<S::Error>> {
        let previous = self.session(previous).await?;
        self.open_round(Opening::new(id, recipients, seed), Some(&previous))
            .await
    }

    /// An entry on the public form 短信核验, judged over every open order of its number (D17–D21).
    ///
    /// # Errors
    /// [`HostError::Conflict`] (try again later), [`HostError::Store`], [`HostError::Key`] if the key
    /// service is unavailable. Nothing was counted then.
    pub async fn submit(&self, entry: &Entry) -> Result<Submitted, HostError<S::Error>> {
        for _ in 0..self.tries {
            let now = self.clock.now();
            let sessions = self.find(entry.mobile(), now).await?;
            if let Some(first) = remembered(&sessions, entry) {
                return Ok(first);
            }
            let (updates, submitted) = self.judge_entry(&sessions, entry, Micros::cut(now))?;
            if self.save(&updates).await? {
                self.counts.count_entry(&submitted);
                return Ok(submitted);
            }
        }
        Err(HostError::Conflict)
    }

    /// A request on the public form 短信重发, judged over every open order of its number (D14, D15).
    ///
    /// # Errors
    /// As for [`submit`](Self::submit).
    pub async fn resend(&self, request: &ResendRequest) -> Result<Resent, HostError<S::Error>> {
        for _ in 0..self.tries {
            let now = self.clock.now();
            let sessions = self.find(request.mobile(), now).await?;
            let (updates, resent) = self.judge_resend(&sessions, request, Micros::cut(now))?;
            if self.save(&updates).await? {
                self.counts.count_resend(&resent);
                return Ok(resent);
            }
        }
        Err(HostError::Conflict)
    }

    /// A delivery report that comes later, or anything else the gateway says of a message (D11).
    ///
    /// # Errors
    /// [`HostError::Refused`] with [`Refusal::UnknownMessage`], which a host ignores (D24);
    /// [`HostError::Conflict`], [`HostError::Store`].
    pub async fn report(
        &self,
        message: MessageId,
        report: DeliveryReport,
    ) -> Result<DeliveryReportOutcome, HostError<S::Error>> {
        let unknown = HostError::Refused(Refusal::UnknownMessage);
        let session = self
            .store
            .load(message.session)
            .await
            .map_err(HostError::Store)?;
        let session = session.ok_or(unknown)?;
        let (_, outcome) = self
            .command(session, |session, now| session.report(message, report, now))
            .await?;
        Ok(outcome)
    }

    /// Does everything that is due: lets time pass (ends rounds, queues noon resends) and sends the
    /// messages that are due, each once a call. Several dispatchers may run at once, on one host or
    /// on many: a lease keeps them off each other's sessions.
    ///
    /// Call it again at [`Dispatched::next`], or whenever a round was opened or a resend accepted.
    ///
    /// # Errors
    /// [`HostError::Store`]. What was sent before is stored; the rest is taken up again when the
    /// lease is over.
    pub async fn dispatch(
        &self,
        sender: &impl SmsSender,
    ) -> Result<Dispatched, HostError<S::Error>> {
        let mut done = Dispatched::new();
        let (mut attended, mut cut_short) = (BTreeSet::new(), false);
        loop {
            let now = self.clock.now();
            let due = self.store.lease_due(now, BATCH, self.lease).await;
            let due = due.map_err(HostError::Store)?;
            let until = Micros::cut(now).plus(self.lease).instant();
            let (before, mut rest) = (attended.len(), false);
            for id in due.iter().map(Session::id) {
                rest = attended.len() > before && self.clock.now() >= until;
                if rest {
                    break;
                }
                // Once a call: what comes round again, for a key that is missing or a gateway that
                // takes longer than a pause, would otherwise keep the call from ever ending.
                if !attended.insert(id) {
                    continue;
                }
                match self.attend(id, until, sender, &mut done).await {
                    Ok(whole) => cut_short |= !whole,
                    Err(HostError::Store(error)) => return Err(HostError::Store(error)),
                    Err(_) => done.left_out.push(id),
                }
            }
            let nothing_new = attended.len() == before;
            if nothing_new || (due.len() < BATCH && !rest) {
                break;
            }
        }
        let now = self.clock.now();
        let wake = self.store.next_wake(now).await.map_err(HostError::Store)?;
        let lease_over = Micros::cut(now).plus(self.lease).instant();
        let next = wake.map_or(lease_over, |wake| wake.min(lease_over));
        done.next = if cut_short { now } else { next };
        Ok(done)
    }

    /// The session as it is now: its round is ended first if its time is over (D08).
    ///
    /// # Errors
    /// [`HostError::NotFound`], [`HostError::Conflict`], [`HostError::Store`].
    pub async fn session(&self, id: impl Into<SessionId>) -> Result<Session, HostError<S::Error>> {
        let session = self.load(id.into()).await?;
        if session.tick(self.clock.now()).is_err() {
            return Ok(session);
        }
        let ticked = self.command(session.clone(), Session::tick).await;
        match ticked {
            Ok((session, ())) => Ok(session),
            Err(HostError::Refused(_)) => self.load(session.id()).await,
            Err(error) => Err(error),
        }
    }

    /// Withdraws an order from SMS verification or returned; final (D24).
    ///
    /// # Errors
    /// [`HostError::NotFound`], [`HostError::Refused`] with [`Refusal::NotWithdrawable`],
    /// [`HostError::Conflict`], [`HostError::Store`].
    pub async fn withdraw(&self, id: impl Into<SessionId>) -> Result<Session, HostError<S::Error>> {
        let session = self.load(id.into()).await?;
        Ok(self.command(session, Session::withdraw).await?.0)
    }

    /// Erases numbers and IDs of an ended round.
    ///
    /// # Errors
    /// [`HostError::NotFound`], [`HostError::Refused`] with [`Refusal::RoundOpen`] or
    /// [`Refusal::AlreadyErased`], [`HostError::Conflict`], [`HostError::Store`].
    pub async fn erase(&self, id: impl Into<SessionId>) -> Result<Session, HostError<S::Error>> {
        let session = self.load(id.into()).await?;
        Ok(self.command(session, Session::erase).await?.0)
    }

    /// What this desk has counted since it was made, to alarm on: somebody who guesses at many
    /// orders shows here.
    #[must_use]
    pub fn counters(&self) -> Counters {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let Counts {
            verified,
            wrong_entries,
            wrong_ids,
            ids_not_counted,
            unknown_numbers,
            conflicts,
            accepted,
            deferred,
            failed,
            ended,
        } = &self.counts;
        Counters {
            verified: read(verified),
            wrong_entries: read(wrong_entries),
            wrong_ids: read(wrong_ids),
            ids_not_counted: read(ids_not_counted),
            unknown_numbers: read(unknown_numbers),
            conflicts: read(conflicts),
            accepted: read(accepted),
            deferred: read(deferred),
            failed: read(failed),
            ended: read(ended),
        }
    }

    /// The store.
    pub const fn store(&self) -> &S {
        &self.store
    }

    async fn open_round(
        &self,
        opening: Opening<'_>,
        previous: Option<&Session>,
    ) -> Result<Session, HostError<S::Error>> {
        let mut opening = opening;
        if let Some(previous) = previous {
            opening = opening.after(previous);
        }
        for _ in 0..self.tries {
            let now = self.clock.now();
            let mut others = Vec::new();
            for recipient in opening.recipients() {
                others.extend(self.find(recipient.mobile(), now).await?);
            }
            let decision = opening.open(&others, &*self.keys, now)?;
            if self.save(core::slice::from_ref(decision.update())).await? {
                return Ok(decision.persisted().0);
            }
            let id = decision.update().id();
            if self
                .store
                .load(id)
                .await
                .map_err(HostError::Store)?
                .is_some()
            {
                return Err(HostError::Exists);
            }
        }
        Err(HostError::Conflict)
    }

    /// Decides over one session until the decision is stored.
    async fn command<A>(
        &self,
        mut session: Session,
        decide: impl Fn(&Session, DateTime<Utc>) -> Result<Decision<A>, Refusal>,
    ) -> Result<(Session, A), HostError<S::Error>> {
        for _ in 0..self.tries {
            let decision = decide(&session, self.clock.now()).map_err(HostError::Refused)?;
            if self.save(core::slice::from_ref(decision.update())).await? {
                return Ok(decision.persisted());
            }
            session = self.load(session.id()).await?;
        }
        Err(HostError::Conflict)
    }

    /// What is due in one leased session, which is loaded again: the sessions before it in the
    /// batch took their time. `false` if the lease was too short: the rest stays due.
    async fn attend(
        &self,
        id: SessionId,
        until: DateTime<Utc>,
        sender: &impl SmsSender,
        done: &mut Dispatched,
    ) -> Result<bool, HostError<S::Error>> {
        let Some(mut session) = self.store.load(id).await.map_err(HostError::Store)? else {
            return Ok(true);
        };
        if session.tick(self.clock.now()).is_ok() {
            session = self.session(id).await?;
            let ended = u64::from(!session.status().is_open());
            done.ended = done.ended.saturating_add(ended);
            self.counts.ended.fetch_add(ended, Ordering::Relaxed);
        }
        let messages = session
            .outbox(&*self.keys, self.clock.now())
            .map_err(HostError::Key)?;
        for (n, message) in messages.iter().enumerate() {
            let now = self.clock.now();
            if n > 0 && now >= until {
                return Ok(false);
            }
            if !session.is_due(message.id(), now) {
                continue;
            }
            let outcome = sender.send(message).await;
            done.count(outcome);
            self.counts.count_sent(outcome);
            let (id, report) = (message.id(), DeliveryReport::from(outcome));
            (session, _) = self
                .command(session, |session, now| session.report(id, report, now))
                .await?;
        }
        Ok(true)
    }

    fn judge_entry(
        &self,
        sessions: &[Session],
        entry: &Entry,
        now: Micros,
    ) -> Result<(Vec<Update>, Submitted), HostError<S::Error>> {
        let grade = |session| EntryCandidate::new(session, entry, &*self.keys, now);
        let (mut candidates, left_out) = candidates(sessions, grade)?;
        if candidates.is_empty() {
            number::pretend_to_grade(entry, &*self.keys).map_err(HostError::Key)?;
        }
        number::submit(&mut candidates, entry, &*self.keys).map_err(HostError::Key)?;
        let (updates, orders) = results(candidates);
        Ok((updates, Submitted { orders, left_out }))
    }

    fn judge_resend(
        &self,
        sessions: &[Session],
        request: &ResendRequest,
        now: Micros,
    ) -> Result<(Vec<Update>, Resent), HostError<S::Error>> {
        let compare = |session| ResendCandidate::new(session, request, &*self.keys, now);
        let (mut candidates, left_out) = candidates(sessions, compare)?;
        if candidates.is_empty() {
            number::pretend_to_compare(request, &*self.keys).map_err(HostError::Key)?;
        }
        number::resend(&mut candidates);
        let (updates, orders) = results(candidates);
        Ok((updates, Resent { orders, left_out }))
    }

    async fn load(&self, id: SessionId) -> Result<Session, HostError<S::Error>> {
        let session = self.store.load(id).await.map_err(HostError::Store)?;
        session.ok_or(HostError::NotFound)
    }

    async fn find(
        &self,
        mobile: &MobileNumber,
        now: DateTime<Utc>,
    ) -> Result<Vec<Session>, HostError<S::Error>> {
        self.store.find(mobile, now).await.map_err(HostError::Store)
    }

    /// Whether it was stored; `false` after a conflict. Nothing to store counts as stored.
    async fn save(&self, updates: &[Update]) -> Result<bool, HostError<S::Error>> {
        if updates.is_empty() {
            return Ok(true);
        }
        match self.store.save(updates).await {
            Ok(()) => Ok(true),
            Err(SaveError::Conflict) => {
                self.counts.conflicts.fetch_add(1, Ordering::Relaxed);
                Ok(false)
            }
            Err(SaveError::Store(error)) => Err(HostError::Store(error)),
        }
    }
}

/// What came of the entry the first time, wherever it was kept (D21).
fn remembered(sessions: &[Session], entry: &Entry) -> Option<Submitted> {
    let kept = |session: &Session| {
        Some((
            session.opened_at(),
            session.id(),
            session.remembered(entry)?,
        ))
    };
    let mut orders: Vec<_> = sessions.iter().filter_map(kept).collect();
    orders.sort_by_key(|(opened_at, id, _)| (*opened_at, *id));
    let orders: Vec<_> = orders
        .into_iter()
        .map(|(_, id, outcome)| (id, outcome))
        .collect();
    let left_out = Vec::new();
    (!orders.is_empty()).then_some(Submitted { orders, left_out })
}

type Candidates<'a, G, O> = (Vec<Candidate<'a, G, O>>, Vec<SessionId>);

/// The orders of a number, the one opened first in front, and those whose key is missing (D20).
fn candidates<'a, G, O, E>(
    sessions: &'a [Session],
    candidate: impl Fn(&'a Session) -> Result<Option<Candidate<'a, G, O>>, KeyError>,
) -> Result<Candidates<'a, G, O>, HostError<E>> {
    let mut candidates = Vec::new();
    let mut left_out = Vec::new();
    for session in sessions {
        match candidate(session) {
            Ok(found) => candidates.extend(found),
            Err(KeyError::Unknown(_)) => left_out.push(session.id()),
            Err(error) => return Err(HostError::Key(error)),
        }
    }
    candidates.sort_by_key(Candidate::opened);
    Ok((candidates, left_out))
}

fn results<G, O: Copy>(candidates: Vec<Candidate<'_, G, O>>) -> (Vec<Update>, Vec<(SessionId, O)>) {
    let outcome =
        |candidate: &Candidate<'_, G, O>| (candidate.draft.session().id(), candidate.outcome);
    let orders = candidates.iter().map(outcome).collect();
    let drafts = candidates.into_iter().map(|candidate| candidate.draft);
    (
        drafts.filter(Draft::changed).map(Draft::update).collect(),
        orders,
    )
}

impl<E> From<OpenError> for HostError<E> {
    fn from(error: OpenError) -> Self {
        if let OpenError::Key(error) = error {
            Self::Key(error)
        } else {
            Self::Open(error)
        }
    }
}

impl Counts {
    fn count_entry(&self, submitted: &Submitted) {
        let one = |counter: &AtomicU64| counter.fetch_add(1, Ordering::Relaxed);
        if submitted.orders.is_empty() && submitted.left_out.is_empty() {
            one(&self.unknown_numbers);
        }
        for (_, outcome) in &submitted.orders {
            match outcome {
                EntryOutcome::Completed | EntryOutcome::Verified => one(&self.verified),
                EntryOutcome::Wrong { .. } | EntryOutcome::Locked => one(&self.wrong_entries),
                EntryOutcome::NotCounted(Refusal::IdNotCounted) => one(&self.ids_not_counted),
                // The sixth attempt isn't compared (B07).
                EntryOutcome::Returned | EntryOutcome::NotCounted(_) => continue,
            };
        }
    }

    fn count_resend(&self, resent: &Resent) {
        for (_, outcome) in &resent.orders {
            if matches!(outcome, ResendOutcome::WrongId { .. }) {
                self.wrong_ids.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn count_sent(&self, outcome: SendOutcome) {
        let counter = match outcome {
            SendOutcome::Accepted => &self.accepted,
            SendOutcome::Deferred => &self.deferred,
            SendOutcome::Failed => &self.failed,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

impl<S> fmt::Debug for Desk<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk")
            .field("tries", &self.tries)
            .finish_non_exhaustive()
    }
}

/// What came of an entry, over all orders of its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    orders: Vec<(SessionId, EntryOutcome)>,
    left_out: Vec<SessionId>,
}

impl Submitted {
    /// What the public page says: the same for every failure (D23).
    #[must_use]
    pub fn answer(&self) -> EntryAnswer {
        let answers = self.orders.iter().map(|(_, outcome)| outcome.answer());
        answers.min().unwrap_or(EntryAnswer::NotFound)
    }

    /// What the public page says, in words (R19, B08, B09).
    #[must_use]
    pub fn text(&self, lang: Lang) -> &'static str {
        self.answer().text(lang)
    }

    /// What precisely came of it, order by order, the one opened first in front: for the host and
    /// its audit, never for the public page. Empty if nobody has the number.
    #[must_use]
    pub fn orders(&self) -> &[(SessionId, EntryOutcome)] {
        &self.orders
    }

    /// Orders of the number whose key is missing: nothing was compared or counted there, and
    /// somebody has to look after them (D20).
    #[must_use]
    pub fn left_out(&self) -> &[SessionId] {
        &self.left_out
    }
}

/// What came of a resend request, over all orders of its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resent {
    orders: Vec<(SessionId, ResendOutcome)>,
    left_out: Vec<SessionId>,
}

impl Resent {
    /// What the public page says: the best of all orders (D15).
    #[must_use]
    pub fn answer(&self) -> ResendAnswer {
        let answers = self.orders.iter().map(|(_, outcome)| outcome.answer());
        answers.min().unwrap_or(ResendAnswer::NothingPending)
    }

    /// What the public page says, in words (B09).
    #[must_use]
    pub fn text(&self, lang: Lang) -> Cow<'static, str> {
        self.answer().text(lang)
    }

    /// What precisely came of it, order by order: for the host and its audit, never for the page.
    #[must_use]
    pub fn orders(&self) -> &[(SessionId, ResendOutcome)] {
        &self.orders
    }

    /// Orders of the number whose key is missing (D20).
    #[must_use]
    pub fn left_out(&self) -> &[SessionId] {
        &self.left_out
    }
}

/// What one [`Desk::dispatch`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dispatched {
    /// Messages that the gateway accepted.
    pub accepted: u64,
    /// Messages that go out again later.
    pub deferred: u64,
    /// Messages that the gateway refused.
    pub failed: u64,
    /// Rounds that were found to be over.
    pub ended: u64,
    /// Sessions that could not be attended to: their key is missing or can't be used, or other hosts
    /// were faster every time. They are taken up again when their lease is over.
    pub left_out: Vec<SessionId>,
    /// When to call again: the next wake of any session, and not later than the end of a lease, so
    /// that what a crashed host left is taken up.
    pub next: DateTime<Utc>,
}

impl Dispatched {
    const fn new() -> Self {
        let next = DateTime::<Utc>::MIN_UTC;
        Self {
            accepted: 0,
            deferred: 0,
            failed: 0,
            ended: 0,
            left_out: Vec::new(),
            next,
        }
    }

    fn count(&mut self, outcome: SendOutcome) {
        let counter = match outcome {
            SendOutcome::Accepted => &mut self.accepted,
            SendOutcome::Deferred => &mut self.deferred,
            SendOutcome::Failed => &mut self.failed,
        };
        *counter = counter.saturating_add(1);
    }
}

/// What a desk has counted since it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Persons who verified.
    pub verified: u64,
    /// Wrong entries that counted, once for each order they counted in. The sixth attempt, which returns
    /// the order, is none (B07).
    pub wrong_entries: u64,
    /// Wrong IDs that counted on the resend form.
    pub wrong_ids: u64,
    /// Entries whose ID didn't match, under a policy that counts matching IDs only (D19): nothing else
    /// shows somebody who guesses at IDs there. Once for each order.
    pub ids_not_counted: u64,
    /// Entries for a number that nobody has.
    pub unknown_numbers: u64,
    /// Saves that found another version: another host was faster, or an id was given twice.
    pub conflicts: u64,
    /// Messages that the gateway accepted.
    pub accepted: u64,
    /// Tries to send a message that the gateway deferred.
    pub deferred: u64,
    /// Messages that the gateway refused.
    pub failed: u64,
    /// Rounds that a [`dispatch`](Desk::dispatch) found to be over.
    pub ended: u64,
}

/// Why a desk did nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HostError<E> {
    /// Other hosts were faster every time: try again later (D20).
    #[error("too many others changed the same sessions: try again later")]
    Conflict,
    /// The store failed.
    #[error("store: {0}")]
    Store(#[source] E),
    /// The key service is unavailable, or has no current key. A round whose own key is missing is left
    /// out instead, and reported (D20).
    #[error(transparent)]
    Key(KeyError),
    /// The round can't be opened.
    #[error(transparent)]
    Open(OpenError),
    /// The rules say no.
    #[error(transparent)]
    Refused(Refusal),
    /// There is a session of that id.
    #[error("a session of this id exists: a new round needs a new id")]
    Exists,
    /// There is no session of that id.
    #[error("no session of this id")]
    NotFound,
}
