//! `/api/orders`: the platform's side.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{FromRequestParts, Path, Request, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use beian::{Lang, OrderForm, OrderStatus};
use beian_web::{
    address::From,
    body::Parameters,
    idempotency::{Once, Repeatable},
    lang::Speaks,
    limits::Budget,
    openapi::order_form::NewOrder,
    order_id::OrderId,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    Code, Problem, problem,
    schema::{self, RepeatKey, StepKey},
    view::{OrderList, OrderView},
};
use crate::{
    orders::{Order, OrderError},
    portal::Portal,
};

/// The routes, behind the console's token.
pub(super) fn router(portal: &Arc<Portal>) -> Router<Arc<Portal>> {
    Router::new()
        .route("/api/orders", get(list).post(file))
        .route("/api/orders/{id}", get(show))
        .route("/api/orders/{id}/submit", post(submit))
        .route("/api/orders/{id}/resubmit", post(resubmit))
        .route("/api/orders/{id}/withdraw", post(withdraw))
        .route_layer(middleware::from_fn_with_state(Arc::clone(portal), admit))
}

/// Whoever bears the console's token, unless their address has tried too many wrong ones.
pub(super) async fn admit(
    State(portal): State<Arc<Portal>>,
    From(address): From,
    Speaks(lang): Speaks,
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Response {
    if let Err(too_many) = portal.limits.heard(address) {
        return too_many.problem(lang).into_response();
    }
    if !portal.door.admits_bearer(&headers) {
        if headers.contains_key(header::AUTHORIZATION) {
            tracing::warn!("a wrong token");
            portal.limits.wrong_token(address);
        }
        return Problem::new(Code::UNAUTHORIZED, lang).into_response();
    }
    match portal.limits.check(Budget::Api, address) {
        Ok(()) => next.run(request).await,
        Err(too_many) => too_many.problem(lang).into_response(),
    }
}

/// The order of the path; one that can't be read isn't there.
#[derive(Debug, Clone, Copy)]
pub(super) struct OrderPath(pub OrderId);

impl<S: Send + Sync> FromRequestParts<S> for OrderPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Speaks(lang) = Speaks::of(&parts.headers);
        let id = Path::<String>::from_request_parts(parts, state).await;
        let id = id.ok().and_then(|id| id.parse().ok());
        id.map(Self)
            .ok_or_else(|| Problem::new(problem::ORDER_NOT_FOUND, lang))
    }
}

/// Files an order: it is in the initial review.
#[utoipa::path(
    post, path = "/api/orders", tag = "orders", security(("console" = [])),
    operation_id = "file_order", params(RepeatKey),
    request_body(content = NewOrder, example = NewOrder::example),
    responses(
        (status = 201, description = "The order, as it was filed", body = OrderView,
            headers(("Location" = String, description = "Where it is"))),
    )
)]
pub(super) async fn file(
    State(portal): State<Arc<Portal>>,
    Speaks(lang): Speaks,
    Once { body: form, key }: Once<OrderForm>,
) -> Result<Response, Problem> {
    let filed = portal.orders.file(&form, key).await;
    let order = filed.map_err(|error| problem::of(&error, lang))?;
    let location = [("location", format!("/api/orders/{}", order.id))];
    Ok((StatusCode::CREATED, location, Json(OrderView::from(&order))).into_response())
}

/// One order.
#[utoipa::path(
    get, path = "/api/orders/{id}", tag = "orders", security(("console" = [])),
    operation_id = "show_order", params(("id" = schema::OrderId, Path)),
    responses((status = 200, description = "The order", body = OrderView))
)]
pub(super) async fn show(
    State(portal): State<Arc<Portal>>,
    Speaks(lang): Speaks,
    OrderPath(id): OrderPath,
) -> Result<Json<OrderView>, Problem> {
    view(portal.orders.order(id).await, lang)
}

