//! What people read, in Simplified Chinese and in English.

mod beijing;
mod requirement;
mod tracker;

use beijing::span;

use crate::names::names;

/// The language of a text for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    /// Simplified Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

names!(Lang, "language", { Zh => "zh", En => "en" });
