//! Messages and the passing of time: what a worker calls again and again.

use alloc::{collections::BTreeSet, vec::Vec};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Desk, HostError, Lease, Leased, LeftOut, LeftOutReason, SaveError, SendOutcome, SessionStore,
    SmsSender, in_flight::InFlight,
};
use crate::{DeliveryReport, MessageId, Session, time::Micros};

/// A store gives half of a batch, rounded down, to those that were leased in vain. Where there is one free
/// place time and again, one of so many questions is for two, so that their turn comes too.
const TURN_OF_THOSE_IN_VAIN: u8 = 16;

/// How many questions for more may be under way, each for as large a part of the places. One alone leaves
/// places empty while it waits; one for each place asks the store for sessions one by one.
const QUESTIONS: usize = 16;

impl<S: SessionStore> Desk<S> {
    /// Does everything that is due: lets time pass (ends rounds, queues noon resends) and sends the
    /// messages that are due, each once a call, as many at once as [`in_flight`](Self::in_flight) says.
    /// Several dispatchers may run at once, on one host or on many: a lease keeps them off each other's
    /// sessions, and none leases what it can't begin at once.
    ///
    /// Call it again at [`Dispatched::next`], or whenever a round was opened or a resend accepted.
    ///
    /// # Errors
    /// [`HostError::LeaseTooShort`]; [`HostError::Store`]; [`HostError::Conflict`] if other dispatchers were
    /// faster every time. What was sent before or was under way is stored if it can be; the rest is taken up
    /// again when its lease is over.
    pub async fn dispatch(
        &self,
        sender: &(impl SmsSender + ?Sized),
    ) -> Result<Dispatched, HostError<S::Error>> {
        let longest_send = self.longest_send(sender)?;
        let mut done = Dispatched::new();
        let mut under_way = InFlight::new();
        let mut free = usize::from(self.in_flight);
        let (mut attended, mut failure) = (BTreeSet::new(), None);
        let (mut more, mut asked_for, mut again) = (true, 0_usize, false);
        let mut turn = 0_u8;
        loop {
            let wanted = free.saturating_sub(asked_for);
            let enough = wanted.saturating_mul(QUESTIONS) >= usize::from(self.in_flight);
            // After an error, or a word to leave the gateway alone, nothing else is begun.
            let stopped = failure.is_some() || done.not_tried > 0;
            if more && !stopped && wanted > 0 && (enough || asked_for == 0) {
                turn = turn.wrapping_add(1) % TURN_OF_THOSE_IN_VAIN;
                let limit = if turn == 0 { wanted.max(2) } else { wanted };
                under_way.begin(self.step(Step::Lease(limit), sender, longest_send));
                asked_for = asked_for.saturating_add(limit);
            }
            match under_way.next().await {
                None => break,
                Some(Done::Leased(limit, Ok(mut due))) => {
                    asked_for = asked_for.saturating_sub(limit);
                    let full = due.len() >= limit;
                    let mut new = false;
                    due.sort_by_key(|leased| leased.lease.first);
                    for leased in due {
                        // Once a call: what comes round again, for a key that is missing or a gateway
                        // that takes longer than a pause, would otherwise keep the call from ever ending.
                        let known = attended.contains(&leased.lease.session);
                        new |= !known;
                        if !known && !stopped && free > 0 {
                            attended.insert(leased.lease.session);
                            free = free.saturating_sub(1);
                            under_way.begin(self.step(Step::Attend(leased), sender, longest_send));
                        } else if !known || leased.lease.first {
                            again |= known;
                            let step = Step::GiveBack(leased.lease);
                            under_way.begin(self.step(step, sender, longest_send));
                        }
                    }
                    // A full batch may hide more behind it; one without a new session would come round
                    // for ever.
                    more &= full && new;
                }
                Some(Done::Attended(part)) => {
                    free = free.saturating_add(1);
                    done.add(part);
                }
                Some(Done::GivenBack) => {}
                Some(Done::Leased(_, Err(error)) | Done::Failed(error)) => {
                    failure.get_or_insert(error);
                }
            }
        }
        if let Some(error) = failure {
            return Err(error);
        }
        let now = self.clock.now();
        let due = self.store.next_due(now).await.map_err(HostError::Store)?;
        let lease_over = Micros::cut(now).plus(self.lease).instant();
        let next = due.map_or(lease_over, |due| due.min(lease_over));
        // What is due again is due at once, unless the sender wants to be left alone.
        let again = again && done.not_tried == 0;
        done.next = if again { now } else { done.next.min(next) };
        Ok(done)
    }

