//! What the document says of texts: which names there are, and what is read as a number, a code, the end of
//! an ID.
//!
//! The patterns take what the parsers of the crate take, and nothing else: a client that checks before it
//! sends refuses nobody whom a host wouldn't.

use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{
        Object, ObjectBuilder, RefOr, Required, Schema,
        path::{Parameter, ParameterIn},
        schema::{AnyOfBuilder, Type},
    },
};

/// Components of a document, each of them a text: `NAME = BUILDER;`, of [`names`] or [`pattern`].
#[macro_export]
macro_rules! texts {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:expr;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug)]
        pub enum $name {}

        impl ::utoipa::PartialSchema for $name {
            fn schema() -> ::utoipa::openapi::RefOr<::utoipa::openapi::Schema> {
                let description = concat!($($doc),+).trim_start();
                $text.description(Some(description)).build().into()
            }
        }

        impl ::utoipa::ToSchema for $name {}
    )+};
}

texts! {
    /// What an order is for.
    FilingType = names(beian::FilingType::ALL.iter().map(|it| it.name()));
    /// What a modification changes.
    ModifiedPart = names(beian::ModifiedPart::ALL.iter().map(|it| it.name()));
    /// What kind of service it is.
    ServiceKind = names(beian::ServiceKind::ALL.iter().map(|it| it.name()));
    /// What a person is in an order.
    Role = names(beian::Role::ALL.iter().map(|it| it.name()));
    /// Names an order.
    OrderId = pattern("^[0-9a-fA-F]{24}$", "0006174ab3c2d10f5e8c9a71");
    /// What becomes of the number filed at the old provider.
    Access = names(beian::Access::ALL.iter().map(|it| it.name()));
    /// A mainland mobile number as a person types it: eleven digits, the first 1, the second 3 to 9.
    /// Forgiven are white space and what can't be seen anywhere, dashes between digits, full-width forms,
    /// 86, +86 and 0086 in front, with or without brackets, and a 0 after that.
    Mobile = pattern(&mobile(), "19900000001");
    /// The six digits of a message. Forgiven are white space and what can't be seen anywhere, dashes between
    /// digits, full-width forms.
    MessageCode = pattern(&code(), "012345");
    /// The last six letters or digits of an ID number. Forgiven are white space and what can't be seen
    /// anywhere, dashes between characters, full-width forms, lower-case letters, brackets around the
    /// last, and Ⅹ or × as the last for X.
    IdLastSix = pattern(&last_six(), "01019X");
}

/// What kind an ID document is of: one that has a name, or any other certificate code of the regulator's.
#[derive(Debug)]
pub enum IdDocumentKind {}

impl PartialSchema for IdDocumentKind {
    fn schema() -> RefOr<Schema> {
        let named = names(beian::IdDocumentKind::NAMED.iter().map(|it| it.name()));
        let other = pattern("^(other_)?[0-9]{1,5}$", "other_31")
            .description(Some("Any other certificate code of the regulator's."));
        AnyOfBuilder::new()
            .description(Some("What kind an ID document is of."))
            .item(named)
            .item(other)
            .into()
    }
}

impl ToSchema for IdDocumentKind {}

/// `Idempotency-Key` of a request with a body, as [`Once`](crate::idempotency::Once) reads it.
#[derive(Debug)]
pub enum RepeatKey {}

impl IntoParams for RepeatKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![repeat_key("the first answer again")]
    }
}

/// The same of a step that an order goes, as [`Repeatable`](crate::idempotency::Repeatable) reads it.
#[derive(Debug)]
pub enum StepKey {}

impl IntoParams for StepKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![repeat_key("the order as it is by then")]
    }
}

fn repeat_key(gets: &str) -> Parameter {
    let key = pattern(
        "^[!-~]([ -~]{0,253}[!-~])?$",
        "0c0cf6a1-6d8b-4f0e-9a3c-5b7d2e8f1a64",
    );
    let description =
        format!("Random; a repeat under the same key gets {gets}, and does nothing more.");
    Parameter::builder()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(key))
        .build()
}

/// One of these.
pub fn names(names: impl IntoIterator<Item = &'static str>) -> ObjectBuilder {
    text().enum_values(Some(names))
}

/// What a pattern takes.
#[must_use]
pub fn pattern(pattern: &str, example: &str) -> ObjectBuilder {
    text().pattern(Some(pattern)).examples([example])
}

fn text() -> ObjectBuilder {
    Object::builder().schema_type(Type::String)
}

