//! Everything that is answered over HTTP, and what all answers have in common.

pub mod access;
pub mod body;
pub mod facts;
pub mod filing_type;
mod openapi;
#[expect(
    unused_qualifications,
    reason = "in what the macro of the document makes"
)]
pub mod orders;
pub mod problem;
#[expect(
    unused_qualifications,
    reason = "in what the macro of the document makes"
)]
pub mod sandbox;
pub mod schema;
pub mod view;
mod watch;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use beian_web::{guard, lang::Speaks, pages, watch::health};

use crate::{platform::Platform, web};

/// An order of 200 services takes less.
const BODY_LIMIT: usize = 512 * 1024;

/// Every route of the platform.
pub fn router(platform: &Arc<Platform>) -> Router {
    let mut routes = Router::new()
        .merge(orders::router())
        .merge(facts::router())
        .merge(filing_type::router())
        .merge(openapi::router(platform))
        .merge(watch::router())
        .merge(web::router(platform));
    if platform.sandbox {
        routes = routes.merge(sandbox::router());
    }
    let with = || Arc::clone(platform);
    let routes = routes.layer(middleware::from_fn_with_state(with(), same_time));
    let routes = guard::within(routes, &platform.site, BODY_LIMIT).merge(health());
    let people = middleware::from_fn_with_state(with(), pages::for_people::<Platform>);
    guard::around(routes.layer(people)).with_state(with())
}

/// What the listener for the figures answers.
pub fn metrics_router(platform: &Arc<Platform>) -> Router {
    guard::around(watch::alone()).with_state(Arc::clone(platform))
}

/// In a sandbox of several platforms, another one may have put the clock forward.
async fn same_time(
    State(platform): State<Arc<Platform>>,
    request: Request,
    next: Next,
) -> Response {
    let database = platform.orders.store.database();
    if platform.sandbox
        && database.is_shared()
        && let Err(error) = platform.clock.refresh(database).await
    {
        return problem::of_store(&error, Speaks::of(request.headers()).0).into_response();
    }
    next.run(request).await
}
