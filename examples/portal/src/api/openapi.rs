//! `/openapi.json`: what the API takes and gives, with every stable name and code.

use std::sync::Arc;

use axum::{Json, Router, routing::get};
use beian::{
    Access, DeliveryReport, EntryAnswer, FilingType, IdDocumentKind, ModifiedPart, OrderStatus,
    RecipientState, ReturnCause, Role, RoundFailure, ServiceKind,
};
use utoipa::{
    Modify, OpenApi, ToSchema,
    openapi::{
        Array, ArrayBuilder, Object, ObjectBuilder, RefOr, Schema,
        schema::{AdditionalProperties, Type},
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::{Code, FieldProblem, Problem, forms, orders, problem, reports, sandbox, view};
use crate::app::Portal;

/// The route.
pub(super) fn router() -> Router<Arc<Portal>> {
    Router::new().route("/openapi.json", get(async || Json(Document::openapi())))
}

#[derive(OpenApi)]
#[openapi(
    info(title = "beian portal", description = "Filing orders and their SMS verification. Instants are RFC 3339, UTC, with six decimals. Texts are Simplified Chinese, or English if `Accept-Language` asks for it."),
    paths(
        orders::file, orders::list, orders::show, orders::submit, orders::resubmit, orders::withdraw,
        forms::verify, forms::resend,
        reports::report,
        sandbox::messages, sandbox::clock, sandbox::advance, sandbox::gateway,
    ),
    components(schemas(Problem, FieldProblem, view::OrderView)),
    modifiers(&Console, &Codes),
)]
struct Document;

struct Console;

impl Modify for Console {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "Needed beyond loopback, or where a console token is set.",
            ))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("console", SecurityScheme::Http(bearer));
    }
}

/// Every stable code, of problems and of fields.
struct Codes;

impl Modify for Codes {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let mut codes: Vec<_> = Code::ALL.iter().chain(&problem::CODES).collect();
        codes.sort_unstable_by_key(|code| (code.status, code.name));
        let codes = names(codes.into_iter().map(|code| code.name));
        for (schema, codes) in [
            (Problem::name(), codes),
            (FieldProblem::name(), names(problem::field_codes())),
        ] {
            if let Some(RefOr::T(Schema::Object(schema))) = components.schemas.get_mut(&*schema) {
                schema.properties.insert("code".to_owned(), codes.into());
            }
        }
    }
}

/// A new order.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the crate's own form is what is read")]
pub(super) struct NewOrder {
    #[schema(schema_with = filing_types)]
    filing_type: String,
    /// What a modification changes; for `modify` alone, and not empty there.
    #[schema(schema_with = changes)]
    changes: Option<Vec<String>>,
    /// Chinese name, English name or GB/T 2260 code.
    province: String,
    entity: NewEntity,
    /// 1 to 200; may be empty for `deregister_entity` and for `modify` without `service`.
    services: Vec<NewService>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the crate's own form is what is read")]
pub(super) struct NewEntity {
    name: String,
    leader: NewPerson,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the crate's own form is what is read")]
pub(super) struct NewService {
    #[schema(schema_with = service_kinds)]
    kind: String,
    name: String,
    administrator: NewPerson,
    /// For `add_access` alone, and required there.
    #[schema(schema_with = accesses)]
    access: Option<String>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the crate's own form is what is read")]
pub(super) struct NewPerson {
    name: String,
    /// The primary mobile: the code goes there.
    mobile: String,
    emergency_phone: Option<String>,
    id_document: NewIdDocument,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the crate's own form is what is read")]
pub(super) struct NewIdDocument {
    #[schema(schema_with = id_document_kinds)]
    kind: String,
    number: String,
    /// For `hk_macao_permit`, required where the province asks for it.
    back_number: Option<String>,
}

fn names(names: impl IntoIterator<Item = &'static str>) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(names))
        .build()
}

fn list(item: Object) -> Array {
    ArrayBuilder::new().items(item).build()
}

pub(super) fn filing_types() -> Object {
    names(FilingType::ALL.iter().map(|name| name.name()))
}

/// Where an order of the portal's can be: it submits as soon as the review has passed, and hears nothing of
/// what comes after an approval.
pub(super) const STATUSES: [OrderStatus; 6] = [
    OrderStatus::InitialReview,
    OrderStatus::SmsVerification,
    OrderStatus::AdministrationReview,
    OrderStatus::Approved,
    OrderStatus::Returned,
    OrderStatus::Withdrawn,
];

pub(super) fn statuses() -> Object {
    names(STATUSES.iter().map(|name| name.name()))
}

pub(super) fn causes() -> Object {
    let causes = RoundFailure::ALL.iter().copied().map(ReturnCause::from);
    names(causes.map(ReturnCause::name))
}

pub(super) fn roles() -> Array {
    list(names(Role::ALL.iter().map(|name| name.name())))
}

pub(super) fn states() -> Object {
    names(RecipientState::ALL.iter().map(|name| name.name()))
}

pub(super) fn entry_answers() -> Object {
    names(EntryAnswer::ALL.iter().map(|name| name.name()))
}

pub(super) fn resend_answers() -> Object {
    names(["accepted", "too_soon", "none_left", "nothing_pending"])
}

pub(super) fn reports() -> Object {
    names(DeliveryReport::ALL.iter().map(|name| name.name()))
}

pub(super) fn events() -> Array {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let instant = || {
        text().format(Some(utoipa::openapi::SchemaFormat::KnownFormat(
            utoipa::openapi::KnownFormat::DateTime,
        )))
    };
    let event = ObjectBuilder::new()
        .property("type", text())
        .property("at", instant())
        .property("noticed_at", instant())
        .property("mobile", text().description(Some("Masked.")))
        .required("type")
        .required("at")
        .additional_properties(Some(AdditionalProperties::FreeForm(true)));
    list(event.build())
}

fn changes() -> Array {
    list(names(ModifiedPart::ALL.iter().map(|name| name.name())))
}

fn service_kinds() -> Object {
    names(ServiceKind::ALL.iter().map(|name| name.name()))
}

fn accesses() -> Object {
    names(Access::ALL.iter().map(|name| name.name()))
}

fn id_document_kinds() -> Object {
    names(IdDocumentKind::NAMED.iter().map(|name| name.name()))
}
