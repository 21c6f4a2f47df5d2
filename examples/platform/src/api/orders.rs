//! `/api/orders`: filed, changed and followed by customers, reviewed by staff.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use beian::{
    Lang, OrderForm, OrderStatus, Role, Roles,
    filing::{ReturnReason, ReturnReasons},
    host::Clock as _,
};
use beian_web::{
    address::From,
    body::{Body, Parameters},
    idempotency::Once,
    lang::Speaks,
    limits::Budget,
    order_id::OrderId,
    problem::{Code, Problem},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{
    access::{Caller, OfOrder, Staff},
    body::OrderBody,
    problem, schema,
    view::{self, OrderList, OrderView},
};
use crate::{order::Order, orders::OrderError, platform::Platform, store::Wanted};

/// The routes.
pub fn router() -> Router<Arc<Platform>> {
    Router::new()
        .route("/api/orders", get(list).post(file))
        .route("/api/orders/{id}", get(show).put(change))
        .route("/api/orders/{id}/form", get(form))
        .route("/api/orders/{id}/accept", post(accept))
        .route("/api/orders/{id}/return", post(give_back))
        .route("/api/orders/{id}/resubmit", post(resubmit))
        .route("/api/orders/{id}/withdraw", post(withdraw))
        .route("/api/orders/{id}/decide", post(decide))
        .route("/api/orders/{id}/override", post(override_texted))
        .route("/api/orders/{id}/link", post(renew_link))
}

/// Files an order: it is in the initial review. Everybody may.
#[utoipa::path(
    post, path = "/api/orders", tag = "customers",
    operation_id = "file_order", params(schema::RepeatKey),
    request_body(content = schema::FiledOrder, example = schema::NewOrder::example),
    responses(
        (status = 201, description = "The order, with the customer's link", body = OrderView,
            headers(("Location" = String, description = "Where it is"))),
    )
)]
pub(super) async fn file(
    State(platform): State<Arc<Platform>>,
    Speaks(lang): Speaks,
    From(address): From,
    caller: Caller,
    Once { body, key }: Once<OrderBody>,
) -> Result<Response, Problem> {
    if caller != Caller::Staff {
        let checked = platform.limits.check(Budget::Forms, address);
        checked.map_err(|too_many| too_many.problem(lang))?;
    }
    let filed = platform.orders.file(&body.form, body.facts, key).await;
    let order = filed.map_err(|error| problem::of(&error, lang))?;
    let location = [("location", format!("/api/orders/{}", order.id))];
    Ok((StatusCode::CREATED, location, seen(&platform, &order, lang)).into_response())
}

/// Which orders to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Only orders of this status; or `overdue`: in verification, and no longer in time for certain.
    #[param(value_type = schema::Queue, required = false)]
    status: Option<String>,
    /// Part of the entity's name, the order's id or its beginning (8 digits or more), or the last four of a mobile.
    #[param(value_type = String, required = false, max_length = 200)]
    q: Option<String>,
    /// Only orders after this one: the `next` of the page before.
    #[param(value_type = schema::OrderId, required = false)]
    after: Option<String>,
    /// How many, 50 if not said.
    #[param(value_type = u32, required = false, minimum = 1, maximum = 200)]
    limit: Option<String>,
}

/// Orders, newest first.
#[utoipa::path(
    get, path = "/api/orders", tag = "staff", security(("console" = [])),
    operation_id = "list_orders", params(Asked),
    responses((status = 200, description = "Some orders", body = OrderList))
)]
pub(super) async fn list(
    State(platform): State<Arc<Platform>>,
    Speaks(lang): Speaks,
    _: Staff,
    Parameters(asked): Parameters<Asked>,
) -> Result<Json<OrderList>, Problem> {
    let now = platform.clock.now();
    let malformed = |field| Problem::new(Code::MALFORMED_PARAMETER, lang).malformed(field, lang);
    let mut wanted = Wanted::default();
    match asked.status.as_deref() {
        None => {}
        Some("overdue") => wanted.overdue_at = Some(now),
        Some(status) => {
            let status = status
                .parse::<OrderStatus>()
                .map_err(|_| malformed("status"))?;
            wanted.statuses.push(status);
        }
    }
    let after = asked.after.map(|after| after.parse::<OrderId>());
    wanted.before = after.transpose().map_err(|_| malformed("after"))?;
    let limit = asked.limit.as_deref().map_or(Some(50), number);
    let limit = limit.filter(|limit| (1..=200).contains(limit));
    wanted.limit = limit.ok_or_else(|| malformed("limit"))?;
    if asked.q.as_deref().is_some_and(|q| q.chars().count() > 200) {
        return Err(malformed("q"));
    }
    wanted.search = asked.q.filter(|q| !q.trim().is_empty());
    let page = platform.orders.list(&wanted).await;
    let page = page.map_err(|error| problem::of(&error, lang))?;
    Ok(Json(OrderList::new(&platform, &page, lang, now)))
}

