//! What staff report: what the regulator shows, and what a person told them.

use axum::{extract::Path, response::Response};
use beian::{
    Lang, MobileNumber, OrderStatus, ReturnCause,
    tracker::{FactKind, RegulatorStatus, TrackerStatus},
};
use beian_web::pages::Sorry;
use chrono::{DateTime, Utc};

use super::{StaffSent, actions::take};
use crate::{
    order::{Order, StepRefusal},
    orders::{OrderError, Orders},
};

/// What the regulator may show of verification, each with the text of its button.
pub(super) fn statuses(
    order: &Order,
    lang: Lang,
    now: DateTime<Utc>,
) -> Vec<(RegulatorStatus, &'static str)> {
    let all = RegulatorStatus::ALL.iter();
    let all = all.map(|status| (*status, status.text(lang))).collect();
    let submitted = match lang {
        Lang::Zh => "已提交管局",
        Lang::En => "submitted",
    };
    if order.is_to_upload() && is_exempt(order, now) {
        // There is nobody to wait for.
        return vec![(RegulatorStatus::Waiting, submitted)];
    }
    if order.is_to_upload() || order.status() == OrderStatus::SmsVerification {
        return all;
    }
    Vec::new()
}

fn is_exempt(order: &Order, now: DateTime<Utc>) -> bool {
    order
        .requirement(now)
        .is_ok_and(|requirement| requirement.recipients().is_none())
}

/// Why the regulator may have returned it, in short. The administration's refusal has a page of its own, with
/// reasons.
pub(super) fn causes(
    order: &Order,
    lang: Lang,
    now: DateTime<Utc>,
) -> Vec<(ReturnCause, &'static str)> {
    let submitted = matches!(
        order.status(),
        OrderStatus::SmsVerification | OrderStatus::AdministrationReview
    );
    if !submitted || order.round.is_none() {
        return Vec::new();
    }
    let reviewed = order.status() == OrderStatus::AdministrationReview;
    let possible = |cause: &ReturnCause| {
        let returned = TrackerStatus::Returned {
            at: now,
            cause: *cause,
        };
        let with_reasons = reviewed && *cause == ReturnCause::AdministrationDecision;
        !with_reasons && order.life.after_tracker(&returned).is_ok()
    };
    let causes = ReturnCause::ALL.iter().copied().filter(possible);
    causes.map(|cause| (cause, cause.label(lang))).collect()
}

pub(super) async fn regulator(
    Path(id): Path<String>,
    StaffSent { visit, mut fields }: StaffSent,
) -> Response {
    let status = fields.take("status").parse::<RegulatorStatus>();
    let cause = fields.take("cause").parse::<ReturnCause>();
    let kind = match (status, cause) {
        (Ok(status), _) => FactKind::Regulator(status),
        (Err(_), Ok(cause)) => FactKind::Returned(cause),
        (Err(_), Err(_)) => return visit.sorry(Sorry::BadForm),
    };
    let report = async |orders: &Orders, id| orders.report(id, kind, None).await;
    take(visit, &id, None, report).await
}

pub(super) async fn person(
    Path(id): Path<String>,
    StaffSent { visit, mut fields }: StaffSent,
) -> Response {
    let round = fields.take("round").parse::<u32>();
    let place = fields.take("person").parse::<usize>();
    let kind = word(&fields.take("word"));
    let (Ok(round), Ok(place), Some(kind)) = (round, place, kind) else {
        return visit.sorry(Sorry::BadForm);
    };
    let report = async |orders: &Orders, id| {
        let said = orders.report_by_link((id, round, place), kind).await;
        // The order is there; the round was over before the button was pressed.
        said.map_err(|error| {
            if matches!(error, OrderError::NotFound) {
                return StepRefusal::NoRound.into();
            }
            error
        })
    };
    take(visit, &id, None, report).await
}

/// What a person says, by the name of the button.
fn word(name: &str) -> Option<fn(MobileNumber) -> FactKind> {
    Some(match name {
        "received" => FactKind::Received,
        "nothing_came" => FactKind::NothingCame,
        "resend_asked" => FactKind::ResendAsked,
        "passed" => FactKind::Passed,
        _ => return None,
    })
}
