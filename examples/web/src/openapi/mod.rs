//! The document at `/openapi.json`: what its operations answer beside what their forms tell, with every stable
//! name and code.

pub mod order_form;
pub mod schema;

use std::collections::BTreeMap;

use axum::{Router, body::Bytes, http::header, routing::get};
use beian::Lang;
use utoipa::{
    ToSchema as _,
    openapi::{
        Components, Content, Header, ObjectBuilder, OpenApi as Document, Ref, RefOr, Response,
        Schema,
        example::ExampleBuilder,
        path::{Operation, ParameterIn},
        schema::Type,
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

use crate::problem::{Code, FieldProblem, Problem};

/// The codes of a host, beside those that every host has.
#[derive(Debug)]
pub struct Codes {
    /// All of its problems.
    pub own: &'static [Code],
    /// All of its fields.
    pub of_fields: Vec<&'static str>,
    /// Those of an operation, by its id, that its form doesn't tell.
    pub of_operations: &'static [(&'static str, &'static [Code])],
    /// The operations whose headers and body are first of all a matter of the signature: what they answer to
    /// those is among the codes above.
    pub signed: &'static [&'static str],
    /// What a path with a parameter answers if there is nothing of that name.
    pub not_found: Code,
}

/// The route. The document is made once: everybody may ask for it, as often as they like.
pub fn router<S: Clone + Send + Sync + 'static>(document: &Document) -> Router<S> {
    // It is made of texts and numbers alone, which can all be written.
    let document = Bytes::from(document.to_json().unwrap_or_default());
    let answer = async move || ([(header::CONTENT_TYPE, "application/json")], document);
    Router::new().route("/openapi.json", get(answer))
}

/// Adds to a document what its operations answer if they refuse, and that those with `console` as their
/// security want the console's token, unless the console is open. The document names [`Problem`] and
/// [`FieldProblem`] among its schemas.
pub fn complete(document: &mut Document, codes: &Codes, console_is_open: bool) {
    let components = document.components.get_or_insert_default();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("The console's token."))
        .build();
    components.add_security_scheme("console", SecurityScheme::Http(bearer));
    name_codes(components, codes);
    for path in document.paths.paths.values_mut() {
        let operations = [&mut path.get, &mut path.post, &mut path.put];
        for operation in operations.into_iter().flatten() {
            add_problems(operation, codes, components);
            // None at all is said, too.
            let security = operation.security.get_or_insert_default();
            if console_is_open && !security.is_empty() {
                security.insert(0, SecurityRequirement::default());
            }
        }
    }
}

/// Every stable code, of problems and of fields.
fn name_codes(components: &mut Components, host: &Codes) {
    let mut codes: Vec<_> = Code::ALL.iter().chain(host.own).collect();
    codes.sort_unstable_by_key(|code| (code.status, code.name));
    let codes = schema::names(codes.into_iter().map(|code| code.name));
    let of_fields = schema::names(host.of_fields.iter().copied());
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
fn codes(operation: &Operation, host: &Codes) -> Vec<Code> {
    let id = operation.operation_id.as_deref().unwrap_or_default();
    let own = host.of_operations.iter().find(|(of, _)| *of == id);
    let is_signed = host.signed.contains(&id);
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
    if operation.request_body.is_some() && !is_signed {
        codes.extend(BODY);
    }
    if takes(ParameterIn::Path) {
        codes.push(host.not_found);
    }
    if takes(ParameterIn::Query) || (takes(ParameterIn::Header) && !is_signed) {
        codes.push(Code::MALFORMED_PARAMETER);
    }
    codes
}

/// Adds an answer for every status that an operation's codes have. A code that is alone with its status is
/// the same answer everywhere: a component.
fn add_problems(operation: &mut Operation, host: &Codes, components: &mut Components) {
    let mut by_status: BTreeMap<_, Vec<Code>> = BTreeMap::new();
    for code in codes(operation, host) {
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