/// White space and what can't be seen.
const NOTHING: &str = r"\t-\r \u0085\u00A0\u00AD\u061C\u1680\u2000-\u200F\u2028-\u202F\u205F\u2060\u2066-\u2069\u3000\uFEFF";
/// What may stand between letters and digits. The last two are U+10D6E and U+10EAD, which have no escape that
/// all readers of patterns know.
const DASHES: &str = r"\-\u058A\u05BE\u1400\u1806\u2010-\u2015\u2212\u2E17\u2E1A\u2E3A\u2E3B\u2E40\u2E5D\u301C\u3030\u30A0\uFE31\uFE32\uFE58\uFE63\uFF0D𐵮𐺭";
const DIGIT: &str = "[0-9０-９]";
const LETTER: &str = "[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]";

/// A pattern in which `_` is what may stand around a text, and `~` what may stand within.
fn spaced(pattern: &str) -> String {
    let around = format!("[{NOTHING}]*");
    let within = format!("[{NOTHING}{DASHES}]*");
    pattern.replace('_', &around).replace('~', &within)
}

fn code() -> String {
    spaced(&format!("^_{DIGIT}(~{DIGIT}){{5}}_$"))
}

fn last_six() -> String {
    let last = format!("({LETTER}|[(（]~{LETTER}_[)）]|[Ⅹⅹ×])");
    spaced(&format!("^_{LETTER}(~{LETTER}){{4}}~{last}_$"))
}

/// A trunk 0 can follow every country code but a bare 86, and stand without one.
fn mobile() -> String {
    let zeros = "[0０]~[0０]~";
    let china = "[8８]~[6６]~";
    let plain = format!("([+＋]_({zeros})?|{zeros}){china}");
    let bracketed = format!("([(（]_([+＋]_)?|[+＋]_[(（]_)({zeros})?{china}[)）]~");
    let front = format!("(({plain}|{bracketed})?([0０]~)?|{china})");
    spaced(&format!("^_{front}[1１]~[3-9３-９](~{DIGIT}){{9}}_$"))
}

#[cfg(test)]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]
mod tests {
    use beian::{Entry, LastSix, MobileNumber};
    use regex_lite::Regex;

    use super::*;

    type Parser = fn(&str) -> bool;

    fn forms() -> [(Regex, Parser); 3] {
        let code: Parser = |text| Entry::parse("19900000001", text, "123456").is_ok();
        let forms: [(String, Parser); 3] = [
            (mobile(), |text| MobileNumber::parse(text).is_ok()),
            (super::code(), code),
            (last_six(), |text| LastSix::parse(text).is_ok()),
        ];
        forms.map(|(pattern, parses)| (Regex::new(&pattern).unwrap(), parses))
    }

    fn agree(forms: &[(Regex, Parser)], typed: &str) -> u32 {
        let mut taken = 0;
        for (pattern, parses) in forms {
            let is = parses(typed);
            assert_eq!(pattern.is_match(typed), is, "{typed:?}");
            taken += u32::from(is);
        }
        taken
    }

    /// Every character that could have a meaning, at the beginning, within and at the end.
    #[test]
    fn the_patterns_take_the_characters_that_the_parsers_take() {
        let forms = forms();
        let known = format!("^([{NOTHING}{DASHES}()+（）＋Ⅹⅹ×]|{LETTER})$");
        let known = Regex::new(&known).unwrap();
        let mut taken = 0;
        for c in '\0'..'\u{20000}' {
            let read = ["123456", "12345"].map(|text| {
                let (front, back) = text.split_at(3);
                LastSix::parse(&format!("{front}{c}{back}")).is_ok()
            });
            if !read.contains(&true) && !known.is_match(&c.to_string()) && c > '\u{2FF}' {
                continue;
            }
            for text in ["19900000001", "1990000000", "123456", "12345"] {
                let (front, back) = text.split_at(3);
                for typed in [
                    format!("{c}{text}"),
                    format!("{front}{c}{back}"),
                    format!("{text}{c}"),
                ] {
                    taken += agree(&forms, &typed);
                }
            }
        }
        assert!(taken > 500, "{taken}");
    }

    /// All short arrangements of what has a meaning, in front of a text, in it and behind it.
    #[test]
    fn the_patterns_take_the_arrangements_that_the_parsers_take() {
        let forms = forms();
        let pieces = ["+", "(", ")", "86", "00", "0", "-", " ", "1", "×"];
        let mut longest = vec![String::new()];
        let mut taken = 0;
        for n in 0..5 {
            for part in &longest {
                taken += agree(&forms, &format!("{part}19900000001"));
                // More than three have a meaning in front of a number alone.
                if n > 3 {
                    continue;
                }
                for (front, back) in [
                    ("199", "00000001"),
                    ("1990000000", ""),
                    ("", "123456"),
                    ("123", "456"),
                    ("12345", ""),
                    ("1234", ""),
                ] {
                    taken += agree(&forms, &format!("{front}{part}{back}"));
                }
            }
            longest = (longest.iter())
                .flat_map(|part| pieces.map(|piece| format!("{part}{piece}")))
                .collect();
        }
        assert!(taken > 300, "{taken}");
    }
}
