//! What handlers take from a request.

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use axum::{
    body::Bytes,
    extract::{ConnectInfo, FromRequest, FromRequestParts, Path, Query, Request},
    http::{HeaderMap, header, request::Parts},
};
use beian::Lang;
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use super::{Code, Problem};
use crate::store::OrderId;

/// The language that the client would rather read: Chinese, unless English is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Speaks(pub Lang);

impl Speaks {
    /// By `Accept-Language`.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let accepted = headers.get(header::ACCEPT_LANGUAGE);
        let accepted = accepted.and_then(|value| value.to_str().ok()).unwrap_or("");
        let mut best = (Lang::Zh, 0.0_f32);
        for item in accepted.split(',') {
            let (name, weight) = item.split_once(";q=").unwrap_or((item, "1"));
            let lang = match name.trim().split('-').next() {
                Some("en") => Lang::En,
                Some("zh") => Lang::Zh,
                _ => continue,
            };
            let weight = weight.trim().parse().unwrap_or(0.0);
            if weight > best.1 {
                best = (lang, weight);
            }
        }
        Self(best.0)
    }
}

impl<S: Sync> FromRequestParts<S> for Speaks {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// The address that the request came from. What a proxy says of it isn't believed.
#[derive(Debug, Clone, Copy)]
pub struct From(pub IpAddr);

impl<S: Sync> FromRequestParts<S> for From {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map(|peer| Self(peer.0.ip()));
        peer.ok_or_else(|| Problem::new(Code::Internal, Lang::Zh))
    }
}

/// A JSON body. What it holds is never repeated in an error.
#[derive(Debug, Clone, Copy)]
pub(super) struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Speaks(lang) = Speaks::of(request.headers());
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or("");
        let kind = kind.split(';').next().unwrap_or("").trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(Problem::new(Code::UnsupportedMediaType, lang));
        }
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|_| Problem::new(Code::BodyTooLarge, lang))?;
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        let read = serde_path_to_error::deserialize(&mut reader);
        let read = read.map_err(|error| {
            if error.inner().is_data() {
                let place = place(error.path());
                Problem::new(Code::MalformedBody, lang).malformed(&place, lang)
            } else {
                Problem::new(Code::MalformedJson, lang)
            }
        })?;
        let end = reader.end();
        end.map_err(|_| Problem::new(Code::MalformedJson, lang))?;
        Ok(Self(read))
    }
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
pub(super) struct Parameters<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Speaks(lang) = Speaks::of(&parts.headers);
        let query = Query::try_from_uri(&parts.uri);
        let query = query.map_err(|_| Problem::new(Code::MalformedParameter, lang))?;
        Ok(Self(query.0))
    }
}

/// The order of the path; one that can't be read isn't there.
#[derive(Debug, Clone, Copy)]
pub(super) struct OrderPath(pub OrderId);

impl<S: Send + Sync> FromRequestParts<S> for OrderPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Speaks(lang) = Speaks::of(&parts.headers);
        let id = Path::<String>::from_request_parts(parts, state).await;
        let id = id.ok().and_then(|id| OrderId::from_str(&id).ok());
        id.map(Self)
            .ok_or_else(|| Problem::new(Code::OrderNotFound, lang))
    }
}
