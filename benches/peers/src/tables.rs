//! Tables of what other benches have measured.

use crate::{
    measured::Measured,
    report::{decimals, table, time},
};

/// What each operation takes, beside its MACs; nothing if it wasn't measured.
pub(crate) fn session(measured: &Measured) -> Option<String> {
    const OPERATIONS: [(&str, &str); 12] = [
        ("open", "2"),
        ("submit_right", "3"),
        ("submit_wrong", "2"),
        ("submit_repeated", "2"),
        ("resend", "1"),
        ("outbox_with_one_message", "1"),
        ("outbox_with_none", ""),
        ("report_accepted", ""),
        ("tick_that_ends_the_round", ""),
        ("tick_with_nothing_due", ""),
        ("snapshot_round_trip_json", ""),
        ("snapshot_round_trip_postcard", ""),
    ];
    let mut rows = Vec::new();
    for (operation, macs) in OPERATIONS {
        let of = |metric| measured.value("session", operation, metric);
        let ratio = of("ratio_to_macs").zip(of("ratio_to_macs_low").zip(of("ratio_to_macs_high")));
        let ratio = ratio.map(|(median, (low, high))| {
            let [median, low, high] = [median, low, high].map(decimals);
            format!("**{median}** ({low}–{high})")
        });
        rows.push(vec![
            operation.replace('_', " "),
            time(of("median")? / 1e3),
            macs.to_owned(),
            ratio.unwrap_or_default(),
        ]);
    }
    let sizes = [("snapshot_json", "JSON"), ("snapshot_postcard", "postcard")];
    let sizes = sizes.map(|(operation, name)| {
        let bytes = measured.value("session", operation, "bytes");
        bytes.map(|bytes| format!("{bytes} bytes as {name}"))
    });
    let [Some(json), Some(postcard)] = sizes else {
        return None;
    };
    Some(format!(
        "{}\n\nAn open session of one person is {json}, {postcard}.",
        table(&["operation", "time", "MACs", "beside them"], &rows)
    ))
}

/// What open sessions take in memory, and what the calls do; nothing if it wasn't measured.
pub(crate) fn memory(measured: &Measured) -> Option<String> {
    let bytes = measured.all("memory", "session", "bytes");
    let bytes = bytes
        .iter()
        .map(|line| vec![line.persons.to_string(), line.value.to_string()]);
    let bytes: Vec<_> = bytes.collect();
    if bytes.is_empty() {
        return None;
    }
    let mut rows = Vec::new();
    for line in measured.all("memory", "build", "total") {
        let of = |operation, metric| {
            let lines = measured.all("memory", operation, metric);
            let line = lines.iter().find(|other| other.sessions == line.sessions)?;
            Some(line.micros().map_or_else(|| line.value.to_string(), time))
        };
        let row = [
            Some(sessions(line.sessions)),
            line.micros().map(time),
            of("session", "rss"),
            of("submit_wrong", "median"),
            of("submit_wrong", "p999"),
            of("find", "median"),
            of("find_bare", "median"),
            of("lease_due", "median"),
            of("lease_due_none", "median"),
            of("next_wake", "median"),
        ];
        rows.push(row.map(Option::unwrap_or_default).to_vec());
    }
    let head = [
        "open sessions",
        "opened in",
        "resident bytes a session",
        "wrong entry",
        "99.9 %",
        "lookup by number",
        "in a bare ordered map",
        "due-scan, 16 due",
        "none due",
        "next wake",
    ];
    Some(format!(
        "{}\n\n{}",
        table(&["persons of a round", "bytes a session"], &bytes),
        table(&head, &rows)
    ))
}

/// A power of ten as one.
pub(crate) fn sessions(number: u32) -> String {
    let power = number.ilog10();
    if 10_u32.pow(power) == number {
        format!("10^{power}")
    } else {
        number.to_string()
    }
}
