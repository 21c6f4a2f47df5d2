//! What a reader wants to know before the code.
//!
//! | you want to | read |
//! |---|---|
//! | build a host, platform or issuer of codes | [`guide`] |
//! | know the rules, their ids, sources and dates | [`rules`] |
//! | know why a number is what it is | [`rationale`] |
//! | know what it withstands, and what only you can do | [`security`] |
//! | know how that was tested, and test it again | [`proof`] |
//! | watch whole platforms, against a second account of the rules | [`simulation`] |
//! | see what every command does in every state | [`states`] |
//! | know what it costs, beside what one would use instead | [`performance`] |
//! | work on the crate | [`architecture`] |

#[doc = include_str!("guide.md")]
pub mod guide {}

#[doc = include_str!("rules.md")]
pub mod rules {}

#[doc = include_str!("rationale.md")]
pub mod rationale {}

#[doc = include_str!("security.md")]
#[doc = include_str!("guards.md")]
pub mod security {}

#[doc = include_str!("proof.md")]
pub mod proof {}

#[doc = include_str!("simulation.md")]
///
/// ## How orders end
///
#[doc = include_str!("simulation/ends.svg")]
///
/// ## How long it takes
///
#[doc = include_str!("simulation/times.svg")]
///
/// ## What an attacker achieves
///
#[doc = include_str!("simulation/attackers.svg")]
pub mod simulation {}

#[doc = include_str!("architecture.md")]
pub mod architecture {}

#[doc = include_str!("performance.md")]
///
/// ## Messages a second, by how many are in flight
///
#[doc = include_str!("performance/pace.svg")]
///
/// ## Databases as they fill
///
#[doc = include_str!("performance/growth.svg")]
///
/// ## Memory as it fills
///
#[doc = include_str!("performance/memory.svg")]
pub mod performance {}

/// # States and commands
///
#[doc = include_str!("matrix.md")]
pub mod states {}

#[doc = include_str!("codes.md")]
pub mod codes {}

/// The code of the README is compiled and run with the doc tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub mod readme {}
