//! What handlers take from a request: a JSON body, parameters. What they hold is never repeated in an
//! error.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Query, Request},
    http::{StatusCode, header, request::Parts},
};
use beian::Lang;
use serde::{
    Deserialize as _, Deserializer,
    de::{DeserializeOwned, Error as _},
};
use serde_json::Number;
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
        let Json(bytes) = Json::from_request(request, state).await?;
        object(&bytes, lang).map(Self)
    }
}

/// The bytes of a body that says that it is JSON.
#[derive(Debug)]
pub struct Json(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Json {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Speaks(lang) = Speaks::of(request.headers());
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or("");
        let kind = kind.split(';').next().unwrap_or("").trim();
        let encoding = request.headers().get(header::CONTENT_ENCODING);
        let is_encoded = encoding.is_some_and(|encoding| encoding != "identity");
        if !kind.eq_ignore_ascii_case("application/json") || is_encoded {
            return Err(Problem::new(Code::UNSUPPORTED_MEDIA_TYPE, lang));
        }
        let Whole(bytes) = Whole::from_request(request, state).await?;
        Ok(Self(bytes))
    }
}

/// The bytes of a body, whatever it is.
#[derive(Debug)]
pub struct Whole(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Whole {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Speaks(lang) = Speaks::of(request.headers());
        let bytes = Bytes::from_request(request, state).await;
        bytes.map(Self).map_err(|rejection| {
            // Else it doesn't come as it was announced.
            let is_large = rejection.status() == StatusCode::PAYLOAD_TOO_LARGE;
            let code = if is_large {
                Code::BODY_TOO_LARGE
            } else {
                Code::MALFORMED_JSON
            };
            Problem::new(code, lang)
        })
    }
}

/// Reads a JSON object.
///
/// # Errors
/// The 400 if it is no JSON; the 422 if it is JSON of another form, with the place.
pub fn object<T: DeserializeOwned>(bytes: &[u8], lang: Lang) -> Result<T, Problem> {
    let no_json = || Problem::new(Code::MALFORMED_JSON, lang);
    let problem = || Problem::new(Code::MALFORMED_BODY, lang);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut reader);
    let read = read.map_err(|error| {
        if !error.inner().is_data() {
            return no_json();
        }
        let (place, words) = (place(error.path()), error.inner().to_string());
        match known(&words) {
            Some(known) => problem().unknown_field(&place, &known, lang),
            None => problem().malformed(&with_missing(place, &words), lang),
        }
    })?;
    reader.end().map_err(|_| no_json())?;
    let begins = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if begins == Some(&b'{') {
        Ok(read)
    } else {
        Err(problem().malformed(".", lang))
    }
}

/// The place of a field that isn't there: serde knows the object that lacks it, and names the field in words.
fn with_missing(object: String, words: &str) -> String {
    let missing = words
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next());
    match missing {
        Some(field) if object == "." => field.to_owned(),
        Some(field) => format!("{object}.{field}"),
        None => object,
    }
}

/// The fields that an object may have, as serde lists them where it has another: that one may be anything, and
/// stands before them.
fn known(words: &str) -> Option<Vec<&str>> {
    let rest = words.strip_prefix("unknown field `")?;
    let (_, known) = rest.rsplit_once("`, expected ")?;
    Some(known.split('`').skip(1).step_by(2).collect())
}

/// An integer as JSON Schema knows it: 60.0 is one, too. For serde's `deserialize_with`.
///
/// # Errors
/// Whatever else it is.
pub fn whole<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    let number = Number::deserialize(from)?;
    let whole = number.as_i64().or_else(|| {
        let text = format!("{:.0}", number.as_f64().filter(|it| it.fract() == 0.0)?);
        text.parse().ok()
    });
    whole.ok_or_else(|| D::Error::custom("expected an integer"))
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

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Order {
        #[expect(dead_code, reason = "only whether it can be read matters")]
        version: i64,
        #[serde(default)]
        #[expect(dead_code, reason = "only whether it can be read matters")]
        reasons: Vec<Reason>,
    }

    #[derive(Debug, Deserialize)]
    struct Reason {
        #[expect(dead_code, reason = "only whether it can be read matters")]
        text: String,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Strict {
        #[expect(dead_code, reason = "only whether it can be read matters")]
        order: Order,
        #[expect(dead_code, reason = "only whether it can be read matters")]
        facts: Option<i64>,
    }

    /// Which are known is said, and not which one was given.
    #[test]
    fn a_problem_says_which_fields_there_are() {
        for (body, place) in [
            (r#"{"type": 1}"#, "type"),
            (r#"{"`, expected `x`": 1}"#, "."),
        ] {
            let problem = object::<Strict>(body.as_bytes(), Lang::En).unwrap_err();
            let problem = serde_json::to_value(&problem).unwrap();
            let problem = &problem["problems"][0];
            assert_eq!(problem["field"], place);
            let detail = "An unknown field; possible are: order, facts.";
            assert_eq!(problem["detail"], detail, "{body}");
        }
    }

    /// What isn't there is named, and what is there isn't repeated.
    #[test]
    fn a_problem_names_the_field() {
        let place = |body: &str| {
            let problem = object::<Order>(body.as_bytes(), Lang::En).unwrap_err();
            let problem = serde_json::to_value(&problem).unwrap();
            problem["problems"][0]["field"].as_str().map(str::to_owned)
        };
        let named = |body| place(body).unwrap_or_default();
        assert_eq!(named("{}"), "version");
        assert_eq!(named(r#"{"version": "missing field `x`"}"#), "version");
        let body = r#"{"version": 1, "reasons": [{"text": ""}, {}]}"#;
        assert_eq!(named(body), "reasons[1].text");
        assert_eq!(named("[1, []]"), ".");
        assert_eq!(place("{"), None);
    }
}
