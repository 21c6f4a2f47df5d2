//! What people paste, made one spelling (D26). Every value that a person types passes here first.
//!
//! Accepted and taken away: white space around and between characters; hyphens *between* characters;
//! invisible direction marks. Rewritten: full-width forms to ASCII, lower-case to upper-case letters.
//! For ID numbers, one pair of brackets around the last character (`A123456(3)`). Anything else that
//! is not an ASCII letter or digit is refused, a leading sign included; `+` is for [`clean_mobile`] alone.

use zeroize::Zeroize;

/// Longer than any value that a person has to type.
const LENGTH_MAX: usize = 32;

/// Why an input has no clean form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unclean {
    /// Nothing but white space; for a name, no letter or digit of any script.
    Empty,
    /// A character that is no letter or digit and isn't forgiven where it stands; for a name, a
    /// control character.
    Character,
    /// More than [`LENGTH_MAX`] characters; for a name, more than were allowed.
    TooLong,
}

/// ASCII letters (upper case) and digits, at least one; erased when dropped.
pub(crate) struct Clean {
    bytes: [u8; LENGTH_MAX],
    length: usize,
}

impl Clean {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// The value as `N` digits, if it is that.
    pub(crate) fn digits<const N: usize>(&self) -> Option<[u8; N]> {
        let digits: [u8; N] = self.as_bytes().try_into().ok()?;
        digits.iter().all(u8::is_ascii_digit).then_some(digits)
    }

    fn push(&mut self, byte: u8) -> Result<(), Unclean> {
        let place = self.bytes.get_mut(self.length).ok_or(Unclean::TooLong)?;
        *place = byte.to_ascii_uppercase();
        self.length = self.length.saturating_add(1);
        Ok(())
    }

    fn new() -> Self {
        Self {
            bytes: [0; LENGTH_MAX],
            length: 0,
        }
    }
}

impl Drop for Clean {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

/// Letters and digits: codes, last six, ID numbers of most kinds.
pub(crate) fn clean(input: &str) -> Result<Clean, Unclean> {
    let mut clean = Clean::new();
    let mut hyphen = false;
    for c in input.chars().filter(|c| !is_direction_mark(*c)) {
        match half_width(c) {
            space if space.is_whitespace() => {}
            dash if is_hyphen(dash) => {
                if clean.length == 0 {
                    return Err(Unclean::Character);
                }
                hyphen = true;
            }
            c if c.is_ascii_alphanumeric() => {
                hyphen = false;
                clean.push(u8::try_from(c).map_err(|_| Unclean::Character)?)?;
            }
            _ => return Err(Unclean::Character),
        }
    }
    match (clean.length, hyphen) {
        (_, true) => Err(Unclean::Character),
        (0, false) => Err(Unclean::Empty),
        _ => Ok(clean),
    }
}

/// As [`clean`], for an ID number: its last character may stand in brackets.
pub(crate) fn clean_id(input: &str) -> Result<Clean, Unclean> {
    let end = |c: char| c.is_whitespace() || is_direction_mark(c);
    let trimmed = input.trim_matches(end);
    let Some(open) = trimmed.strip_suffix([')', '）']) else {
        return clean(input);
    };
    let Some((front, last)) = open.rsplit_once(['(', '（']) else {
        return Err(Unclean::Character);
    };
    let mut number = clean(front)?;
    match clean(last)?.as_bytes() {
        [last] => number.push(*last)?,
        _ => return Err(Unclean::Character),
    }
    Ok(number)
}

/// As [`clean`], for a mobile number: `+86` and `0086` in front are taken away; `None` if there is
/// another country's prefix.
pub(crate) fn clean_mobile(input: &str) -> Result<Option<Clean>, Unclean> {
    let end = |c: char| c.is_whitespace() || is_direction_mark(c);
    let trimmed = input.trim_matches(end);
    let (international, rest) = match trimmed.strip_prefix(['+', '＋']) {
        Some(rest)
            if rest
                .chars()
                .find(|c| !is_direction_mark(*c))
                .is_some_and(char::is_numeric) =>
        {
            (true, rest)
        }
        Some(_) => return Err(Unclean::Character),
        None => (false, trimmed),
    };
    let number = clean(rest)?;
    let national = match number.as_bytes() {
        [b'8', b'6', national @ ..] if international => national,
        [b'0', b'0', b'8', b'6', national @ ..] if !international => national,
        [b'0', b'0', ..] => return Ok(None),
        _ if international => return Ok(None),
        national => national,
    };
    if national.is_empty() {
        return Err(Unclean::Empty);
    }
    let mut clean = Clean::new();
    for byte in national {
        clean.push(*byte)?;
    }
    Ok(Some(clean))
}

/// Full-width forms and the ideographic space have an ASCII twin.
pub(crate) fn half_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => u32::from(c)
            .checked_sub(0xFEE0)
            .and_then(char::from_u32)
            .unwrap_or(c),
        c => c,
    }
}

