//! What can be asked of the simulator.

use std::path::PathBuf;

use clap::{Args, Parser};

/// Whole filing platforms in virtual time, over the real crate, checked step by step against a
/// naive model of the rules. The same seed gives the same run, whatever the number of threads.
#[derive(Parser, Clone)]
#[command(name = "simulate")]
pub struct Options {
    /// Filing orders in all
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub filings: u64,

    /// Everything follows from it
    #[arg(long, default_value_t = 7)]
    pub seed: u64,

    /// Filing orders in one world: they share people, hosts and a gateway
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub size: u32,

    /// Begins at this world, which is a part of the same run
    #[arg(long, default_value_t = 0, value_name = "NUMBER")]
    pub first: u64,

    #[command(flatten)]
    pub world: World,

    /// Threads [default: one a core]
    #[arg(long)]
    pub threads: Option<usize>,

    /// Draws plots into this folder instead, as SVG: sixty runs of a twentieth of the filings each
    #[arg(long, value_name = "DIR")]
    pub plots: Option<PathBuf>,

    /// Runs this world alone
    #[arg(long, value_name = "NUMBER")]
    pub only: Option<u64>,

    /// With `--only`: these filings of the world alone
    #[arg(long, value_delimiter = ',', requires = "only", value_name = "N,N,…")]
    pub orders: Option<Vec<u32>>,

    /// With `--only`: ends the world after so many steps
    #[arg(long, requires = "only")]
    pub steps: Option<u64>,
}

/// What it is like in a world. Shares are from 0 to 1.
#[derive(Args, Clone, Copy, PartialEq)]
pub struct World {
    /// Accepted messages that never arrive
    #[arg(long, default_value_t = 0.05, value_parser = share)]
    pub loss: f64,

    /// Messages that the gateway refuses
    #[arg(long, default_value_t = 0.03, value_parser = share)]
    pub refusals: f64,

    /// Messages that the gateway neither takes nor refuses
    #[arg(long, default_value_t = 0.05, value_parser = share)]
    pub deferrals: f64,

    /// Messages for which the gateway takes longer than the sender says, so that a lease may end meanwhile
    #[arg(long, default_value_t = 0.02, value_parser = share)]
    pub slow: f64,

    /// Messages that the sender does not try, because it leaves the gateway alone for a while
    #[arg(long, default_value_t = 0.02, value_parser = share)]
    pub rests: f64,

    /// Calls during which the host dies, at any effect
    #[arg(long, default_value_t = 0.02, value_parser = share)]
    pub crashes: f64,

    /// Calls that race others on two more hosts, effect by effect
    #[arg(long, default_value_t = 0.05, value_parser = share)]
    pub races: f64,

    /// Worlds whose hosts' clocks jump and go back by hours, not seconds
    #[arg(long, default_value_t = 0.05, value_parser = share)]
    pub clocks: f64,

    /// Rounds whose personal data somebody wants erased, within 80 hours
    #[arg(long, default_value_t = 0.2, value_parser = share)]
    pub erasures: f64,

    /// Worlds whose hosts change their keys one by one, and miss an older or a newer one for hours
    #[arg(long, default_value_t = 0.1, value_parser = share)]
    pub keys: f64,

    /// Rounds that somebody attacks
    #[arg(long, default_value_t = 0.1, value_parser = share)]
    pub attacks: f64,

    /// Worlds under another policy than the regulator's
    #[arg(long, default_value_t = 0.2, value_parser = share)]
    pub policies: f64,

    /// Orders in which the regulator texts others than its table says
    #[arg(long, default_value_t = 0.1, value_parser = share)]
    pub overrides: f64,

    /// Rounds whose persons tell their platform hours later
    #[arg(long = "late-words", default_value_t = 0.05, value_parser = share, value_name = "LATE")]
    pub late: f64,

    /// Rounds whose persons don't tell it every other time
    #[arg(long = "missing-words", default_value_t = 0.05, value_parser = share, value_name = "MISSING")]
    pub missing: f64,

    /// Rounds whose persons tell it what isn't so
    #[arg(long = "wrong-words", default_value_t = 0.05, value_parser = share, value_name = "WRONG")]
    pub wrong: f64,

    /// Without the platforms: by default one follows each order from outside, by its tracker
    #[arg(long = "no-platforms", action = clap::ArgAction::SetFalse)]
    pub platforms: bool,

    /// Wrong entries that lock a person, in every world [default: by the world's policy]
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=10))]
    pub entries: Option<u8>,
}

fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "expected a number from 0 to 1")?;
    if (0.0..=1.0).contains(&share) {
        Ok(share)
    } else {
        Err("expected a number from 0 to 1".into())
    }
}

impl Options {
    /// How many worlds there are.
    pub fn worlds(&self) -> u64 {
        self.filings.div_ceil(u64::from(self.size))
    }

    /// The command that runs one world again.
    pub fn command(&self, world: u64, orders: &[u32], steps: u64) -> String {
        let mut words = format!(
            "cargo run --release --example simulate -- --seed {} --size {} --only {world}",
            self.seed, self.size
        );
        let list: Vec<_> = orders.iter().map(u32::to_string).collect();
        words += &format!(" --orders {} --steps {steps}", list.join(","));
        let World {
            loss,
            refusals,
            deferrals,
            slow,
            rests,
            crashes,
            races,
            clocks,
            erasures,
            keys,
            attacks,
            policies,
            overrides,
            late,
            missing,
            wrong,
            platforms,
            entries,
        } = self.world;
        let usual = Self::parse_from(["simulate"]).world;
        for (name, value, default) in [
            ("loss", loss, usual.loss),
            ("refusals", refusals, usual.refusals),
            ("deferrals", deferrals, usual.deferrals),
            ("slow", slow, usual.slow),
            ("rests", rests, usual.rests),
            ("crashes", crashes, usual.crashes),
            ("races", races, usual.races),
            ("clocks", clocks, usual.clocks),
            ("erasures", erasures, usual.erasures),
            ("keys", keys, usual.keys),
            ("attacks", attacks, usual.attacks),
            ("policies", policies, usual.policies),
            ("overrides", overrides, usual.overrides),
            ("late-words", late, usual.late),
            ("missing-words", missing, usual.missing),
            ("wrong-words", wrong, usual.wrong),
        ] {
            if value.to_bits() != default.to_bits() {
                words += &format!(" --{name} {value}");
            }
        }
        if !platforms {
            words += " --no-platforms";
        }
        if let Some(entries) = entries {
            words += &format!(" --entries {entries}");
        }
        words
    }
}
