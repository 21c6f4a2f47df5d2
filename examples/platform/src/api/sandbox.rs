//! `/sandbox`: the clock, and the reminders on the handsets. There only with the sandbox's sender, on loopback.

use std::sync::Arc;

use axum::{Json, Router, extract::State, routing::get};
use beian::MobileNumber;
use beian_web::{
    body::{Body, Parameters},
    clock::{Advance, ClockView, instant},
    lang::Speaks,
    problem::{Code, Problem},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{problem, schema};
use crate::platform::Platform;

/// The routes.
pub fn router() -> Router<Arc<Platform>> {
    Router::new()
        .route("/sandbox/clock", get(clock).post(advance))
        .route("/sandbox/reminders", get(reminders))
}

/// What time it is.
#[utoipa::path(
    get, path = "/sandbox/clock", tag = "sandbox", operation_id = "show_clock",
    responses((status = 200, description = "The clock", body = ClockView))
)]
pub(super) async fn clock(State(platform): State<Arc<Platform>>) -> Json<ClockView> {
    Json(ClockView::of(&platform.clock))
}

/// Puts this clock and the regulator's forward. What was due before is done before, what is due then is done
/// when this answers.
#[utoipa::path(
    post, path = "/sandbox/clock", tag = "sandbox", request_body = Advance,
    operation_id = "advance_clock",
    responses((status = 200, description = "The clock as it is then", body = ClockView))
)]
pub(super) async fn advance(
    State(platform): State<Arc<Platform>>,
    Speaks(lang): Speaks,
    Body(advance): Body<Advance>,
) -> Result<Json<ClockView>, Problem> {
    let by = advance.of(&platform.clock, lang)?;
    let advanced = platform.advance(by).await;
    advanced.map_err(|error| problem::of_store(&error, lang))?;
    Ok(clock(State(platform)).await)
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Whose {
    /// The handset; all of them if not said.
    #[param(value_type = schema::Mobile, required = false)]
    mobile: Option<String>,
}

/// A reminder on a handset.
#[derive(Serialize, ToSchema)]
pub(super) struct HandsetReminder {
    to: String,
    /// What it says, with the address of the person's page.
    text: String,
    #[schema(format = DateTime)]
    sent_at: String,
}

/// The reminders that have come, oldest first.
#[utoipa::path(
    get, path = "/sandbox/reminders", tag = "sandbox", params(Whose),
    operation_id = "list_reminders",
    responses((status = 200, description = "The reminders", body = Vec<HandsetReminder>))
)]
pub(super) async fn reminders(
    State(platform): State<Arc<Platform>>,
    Speaks(lang): Speaks,
    Parameters(whose): Parameters<Whose>,
) -> Result<Json<Vec<HandsetReminder>>, Problem> {
    let mobile = whose.mobile.map(|mobile| MobileNumber::parse(&mobile));
    let mobile = mobile
        .transpose()
        .map_err(|_| Problem::new(Code::MALFORMED_PARAMETER, lang).malformed("mobile", lang))?;
    let messages = platform.orders.store.reminders(mobile.as_ref()).await;
    let messages = messages.map_err(|error| problem::of_store(&error, lang))?;
    let messages = messages.into_iter().map(|message| HandsetReminder {
        to: message.mobile,
        text: message.text,
        sent_at: instant(message.sent_at),
    });
    Ok(Json(messages.collect()))
}
