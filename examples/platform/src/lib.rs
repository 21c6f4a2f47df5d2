//! draft
pub mod order;
