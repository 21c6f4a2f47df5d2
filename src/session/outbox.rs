//! The messages that are due: a look at what is under way.

use alloc::vec::Vec;

use chrono::{DateTime, Utc};

use super::{Message, Session, state::Phase};
use crate::{KeyError, Keys, MessageId, code::codes, time::Micros};

impl Session {
    /// The messages that are due, each with its code: a look, not a queue. A message stays here
    /// until a report on it is stored; a crash in between loses nothing, and the same message goes
    /// out again under the same idempotency key (D12). Costs one MAC a message.
    ///
    /// # Errors
    /// [`KeyError`] if the round's key is missing or can't be used.
    pub fn outbox(&self, keys: &dyn Keys, now: DateTime<Utc>) -> Result<Vec<Message>, KeyError> {
        let now = Micros::cut(now).max(self.last);
        if self.time_is_over_at().is_none_or(|(over, _)| over <= now) {
            return Ok(Vec::new());
        }
        let mut messages = Vec::new();
        for (recipient, person) in (0..=u8::MAX).zip(&self.people) {
            let (Phase::Waiting(waiting), Some(to)) = (&person.phase, person.identity.mobile)
            else {
                continue;
            };
            let Some(message) = waiting.under_way.filter(|message| message.due <= now) else {
                continue;
            };
            let (number, attempt) = (person.latest_message(), person.attempt());
            let id = MessageId {
                session: self.id,
                recipient,
                number,
                attempt,
            };
            let codes = codes(keys, self.terms.key, self.id, &to, &waiting.nonce)?;
            let index = if self.terms.policy.keep_code() {
                0
            } else {
                usize::from(person.accepted)
            };
            if let Some(code) = codes.into_iter().nth(index) {
                messages.push(Message {
                    id,
                    to,
                    kind: message.kind,
                    code: code.digits(),
                });
            }
        }
        Ok(messages)
    }

    /// Whether the outbox at `now` holds this message.
    pub(crate) fn is_due(&self, message: MessageId, now: DateTime<Utc>) -> bool {
        let now = Micros::cut(now).max(self.last);
        let in_time = self.time_is_over_at().is_some_and(|(over, _)| now < over);
        let one = self.one(message.recipient).filter(|_| in_time);
        one.is_some_and(|person| {
            let latest = (person.latest_message(), person.attempt());
            let due = person
                .under_way()
                .is_some_and(|under_way| under_way.due <= now);
            due && latest == (message.number, message.attempt)
        })
    }
}
