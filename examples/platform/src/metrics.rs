//! What is watched from outside, for Prometheus.

use chrono::{DateTime, TimeDelta, Utc};
use prometheus_client::{
    metrics::{
        family::Family,
        gauge::{ConstGauge, Gauge},
    },
    registry::Registry,
};

use crate::store::{Error, Store};

/// What takes the database a while.
#[derive(Debug, Clone)]
pub struct Figures {
    /// Orders by status.
    orders: Vec<(String, u64)>,
    /// Those in verification that nobody is in time for, for certain.
    overdue: u64,
    /// How long something has been due at an order.
    due_lag: TimeDelta,
}

impl Figures {
    /// As the database has them.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn of(store: &Store, now: DateTime<Utc>) -> Result<Self, Error> {
        let due = store.next_due().await?;
        let lag = due.map(|due| now.signed_duration_since(due));
        Ok(Self {
            orders: store.count_by_status().await?,
            overdue: store.count_overdue(now).await?,
            due_lag: lag.unwrap_or_default().max(TimeDelta::zero()),
        })
    }

    /// Adds them to those of every host.
    pub fn register(self, registry: &mut Registry) {
        let orders = Family::<[(&str, String); 1], Gauge>::default();
        for (status, count) in self.orders {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            orders.get_or_create(&[("status", status)]).set(count);
        }
        registry.register("orders", "Orders by status", orders);
        registry.register(
            "overdue",
            "Orders in verification that nobody is in time for, for certain",
            ConstGauge::new(i64::try_from(self.overdue).unwrap_or(i64::MAX)),
        );
        registry.register(
            "due_lag_seconds",
            "How long something has been due at an order",
            ConstGauge::new(self.due_lag.as_seconds_f64()),
        );
    }
}
