//! Pages whose address is a secret: who has the link may open them, and nobody learns it from here.

use axum::{
    http::{HeaderValue, header},
    response::Response,
};
use beian_web::{limits::Budget, pages::Sorry};

use super::Visit;
use crate::store::Linked;

/// Nothing of the address goes with a click, and nothing of the page stays.
pub(super) async fn headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let no_referrer = HeaderValue::from_static("no-referrer");
    headers.insert(header::REFERRER_POLICY, no_referrer);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Whose link this is. Every look counts, before anybody knows whether there is one; what is unknown, void or
/// over looks alike.
pub(super) async fn linked(visit: &Visit, token: &str) -> Result<Linked, Response> {
    let counted = visit
        .address()
        .map(|address| visit.host.limits.check(Budget::Links, address));
    if let Some(Err(too_many)) = counted {
        return Err(visit.slow_down(too_many));
    }
    match visit.host.orders.linked(token).await {
        Ok(Some(linked)) => Ok(linked),
        Ok(None) => Err(not_found(visit)),
        Err(error) => Err(visit.failed(&error)),
    }
}

/// There is nothing here, and nothing that says whether there ever was.
pub(super) fn not_found(visit: &Visit) -> Response {
    visit.sorry(Sorry::NotFound)
}
