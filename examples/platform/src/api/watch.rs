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

use super::access::Staff;
use crate::{metrics::Figures, platform::Platform};

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
    let asked = async || match Figures::of(&platform.orders.store, platform.clock.now()).await {
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
