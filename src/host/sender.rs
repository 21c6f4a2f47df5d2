//! The way out for messages.

use crate::{DeliveryReport, Message};

/// A host's SMS gateway.
///
/// Give the gateway `message.id().to_string()` as idempotency key: the same message may be sent
/// again after a crash, always under the same key (D12).
///
/// ```
/// use beian::{Message, Template, host::{SendOutcome, SmsSender}};
///
/// struct Printer;
///
/// impl SmsSender for Printer {
///     async fn send(&self, message: &Message) -> SendOutcome {
///         println!("to {}, under the key {}", message.to(), message.id());
///         let text: String = message.text(&Template::ILLUSTRATIVE); // for the gateway alone
///         # let _ = text;
///         SendOutcome::Accepted
///     }
/// }
/// ```
pub trait SmsSender: Send + Sync {
    /// Tries to send a message once. Bound it in time: a future that never ends holds up every
    /// message behind it.
    fn send(&self, message: &Message) -> impl Future<Output = SendOutcome> + Send;
}

impl<T: SmsSender + ?Sized> SmsSender for &T {
    fn send(&self, message: &Message) -> impl Future<Output = SendOutcome> + Send {
        (**self).send(message)
    }
}

/// What became of one try to send a message (D11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SendOutcome {
    /// The gateway has taken it.
    Accepted,
    /// Not known, timed out, or to be tried later: the same message goes out again.
    Deferred,
    /// The gateway refused it: a first message is tried again, a resend stops and stays unused.
    Failed,
}

impl From<SendOutcome> for DeliveryReport {
    fn from(outcome: SendOutcome) -> Self {
        match outcome {
            SendOutcome::Accepted => Self::Accepted,
            SendOutcome::Deferred => Self::Deferred,
            SendOutcome::Failed => Self::Failed,
        }
    }
}
