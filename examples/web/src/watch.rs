//! `/healthz`, `/readyz` and the figures: for whoever watches a host.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use beian::Lang;
use prometheus_client::{
    encoding::text::encode, metrics::counter::ConstCounter, registry::Registry,
};

use crate::{
    log,
    pages::Host,
    problem::{Code, Problem},
};

/// Whether it lives, and whether it can be used. They tell nobody anything else.
pub fn health<H: Host>() -> Router<Arc<H>> {
    Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(ready::<H>))
}

/// Whether requests can be answered now, and what they bring be written.
async fn ready<H: Host>(State(host): State<Arc<H>>) -> Response {
    let asked = async || match host.database().try_to_write().await {
        Ok(()) => true,
        Err(error) => {
            tracing::error!(%error, "not ready");
            false
        }
    };
    if host.served().is_stopping() || !host.writable().get(asked).await {
        return Problem::new(Code::TRY_AGAIN, Lang::En).into_response();
    }
    "ready".into_response()
}

const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The figures of a host, as Prometheus reads them, under its name: its own, and what every host counts.
pub fn figures<H: Host>(host: &H, own: impl FnOnce(&mut Registry)) -> Response {
    let mut registry = Registry::with_prefix(host.name());
    own(&mut registry);
    for (name, help, count) in [
        (
            "rate_limited",
            "Requests refused by a limit",
            host.limits().refused(),
        ),
        (
            "connections_turned_away",
            "Connections that were one too many",
            host.served().turned_away(),
        ),
        (
            "log_lines_lost",
            "Lines of the log that could not be written",
            log::lost(),
        ),
    ] {
        registry.register(name, help, ConstCounter::new(count));
    }
    let mut text = String::new();
    match encode(&mut text, &registry) {
        Ok(()) => ([(header::CONTENT_TYPE, FORMAT)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