/// Digits alone; Rust reads a sign in front, too.
fn number(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// One order.
#[utoipa::path(
    get, path = "/api/orders/{id}", tag = "customers", security(("console" = []), ("link" = [])),
    operation_id = "show_order", params(("id" = schema::OrderId, Path)),
    responses((status = 200, description = "The order", body = OrderView))
)]
pub(super) async fn show(
    State(platform): State<Arc<Platform>>,
    Speaks(lang): Speaks,
    OfOrder { id, .. }: OfOrder,
) -> Result<Json<OrderView>, Problem> {
    view(&platform, platform.orders.order(id).await, lang)
}

/// The form of an order as it stands, without ID numbers: what a change begins with.
#[utoipa::path(
    get, path = "/api/orders/{id}/form", tag = "customers",
    security(("console" = []), ("link" = [])),
    operation_id = "show_form", params(("id" = schema::OrderId, Path)),
    responses((status = 200, description = "The form", body = schema::KeptOrder))
)]
pub(super) async fn form(
    State(platform): State<Arc<Platform>>,
    Speaks(lang): Speaks,
    OfOrder { id, .. }: OfOrder,
) -> Result<Json<OrderForm>, Problem> {
    let order = platform.orders.order(id).await;
    let order = order.map_err(|error| problem::of(&error, lang))?;
    Ok(Json(view::form(&order)))
}

/// Changes an order, whole; a person whose name stays may be sent without their ID document. A returned one
/// goes through the initial review again.
#[utoipa::path(
    put, path = "/api/orders/{id}", tag = "customers", security(("console" = []), ("link" = [])),
    operation_id = "change_order", params(("id" = schema::OrderId, Path)),
    request_body(content = schema::ChangedOrder, example = schema::NewOrder::example),
    responses((status = 200, description = "The order as it is now", body = OrderView))
)]
pub(super) async fn change(
    State(platform): State<Arc<Platform>>,
    Speaks(lang): Speaks,
    From(address): From,
    OfOrder { id, caller }: OfOrder,
    Body(body): Body<OrderBody>,
) -> Result<Json<OrderView>, Problem> {
    if caller != Caller::Staff {
        let checked = platform.limits.check(Budget::Forms, address);
        checked.map_err(|too_many| too_many.problem(lang))?;
    }
    let changed = platform.orders.change(id, body.form, body.facts, None);
    view(&platform, changed.await, lang)
}

/// The version of the order that somebody looked at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Accept {
    /// If the order has changed since, it isn't accepted.
    #[serde(deserialize_with = "beian_web::body::whole")]
    version: i64,
}

/// The initial review has passed: the order waits for its submission.
#[utoipa::path(
    post, path = "/api/orders/{id}/accept", tag = "staff", security(("console" = [])),
    operation_id = "accept_order", params(("id" = schema::OrderId, Path)), request_body = Accept,
    responses((status = 200, description = "The order as it is now", body = OrderView))
)]
pub(super) async fn accept(
    State(platform): State<Arc<Platform>>,
    Speaks(lang): Speaks,
    _: Staff,
    OfOrder { id, .. }: OfOrder,
    Body(accept): Body<Accept>,
) -> Result<Json<OrderView>, Problem> {
    let accepted = platform.orders.accept(id, accept.version).await;
    platform.bell.ring();
    view(&platform, accepted, lang)
}

/// Why an order is given back, field by field, in words that the customer reads.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reasons {
    #[schema(min_items = 1, max_items = 64)]
    reasons: Vec<Reason>,
}

/// A reason.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reason {
    /// The field of the form, such as `services[0].name`.
    #[serde(default)]
    #[schema(value_type = String, required = false)]
    field: Option<String>,
    /// In words; of more than 1000 characters the first.
    #[schema(min_length = 1)]
    text: String,
}

/// The reasons as the crate keeps them: at least one, and all in words.
fn reasons(given: &[Reason], lang: Lang) -> Result<ReturnReasons, Problem> {
    let malformed = |field: &str| Problem::new(Code::MALFORMED_BODY, lang).malformed(field, lang);
    if given.is_empty() || given.len() > ReturnReasons::MAX {
        return Err(malformed("reasons"));
    }
    let mut reasons = Vec::new();
    for (n, reason) in given.iter().enumerate() {
        let field = reason.field.as_deref().unwrap_or_default();
        let kept = ReturnReason::new(field, &reason.text).at(field);
        if kept.words().trim().is_empty() {
            return Err(malformed(&format!("reasons[{n}].text")));
        }
        reasons.push(kept);
    }
    Ok(reasons.into_iter().collect())
}

/// The platform gives an order back to its customer.
#[utoipa::path(
    post, path = "/api/orders/{id}/return", tag = "staff", security(("console" = [])),
    operation_id = "return_order", params(("id" = schema::OrderId, Path)), request_body = Reasons,
    responses((status = 200, description = "The order as it is now", body = OrderView))
)]
pub(super) async fn give_back(
    State(platform): State<Arc<Platform>>,
    Speaks(lang): Speaks,
    _: Staff,
    OfOrder { id, .. }: OfOrder,
    Body(given): Body<Reasons>,
) -> Result<Json<OrderView>, Problem> {
    let reasons = reasons(&given.reasons, lang)?;
    view(
        &platform,
        platform.orders.give_back(id, &reasons).await,
        lang,
    )
}

