//! What benches measured, as files: one line of JSON a figure, in `target/performance/BENCH.jsonl`.

use std::{env, fs, path::PathBuf};

use serde_json::{Value, json};

/// Whether the bench is only tried out (`cargo test --benches`), and not worth a figure.
pub(crate) fn tried_out() -> bool {
    !env::args().any(|argument| argument == "--bench")
}

/// The figures of one bench.
#[derive(Debug)]
pub(crate) struct Figures {
    bench: &'static str,
    store: &'static str,
    lines: Vec<String>,
}

impl Figures {
    /// None yet. What is measured is over a store: `memory` or `none`.
    pub(crate) fn of(bench: &'static str, store: &'static str) -> Self {
        Self {
            bench,
            store,
            lines: Vec::new(),
        }
    }

    /// One more, printed at once.
    pub(crate) fn add(
        &mut self,
        operation: &str,
        [sessions, persons]: [u32; 2],
        metric: &str,
        value: impl Into<Value>,
        unit: &str,
    ) {
        let value = value.into();
        println!(
            "{operation:28} {sessions:>9} sessions of {persons:>2}  {metric:>18} {value:>9} {unit}"
        );
        let line = json!({
            "bench": self.bench, "operation": operation, "store": self.store, "sessions": sessions,
            "persons": persons, "clients": 1, "metric": metric, "value": value, "unit": unit,
        });
        self.lines.push(line.to_string());
    }

    /// Writes the file anew; beside it, in `tried_out`, when the bench is only tried out.
    pub(crate) fn write(&self) {
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(
            || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target"),
            PathBuf::from,
        );
        let mut folder = target.join("performance");
        if tried_out() {
            folder.push("tried_out");
        }
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join(self.bench).with_extension("jsonl");
        fs::write(file, self.lines.join("\n") + "\n").unwrap();
    }
}
