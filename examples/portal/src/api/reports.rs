//! `/webhook/reports`: what a gateway says of a message later. Signed as messages are.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use beian::{MessageId, Refusal, host::HostError};
use beian_web::{
    body::{Whole, object},
    lang::Speaks,
};
use chrono::Utc;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Code, Problem, problem, schema};
use crate::{portal::Portal, sms::REPORT_PURPOSE};

/// How old a signature may be, and how far ahead its clock, in seconds.
const FRESH_FOR: u64 = 300;

/// The route.
pub(super) fn router() -> Router<Arc<Portal>> {
    Router::new().route("/webhook/reports", post(report))
}

/// A delivery report.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeliveryReport {
    /// The message's idempotency key.
    #[schema(value_type = schema::MessageId)]
    idempotency_key: String,
    /// `delivered` or `undelivered`; also `accepted`, `deferred` or `failed`, if that is only known
    /// now.
    #[schema(value_type = schema::Report)]
    report: String,
}

/// A delivery report. Signed: `X-Beian-Timestamp` in seconds, `X-Beian-Signature` the hex of
/// HMAC-SHA-256 over `report.` + timestamp + `.` + body, at most five minutes old. A repeat, and a
/// report on an unknown message, change nothing.
#[utoipa::path(
    post, path = "/webhook/reports", tag = "gateway", request_body = DeliveryReport,
    operation_id = "report",
    params(
        ("X-Beian-Timestamp" = i64, Header, description = "When it was signed, in seconds since 1970"),
        ("X-Beian-Signature" = String, Header, description = "In hex", pattern = "^[0-9a-fA-F]{64}$"),
    ),
    responses((status = 204, description = "Noted, or nothing new"))
)]
pub(super) async fn report(
    State(portal): State<Arc<Portal>>,
    Speaks(lang): Speaks,
    headers: HeaderMap,
    Whole(body): Whole,
) -> Result<StatusCode, Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let timestamp = text("x-beian-timestamp").and_then(|timestamp| timestamp.parse::<i64>().ok());
    let signed = timestamp.is_some_and(|timestamp| {
        let signature = text("x-beian-signature").unwrap_or_default();
        Utc::now().timestamp().abs_diff(timestamp) <= FRESH_FOR
            && (portal.keys.signing).verify(REPORT_PURPOSE, timestamp, &body, signature)
    });
    if !signed {
        return Err(Problem::new(problem::BAD_SIGNATURE, lang));
    }
    let report: DeliveryReport = object(&body, lang)?;
    let malformed = |field| Problem::new(Code::MALFORMED_BODY, lang).malformed(field, lang);
    let message: MessageId =
        (report.idempotency_key.parse()).map_err(|_| malformed("idempotency_key"))?;
    let report: beian::DeliveryReport = report.report.parse().map_err(|_| malformed("report"))?;
    match portal.desk.report(message, report).await {
        Ok(_) => portal.bell.ring(),
        Err(HostError::Refused(Refusal::UnknownMessage)) => {}
        Err(error) => return Err(problem::of_desk(&error, lang)),
    }
    Ok(StatusCode::NO_CONTENT)
}
