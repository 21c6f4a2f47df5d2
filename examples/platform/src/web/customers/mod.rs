//! What customers see: which filing it is, the form, and the page of their order.

mod change;
mod facts;
mod home;
mod new_order;
mod order;
mod withdraw;

use std::sync::Arc;

use axum::{Router, response::Response, routing::get};
use beian::{
    OrderForm,
    filing::checks::{Finding, Severity},
    host::Clock as _,
};
use beian_web::{
    order_id::OrderId,
    pages::order_form::{Kind, Remark, problems},
};

use super::{Visit, secret};
use crate::{
    order::Order,
    orders::{OrderError, paths_of},
    platform::Platform,
    store::Linked,
};

/// The customers' routes.
pub(super) fn router() -> Router<Arc<Platform>> {
    Router::new()
        .route("/", get(home::show))
        .route("/orders/new", get(new_order::show))
        .route("/orders", get(new_order::back).post(new_order::submit))
        .route("/o/{token}", get(order::show))
        .route("/o/{token}/change", get(change::show).post(change::submit))
        .route(
            "/o/{token}/resubmit",
            get(order::back).post(order::resubmit),
        )
        .route(
            "/o/{token}/withdraw",
            get(withdraw::confirm).post(withdraw::withdraw),
        )
}

/// The order of this link.
async fn order_id(visit: &Visit, token: &str) -> Result<OrderId, Response> {
    match secret::linked(visit, token).await? {
        Linked::Customer(id) => Ok(id),
        Linked::Person(..) => Err(secret::not_found(visit)),
    }
}

/// The order of this link, as it is now.
async fn order_of(visit: &Visit, token: &str) -> Result<Order, Response> {
    let id = order_id(visit, token).await?;
    let order = visit.host.orders.order(id).await;
    order.map_err(|error| failed(visit, &error))
}

/// An error that no page of its own explains.
fn failed(visit: &Visit, error: &OrderError) -> Response {
    if matches!(error, OrderError::NotFound) {
        return secret::not_found(visit);
    }
    visit.failed(error)
}

/// The page of an order.
fn address(visit: &Visit, order: &Order) -> String {
    format!("/o/{}", order.link.token(&visit.host.signing))
}

/// What hinders an order from being taken, at its fields.
fn remarks(visit: &Visit, error: &OrderError) -> Option<Vec<Remark>> {
    match error {
        OrderError::Problems(found) => Some(problems(found, visit.lang)),
        OrderError::Refused(found) => {
            Some(found.iter().map(|finding| remark(visit, finding)).collect())
        }
        OrderError::NotFound
        | OrderError::KeyReused
        | OrderError::Step(_)
        | OrderError::Seal(_)
        | OrderError::Store(_)
        | OrderError::Entropy(_) => None,
    }
}

/// What can't be read beside the form, and what can't in it.
fn with_problems(visit: &Visit, problem: Remark, typed: &OrderForm) -> Vec<Remark> {
    let host = &visit.host;
    let checked = typed.check_at(&host.orders.policy, host.clock.now());
    let found = checked.err().map(|found| problems(&found, visit.lang));
    let found = found.into_iter().flatten();
    // IDs that are kept aren't here to be read.
    let found = found.filter(|remark| !remark.path.contains(".id_document"));
    std::iter::once(problem).chain(found).collect()
}

fn remark(visit: &Visit, finding: &Finding) -> Remark {
    Remark {
        path: finding.path().to_owned(),
        text: finding.text(visit.lang).into_owned(),
        kind: match finding.severity() {
            Severity::Refused => Kind::Refused,
            Severity::Advised | Severity::Silent => Kind::Advised,
        },
    }
}

/// The places of everybody in a form who is named as somebody of the order is: their ID is kept.
fn kept(order: &Order, typed: &OrderForm) -> Vec<String> {
    let named = |name: &str| {
        let mut persons = order.filing.persons();
        persons.any(|(_, _, person)| person.name() == name)
    };
    let mut typed = typed.clone();
    paths_of(&mut typed)
        .filter(|(_, person)| named(person.name.trim()))
        .map(|(path, _)| path)
        .collect()
}
