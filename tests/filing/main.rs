//! Filing orders and what they are made of, up to who must verify and what a platform sees.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::enum_glob_use,
    clippy::format_push_string,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a panic is how a test fails"
)]

mod checks;
mod determine;
mod life;
mod numbers;
mod orders;
mod people;
mod regulator;
mod rulebook;
mod stored_orders;
mod support;
mod texts;
mod told;
mod tracker;
mod tracker_account;
mod tracker_exact;
mod tracker_uncertain;
#[cfg(feature = "serde")]
mod values;
mod wechat;
