//! The languages that people are told things in.

use alloc::{borrow::Cow, boxed::Box};

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

/// Whatever can be told to people: an answer, a problem, an error, a status, a step. One stable code for
/// machines, one text in each language.
///
/// Every type here with a `text` and a code of its own has this too, so that a host writes one conversion
/// for all of them, and its own errors can join:
///
/// ```
/// use beian::{Entry, FilingOrder, IdDocument, KeyRing, Lang, Localized, Person, Province};
///
/// /// What a host's API answers.
/// struct Problem { code: &'static str, text: String }
///
/// impl<T: Localized> From<T> for Problem {
///     fn from(problem: T) -> Self {
///         Self { code: problem.code(), text: problem.text(Lang::Zh).into() }
///     }
/// }
///
/// fn file(mobile: &str) -> Result<FilingOrder, Problem> {
///     let leader = Person::new("张三", mobile, IdDocument::passport("E12345678")?)?;
///     Ok(FilingOrder::deregister_entity(Province::Beijing, leader).build()?)
/// }
/// let problem = file("400 000 0000").unwrap_err();
/// assert_eq!(problem.code, "mobile_hotline");
/// assert_eq!(problem.text, "400、800电话无法接收核验短信，请填写手机号码。");
///
/// // A box of it keeps both languages, which one of `dyn Error` doesn't.
/// fn verify(code: &str) -> Result<(), Box<dyn Localized + Send + Sync>> {
///     KeyRing::single(1, [7; 32])?;
///     Entry::parse("19900000001", code, "345678")?;
///     Ok(())
/// }
/// assert!(verify("12345").unwrap_err().text(Lang::En).contains("six digits"));
/// ```
pub trait Localized {
    /// The stable machine code or name: [`docs::codes`](crate::docs::codes) has them all.
    fn code(&self) -> &'static str;

    /// The text for people, without personal data but masked numbers.
    fn text(&self, lang: Lang) -> Cow<'static, str>;
}

impl<T: Localized + Send + Sync + 'static> From<T> for Box<dyn Localized + Send + Sync> {
    fn from(told: T) -> Self {
        Box::new(told)
    }
}
