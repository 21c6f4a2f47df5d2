//! An order in SMS verification, followed from outside: for platforms, which never see a code.
//!
//! A [`Tracker`] is told by [`report`](crate::Tracker::report), and asked by
//! [`next_steps`](crate::Tracker::next_steps) and its other questions, each for an instant.
//! What is *reported* (the regulator's word, a person's word) is kept as facts, and everything else
//! is worked out of them for the instant that is asked about: what the status is, when a message
//! should be there, within which bounds the deadline lies, whom to remind and what to do next. What
//! is only *expected* is called so; the regulator's word beats a person's. A platform that sees states, not
//! instants, says so: the submission is an interval then, and a fact is *seen* (D33).
//!
//! 平台看不到验证码，由跟踪器从外部跟踪核验中的订单。从 [`Tracker::new`](crate::Tracker::new) 开始：
//! 得知的情况用 [`report`](crate::Tracker::report) 告诉它，再按任意时刻询问状态、核验截止时间、提醒和下一步。
//! 确知的与推测的分开表述，管局的说法优先于当事人的说法。

mod answer;
mod conclusions;
mod fact;
mod order_life;
mod question;
pub(crate) mod record;
mod reminder;
mod schedule;
#[cfg(feature = "serde")]
mod stored;

pub use answer::{Advice, Deadline, NextStep, PersonStanding, TrackerStatus};
pub use fact::{Fact, FactKind, FactRefusal, RegulatorStatus};
pub(crate) use record::Tracker;
pub use reminder::{Reminder, ReminderKey, ReminderKind, UnknownReminder};
