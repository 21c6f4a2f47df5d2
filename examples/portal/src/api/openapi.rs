//! `/openapi.json`: what the API takes and gives.

use std::sync::Arc;

use axum::Router;
use beian_web::openapi::{self, Codes};
use utoipa::{OpenApi, openapi::OpenApi as Document};

use super::{Code, FieldProblem, Problem, forms, orders, problem, reports, sandbox};
use crate::portal::Portal;

/// The route.
pub(super) fn router(portal: &Portal) -> Router<Arc<Portal>> {
    openapi::router(&document(portal))
}

#[derive(OpenApi)]
#[openapi(
    info(title = "beian portal", description = "Filing orders and their SMS verification. Instants are RFC 3339, UTC, with six decimals. Texts are Simplified Chinese, or English if `Accept-Language` asks for it."),
    servers((url = "/")),
    tags(
        (name = "orders", description = "The platform's side."),
        (name = "public", description = "The two public forms."),
        (name = "gateway", description = "What a gateway reports."),
    ),
    paths(
        orders::file, orders::list, orders::show, orders::submit, orders::resubmit, orders::withdraw,
        forms::verify, forms::resend,
        reports::report,
    ),
    components(schemas(Problem, FieldProblem)),
)]
struct Everywhere;

#[derive(OpenApi)]
#[openapi(
    tags((name = "sandbox", description = "Handsets, clock and gateway.")),
    paths(sandbox::messages, sandbox::clock, sandbox::advance, sandbox::gateway),
)]
struct InTheSandbox;

/// What this portal takes and gives: whether there is a sandbox, and whether the console is open, goes by how
/// it was started.
fn document(portal: &Portal) -> Document {
    let mut document = Everywhere::openapi();
    if portal.sandbox {
        document.merge(InTheSandbox::openapi());
    }
    let codes = Codes {
        own: &problem::CODES,
        of_fields: problem::field_codes(),
        of_operations: &OWN,
        signed: &[REPORT],
        not_found: problem::ORDER_NOT_FOUND,
    };
    openapi::complete(&mut document, &codes, portal.door.is_open());
    document
}

/// Of this one, headers and body are first of all a matter of the signature.
const REPORT: &str = "report";

/// The codes of an operation that its form doesn't tell, by its id.
const OWN: [(&str, &[Code]); 8] = [
    (
        "file_order",
        &[Code::IDEMPOTENCY_KEY_REUSED, problem::ORDER_NOT_ACCEPTED],
    ),
    ("submit_order", &STEP),
    ("resubmit_order", &STEP),
    ("withdraw_order", &[problem::STEP_NOT_POSSIBLE]),
    (
        "verify",
        &[problem::MALFORMED_ENTRY, Code::TOO_MANY_REQUESTS],
    ),
    (
        "resend",
        &[problem::MALFORMED_ENTRY, Code::TOO_MANY_REQUESTS],
    ),
    (
        REPORT,
        &[
            problem::BAD_SIGNATURE,
            Code::MALFORMED_JSON,
            Code::BODY_TOO_LARGE,
            Code::MALFORMED_BODY,
        ],
    ),
    ("advance_clock", &[Code::CLOCK_TOO_FAR]),
];
/// Of the steps that begin a round.
const STEP: [Code; 5] = [
    Code::IDEMPOTENCY_KEY_REUSED,
    problem::STEP_NOT_POSSIBLE,
    problem::NOT_FILEABLE,
    problem::ID_MISSING,
    problem::CODES_EXHAUSTED,
];
