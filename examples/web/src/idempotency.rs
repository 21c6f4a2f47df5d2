//! `Idempotency-Key`: what makes a repeat of a request one.

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, request::Parts},
};
use beian::Lang;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use crate::{
    body::{Json, object},
    lang::Speaks,
    problem::{Code, Problem},
    signing::SigningKey,
};

const HEADER: &str = "idempotency-key";

/// What a client calls its request, and what the request says: the hashes of both, for either may be
/// anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Of the key.
    pub key: [u8; 32],
    /// Of the bytes of the body, or of what else is asked for: another one under the same key is another
    /// request, and refused.
    pub body: [u8; 32],
}

impl IdempotencyKey {
    /// As it is kept: what was sent may have ID numbers in it, and all else of it is kept in clear, so that of a bare
    /// hash they could be guessed.
    #[must_use]
    pub fn sealed(self, key: &SigningKey) -> Self {
        let body = Sha256::digest(key.sign("body", 0, &self.body)).into();
        Self { body, ..self }
    }

    /// Sixteen bytes of the key's hash, for what is called by so many.
    #[must_use]
    pub const fn id(&self) -> [u8; 16] {
        let [id @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = self.key;
        id
    }

    /// The header, if there is one: 1 to 255 printable ASCII characters.
    fn header(headers: &HeaderMap, lang: Lang) -> Result<Option<[u8; 32]>, Problem> {
        let mut keys = headers.get_all(HEADER).into_iter();
        let Some(key) = keys.next() else {
            return Ok(None);
        };
        let key = key.as_bytes();
        let is_printed = |byte: &u8| matches!(byte, b' '..=b'~');
        let is_key = (1..=255).contains(&key.len()) && key.iter().all(is_printed);
        if !is_key || keys.next().is_some() {
            let problem = Problem::new(Code::MALFORMED_PARAMETER, lang);
            return Err(problem.malformed("Idempotency-Key", lang));
        }
        Ok(Some(Sha256::digest(key).into()))
    }
}

/// The key of a request without a body, if the client cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeatable(Option<[u8; 32]>);

impl Repeatable {
    /// What makes a repeat one, with what is asked for in place of a body. No JSON: under one key, this is no
    /// repeat of a request with a body.
    #[must_use]
    pub fn of(self, asked: &str) -> Option<IdempotencyKey> {
        let body = Sha256::digest(asked).into();
        self.0.map(|key| IdempotencyKey { key, body })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Repeatable {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Speaks(lang) = Speaks::of(&parts.headers);
        IdempotencyKey::header(&parts.headers, lang).map(Self)
    }
}

/// A JSON object that may come again.
#[derive(Debug)]
pub struct Once<T> {
    /// What it says.
    pub body: T,
    /// What makes a repeat one, if the client cares.
    pub key: Option<IdempotencyKey>,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Once<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Speaks(lang) = Speaks::of(request.headers());
        let key = IdempotencyKey::header(request.headers(), lang)?;
        let Json(bytes) = Json::from_request(request, state).await?;
        let key = key.map(|key| IdempotencyKey {
            key,
            body: Sha256::digest(&bytes).into(),
        });
        let body = object(&bytes, lang)?;
        Ok(Self { body, key })
    }
}
