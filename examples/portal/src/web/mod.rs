//! The three faces for people: console, regulator's page, handsets. Server-rendered, in Chinese and
//! English, usable without JavaScript.
//!
//! Texts that say what the rules mean are the crate's; those of buttons and headings stand side by
//! side in the templates. What pages of other hosts have too is [`beian_web::pages`].

mod console;
mod handsets;
mod home;
mod host;
mod new_order;
mod order;
mod regulator;

use std::sync::Arc;

use axum::{
    Router,
    response::Response,
    routing::{get, post},
};
use beian_web::pages::{self, Sorry};

use crate::{orders::OrderError, portal::Portal};

type Visit = pages::Visit<Portal>;
type Staff = pages::Staff<Portal>;
type Sent = pages::Sent<Portal>;
type StaffSent = pages::StaffSent<Portal>;

/// The sections beside the console.
const REGULATOR: &str = "regulator";
const HANDSETS: &str = "handsets";

/// All pages. Handsets exist in the sandbox only.
pub fn router(portal: &Arc<Portal>) -> Router<Arc<Portal>> {
    let mut router = pages::router(&**portal)
        .route("/", get(home::show))
        .route("/console", get(console::list))
        .route("/console/orders/new", get(new_order::show))
        .route(
            "/console/orders",
            get(console::back).post(new_order::submit),
        )
        .route("/console/orders/{id}", get(order::show))
        .route(
            "/console/orders/{id}/submit",
            get(order::back).post(order::submit),
        )
        .route(
            "/console/orders/{id}/resubmit",
            get(order::back).post(order::resubmit),
        )
        .route(
            "/console/orders/{id}/withdraw",
            get(order::confirm_withdrawal).post(order::withdraw),
        )
        .route(
            "/regulator/verification",
            get(regulator::verification).post(regulator::verify),
        )
        .route(
            "/regulator/resend",
            get(regulator::resend).post(regulator::send_again),
        );
    if portal.sandbox {
        router = router
            .route("/handsets", get(handsets::show))
            .route("/handsets/clock", post(handsets::advance))
            .route("/handsets/gateway", post(handsets::set_gateway));
    }
    router
}

/// An error that no page of its own explains.
fn failed(visit: &Visit, error: &OrderError) -> Response {
    if matches!(error, OrderError::NotFound) {
        return visit.sorry(Sorry::NotFound);
    }
    visit.failed(error)
}
