//! Which order somebody saw when they pressed a button.

use crate::order::{Event, Order};

/// What a form remembers of the order that it was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    /// Its version: one more with each write.
    pub(super) version: i64,
    /// When the customer wrote it, in microseconds.
    pub(super) written: i64,
}

impl Seen {
    /// The order as it is.
    pub(super) fn of(order: &Order) -> Self {
        let mut lines = order.timeline.iter().rev();
        let written = lines.find(|line| matches!(line.event, Event::Filed | Event::Changed));
        Self {
            version: order.version,
            written: written.map_or(0, |line| line.at.timestamp_micros()),
        }
    }

    /// What a form sent; what isn't a number was never seen.
    pub(super) fn read(version: &str, written: &str) -> Self {
        let number = |text: &str| text.parse().unwrap_or(-1);
        Self {
            version: number(version),
            written: number(written),
        }
    }

    /// Whether the customer has written it anew since.
    pub(super) fn is_rewritten(self, order: &Order) -> bool {
        self.written != Self::of(order).written
    }
}
