//! Everything of one order, and what can be done to it.

use axum::{extract::Path, response::Response};
use beian::{
    ReturnCause,
    filing::{OrderStep, checks::Severity, path_label},
    host::Clock as _,
    tracker::RegulatorStatus,
};
use beian_web::pages::{CONSOLE, Milestones, Page, when::When};
use chrono::{DateTime, Utc};

use super::{
    Staff, Visit, failed,
    filed::Filed,
    load,
    reportable::{causes, statuses},
    round::RoundView,
    seen::Seen,
    status_class,
    texted::Texted,
    trail::{self, Entry, Message},
    upload::UploadView,
};
use crate::order::{Found, Order};

#[derive(askama::Template)]
#[template(path = "console_order.html")]
pub(super) struct OrderPage {
    p: Page,
    id: String,
    entity: String,
    filing_type: &'static str,
    status: &'static str,
    class: &'static str,
    rounds: u32,
    /// Why a step wasn't taken.
    refused: Option<String>,
    milestones: Milestones,
    /// What whoever filed it should do now.
    advice: &'static str,
    reasons: Vec<Reason>,
    can: Can,
    seen: Seen,
    texted: Option<Texted>,
    round: Option<RoundView>,
    statuses: Vec<(RegulatorStatus, &'static str)>,
    causes: Vec<(ReturnCause, &'static str)>,
    upload: Option<UploadView>,
    filed: Filed,
    filed_at: When,
    findings: Vec<Finding>,
    timeline: Vec<Entry>,
    messages: Vec<Message>,
    /// Older messages, which aren't shown.
    older: usize,
    link: String,
}

/// What staff can do to it now.
#[expect(clippy::struct_excessive_bools, reason = "one for each button")]
struct Can {
    accept: bool,
    give_back: bool,
    withdraw: bool,
    resubmit: bool,
    approve: bool,
    refuse: bool,
}

/// Why it was returned, at a field.
struct Reason {
    label: String,
    words: String,
    advised: String,
}

/// Something to mend.
struct Finding {
    severity: &'static str,
    label: String,
    text: String,
    code: String,
    rule: String,
    source: String,
}

pub(super) async fn show(Staff { visit }: Staff, Path(id): Path<String>) -> Response {
    match load(&visit, &id).await {
        Ok(order) => visit.ok(&page(&visit, &order, None)),
        Err(error) => failed(&visit, &error),
    }
}

/// The order as it is now; with why a step wasn't taken, if one wasn't.
pub(super) fn page(visit: &Visit, order: &Order, refused: Option<String>) -> OrderPage {
    let (lang, now) = (visit.lang, visit.host.clock.now());
    let (status, kind) = (order.status(), order.filing.filing_type());
    let (messages, earlier) = trail::messages(order, lang);
    OrderPage {
        p: visit.page(CONSOLE),
        id: order.id.to_string(),
        entity: order.filing.entity().name().to_owned(),
        filing_type: kind.text(lang),
        status: status.text(lang),
        class: status_class(status),
        rounds: order.life.rounds(),
        refused,
        milestones: Milestones::new(&order.life, lang),
        advice: match order.life.return_cause() {
            Some(cause) if !order.can(OrderStep::Resubmit) => cause.text(lang),
            Some(_) | None => order.life.advice(kind, lang),
        },
        reasons: reasons(visit, order),
        can: Can::now(order),
        seen: Seen::of(order),
        texted: texted(visit, order, now),
        round: RoundView::of(visit, order, now),
        statuses: statuses(order, lang, now),
        causes: causes(order, lang, now),
        upload: UploadView::of(order, lang),
        filed: Filed::of(order, lang),
        filed_at: When::exact(order.filed_at),
        findings: (order.findings.iter())
            .map(|it| finding(visit, it))
            .collect(),
        timeline: trail::timeline(order, lang, now),
        messages,
        older: earlier,
        link: visit.host.customer_link(order),
    }
}

impl Can {
    fn now(order: &Order) -> Self {
        // The crate's step doesn't say who returns it.
        let returns = |cause| order.life.possible_returns().any(|it| it == cause);
        let is_certain = !order.upload.in_doubt;
        Self {
            accept: order.can(OrderStep::PassReview),
            give_back: is_certain && returns(ReturnCause::PlatformDecision),
            withdraw: is_certain && order.can(OrderStep::Withdraw),
            resubmit: order.can(OrderStep::Resubmit),
            approve: order.can(OrderStep::Approve),
            refuse: returns(ReturnCause::AdministrationDecision),
        }
    }

    /// Whether there is any button.
    const fn anything(&self) -> bool {
        self.accept || self.give_back || self.withdraw || self.resubmit || self.approve
    }
}

fn reasons(visit: &Visit, order: &Order) -> Vec<Reason> {
    let reason = |reason: &beian::filing::ReturnReason| Reason {
        label: reason.label(visit.lang),
        words: reason.words().to_owned(),
        advised: reason.advised().to_owned(),
    };
    order.life.reasons().iter().map(reason).collect()
}

/// Who would be texted, until it is submitted; afterwards the round has them.
fn texted(visit: &Visit, order: &Order, now: DateTime<Utc>) -> Option<Texted> {
    let before = order.is_to_upload() || order.can(OrderStep::PassReview);
    before.then(|| Texted::of(order, visit.lang, now))
}

fn finding(visit: &Visit, found: &Found) -> Finding {
    let severity = found.severity.parse::<Severity>();
    Finding {
        severity: severity.map_or("", |severity| severity.text(visit.lang)),
        label: path_label(&found.field, visit.lang).unwrap_or_else(|| found.field.clone()),
        text: found.text(visit.lang).to_owned(),
        code: found.code.clone(),
        rule: found.rule.clone(),
        source: found.source.clone(),
    }
}
