//! The way out for messages.

use alloc::{boxed::Box, sync::Arc};
use core::pin::Pin;

use chrono::TimeDelta;

use crate::{GatewayCode, Message};

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
///
/// A sender that is chosen at run time is an `Arc<dyn DynSmsSender>`: see [`DynSmsSender`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an SMS sender",
    label = "expected a type that implements `beian::host::SmsSender`",
    note = "implement it for a type of your own: `async fn send(&self, message: &Message) -> SendOutcome`",
    note = "one that is chosen at run time is an `Arc<dyn beian::host::DynSmsSender>`"
)]
pub trait SmsSender: Send + Sync {
    /// Tries to send a message once. Bound it in time: a future that never ends keeps its place of
    /// [`in_flight`](super::Desk::in_flight), and its call of `dispatch` from ending.
    fn send(&self, message: &Message) -> impl Future<Output = SendOutcome> + Send;

    /// The longest that a [`send`](Self::send) takes; `None`, which is what a sender says that says
    /// nothing, stands for half of the desk's [lease](super::Desk::lease). A message is begun only under a
    /// lease that outlives it, and one that takes longer is reported in
    /// [`Dispatched::slow`](super::Dispatched::slow).
    fn longest_send(&self) -> Option<TimeDelta> {
        None
    }
}

/// An [`SmsSender`] whose type is chosen at run time. Every sender is one; implement that trait, and
/// not this one.
///
/// ```
/// use beian::{Message, host::{DynSmsSender, SendOutcome, SmsSender}};
/// # use beian::{KeyRing, host::{Desk, MemoryStore, block}};
/// use std::sync::Arc;
///
/// struct Gateway;
/// impl SmsSender for Gateway {
///     async fn send(&self, message: &Message) -> SendOutcome {
///         # let _ = message;
///         SendOutcome::Accepted // over HTTP
///     }
/// }
///
/// struct Nowhere;
/// impl SmsSender for Nowhere {
///     async fn send(&self, _: &Message) -> SendOutcome {
///         SendOutcome::Deferred
///     }
/// }
///
/// let live = std::env::var_os("GATEWAY").is_some();
/// let sender: Arc<dyn DynSmsSender> = if live { Arc::new(Gateway) } else { Arc::new(Nowhere) };
/// # let desk = Desk::new(MemoryStore::default(), KeyRing::single(1, [7; 32])?, chrono::Utc::now);
/// let done = block(desk.dispatch(&sender))??;
/// assert_eq!(done.accepted, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait DynSmsSender: Send + Sync {
    /// As [`SmsSender::send`], with the future in a box.
    fn send_boxed<'a>(
        &'a self,
        message: &'a Message,
    ) -> Pin<Box<dyn Future<Output = SendOutcome> + Send + 'a>>;

    /// As [`SmsSender::longest_send`].
    fn longest_send_dyn(&self) -> Option<TimeDelta>;
}

impl<T: SmsSender> DynSmsSender for T {
    fn send_boxed<'a>(
        &'a self,
        message: &'a Message,
    ) -> Pin<Box<dyn Future<Output = SendOutcome> + Send + 'a>> {
        Box::pin(self.send(message))
    }

    fn longest_send_dyn(&self) -> Option<TimeDelta> {
        self.longest_send()
    }
}

impl SmsSender for dyn DynSmsSender + '_ {
    async fn send(&self, message: &Message) -> SendOutcome {
        self.send_boxed(message).await
    }

    fn longest_send(&self) -> Option<TimeDelta> {
        self.longest_send_dyn()
    }
}

/// The same sender behind a pointer.
macro_rules! behind {
    ($($pointer:ty),+) => {$(
        impl<T: SmsSender + ?Sized> SmsSender for $pointer {
            fn send(&self, message: &Message) -> impl Future<Output = SendOutcome> + Send {
                (**self).send(message)
            }

            fn longest_send(&self) -> Option<TimeDelta> {
                (**self).longest_send()
            }
        }
    )+};
}
behind!(&T, Arc<T>, Box<T>);

/// What became of one try to send a message (D11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SendOutcome {
    /// The gateway has taken it.
    Accepted,
    /// Not known, timed out, or to be tried later: the same message goes out again.
    Deferred,
    /// The gateway refused it: a first message is tried again, a resend stops and stays unused.
    Failed,
    /// As [`Failed`](Self::Failed), with what the gateway calls its reason, for the audit trail.
    FailedWith(GatewayCode),
    /// Not tried: the gateway is left alone for so long, after a failure say. Nothing is stored, no pause
    /// begins, and the call that hears it begins no other message.
    NotTried {
        /// How long.
        again_in: TimeDelta,
    },
}
