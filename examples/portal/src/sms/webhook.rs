//! A real gateway behind a URL.
//!
//! ```text
//! POST URL
//! Content-Type: application/json
//! Idempotency-Key: 06…-0-0-0
//! X-Beian-Timestamp: 1790000000          seconds since 1970-01-01 UTC
//! X-Beian-Signature: hex(HMAC-SHA-256(signing key, "send." + timestamp + "." + body))
//!
//! {"idempotency_key": "06…-0-0-0", "to": "+86199…", "text": "…", "kind": "first"}
//! ```
//!
//! Any 2xx: taken. 408, 425, 429, 5xx, a redirect, no answer in time: later, the same under the same
//! key. Any other 4xx: refused. A gateway that doesn't answer is left alone for some seconds, and then tried
//! with one message before the others follow.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use beian::{
    GatewayCode, Message, Template,
    host::{SendOutcome, SmsSender},
};
use beian_web::signing::SigningKey;
use chrono::{TimeDelta, Utc};
use reqwest::{Client, StatusCode, Url, redirect};

/// What signatures of messages are for.
pub const SEND_PURPOSE: &str = "send";
/// What signatures of delivery reports are for.
pub const REPORT_PURPOSE: &str = "report";

/// How long one try may take.
const TRY: Duration = Duration::from_secs(3);
const TRIES: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// How long all tries and their pauses may take.
const LONGEST_SEND: Duration = Duration::from_secs(10);
const LONGEST_REST: Duration = Duration::from_secs(4);
/// How long a message waits at most before it is looked whether the gateway is back.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Sends messages to a gateway by HTTP.
#[derive(Debug)]
pub struct Webhook {
    client: Client,
    url: Url,
    key: SigningKey,
    /// After a message on which every try failed, the gateway is left alone for a while: a message
    /// that comes meanwhile isn't tried, and holds nobody up.
    rest: Mutex<Rest>,
}

#[derive(Debug, Default)]
struct Rest {
    until: Option<Instant>,
    failures: u32,
}

/// A gateway that can't be spoken to.
#[derive(Debug, thiserror::Error)]
#[error("webhook: {0}")]
pub struct WebhookProblem(String);

impl Webhook {
    /// A sender to this URL.
    ///
    /// # Errors
    /// [`WebhookProblem`] if it isn't an http or https URL.
    pub fn new(url: &str, key: SigningKey) -> Result<Self, WebhookProblem> {
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
            rest,
        })
    }

    async fn once(&self, key: &str, body: &[u8]) -> SendOutcome {
        let timestamp = Utc::now().timestamp();
        let signature = self.key.sign(SEND_PURPOSE, timestamp, body);
        let request = self
            .client
            .post(self.url.clone())
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", key)
            .header("X-Beian-Timestamp", timestamp.to_string())
            .header("X-Beian-Signature", signature)
            .body(body.to_vec());
        match request.send().await {
            Ok(answer) => outcome(answer.status()),
            Err(error) => {
                tracing::warn!(error = %error.without_url(), "webhook");
                SendOutcome::Deferred
            }
        }
    }

    /// How long the gateway is still left alone. When that is over, whoever asks first tries it, and the
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

    fn note(&self, outcome: SendOutcome) {
        let mut rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        if outcome == SendOutcome::Deferred {
            let pause =
                with_jitter(doubled(Duration::from_secs(1), rest.failures).min(LONGEST_REST));
            rest.failures = rest.failures.saturating_add(1);
            rest.until = Instant::now().checked_add(pause);
        } else {
            *rest = Rest::default();
        }
    }
}

impl SmsSender for Webhook {
    async fn send(&self, message: &Message) -> SendOutcome {
        if let Some(left) = self.left_alone() {
            let again_in = TimeDelta::from_std(left.min(LOOK_AGAIN)).unwrap_or_default();
            return SendOutcome::NotTried { again_in };
        }
        let key = message.id().to_string();
        let body = serde_json::json!({
            "idempotency_key": key,
            "to": format!("+86{}", message.to().digits()),
            "text": message.text(&Template::ILLUSTRATIVE),
            "kind": message.kind(),
        });
        let body = body.to_string().into_bytes();
        let tries = async {
            for n in 0..TRIES {
                if n > 0 {
                    tokio::time::sleep(with_jitter(doubled(FIRST_PAUSE, n))).await;
                }
                let outcome = self.once(&key, &body).await;
                if outcome != SendOutcome::Deferred {
                    return outcome;
                }
            }
            SendOutcome::Deferred
        };
        let outcome = tokio::time::timeout(LONGEST_SEND, tries).await;
        let outcome = outcome.unwrap_or(SendOutcome::Deferred);
        self.note(outcome);
        outcome
    }

    fn longest_send(&self) -> Option<TimeDelta> {
        // A time-out comes late on a busy machine.
        let late = LONGEST_SEND.saturating_add(Duration::from_secs(2));
        TimeDelta::from_std(late).ok()
    }
}

fn outcome(status: StatusCode) -> SendOutcome {
    match status.as_u16() {
        200..=299 => SendOutcome::Accepted,
        408 | 425 | 429 => SendOutcome::Deferred,
        // In the audit trail, so that the gateway's operator can be asked.
        status @ 400..=499 => GatewayCode::new(&format!("http_{status}"))
            .map_or(SendOutcome::Failed, SendOutcome::FailedWith),
        _ => SendOutcome::Deferred,
    }
}

fn doubled(pause: Duration, times: u32) -> Duration {
    pause.saturating_mul(2_u32.saturating_pow(times.min(16)))
}

/// Between half of it and all of it, so that many portals don't come back at the same instant.
fn with_jitter(pause: Duration) -> Duration {
    let random = getrandom::u32().unwrap_or(u32::MAX);
    pause.mul_f64(0.5 + 0.5 * f64::from(random) / f64::from(u32::MAX))
}
