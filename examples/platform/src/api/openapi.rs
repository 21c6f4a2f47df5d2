//! `/openapi.json`: what the API takes and gives.

use std::sync::Arc;

use axum::Router;
use beian_web::{
    openapi::{self, Codes},
    problem::{Code, FieldProblem, Problem},
};
use utoipa::{
    OpenApi,
    openapi::{
        OpenApi as Document,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::{facts, filing_type, orders, problem, sandbox, schema};
use crate::platform::Platform;

/// The route.
pub(super) fn router(platform: &Platform) -> Router<Arc<Platform>> {
    openapi::router(&document(platform))
}

#[derive(OpenApi)]
#[openapi(
    info(title = "beian platform", description = "Filing orders, from the customer's form to the administration's decision. Instants are RFC 3339, UTC, with six decimals. Texts are Simplified Chinese, or English if `Accept-Language` asks for it."),
    servers((url = "/")),
    tags(
        (name = "customers", description = "For whoever files: an order is opened by its link's token, or by staff."),
        (name = "staff", description = "For staff, who have the console's token."),
    ),
    paths(
        filing_type::determine,
        orders::file, orders::list, orders::show, orders::form, orders::change, orders::accept,
        orders::give_back, orders::resubmit, orders::withdraw, orders::decide, orders::override_texted,
        orders::renew_link,
        facts::report,
    ),
    components(schemas(Problem, FieldProblem, schema::Queue)),
)]
struct Everywhere;

#[derive(OpenApi)]
#[openapi(
    tags((name = "sandbox", description = "The clock, and the reminders.")),
    paths(sandbox::clock, sandbox::advance, sandbox::reminders),
)]
struct InTheSandbox;

/// What this platform takes and gives, by how it was started.
fn document(platform: &Platform) -> Document {
    let mut document = Everywhere::openapi();
    if platform.sandbox {
        document.merge(InTheSandbox::openapi());
    }
    let codes = Codes {
        own: &problem::CODES,
        of_fields: problem::field_codes(),
        of_operations: &OWN,
        signed: &[],
        not_found: problem::ORDER_NOT_FOUND,
    };
    openapi::complete(&mut document, &codes, platform.door.is_open());
    let link = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("What the customer's link ends in."))
        .build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("link", SecurityScheme::Http(link));
    document
}

/// The codes of an operation that its form doesn't tell, by its id.
const OWN: [(&str, &[Code]); 11] = [
    (
        "file_order",
        &[
            Code::IDEMPOTENCY_KEY_REUSED,
            Code::TOO_MANY_REQUESTS,
            Code::UNAUTHORIZED,
            problem::ORDER_NOT_ACCEPTED,
        ],
    ),
    (
        "change_order",
        &[
            problem::STEP_NOT_POSSIBLE,
            problem::ORDER_CHANGED,
            problem::ORDER_NOT_ACCEPTED,
        ],
    ),
    (
        "accept_order",
        &[
            problem::STEP_NOT_POSSIBLE,
            problem::ORDER_CHANGED,
            problem::NOT_FILEABLE,
        ],
    ),
    (
        "return_order",
        &[problem::STEP_NOT_POSSIBLE, problem::UPLOAD_IN_DOUBT],
    ),
    (
        "resubmit_order",
        &[problem::STEP_NOT_POSSIBLE, problem::NOT_FILEABLE],
    ),
    (
        "withdraw_order",
        &[problem::STEP_NOT_POSSIBLE, problem::UPLOAD_IN_DOUBT],
    ),
    ("decide_order", &[problem::STEP_NOT_POSSIBLE]),
    ("override_texted", &[problem::STEP_NOT_POSSIBLE]),
    (
        "report_fact",
        &[
            problem::STAFF_ONLY,
            problem::STEP_NOT_POSSIBLE,
            problem::NOT_FILEABLE,
            problem::SAID_ENOUGH,
            problem::FACT_REFUSED,
        ],
    ),
    ("advance_clock", &[Code::CLOCK_TOO_FAR]),
    ("renew_link", &[]),
];