/// Which orders to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only orders of this status.
    #[param(value_type = schema::OrderStatus, required = false)]
    status: Option<String>,
    /// Only orders after this one: the `next` of the page before.
    #[param(value_type = schema::OrderId, required = false)]
    after: Option<String>,
    /// How many, 50 if not said.
    #[param(value_type = u32, required = false, minimum = 1, maximum = 200)]
    limit: Option<String>,
}

/// Orders, oldest first.
#[utoipa::path(
    get, path = "/api/orders", tag = "orders", security(("console" = [])),
    operation_id = "list_orders", params(Wanted),
    responses((status = 200, description = "One page of them", body = OrderList))
)]
pub(super) async fn list(
    State(portal): State<Arc<Portal>>,
    Speaks(lang): Speaks,
    Parameters(wanted): Parameters<Wanted>,
) -> Result<Json<OrderList>, Problem> {
    let malformed = |field| Problem::new(Code::MALFORMED_PARAMETER, lang).malformed(field, lang);
    let status = wanted.status.map(|status| status.parse::<OrderStatus>());
    let status = status.transpose().map_err(|_| malformed("status"))?;
    if status.is_some_and(|status| !schema::STATUSES.contains(&status)) {
        return Err(malformed("status"));
    }
    let after = wanted.after.map(|after| after.parse::<OrderId>());
    let after = after.transpose().map_err(|_| malformed("after"))?;
    let limit = match wanted.limit {
        Some(limit) => number(&limit).filter(|limit| (1..=200).contains(limit)),
        None => Some(50),
    };
    let limit = limit.ok_or_else(|| malformed("limit"))?;
    let page = portal.orders.list(status, after, limit).await;
    let page = page.map_err(|error| problem::of(&error, lang))?;
    Ok(Json(OrderList::from(&page)))
}

/// Digits alone; Rust reads a sign in front, too.
fn number(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// The initial review has passed: whoever must verify is texted.
#[utoipa::path(
    post, path = "/api/orders/{id}/submit", tag = "orders", security(("console" = [])),
    operation_id = "submit_order", params(("id" = schema::OrderId, Path), StepKey),
    responses((status = 200, description = "The order", body = OrderView))
)]
pub(super) async fn submit(
    State(portal): State<Arc<Portal>>,
    Speaks(lang): Speaks,
    OrderPath(id): OrderPath,
    key: Repeatable,
) -> Result<Json<OrderView>, Problem> {
    let key = key.of(&format!("submit {id}"));
    let order = portal.orders.submit(id, key).await;
    portal.bell.ring();
    view(order, lang)
}

/// A returned order is submitted again, unchanged.
#[utoipa::path(
    post, path = "/api/orders/{id}/resubmit", tag = "orders", security(("console" = [])),
    operation_id = "resubmit_order", params(("id" = schema::OrderId, Path), StepKey),
    responses((status = 200, description = "The order", body = OrderView))
)]
pub(super) async fn resubmit(
    State(portal): State<Arc<Portal>>,
    Speaks(lang): Speaks,
    OrderPath(id): OrderPath,
    key: Repeatable,
) -> Result<Json<OrderView>, Problem> {
    // A client that resubmits after each return needs a key for each.
    let key = key.of(&format!("resubmit {id}"));
    let order = portal.orders.resubmit(id, key).await;
    portal.bell.ring();
    view(order, lang)
}

/// An order is taken back, for good.
#[utoipa::path(
    post, path = "/api/orders/{id}/withdraw", tag = "orders", security(("console" = [])),
    operation_id = "withdraw_order", params(("id" = schema::OrderId, Path)),
    responses((status = 200, description = "The order", body = OrderView))
)]
pub(super) async fn withdraw(
    State(portal): State<Arc<Portal>>,
    Speaks(lang): Speaks,
    OrderPath(id): OrderPath,
) -> Result<Json<OrderView>, Problem> {
    view(portal.orders.withdraw(id).await, lang)
}

fn view(order: Result<Order, OrderError>, lang: Lang) -> Result<Json<OrderView>, Problem> {
    match order {
        Ok(order) => Ok(Json(OrderView::from(&order))),
        Err(error) => Err(problem::of(&error, lang)),
    }
}
