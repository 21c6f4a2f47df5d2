//! Taking an order back: there is no way back from there, so it takes two steps.

use axum::{extract::Path, response::Response};
use beian::filing::OrderStep;
use beian_web::pages::{Page, status_class};

use super::{
    super::{FILING, Sent, Visit},
    address,
    order::done,
    order_of,
};
use crate::orders::Orders;

#[derive(askama::Template)]
#[template(path = "customer_withdraw.html")]
struct Withdraw {
    p: Page,
    address: String,
    entity: String,
    filing_type: &'static str,
    status: &'static str,
    class: &'static str,
}

pub(super) async fn confirm(visit: Visit, Path(token): Path<String>) -> Response {
    let order = match order_of(&visit, &token).await {
        Ok(order) => order,
        Err(response) => return response,
    };
    let own = address(&visit, &order);
    if !order.can(OrderStep::Withdraw) {
        return visit.go(&own);
    }
    visit.ok(&Withdraw {
        p: visit.page(FILING),
        address: own,
        entity: order.filing.entity().name().to_owned(),
        filing_type: order.filing.filing_type().text(visit.lang),
        status: order.status().text(visit.lang),
        class: status_class(order.status()),
    })
}

pub(super) async fn withdraw(Path(token): Path<String>, sent: Sent) -> Response {
    done(sent.visit, &token, Orders::withdraw).await
}
