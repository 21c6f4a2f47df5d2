//! Who must verify, as data: one row one rule, and which table was in force when and where.
//!
//! 规则表：哪类备案由谁核验，一行一条规则，并注明何时、在哪些省份适用。一般只需调用 [`requirement`]：
//! 给出订单和提交管局的时刻，得到核验要求。要按自己的规则处理，用同样的类型建立 [`Rulebook`]
//! 或 [`History`]。
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
