//! What requests and the worker work with.

use std::sync::Arc;

use beian_web::{
    background::Bell, clock::HostClock, database::Error, kept::Kept, limits::Limits, serve::Served,
    sign_in::Door, signing::SigningKey, site::Site,
};
use chrono::TimeDelta;

use crate::{
    metrics::Figures,
    order::{Order, Person},
    orders::Orders,
    regulator::Regulator,
};

/// What requests work with.
#[derive(Debug)]
pub struct Platform {
    /// The orders.
    pub orders: Arc<Orders>,
    /// Where they are handed in.
    pub regulator: Arc<dyn Regulator>,
    /// The one clock.
    pub clock: HostClock,
    /// Wakes the worker.
    pub bell: Arc<Bell>,
    /// What it is called, and who stands before it.
    pub site: Arc<Site>,
    /// What links begin with: `https://platform.example.com`.
    pub base: String,
    /// Who may use the console.
    pub door: Door,
    /// How often one address may do what.
    pub limits: Arc<Limits>,
    /// What its server counts.
    pub served: Arc<Served>,
    /// Whether something could be written lately.
    pub writable: Kept<bool>,
    /// The figures that the database counts.
    pub figures: Kept<Option<Figures>>,
    /// What links and forms are signed with.
    pub signing: SigningKey,
    /// Whether the sandbox's endpoints exist: its sender, on loopback.
    pub sandbox: bool,
    /// Where the regulator's pages are, if people can go there.
    pub regulator_page: Option<String>,
}

impl Platform {
    /// The address of the customer's page.
    #[must_use]
    pub fn customer_link(&self, order: &Order) -> String {
        format!("{}/o/{}", self.base, order.link.token(&self.signing))
    }

    /// The address of a person's page.
    #[must_use]
    pub fn person_link(&self, person: &Person) -> String {
        format!("{}/p/{}", self.base, person.link.token(&self.signing))
    }

    /// Puts the sandbox's clock forward, and the regulator's: what is due at each is done.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn advance(&self, by: TimeDelta) -> Result<(), Error> {
        self.bell.settle().await;
        if by > TimeDelta::zero() {
            if self.regulator.advance(by).await.is_none() {
                tracing::warn!("the regulator's clock could not be put forward");
            }
            let offset = self.orders.store.database().advance_clock(by).await?;
            self.clock.put_forward_to(offset);
        }
        self.bell.settle().await;
        Ok(())
    }
}
