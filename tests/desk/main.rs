//! The desk with a store, a gateway and a clock.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    clippy::panic,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a panic is how a test fails"
)]

mod attacks;
mod gateway_codes;
mod numbers;
mod pace;
mod rounds;
mod support;
