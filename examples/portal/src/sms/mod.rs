//! The two ways out for messages.

mod sandbox;
mod webhook;

use beian::{
    Message,
    host::{SendOutcome, SmsSender},
};
use chrono::TimeDelta;

pub use sandbox::Sandbox;
pub use webhook::{REPORT_PURPOSE, SEND_PURPOSE, Webhook};

/// The gateway that was chosen at start.
#[derive(Debug)]
pub enum Gateway {
    /// Handsets in the database.
    Sandbox(Sandbox),
    /// A real gateway behind a URL.
    Webhook(Box<Webhook>),
}

impl SmsSender for Gateway {
    async fn send(&self, message: &Message) -> SendOutcome {
        match self {
            Self::Sandbox(sandbox) => sandbox.send(message).await,
            Self::Webhook(webhook) => webhook.send(message).await,
        }
    }

    fn longest_send(&self) -> Option<TimeDelta> {
        match self {
            Self::Sandbox(sandbox) => sandbox.longest_send(),
            Self::Webhook(webhook) => webhook.longest_send(),
        }
    }
}
