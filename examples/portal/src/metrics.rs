//! What is watched from outside, for Prometheus.

use std::sync::atomic::AtomicU64;

use beian::host::{Counters, Dispatched};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Status {
    status: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByResult {
    result: &'static str,
}

/// Counters of this portal, and gauges over the database that are set when they are asked for.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    sessions: Family<Status, Gauge>,
    messages: Family<ByResult, Counter>,
    rounds_ended: Counter,
    verified: Counter,
    wrong_entries: Counter,
    wrong_ids: Counter,
    unknown_numbers: Counter,
    conflicts: Counter,
    too_many: Counter,
    due_lag: Gauge<f64, AtomicU64>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("portal");
        let mut metrics = Self {
            registry: Registry::default(),
            sessions: Family::default(),
            messages: Family::default(),
            rounds_ended: Counter::default(),
            verified: Counter::default(),
            wrong_entries: Counter::default(),
            wrong_ids: Counter::default(),
            unknown_numbers: Counter::default(),
            conflicts: Counter::default(),
            too_many: Counter::default(),
            due_lag: Gauge::default(),
        };
        for result in ["accepted", "deferred", "failed"] {
            let _ = metrics.messages.get_or_create(&ByResult { result });
        }
        let m = &metrics;
        registry.register(
            "sessions",
            "Sessions by the status of their order",
            m.sessions.clone(),
        );
        registry.register(
            "messages",
            "Tries to send a message, by result",
            m.messages.clone(),
        );
        registry.register(
            "rounds_over",
            "Rounds whose time was over",
            m.rounds_ended.clone(),
        );
        registry.register(
            "verified_persons",
            "Persons who verified",
            m.verified.clone(),
        );
        registry.register(
            "wrong_entries",
            "Wrong entries that counted",
            m.wrong_entries.clone(),
        );
        registry.register(
            "wrong_ids",
            "Wrong IDs on the resend form",
            m.wrong_ids.clone(),
        );
        registry.register(
            "unknown_numbers",
            "Entries for numbers that nobody has",
            m.unknown_numbers.clone(),
        );
        registry.register(
            "conflicts",
            "Saves that others were faster at",
            m.conflicts.clone(),
        );
        registry.register(
            "rate_limited",
            "Requests refused by a limit",
            m.too_many.clone(),
        );
        registry.register(
            "due_lag_seconds",
            "How long the most overdue session has been due",
            m.due_lag.clone(),
        );
        metrics.registry = registry;
        metrics
    }
}

impl Metrics {
    /// What the worker did.
    pub fn count_dispatched(&self, done: &Dispatched) {
        for (result, count) in [
            ("accepted", done.accepted),
            ("deferred", done.deferred),
            ("failed", done.failed),
        ] {
            self.messages
                .get_or_create(&ByResult { result })
                .inc_by(count);
        }
        self.rounds_ended.inc_by(done.ended);
    }

    /// A request was refused by a limit.
    pub fn count_too_many(&self) {
        self.too_many.inc();
    }

    /// The text that Prometheus reads.
    ///
    /// # Errors
    /// Never, for a string takes everything.
    pub fn text(
        &self,
        counters: Counters,
        sessions: impl IntoIterator<Item = (String, i64)>,
        due_lag: f64,
    ) -> Result<String, std::fmt::Error> {
        let set = |counter: &Counter, value| {
            (counter.inner()).fetch_max(value, std::sync::atomic::Ordering::Relaxed)
        };
        set(&self.verified, counters.verified);
        set(&self.wrong_entries, counters.wrong_entries);
        set(&self.wrong_ids, counters.wrong_ids);
        set(&self.unknown_numbers, counters.unknown_numbers);
        set(&self.conflicts, counters.conflicts);
        self.sessions.clear();
        for (status, count) in sessions {
            self.sessions.get_or_create(&Status { status }).set(count);
        }
        self.due_lag.set(due_lag);
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}
