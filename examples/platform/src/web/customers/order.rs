//! The customer's page of one order.

use std::iter;

use axum::{extract::Path, http::StatusCode, response::Response};
use beian::{
    Lang, MobileNumber, OrderStatus, Role, Roles,
    filing::{OrderStep, ReturnReason, path_label},
    host::Clock as _,
};
use beian_web::{
    order_id::OrderId,
    pages::{Milestones, Page, status_class, when::When},
};
use chrono::{DateTime, TimeDelta, Utc};

use super::{
    super::{FILING, Sent, Visit, refusal},
    address, failed, order_id, order_of,
};
use crate::{
    api::view::{step_of, timeline, words},
    order::{Event, Order, Person, Round, StepRefusal},
    orders::{OrderError, Orders},
};

#[derive(askama::Template)]
#[template(path = "customer_order.html")]
struct OrderPage {
    p: Page,
    address: String,
    id: String,
    entity: String,
    filing_type: &'static str,
    changes: Vec<&'static str>,
    province: &'static str,
    services: Vec<String>,
    filed_at: When,
    status: &'static str,
    class: &'static str,
    /// Its link, while nothing but the filing has happened: whoever has just filed has to keep it.
    new: Option<String>,
    milestones: Milestones,
    /// What to do now, unless the return's cause or the tracker says it.
    todo: &'static str,
    /// What is known of the round.
    tracker: Option<String>,
    deadline: Option<Deadline>,
    /// Why it came back, and in whose words.
    cause: Option<&'static str>,
    reasons: Vec<Said>,
    /// What could be mended, while it can.
    advice: Vec<Said>,
    /// Who would be texted, while it isn't submitted.
    requirement: Vec<String>,
    people: Vec<Someone>,
    timeline: Vec<Line>,
    can_change: bool,
    can_resubmit: bool,
    can_withdraw: bool,
    refused: Option<String>,
}

impl OrderPage {
    /// Somebody has a link to be handed on.
    fn has_links(&self) -> bool {
        self.people.iter().any(|person| person.link.is_some())
    }
}

/// Until when everybody is in time for certain.
struct Deadline {
    left: Option<String>,
    text: String,
}

struct Said {
    label: String,
    words: String,
    advised: String,
}

struct Someone {
    mobile: String,
    roles: Vec<&'static str>,
    standing: String,
    is_done: bool,
    todo: String,
    resends_left: u8,
    /// To hand on, while they have something to do.
    link: Option<String>,
}

struct Line {
    at: When,
    text: String,
    reported: bool,
}

pub(super) async fn show(visit: Visit, Path(token): Path<String>) -> Response {
    match order_of(&visit, &token).await {
        Ok(order) => visit.ok(&page(&visit, &order, None)),
        Err(response) => response,
    }
}

/// A button's address, typed or kept.
pub(super) async fn back(visit: Visit, Path(token): Path<String>) -> Response {
    match order_of(&visit, &token).await {
        Ok(order) => visit.go(&address(&visit, &order)),
        Err(response) => response,
    }
}

pub(super) async fn resubmit(Path(token): Path<String>, sent: Sent) -> Response {
    done(sent.visit, &token, Orders::resubmit).await
}

/// Takes a step. Shows the order as it is then; if the step wasn't possible, with the reason.
pub(super) async fn done(
    visit: Visit,
    token: &str,
    step: impl AsyncFnOnce(&Orders, OrderId) -> Result<Order, OrderError>,
) -> Response {
    let id = match order_id(&visit, token).await {
        Ok(id) => id,
        Err(response) => return response,
    };
    let orders = &visit.host.orders;
    match step(orders, id).await {
        Ok(order) => {
            visit.host.bell.ring();
            visit.go(&address(&visit, &order))
        }
        Err(OrderError::Step(why)) => match orders.order(id).await {
            Ok(order) => refused(visit, &order, &why),
            Err(error) => failed(&visit, &error),
        },
        Err(error) => failed(&visit, &error),
    }
}

/// The order, and why a step wasn't taken.
pub(super) fn refused(visit: Visit, order: &Order, why: &StepRefusal) -> Response {
    let Some(text) = refusal(why, visit.lang) else {
        return visit.failed(why);
    };
    let own = address(&visit, order);
    let visit = visit.at(own);
    visit.answer(StatusCode::CONFLICT, &page(&visit, order, Some(text)))
}

/// A reason in the words of whoever returned the order.
pub(super) fn reason(reason: &ReturnReason, lang: Lang) -> String {
    let label = match reason.path() {
        // It stands there.
        Some(_) => String::new(),
        None => reason.label(lang),
    };
    let colon = match lang {
        Lang::Zh => "：",
        Lang::En => ": ",
    };
    let mut text = reason.words().to_owned();
    if !label.is_empty() {
        text = format!("{label}{colon}{text}");
    }
    if !reason.advised().is_empty() {
        text = format!("{text} {}", reason.advised());
    }
    text
}

