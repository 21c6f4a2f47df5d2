//! `/api/verifications` and `/api/resends`: the two public forms.

use std::{net::IpAddr, sync::Arc};

use axum::{Json, Router, extract::State, routing::post};
use beian::{Entry, MobileNumber, ResendAnswer, ResendRequest};
use beian_web::{address::From, body::Body, idempotency::Once, lang::Speaks};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Problem, problem};
use crate::app::Portal;

/// The routes; open to everybody.
pub(super) fn router() -> Router<Arc<Portal>> {
    Router::new()
        .route("/api/verifications", post(verify))
        .route("/api/resends", post(resend))
}

/// What a person types into the form 短信核验.
#[derive(Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
pub(super) struct Verification {
    /// The mobile number that the message came to.
    mobile: String,
    /// The six digits of the message.
    code: String,
    /// The last six characters of the ID number.
    id_last6: String,
}

/// What a person types into the form 短信重发.
#[derive(Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
pub(super) struct Resend {
    /// The mobile number that the message went to.
    mobile: String,
    /// The last six characters of the ID number.
    id_last6: String,
}

/// What the public page answers to an entry.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Verified {
    #[schema(schema_with = super::openapi::entry_answers)]
    result: &'static str,
    /// What the page says.
    message: &'static str,
}

/// What the public page answers to a resend.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Resent {
    #[schema(schema_with = super::openapi::resend_answers)]
    result: &'static str,
    /// What the page says.
    message: String,
    /// How long to wait, if it was too soon.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_seconds: Option<u32>,
}

/// An entry on the form 短信核验.
#[utoipa::path(
    post, path = "/api/verifications", tag = "public", request_body = Verification,
    params(("Idempotency-Key" = Option<String>, Header,
        description = "Random; a repeat under the same key gets the first answer again")),
    responses(
        (status = 200, body = Verified),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
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
    responses(
        (status = 200, body = Resent),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
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