    fn longest_send(
        &self,
        sender: &(impl SmsSender + ?Sized),
    ) -> Result<TimeDelta, HostError<S::Error>> {
        let lease = self.lease;
        let half = lease.checked_div(2).unwrap_or_default();
        let longest_send = sender.longest_send().unwrap_or(half);
        if longest_send < lease {
            Ok(longest_send.max(TimeDelta::zero()))
        } else {
            Err(HostError::LeaseTooShort {
                longest_send,
                lease,
            })
        }
    }

    /// One of the things that a call has under way.
    async fn step(
        &self,
        step: Step,
        sender: &(impl SmsSender + ?Sized),
        longest_send: TimeDelta,
    ) -> Done<S::Error> {
        match step {
            Step::Lease(limit) => Done::Leased(limit, self.lease_due(limit).await),
            Step::GiveBack(lease) => match self.give_back(&lease).await {
                Ok(()) => Done::GivenBack,
                Err(error) => Done::Failed(error),
            },
            Step::Attend(leased) => {
                let (session, mut part) = (leased.lease.session, Dispatched::new());
                let attended = self.attend(leased, sender, longest_send, &mut part).await;
                let attended = attended.or_else(|error| {
                    let reason = reason(error)?;
                    part.left_out
                        .extend(reason.map(|reason| LeftOut { session, reason }));
                    Ok(())
                });
                match attended {
                    Ok(()) => Done::Attended(part),
                    Err(error) => Done::Failed(error),
                }
            }
        }
    }

    /// What is due in one leased session.
    async fn attend(
        &self,
        leased: Leased,
        sender: &(impl SmsSender + ?Sized),
        longest_send: TimeDelta,
        part: &mut Dispatched,
    ) -> Result<(), HostError<S::Error>> {
        let Leased { mut lease, session } = leased;
        let mut session = match session {
            Ok(session) => self.ticked(session).await?,
            Err(why) => {
                let (session, reason) = (lease.session, LeftOutReason::Unreadable(why));
                part.left_out.push(LeftOut { session, reason });
                return Ok(());
            }
        };
        let ended = u64::from(!session.status().is_open());
        part.ended = ended;
        self.counts.count_ended(ended);
        let messages = session
            .outbox(&*self.keys, self.clock.now())
            .map_err(HostError::Key)?;
        for message in &messages {
            // Whoever has the lease now does the rest.
            if !self.outlives(&mut lease, longest_send).await? {
                break;
            }
            let began_at = self.clock.now();
            if !session.is_due(message.id(), began_at) {
                continue;
            }
            let outcome = sender.send(message).await;
            part.count(outcome);
            self.counts.count_sent(outcome);
            if self.clock.now().signed_duration_since(began_at) > longest_send {
                part.slow.push(message.id());
                self.counts.count_slow();
            }
            let (report, code) = match outcome {
                SendOutcome::Accepted => (DeliveryReport::Accepted, None),
                SendOutcome::Deferred => (DeliveryReport::Deferred, None),
                SendOutcome::Failed => (DeliveryReport::Failed, None),
                SendOutcome::FailedWith(code) => (DeliveryReport::Failed, Some(code)),
                SendOutcome::NotTried { again_in } => {
                    part.next = Micros::cut(self.clock.now()).plus(again_in).instant();
                    return self.give_back(&lease).await;
                }
            };
            let id = message.id();
            let decide = |session: &Session, now| match code {
                Some(code) => session.report_failed(id, code, now),
                None => session.report(id, report, now),
            };
            (session, _) = self.command(session, decide).await?;
        }
        Ok(())
    }

    /// Leases as many sessions as can be begun at once, and starts over if others were in the way.
    async fn lease_due(&self, limit: usize) -> Result<Vec<Leased>, HostError<S::Error>> {
        let lease = || self.store.lease_due(self.clock.now(), limit, self.lease);
        self.until_done(lease).await
    }

