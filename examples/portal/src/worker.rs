//! The background: sends what is due, reports what has arrived, ends what is over.

use std::{sync::Arc, time::Duration};

use beian::host::{Clock as _, Desk, HostError, LeftOut};
use beian_sqlx::AnyStore;
use beian_web::limits::Limits;
use chrono::{DateTime, Utc};
use tokio::{
    sync::{Notify, watch},
    time,
};

use crate::{
    clock::PortalClock,
    sms::Gateway,
    store::{Store, StoreError},
};

/// How long a pass may sleep: other portals may put the sandbox's clock forward or open rounds.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);
/// What is due but leased by another portal is looked at again, but not at once.
const SHORTEST_SLEEP: Duration = Duration::from_millis(20);
/// After an error of the database.
const AFTER_ERROR: Duration = Duration::from_secs(1);

/// What the worker works with.
#[derive(Debug)]
pub struct Worker {
    /// The rounds.
    pub desk: Arc<Desk<AnyStore>>,
    /// The store.
    pub store: Arc<Store>,
    /// The clock it wakes by.
    pub clock: PortalClock,
    /// The way out.
    pub gateway: Arc<Gateway>,
    /// What it tidies.
    pub limits: Arc<Limits>,
    /// How others wake it.
    pub bell: Arc<Bell>,
}

/// Wakes the worker, and tells when it has worked.
#[derive(Debug, Default)]
pub struct Bell {
    rung: Notify,
    wanted: std::sync::atomic::AtomicU64,
    done: watch::Sender<u64>,
}

impl Bell {
    /// Something may be due: a round was opened, a resend accepted.
    pub fn ring(&self) {
        self.rung.notify_one();
    }

    /// Rings, and waits until a pass that began afterwards is over; two seconds at most.
    pub async fn settle(&self) {
        let wanted = &self.wanted;
        let pass = wanted
            .fetch_add(1, std::sync::atomic::Ordering::AcqRel)
            .saturating_add(1);
        let mut done = self.done.subscribe();
        self.ring();
        let settled = done.wait_for(|done| *done >= pass);
        let _ = time::timeout(Duration::from_secs(2), settled).await;
    }
}

impl Worker {
    /// Works until `stop` says so; the pass that is under way then is finished.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            let pass = self.bell.wanted.load(std::sync::atomic::Ordering::Acquire);
            let sleep = match self.pass().await {
                Ok(next) => {
                    let wait = next.signed_duration_since(self.clock.now());
                    let wait = wait.to_std().unwrap_or_default();
                    wait.clamp(SHORTEST_SLEEP, LONGEST_SLEEP)
                }
                Err(error) => {
                    tracing::error!(%error, "worker");
                    AFTER_ERROR
                }
            };
            self.bell.done.send_replace(pass);
            self.limits.tidy();
            tokio::select! {
                () = time::sleep(sleep) => {}
                () = self.bell.rung.notified() => {}
                _ = stop.wait_for(|stop| *stop) => {}
            }
        }
    }

    /// Does everything that is due now; says when something will be again.
    async fn pass(&self) -> Result<DateTime<Utc>, StoreError> {
        let Gateway::Sandbox(sandbox) = &*self.gateway else {
            return self.dispatch().await;
        };
        self.clock.refresh(&self.store).await?;
        sandbox.report_delivered(&self.desk).await?;
        let next = self.dispatch().await?;
        let delivery = self.store.next_delivery().await?;
        Ok(delivery.map_or(next, |delivery| delivery.min(next)))
    }

    async fn dispatch(&self) -> Result<DateTime<Utc>, StoreError> {
        let done = self.desk.dispatch(&*self.gateway).await;
        let done = done.map_err(|error| {
            if let HostError::Store(error) = error {
                error.into()
            } else {
                StoreError::Conflict
            }
        })?;
        warn_of(&done.left_out);
        for message in &done.slow {
            tracing::warn!(%message, "the gateway took longer than a send may");
        }
        Ok(done.next)
    }
}

/// Somebody has to look after these rounds.
pub(crate) fn warn_of(left_out: &[LeftOut]) {
    for LeftOut { session, reason } in left_out {
        tracing::warn!(%session, %reason, "round left out");
    }
}