/// A returned order is handed in again as it is.
#[utoipa::path(
    post, path = "/api/orders/{id}/resubmit", tag = "customers",
    security(("console" = []), ("link" = [])),
    operation_id = "resubmit_order", params(("id" = schema::OrderId, Path)),
    responses((status = 200, description = "The order as it is now", body = OrderView))
)]
pub(super) async fn resubmit(
    State(platform): State<Arc<Platform>>,
    Speaks(lang): Speaks,
    OfOrder { id, .. }: OfOrder,
) -> Result<Json<OrderView>, Problem> {
    let resubmitted = platform.orders.resubmit(id).await;
    platform.bell.ring();
    view(&platform, resubmitted, lang)
}

/// An order is taken back, for good: until it is submitted, and once returned.
#[utoipa::path(
    post, path = "/api/orders/{id}/withdraw", tag = "customers",
    security(("console" = []), ("link" = [])),
    operation_id = "withdraw_order", params(("id" = schema::OrderId, Path)),
    responses((status = 200, description = "The order as it is now", body = OrderView))
)]
pub(super) async fn withdraw(
    State(platform): State<Arc<Platform>>,
    Speaks(lang): Speaks,
    OfOrder { id, .. }: OfOrder,
) -> Result<Json<OrderView>, Problem> {
    view(&platform, platform.orders.withdraw(id).await, lang)
}

/// What the administration has decided.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Decision {
    approved: bool,
    /// Why not.
    #[serde(default)]
    #[schema(max_items = 64, required = false)]
    reasons: Vec<Reason>,
}

/// The administration's decision, by hand.
#[utoipa::path(
    post, path = "/api/orders/{id}/decide", tag = "staff", security(("console" = [])),
    operation_id = "decide_order", params(("id" = schema::OrderId, Path)), request_body = Decision,
    responses((status = 200, description = "The order as it is now", body = OrderView))
)]
pub(super) async fn decide(
    State(platform): State<Arc<Platform>>,
    Speaks(lang): Speaks,
    _: Staff,
    OfOrder { id, .. }: OfOrder,
    Body(decision): Body<Decision>,
) -> Result<Json<OrderView>, Problem> {
    let reasons = if decision.reasons.is_empty() {
        ReturnReasons::NONE
    } else {
        reasons(&decision.reasons, lang)?
    };
    let decided = platform
        .orders
        .decide(id, decision.approved, &reasons)
        .await;
    platform.bell.ring();
    view(&platform, decided, lang)
}

/// Who is texted, whatever the rules say (B02).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Texted {
    /// Nobody, if empty; by the rules again, if null.
    #[schema(value_type = Option<Vec<schema::Role>>, max_items = 2, required = true)]
    roles: Option<Vec<String>>,
}

/// Staff say who is texted, before they accept the order (D02).
#[utoipa::path(
    post, path = "/api/orders/{id}/override", tag = "staff", security(("console" = [])),
    operation_id = "override_texted", params(("id" = schema::OrderId, Path)), request_body = Texted,
    responses((status = 200, description = "The order as it is now", body = OrderView))
)]
pub(super) async fn override_texted(
    State(platform): State<Arc<Platform>>,
    Speaks(lang): Speaks,
    _: Staff,
    OfOrder { id, .. }: OfOrder,
    Body(texted): Body<Texted>,
) -> Result<Json<OrderView>, Problem> {
    let read = |roles: Vec<String>| -> Result<Roles, _> {
        roles.iter().map(|role| role.parse::<Role>()).collect()
    };
    let roles = texted.roles.map(read).transpose();
    let malformed = || Problem::new(Code::MALFORMED_BODY, lang).malformed("roles", lang);
    let roles = roles.map_err(|_| malformed())?;
    view(
        &platform,
        platform.orders.override_texted(id, roles).await,
        lang,
    )
}

/// The customer gets another link; the old one opens nothing any more.
#[utoipa::path(
    post, path = "/api/orders/{id}/link", tag = "staff", security(("console" = [])),
    operation_id = "renew_link", params(("id" = schema::OrderId, Path)),
    responses((status = 200, description = "The order with its new link", body = OrderView))
)]
pub(super) async fn renew_link(
    State(platform): State<Arc<Platform>>,
    Speaks(lang): Speaks,
    _: Staff,
    OfOrder { id, .. }: OfOrder,
) -> Result<Json<OrderView>, Problem> {
    view(&platform, platform.orders.renew_link(id).await, lang)
}

fn seen(platform: &Platform, order: &Order, lang: Lang) -> Json<OrderView> {
    Json(OrderView::new(platform, order, lang, platform.clock.now()))
}

/// The order as it is after a step, or why nothing happened.
pub(super) fn view(
    platform: &Platform,
    order: Result<Order, OrderError>,
    lang: Lang,
) -> Result<Json<OrderView>, Problem> {
    match order {
        Ok(order) => Ok(seen(platform, &order, lang)),
        Err(error) => Err(problem::of(&error, lang)),
    }
}
