//! `/sandbox`: the clock, and the reminders on the handsets. There only with the sandbox's sender, on loopback.

use std::sync::Arc;

use axum::{Json, Router, extract::State, routing::get};
use beian::{MobileNumber, host::Clock as _};
use beian_web::{
    body::{Body, Parameters},
    lang::Speaks,
    problem::{Code, Problem},
};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{problem, schema, view::instant};
use crate::platform::Platform;

/// A century, in seconds.
const FARTHEST: i64 = 3_155_760_000;

/// The routes.
pub fn router() -> Router<Arc<Platform>> {
    Router::new()
        .route("/sandbox/clock", get(clock).post(advance))
        .route("/sandbox/reminders", get(reminders))
}

/// The sandbox's clock.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ClockView {
    #[schema(format = DateTime)]
    now: String,
    /// How far it is ahead of real time.
    offset_seconds: i64,
}

/// What time it is.
#[utoipa::path(
    get, path = "/sandbox/clock", tag = "sandbox", operation_id = "show_clock",
    responses((status = 200, description = "The clock", body = ClockView))
)]
pub(super) async fn clock(State(platform): State<Arc<Platform>>) -> Json<ClockView> {
    Json(ClockView {
        now: instant(platform.clock.now()),
        offset_seconds: platform.clock.offset().num_seconds(),
    })
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Advance {
    /// Forward only, in all a century at most.
    #[schema(minimum = 0, maximum = 3_155_760_000_i64)]
    #[serde(deserialize_with = "beian_web::body::whole")]
    advance_seconds: i64,
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
    let seconds = advance.advance_seconds;
    if !(0..=FARTHEST).contains(&seconds) {
        return Err(Problem::new(Code::MALFORMED_BODY, lang).malformed("advance_seconds", lang));
    }
    if seconds > FARTHEST.saturating_sub(platform.clock.offset().num_seconds()) {
        return Err(Problem::new(problem::CLOCK_TOO_FAR, lang));
    }
    let advanced = platform.advance(TimeDelta::seconds(seconds)).await;
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
