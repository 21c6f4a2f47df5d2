//! The pages: customers file and follow an order, each person has one of their own, staff have queues.
//!
//! Texts that say what the rules mean are the crate's; those of buttons and headings stand side by side in the
//! templates. What pages of other hosts have too is [`beian_web::pages`].

mod console;
mod customers;
mod host;
mod persons;
mod reminders;
mod secret;

use std::sync::Arc;

use axum::Router;
use beian::Lang;
use beian_web::pages;

use crate::{api::problem, order::StepRefusal, platform::Platform};

type Visit = pages::Visit<Platform>;
type Sent = pages::Sent<Platform>;

/// Where customers begin.
const FILING: &str = "filing";
/// The sandbox's reminders.
const HANDSETS: &str = "handsets";

/// The pages of customers, persons and staff. Reminders exist in the sandbox only.
pub fn router(platform: &Arc<Platform>) -> Router<Arc<Platform>> {
    let router = pages::router(&**platform)
        .merge(console::router())
        .merge(customers::router())
        .merge(persons::router());
    if platform.sandbox {
        router.merge(reminders::router())
    } else {
        router
    }
}

/// A page of the regulator on board, in this language: it keeps its own.
fn at_regulator(visit: &Visit, path: &str) -> Option<String> {
    let base = visit.host.regulator_page.as_deref()?.trim_end_matches('/');
    let lang = visit.t("zh", "en");
    Some(format!("{base}{path}?lang={lang}"))
}

/// Why a step wasn't taken, for people; nothing if it is none of their business.
fn refusal(refusal: &StepRefusal, lang: Lang) -> Option<String> {
    if matches!(refusal, StepRefusal::Entropy(_)) {
        return None;
    }
    Some(problem::of_step(refusal, lang).text().to_owned())
}
