//! What people paste, made one spelling (D26). Every value that a person types passes here first.
//!
//! Of any value:
//!
//! - taken away: white space and [what can't be seen](is_invisible) anywhere, [dashes](is_dash) between
//!   letters and digits;
//! - rewritten: full-width forms to ASCII, lower-case to upper-case letters.
//!
//! Of an ID number: one pair of brackets around the last character (`A123456(3)`); of a last six and of
//! the kinds that end with a check character, Ⅹ, ⅹ or × there, which is X.
//!
//! Of a phone number:
//!
//! - in front `+86`, `+0086` and `0086`, each with or without brackets, and `(86)`; `86` alone before
//!   eleven digits that are a mobile, for nothing else has thirteen digits and begins so;
//! - after that `0` before a mobile, for no area code begins with 013 to 019;
//! - brackets around an area code, which stays: `(010)12345678`.
//!
//! An emergency phone keeps a leading `00` and what follows, as it was typed. All else is refused, any
//! other sign in front included. No digit is ever added, changed or left out.

use zeroize::Zeroize;

/// Longer than any value that a person has to type.
const LENGTH_MAX: usize = 32;

/// Why an input has no clean form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unclean {
    /// Nothing that can be seen; for a name, no letter or digit of any script.
    Empty,
    /// A character that is no letter or digit and isn't forgiven where it stands; for a name, one
    /// that changes how the rest of a page reads.
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

    /// What a part of another value was, if that is letters and digits alone.
    fn of(parts: &[&[u8]]) -> Result<Self, Unclean> {
        let mut clean = Self::new();
        for byte in parts.iter().copied().flatten() {
            if !byte.is_ascii_alphanumeric() {
                return Err(Unclean::Character);
            }
            clean.push(*byte)?;
        }
        if clean.length == 0 {
            return Err(Unclean::Empty);
        }
        Ok(clean)
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

/// Letters and digits: codes, and what has no other spelling.
pub(crate) fn clean(input: &str) -> Result<Clean, Unclean> {
    line(input, &[])
}

/// As [`clean`], for an ID number: its last character may stand in brackets.
pub(crate) fn clean_id(input: &str) -> Result<Clean, Unclean> {
    let line = line(input, &['(', ')'])?;
    match line.as_bytes() {
        [b'(', ..] => Err(Unclean::Character),
        [front @ .., b'(', last, b')'] => Clean::of(&[front, &[*last]]),
        plain if plain.iter().all(u8::is_ascii_alphanumeric) => Ok(line),
        _ => Err(Unclean::Character),
    }
}

/// As [`clean_id`], where the last character may be X: a Roman numeral ten, which the X on the card is,
/// or the multiplication sign of Chinese keyboards.
pub(crate) fn clean_id_with_x(input: &str) -> Result<Clean, Unclean> {
    let end = input.trim_end_matches(is_nothing);
    let Some(front) = end.strip_suffix(['Ⅹ', 'ⅹ', '×']) else {
        return clean_id(input);
    };
    let mut id = clean(front.trim_end_matches(|c| is_nothing(c) || is_dash(c)))?;
    id.push(b'X')?;
    Ok(id)
}

/// The digits of a mobile number, or of what was typed in its place: without country code and trunk 0.
/// `None` if there is another country's prefix.
pub(crate) fn clean_mobile(input: &str) -> Result<Option<Clean>, Unclean> {
    domestic(&line(input, PHONE_MARKS)?)
}

/// As [`clean_mobile`], for a number that is never texted: one that begins with 00 is as it was typed.
pub(crate) fn clean_emergency_phone(input: &str) -> Result<Option<Clean>, Unclean> {
    let line = line(input, PHONE_MARKS)?;
    match line.as_bytes() {
        abroad @ [b'0', b'0', ..] => digits(&[abroad]).map(Some),
        _ => domestic(&line),
    }
}

/// Whether these are several mobile numbers: cut at all that can't stand within one, every part is
/// numbers in a row, each with or without its country code.
pub(crate) fn is_several_mobiles(input: &str) -> bool {
    let mut numbers = 0_usize;
    let mut part = Clean::new();
    for c in input.chars().map(half_width).chain([';']) {
        match c {
            digit if digit.is_ascii_digit() => {
                if u8::try_from(digit).map(|digit| part.push(digit)) != Ok(Ok(())) {
                    return false;
                }
                let abroad = part.as_bytes();
                let abroad = abroad.strip_prefix(b"00").unwrap_or(abroad);
                let national = abroad.strip_prefix(b"86").unwrap_or(abroad);
                if is_mobile(without_trunk(national)) {
                    numbers = numbers.saturating_add(1);
                    part = Clean::new();
                }
            }
            between if is_nothing(between) || is_dash(between) => {}
            _ => {
                if !matches!(part.as_bytes(), b"" | b"86" | b"0086") {
                    return false;
                }
                part = Clean::new();
            }
        }
    }
    numbers >= 2
}

/// Eleven digits, the first 1, the second 3–9 (B11).
pub(crate) fn is_mobile(digits: &[u8]) -> bool {
    matches!(digits, [b'1', b'3'..=b'9', rest @ ..] if rest.len() == 9 && all_digits(rest))
}

pub(crate) fn all_digits(characters: &[u8]) -> bool {
    characters.iter().all(u8::is_ascii_digit)
}

/// Full-width forms have an ASCII twin.
pub(crate) fn half_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => u32::from(c)
            .checked_sub(0xFEE0)
            .and_then(char::from_u32)
            .unwrap_or(c),
        c => c,
    }
}

