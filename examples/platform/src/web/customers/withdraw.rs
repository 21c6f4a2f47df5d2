//! Taking an order back: there is no way back from there, so it takes two steps.

use axum::{extract::Path, response::Response};
use beian::filing::OrderStep;
use beian_web::pages::Withdraw;

use super::{
    super::{FILING, Sent, Visit},
    address,
    order::done,
    order_of,
};
use crate::orders::Orders;

pub(super) async fn confirm(visit: Visit, Path(token): Path<String>) -> Response {
    let order = match order_of(&visit, &token).await {
        Ok(order) => order,
        Err(response) => return response,
    };
    let own = address(&visit, &order);
    if !order.can(OrderStep::Withdraw) {
        return visit.go(&own);
    }
    let warning = visit.t(
        "撤回后不能恢复，如需继续备案，须新建订单。",
        "There is no way back: a new order is needed to go on.",
    );
    let p = visit.page(FILING);
    visit.ok(&Withdraw::new(
        p,
        own,
        &order.filing,
        order.status(),
        warning,
    ))
}

pub(super) async fn withdraw(Path(token): Path<String>, sent: Sent) -> Response {
    done(sent.visit, &token, Orders::withdraw).await
}
