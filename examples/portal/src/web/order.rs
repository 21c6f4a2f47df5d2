//! One order: where it is, who was texted, what happens next, what happened.

use axum::{extract::Path, http::StatusCode, response::Response};
use beian::{
    Access, OrderStatus, RecipientState, RecipientView, Role, Session, filing::OrderStep,
    host::Clock as _, rulebook, tracker,
};
use beian_web::{
    order_id::OrderId,
    pages::{CONSOLE, Milestones, Page, Sorry, Withdraw, status_class, when::When},
};
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Staff, StaffSent, Visit, failed};
use crate::{
    orders::{Order, OrderError, Orders},
    store::Trail,
};

#[derive(askama::Template)]
#[template(path = "order.html")]
struct OrderPage {
    p: Page,
    id: String,
    entity: String,
    filing_type: &'static str,
    changes: Vec<&'static str>,
    province: &'static str,
    filed_at: When,
    leader: Someone,
    services: Vec<ServiceView>,
    status: &'static str,
    class: &'static str,
    milestones: Milestones,
    next: Vec<String>,
    /// Who would be texted, or that nobody would, while the order isn't submitted.
    preview: Vec<String>,
    recipients: Vec<Recipient>,
    trail: Vec<Line>,
    rounds: u32,
    possible: Vec<OrderStep>,
    /// A round is open: codes can be entered.
    open: bool,
    refused: Option<String>,
}

struct Someone {
    name: String,
    mobile: String,
    document: &'static str,
}

struct ServiceView {
    kind: &'static str,
    name: String,
    administrator: Someone,
    access: Option<&'static str>,
}

struct Recipient {
    mobile: String,
    roles: Vec<&'static str>,
    state: &'static str,
    class: &'static str,
    closes: Option<When>,
    left: Option<String>,
    verified_at: Option<When>,
    resends_left: u8,
    wrong_entries_left: u8,
    next: Vec<&'static str>,
}

/// A line of the audit trail.
struct Line {
    at: When,
    text: String,
    round: Option<u32>,
}

pub(super) async fn show(Staff { visit }: Staff, Path(id): Path<String>) -> Response {
    match load(&visit, &id).await {
        Ok(order) => visit.ok(&page(&visit, &order, None)),
        Err(error) => failed(&visit, &error),
    }
}

pub(super) async fn submit(Path(id): Path<String>, sent: StaffSent) -> Response {
    let submit = async |orders: &Orders, id| orders.submit(id, None).await;
    take(sent.visit, &id, submit).await
}

pub(super) async fn resubmit(Path(id): Path<String>, sent: StaffSent) -> Response {
    let resubmit = async |orders: &Orders, id| orders.resubmit(id, None).await;
    take(sent.visit, &id, resubmit).await
}

/// A button's address, typed or kept.
pub(super) async fn back(Staff { visit }: Staff, Path(id): Path<String>) -> Response {
    match id.parse() {
        Ok(id) => visit.go(&address(id)),
        Err(_) => visit.sorry(Sorry::NotFound),
    }
}

/// There is no way back, so it takes two steps.
pub(super) async fn confirm_withdrawal(Staff { visit }: Staff, Path(id): Path<String>) -> Response {
    let order = match load(&visit, &id).await {
        Ok(order) => order,
        Err(error) => return failed(&visit, &error),
    };
    if !order.can(OrderStep::Withdraw) {
        return visit.go(&address(order.id));
    }
    let warning = visit.t(
        "撤回后不能恢复：已发送的验证码立即失效，如需继续备案，须新建订单。",
        "There is no way back: codes that were sent end at once, and a new order is needed to go on.",
    );
    let (p, address) = (visit.page(CONSOLE), address(order.id));
    let page = Withdraw::new(p, address, &order.filing, order.life.status(), warning);
    visit.ok(&page)
}

