//! Mainland mobile numbers.

use core::{fmt, str::FromStr};

use crate::spelling::{Unclean, clean_mobile, is_mobile, is_several_mobiles};

/// A mainland mobile number: 11 digits, the first 1, the second 3–9 (B11).
///
/// Every spelling that D26 forgives gives the same value. `Display` and `Debug` mask the middle; the
/// digits come out through [`digits`](Self::digits) alone.
///
/// ```
/// use beian::{MobileNumber, MobileProblem};
///
/// let mobile: MobileNumber = "+86 199-0000-0001".parse()?;
/// assert_eq!(mobile, "19900000001".parse()?);
/// assert_eq!(mobile.to_string(), "199****0001");
/// assert_eq!("400 000 0000".parse::<MobileNumber>(), Err(MobileProblem::Hotline));
/// # Ok::<(), MobileProblem>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MobileNumber([u8; 11]);

impl MobileNumber {
    /// Reads a number as a person types or pastes it (D26).
    ///
    /// # Errors
    /// A [`MobileProblem`] that says what the input is instead.
    pub fn parse(input: &str) -> Result<Self, MobileProblem> {
        let problem = match clean_mobile(input) {
            Ok(Some(clean)) => match clean.digits().and_then(Self::of_digits) {
                Some(mobile) => return Ok(mobile),
                None => not_a_mobile(clean.as_bytes()),
            },
            Ok(None) => MobileProblem::Foreign,
            Err(Unclean::Empty) => MobileProblem::Empty,
            Err(Unclean::Character) => MobileProblem::Malformed,
            Err(Unclean::TooLong) => MobileProblem::WrongLength,
        };
        if is_several_mobiles(input) {
            Err(MobileProblem::Several)
        } else {
            Err(problem)
        }
    }

    /// 199 0000 and the last four digits of `n`: invented, for tests.
    #[cfg(feature = "testkit")]
    pub(crate) fn invented(n: u16) -> Self {
        let mut digits = *b"19900000000";
        write_digits(n, &mut digits);
        Self(digits)
    }

    /// The eleven digits as one number, and back.
    #[cfg(feature = "serde")]
    pub(crate) fn number(&self) -> u64 {
        self.0.iter().fold(0, |number: u64, digit| {
            let digit = u64::from(digit.saturating_sub(b'0'));
            number.saturating_mul(10).saturating_add(digit)
        })
    }

    #[cfg(feature = "serde")]
    pub(crate) fn of_number(number: u64) -> Option<Self> {
        let mut rest = number;
        let mut digits = [b'0'; 11];
        for digit in digits.iter_mut().rev() {
            let last = u8::try_from(rest % 10).unwrap_or_default();
            *digit = b'0'.saturating_add(last);
            rest /= 10;
        }
        Self::of_digits(digits).filter(|_| rest == 0)
    }

    fn of_digits(digits: [u8; 11]) -> Option<Self> {
        is_mobile(&digits).then_some(Self(digits))
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 11] {
        &self.0
    }

    /// All eleven digits, in clear: for a store's index or an SMS gateway, never for a log.
    #[must_use]
    pub fn digits(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Writes the last four digits of `n` at the end of `digits`.
#[cfg(feature = "testkit")]
pub(crate) fn write_digits(n: u16, digits: &mut [u8]) {
    let mut rest = n;
    for digit in digits.iter_mut().rev().take(4) {
        *digit = b'0'.saturating_add(u8::try_from(rest.rem_euclid(10)).unwrap_or_default());
        rest = rest.div_euclid(10);
    }
}

/// Eleven digits may still be a landline (010 + 8) or a number abroad; no area code is 013 to 019.
fn not_a_mobile(digits: &[u8]) -> MobileProblem {
    match digits {
        [b'4' | b'8', b'0', b'0', ..] if digits.len() == 10 => MobileProblem::Hotline,
        [b'0', b'1', b'3'..=b'9', ..] => MobileProblem::WrongLength,
        [b'0', ..] if (10..=12).contains(&digits.len()) => MobileProblem::Landline,
        [b'2'..=b'9', ..] if digits.len() == 7 || digits.len() == 8 => MobileProblem::Landline,
        _ if digits.len() == 11 => MobileProblem::UnknownRange,
        _ => MobileProblem::WrongLength,
    }
}

impl FromStr for MobileNumber {
    type Err = MobileProblem;

    fn from_str(input: &str) -> Result<Self, Self::Err> {
        Self::parse(input)
    }
}

impl fmt::Display for MobileNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digits();
        let (front, back) = (digits.get(..3), digits.get(7..));
        write!(
            f,
            "{}****{}",
            front.unwrap_or_default(),
            back.unwrap_or_default()
        )
    }
}

impl fmt::Debug for MobileNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why an input is no mobile number that could be texted (B11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum MobileProblem {
    /// Nothing was given.
    #[error("mobile number missing")]
    Empty,
    /// A character that doesn't belong into a number, a leading sign among them (D26).
    #[error("mobile number malformed: expected 11 digits, with +86 in front at most")]
    Malformed,
    /// Digits, but not eleven: the thirteen of the Internet of Things among them.
    #[error("mobile number of the wrong length: expected 11 digits")]
    WrongLength,
    /// Eleven digits that don't begin with 1 and 3–9.
    #[error("not a mobile number: the first digit must be 1, the second 3 to 9")]
    UnknownRange,
    /// Two or more mobile numbers in one field.
    #[error("several mobile numbers in one field: expected one")]
    Several,
    /// A landline: the code can't be texted to it.
    #[error("a landline can't receive the code: expected a mobile number")]
    Landline,
    /// A 400 or 800 number.
    #[error("a 400 or 800 number can't receive the code: expected a mobile number")]
    Hotline,
    /// Another country's prefix.
    #[error("a number outside mainland China can't receive the code")]
    Foreign,
    /// On the platform's deny list of numbers that can't receive the text.
    #[error("this number range can't receive the code: expected another mobile number")]
    Denied,
}
