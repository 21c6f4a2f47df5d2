//! What handlers take from a request: a JSON body, parameters. What they hold is never repeated in an
//! error.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Query, Request},
    http::{StatusCode, header, request::Parts},
};
use beian::Lang;
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use crate::{
    lang::Speaks,
    problem::{Code, Problem},
};

/// A JSON object. An array isn't one, though its values would fit the fields in their order.
#[derive(Debug, Clone, Copy)]
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Speaks(lang) = Speaks::of(request.headers());
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or("");
        let kind = kind.split(';').next().unwrap_or("").trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(Problem::new(Code::UNSUPPORTED_MEDIA_TYPE, lang));
        }
        let encoding = request.headers().get(header::CONTENT_ENCODING);
        if encoding.is_some_and(|encoding| encoding != "identity") {
            return Err(Problem::new(Code::UNSUPPORTED_MEDIA_TYPE, lang));
        }
        let bytes = bytes_of(request, state, lang).await?;
        object(&bytes).map(Self).map_err(|error| match error {
            NoObject::NoJson => Problem::new(Code::MALFORMED_JSON, lang),
            NoObject::Malformed(place) => {
                Problem::new(Code::MALFORMED_BODY, lang).malformed(&place, lang)
            }
        })
    }
}

/// All of a body.
///
/// # Errors
/// The 413 if it is too large; a 400 if it doesn't come as it was announced.
pub async fn bytes_of<S: Send + Sync>(
    request: Request,
    state: &S,
    lang: Lang,
) -> Result<Bytes, Problem> {
    let bytes = Bytes::from_request(request, state).await;
    bytes.map_err(|rejection| {
        let code = if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Code::BODY_TOO_LARGE
        } else {
            Code::MALFORMED_JSON
        };
        Problem::new(code, lang)
    })
}

/// Why a body can't be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoObject {
    /// It is no JSON.
    NoJson,
    /// It is JSON of another form, here: a path such as `services[0].name`.
    Malformed(String),
}

/// Reads a JSON object.
///
/// # Errors
/// [`NoObject`].
pub fn object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, NoObject> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut reader);
    let begins = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    let read = read.map_err(|error| {
        if error.inner().is_data() {
            NoObject::Malformed(place(error.path()))
        } else {
            NoObject::NoJson
        }
    })?;
    reader.end().map_err(|_| NoObject::NoJson)?;
    if begins != Some(&b'{') {
        return Err(NoObject::Malformed(".".to_owned()));
    }
    Ok(read)
}

/// Where in the body. A key that is no name of a field could be anything, and isn't repeated.
fn place(path: &serde_path_to_error::Path) -> String {
    let is_name = |key: &str| key.bytes().all(|c| c == b'_' || c.is_ascii_lowercase());
    let mut place = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => place.extend(["[", &index.to_string(), "]"]),
            Segment::Map { key } if is_name(key) => {
                let dot = if place.is_empty() { "" } else { "." };
                place.extend([dot, key]);
            }
            Segment::Map { .. } | Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    if place.is_empty() { ".".into() } else { place }
}

/// The parameters behind the question mark.
#[derive(Debug, Clone, Copy)]
pub struct Parameters<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Speaks(lang) = Speaks::of(&parts.headers);
        let query = Query::try_from_uri(&parts.uri);
        let query = query.map_err(|_| Problem::new(Code::MALFORMED_PARAMETER, lang))?;
        Ok(Self(query.0))
    }
}
