//! What is watched from outside, for Prometheus: made anew whenever it is asked for.

use beian::{OrderStatus, host::Counters};
use chrono::TimeDelta;
use prometheus_client::{
    metrics::{
        counter::{ConstCounter, Counter},
        family::Family,
        gauge::{ConstGauge, Gauge},
    },
    registry::Registry,
};

/// What is counted and measured.
#[derive(Debug)]
pub struct Watched {
    /// What this portal's desk has counted.
    pub desk: Counters,
    /// What the database counts.
    pub dear: Dear,
}

/// What takes the database a while.
#[derive(Debug, Clone)]
pub struct Dear {
    /// Sessions in the database, by the status of their order.
    pub sessions: Vec<(OrderStatus, u64)>,
    /// How long the most overdue session has been due.
    pub due_lag: TimeDelta,
}

impl Watched {
    /// Adds them to those of every host.
    pub fn register(self, registry: &mut Registry) {
        let sessions = Family::<[(&str, String); 1], Gauge>::default();
        for (status, count) in self.dear.sessions {
            let labels = [("status", status.name().to_owned())];
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            sessions.get_or_create(&labels).set(count);
        }
        registry.register(
            "sessions",
            "Sessions by the status of their order",
            sessions,
        );
        let desk = self.desk;
        let messages = Family::<[(&str, &str); 1], Counter>::default();
        for (result, count) in [
            ("accepted", desk.accepted),
            ("deferred", desk.deferred),
            ("failed", desk.failed),
            ("not_tried", desk.not_tried),
        ] {
            let labels = [("result", result)];
            messages.get_or_create(&labels).inc_by(count);
        }
        registry.register("messages", "Tries to send a message, by result", messages);
        for (name, help, count) in [
            ("rounds_over", "Rounds whose time was over", desk.ended),
            ("verified_persons", "Persons who verified", desk.verified),
            (
                "wrong_entries",
                "Wrong entries that counted",
                desk.wrong_entries,
            ),
            ("wrong_ids", "Wrong IDs on the resend form", desk.wrong_ids),
            (
                "unknown_numbers",
                "Entries for numbers that nobody has",
                desk.unknown_numbers,
            ),
            (
                "conflicts",
                "Saves that others were faster at",
                desk.conflicts,
            ),
        ] {
            registry.register(name, help, ConstCounter::new(count));
        }
        registry.register(
            "due_lag_seconds",
            "How long the most overdue session has been due",
            ConstGauge::new(self.dear.due_lag.as_seconds_f64()),
        );
    }
}
