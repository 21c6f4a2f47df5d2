//! Tables for people and figures for programs.

use std::{
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    path::Path,
};

use serde::Serialize;

use crate::{
    contest::{Fault, Outcome, Spread},
    measured::Line,
};

/// One figure, as a line of JSON.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Figure {
    pub(crate) bench: &'static str,
    /// What is done.
    pub(crate) operation: String,
    /// memory, sqlite, postgres, mysql, redis or none.
    pub(crate) store: &'static str,
    /// Open sessions.
    pub(crate) sessions: u32,
    pub(crate) persons: u32,
    /// Entries under way at once.
    pub(crate) clients: u32,
    /// What is measured.
    pub(crate) metric: &'static str,
    /// How much.
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
}

impl Figure {
    /// A figure of one client and one session, until said otherwise.
    pub(crate) fn new(
        operation: &str,
        store: &'static str,
        metric: &'static str,
        value: f64,
        unit: &'static str,
    ) -> Self {
        Self {
            bench: "peers",
            operation: operation.to_owned(),
            store,
            sessions: 1,
            persons: 1,
            clients: 1,
            metric,
            value,
            unit,
        }
    }
}

/// All that was measured.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// The figures.
    pub(crate) figures: Vec<Figure>,
    text: String,
}

impl Report {
    /// A paragraph or a heading, printed at once.
    ///
    /// # Errors
    /// Standard output's.
    pub(crate) fn say(&mut self, text: &str) -> Result<(), Fault> {
        writeln!(io::stdout(), "{text}\n")?;
        writeln!(self.text, "{text}\n")?;
        Ok(())
    }

    /// A table, printed at once.
    ///
    /// # Errors
    /// Standard output's.
    pub(crate) fn table(&mut self, head: &[&str], rows: &[Vec<String>]) -> Result<(), Fault> {
        self.say(&table(head, rows))
    }

    /// The figures of a duel, and its row: clients, both latencies, both throughputs, the ratios.
    pub(crate) fn duel(
        &mut self,
        operation: &str,
        store: &'static str,
        clients: u32,
        outcome: &Outcome,
    ) -> Vec<String> {
        let ours = &outcome.ours;
        let all = [
            ("median", ours.median.median, "us"),
            ("slowest", ours.slowest.median, "us"),
            ("throughput", ours.throughput.median, "per_second"),
            ("latency_ratio", outcome.latency.median, "ratio"),
            ("slowest_ratio", outcome.slowest.median, "ratio"),
            ("throughput_ratio", outcome.throughput.median, "ratio"),
        ];
        for (metric, value, unit) in all {
            let figure = Figure::new(operation, store, metric, value, unit);
            self.figures.push(Figure { clients, ..figure });
        }
        vec![
            clients.to_string(),
            time(ours.median.median),
            time(outcome.theirs.median.median),
            time(ours.slowest.median),
            time(outcome.theirs.slowest.median),
            ratio(&outcome.latency),
            ratio(&outcome.throughput),
        ]
    }

    /// Writes the figures for programs, if there are any; others that are there stay.
    ///
    /// # Errors
    /// The file's.
    pub(crate) fn write_figures(&self, folder: &Path, file: &str) -> Result<(), Fault> {
        fs::create_dir_all(folder)?;
        if self.figures.is_empty() {
            return Ok(());
        }
        let file = folder.join(file);
        let mut lines = String::new();
        for line in fs::read_to_string(&file).unwrap_or_default().lines() {
            let old: Line = serde_json::from_str(line)?;
            let anew = |it: &Figure| it.operation == old.operation && it.store == old.store;
            if !self.figures.iter().any(anew) {
                writeln!(lines, "{line}")?;
            }
        }
        for figure in &self.figures {
            writeln!(lines, "{}", serde_json::to_string(figure)?)?;
        }
        fs::write(file, lines)?;
        Ok(())
    }

    /// What was said, and the tables.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// Heads of the columns that [`Report::duel`] fills.
pub(crate) const DUEL: [&str; 7] = [
    "clients",
    "median",
    "theirs",
    "99 %",
    "theirs",
    "latency ratio",
    "throughput ratio",
];

/// A table in Markdown.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut table = format!("| {} |\n|{}", head.join(" | "), "---|".repeat(head.len()));
    for row in rows {
        table = format!("{table}\n| {} |", row.join(" | "));
    }
    table
}

/// The median, and the ends in brackets.
pub(crate) fn ratio(spread: &Spread) -> String {
    let [low, median, high] = [spread.low, spread.median, spread.high].map(decimals);
    format!("**{median}** ({low}–{high})")
}

/// A ratio: two places behind the point, and two digits that aren't zero before anything is cut off.
pub(crate) fn decimals(ratio: f64) -> String {
    let zeros = if ratio > 0.0 && ratio < 0.1 {
        -ratio.log10().ceil() as usize
    } else {
        0
    };
    format!("{ratio:.*}", 2 + zeros)
}

/// Microseconds, in the unit that is easiest to read.
pub(crate) fn time(micros: f64) -> String {
    match micros {
        ..0.0 => format!("-{}", time(-micros)),
        ..1.0 => format!("{:.0} ns", micros * 1e3),
        ..100.0 => format!("{micros:.1} µs"),
        ..1_000.0 => format!("{micros:.0} µs"),
        ..10_000.0 => format!("{:.1} ms", micros / 1e3),
        ..1_000_000.0 => format!("{:.0} ms", micros / 1e3),
        ..10_000_000.0 => format!("{:.1} s", micros / 1e6),
        _ => format!("{:.0} s", micros / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::{decimals, time};

    #[test]
    fn a_small_ratio_keeps_two_digits() {
        for (ratio, text) in [
            (32.271, "32.27"),
            (1.0, "1.00"),
            (0.1, "0.10"),
            (0.095, "0.095"),
            (0.0284, "0.028"),
            (0.00427, "0.0043"),
            (0.0, "0.00"),
        ] {
            assert_eq!(decimals(ratio), text);
        }
    }

    #[test]
    fn a_time_has_the_unit_that_fits() {
        for (micros, text) in [
            (0.0854, "85 ns"),
            (2.31, "2.3 µs"),
            (471.2, "471 µs"),
            (1_520.0, "1.5 ms"),
            (24_300.0, "24 ms"),
            (96_000_000.0, "96 s"),
            (-29.847, "-29.8 µs"),
        ] {
            assert_eq!(time(micros), text);
        }
    }
}
