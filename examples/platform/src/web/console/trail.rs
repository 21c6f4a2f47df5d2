//! What happened and what is expected, and what went out to people.

use beian::{Lang, tracker::ReminderKind};
use beian_web::pages::when::When;
use chrono::{DateTime, Utc};

use crate::{
    api::view,
    order::{Order, Reminded},
};

/// So many messages are shown, the latest.
const SHOWN: usize = 100;

/// A line of the timeline.
pub(super) struct Entry {
    pub(super) at: When,
    pub(super) text: String,
    /// It happened, or somebody says so; else it is only expected.
    pub(super) reported: bool,
}

/// A message that was due to a person or to the platform.
pub(super) struct Message {
    pub(super) round: u32,
    pub(super) about: String,
    pub(super) mobile: Option<String>,
    pub(super) due: When,
    /// Never, if the gateway refused it.
    pub(super) sent_at: Option<When>,
}

/// What happened, then what is expected.
pub(super) fn timeline(order: &Order, lang: Lang, now: DateTime<Utc>) -> Vec<Entry> {
    let lines = view::timeline(order, lang, now).into_iter();
    let entry = |line: view::LineView| {
        Some(Entry {
            at: When::exact(line.at.parse().ok()?),
            text: line.text,
            reported: line.reported,
        })
    };
    lines.filter_map(entry).collect()
}

/// The latest messages, the newest first, and how many older ones there are.
pub(super) fn messages(order: &Order, lang: Lang) -> (Vec<Message>, usize) {
    let messages = order.reminders.iter().rev().take(SHOWN);
    let messages = messages.map(|reminded| message(reminded, lang)).collect();
    (messages, order.reminders.len().saturating_sub(SHOWN))
}

fn message(reminded: &Reminded, lang: Lang) -> Message {
    let kind = reminded.kind.parse::<ReminderKind>();
    Message {
        round: reminded.round,
        about: kind.map_or_else(
            |_| reminded.kind.clone(),
            |kind| kind.label(lang).to_owned(),
        ),
        mobile: reminded.mobile.clone(),
        due: When::minute(reminded.due),
        sent_at: reminded.sent_at.map(When::minute),
    }
}
