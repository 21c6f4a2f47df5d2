//! `/metrics`: for whoever runs the platform.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Response},
    routing::get,
};
use beian::{Lang, host::Clock as _};
use beian_web::{
    problem::{Code, Problem},
    watch,
};
use chrono::TimeDelta;
use prometheus_client::{
    metrics::{
        family::Family,
        gauge::{ConstGauge, Gauge},
    },
    registry::Registry,
};

use super::access::Staff;
use crate::{app::Platform, store::Error};

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

/// The figures, for staff.
pub(super) fn router() -> Router<Arc<Platform>> {
    Router::new().route(
        "/metrics",
        get(async |_: Staff, state| metrics(state).await),
    )
}

/// The same on a listener of their own.
pub(super) fn alone() -> Router<Arc<Platform>> {
    Router::new().route("/metrics", get(metrics))
}

async fn metrics(State(platform): State<Arc<Platform>>) -> Response {
    let asked = async || match Figures::of(&platform).await {
        Ok(figures) => Some(figures),
        Err(error) => {
            tracing::error!(%error, "metrics");
            None
        }
    };
    match platform.figures.get(asked).await {
        Some(figures) => watch::figures(&*platform, |registry| figures.register(registry)),
        None => Problem::new(Code::TRY_AGAIN, Lang::En).into_response(),
    }
}

impl Figures {
    async fn of(platform: &Platform) -> Result<Self, Error> {
        let (store, now) = (&platform.orders.store, platform.clock.now());
        let due = store.next_due().await?;
        let lag = due.map(|due| now.signed_duration_since(due));
        Ok(Self {
            orders: store.count_by_status().await?,
            overdue: store.count_overdue(now).await?,
            due_lag: lag.unwrap_or_default().max(TimeDelta::zero()),
        })
    }

    fn register(self, registry: &mut Registry) {
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
