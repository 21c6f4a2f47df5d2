//! What a reader wants to know before the code: the rules, why they are so, what they withstand, and
//! how the crate is built.

#[doc = include_str!("guide.md")]
pub mod guide {}

#[doc = include_str!("rules.md")]
pub mod rules {}

#[doc = include_str!("rationale.md")]
pub mod rationale {}

#[doc = include_str!("security.md")]
pub mod security {}

#[doc = include_str!("architecture.md")]
pub mod architecture {}

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
