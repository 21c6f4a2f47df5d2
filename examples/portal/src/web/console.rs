//! The console's list of orders.

use axum::{extract::Query, response::Response};
use beian::{OrderStatus, host::Clock as _};
use beian_web::pages::{CONSOLE, Page, Sorry, status_class, when::When};
use serde::Deserialize;

use super::{Staff, Visit, failed};
use crate::orders::Order;

/// Orders on a page.
const PAGE: u32 = 20;
/// The statuses that an order of this portal can have; nobody approves here.
const STATUSES: [OrderStatus; 5] = [
    OrderStatus::InitialReview,
    OrderStatus::SmsVerification,
    OrderStatus::AdministrationReview,
    OrderStatus::Returned,
    OrderStatus::Withdrawn,
];

#[derive(askama::Template)]
#[template(path = "orders.html")]
struct List {
    p: Page,
    filters: Vec<Filter>,
    rows: Vec<Row>,
    /// Not the first page.
    later: bool,
    first: String,
    next: Option<String>,
    filtered: bool,
}

struct Filter {
    href: String,
    text: &'static str,
    current: bool,
}

struct Row {
    id: String,
    filed_at: When,
    entity: String,
    filing_type: &'static str,
    province: &'static str,
    services: usize,
    status: &'static str,
    class: &'static str,
    /// Until the first person's window closes.
    left: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Which {
    status: Option<String>,
    after: Option<String>,
}

pub(super) async fn list(Staff { visit }: Staff, Query(which): Query<Which>) -> Response {
    let status = which.status.filter(|status| !status.is_empty());
    let status = status
        .map(|status| status.parse::<OrderStatus>())
        .transpose();
    let after = which.after.filter(|after| !after.is_empty());
    let after = after.map(|after| after.parse()).transpose();
    let (Ok(status), Ok(after)) = (status, after) else {
        return visit.sorry(Sorry::NotFound);
    };
    let page = match visit.host.orders.list(status, after, PAGE).await {
        Ok(page) => page,
        Err(error) => return failed(&visit, &error),
    };
    let address = |status: Option<OrderStatus>| match status {
        Some(status) => format!("/console?status={status}"),
        None => "/console".to_owned(),
    };
    let first = address(status);
    let and = if status.is_some() { '&' } else { '?' };
    let mut filters = vec![Filter {
        href: address(None),
        text: visit.t("全部", "All"),
        current: status.is_none(),
    }];
    filters.extend(STATUSES.map(|known| Filter {
        href: address(Some(known)),
        text: known.text(visit.lang),
        current: status == Some(known),
    }));
    let list = List {
        p: visit.page(CONSOLE),
        filters,
        rows: page.items.iter().map(|order| row(&visit, order)).collect(),
        later: after.is_some(),
        next: page.next.map(|next| format!("{first}{and}after={next}")),
        first,
        filtered: status.is_some(),
    };
    visit.ok(&list)
}

/// A form's address, typed or kept: there is nothing to see.
pub(super) async fn back(Staff { visit }: Staff) -> Response {
    visit.go("/console")
}

fn row(visit: &Visit, order: &Order) -> Row {
    let lang = visit.lang;
    let status = order.life.status();
    let round = order
        .round
        .as_ref()
        .filter(|round| round.status().is_open());
    let closes = round.and_then(|round| {
        let waiting = round
            .recipients()
            .filter(|person| person.verified_at().is_none());
        waiting.filter_map(|person| person.window_closes_at()).min()
    });
    let now = visit.host.clock.now();
    Row {
        id: order.id.to_string(),
        filed_at: When::minute(order.filed_at),
        entity: order.filing.entity().name().to_owned(),
        filing_type: order.filing.filing_type().text(lang),
        province: order.filing.province().text(lang),
        services: order.filing.services().len(),
        status: status.text(lang),
        class: status_class(status),
        left: closes.map(|closes| lang.time_left(closes.signed_duration_since(now))),
    }
}
