//! A gateway that remembers and does as it is told.

use alloc::{
    collections::VecDeque,
    string::{String, ToString as _},
    sync::Arc,
    vec::Vec,
};
use core::{
    fmt,
    future::poll_fn,
    task::{Context, Poll, Waker},
};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{
    Message, MessageId, MessageKind, MobileNumber,
    host::{SendOutcome, SmsSender},
};

/// A gateway that remembers every message and answers by a script; once that is empty, it accepts.
/// Its clones share script and memory.
///
/// ```
/// use beian::host::{Desk, MemoryStore, block};
/// use beian::testkit::{ManualClock, RecordingSender, Scripted, TestPerson, keys, recipients, seed};
/// use chrono::TimeDelta;
///
/// let (clock, sender) = (ManualClock::default(), RecordingSender::default());
/// let desk = Desk::new(MemoryStore::default(), keys(), clock.clone());
/// block(desk.open(1, &recipients(1), seed(1)))??;
///
/// sender.script([Scripted::Defer]);
/// block(desk.dispatch(&sender))??;
/// assert_eq!(sender.latest_code(&TestPerson(1).mobile()), None); // nothing arrived
///
/// clock.advance(TimeDelta::minutes(1));
/// block(desk.dispatch(&sender))??;
/// let [deferred, accepted] = &sender.sent()[..] else { panic!() };
/// assert_eq!(deferred.id(), accepted.id()); // the same idempotency key (D12)
/// assert_eq!(sender.latest_code(&TestPerson(1).mobile()).as_deref(), Some(accepted.code()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct RecordingSender {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    sent: Vec<Sent>,
    script: VecDeque<Scripted>,
    /// How many times the hanging were let go, and with what the last time.
    released: u64,
    released_with: Option<SendOutcome>,
    hanging: Vec<Waker>,
}

/// What a [`RecordingSender`] does with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scripted {
    /// The gateway takes it.
    Accept,
    /// To be tried again later.
    Defer,
    /// The gateway refuses it.
    Fail,
    /// No answer until [`RecordingSender::release`]: for time limits and calls that are dropped.
    Hang,
}

impl RecordingSender {
    /// Adds to the script: one item for each message, in the order of sending.
    pub fn script(&self, outcomes: impl IntoIterator<Item = Scripted>) {
        self.lock().script.extend(outcomes);
    }

    /// Ends the waiting of every message that hangs, with this outcome.
    pub fn release(&self, outcome: SendOutcome) {
        let mut inner = self.lock();
        inner.released = inner.released.wrapping_add(1);
        inner.released_with = Some(outcome);
        let hanging = core::mem::take(&mut inner.hanging);
        drop(inner);
        hanging.into_iter().for_each(Waker::wake);
    }

    /// Every message in the order of sending, repeats included.
    #[must_use]
    pub fn sent(&self) -> Vec<Sent> {
        self.lock().sent.clone()
    }

    /// The code of the latest message that was accepted for this number: what the person reads.
    #[must_use]
    pub fn latest_code(&self, mobile: &MobileNumber) -> Option<String> {
        let inner = self.lock();
        let arrived =
            |sent: &&Sent| sent.to == *mobile && sent.outcome == Some(SendOutcome::Accepted);
        let latest = inner.sent.iter().rev().find(arrived)?;
        Some(latest.code.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settle(&self, place: usize, outcome: SendOutcome) -> SendOutcome {
        if let Some(sent) = self.lock().sent.get_mut(place) {
            sent.outcome = Some(outcome);
        }
        outcome
    }

    fn poll_released(&self, before: u64, context: &Context<'_>) -> Poll<SendOutcome> {
        let mut inner = self.lock();
        match inner.released_with {
            Some(outcome) if inner.released != before => Poll::Ready(outcome),
            Some(_) | None => {
                inner.hanging.push(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl SmsSender for RecordingSender {
    async fn send(&self, message: &Message) -> SendOutcome {
        let (place, scripted, released) = {
            let mut inner = self.lock();
            inner.sent.push(Sent {
                id: message.id(),
                to: *message.to(),
                kind: message.kind(),
                code: message.code_for_transport().to_string(),
                outcome: None,
            });
            let place = inner.sent.len().saturating_sub(1);
            let scripted = inner.script.pop_front().unwrap_or(Scripted::Accept);
            (place, scripted, inner.released)
        };
        let outcome = match scripted {
            Scripted::Accept => SendOutcome::Accepted,
            Scripted::Defer => SendOutcome::Deferred,
            Scripted::Fail => SendOutcome::Failed,
            Scripted::Hang => poll_fn(|context| self.poll_released(released, context)).await,
        };
        self.settle(place, outcome)
    }
}

impl fmt::Debug for RecordingSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.lock();
        f.debug_struct("RecordingSender")
            .field("sent", &inner.sent)
            .field("script", &inner.script)
            .finish_non_exhaustive()
    }
}

/// A message as a [`RecordingSender`] was handed it.
#[derive(Clone, PartialEq, Eq)]
pub struct Sent {
    id: MessageId,
    to: MobileNumber,
    kind: MessageKind,
    code: String,
    outcome: Option<SendOutcome>,
}

impl Sent {
    /// Which message.
    #[must_use]
    pub const fn id(&self) -> MessageId {
        self.id
    }

    /// The number it was for.
    #[must_use]
    pub const fn to(&self) -> &MobileNumber {
        &self.to
    }

    /// Why it was sent.
    #[must_use]
    pub const fn kind(&self) -> MessageKind {
        self.kind
    }

    /// The six digits; never printed with the rest.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What the gateway answered; `None` while it hangs, or if the call was dropped meanwhile.
    #[must_use]
    pub const fn outcome(&self) -> Option<SendOutcome> {
        self.outcome
    }
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sent")
            .field("id", &self.id)
            .field("to", &self.to)
            .field("kind", &self.kind)
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}