/// Unicode's dash punctuation (Pd), and the minus sign.
pub(crate) fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{058A}' | '\u{05BE}' | '\u{1400}' | '\u{1806}' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2212}'
                | '\u{2E17}'
                | '\u{2E1A}'
                | '\u{2E3A}'
                | '\u{2E3B}'
                | '\u{2E40}'
                | '\u{2E5D}'
                | '\u{301C}'
                | '\u{3030}'
                | '\u{30A0}'
                | '\u{FE31}'
                | '\u{FE32}'
                | '\u{FE58}'
                | '\u{FE63}'
                | '\u{FF0D}'
                | '\u{10D6E}'
                | '\u{10EAD}'
    )
}

/// Direction marks, embeddings, overrides and isolates; zero-width space, joiners and word joiner; byte
/// order mark; soft hyphen.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}' | '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}'
    ) || turns_text(c)
}

/// Bidirectional embeddings, overrides and isolates: what stands after them reads otherwise.
pub(crate) fn turns_text(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// What is taken away wherever it stands.
pub(crate) fn is_nothing(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}

/// What was typed, without blanks and dashes: letters, digits, and of other characters these marks.
fn line(input: &str, marks: &[char]) -> Result<Clean, Unclean> {
    let mut line = Clean::new();
    let mut begun = false;
    let mut dash = false;
    for c in input.chars().map(half_width) {
        let letter = c.is_ascii_alphanumeric();
        match c {
            kept if letter || marks.contains(&kept) => {
                begun |= letter;
                dash &= !letter;
                line.push(u8::try_from(kept).map_err(|_| Unclean::Character)?)?;
            }
            nothing if is_nothing(nothing) => {}
            between if begun && is_dash(between) => dash = true,
            _ => return Err(Unclean::Character),
        }
    }
    match (line.length, begun) {
        (0, _) => Err(Unclean::Empty),
        (_, true) if !dash => Ok(line),
        _ => Err(Unclean::Character),
    }
}

const PHONE_MARKS: &[char] = &['+', '(', ')'];

/// A line without China's country code, trunk 0 and brackets; `None` with another's.
fn domestic(line: &Clean) -> Result<Option<Clean>, Unclean> {
    let national = match without_country_code(line.as_bytes()) {
        twice if without_country_code(twice).len() < twice.len() => {
            return Err(Unclean::Character);
        }
        [b'+', b'0'..=b'9', ..]
        | [b'(', b'+', b'0'..=b'9', ..]
        | [b'+', b'(', b'0'..=b'9', ..]
        | [b'0', b'0', ..]
        | [b'(', b'0', b'0', ..] => return Ok(None),
        national => without_trunk(national),
    };
    let [area, number] = without_brackets(national);
    digits(&[area, number]).map(Some)
}

fn without_country_code(line: &[u8]) -> &[u8] {
    const COUNTRY_CODES: [&[u8]; 9] = [
        b"+86", b"(+86)", b"+(86)", b"(86)", b"+0086", b"(+0086)", b"+(0086)", b"0086", b"(0086)",
    ];
    let number = COUNTRY_CODES
        .iter()
        .find_map(|code| line.strip_prefix(*code));
    let number = number.or_else(|| line.strip_prefix(b"86").filter(|rest| is_mobile(rest)));
    number.unwrap_or(line)
}

fn without_trunk(national: &[u8]) -> &[u8] {
    let mobile = national.strip_prefix(b"0").filter(|rest| is_mobile(rest));
    mobile.unwrap_or(national)
}

/// `(010)12345678` as area code and number; anything else as it is. What begins 013 to 019 is no area
/// code, and would be read as a mobile with its trunk 0 once the brackets are gone.
fn without_brackets(national: &[u8]) -> [&[u8]; 2] {
    let open = national.strip_prefix(b"(").unwrap_or_default();
    let end = open.iter().position(|byte| *byte == b')');
    match end.and_then(|end| open.split_at_checked(end)) {
        Some(([b'0', b'1', b'3'..=b'9', ..], _)) => [national, &[]],
        Some((area @ ([b'0', _, _] | [b'0', _, _, _]), [_, number @ ..])) => [area, number],
        _ => [national, &[]],
    }
}

fn digits(parts: &[&[u8]]) -> Result<Clean, Unclean> {
    if parts.iter().all(|part| all_digits(part)) {
        Clean::of(parts)
    } else {
        Err(Unclean::Character)
    }
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
            ("123\u{2014}\u{2212}456", "123456"),
            ("\u{FEFF}123\u{200B}456\u{061C}", "123456"),
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
            "12ー3456",
            "12345Ⅹ",
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
            "A123456(34",
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
            "8619900000001",
            "019900000001",
            "（+86）019900000001",
            "+86 199-0000-0001",
            "＋８６19900000001",
            "0086 19900000001",
            "\u{202D}+\u{202D}8619900000001",
        ] {
            assert_eq!(mobile(input), Ok(Some("19900000001".into())), "{input:?}");
        }
        for input in ["8612900000001", "86199000000011", "86019900000001"] {
            assert_eq!(mobile(input), Ok(Some(input.into())), "{input:?}");
        }
        assert_eq!(mobile("(010)12345678"), Ok(Some("01012345678".into())));
        assert_eq!(mobile("+1 212 555 0100"), Ok(None));
        for abroad in [
            "00852 0000 0000",
            "(+852)00000000",
            "+(852)00000000",
            "(00852)00000000",
        ] {
            assert_eq!(mobile(abroad), Ok(None), "{abroad:?}");
        }
        for malformed in [
            "++8619900000001",
            "-19900000001",
            "+",
            "+a",
            "86+19900000001",
            "+86 8619900000001",
            "(86)(86)19900000001",
        ] {
            assert_eq!(
                mobile(malformed).err(),
                Some(Unclean::Character),
                "{malformed:?}"
            );
        }
        assert_eq!(mobile("+86"), Err(Unclean::Empty));
    }

    #[test]
    fn d27_an_emergency_phone_keeps_its_zeros() {
        let phone =
            |input| clean_emergency_phone(input).map(|n| n.map(|n| String::from(n.as_str())));
        for (input, output) in [
            ("0085200000000", "0085200000000"),
            ("0086 19900000001", "008619900000001"),
            ("+86 19900000001", "19900000001"),
            ("(010) 12345678", "01012345678"),
        ] {
            assert_eq!(phone(input), Ok(Some(output.into())), "{input:?}");
        }
        assert_eq!(phone("+852 0000 0000"), Ok(None));
    }
}
