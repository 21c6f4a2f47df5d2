//! The crate's traits over the watched effects: a store, a clock and a gateway for each host.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use beian::{
    Message, MobileNumber, Session, SessionId, Update,
    host::{Clock, Lease, Leased, MemoryStore, SaveError, SendOutcome, SessionStore, SmsSender},
};
use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    hub::{LONGEST_SEND, Shared},
    reference::{Instant, against},
};

/// The one store, as one host sees it; also its clock and its way to the gateway.
#[derive(Clone)]
pub struct Host {
    pub number: usize,
    pub hub: Shared,
    pub store: Arc<MemoryStore>,
}

impl Host {
    /// The host may die here, before the effect and after it, and others may get ahead.
    fn before(&self) -> Point<'_> {
        Point {
            host: self,
            before: true,
            passed: false,
        }
    }

    /// What its clock showed last: read at once after it was, before another of its messages reads it too.
    fn last_read(&self) -> Instant {
        self.hub.lock().tasks[self.number].now
    }

    fn after(&self) -> Point<'_> {
        Point {
            host: self,
            before: false,
            passed: false,
        }
    }
}

struct Point<'a> {
    host: &'a Host,
    before: bool,
    passed: bool,
}

impl Future for Point<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        context.waker().wake_by_ref(); // polled when the world says so
        let mut hub = self.host.hub.lock();
        let stepping = hub.stepping;
        let task = &mut hub.tasks[self.host.number];
        if !self.passed {
            match &mut task.points_left {
                Some(0) => task.dead = true,
                Some(left) => *left -= 1,
                None => {}
            }
        }
        let waits = task.dead || (stepping && self.before && !self.passed);
        drop(hub);
        self.passed = true;
        if waits {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    }
}

impl Clock for Host {
    fn now(&self) -> DateTime<Utc> {
        let mut hub = self.hub.lock();
        let now = hub.clocks[self.number];
        hub.tasks[self.number].now = now;
        against::utc(now)
    }
}

impl SmsSender for Host {
    async fn send(&self, message: &Message) -> SendOutcome {
        let now = self.last_read();
        self.before().await;
        let outcome = self.hub.lock().handed(self.number, message, now);
        self.after().await;
        outcome
    }

    fn longest_send(&self) -> Option<TimeDelta> {
        Some(TimeDelta::microseconds(LONGEST_SEND))
    }
}

impl SessionStore for Host {
    type Error = Infallible;

    async fn load(&self, id: SessionId) -> Result<Option<Session>, Infallible> {
        self.before().await;
        let session = self.store.load(id).await?;
        let round = against::round_of(id);
        self.hub.lock().loaded(self.number, round, session.as_ref());
        self.after().await;
        Ok(session)
    }

    async fn find(
        &self,
        mobile: &MobileNumber,
        now: DateTime<Utc>,
    ) -> Result<Vec<Session>, Infallible> {
        self.before().await;
        let sessions = self.store.find(mobile, now).await?;
        let now = against::instant(now);
        self.hub.lock().found(self.number, mobile, now, &sessions);
        self.after().await;
        Ok(sessions)
    }

    async fn save(&self, updates: &[Update]) -> Result<(), SaveError<Infallible>> {
        let decided_at = self.last_read();
        self.before().await;
        let saved = self.store.save(updates).await;
        match saved {
            Ok(()) => self.hub.lock().saved(self.number, updates, decided_at),
            Err(_) => self.hub.lock().refused(updates),
        }
        self.after().await;
        saved
    }

    async fn lease_due(
        &self,
        now: DateTime<Utc>,
        limit: usize,
        lease: TimeDelta,
    ) -> Result<Vec<Leased>, SaveError<Infallible>> {
        self.before().await;
        let leased = self.store.lease_due(now, limit, lease).await;
        for Leased { lease, session } in leased.iter().flatten() {
            let round = against::round_of(lease.session);
            let mut hub = self.hub.lock();
            hub.loaded(self.number, round, session.as_ref().ok());
        }
        self.after().await;
        leased
    }

    async fn renew(
        &self,
        lease: &Lease,
        until: DateTime<Utc>,
    ) -> Result<bool, SaveError<Infallible>> {
        self.before().await;
        let renewed = self.store.renew(lease, until).await;
        self.after().await;
        renewed
    }

    async fn give_back(&self, lease: &Lease) -> Result<(), SaveError<Infallible>> {
        self.before().await;
        let given = self.store.give_back(lease).await;
        self.after().await;
        given
    }

    async fn next_due(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Infallible> {
        self.store.next_due(now).await
    }
}
