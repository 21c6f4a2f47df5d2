//! An order in SMS verification, followed from outside: for platforms, which never see a code.
//!
//! What is *reported* (the regulator's word, a person's word) is kept as facts, and everything else
//! is worked out of them for the instant that is asked about: what the status is, when a message
//! should be there, within which bounds the deadline lies, whom to remind and what to do next. What
//! is only *expected* is called so; the regulator's word beats a person's. A platform that sees states, not
//! instants, says so: the submission is an interval then, and a fact is *seen* (D33).

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
