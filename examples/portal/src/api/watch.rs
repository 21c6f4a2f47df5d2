//! `/healthz`, `/readyz`, `/metrics`: for whoever runs the portal.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use beian::{Lang, host::Clock as _};

use super::Problem;
use crate::{app::Portal, metrics::Watched, store::StoreError};

const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The routes.
pub(super) fn router() -> Router<Arc<Portal>> {
    Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

/// Whether requests can be answered now.
async fn ready(State(portal): State<Arc<Portal>>) -> Response {
    match portal.store.ping().await {
        Ok(()) => "ready".into_response(),
        Err(error) => Problem::of_store(&error, Lang::En).into_response(),
    }
}

async fn metrics(State(portal): State<Arc<Portal>>) -> Response {
    match watched(&portal).await.map(Watched::text) {
        Ok(Ok(text)) => ([(header::CONTENT_TYPE, FORMAT)], text).into_response(),
        Ok(Err(_)) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Err(error) => Problem::of_store(&error, Lang::En).into_response(),
    }
}

async fn watched(portal: &Portal) -> Result<Watched, StoreError> {
    let sessions = portal.store.sessions();
    Ok(Watched {
        desk: portal.desk.counters(),
        rate_limited: portal.limits.refused(),
        sessions: sessions.sessions_by_status().await?,
        due_lag: sessions.due_lag(portal.clock.now()).await?,
    })
}
