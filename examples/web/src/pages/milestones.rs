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
    label: String,
    state: StageState,
    text: String,
}

impl Milestones {
    /// Of this order.
    #[must_use]
    pub fn new(life: &OrderLife, lang: Lang) -> Self {
        let shown = |text| match lang {
            Lang::Zh => String::from(text),
            Lang::En => capital(text),
        };
        Self {
            label: match lang {
                Lang::Zh => "进度",
                Lang::En => "Progress",
            },
            stages: life.stages().map(|(stage, state)| Milestone {
                label: shown(stage.label(lang)),
                state,
                text: shown(state.text(lang)),
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
