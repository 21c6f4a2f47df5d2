//! Everything that is answered over HTTP, and what all answers have in common.

mod forms;
mod openapi;
#[expect(
    unused_qualifications,
    reason = "in what the macro of the document makes"
)]
mod orders;
mod problem;
mod reports;
#[expect(
    unused_qualifications,
    reason = "in what the macro of the document makes"
)]
mod sandbox;
mod schema;
mod view;
mod watch;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use beian_web::{guard, lang::Speaks, pages, watch::health};

pub use beian_web::problem::{Code, FieldProblem, Problem};
pub use forms::limit;
pub use sandbox::SENDER;

use crate::{portal::Portal, web};

/// An order of 200 services takes less.
const BODY_LIMIT: usize = 512 * 1024;

/// Every route of the portal.
pub fn router(portal: &Arc<Portal>) -> Router {
    let mut routes = Router::new()
        .merge(orders::router(portal))
        .merge(forms::router())
        .merge(reports::router())
        .merge(openapi::router(portal))
        .merge(watch::figures(portal))
        .merge(web::router(portal));
    if portal.sandbox {
        routes = routes.merge(sandbox::router());
    }
    let with = || Arc::clone(portal);
    let routes = routes.layer(middleware::from_fn_with_state(with(), same_time));
    // Who looks whether it lives calls it by whatever address it has.
    let routes = guard::within(routes, &portal.site, BODY_LIMIT).merge(health());
    let routes = routes.layer(middleware::from_fn_with_state(
        with(),
        pages::for_people::<Portal>,
    ));
    guard::around(routes).with_state(with())
}

/// What the listener for the figures answers.
pub fn metrics_router(portal: &Arc<Portal>) -> Router {
    guard::around(watch::figures_alone()).with_state(Arc::clone(portal))
}

/// In a sandbox of several portals, another one may have put the clock forward.
async fn same_time(State(portal): State<Arc<Portal>>, request: Request, next: Next) -> Response {
    if portal.sandbox
        && portal.store.database().is_shared()
        && let Err(error) = portal.clock.refresh(portal.store.database()).await
    {
        return problem::of_store(&error, Speaks::of(request.headers()).0).into_response();
    }
    next.run(request).await
}
