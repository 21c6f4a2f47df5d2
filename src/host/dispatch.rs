//! Messages and the passing of time: what a worker calls again and again.

use alloc::{collections::BTreeSet, vec::Vec};

use chrono::{DateTime, Utc};

use super::{
    Desk, HostError, Leased, LeftOut, LeftOutReason, SaveError, SendOutcome, SessionStore,
    SmsSender,
};
use crate::{DeliveryReport, Session, SessionId, time::Micros};

/// How many sessions one lease takes: few, so that several dispatchers share a backlog.
const BATCH: usize = 16;

impl<S: SessionStore> Desk<S> {
    /// Does everything that is due: lets time pass (ends rounds, queues noon resends) and sends the
    /// messages that are due, each once a call. Several dispatchers may run at once, on one host or
    /// on many: a lease keeps them off each other's sessions.
    ///
    /// Call it again at [`Dispatched::next`], or whenever a round was opened or a resend accepted.
    ///
    /// # Errors
    /// [`HostError::Store`]; [`HostError::Conflict`] if other dispatchers were faster every time. What was sent before is stored; the rest is taken up again when the
    /// lease is over.
    pub async fn dispatch(
        &self,
        sender: &(impl SmsSender + ?Sized),
    ) -> Result<Dispatched, HostError<S::Error>> {
        let mut done = Dispatched::new();
        let (mut attended, mut cut_short) = (BTreeSet::new(), false);
        loop {
            let now = self.clock.now();
            let due = self.lease_due(now).await?;
            let until = Micros::cut(now).plus(self.lease).instant();
            let (before, mut rest) = (attended.len(), false);
            for Leased { lease, session } in &due {
                let id = lease.session;
                // Past the lease another host may hold what is left of the batch: it is leased anew.
                // One session a lease is attended to all the same, or a slow gateway stops everything.
                rest = attended.len() > before && self.clock.now() >= until;
                if rest {
                    break;
                }
                // Once a call: what comes round again, for a key that is missing or a gateway that
                // takes longer than a pause, would otherwise keep the call from ever ending.
                if !attended.insert(id) {
                    continue;
                }
                if let Err(why) = *session {
                    let reason = LeftOutReason::Unreadable(why);
                    done.left_out.push(LeftOut {
                        session: id,
                        reason,
                    });
                    continue;
                }
                match self.attend(id, until, sender, &mut done).await {
                    Ok(whole) => cut_short |= !whole,
                    // It is gone, and nothing is left to do.
                    Err(HostError::NotFound) => {}
                    Err(error) => done.left_out.push(LeftOut {
                        session: id,
                        reason: reason(error)?,
                    }),
                }
            }
            // A full batch may hide more behind it; one without a new session would come round for ever.
            let nothing_new = attended.len() == before;
            if nothing_new || (due.len() < BATCH && !rest) {
                break;
            }
        }
        let now = self.clock.now();
        let due = self.store.next_due(now).await.map_err(HostError::Store)?;
        let lease_over = Micros::cut(now).plus(self.lease).instant();
        let next = due.map_or(lease_over, |due| due.min(lease_over));
        done.next = if cut_short { now } else { next };
        Ok(done)
    }

    /// Leases a batch, and starts over if others were in the way.
    async fn lease_due(&self, now: DateTime<Utc>) -> Result<Vec<Leased>, HostError<S::Error>> {
        for _ in 0..self.tries {
            match self.store.lease_due(now, BATCH, self.lease).await {
                Ok(due) => return Ok(due),
                Err(SaveError::Conflict) => self.counts.count_conflict(),
                Err(SaveError::Store(error)) => return Err(HostError::Store(error)),
            }
        }
        Err(HostError::Conflict)
    }

    /// What is due in one leased session, which is loaded again: the sessions before it in the
    /// batch took their time. `false` if the lease was too short: the rest stays due.
    async fn attend(
        &self,
        id: SessionId,
        until: DateTime<Utc>,
        sender: &(impl SmsSender + ?Sized),
        done: &mut Dispatched,
    ) -> Result<bool, HostError<S::Error>> {
        let Some(mut session) = self.look(id).await? else {
            return Ok(true);
        };
        if session.tick(self.clock.now()).is_ok() {
            session = self.session(id).await?;
            let ended = u64::from(!session.status().is_open());
            done.ended = done.ended.saturating_add(ended);
            self.counts.count_ended(ended);
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
            let decide = |session: &Session, now| match outcome {
                SendOutcome::FailedWith(code) => session.report_failed(id, code, now),
                SendOutcome::Accepted | SendOutcome::Deferred | SendOutcome::Failed => {
                    session.report(id, report, now)
                }
            };
            (session, _) = self.command(session, decide).await?;
        }
        Ok(true)
    }
}

/// Why a session is left out; only a store that fails ends the call.
fn reason<E>(error: HostError<E>) -> Result<LeftOutReason, HostError<E>> {
    match error {
        HostError::Key(error) => Ok(error.into()),
        HostError::Conflict => Ok(LeftOutReason::Conflict),
        HostError::Refused(refusal) => Ok(LeftOutReason::Refused(refusal)),
        error @ (HostError::Store(_)
        | HostError::Open(_)
        | HostError::Exists
        | HostError::NotFound) => Err(error),
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
    /// Sessions that could not be attended to, and why. They are taken up again when their lease is
    /// over.
    pub left_out: Vec<LeftOut>,
    /// When to call again: when the next session becomes due, which what a crashed host left does at
    /// the end of its lease; not later than the end of a lease that began now.
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
            SendOutcome::Failed | SendOutcome::FailedWith(_) => &mut self.failed,
        };
        *counter = counter.saturating_add(1);
    }
}
