//! The languages that people are told things in.

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
