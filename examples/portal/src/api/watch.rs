//! `/metrics`: for whoever runs the portal.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    middleware,
    response::{IntoResponse as _, Response},
    routing::get,
};
use beian::{Lang, host::Clock as _};
use beian_web::watch;

use super::{Code, Problem, orders};
use crate::{
    metrics::{Dear, Watched},
    portal::Portal,
    store::StoreError,
};

/// The figures. They tell whether somebody's number is known: they are the console's.
pub(super) fn figures(portal: &Arc<Portal>) -> Router<Arc<Portal>> {
    let admit = middleware::from_fn_with_state(Arc::clone(portal), orders::admit);
    figures_alone().route_layer(admit)
}

/// The same on a listener of their own.
pub(super) fn figures_alone() -> Router<Arc<Portal>> {
    Router::new().route("/metrics", get(metrics))
}

async fn metrics(State(portal): State<Arc<Portal>>) -> Response {
    let asked = async || match dear(&portal).await {
        Ok(dear) => Some(dear),
        Err(error) => {
            tracing::error!(%error, "metrics");
            None
        }
    };
    let Some(dear) = portal.figures.get(asked).await else {
        return Problem::new(Code::TRY_AGAIN, Lang::En).into_response();
    };
    let watched = Watched {
        desk: portal.desk.counters(),
        dear,
    };
    watch::figures(&*portal, |registry| watched.register(registry))
}

async fn dear(portal: &Portal) -> Result<Dear, StoreError> {
    let sessions = portal.store.sessions();
    Ok(Dear {
        sessions: sessions.sessions_by_status().await?,
        due_lag: sessions.due_lag(portal.clock.now()).await?,
    })
}
