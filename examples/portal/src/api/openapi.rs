//! `/openapi.json`: what the API takes and gives, with every stable name and code.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Router, body::Bytes, http::header, routing::get};
use beian::Lang;
use serde_json::{Value, json};
use utoipa::{
    OpenApi, ToSchema,
    openapi::{
        Components, Content, Header, ObjectBuilder, OpenApi as Document, Ref, RefOr, Response,
        Schema,
        example::ExampleBuilder,
        path::{Operation, ParameterIn},
        schema::Type,
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

use super::{Code, FieldProblem, Problem, forms, orders, problem, reports, sandbox, schema};
use crate::app::Portal;

/// The route. The document is made once: everybody may ask for it, as often as they like.
pub(super) fn router(portal: &Portal) -> Router<Arc<Portal>> {
    // It is made of texts and numbers alone, which can all be written.
    let document = Bytes::from(document(portal).to_json().unwrap_or_default());
    let answer = async move || ([(header::CONTENT_TYPE, "application/json")], document);
    Router::new().route("/openapi.json", get(answer))
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
    let components = document.components.get_or_insert_default();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("The console's token."))
        .build();
    components.add_security_scheme("console", SecurityScheme::Http(bearer));
    name_codes(components);
    for path in document.paths.paths.values_mut() {
        for operation in [&mut path.get, &mut path.post].into_iter().flatten() {
            add_problems(operation, components);
            // None at all is said, too.
            let security = operation.security.get_or_insert_default();
            if portal.door.is_open() && !security.is_empty() {
                security.insert(0, SecurityRequirement::default());
            }
        }
    }
    document
}

/// Every stable code, of problems and of fields.
fn name_codes(components: &mut Components) {
    let mut codes: Vec<_> = Code::ALL.iter().chain(&problem::CODES).collect();
    codes.sort_unstable_by_key(|code| (code.status, code.name));
    let codes = schema::names(codes.into_iter().map(|code| code.name));
    let of_fields = schema::names(problem::field_codes());
    for (schema, name, codes) in [
        (Problem::name(), "ProblemCode", codes),
        (FieldProblem::name(), "FieldCode", of_fields),
    ] {
        let description = Some("The stable code; new ones may come.");
        let codes = codes.description(description).build();
        components.schemas.insert(name.to_owned(), codes.into());
        if let Some(RefOr::T(Schema::Object(schema))) = components.schemas.get_mut(&*schema) {
            let code = Ref::from_schema_name(name);
            schema.properties.insert("code".to_owned(), code.into());
        }
    }
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
    ("advance_clock", &[problem::CLOCK_TOO_FAR]),
];
/// Of the steps that begin a round.
const STEP: [Code; 5] = [
    Code::IDEMPOTENCY_KEY_REUSED,
    problem::STEP_NOT_POSSIBLE,
    problem::NOT_FILEABLE,
    problem::ID_MISSING,
    problem::CODES_EXHAUSTED,
];
/// What can always come.
const ALWAYS: [Code; 4] = [
    Code::MALFORMED_HOST,
    Code::CROSS_SITE,
    Code::INTERNAL,
    Code::TRY_AGAIN,
];
/// Of what the console's token is needed for.
const CONSOLE: [Code; 2] = [Code::UNAUTHORIZED, Code::TOO_MANY_REQUESTS];
/// Of what takes a body.
const BODY: [Code; 4] = [
    Code::MALFORMED_JSON,
    Code::BODY_TOO_LARGE,
    Code::UNSUPPORTED_MEDIA_TYPE,
    Code::MALFORMED_BODY,
];

/// Every code that an operation can answer.
fn codes(operation: &Operation) -> Vec<Code> {
    let id = operation.operation_id.as_deref();
    let own = OWN.iter().find(|(of, _)| Some(*of) == id);
    let takes = |place| {
        let parameters = operation.parameters.iter().flatten();
        let mut parameters = parameters.filter(|parameter| parameter.parameter_in == place);
        parameters.next().is_some()
    };
    let mut codes = ALWAYS.to_vec();
    codes.extend(own.iter().flat_map(|(_, codes)| *codes));
    if operation.security.is_some() {
        codes.extend(CONSOLE);
    }
    if operation.request_body.is_some() && id != Some(REPORT) {
        codes.extend(BODY);
    }
    if takes(ParameterIn::Path) {
        codes.push(problem::ORDER_NOT_FOUND);
    }
    if takes(ParameterIn::Query) || (takes(ParameterIn::Header) && id != Some(REPORT)) {
        codes.push(Code::MALFORMED_PARAMETER);
    }
    codes
}

/// Adds an answer for every status that an operation's codes have. A code that is alone with its status is
/// the same answer everywhere: a component.
fn add_problems(operation: &mut Operation, components: &mut Components) {
    let mut by_status: BTreeMap<_, Vec<Code>> = BTreeMap::new();
    for code in codes(operation) {
        by_status.entry(code.status).or_default().push(code);
    }
    for (status, codes) in by_status {
        let answer = match codes.as_slice() {
            [code] => {
                let name = components_name(code.name);
                let answer = answer(&codes);
                components.responses.insert(name.clone(), answer.into());
                Ref::from_response_name(name).into()
            }
            codes => RefOr::T(answer(codes)),
        };
        let responses = &mut operation.responses.responses;
        responses.insert(status.as_str().to_owned(), answer);
    }
}

/// `NotFound` of `not_found`.
fn components_name(code: &str) -> String {
    let capital = |word: &str| {
        let (first, rest) = word.split_at_checked(1).unwrap_or_default();
        format!("{}{rest}", first.to_ascii_uppercase())
    };
    code.split('_').map(capital).collect()
}

/// A problem of one of these codes, which share their status; each is an example.
fn answer(codes: &[Code]) -> Response {
    let examples = codes.iter().map(|code| {
        let [_, summary] = code.title;
        let value = serde_json::to_value(Problem::new(*code, Lang::En)).ok();
        (
            code.name,
            ExampleBuilder::new().summary(summary).value(value),
        )
    });
    let content = Content::builder()
        .schema(Some(Ref::from_schema_name(Problem::name())))
        .examples_from_iter(examples);
    let status = codes.first().map(|code| code.status);
    let description = status.and_then(|status| status.canonical_reason());
    let answer = Response::builder()
        .description(description.unwrap_or_default())
        .content("application/problem+json", content.build());
    let header = |name: &str, description, schema: ObjectBuilder| {
        let mut header = Header::new(schema.build());
        header.description = Some(description);
        (name.to_owned(), header)
    };
    let (name, header) = match status.map(|status| status.as_u16()) {
        Some(429 | 503) => header(
            "Retry-After",
            "How long to wait, in seconds.".to_owned(),
            ObjectBuilder::new()
                .schema_type(Type::Integer)
                .minimum(Some(1)),
        ),
        Some(401) => header(
            "WWW-Authenticate",
            "How one is known here.".to_owned(),
            schema::names(["Bearer"]),
        ),
        _ => return answer.build(),
    };
    answer.header(name, header).build()
}

/// A new order.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the crate's own form is what is read")]
pub(super) struct NewOrder {
    #[schema(value_type = schema::FilingType)]
    filing_type: String,
    /// For `modify` alone, and not empty there.
    #[schema(value_type = Option<Vec<schema::ModifiedPart>>, max_items = 3)]
    changes: Option<Vec<String>>,
    /// Chinese name, English name or GB/T 2260 code.
    #[schema(min_length = 1, example = "北京")]
    province: String,
    entity: NewEntity,
    /// May be empty for `deregister_entity`, and for `modify` without `service`.
    #[schema(max_items = 200)]
    services: Vec<NewService>,
}

/// Who files.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the crate's own form is what is read")]
pub(super) struct NewEntity {
    /// At most 200 characters; an individual's own name.
    #[schema(min_length = 1, example = "示例公司")]
    name: String,
    leader: NewPerson,
}

/// A website, an app or what else is filed.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the crate's own form is what is read")]
pub(super) struct NewService {
    #[schema(value_type = schema::ServiceKind)]
    kind: String,
    /// At most 200 characters.
    #[schema(min_length = 1, example = "示例站")]
    name: String,
    administrator: NewPerson,
    /// For `add_access` alone, and required there.
    #[schema(value_type = Option<schema::Access>)]
    access: Option<String>,
}

/// The entity's leader, or a service's administrator.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the crate's own form is what is read")]
pub(super) struct NewPerson {
    /// At most 60 characters.
    #[schema(min_length = 1, example = "张三")]
    name: String,
    /// The primary mobile: the code goes there.
    #[schema(value_type = schema::Mobile)]
    mobile: String,
    /// 3 to 20 digits, spelt as freely as a mobile number; never texted.
    emergency_phone: Option<String>,
    id_document: NewIdDocument,
}

/// An ID document. Of its number, only the last six characters are kept.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the crate's own form is what is read")]
pub(super) struct NewIdDocument {
    #[schema(value_type = schema::IdDocumentKind)]
    kind: String,
    /// The whole number.
    #[schema(min_length = 1, example = "E12345678")]
    number: String,
    /// For `hk_macao_permit`, required where the province asks for it.
    back_number: Option<String>,
}

impl NewOrder {
    /// An order that is accepted; its people are invented.
    pub(super) fn example() -> Value {
        let person = |name, mobile, number| {
            let document = json!({ "kind": "passport", "number": number });
            json!({ "name": name, "mobile": mobile, "id_document": document })
        };
        json!({
            "filing_type": "initial",
            "province": "北京",
            "entity": {
                "name": "示例公司",
                "leader": person("张三", "19900000001", "E12345678"),
            },
            "services": [{
                "kind": "website",
                "name": "示例站",
                "administrator": person("李四", "19900000002", "E87654321"),
            }],
        })
    }
}
