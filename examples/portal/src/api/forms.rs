//! `/api/verifications` and `/api/resends`: the two public forms.

use std::{net::IpAddr, sync::Arc};

use axum::{Json, Router, extract::State, routing::post};
use beian::{Entry, MobileNumber, ResendAnswer, ResendRequest};
use beian_web::{address::From, body::Body, idempotency::Once, lang::Speaks};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Problem, problem,
    schema::{EntryResult, IdLastSix, MessageCode, Mobile, RepeatKey, ResendResult},
};
use crate::portal::Portal;

/// The routes; open to everybody.
pub(super) fn router() -> Router<Arc<Portal>> {
    Router::new()
        .route("/api/verifications", post(verify))
        .route("/api/resends", post(resend))
}

/// What a person types into the form 短信核验.
// A field that isn't there counts as blank, so that it is named together with whatever else is malformed; the
// document says that it is required.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Verification {
    /// The mobile number that the message came to.
    #[serde(default)]
    #[schema(value_type = Mobile, required = true)]
    mobile: String,
    /// The six digits of the message.
    #[serde(default)]
    #[schema(value_type = MessageCode, required = true)]
    code: String,
    /// The last six characters of the ID number.
    #[serde(default)]
    #[schema(value_type = IdLastSix, required = true)]
    id_last6: String,
}

/// What a person types into the form 短信重发.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Resend {
    /// The mobile number that the message went to.
    #[serde(default)]
    #[schema(value_type = Mobile, required = true)]
    mobile: String,
    /// The last six characters of the ID number.
    #[serde(default)]
    #[schema(value_type = IdLastSix, required = true)]
    id_last6: String,
}

/// What the public page answers to an entry.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Verified {
    #[schema(value_type = EntryResult)]
    result: &'static str,
    /// What the page says.
    message: &'static str,
}

/// What the public page answers to a resend.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Resent {
    #[schema(value_type = ResendResult)]
    result: &'static str,
    /// What the page says.
    message: String,
    /// How long to wait, if it was too soon.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false)]
    retry_after_seconds: Option<u32>,
}

/// An entry on the form 短信核验.
#[utoipa::path(
    post, path = "/api/verifications", tag = "public", request_body = Verification,
    operation_id = "verify", params(RepeatKey),
    responses((status = 200, description = "What the public page answers", body = Verified))
)]
pub(super) async fn verify(
    State(portal): State<Arc<Portal>>,
    Speaks(lang): Speaks,
    From(address): From,
    Once { body: form, key }: Once<Verification>,
) -> Result<Json<Verified>, Problem> {
    limit(&portal, address, &form.mobile, lang)?;
    let entry = Entry::parse(&form.mobile, &form.code, &form.id_last6);
    let mut entry = entry.map_err(|problems| problem::of_entry(problems, lang))?;
    if let Some(key) = key {
        entry = entry.with_submission_id(key.id());
    }
    let submitted = portal.submit(&entry).await;
    let submitted = submitted.map_err(|error| problem::of_desk(&error, lang))?;
    Ok(Json(Verified {
        result: submitted.answer().name(),
        message: submitted.text(lang),
    }))
}

/// A request on the form 短信重发.
#[utoipa::path(
    post, path = "/api/resends", tag = "public", request_body = Resend,
    operation_id = "resend",
    responses((status = 200, description = "What the public page answers", body = Resent))
)]
pub(super) async fn resend(
    State(portal): State<Arc<Portal>>,
    Speaks(lang): Speaks,
    From(address): From,
    Body(form): Body<Resend>,
) -> Result<Json<Resent>, Problem> {
    limit(&portal, address, &form.mobile, lang)?;
    let request = ResendRequest::parse(&form.mobile, &form.id_last6);
    let request = request.map_err(|problems| problem::of_entry(problems, lang))?;
    let resent = portal.resend(&request).await;
    let resent = resent.map_err(|error| problem::of_desk(&error, lang))?;
    let retry_after_seconds = match resent.answer() {
        ResendAnswer::TooSoon { seconds } => Some(seconds),
        ResendAnswer::Accepted | ResendAnswer::NoneLeft | ResendAnswer::NothingPending => None,
    };
    Ok(Json(Resent {
        result: resent.answer().name(),
        message: resent.text(lang).into_owned(),
        retry_after_seconds,
    }))
}

/// Counts a request of an address for what was typed as a number, before anything is looked up.
///
/// # Errors
/// The 429.
pub fn limit(
    portal: &Portal,
    address: IpAddr,
    mobile: &str,
    lang: beian::Lang,
) -> Result<(), Problem> {
    let mobile = MobileNumber::parse(mobile).ok();
    let limit = portal.limits.check_form(address, mobile);
    limit.map_err(|too_many| too_many.problem(lang))
}