/// Hyphen-minus, hyphen, non-breaking hyphen, figure dash, en dash: what phone books put in numbers.
pub(crate) fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2013}')
}

pub(crate) fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    fn cleaned(input: &str) -> Result<String, Unclean> {
        clean(input).map(|clean| clean.as_str().into())
    }

    #[test]
    fn d26_lists_what_is_forgiven() {
        for (input, output) in [
            ("123456", "123456"),
            (" 123456\r\n", "123456"),
            ("123 456", "123456"),
            ("123-456", "123456"),
            ("123 - 456", "123456"),
            ("123\u{2011}456", "123456"),
            ("１２３４５６", "123456"),
            ("\u{3000}123\u{00A0}456", "123456"),
            ("\u{202A}123456\u{202C}", "123456"),
            ("12345x", "12345X"),
            ("１２３４５ｘ", "12345X"),
        ] {
            assert_eq!(cleaned(input).as_deref(), Ok(output), "{input:?}");
        }
    }

    #[test]
    fn d26_refuses_what_could_mean_something_else() {
        for input in [
            "-123456",
            "+123456",
            "123456-",
            "−123456",
            "12.3456",
            "123456\0",
            "٠١٢٣٤٥",
            "1²3456",
        ] {
            assert_eq!(cleaned(input), Err(Unclean::Character), "{input:?}");
        }
        assert_eq!(cleaned(""), Err(Unclean::Empty));
        assert_eq!(cleaned(" \u{200E} "), Err(Unclean::Empty));
        assert_eq!(cleaned(&"1".repeat(LENGTH_MAX + 1)), Err(Unclean::TooLong));
    }

    #[test]
    fn d26_takes_the_brackets_of_a_hong_kong_id() {
        let id = |input| clean_id(input).map(|clean| String::from(clean.as_str()));
        assert_eq!(id("a123456(3)").as_deref(), Ok("A1234563"));
        assert_eq!(id("A123456（3） ").as_deref(), Ok("A1234563"));
        assert_eq!(id("A1234563").as_deref(), Ok("A1234563"));
        for input in [
            "A123456(34)",
            "A123456()",
            "(3)",
            "A123456)",
            "A(12)3456",
            "A123456((3))",
        ] {
            assert!(id(input).is_err(), "{input:?}");
        }
    }

    #[test]
    fn d26_takes_the_chinese_prefix_off_a_mobile_number() {
        let mobile = |input| clean_mobile(input).map(|n| n.map(|n| String::from(n.as_str())));
        for input in [
            "19900000001",
            "+86 199-0000-0001",
            "＋８６19900000001",
            "0086 19900000001",
            "\u{202D}+\u{202D}8619900000001",
        ] {
            assert_eq!(mobile(input), Ok(Some("19900000001".into())), "{input:?}");
        }
        assert_eq!(mobile("8619900000001"), Ok(Some("8619900000001".into())));
        assert_eq!(mobile("+1 212 555 0100"), Ok(None));
        assert_eq!(mobile("00852 0000 0000"), Ok(None));
        assert_eq!(mobile("++8619900000001"), Err(Unclean::Character));
        assert_eq!(mobile("-19900000001"), Err(Unclean::Character));
        assert_eq!(mobile("+86"), Err(Unclean::Empty));
    }
}
