//! What a filing platform has to withstand, class by class: each over the running program, as a customer, a
//! person, a regulator or a machine in trouble would do it. Each test is named by its class.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::too_many_lines,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

#[path = "../../../../tests/forms/mod.rs"]
mod forms;
#[path = "../support/mod.rs"]
mod support;

mod answers;
mod clocks;
mod ids;
mod links;
mod load;
mod pages;
mod races;
mod reminders;
mod uploads;
mod words;
