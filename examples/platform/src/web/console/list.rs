//! A queue's orders, newest first, and what is searched for.

use axum::{extract::Query, response::Response};
use beian::{Lang, OrderStatus, Tracker, host::Clock as _};
use beian_web::pages::{CONSOLE, Page, Sorry, when::When};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{Staff, Visit, failed, queue::Queue, status_class};
use crate::{
    order::Order,
    orders::OrderError,
    store::{Error, Wanted},
};

/// Orders on a page.
const PAGE: u32 = 50;
/// As long as what can be looked for.
const SEARCH_MAX: usize = 200;

#[derive(askama::Template)]
#[template(path = "console_list.html")]
struct List {
    p: Page,
    queues: Vec<QueueLink>,
    heading: &'static str,
    search: String,
    rows: Vec<Row>,
    /// Not the first page.
    later: bool,
    first: String,
    next: Option<String>,
}

struct QueueLink {
    href: String,
    text: &'static str,
    count: u64,
    current: bool,
}

struct Row {
    id: String,
    entity: String,
    filing_type: &'static str,
    status: &'static str,
    class: &'static str,
    filed_at: When,
    waits: String,
    /// Until when everybody is in time for certain.
    until: Option<When>,
    overdue: bool,
}

#[derive(Deserialize)]
pub(super) struct Which {
    queue: Option<String>,
    q: Option<String>,
    after: Option<String>,
}

pub(super) async fn show(Staff { visit }: Staff, Query(which): Query<Which>) -> Response {
    let search = searched(which.q.as_deref().unwrap_or_default());
    let given = which.queue.as_deref().filter(|name| !name.is_empty());
    // Whoever searches doesn't know where the order is.
    let queue = match given {
        _ if !search.is_empty() => Some(Queue::All),
        None => Some(Queue::Review),
        Some(name) => Queue::named(name),
    };
    let after = which.after.filter(|after| !after.is_empty());
    let after = after.map(|after| after.parse()).transpose();
    let (Some(queue), Ok(before)) = (queue, after) else {
        return visit.sorry(Sorry::NotFound);
    };
    let now = visit.host.clock.now();
    let wanted = Wanted {
        search: (!search.is_empty()).then(|| search.clone()),
        before,
        limit: PAGE,
        ..queue.wanted(now)
    };
    match page(&visit, queue, search, &wanted, now).await {
        Ok(page) => visit.ok(&page),
        Err(error) => failed(&visit, &error),
    }
}

/// An address that is above those of orders.
pub(super) async fn back(Staff { visit }: Staff) -> Response {
    visit.go("/console")
}

/// What is looked for: no order is found by more, or by what can't be seen.
fn searched(typed: &str) -> String {
    let visible = typed.chars().filter(|c| !c.is_control());
    let text: String = visible.take(SEARCH_MAX).collect();
    text.trim().to_owned()
}

async fn page(
    visit: &Visit,
    queue: Queue,
    search: String,
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> Result<List, OrderError> {
    let found = visit.host.orders.list(wanted).await?;
    let queues = queues(visit, queue, &search, now).await?;
    let first = if search.is_empty() {
        href(queue)
    } else {
        format!("/console?q={}", encoded(&search))
    };
    let rows = found.items.iter();
    Ok(List {
        p: visit.page(CONSOLE),
        queues,
        heading: queue.text(visit.lang),
        rows: rows.map(|order| row(visit, order, now)).collect(),
        later: wanted.before.is_some(),
        next: found.next.map(|next| format!("{first}&after={next}")),
        first,
        search,
    })
}

async fn queues(
    visit: &Visit,
    shown: Queue,
    search: &str,
    now: DateTime<Utc>,
) -> Result<Vec<QueueLink>, Error> {
    let store = &visit.host.orders.store;
    let by_status = store.count_by_status().await?;
    let overdue = store.count_overdue(now).await?;
    let link = |queue: Queue| QueueLink {
        href: href(queue),
        text: queue.text(visit.lang),
        count: queue.count(&by_status, overdue),
        current: queue == shown && search.is_empty(),
    };
    Ok(Queue::ALL.into_iter().map(link).collect())
}

fn href(queue: Queue) -> String {
    format!("/console?queue={}", queue.name())
}

/// For the query of an address.
fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

fn row(visit: &Visit, order: &Order, now: DateTime<Utc>) -> Row {
    let (lang, status) = (visit.lang, order.status());
    let until = order.overdue_from(now);
    Row {
        id: order.id.to_string(),
        entity: order.filing.entity().name().to_owned(),
        filing_type: order.filing.filing_type().text(lang),
        status: status.text(lang),
        class: status_class(status),
        filed_at: When::minute(order.filed_at),
        waits: waits(order, lang, now),
        until: until.map(When::minute),
        overdue: until.is_some_and(|until| until <= now),
    }
}

/// Who waits for what, in few words.
fn waits(order: &Order, lang: Lang, now: DateTime<Utc>) -> String {
    let verifying = order.status() == OrderStatus::SmsVerification;
    let round = order.round.as_ref().filter(|_| verifying);
    let Some(round) = round else {
        return whom(order.status(), lang).to_owned();
    };
    let status = round.tracker.status(now).label(lang);
    let (missing, all) = missing(&round.tracker, now);
    match lang {
        Lang::Zh if missing > 0 => format!("{status}：{all}人中{missing}人尚未表示完成"),
        Lang::En if missing > 0 => {
            format!("{status}; not done by their own word: {missing} of {all}")
        }
        Lang::Zh | Lang::En => status.to_owned(),
    }
}

/// Whom it waits for, unless persons verify.
const fn whom(status: OrderStatus, lang: Lang) -> &'static str {
    let (zh, en) = match status {
        OrderStatus::InitialReview => ("等待平台初审", "The platform’s review"),
        OrderStatus::AwaitingSubmission => ("等待提交管局", "Its submission"),
        OrderStatus::UploadFailed => ("提交失败，等待重试", "Another try to submit it"),
        OrderStatus::SmsVerification => ("等待短信核验", "Persons who verify"),
        OrderStatus::AdministrationReview => ("等待管局审核", "The administration’s review"),
        OrderStatus::CorrectionRequired | OrderStatus::Returned => ("等待客户处理", "The customer"),
        OrderStatus::Approved | OrderStatus::Withdrawn | OrderStatus::Deregistered => {
            ("无", "Nothing")
        }
    };
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// How many persons don't even say that they have verified, of how many.
fn missing(tracker: &Tracker, now: DateTime<Utc>) -> (usize, usize) {
    let persons = tracker.persons();
    let standings = persons.filter_map(|(mobile, _)| tracker.standing(mobile, now));
    let missing = standings.filter(|standing| !standing.is_done());
    (missing.count(), tracker.persons().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_for_is_short_and_can_be_seen() {
        assert_eq!(searched("  示例\r\n公司 "), "示例公司");
        assert_eq!(searched(&"长".repeat(10_000)).chars().count(), SEARCH_MAX);
        assert_eq!(searched("\0\n "), "");
    }

    #[test]
    fn a_search_stands_in_an_address() {
        assert_eq!(encoded("a&b=1 张"), "a%26b%3D1%20%E5%BC%A0");
    }
}
