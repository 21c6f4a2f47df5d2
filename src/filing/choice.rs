//! The named values of a form, in every spelling that is read.

use core::str::FromStr;

use super::{Access, FilingType, ModifiedPart, ProblemKind, ServiceKind};
use crate::{
    IdDocumentKind, Lang,
    words::{letters, same_words, tidy},
};

/// A value that a person chooses out of a list.
pub(crate) trait Choice: Copy + FromStr + 'static {
    const ALL: &'static [Self];
    /// Nothing was chosen.
    const MISSING: ProblemKind;
    /// What was given isn't in the list.
    const UNKNOWN: ProblemKind;

    fn stable(self) -> &'static str;
    fn label(self, lang: Lang) -> &'static str;
}

macro_rules! choices {
    ($($type:ident, $all:ident, $missing:ident, $unknown:ident;)+) => {
        $(impl Choice for $type {
            const ALL: &'static [Self] = Self::$all;
            const MISSING: ProblemKind = ProblemKind::$missing;
            const UNKNOWN: ProblemKind = ProblemKind::$unknown;

            fn stable(self) -> &'static str {
                self.name()
            }

            fn label(self, lang: Lang) -> &'static str {
                self.text(lang)
            }
        })+
    };
}

choices! {
    FilingType, ALL, FilingTypeMissing, UnknownFilingType;
    ModifiedPart, ALL, ChangeMissing, UnknownChange;
    ServiceKind, ALL, ServiceKindMissing, UnknownServiceKind;
    Access, ALL, AccessMissing, UnknownAccess;
    IdDocumentKind, NAMED, IdDocumentKindMissing, UnknownIdDocumentKind;
}

/// Reads the stable name, or the text in either language, which is what the text of the problem lists
/// (D26).
pub(super) fn choose<T: Choice>(input: &str) -> Result<T, ProblemKind> {
    if letters(input).next().is_none() {
        return Err(T::MISSING);
    }
    let is = |value: &T| {
        let names = [value.stable(), value.label(Lang::Zh), value.label(Lang::En)];
        names.iter().any(|name| same_words(name, input))
    };
    T::ALL
        .iter()
        .copied()
        .find(is)
        .or_else(|| tidy(input).parse().ok())
        .ok_or(T::UNKNOWN)
}
