//! Where an order is, at a glance.

use askama::{Template, filters::HtmlSafe};
use beian::{Lang, OrderLife, OrderStatus, filing::StageState};

use super::capital;

/// The three stages of an order's way.
#[derive(Debug, Clone, Template)]
#[template(path = "milestones.html")]
pub struct Milestones {
    label: &'static str,
    stages: [Milestone; 3],
}

#[derive(Debug, Clone)]
struct Milestone {
    label: &'static str,
    state: StageState,
    text: String,
}

impl Milestones {
    /// Of this order.
    #[must_use]
    pub fn new(life: &OrderLife, lang: Lang) -> Self {
        let t = |zh, en| match lang {
            Lang::Zh => zh,
            Lang::En => en,
        };
        let [review, verification, administration] = life.stages();
        let stages = [
            (review, t("平台初审", "Initial review")),
            (verification, t("短信核验", "SMS verification")),
            (administration, t("管局审核", "Administration review")),
        ];
        Self {
            label: t("进度", "Progress"),
            stages: stages.map(|((_, state), label)| Milestone {
                label,
                state,
                text: match lang {
                    Lang::Zh => state.text(lang).to_owned(),
                    Lang::En => capital(state.text(lang)),
                },
            }),
        }
    }
}

impl HtmlSafe for Milestones {}

/// Which colour a status has.
#[must_use]
pub const fn status_class(status: OrderStatus) -> &'static str {
    match status {
        OrderStatus::InitialReview
        | OrderStatus::AwaitingSubmission
        | OrderStatus::UploadFailed => "plain",
        OrderStatus::SmsVerification => "busy",
        OrderStatus::AdministrationReview | OrderStatus::Approved => "good",
        OrderStatus::Returned | OrderStatus::CorrectionRequired => "bad",
        OrderStatus::Withdrawn | OrderStatus::Deregistered => "over",
    }
}