    async fn give_back(&self, lease: &Lease) -> Result<(), HostError<S::Error>> {
        self.until_done(|| self.store.give_back(lease)).await
    }

    /// Whether the lease outlives a send that begins now, renewed if it wouldn't; `false` if the session is
    /// leased by another by now.
    async fn outlives(
        &self,
        lease: &mut Lease,
        longest_send: TimeDelta,
    ) -> Result<bool, HostError<S::Error>> {
        let now = Micros::cut(self.clock.now());
        if now.plus(longest_send).instant() < lease.until {
            return Ok(true);
        }
        let until = now.plus(self.lease).instant();
        let held = self.until_done(|| self.store.renew(lease, until)).await?;
        lease.until = until;
        Ok(held)
    }

    async fn until_done<T, F: Future<Output = Result<T, SaveError<S::Error>>>>(
        &self,
        call: impl Fn() -> F,
    ) -> Result<T, HostError<S::Error>> {
        for _ in 0..self.tries {
            match call().await {
                Ok(done) => return Ok(done),
                Err(SaveError::Conflict) => self.counts.count_conflict(),
                Err(SaveError::Store(error)) => return Err(HostError::Store(error)),
            }
        }
        Err(HostError::Conflict)
    }
}

enum Step {
    /// Up to so many sessions.
    Lease(usize),
    Attend(Leased),
    GiveBack(Lease),
}

enum Done<E> {
    Leased(usize, Result<Vec<Leased>, HostError<E>>),
    Attended(Dispatched),
    GivenBack,
    Failed(HostError<E>),
}

/// Why a session is left out, if anything was left to do; only a store that fails ends the call.
fn reason<E>(error: HostError<E>) -> Result<Option<LeftOutReason>, HostError<E>> {
    match error {
        HostError::Key(error) => Ok(Some(error.into())),
        HostError::Conflict => Ok(Some(LeftOutReason::Conflict)),
        HostError::Refused(refusal) => Ok(Some(LeftOutReason::Refused(refusal))),
        // It is gone, and nothing is left to do.
        HostError::NotFound => Ok(None),
        error @ (HostError::Store(_)
        | HostError::Open(_)
        | HostError::Exists
        | HostError::LeaseTooShort { .. }) => Err(error),
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
    /// Messages that the sender did not try to send ([`SendOutcome::NotTried`]).
    pub not_tried: u64,
    /// Messages for which the sender took longer than it says
    /// ([`longest_send`](SmsSender::longest_send)): another host may have sent them meanwhile, under the
    /// same key.
    pub slow: Vec<MessageId>,
    /// Rounds that were found to be over.
    pub ended: u64,
    /// Sessions that could not be attended to, and why. They are taken up again when their lease is
    /// over.
    pub left_out: Vec<LeftOut>,
    /// When to call again: when the next session becomes due, which what a crashed host left does at
    /// the end of its lease, or when the sender tries again; not later than the end of a lease that began
    /// now.
    pub next: DateTime<Utc>,
}

impl Dispatched {
    const fn new() -> Self {
        Self {
            accepted: 0,
            deferred: 0,
            failed: 0,
            not_tried: 0,
            slow: Vec::new(),
            ended: 0,
            left_out: Vec::new(),
            next: DateTime::<Utc>::MAX_UTC,
        }
    }

    fn count(&mut self, outcome: SendOutcome) {
        let counter = match outcome {
            SendOutcome::Accepted => &mut self.accepted,
            SendOutcome::Deferred => &mut self.deferred,
            SendOutcome::Failed | SendOutcome::FailedWith(_) => &mut self.failed,
            SendOutcome::NotTried { .. } => &mut self.not_tried,
        };
        *counter = counter.saturating_add(1);
    }

    fn add(&mut self, part: Self) {
        let Self {
            accepted,
            deferred,
            failed,
            not_tried,
            slow,
            ended,
            left_out,
            next,
        } = part;
        self.accepted = self.accepted.saturating_add(accepted);
        self.deferred = self.deferred.saturating_add(deferred);
        self.failed = self.failed.saturating_add(failed);
        self.not_tried = self.not_tried.saturating_add(not_tried);
        self.slow.extend(slow);
        self.ended = self.ended.saturating_add(ended);
        self.left_out.extend(left_out);
        self.next = self.next.min(next);
    }
}
