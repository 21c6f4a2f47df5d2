//! In which language somebody is answered.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use beian::Lang;

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
