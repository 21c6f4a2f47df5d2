//! Whether a host's gateway keeps the promises of [`SmsSender`].
//!
//! 检验宿主的短信网关是否遵守 [`SmsSender`] 的约定：每条短信只调用网关一次，同一条短信的幂等键不变，
//! 键中看不出验证码和手机号码。从 [`check`] 开始，请指向沙箱或代替网关的测试程序。

use alloc::{format, string::String, vec::Vec};

use super::{Breach, TestPerson};
use crate::{Message, MessageId, MessageKind, SessionId, code::Code, host::SmsSender};

const ONE: &str = "every message goes to the gateway once a call, under an idempotency key";
const SAME: &str = "the same message goes out under the same idempotency key";
const OTHER: &str = "every other message, and every other try, has an idempotency key of its own";
const NO_CODE: &str = "an idempotency key tells neither code nor number";

/// Sends messages of every kind, and some of them twice, to invented numbers; fails at the first
/// breach. **Point the sender at a sandbox**, or at a stand-in for the gateway.
///
/// `keys_seen` lists the idempotency keys that have arrived there, in order, repeats included: the
/// stand-in records them. What no suite can see from here, a host tests itself: that the sender
/// bounds its waiting in time, and says *failed* only when the gateway has refused.
///
/// ```
/// use beian::{Message, host::{SendOutcome, SmsSender, block}, testkit::sender};
/// use std::sync::Mutex;
///
/// #[derive(Default)]
/// struct StandIn(Mutex<Vec<String>>);
/// impl SmsSender for StandIn {
///     async fn send(&self, message: &Message) -> SendOutcome {
///         self.0.lock().unwrap().push(message.id().to_string());
///         SendOutcome::Accepted
///     }
/// }
///
/// let gateway = StandIn::default();
/// block(sender::check(&gateway, || gateway.0.lock().unwrap().clone()))??;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The [`Breach`].
pub async fn check(
    sender: &impl SmsSender,
    keys_seen: impl Fn() -> Vec<String>,
) -> Result<(), Breach> {
    let mut known: Vec<(MessageId, String)> = Vec::new();
    for (number, attempt, kind, code) in [
        (0, 0, MessageKind::First, 0),
        (0, 0, MessageKind::First, 0),
        (0, 1, MessageKind::First, 0),
        (1, 0, MessageKind::Resend, 10_203),
        (1, 0, MessageKind::Resend, 10_203),
        (2, 0, MessageKind::Noon, 999_999),
        (0, 0, MessageKind::First, 0),
    ] {
        for recipient in [0_u8, 1] {
            let id = MessageId {
                session: SessionId::from(u128::MAX),
                recipient,
                number,
                attempt,
            };
            let message = Message {
                id,
                to: TestPerson(u16::from(recipient)).mobile(),
                kind,
                code: Code::of_word(code).digits(),
            };
            let before = keys_seen().len();
            sender.send(&message).await;
            let key = one_more(&keys_seen(), before)?;
            judge(&message, &key, &known)?;
            known.push((id, key));
        }
    }
    Ok(())
}

fn one_more(seen: &[String], before: usize) -> Result<String, Breach> {
    match seen.get(before..) {
        Some([key]) if !key.is_empty() => Ok(key.clone()),
        Some(more) => Err(Breach::new(ONE, "one key", format!("{more:?}"))),
        None => Err(Breach::new(ONE, "one key more", "fewer than before")),
    }
}

fn judge(message: &Message, key: &str, known: &[(MessageId, String)]) -> Result<(), Breach> {
    for (id, other) in known {
        if *id == message.id && other != key {
            return Err(Breach::new(SAME, other, key));
        }
        if *id != message.id && other == key {
            return Err(Breach::new(OTHER, "a key of its own", key));
        }
    }
    let secrets = [message.code_for_transport(), message.to.digits()];
    if secrets.iter().any(|secret| key.contains(secret)) {
        return Err(Breach::new(NO_CODE, "neither", "one of them"));
    }
    Ok(())
}
