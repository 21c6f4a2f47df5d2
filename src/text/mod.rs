//! What people read, in Simplified Chinese and in English.

mod beijing;
mod checks;
mod determine;
mod event;
mod filing;
mod host;
mod life;
mod localized;
mod people;
mod regulator;
mod requirement;
mod rulebook;
mod session;
mod tracker;
mod wechat;

pub use beijing::BeijingTime;
use beijing::span;

use crate::lang::Lang;

/// Gives a field-less enum its text in both languages; with `coded`, its machine codes too.
macro_rules! texts {
    ($type:ident, { $($variant:ident => $zh:literal, $en:literal;)+ }) => {
        impl $type {
            /// The text for people.
            #[must_use]
            pub const fn text(self, lang: Lang) -> &'static str {
                match (self, lang) {
                    $((Self::$variant, Lang::Zh) => $zh, (Self::$variant, Lang::En) => $en,)+
                }
            }
        }
    };
    ($type:ident, coded { $($variant:ident => $code:literal, $zh:literal, $en:literal;)+ }) => {
        impl $type {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable machine code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code),+
                }
            }
        }

        $crate::text::texts!($type, { $($variant => $zh, $en;)+ });
    };
}
pub(crate) use texts;

/// Gives an enum whose text is a sentence a short name beside it.
macro_rules! labels {
    ($type:ident, { $($variant:ident => $zh:literal, $en:literal;)+ }) => {
        impl $type {
            /// The short name for people, for a list, a table or a badge; [`text`](Self::text) says it in a
            /// sentence.
            #[must_use]
            pub const fn label(self, lang: Lang) -> &'static str {
                match (self, lang) {
                    $(
                        (Self::$variant { .. }, Lang::Zh) => $zh,
                        (Self::$variant { .. }, Lang::En) => $en,
                    )+
                }
            }
        }
    };
}
use labels;
