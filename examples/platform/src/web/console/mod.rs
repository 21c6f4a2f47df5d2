//! The console of staff: queues of orders, and everything of one order with what can be done to it.
//!
//! | for | look at |
//! |---|---|
//! | the queues, the list, the search | `queue`, `list` |
//! | one order | `order`; its parts: `filed`, `texted`, `round`, `upload`, `trail` |
//! | what is done to it | `actions`, `report`, `reasons` |
//! | what somebody saw, and what it is now | `seen` |
//!
//! What customers and the regulator wrote is shown as text and stands in `<bdi>`.

mod actions;
mod filed;
mod list;
mod order;
mod queue;
mod reasons;
mod report;
mod reportable;
mod round;
mod seen;
mod texted;
mod trail;
mod upload;

use std::sync::Arc;

use axum::{
    Router,
    extract::Path,
    response::Response,
    routing::{MethodRouter, get, post},
};
use beian::OrderStatus;
use beian_web::{
    order_id::OrderId,
    pages::{self, Sorry},
};

use crate::{order::Order, orders::OrderError, platform::Platform};

type Visit = pages::Visit<Platform>;
type Staff = pages::Staff<Platform>;
type StaffSent = pages::StaffSent<Platform>;

/// The console's pages; signing in is beian-web's.
pub(super) fn router() -> Router<Arc<Platform>> {
    let button = |step: MethodRouter<Arc<Platform>>| step.get(back);
    let order = Router::new()
        .route("/", get(order::show))
        .route("/accept", button(post(actions::accept)))
        .route("/return", get(reasons::ask_return).post(reasons::give_back))
        .route("/refuse", get(reasons::ask_refusal).post(reasons::refuse))
        .route("/texted", button(post(actions::override_texted)))
        .route(
            "/withdraw",
            get(actions::confirm_withdrawal).post(actions::withdraw),
        )
        .route("/resubmit", button(post(actions::resubmit)))
        .route("/approve", button(post(actions::approve)))
        .route("/link", button(post(actions::renew_link)))
        .route("/regulator", button(post(report::regulator)))
        .route("/person", button(post(report::person)));
    Router::new()
        .route("/console", get(list::show))
        .route("/console/orders", get(list::back))
        .nest("/console/orders/{id}", order)
}

/// A button's address, typed or kept: there is nothing to see.
async fn back(Staff { visit }: Staff, Path(id): Path<String>) -> Response {
    match id.parse() {
        Ok(id) => visit.go(&address(id)),
        Err(_) => visit.sorry(Sorry::NotFound),
    }
}

/// Where an order is shown.
fn address(id: OrderId) -> String {
    format!("/console/orders/{id}")
}

async fn load(visit: &Visit, id: &str) -> Result<Order, OrderError> {
    let id = id.parse().map_err(|_| OrderError::NotFound)?;
    visit.host.orders.order(id).await
}

/// An error that no page of its own explains.
fn failed(visit: &Visit, error: &OrderError) -> Response {
    if matches!(error, OrderError::NotFound) {
        return visit.sorry(Sorry::NotFound);
    }
    visit.failed(error)
}

/// Which colour a status has.
const fn status_class(status: OrderStatus) -> &'static str {
    match status {
        OrderStatus::InitialReview | OrderStatus::AwaitingSubmission => "plain",
        OrderStatus::SmsVerification => "busy",
        OrderStatus::AdministrationReview | OrderStatus::Approved => "good",
        OrderStatus::UploadFailed | OrderStatus::Returned | OrderStatus::CorrectionRequired => {
            "bad"
        }
        OrderStatus::Withdrawn | OrderStatus::Deregistered => "over",
    }
}
