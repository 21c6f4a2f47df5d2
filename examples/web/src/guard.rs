//! What stands before and behind every handler.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use beian::Lang;
use tokio::time;
use tower::ServiceBuilder;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};
use tracing::Instrument as _;

use crate::{
    lang::Speaks,
    problem::{Code, Problem},
    signing::random_id,
    site::Site,
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// How long a handler may take, its body included.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// Headers that keep browsers careful: own style and script files only, nobody may frame the pages.
pub const HEADERS: [(HeaderName, &str); 8] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=()",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (header::CACHE_CONTROL, "no-store"),
];

/// The routes behind what every request has to pass: a `Host` that is the site's, no other site's page
/// behind it, so much to read, so much time. A handler that panics is an answer.
pub fn within<S: Clone + Send + Sync + 'static>(
    routes: Router<S>,
    site: &Arc<Site>,
    body_limit: usize,
) -> Router<S> {
    // One layer of all: each of its own would be boxed, and cloned with all within it at every request.
    let layers = ServiceBuilder::new()
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(in_time))
        .layer(DefaultBodyLimit::max(body_limit))
        .layer(middleware::from_fn_with_state(Arc::clone(site), same_site));
    routes
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(layers)
}

/// The routes with what every answer has: the headers, an id, a line in the log.
pub fn around<S: Clone + Send + Sync + 'static>(routes: Router<S>) -> Router<S> {
    let layers = ServiceBuilder::new()
        .layer(middleware::from_fn(observe))
        .map_response(headers)
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(one_host));
    routes.layer(layers)
}

async fn in_time(request: Request, next: Next) -> Response {
    let lang = Speaks::of(request.headers()).0;
    match time::timeout(TIME_LIMIT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(Code::TRY_AGAIN, lang).into_response(),
    }
}

async fn not_found(request: Request) -> Problem {
    Problem::new(Code::NOT_FOUND, Speaks::of(request.headers()).0)
}

async fn method_not_allowed(request: Request) -> Problem {
    Problem::new(Code::METHOD_NOT_ALLOWED, Speaks::of(request.headers()).0)
}

/// What a panic says may be anything: it isn't repeated. That there was one is in the log.
fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    Problem::new(Code::INTERNAL, Lang::Zh).into_response()
}

/// Gives every request an id and logs what came of it: the route as it is declared, never the
/// address itself, which may hold a number.
async fn observe(request: Request, next: Next) -> Response {
    let id = random_id();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or_else(|| "-".to_owned(), |route| route.as_str().to_owned());
    let method = request.method().clone();
    let span = tracing::info_span!("request", %id, %method, %route);
    async {
        let began = Instant::now();
        let mut response = next.run(request).await;
        let status = response.status().as_u16();
        let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        if response.status().is_server_error() {
            tracing::warn!(status, micros, "answered");
        } else {
            tracing::info!(status, micros, "answered");
        }
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        response
    }
    .instrument(span)
    .await
}

fn headers<B>(mut response: Response<B>) -> Response<B> {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        // A style sheet may be kept.
        if name != header::CACHE_CONTROL || !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    response
}

/// Exactly one `Host`, which an absolute target may repeat: two names could mean one thing to a proxy and
/// another here.
async fn one_host(request: Request, next: Next) -> Response {
    let mut hosts = request.headers().get_all(header::HOST).into_iter();
    let host = hosts.next().and_then(|host| host.to_str().ok());
    let named = request.uri().authority();
    let is_one = hosts.next().is_none()
        && host.is_some_and(|host| {
            !host.is_empty() && named.is_none_or(|named| named.as_str().eq_ignore_ascii_case(host))
        });
    if is_one {
        return next.run(request).await;
    }
    Problem::new(Code::MALFORMED_HOST, Speaks::of(request.headers()).0).into_response()
}

/// Another site's page can't make a browser change anything here (`Sec-Fetch-Site`, `Origin`); and another
/// site's name can't be made to mean this one (`Host`).
async fn same_site(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let problem = |code| Problem::new(code, Speaks::of(headers).0).into_response();
    let host = headers.get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
    let safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if !site.answers_to(host) {
        // Who has just put a proxy before it looks here.
        tracing::warn!(
            "a request for another name than the site's: --public-address says what it is"
        );
        return problem(Code::CROSS_SITE);
    }
    if !safe && is_cross_site(headers, &site, host) {
        return problem(Code::CROSS_SITE);
    }
    if site.is_private() && PROXIED.iter().any(|name| headers.contains_key(name)) {
        tracing::warn!("a request came by a proxy that --trusted-proxy doesn't name");
        return problem(Code::CROSS_SITE);
    }
    next.run(request).await
}

/// What a proxy may add: a site that takes itself for this machine's alone is open to all behind it.
const PROXIED: [HeaderName; 3] = [
    header::FORWARDED,
    header::VIA,
    HeaderName::from_static("x-forwarded-for"),
];

/// By whatever of the two the browser says, and all that it says.
fn is_cross_site(headers: &HeaderMap, site: &Site, host: &str) -> bool {
    let mut sites = headers.get_all(FETCH_SITE).into_iter();
    let mut origins = headers.get_all(header::ORIGIN).into_iter();
    let is_own = |origin: &HeaderValue| {
        let origin = origin.to_str();
        origin.is_ok_and(|origin| site.is_own_origin(origin, host))
    };
    !sites.all(|site| site == "same-origin" || site == "none") || !origins.all(is_own)
}
