//! A store whose every call is one effect, which happens when the schedule says so.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    future::poll_fn,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
};

use beian::{
    Event, Message, MessageId, MobileNumber, Session, SessionId, Update,
    host::{Lease, Leased, SaveError, SendOutcome, SessionStore, SmsSender},
};
use chrono::{DateTime, TimeDelta, Utc};

/// How a store can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// Whoever writes last is right.
    IgnoresVersions,
    /// Versions are checked and sessions written one after the other, and others come in between.
    SavesOneByOne,
    LeasesToEverybody,
}

/// One effect at a time: a host that is polled has one, and waits where the next one would come.
#[derive(Clone, Default)]
pub struct Gate(Arc<(AtomicBool, AtomicBool)>);

impl Gate {
    pub fn open(&self) {
        let (open, sending) = &*self.0;
        open.store(true, Ordering::Relaxed);
        sending.store(false, Ordering::Relaxed);
    }

    /// Whether the host that was polled last waits to send a message.
    pub fn is_before_a_message(&self) -> bool {
        self.0.1.load(Ordering::Relaxed)
    }

    pub async fn pass(&self) {
        self.wait(false).await;
    }

    async fn wait(&self, sending: bool) {
        let (open, waits_to_send) = &*self.0;
        poll_fn(|context| {
            context.waker().wake_by_ref(); // polled when the schedule says so
            if open.swap(false, Ordering::Relaxed) {
                Poll::Ready(())
            } else {
                waits_to_send.store(sending, Ordering::Relaxed);
                Poll::Pending
            }
        })
        .await;
    }
}

#[derive(Clone)]
pub struct Store {
    pub gate: Gate,
    fault: Fault,
    rows: Arc<Mutex<Rows>>,
}

/// What is stored, and everything that ever was.
#[derive(Default)]
pub struct Rows {
    pub sessions: BTreeMap<SessionId, Session>,
    leases: BTreeMap<SessionId, DateTime<Utc>>,
    pub events: Vec<Event>,
    pub sent: Vec<Sent>,
    /// What the gateway says to the next message.
    pub says: Option<SendOutcome>,
}

/// A message that the gateway was handed, and what it said.
#[derive(Clone, Debug)]
pub struct Sent {
    pub id: MessageId,
    pub code: String,
    pub said: SendOutcome,
}

impl Store {
    pub fn of(sessions: &[Session], fault: Fault) -> Self {
        let by_id = sessions.iter().map(|one| (one.id(), one.clone()));
        let rows = Rows {
            sessions: by_id.collect(),
            ..Rows::default()
        };
        Self {
            gate: Gate::default(),
            fault,
            rows: Arc::new(Mutex::new(rows)),
        }
    }

    pub fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap()
    }

    fn fits(&self, update: &Update) -> bool {
        let rows = self.rows();
        let stored = rows.sessions.get(&update.id()).map_or(0, Session::version);
        stored == update.expected_version() || self.fault == Fault::IgnoresVersions
    }

    fn put(&self, update: &Update) {
        let mut rows = self.rows();
        rows.events.extend(update.events());
        let session = update.session().clone();
        rows.sessions.insert(session.id(), session);
    }
}

impl SessionStore for Store {
    type Error = Infallible;

    async fn load(&self, id: SessionId) -> Result<Option<Session>, Infallible> {
        self.gate.pass().await;
        Ok(self.rows().sessions.get(&id).cloned())
    }

    async fn find(
        &self,
        mobile: &MobileNumber,
        now: DateTime<Utc>,
    ) -> Result<Vec<Session>, Infallible> {
        self.gate.pass().await;
        let rows = self.rows();
        let found = rows.sessions.values().filter(|session| {
            session.is_found_at(now) && session.mobiles().any(|known| known == mobile)
        });
        Ok(found.cloned().collect())
    }

    async fn save(&self, updates: &[Update]) -> Result<(), SaveError<Infallible>> {
        if self.fault == Fault::SavesOneByOne {
            for update in updates {
                self.gate.pass().await;
                if !self.fits(update) {
                    return Err(SaveError::Conflict);
                }
                self.put(update);
            }
            return Ok(());
        }
        self.gate.pass().await;
        if !updates.iter().all(|update| self.fits(update)) {
            return Err(SaveError::Conflict);
        }
        for update in updates {
            self.put(update);
        }
        Ok(())
    }

    async fn lease_due(
        &self,
        now: DateTime<Utc>,
        limit: usize,
        lease: TimeDelta,
    ) -> Result<Vec<Leased>, SaveError<Infallible>> {
        self.gate.pass().await;
        let mut rows = self.rows();
        let Rows {
            sessions, leases, ..
        } = &mut *rows;
        let free = |id: &SessionId| leases.get(id).is_none_or(|until| *until <= now);
        let free = |id: &SessionId| self.fault == Fault::LeasesToEverybody || free(id);
        let due = sessions.values().filter(|session| {
            session.wake().is_some_and(|wake| wake <= now) && free(&session.id())
        });
        let until = now + lease;
        let leased = |session: &Session| Leased {
            lease: Lease {
                session: session.id(),
                until,
                first: !leases.contains_key(&session.id()),
            },
            session: Ok(session.clone()),
        };
        let due: Vec<Leased> = due.take(limit).map(leased).collect();
        leases.extend(due.iter().map(|leased| (leased.lease.session, until)));
        Ok(due)
    }

    async fn renew(
        &self,
        lease: &Lease,
        until: DateTime<Utc>,
    ) -> Result<bool, SaveError<Infallible>> {
        self.gate.pass().await;
        let mut rows = self.rows();
        let end = rows.leases.get_mut(&lease.session);
        let held = end.filter(|end| **end == lease.until);
        Ok(held.map(|end| *end = until).is_some())
    }

    async fn give_back(&self, lease: &Lease) -> Result<(), SaveError<Infallible>> {
        self.gate.pass().await;
        let mut rows = self.rows();
        if rows.leases.get(&lease.session) == Some(&lease.until) {
            rows.leases.remove(&lease.session);
        }
        Ok(())
    }

    async fn next_due(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Infallible> {
        self.gate.pass().await;
        let rows = self.rows();
        let due = rows.sessions.values().filter_map(|session| {
            let (wake, lease) = (session.wake()?, rows.leases.get(&session.id()));
            Some(lease.map_or(wake, |lease| wake.max(*lease)))
        });
        Ok(due.filter(|due| *due > now).min())
    }
}

/// Accepts a message unless the schedule says otherwise: what follows is that its answer is on the way.
impl SmsSender for Store {
    async fn send(&self, message: &Message) -> SendOutcome {
        self.gate.wait(true).await;
        let mut rows = self.rows();
        let said = rows.says.take().unwrap_or(SendOutcome::Accepted);
        rows.sent.push(Sent {
            id: message.id(),
            code: message.code_for_transport().to_owned(),
            said,
        });
        said
    }
}
