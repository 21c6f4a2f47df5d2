//! How reminders get to people.

use std::sync::Arc;

use beian::{Lang, MobileNumber, tracker::Reminder};
use beian_web::webhook::{Delivery, Webhook};
use chrono::{DateTime, TimeDelta, Utc};

use crate::store::{Message, Store};

/// What signatures of reminders are for.
pub const PURPOSE: &str = "remind";

/// The way out.
#[derive(Debug)]
pub enum Outlet {
    /// Onto handsets in the database.
    Handsets(Arc<Store>),
    /// To a gateway.
    Webhook(Box<Webhook>),
}

/// What became of a reminder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It went out.
    Sent,
    /// The gateway refuses it for good.
    Refused,
    /// Again after this time, under the same key.
    Later(TimeDelta),
}

/// After this time a gateway is tried again that wanted a message later.
const AGAIN: TimeDelta = TimeDelta::seconds(30);

impl Outlet {
    /// Sends a reminder to a person, with the address of their page. The key is the same whenever the same
    /// reminder is sent.
    pub async fn send(
        &self,
        key: &str,
        to: &MobileNumber,
        reminder: &Reminder,
        link: &str,
        now: DateTime<Utc>,
    ) -> Outcome {
        let text = words(reminder, link);
        match self {
            Self::Handsets(store) => {
                let message = Message {
                    id: key.to_owned(),
                    mobile: to.digits().to_owned(),
                    text,
                    sent_at: now,
                };
                match store.put_reminder(&message).await {
                    Ok(()) => Outcome::Sent,
                    Err(error) => {
                        tracing::error!(%error, "reminder");
                        Outcome::Later(AGAIN)
                    }
                }
            }
            Self::Webhook(webhook) => {
                let body = serde_json::json!({
                    "idempotency_key": key,
                    "to": format!("+86{}", to.digits()),
                    "text": text,
                    "kind": reminder.kind.name(),
                });
                match webhook.send(key, body.to_string().as_bytes()).await {
                    Delivery::Taken => Outcome::Sent,
                    Delivery::Refused(_) => Outcome::Refused,
                    Delivery::Later => Outcome::Later(AGAIN),
                    Delivery::NotTried { again_in } => {
                        Outcome::Later(TimeDelta::from_std(again_in).unwrap_or(AGAIN))
                    }
                }
            }
        }
    }
}

/// Who reads it reads Chinese, in all likelihood: a text message has no languages to choose from.
fn words(reminder: &Reminder, link: &str) -> String {
    let text = Reminder {
        person: None,
        ..*reminder
    }
    .text(Lang::Zh);
    format!("【备案平台】{text} {link}")
}
