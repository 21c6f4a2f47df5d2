//! A real gateway behind a URL, by [`beian_web::webhook`].
//!
//! ```text
//! {"idempotency_key": "06…-0-0-0", "to": "+86199…", "text": "…", "kind": "first"}
//! ```

use beian::{
    GatewayCode, Message, Template,
    host::{SendOutcome, SmsSender},
};
use beian_web::{
    signing::SigningKey,
    webhook::{self, Delivery, WebhookProblem},
};
use chrono::TimeDelta;

/// What signatures of messages are for.
pub const SEND_PURPOSE: &str = "send";
/// What signatures of delivery reports are for.
pub const REPORT_PURPOSE: &str = "report";

/// Sends messages to a gateway by HTTP.
#[derive(Debug)]
pub struct Webhook(webhook::Webhook);

impl Webhook {
    /// A sender to this URL.
    ///
    /// # Errors
    /// [`WebhookProblem`] if it isn't an http or https URL.
    pub fn new(url: &str, key: SigningKey) -> Result<Self, WebhookProblem> {
        webhook::Webhook::new(url, key, SEND_PURPOSE).map(Self)
    }
}

impl SmsSender for Webhook {
    async fn send(&self, message: &Message) -> SendOutcome {
        let key = message.id().to_string();
        let body = serde_json::json!({
            "idempotency_key": key,
            "to": format!("+86{}", message.to().digits()),
            "text": message.text(&Template::ILLUSTRATIVE),
            "kind": message.kind(),
        });
        match self.0.send(&key, body.to_string().as_bytes()).await {
            Delivery::Taken => SendOutcome::Accepted,
            Delivery::Later => SendOutcome::Deferred,
            // In the audit trail, so that the gateway's operator can be asked.
            Delivery::Refused(status) => GatewayCode::new(&format!("http_{status}"))
                .map_or(SendOutcome::Failed, SendOutcome::FailedWith),
            Delivery::NotTried { again_in } => SendOutcome::NotTried {
                again_in: TimeDelta::from_std(again_in).unwrap_or_default(),
            },
        }
    }

    fn longest_send(&self) -> Option<TimeDelta> {
        TimeDelta::from_std(webhook::Webhook::LONGEST_SEND).ok()
    }
}
