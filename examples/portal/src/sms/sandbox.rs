//! A gateway for trying things out: messages end on handsets in the database, after a delay.

use std::sync::Arc;

use beian::{
    DeliveryReport, Message, Refusal, Template,
    host::{Clock as _, Desk, HostError, SendOutcome, SmsSender},
};
use beian_sqlx::AnyStore;
use beian_web::clock::HostClock;
use chrono::TimeDelta;

use crate::store::{GatewayMode, Handset, Store, StoreError};

/// The simulated gateway. It holds codes in clear, so it is there in the sandbox alone.
#[derive(Debug)]
pub struct Sandbox {
    store: Arc<Store>,
    clock: HostClock,
    delay: TimeDelta,
}

impl Sandbox {
    /// A gateway that takes `delay` to deliver, by the sandbox's clock.
    #[must_use]
    pub const fn new(store: Arc<Store>, clock: HostClock, delay: TimeDelta) -> Self {
        Self {
            store,
            clock,
            delay,
        }
    }

    /// Reports to the desk what has arrived by now.
    ///
    /// # Errors
    /// [`StoreError`]; what wasn't reported is tried again later.
    pub async fn report_delivered(&self, desk: &Desk<AnyStore>) -> Result<(), StoreError> {
        loop {
            let delivered = self.store.lease_delivered(self.clock.now()).await?;
            if delivered.is_empty() {
                return Ok(());
            }
            for id in delivered {
                match desk.report(id, DeliveryReport::Delivered).await {
                    Ok(_) | Err(HostError::Refused(Refusal::UnknownMessage)) => {
                        self.store.delivery_reported(id).await?;
                    }
                    Err(HostError::Store(error)) => return Err(error.into()),
                    Err(error) => tracing::warn!(message = %id, %error, "delivery not reported"),
                }
            }
        }
    }

    async fn take(&self, message: &Message) -> Result<SendOutcome, StoreError> {
        match self.store.gateway_mode().await? {
            GatewayMode::Refuse => Ok(SendOutcome::Failed),
            GatewayMode::Defer => Ok(SendOutcome::Deferred),
            GatewayMode::AcceptWithoutDelivery => Ok(SendOutcome::Accepted),
            GatewayMode::Accept => {
                let now = self.clock.now();
                let handset = Handset {
                    mobile: message.to().digits().to_owned(),
                    text: message.text(&Template::ILLUSTRATIVE),
                    sent_at: now,
                };
                let deliver_at = now.checked_add_signed(self.delay).unwrap_or(now);
                self.store
                    .put_on_handset(message.id(), &handset, deliver_at)
                    .await?;
                Ok(SendOutcome::Accepted)
            }
        }
    }
}

impl SmsSender for Sandbox {
    async fn send(&self, message: &Message) -> SendOutcome {
        self.take(message).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "sandbox gateway");
            SendOutcome::Deferred
        })
    }
}
