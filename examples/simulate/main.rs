//! Whole filing platforms in virtual time, deterministic from a seed, over the real crate.
//!
//! ```sh
//! cargo run --release --example simulate -- --filings 1000000 --seed 7 --loss 0.05
//! ```
//!
//! Method and figures: `beian::docs::simulation`.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::format_push_string,
    clippy::indexing_slicing,
    clippy::match_bool,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    missing_docs,
    unreachable_pub,
    reason = "a program that may fail: that is what it is for"
)]

mod attackers;
mod desk;
mod dice;
mod foretold;
mod hearsay;
mod held;
mod host;
mod hub;
mod intake;
mod ledger;
mod options;
mod orders;
mod people;
mod platform;
mod plots;
#[path = "../../tests/reference/mod.rs"]
mod reference;
mod rings;
mod runs;
mod shrink;
mod tally;

use std::process::ExitCode;

use clap::Parser;

use options::Options;

fn main() -> ExitCode {
    let options = Options::parse();
    if let Some(world) = options.only {
        return one(&options, world);
    }
    if let Some(folder) = &options.plots {
        return plots::draw(&options, folder);
    }
    match runs::all(&options) {
        Ok(tally) => {
            println!("{}\nno violation", tally.table());
            ExitCode::SUCCESS
        }
        Err(world) => shrunk(&options, world),
    }
}

fn one(options: &Options, world: u64) -> ExitCode {
    let steps = options.steps.unwrap_or(u64::MAX);
    match runs::one(options, world, options.orders.as_deref(), steps) {
        Ok(tally) => {
            println!("{}\nno violation", tally.table());
            ExitCode::SUCCESS
        }
        Err((step, difference)) => {
            println!("world {world}, step {step}: {difference}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the world of a printed command fails, as it does for whoever types it.
fn fails(command: &str) -> bool {
    let words = command.split(' ').skip_while(|word| *word != "--").skip(1);
    let Ok(options) = Options::try_parse_from(std::iter::once("simulate").chain(words)) else {
        return false;
    };
    let (Some(world), Some(steps)) = (options.only, options.steps) else {
        return false;
    };
    runs::one(&options, world, options.orders.as_deref(), steps).is_err()
}

/// A failing world is made as small as it goes.
fn shrunk(options: &Options, world: u64) -> ExitCode {
    let options = Options {
        size: runs::size(options, world),
        only: Some(world),
        ..options.clone()
    };
    let Some(failing) = shrink::shrink(&options, world) else {
        println!("world {world} failed, and doesn't when run alone");
        return ExitCode::FAILURE;
    };
    let shrink::Failing {
        orders,
        steps,
        difference,
    } = failing;
    println!("VIOLATION in world {world}: {difference}");
    println!(
        "reproduce it, shrunk to {} filings and {steps} steps:",
        orders.len()
    );
    let command = options.command(world, &orders, steps);
    println!("  {command}");
    if !fails(&command) {
        println!("which it isn't: this command finds nothing");
    }
    ExitCode::FAILURE
}