pub(super) async fn withdraw(Path(id): Path<String>, sent: StaffSent) -> Response {
    take(sent.visit, &id, Orders::withdraw).await
}

/// Takes a step. Shows the order as it is then; if the step wasn't possible, with the reason.
async fn take(
    visit: Visit,
    id: &str,
    step: impl AsyncFnOnce(&Orders, OrderId) -> Result<Order, OrderError>,
) -> Response {
    let Ok(id) = id.parse() else {
        return visit.sorry(Sorry::NotFound);
    };
    let lang = visit.lang;
    let done = step(&visit.host.orders, id).await;
    let why = match done {
        Ok(_) => {
            visit.host.bell.ring();
            return visit.go(&address(id));
        }
        Err(OrderError::Step(refusal)) => refusal.text(lang),
        Err(OrderError::Round(refusal)) => refusal.text(lang).to_owned(),
        Err(OrderError::Open(refusal)) => refusal.text(lang).to_owned(),
        Err(OrderError::NotFileable(refusal)) => refusal.text(lang),
        Err(error) => return failed(&visit, &error),
    };
    let visit = visit.at(address(id));
    match visit.host.orders.order(id).await {
        Ok(order) => visit.answer(StatusCode::CONFLICT, &page(&visit, &order, Some(why))),
        Err(error) => failed(&visit, &error),
    }
}

pub(super) fn address(id: OrderId) -> String {
    format!("/console/orders/{id}")
}

async fn load(visit: &Visit, id: &str) -> Result<Order, OrderError> {
    let id = id.parse().map_err(|_| OrderError::NotFound)?;
    visit.host.orders.order(id).await
}

fn page(visit: &Visit, order: &Order, refused: Option<String>) -> OrderPage {
    let lang = visit.lang;
    let now = visit.host.clock.now();
    let (filing, status) = (&order.filing, order.life.status());
    OrderPage {
        p: visit.page(CONSOLE),
        id: order.id.to_string(),
        entity: filing.entity().name().to_owned(),
        filing_type: filing.filing_type().text(lang),
        changes: filing
            .modified_parts()
            .iter()
            .map(|change| change.text(lang))
            .collect(),
        province: filing.province().text(lang),
        filed_at: When::minute(order.filed_at),
        leader: Someone::new(filing.leader(), visit),
        services: (filing.services().iter())
            .map(|service| ServiceView {
                kind: service.kind().text(lang),
                name: service.name().to_owned(),
                administrator: Someone::new(service.administrator(), visit),
                access: service.access().map(|access: Access| access.text(lang)),
            })
            .collect(),
        status: status.text(lang),
        class: status_class(status),
        milestones: Milestones::new(&order.life, lang),
        next: next(visit, order),
        preview: preview(visit, order, now),
        recipients: (order.round.iter().flat_map(Session::recipients))
            .map(|person| recipient(visit, order, &person, now))
            .collect(),
        trail: order.trail.iter().map(|line| trail(visit, line)).collect(),
        rounds: order.life.rounds(),
        possible: order.possible(),
        open: status == OrderStatus::SmsVerification,
        refused,
    }
}

impl OrderPage {
    fn can(&self, step: &str) -> bool {
        self.possible.iter().any(|possible| possible.name() == step)
    }
}

impl Someone {
    fn new(person: &beian::Person, visit: &Visit) -> Self {
        Self {
            name: person.name().to_owned(),
            mobile: person.mobile().to_string(),
            document: person.id_document().kind().text(visit.lang),
        }
    }
}

