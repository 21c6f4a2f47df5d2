//! `/sandbox`: handsets, clock and gateway. There only with the sandbox's sender, on loopback.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use beian::{MobileNumber, host::Clock as _};
use beian_web::{
    body::{Body, Parameters},
    clock::{Advance, ClockView, instant},
    lang::Speaks,
};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Code, Problem, problem, schema::Mobile};
use crate::{portal::Portal, store::GatewayMode};

/// What messages come from (R14).
pub const SENDER: &str = "12381";

/// The routes.
pub(super) fn router() -> Router<Arc<Portal>> {
    Router::new()
        .route("/sandbox/messages", get(messages))
        .route("/sandbox/clock", get(clock).post(advance))
        .route("/sandbox/gateway", post(gateway))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Whose {
    /// The handset; all of them if not said.
    #[param(value_type = Mobile, required = false)]
    mobile: Option<String>,
}

/// A message on a handset.
#[derive(Serialize, ToSchema)]
pub(super) struct HandsetMessage {
    from: &'static str,
    to: String,
    /// The code is the only group of six digits in it.
    text: String,
    /// When the gateway took it.
    #[schema(format = DateTime)]
    sent_at: String,
}

/// What has arrived, oldest first.
#[utoipa::path(
    get, path = "/sandbox/messages", tag = "sandbox", params(Whose),
    operation_id = "list_messages",
    responses((status = 200, description = "The messages", body = Vec<HandsetMessage>))
)]
pub(super) async fn messages(
    State(portal): State<Arc<Portal>>,
    Speaks(lang): Speaks,
    Parameters(whose): Parameters<Whose>,
) -> Result<Json<Vec<HandsetMessage>>, Problem> {
    let mobile = whose.mobile.map(|mobile| MobileNumber::parse(&mobile));
    let mobile = mobile
        .transpose()
        .map_err(|_| Problem::new(Code::MALFORMED_PARAMETER, lang).malformed("mobile", lang))?;
    let messages = portal.store.handset(mobile.as_ref(), portal.clock.now());
    let messages = messages
        .await
        .map_err(|error| problem::of_store(&error, lang))?;
    let messages = messages.into_iter().map(|message| HandsetMessage {
        from: SENDER,
        to: message.mobile,
        text: message.text,
        sent_at: instant(message.sent_at),
    });
    Ok(Json(messages.collect()))
}

/// What time it is.
#[utoipa::path(
    get, path = "/sandbox/clock", tag = "sandbox", operation_id = "show_clock",
    responses((status = 200, description = "The clock", body = ClockView))
)]
pub(super) async fn clock(State(portal): State<Arc<Portal>>) -> Json<ClockView> {
    Json(ClockView::of(&portal.clock))
}

/// Puts the clock forward. What was due before is done before, what is due then is done when this
/// answers.
#[utoipa::path(
    post, path = "/sandbox/clock", tag = "sandbox", request_body = Advance,
    operation_id = "advance_clock",
    responses((status = 200, description = "The clock as it is then", body = ClockView))
)]
pub(super) async fn advance(
    State(portal): State<Arc<Portal>>,
    Speaks(lang): Speaks,
    Body(advance): Body<Advance>,
) -> Result<Json<ClockView>, Problem> {
    let whole = advance.of(&portal.clock, lang)?;
    portal.bell.settle().await;
    // What is on its way arrives at its time, and not only at the end of a long step.
    let first = whole.min(portal.sms_delay);
    for step in [first, whole.checked_sub(&first).unwrap_or_default()] {
        if step > TimeDelta::zero() {
            let offset = portal.store.database().advance_clock(step).await;
            let offset = offset.map_err(|error| problem::of_store(&error, lang))?;
            portal.clock.put_forward_to(offset);
        }
        portal.bell.settle().await;
    }
    Ok(clock(State(portal)).await)
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GatewayView {
    mode: GatewayMode,
}

/// Tells the gateway what to do with messages from now on.
#[utoipa::path(
    post, path = "/sandbox/gateway", tag = "sandbox", request_body = GatewayView,
    operation_id = "tell_gateway",
    responses((status = 200, description = "What it does from now on", body = GatewayView))
)]
pub(super) async fn gateway(
    State(portal): State<Arc<Portal>>,
    Speaks(lang): Speaks,
    Body(view): Body<GatewayView>,
) -> Result<Json<GatewayView>, Problem> {
    let stored = portal.store.set_gateway_mode(view.mode).await;
    stored.map_err(|error| problem::of_store(&error, lang))?;
    Ok(Json(view))
}
