//! The rules of one session, by what they are about.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

mod attacks;
mod entries;
mod keys;
mod messages;
mod next_steps;
mod policies;
mod resends;
mod rounds;
mod support;
mod time;
