//! The figures of all benches, read back from their files.

use std::{fs, path::Path};

use serde::Deserialize;

use crate::contest::Fault;

/// A figure; what this doesn't need is left out.
#[derive(Debug, Deserialize)]
pub(crate) struct Line {
    pub(crate) bench: String,
    pub(crate) operation: String,
    pub(crate) store: String,
    pub(crate) sessions: u32,
    pub(crate) persons: u32,
    pub(crate) metric: String,
    pub(crate) value: f64,
    unit: String,
}

impl Line {
    /// Microseconds, if it is a time.
    pub(crate) fn micros(&self) -> Option<f64> {
        match self.unit.as_str() {
            "ns" => Some(self.value / 1e3),
            "us" => Some(self.value),
            "ms" => Some(self.value * 1e3),
            _ => None,
        }
    }
}

/// All of them.
#[derive(Debug)]
pub(crate) struct Measured(Vec<Line>);

impl Measured {
    /// Those of all files in a folder.
    ///
    /// # Errors
    /// A file that can't be read, or has other lines.
    pub(crate) fn read(folder: &Path) -> Result<Self, Fault> {
        let mut lines = Vec::new();
        for file in fs::read_dir(folder)? {
            let path = file?.path();
            if path.extension().is_some_and(|name| name == "jsonl") {
                for line in fs::read_to_string(path)?.lines() {
                    lines.push(serde_json::from_str(line)?);
                }
            }
        }
        Ok(Self(lines))
    }

    /// Whether a bench has run.
    pub(crate) fn has(&self, bench: &str) -> bool {
        self.0.iter().any(|line| line.bench == bench)
    }

    /// What was measured of an operation, in the order of the sessions there were.
    pub(crate) fn all(&self, bench: &str, operation: &str, metric: &str) -> Vec<&Line> {
        let wanted = |line: &&Line| {
            line.bench == bench && line.operation == operation && line.metric == metric
        };
        let mut lines: Vec<_> = self.0.iter().filter(wanted).collect();
        lines.sort_by_key(|line| (line.sessions, line.persons));
        lines
    }

    /// The only figure of that kind, or the first.
    pub(crate) fn value(&self, bench: &str, operation: &str, metric: &str) -> Option<f64> {
        let lines = self.all(bench, operation, metric);
        lines.first().map(|line| line.value)
    }

    /// What one host has in flight to a gateway that takes so many milliseconds, and its messages a second.
    pub(crate) fn pace(&self, millis: u32, store: &str) -> Vec<(f64, f64)> {
        let cell = format!("pace_{millis}ms_1x");
        let lines = self.0.iter().filter(|line| {
            line.bench == "peers" && line.store == store && line.metric == "throughput"
        });
        let point = |line: &Line| {
            Some((
                line.operation.strip_prefix(&cell)?.parse().ok()?,
                line.value,
            ))
        };
        lines.filter_map(point).collect()
    }

    /// What an operation takes over a store as it fills: sessions and microseconds.
    pub(crate) fn growth(&self, operation: &str, store: &str, metric: &str) -> Vec<(f64, f64)> {
        ["memory", "peers"]
            .iter()
            .flat_map(|bench| self.all(bench, operation, metric))
            .filter(|line| line.store == store && line.sessions >= 1_000 && line.persons == 1)
            .filter_map(|line| Some((f64::from(line.sessions), line.micros()?)))
            .collect()
    }
}
