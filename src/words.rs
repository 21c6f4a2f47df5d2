//! Names, kept as they are written, and the words of a list, told apart by their letters (D26).

use alloc::string::String;

use crate::spelling::{Unclean, half_width, is_dash, is_invisible, is_nothing, turns_text};

/// A name: white space around it and what can't be seen are taken away, nothing else is changed. What
/// would change how the rest of a page reads is refused.
pub(crate) fn clean_name(input: &str, chars_max: usize) -> Result<String, Unclean> {
    // Noncharacters are in no text; a form marks with one what was no text.
    let breaks =
        |c: char| matches!(c, '\u{2028}' | '\u{2029}' | '\u{FDD0}'..='\u{FDEF}') || turns_text(c);
    if input.chars().any(breaks) {
        return Err(Unclean::Character);
    }
    let mut name = String::new();
    let seen = input.trim_matches(is_nothing).chars();
    for (n, c) in seen.filter(|c| !is_invisible(*c)).enumerate() {
        if n >= chars_max {
            return Err(Unclean::TooLong);
        }
        if c.is_control() {
            return Err(Unclean::Character);
        }
        name.push(c);
    }
    if name.chars().any(char::is_alphanumeric) {
        Ok(name)
    } else {
        Err(Unclean::Empty)
    }
}

/// Whether these are the same words: alike but for case, white space, dashes, underscores, full-width
/// forms and what can't be seen.
pub(crate) fn same_words(one: &str, other: &str) -> bool {
    letters(one).eq(letters(other))
}

/// Lower case and half width, without what can't be seen, and without white space outside.
pub(crate) fn tidy(input: &str) -> String {
    let seen = input.chars().filter(|c| !is_invisible(*c));
    let tidy: String = seen.map(|c| half_width(c).to_ascii_lowercase()).collect();
    tidy.trim().into()
}

/// What tells words apart; nothing if a person typed nothing.
pub(crate) fn letters(input: &str) -> impl Iterator<Item = char> {
    input.chars().map(half_width).filter_map(|c| {
        let between = is_nothing(c) || is_dash(c) || c == '_';
        (!between).then_some(c.to_ascii_lowercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d26_tells_words_apart_by_their_letters() {
        for input in [
            "Mini Program",
            " mini_program\t",
            "MINI-PROGRAM",
            "ｍｉｎｉ\u{3000}ｐｒｏｇｒａｍ",
            "\u{202A}mini program\u{202C}",
        ] {
            assert!(same_words("mini program", input), "{input:?}");
        }
        assert!(same_words("APP（应用程序）", "app(应用程序)"));
        assert!(!same_words("mini program", "mini.program"));
        assert!(letters(" _-\u{200E}").next().is_none());
    }

    #[test]
    fn d26_keeps_a_name_as_it_is_written() {
        assert_eq!(
            clean_name(" 阿依·古丽 \u{200E}", 5).as_deref(),
            Ok("阿依·古丽")
        );
        assert_eq!(
            clean_name("示例\u{200E} \u{200B}站", 9).as_deref(),
            Ok("示例 站")
        );
        assert_eq!(clean_name("张三四", 2), Err(Unclean::TooLong));
        for malformed in ["张\n三", "张三\u{202E}", "\u{2028}张三", "张\u{2066}三"] {
            assert_eq!(clean_name(malformed, 9), Err(Unclean::Character));
        }
        for empty in ["", " \u{3000} ", "——", "\u{200B}"] {
            assert_eq!(clean_name(empty, 9), Err(Unclean::Empty), "{empty:?}");
        }
    }
}
