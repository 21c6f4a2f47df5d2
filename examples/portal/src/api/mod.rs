//! Everything that is answered over HTTP, and what all answers have in common.

mod extract;
mod forms;
mod guard;
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
mod view;
mod watch;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::StatusCode,
    middleware,
    response::Response,
};
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, timeout::TimeoutLayer,
};

pub use extract::{From, Speaks};
pub use forms::limit;
pub use problem::{Code, FieldProblem, Problem};
pub use sandbox::SENDER;
pub use view::instant;

use crate::{app::Portal, web};

/// An order of 200 services takes less.
const BODY_LIMIT: usize = 512 * 1024;
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// Every route of the portal.
pub fn router(portal: &Arc<Portal>) -> Router {
    let mut routes = Router::new()
        .merge(orders::router(portal))
        .merge(forms::router())
        .merge(reports::router())
        .merge(openapi::router())
        .merge(watch::router())
        .merge(web::router(portal));
    if portal.sandbox {
        routes = routes.merge(sandbox::router());
    }
    // The innermost first.
    routes
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn_with_state(
            Arc::clone(portal),
            guard::same_time,
        ))
        .layer(middleware::from_fn_with_state(
            Arc::clone(portal),
            guard::same_site,
        ))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            TIME_LIMIT,
        ))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(
            Arc::clone(portal),
            web::for_people,
        ))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(guard::headers))
        .layer(middleware::from_fn(guard::observe))
        .with_state(Arc::clone(portal))
}

async fn not_found(request: Request) -> Problem {
    Problem::new(Code::NotFound, Speaks::of(request.headers()).0)
}

async fn method_not_allowed(request: Request) -> Problem {
    Problem::new(Code::MethodNotAllowed, Speaks::of(request.headers()).0)
}

/// What a panic says may be anything: it isn't repeated.
fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    use axum::response::IntoResponse as _;
    tracing::error!("a handler panicked");
    Problem::new(Code::Internal, beian::Lang::Zh).into_response()
}
