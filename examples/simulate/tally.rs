//! What happened, counted; the same whatever the number of threads.

use std::collections::BTreeMap;

/// Counters by section and row; all are whole numbers, so that they add up in any order.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Tally {
    counts: BTreeMap<(&'static str, &'static str), u64>,
    /// Quarters of an hour from the submission of an order to its completion, and how many took so
    /// long.
    pub quarters: BTreeMap<i64, u64>,
}

/// A billionth: how shares are added up.
pub const NANO: u64 = 1_000_000_000;

impl Tally {
    pub fn one(&mut self, section: &'static str, row: &'static str) {
        self.more(section, row, 1);
    }

    pub fn more(&mut self, section: &'static str, row: &'static str, by: u64) {
        *self.counts.entry((section, row)).or_default() += by;
    }

    pub fn merge(&mut self, other: &Self) {
        for ((section, row), count) in &other.counts {
            self.more(section, row, *count);
        }
        for (quarter, count) in &other.quarters {
            *self.quarters.entry(*quarter).or_default() += count;
        }
    }

    pub fn of(&self, section: &'static str, row: &'static str) -> u64 {
        self.counts.get(&(section, row)).copied().unwrap_or(0)
    }

    pub fn rows(&self, section: &'static str) -> impl Iterator<Item = (&'static str, u64)> {
        let of_it = move |(key, count): (&(&'static str, &'static str), &u64)| {
            (key.0 == section).then_some((key.1, *count))
        };
        self.counts.iter().filter_map(of_it)
    }

    pub fn sum(&self, section: &'static str) -> u64 {
        self.rows(section).map(|(_, count)| count).sum()
    }

    /// A table of every section but those of hours and attackers, which have their own.
    pub fn table(&self) -> String {
        let mut text = format!(
            "{} orders, {} rounds, {} steps, {} writes compared, {} looks and approvals beside them\n",
            self.sum("orders"),
            self.of("~rounds", "rounds"),
            self.of("~steps", "steps"),
            self.of("hosts", "writes"),
            self.of("~looks", "looks"),
        );
        let mut last = "";
        for ((section, row), count) in &self.counts {
            if section.starts_with('~') {
                continue;
            }
            if *section != last {
                text += &format!("\n{section}\n");
                last = section;
            }
            text += &format!("  {row:<48} {count:>14}");
            if *section != "hosts" {
                let share = 100.0 * *count as f64 / self.sum(section).max(1) as f64;
                text += &format!(" {share:>7.3} %");
            }
            text += "\n";
        }
        text + &self.attackers()
    }

    /// What attackers achieved, beside what arithmetic allows them.
    fn attackers(&self) -> String {
        let mut text =
            String::from("\nattackers                 compared      verified      expected\n");
        for (kind, compared) in self.rows("~compared") {
            let verified = self.of("~verified", kind);
            let expected = self.of("~expected", kind) as f64 / NANO as f64;
            text += &format!("  {kind:<20} {compared:>12} {verified:>13} {expected:>13.2}\n");
        }
        text
    }
}
