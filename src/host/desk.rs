//! One desk for every round.

use alloc::{sync::Arc, vec::Vec};
use core::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Clock, Counters, HostError, SaveError, SessionStore, counters::Counts};
use crate::{
    Decision, DeliveryReport, DeliveryReportOutcome, Keys, MessageId, MobileNumber, Refusal,
    Session, SessionId, Update,
};

/// Everything that a system which issues and checks codes does, over its store.
///
/// Each call loads, decides, saves, and starts over if another host was faster (D20); it answers
/// only what is stored. Dropping one of its futures half-way is like a crash: nothing is lost, and
/// nothing was answered that wasn't stored.
///
/// ```
/// use beian::{Entry, EntryAnswer, KeyRing, VerificationPolicy, Recipient, Recipients, Role, Seed};
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
/// let recipients = Recipients::new([person], VerificationPolicy::REGULATOR).unwrap();
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
    pub(super) store: S,
    pub(super) keys: Arc<dyn Keys>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) tries: u8,
    pub(super) lease: TimeDelta,
    pub(super) in_flight: u16,
    pub(super) counts: Counts,
}

impl<S: SessionStore> Desk<S> {
    /// A desk over a store, with the host's keys and clock.
    pub fn new(store: S, keys: impl Keys + 'static, clock: impl Clock + 'static) -> Self {
        Self {
            store,
            keys: Arc::new(keys),
            clock: Arc::new(clock),
            tries: 16,
            lease: TimeDelta::seconds(30),
            in_flight: 1,
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
    /// 30 seconds by default. Longer than the sender takes for one message
    /// ([`SmsSender::longest_send`](super::SmsSender::longest_send)); after a crash, what was leased waits
    /// that long.
    #[must_use]
    pub fn lease(self, lease: TimeDelta) -> Self {
        Self {
            lease: lease.max(TimeDelta::seconds(1)),
            ..self
        }
    }

    /// How many messages a call of [`dispatch`](Self::dispatch) sends at once: 1 to 65 535, 1 by default. At
    /// most one a person (D12), and those of one round one after the other. A crash leaves as many in doubt,
    /// each of which goes out again under its key. Through [`block`](super::block) one is sent after the
    /// other, however many it says here: a blocking host calls from several threads.
    #[must_use]
    pub fn in_flight(self, messages: u16) -> Self {
        Self {
            in_flight: messages.max(1),
            ..self
        }
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
        let session = self.look(message.session).await?.ok_or(unknown)?;
        let (_, outcome) = self
            .command(session, |session, now| session.report(message, report, now))
            .await?;
        Ok(outcome)
    }

    /// The session as it is now: its round is ended first if its time is over (D08).
    ///
    /// # Errors
    /// [`HostError::NotFound`], [`HostError::Conflict`], [`HostError::Store`].
    pub async fn session(&self, id: impl Into<SessionId>) -> Result<Session, HostError<S::Error>> {
        let session = self.load(id.into()).await?;
        self.ticked(session).await
    }

    /// With its round ended, or a resend of noon queued, if the time for it is over.
    pub(super) async fn ticked(&self, session: Session) -> Result<Session, HostError<S::Error>> {
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
        self.counts.read()
    }

    /// The store.
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// Decides over one session until the decision is stored.
    pub(super) async fn command<A>(
        &self,
        session: Session,
        decide: impl Fn(&Session, DateTime<Utc>) -> Result<Decision<A>, Refusal>,
    ) -> Result<(Session, A), HostError<S::Error>> {
        let write = |update| self.save_one(update);
        self.command_with(session, decide, write).await
    }

    /// As [`command`](Self::command), and the host stores.
    pub(super) async fn command_with<A, E: From<S::Error>, F>(
        &self,
        mut session: Session,
        decide: impl Fn(&Session, DateTime<Utc>) -> Result<Decision<A>, Refusal>,
        mut write: impl FnMut(Update) -> F,
    ) -> Result<(Session, A), HostError<E>>
    where
        F: Future<Output = Result<(), SaveError<E>>>,
    {
        for _ in 0..self.tries {
            let decision = decide(&session, self.clock.now()).map_err(HostError::Refused)?;
            if self.stored(write(decision.update().clone()).await)? {
                return Ok(decision.persisted());
            }
            session = self.load(session.id()).await?;
        }
        Err(HostError::Conflict)
    }

    pub(super) async fn load<E: From<S::Error>>(
        &self,
        id: SessionId,
    ) -> Result<Session, HostError<E>> {
        self.look(id).await?.ok_or(HostError::NotFound)
    }

    pub(super) async fn look<E: From<S::Error>>(
        &self,
        id: SessionId,
    ) -> Result<Option<Session>, HostError<E>> {
        let loaded = self.store.load(id).await;
        loaded.map_err(|error| HostError::Store(error.into()))
    }

    pub(super) async fn find<E: From<S::Error>>(
        &self,
        mobile: &MobileNumber,
        now: DateTime<Utc>,
    ) -> Result<Vec<Session>, HostError<E>> {
        let found = self.store.find(mobile, now).await;
        found.map_err(|error| HostError::Store(error.into()))
    }

    /// Whether it was stored; `false` after a conflict. Nothing to store counts as stored.
    pub(super) async fn save(&self, updates: &[Update]) -> Result<bool, HostError<S::Error>> {
        if updates.is_empty() {
            return Ok(true);
        }
        self.stored(self.store.save(updates).await)
    }

    pub(super) async fn save_one(&self, update: Update) -> Result<(), SaveError<S::Error>> {
        self.store.save(core::slice::from_ref(&update)).await
    }

    /// Whether it was stored; `false` after a conflict.
    pub(super) fn stored<E>(&self, saved: Result<(), SaveError<E>>) -> Result<bool, HostError<E>> {
        match saved {
            Ok(()) => Ok(true),
            Err(SaveError::Conflict) => {
                self.counts.count_conflict();
                Ok(false)
            }
            Err(SaveError::Store(error)) => Err(HostError::Store(error)),
        }
    }
}

impl<S> fmt::Debug for Desk<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk")
            .field("tries", &self.tries)
            .finish_non_exhaustive()
    }
}
