//! What staff report: what the regulator shows, and what a person told them.

use axum::{extract::Path, response::Response};
use beian::{
    MobileNumber, ReturnCause,
    tracker::{FactKind, RegulatorStatus},
};
use beian_web::pages::Sorry;

use super::{StaffSent, actions::take};
use crate::{
    order::StepRefusal,
    orders::{OrderError, Orders},
};

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
