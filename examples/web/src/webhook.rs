//! Sending to somebody else's URL: signed, under an idempotency key, within a bounded time.
//!
//! ```text
//! POST URL
//! Content-Type: application/json
//! Idempotency-Key: 06…-0-0-0
//! X-Beian-Timestamp: 1790000000          seconds since 1970-01-01 UTC
//! X-Beian-Signature: hex(HMAC-SHA-256(signing key, purpose + "." + timestamp + "." + body))
//! ```
//!
//! Any 2xx: taken. 408, 425, 429, 5xx, a redirect, no answer in time: later, the same under the same
//! key. Any other 4xx: refused. Nobody reads what else an answer says. A receiver that doesn't answer is left
//! alone for some seconds, and then tried with one request before the others follow.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use chrono::Utc;
use reqwest::{Client, StatusCode, Url, redirect};

use crate::signing::SigningKey;

/// How long one try may take.
const TRY: Duration = Duration::from_secs(3);
const TRIES: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// How long all tries and their pauses may take.
const LONGEST_SEND: Duration = Duration::from_secs(10);
const LONGEST_REST: Duration = Duration::from_secs(4);
/// How long something waits at most before it is looked whether the receiver is back.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// What came of sending something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// The receiver has it.
    Taken,
    /// The receiver doesn't want it: the status of its answer, a 4xx.
    Refused(u16),
    /// Every try failed: it may be there or not, and is sent again later, under the same key.
    Later,
    /// The receiver is left alone at the moment.
    NotTried {
        /// When to look again.
        again_in: Duration,
    },
}

/// Sends to a URL by HTTP.
#[derive(Debug)]
pub struct Webhook {
    client: Client,
    url: Url,
    key: SigningKey,
    purpose: &'static str,
    /// After something on which every try failed, the receiver is left alone for a while: what comes
    /// meanwhile isn't tried, and holds nobody up.
    rest: Mutex<Rest>,
}

#[derive(Debug, Default)]
struct Rest {
    until: Option<Instant>,
    failures: u32,
}

/// A receiver that can't be spoken to.
#[derive(Debug, thiserror::Error)]
#[error("webhook: {0}")]
pub struct WebhookProblem(String);

impl Webhook {
    /// A sender to this URL; the purpose, a word without a dot, is part of what is signed.
    ///
    /// # Errors
    /// [`WebhookProblem`] if it isn't an http or https URL.
    pub fn new(url: &str, key: SigningKey, purpose: &'static str) -> Result<Self, WebhookProblem> {
        let url: Url = url
            .parse()
            .map_err(|error| WebhookProblem(format!("malformed URL: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(WebhookProblem("expected an http or https URL".to_owned()));
        }
        let client = Client::builder()
            .timeout(TRY)
            .connect_timeout(Duration::from_secs(3))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| WebhookProblem(error.without_url().to_string()))?;
        let rest = Mutex::default();
        Ok(Self {
            client,
            url,
            key,
            purpose,
            rest,
        })
    }

    /// Longer than [`send`](Self::send) ever takes: a time-out comes late on a busy machine.
    pub const LONGEST_SEND: Duration = LONGEST_SEND.saturating_add(Duration::from_secs(2));

    /// Sends a body of JSON, and tries again if it has to.
    pub async fn send(&self, idempotency_key: &str, body: &[u8]) -> Delivery {
        if let Some(left) = self.left_alone() {
            let again_in = left.min(LOOK_AGAIN);
            return Delivery::NotTried { again_in };
        }
        let tries = async {
            for n in 0..TRIES {
                if n > 0 {
                    tokio::time::sleep(with_jitter(doubled(FIRST_PAUSE, n))).await;
                }
                let delivery = self.once(idempotency_key, body).await;
                if delivery != Delivery::Later {
                    return delivery;
                }
            }
            Delivery::Later
        };
        let delivery = tokio::time::timeout(LONGEST_SEND, tries).await;
        let delivery = delivery.unwrap_or(Delivery::Later);
        self.note(delivery);
        delivery
    }

    async fn once(&self, key: &str, body: &[u8]) -> Delivery {
        let timestamp = Utc::now().timestamp();
        let signature = self.key.sign(self.purpose, timestamp, body);
        let request = self
            .client
            .post(self.url.clone())
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", key)
            .header("X-Beian-Timestamp", timestamp.to_string())
            .header("X-Beian-Signature", signature)
            .body(body.to_vec());
        match request.send().await {
            Ok(answer) => delivery(answer.status()),
            Err(error) => {
                tracing::warn!(error = %error.without_url(), "webhook");
                Delivery::Later
            }
        }
    }

    /// How long the receiver is still left alone. When that is over, whoever asks first tries it, and the
    /// others wait for what comes of it.
    fn left_alone(&self) -> Option<Duration> {
        let mut rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let left = rest.until?.saturating_duration_since(now);
        if left.is_zero() {
            rest.until = now.checked_add(LONGEST_SEND);
            return None;
        }
        Some(left)
    }

    fn note(&self, delivery: Delivery) {
        let mut rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        if delivery == Delivery::Later {
            let pause =
                with_jitter(doubled(Duration::from_secs(1), rest.failures).min(LONGEST_REST));
            rest.failures = rest.failures.saturating_add(1);
            rest.until = Instant::now().checked_add(pause);
        } else {
            *rest = Rest::default();
        }
    }
}

fn delivery(status: StatusCode) -> Delivery {
    match status.as_u16() {
        200..=299 => Delivery::Taken,
        408 | 425 | 429 => Delivery::Later,
        status @ 400..=499 => Delivery::Refused(status),
        _ => Delivery::Later,
    }
}

fn doubled(pause: Duration, times: u32) -> Duration {
    pause.saturating_mul(2_u32.saturating_pow(times.min(16)))
}

/// Between half of it and all of it, so that many hosts don't come back at the same instant.
fn with_jitter(pause: Duration) -> Duration {
    let random = getrandom::u32().unwrap_or(u32::MAX);
    pause.mul_f64(0.5 + 0.5 * f64::from(random) / f64::from(u32::MAX))
}
