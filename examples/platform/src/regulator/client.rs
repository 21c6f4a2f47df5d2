//! A careful client: one address, no redirect, so much to read, so much time.

use std::time::Duration;

use beian_web::sign_in::Token;
use reqwest::{Method, RequestBuilder, Url, redirect};
use serde::de::DeserializeOwned;

/// How long an answer may take, in all.
const WITHIN: Duration = Duration::from_secs(10);
/// As much is read of one.
const BYTES_MAX: usize = 1024 * 1024;

/// Speaks to one address.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    token: Option<Token>,
}

/// An address that can't be spoken to.
#[derive(Debug, thiserror::Error)]
#[error("regulator: {0}")]
pub struct ClientProblem(String);

/// What came back: its status, and its body if that could be read.
#[derive(Debug)]
pub struct Came<T> {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Option<T>,
}

impl Client {
    /// A client of this address, which shows this token.
    ///
    /// # Errors
    /// [`ClientProblem`] if it isn't an http or https URL.
    pub fn new(address: &str, token: Option<Token>) -> Result<Self, ClientProblem> {
        let mut base: Url = address
            .parse()
            .map_err(|error| ClientProblem(format!("malformed URL: {error}")))?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(ClientProblem("expected an http or https URL".to_owned()));
        }
        if !base.path().ends_with('/') {
            let path = format!("{}/", base.path());
            base.set_path(&path);
        }
        let http = reqwest::Client::builder()
            .timeout(WITHIN)
            .connect_timeout(Duration::from_secs(3))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| ClientProblem(error.without_url().to_string()))?;
        Ok(Self { http, base, token })
    }

    /// A request for a path below the address. `None` if that would be another address.
    #[must_use]
    pub fn request(&self, method: Method, path: &str) -> Option<RequestBuilder> {
        let url = self.base.join(path).ok()?;
        if url.origin() != self.base.origin() || !url.path().starts_with(self.base.path()) {
            return None;
        }
        let request = self.http.request(method, url);
        Some(match &self.token {
            Some(token) => request.bearer_auth(token.reveal()),
            None => request,
        })
    }

    /// What comes back; `None` if nothing does in time.
    pub async fn send<T: DeserializeOwned>(&self, request: RequestBuilder) -> Option<Came<T>> {
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::warn!(error = %error.without_url(), "the regulator gives no answer");
                return None;
            }
        };
        let status = answer.status().as_u16();
        let body = read(answer).await;
        let body = body.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Some(Came { status, body })
    }
}

/// The body, unless it is too long or breaks off.
async fn read(mut answer: reqwest::Response) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => {
                if bytes.len().saturating_add(chunk.len()) > BYTES_MAX {
                    tracing::warn!("an answer of the regulator is too long");
                    return None;
                }
                bytes.extend_from_slice(&chunk);
            }
            Ok(None) => return Some(bytes),
            Err(error) => {
                tracing::warn!(error = %error.without_url(), "an answer of the regulator breaks off");
                return None;
            }
        }
    }
}
