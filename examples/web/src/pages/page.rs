//! What every template knows.

use std::fmt;

use beian::Lang;

use super::MenuItem;

/// What every template knows, as `p`.
#[derive(Clone)]
pub struct Page {
    /// The language it is in.
    pub lang: Lang,
    /// What every form carries, in the field `csrf`.
    pub csrf: String,
    /// Whether the host is only tried out.
    pub sandbox: bool,
    /// Somebody had to sign in, and has.
    pub signed_in: bool,
    /// The style sheet's address.
    pub css: &'static str,
    /// What stands on top.
    pub brand: &'static str,
    /// The ways in.
    pub menu: Vec<MenuItem>,
    /// What stands at the end.
    pub footer: &'static str,
    /// Where the console begins.
    pub console: &'static str,
    pub(super) section: &'static str,
    pub(super) here: String,
}

impl Page {
    /// The text in the language of the page.
    #[must_use]
    pub const fn t<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// With a capital, to stand alone.
    #[must_use]
    pub fn cap(&self, text: &str) -> String {
        match self.lang {
            Lang::Zh => text.to_owned(),
            Lang::En => capital(text),
        }
    }

    /// Whether it is in Chinese.
    #[must_use]
    pub fn is_zh(&self) -> bool {
        self.lang == Lang::Zh
    }

    /// Whether it is of this part of the site.
    #[must_use]
    pub fn is_in(&self, section: &str) -> bool {
        self.section == section
    }

    /// This page in the other language.
    #[must_use]
    pub fn other_lang(&self) -> String {
        let lang = match self.lang {
            Lang::Zh => Lang::En,
            Lang::En => Lang::Zh,
        };
        let and = if self.here.contains('?') { '&' } else { '?' };
        format!("{}{and}lang={lang}", self.here)
    }
}

impl fmt::Debug for Page {
    /// Without what its forms are bound to, and without its address, which may hold a number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut page = f.debug_struct("Page");
        page.field("lang", &self.lang)
            .field("section", &self.section);
        page.finish_non_exhaustive()
    }
}

/// The crate's short texts begin in lower case, to stand in a sentence.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}
