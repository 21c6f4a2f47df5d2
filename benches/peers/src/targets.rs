//! What was aimed at, beside what was measured.

use crate::{
    measured::Measured,
    report::{decimals, table, time},
    tables,
};

const ENTRY: f64 = 1.3;
const LATENCY: f64 = 1.15;
const THROUGHPUT: f64 = 0.9;

/// All targets that the figures say something of.
pub(crate) fn targets(measured: &Measured) -> String {
    let mut rows = Rows::default();
    entries(measured, &mut rows);
    decisions(measured, &mut rows);
    snapshots(measured, &mut rows);
    memory(measured, &mut rows);
    by_hand(measured, &mut rows);
    pace(measured, &mut rows);
    portal(measured, &mut rows);
    growth(measured, &mut rows);
    table(&["target", "of what", "measured", ""], &rows.0)
}

#[derive(Default)]
struct Rows(Vec<Vec<String>>);

impl Rows {
    fn add(&mut self, target: &str, what: &str, figure: String, met: bool) {
        let met = if met { "met" } else { "**missed**" };
        let row = [target.to_owned(), what.to_owned(), figure, met.to_owned()];
        self.0.push(row.to_vec());
    }

    /// The last row is there to compare with: no verdict.
    fn withhold(&mut self) {
        if let Some(verdict) = self.0.last_mut().and_then(|row| row.last_mut()) {
            verdict.clear();
        }
    }
}

/// An entry beside its MACs: two, and the one that a right entry leaves behind (D18).
fn entries(measured: &Measured, rows: &mut Rows) {
    let count = |operation, metric| measured.value("counts", operation, metric);
    let instructions = |operation| {
        Some(count(operation, "instructions")? / count(operation, "macs").filter(|n| *n > 0.0)?)
    };
    for (operation, target) in [
        (
            "submit_wrong",
            "a wrong entry at most 1.3 times its two MACs",
        ),
        (
            "submit_right",
            "a right entry at most 1.3 times its three MACs",
        ),
    ] {
        if let Some(ratio) = instructions(operation) {
            let what = "instructions, without SHA instructions";
            rows.add(target, what, decimals(ratio), ratio <= ENTRY);
        }
    }
    if let Some(ratio) = instructions("submit_right").map(|ratio| ratio * 1.5) {
        let target = "a right entry at most 1.3 times two MACs";
        let what = "instructions, without SHA instructions";
        rows.add(target, what, decimals(ratio), ratio <= ENTRY);
    }
}

fn decisions(measured: &Measured, rows: &mut Rows) {
    let most = |bench, operations: &[&str], metric| {
        let values = operations
            .iter()
            .map(|operation| measured.value(bench, operation, metric));
        values
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .reduce(f64::max)
    };
    let ticks = [
        "report_accepted",
        "tick_that_ends_the_round",
        "tick_with_nothing_due",
    ];
    if let Some(nanos) = most("session", &ticks, "median") {
        let figure = format!("{} at most", time(nanos / 1e3));
        let target = "a report and a tick under 150 ns";
        rows.add(target, "time", figure, nanos < 150.0);
    }
    let decide = [
        "open",
        "submit_right",
        "submit_wrong",
        "resend",
        "report_accepted",
        "tick_that_ends_the_round",
    ];
    let read = [
        "submit_repeated",
        "outbox_with_none",
        "tick_with_nothing_due",
    ];
    for (target, operations, allowed) in [
        ("at most two allocations a decision", decide.as_slice(), 2.0),
        ("none where the session is only read", &read, 0.0),
    ] {
        if let Some(most) = most("counts", operations, "allocations") {
            let figure = format!("{most} at most");
            rows.add(target, "allocations", figure, most <= allowed);
        }
    }
}

fn snapshots(measured: &Measured, rows: &mut Rows) {
    let of = |operation, metric| measured.value("session", operation, metric);
    if let Some(nanos) = of("snapshot_round_trip_postcard", "median") {
        let target = "a compact snapshot there and back under 1 µs";
        rows.add(target, "time", time(nanos / 1e3), nanos < 1e3);
    }
    for (operation, target, allowed) in [
        (
            "snapshot_postcard",
            "a compact snapshot at most 160 bytes",
            160.0,
        ),
        ("snapshot_json", "JSON under 1 KiB", 1023.0),
    ] {
        if let Some(bytes) = of(operation, "bytes") {
            rows.add(target, "bytes", bytes.to_string(), bytes <= allowed);
        }
    }
}

fn memory(measured: &Measured, rows: &mut Rows) {
    let target = "a one-person session in memory at most 400 bytes all told";
    if let Some(bytes) = measured.value("memory", "session", "bytes") {
        rows.add(target, "asked for", bytes.to_string(), bytes <= 400.0);
    }
    if let Some(line) = measured.all("memory", "session", "rss").last() {
        let what = format!(
            "resident at {} sessions, with what the allocator adds",
            tables::sessions(line.sessions)
        );
        rows.add(target, &what, line.value.to_string(), line.value <= 400.0);
    }
}

