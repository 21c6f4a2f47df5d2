//! Which node of a cluster the pool's connections lead to.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use sqlx::{AnyConnection, AnyPool, Connection as _, Error, Executor as _, any::AnyConnectOptions};
use tokio::time;

use super::{ASK, OpenError};

/// How often the node in use is asked, where there are others.
const PULSE: Duration = Duration::from_millis(500);

/// The addresses, the one in use first.
#[derive(Debug)]
pub(super) struct Nodes {
    addresses: Mutex<Vec<String>>,
    /// When another one was taken: connections that are older lead to the one before.
    changed: Mutex<Option<Instant>>,
}

impl Nodes {
    pub(super) fn new(addresses: Vec<String>) -> Self {
        Self {
            addresses: Mutex::new(addresses),
            changed: Mutex::default(),
        }
    }

    /// Whether a connection of that age leads to a node that is no longer used.
    pub(super) fn left_since(&self, age: Duration) -> bool {
        let changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        changed.is_some_and(|changed| changed.elapsed() < age)
    }

    /// One connection by itself: a pool would try again until its time is over, and not say why.
    pub(super) async fn first_that_answers(
        &self,
        question: &'static str,
        patience: Duration,
    ) -> Result<String, OpenError> {
        let mut refused = OpenError::NoAnswer;
        for place in 0..self.known().len() {
            let Some(address) = self.known().get(place).cloned() else {
                break;
            };
            match time::timeout(patience, answers(&address, question)).await {
                Ok(Ok(())) => {
                    self.use_first(place);
                    return Ok(address);
                }
                Ok(Err(error)) => refused = error.into(),
                Err(_) => refused = OpenError::NoAnswer,
            }
        }
        Err(refused)
    }

    /// Looks after the node in use until the pool is closed, and leads the pool to another one when it
    /// doesn't answer, as one that was cut off from its cluster doesn't.
    pub(super) fn watch(self: std::sync::Arc<Self>, pool: AnyPool) {
        if self.known().len() < 2 {
            return;
        }
        tokio::spawn(async move {
            while !pool.is_closed() {
                time::sleep(PULSE).await;
                let used = self.known().first().cloned().unwrap_or_default();
                if matches!(time::timeout(PULSE, answers(&used, ASK)).await, Ok(Ok(()))) {
                    continue;
                }
                let Ok(address) = self.first_that_answers(ASK, PULSE).await else {
                    continue;
                };
                if let Ok(options) = address.parse::<AnyConnectOptions>() {
                    pool.set_connect_options(options);
                    let mut changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
                    *changed = Some(Instant::now());
                    tracing::warn!("the database's node doesn't answer: another one is used");
                }
            }
        });
    }

    /// A new connection to one node of several: waits until what was committed on any of them is there to be
    /// read, or an order that was acknowledged before a node died would be unknown on the next.
    pub(super) async fn catch_up(&self, connection: &mut AnyConnection) -> Result<(), Error> {
        // Only Galera has the word, and needs it.
        let several = self.known().len() > 1;
        if several
            && connection
                .execute("set session wsrep_sync_wait = 1")
                .await
                .is_ok()
        {
            connection.execute("select 1").await?;
            let as_before = "set session wsrep_sync_wait = default";
            connection.execute(as_before).await?;
        }
        Ok(())
    }

    fn known(&self) -> Vec<String> {
        let addresses = self
            .addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        addresses.clone()
    }

    fn use_first(&self, place: usize) {
        let mut addresses = self
            .addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let place = place.min(addresses.len());
        addresses.rotate_left(place);
    }
}

async fn answers(address: &str, question: &'static str) -> Result<(), Error> {
    let mut connection = AnyConnection::connect(address).await?;
    connection.execute(question).await?;
    connection.close().await
}