fn page(visit: &Visit, order: &Order, refused: Option<String>) -> OrderPage {
    let (lang, now) = (visit.lang, visit.host.clock.now());
    let (filing, status) = (&order.filing, order.status());
    let (kind, own) = (filing.filing_type(), address(visit, order));
    let verifying = order.round.as_ref();
    let verifying = verifying.filter(|_| status == OrderStatus::SmsVerification);
    let people = verifying.map_or_else(Vec::new, |round| people(visit, round, now));
    OrderPage {
        p: visit.page(FILING),
        id: order.id.to_string(),
        entity: filing.entity().name().to_owned(),
        filing_type: kind.text(lang),
        changes: (filing.modified_parts().iter())
            .map(|change| change.text(lang))
            .collect(),
        province: filing.province().text(lang),
        services: (filing.services().iter())
            .map(|service| service.name().to_owned())
            .collect(),
        filed_at: When::minute(order.filed_at),
        status: status.text(lang),
        class: status_class(status),
        new: (order.timeline.len() == 1).then(|| visit.host.customer_link(order)),
        milestones: Milestones::new(&order.life, lang),
        todo: if order.can(OrderStep::Resubmit) || !is_said(order, verifying, now) {
            order.life.advice(kind, lang)
        } else {
            ""
        },
        tracker: verifying.map(|round| round.tracker.status(now).text(lang)),
        deadline: verifying.and_then(|round| deadline(round, lang, now)),
        cause: order.life.return_cause().map(|cause| cause.text(lang)),
        reasons: (order.life.reasons().iter())
            .map(|reason| Said {
                label: reason.label(lang),
                words: reason.words().to_owned(),
                advised: reason.advised().to_owned(),
            })
            .collect(),
        advice: (order.findings.iter())
            .filter(|_| order.is_changeable())
            .map(|found| Said {
                label: path_label(&found.field, lang).unwrap_or_default(),
                words: found.text(lang).to_owned(),
                advised: String::new(),
            })
            .collect(),
        requirement: requirement(order, lang, now),
        people,
        timeline: lines(order, lang, now),
        can_change: order.is_changeable(),
        can_resubmit: order.can(OrderStep::Resubmit),
        can_withdraw: order.can(OrderStep::Withdraw) && !order.upload.in_doubt,
        refused,
        address: own,
    }
}

/// Whether the page says elsewhere what to do: by the cause of a return, or that all wait for the regulator.
fn is_said(order: &Order, verifying: Option<&Round>, now: DateTime<Utc>) -> bool {
    let done = |round: &Round| {
        let mut people = round.people();
        people.all(|(mobile, _)| {
            round
                .tracker
                .standing(mobile, now)
                .is_some_and(|standing| standing.is_done())
        })
    };
    order.life.return_cause().is_some() || verifying.is_some_and(done)
}

fn deadline(round: &Round, lang: Lang, now: DateTime<Utc>) -> Option<Deadline> {
    let deadline = round.tracker.deadline(now)?;
    let left = deadline.earliest.signed_duration_since(now);
    Some(Deadline {
        left: (left > TimeDelta::zero()).then(|| lang.time_left(left)),
        text: deadline.text(lang),
    })
}

/// Who would be texted if it were submitted now.
fn requirement(order: &Order, lang: Lang, now: DateTime<Utc>) -> Vec<String> {
    if !order.can(OrderStep::Submit) {
        return Vec::new();
    }
    let requirement = match order.requirement(now) {
        Ok(requirement) => requirement,
        Err(refusal) => return vec![refusal.text(lang)],
    };
    let text = requirement.text(lang);
    let head = text.lines().next().map(str::to_owned);
    let people = requirement.recipients().into_iter();
    let people = people.flat_map(beian::Recipients::iter);
    head.into_iter()
        .chain(people.map(|person| without_rule(person, lang)))
        .collect()
}

/// Customers don't know the rules by their numbers.
fn without_rule(person: &beian::Recipient, lang: Lang) -> String {
    let (text, rule) = (person.text(lang), person.rule());
    let rule = match lang {
        Lang::Zh => format!("（{rule}）"),
        Lang::En => format!(" ({rule})"),
    };
    text.strip_suffix(&rule).unwrap_or(&text).to_owned()
}

fn people(visit: &Visit, round: &Round, now: DateTime<Utc>) -> Vec<Someone> {
    let roles = round.tracker.persons().map(|(_, roles)| roles);
    let people = round.people().zip(roles);
    people
        .map(|((mobile, person), roles)| someone(visit, round, (mobile, person, roles), now))
        .collect()
}

fn someone(
    visit: &Visit,
    round: &Round,
    (mobile, person, roles): (&MobileNumber, &Person, Roles),
    now: DateTime<Utc>,
) -> Someone {
    let lang = visit.lang;
    let standing = round.tracker.standing(mobile, now);
    let is_done = standing.is_some_and(|standing| standing.is_done());
    Someone {
        mobile: mobile.to_string(),
        roles: roles.iter().map(|role: Role| role.text(lang)).collect(),
        standing: standing.map_or_else(String::new, |standing| standing.text(lang)),
        is_done,
        todo: step_of(&round.tracker, mobile, now)
            .map_or_else(String::new, |step| words(step, lang)),
        resends_left: round.tracker.resends_left(mobile, now).unwrap_or(0),
        link: (!is_done).then(|| visit.host.person_link(person)),
    }
}

/// Without what the platform reminded itself of.
fn lines(order: &Order, lang: Lang, now: DateTime<Utc>) -> Vec<Line> {
    let of_own = order.timeline.iter();
    let of_own = of_own.map(|line| matches!(line.event, Event::Reminded { mobile: None, .. }));
    // What is expected comes after what happened.
    let of_own = of_own.chain(iter::repeat(false));
    let lines = timeline(order, lang, now).into_iter().zip(of_own);
    lines
        .filter(|(_, of_own)| !of_own)
        .map(|(line, _)| line)
        .filter_map(|line| {
            let at = line.at.parse().ok()?;
            Some(Line {
                at: When::minute(at),
                text: line.text,
                reported: line.reported,
            })
        })
        .collect()
}
