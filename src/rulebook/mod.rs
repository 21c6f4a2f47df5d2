//! Who must verify, as data: one row one rule, and which table was in force when and where.
//!
//! | place | holds |
//! |---|---|
//! | [`Rule`], [`RuleId`] | one row: a filing type, the roles texted, the rule's id |
//! | [`Rulebook`] | a complete table with its name and window |
//! | [`History`], [`Period`] | which table is in force from when, in which provinces (D01) |
//! | [`in_force`], [`requirement`] | the documented history, asked |
//!
//! The built-in tables are values of the same types that a host loads its own into.

mod history;
pub(crate) mod requirement;
mod rule;
pub(crate) mod table;
mod tables;

pub use history::{History, HistoryProblem, Period, in_force, requirement};
pub use requirement::NotInForce;
pub use rule::{Rule, RuleId, RuleIdProblem};
pub(crate) use table::Rulebook;
pub use table::RulebookProblem;