/// One, eight and sixty-four clients.
fn by_hand(measured: &Measured, rows: &mut Rows) {
    for (operation, store, what) in [
        ("submit_to_by_hand_durable", "postgres", "PostgreSQL"),
        (
            "submit_to_by_hand",
            "postgres",
            "PostgreSQL, `synchronous_commit` off",
        ),
        ("submit_to_by_hand", "sqlite", "SQLite"),
        ("submit_to_by_hand_durable", "mysql", "MySQL"),
        (
            "submit_to_by_hand",
            "mysql",
            "MySQL, `innodb_flush_log_at_trx_commit` 2",
        ),
    ] {
        let ratios = |metric| {
            let lines = measured.all("peers", operation, metric);
            let lines = lines.into_iter().filter(|line| line.store == store);
            lines.map(|line| line.value).collect::<Vec<_>>()
        };
        let words = |ratios: &[f64]| ratios.iter().copied().map(decimals).collect::<Vec<_>>();
        let (latency, throughput) = (ratios("latency_ratio"), ratios("throughput_ratio"));
        if latency.is_empty() {
            continue;
        }
        rows.add(
            "at most 1.15 times the latency of SQL by hand, at 1, 8 and 64 clients",
            what,
            words(&latency).join(", "),
            latency.iter().all(|ratio| *ratio <= LATENCY),
        );
        rows.add(
            "at least 0.9 of its throughput",
            what,
            words(&throughput).join(", "),
            throughput.iter().all(|ratio| *ratio >= THROUGHPUT),
        );
    }
}

/// The portal beside the same form with SQL by hand, one, eight and sixty-four clients.
fn portal(measured: &Measured, rows: &mut Rows) {
    for (store, name) in [
        ("sqlite", "SQLite"),
        ("postgres", "PostgreSQL"),
        ("mysql", "MySQL"),
    ] {
        for (metric, target, most) in [
            (
                "latency_ratio",
                "the portal at most 1.15 times the latency of a bare service",
                1.15,
            ),
            (
                "slowest_ratio",
                "at most 1.3 times its slowest hundredth",
                1.3,
            ),
        ] {
            let lines = measured.all("peers", "portal_to_by_hand", metric);
            let lines = lines.into_iter().filter(|line| line.store == store);
            let ratios: Vec<_> = lines.map(|line| line.value).collect();
            if ratios.is_empty() {
                continue;
            }
            let words: Vec<_> = ratios.iter().copied().map(decimals).collect();
            let met = ratios.iter().all(|ratio| *ratio <= most);
            rows.add(target, name, words.join(", "), met);
        }
    }
}

/// Messages a second, where what is in flight isn't more than a database writes in that time.
fn pace(measured: &Measured, rows: &mut Rows) {
    for (store, name) in [
        ("sqlite", "SQLite"),
        ("postgres", "PostgreSQL"),
        ("mysql", "MySQL"),
    ] {
        for (operation, cell) in [
            ("pace_200ms_1x16", "16 in flight, 200 ms"),
            ("pace_200ms_1x64", "64 in flight, 200 ms"),
            ("pace_50ms_1x16", "16 in flight, 50 ms"),
            ("pace_50ms_1x64", "64 in flight, 50 ms"),
        ] {
            let all = measured.all("peers", operation, "of_most");
            if let Some(line) = all.into_iter().find(|line| line.store == store) {
                rows.add(
                    "messages at 0.9 of the gateway's pace",
                    &format!("{name}, {cell}"),
                    decimals(line.value),
                    line.value >= THROUGHPUT,
                );
            }
        }
    }
}

/// From the fewest sessions to the most, an index's logarithm grows as theirs does.
fn growth(measured: &Measured, rows: &mut Rows) {
    for (store, name) in [
        ("memory", "memory"),
        ("sqlite", "SQLite"),
        ("postgres", "PostgreSQL"),
        ("mysql", "MySQL"),
    ] {
        for (operation, what) in [
            ("submit_wrong", "an entry"),
            ("find", "a lookup"),
            ("find_bare", "a lookup in a bare ordered map"),
            ("lease_due", "a due-scan"),
        ] {
            let series = measured.growth(operation, store, "median");
            let (Some(first), Some(last)) = (series.first(), series.last()) else {
                continue;
            };
            if first.0 >= last.0 {
                continue;
            }
            let (grown, allowed) = (last.1 / first.1, last.0.ln() / first.0.ln());
            rows.add(
                "growth no faster than an index's logarithm",
                &format!("{what}, {name}"),
                format!(
                    "{} times from {} to {} sessions, the logarithm {}",
                    decimals(grown),
                    tables::sessions(first.0 as u32),
                    tables::sessions(last.0 as u32),
                    decimals(allowed)
                ),
                grown <= allowed,
            );
            if operation == "find_bare" {
                rows.withhold();
            }
        }
    }
}
