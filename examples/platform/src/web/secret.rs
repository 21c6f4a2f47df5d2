//! Pages whose address is a secret: who has the link may open them. As of every page, browsers tell no other site
//! where people came from, and keep nothing of it.

use axum::response::Response;
use beian_web::{limits::Budget, pages::Sorry};

use super::Visit;
use crate::store::Linked;

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
