//! The background: sends what is due, reports what has arrived, ends what is over.

use std::{error::Error, sync::Arc, time::Duration};

use beian::{
    Message,
    host::{Clock as _, Desk, LeftOut, SendOutcome, SmsSender},
};
use beian_sqlx::AnyStore;
use beian_web::{background::Bell, clock::HostClock, limits::Limits};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use crate::{sms::Gateway, store::Store};

/// Other portals may put the sandbox's clock forward or open rounds.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// What is due but leased by another portal is looked at again, but not at once.
const SHORTEST_PAUSE: Duration = Duration::from_millis(20);
/// After an error of the database.
const AFTER_ERROR: Duration = Duration::from_secs(1);

type Problem = Box<dyn Error + Send + Sync>;

/// What the worker works with.
#[derive(Debug)]
pub struct Worker {
    /// The rounds.
    pub desk: Arc<Desk<AnyStore>>,
    /// The store.
    pub store: Arc<Store>,
    /// The clock it wakes by.
    pub clock: HostClock,
    /// The way out.
    pub gateway: Arc<Gateway>,
    /// What it tidies.
    pub limits: Arc<Limits>,
    /// How others wake it.
    pub bell: Arc<Bell>,
}

impl Worker {
    /// Works until `stop` says so: what is at the gateway then is finished, and nothing else begun.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        let gateway = UntilStopped(&*self.gateway, stop.clone());
        let mut passes = self.bell.passes(stop);
        loop {
            let pause = match self.pass(&gateway).await {
                Ok(next) => {
                    let pause = next.signed_duration_since(self.clock.now());
                    let pause = pause.to_std().unwrap_or_default();
                    pause.clamp(SHORTEST_PAUSE, LONGEST_PAUSE)
                }
                Err(error) => {
                    tracing::error!(%error, "worker");
                    AFTER_ERROR
                }
            };
            self.limits.tidy();
            if !passes.another(pause).await {
                return;
            }
        }
    }

    /// Does everything that is due now; says when something will be again.
    async fn pass(&self, gateway: &impl SmsSender) -> Result<DateTime<Utc>, Problem> {
        let Gateway::Sandbox(sandbox) = &*self.gateway else {
            return self.dispatch(gateway).await;
        };
        self.clock.refresh(self.store.database()).await?;
        sandbox.report_delivered(&self.desk).await?;
        let next = self.dispatch(gateway).await?;
        let delivery = self.store.next_delivery().await?;
        Ok(delivery.map_or(next, |delivery| delivery.min(next)))
    }

    async fn dispatch(&self, gateway: &impl SmsSender) -> Result<DateTime<Utc>, Problem> {
        let done = self.desk.dispatch(gateway).await?;
        warn_of(&done.left_out);
        for message in &done.slow {
            tracing::warn!(%message, "the gateway took longer than a send may");
        }
        Ok(done.next)
    }
}

/// A gateway that is left alone once it is time to stop, however much is due.
struct UntilStopped<'a, G>(&'a G, watch::Receiver<bool>);

impl<G: SmsSender> SmsSender for UntilStopped<'_, G> {
    async fn send(&self, message: &Message) -> SendOutcome {
        if *self.1.borrow() {
            let again_in = TimeDelta::zero();
            return SendOutcome::NotTried { again_in };
        }
        self.0.send(message).await
    }

    fn longest_send(&self) -> Option<TimeDelta> {
        self.0.longest_send()
    }
}

/// Somebody has to look after these rounds.
pub(crate) fn warn_of(left_out: &[LeftOut]) {
    for LeftOut { session, reason } in left_out {
        tracing::warn!(%session, %reason, "round left out");
    }
}

#[cfg(test)]
mod tests {
    use beian::{
        KeyRing, Recipient, Recipients, Role, Seed, VerificationPolicy, host::MemoryStore,
    };

    use super::*;

    /// Takes a message, and then it is time to stop.
    struct Last(watch::Sender<bool>);

    impl SmsSender for Last {
        async fn send(&self, _: &Message) -> SendOutcome {
            self.0.send_replace(true);
            SendOutcome::Accepted
        }
    }

    #[tokio::test]
    async fn what_is_due_is_left_alone_once_it_is_time_to_stop() {
        let keys = KeyRing::single(1, [7; 32]).unwrap();
        let desk = Desk::new(MemoryStore::default(), keys, Utc::now);
        for n in 0_u128..40 {
            let mobile = format!("199000000{n:02}").parse().unwrap();
            let id = "345678".parse().unwrap();
            let recipients = [Recipient::new(mobile, Role::EntityLeader, [id])];
            let recipients = Recipients::new(recipients, VerificationPolicy::REGULATOR).unwrap();
            let seed = Seed::draw(&mut getrandom::SysRng).unwrap();
            desk.open(n, &recipients, seed).await.unwrap();
        }
        let (stopping, stopped) = watch::channel(false);
        let gateway = Last(stopping);
        let until_stopped = UntilStopped(&gateway, stopped);
        let done = desk.dispatch(&until_stopped).await.unwrap();
        assert_eq!((done.accepted, done.not_tried), (1, 1));
        assert!(done.next <= Utc::now());
        let done = desk.dispatch(&gateway).await.unwrap();
        assert_eq!(done.accepted, 39);
    }
}
