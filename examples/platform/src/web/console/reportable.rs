//! What staff may report of an order as it stands: what the regulator can show now.

use beian::{
    Lang, OrderStatus, ReturnCause,
    tracker::{RegulatorStatus, TrackerStatus},
};
use chrono::{DateTime, Utc};

use crate::order::Order;

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