/// What happens next, in the crate's words.
fn next(visit: &Visit, order: &Order) -> Vec<String> {
    let lang = visit.lang;
    let round = order.round.as_ref().map(Session::status);
    match order.life.status() {
        OrderStatus::InitialReview
        | OrderStatus::AwaitingSubmission
        | OrderStatus::UploadFailed => vec![
            visit
                .t(
                    "初审通过后，请提交管局；系统随后向需核验的负责人发送验证码。",
                    "Once the initial review has passed, submit the order to the administration. \
                     Whoever must verify is then sent a code.",
                )
                .to_owned(),
        ],
        OrderStatus::SmsVerification => round
            .iter()
            .map(|round| round.text(lang).to_owned())
            .collect(),
        OrderStatus::AdministrationReview => {
            let round = round.iter().map(|round| round.text(lang).to_owned());
            round
                .chain([tracker::Advice::AwaitReview.text(lang).to_owned()])
                .collect()
        }
        // Here the person is known, so the page says more than the public one (B09, D23).
        OrderStatus::Returned => {
            let round = round.iter().map(|round| round.text(lang).to_owned());
            let cause = order.life.return_cause();
            round
                .chain(cause.map(|cause| cause.text(lang).to_owned()))
                .collect()
        }
        OrderStatus::Withdrawn
        | OrderStatus::Approved
        | OrderStatus::CorrectionRequired
        | OrderStatus::Deregistered => vec![
            visit
                .t(
                    "订单已结束，无需任何操作。",
                    "The order is closed. Nothing more has to be done.",
                )
                .to_owned(),
        ],
    }
}

/// Who would be texted if the order were submitted now.
fn preview(visit: &Visit, order: &Order, now: DateTime<Utc>) -> Vec<String> {
    if order.life.rounds() > 0 || !order.can(OrderStep::Submit) {
        return Vec::new();
    }
    match rulebook::requirement(&order.filing, now) {
        Ok(requirement) => requirement
            .text(visit.lang)
            .lines()
            .map(str::to_owned)
            .collect(),
        Err(refusal) => vec![refusal.text(visit.lang)],
    }
}

fn recipient(
    visit: &Visit,
    order: &Order,
    person: &RecipientView<'_>,
    now: DateTime<Utc>,
) -> Recipient {
    let lang = visit.lang;
    let open = order.life.status() == OrderStatus::SmsVerification;
    let steps = person.next_steps(now).into_iter();
    let closes = person
        .window_closes_at()
        .filter(|_| person.verified_at().is_none());
    let left = closes.filter(|_| open);
    Recipient {
        mobile: person.mobile().map_or_else(
            || visit.t("已删除", "erased").to_owned(),
            ToString::to_string,
        ),
        roles: person
            .roles()
            .iter()
            .map(|role: Role| role.text(lang))
            .collect(),
        state: person.state().text(lang),
        class: match person.state() {
            RecipientState::WaitingForMessage => "plain",
            RecipientState::WaitingForCode => "busy",
            RecipientState::Verified => "good",
            RecipientState::Locked => "bad",
        },
        closes: closes.map(When::minute),
        left: left.map(|closes| lang.time_left(closes.signed_duration_since(now))),
        verified_at: person.verified_at().map(When::minute),
        resends_left: person.resends_left(),
        wrong_entries_left: person.wrong_entries_left(),
        next: steps.map(|step| step.advice.text(lang)).collect(),
    }
}

fn trail(visit: &Visit, line: &Trail) -> Line {
    let [zh, en] = &line.texts;
    let text = |name: &str| line.event.get(name).and_then(Value::as_str);
    let own = match text("type") {
        Some("order_filed") => {
            visit.t("订单已创建，进入初审", "order filed, initial review begins")
        }
        Some("order_submitted") => visit.t(
            "初审通过，订单提交管局",
            "initial review passed, submitted to the administration",
        ),
        Some("order_resubmitted") => visit.t("订单重新提交管局", "order submitted again"),
        Some("order_withdrawn") => visit.t("订单撤回", "order withdrawn"),
        _ => visit.t(zh, en),
    };
    Line {
        at: When::exact(line.at),
        text: own.to_owned(),
        round: line.round.map(|round| {
            let [.., a, b, c, d] = *round.as_bytes();
            u32::from_be_bytes([a, b, c, d])
        }),
    }
}
