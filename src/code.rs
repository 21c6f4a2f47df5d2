//! Codes: six digits, derived when needed and never stored.

use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroize;

use crate::{
    LastSix, MobileNumber,
    id::SessionId,
    key::{Framed, KeyError, KeyId, Keys},
    spelling::clean,
};

/// How many codes one MAC yields: the first, two resends and the noon resend, or three resends.
pub(crate) const CODES: usize = 4;

/// A number below 1 000 000, to compare with; its six digits are made where they are needed.
///
/// No `Clone`, no `Debug`, no serde: a code leaves the crate through
/// [`Message::code_for_transport`](crate::Message::code_for_transport) alone (D28).
pub(crate) struct Code(u32);

impl Code {
    /// Reads a code as a person types it (D26).
    pub(crate) fn parse(input: &str) -> Option<Self> {
        let digits: [u8; 6] = clean(input).ok()?.digits()?;
        let number = digits.iter().fold(0_u32, |number, digit| {
            let digit = u32::from(digit.wrapping_sub(b'0'));
            number.wrapping_mul(10).wrapping_add(digit)
        });
        Some(Self(number))
    }

    /// The residue of a uniform 64-bit word: no code is likelier than another by more than 2⁻⁴⁴.
    pub(crate) fn of_word(word: u64) -> Self {
        Self(u32::try_from(word % 1_000_000).unwrap_or_default())
    }

    pub(crate) fn digits(&self) -> Digits {
        let mut rest = self.0;
        let mut digits = [b'0'; 6];
        for digit in digits.iter_mut().rev() {
            let last = u8::try_from(rest % 10).unwrap_or_default();
            *digit = b'0'.saturating_add(last);
            rest /= 10;
        }
        Digits(digits)
    }

    pub(crate) fn matches(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// A code as people read it: six Arabic digits, leading zeros kept (R13). As little as [`Code`] can it
/// be copied or printed.
pub(crate) struct Digits([u8; 6]);

impl Digits {
    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 6] {
        &self.0
    }
}

impl Drop for Digits {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Sixteen random bytes of one person in one round; without them nobody derives the codes again.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Nonce(pub(crate) [u8; 16]);

impl Nonce {
    /// For MACs that are computed for their cost alone.
    pub(crate) const ZERO: Self = Self([0; 16]);
}

impl Drop for Nonce {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Every code that a person can get in a round: code `n` goes out when `n` messages were accepted
/// before.
pub(crate) fn codes(
    keys: &dyn Keys,
    key: KeyId,
    session: SessionId,
    mobile: &MobileNumber,
    nonce: &Nonce,
) -> Result<[Code; CODES], KeyError> {
    let message = Framed::new(
        "beian c1",
        [session.as_bytes(), mobile.as_bytes()],
        [&nonce.0],
    );
    let mac = keys.mac(key, message.as_bytes())?;
    Ok(mac.words().map(Code::of_word))
}

/// What a last six is kept as: bound to the number, the same in every round (D25).
pub(crate) fn id_mac(
    keys: &dyn Keys,
    key: KeyId,
    mobile: &MobileNumber,
    last_six: &LastSix,
) -> Result<[u8; 16], KeyError> {
    let message = Framed::new("beian id 1", [mobile.as_bytes()], [last_six.as_bytes()]);
    Ok(keys.mac(key, message.as_bytes())?.half())
}

/// What an entry that verified leaves behind, so that a double click is known (D18).
pub(crate) fn spent_mac(
    keys: &dyn Keys,
    key: KeyId,
    session: SessionId,
    mobile: &MobileNumber,
    code: &Code,
    last_six: &LastSix,
) -> Result<[u8; 16], KeyError> {
    let message = Framed::new(
        "beian s1",
        [session.as_bytes(), mobile.as_bytes()],
        [code.digits().as_bytes(), last_six.as_bytes()],
    );
    Ok(keys.mac(key, message.as_bytes())?.half())
}

#[cfg(test)]
mod tests {
    use core::fmt;

    use super::*;
    use crate::session::state::Person;

    /// Compiles only as long as they have none of these traits: with one, `_` is ambiguous.
    #[test]
    fn attack_12_d28_a_code_can_not_be_copied_or_printed() {
        trait Has<Trait> {
            fn has() {}
        }
        trait Shown<Trait> {
            fn shown() {}
        }
        struct Cloning;
        struct Debugging;
        struct Displaying;
        impl<T> Has<()> for T {}
        impl<T: Clone> Has<Cloning> for T {}
        impl<T: fmt::Debug> Has<Debugging> for T {}
        impl<T: fmt::Display> Has<Displaying> for T {}
        impl<T> Shown<()> for T {}
        impl<T: fmt::Debug> Shown<Debugging> for T {}
        <Code as Has<_>>::has();
        <Digits as Has<_>>::has();
        // Nor can what codes are derived from be printed, alone or in what holds it.
        <Nonce as Shown<_>>::shown();
        <Person as Shown<_>>::shown();
    }

    #[test]
    fn d26_every_spelling_of_a_code_is_that_code() {
        for typed in [
            "012 345",
            "\u{200B}012345",
            "０１２３４５",
            "012\u{2014}345",
            "\u{202D}0\u{2060}12345\u{202C}\r\n",
        ] {
            let code = Code::parse(typed).unwrap();
            assert_eq!(code.digits().as_str(), "012345", "{typed:?}");
        }
        for other in [
            "【012345】",
            "(012345)",
            "12345",
            "0123456",
            "-012345",
            "01234X",
        ] {
            assert!(Code::parse(other).is_none(), "{other:?}");
        }
    }

    #[test]
    fn attack_10_boundary_words_give_six_digits() {
        for (word, code) in [
            (0, "000000"),
            (999_999, "999999"),
            (1_000_000, "000000"),
            (1_000_007, "000007"),
            (u64::MAX, "551615"),
        ] {
            assert_eq!(Code::of_word(word).digits().as_str(), code);
            assert!(bool::from(
                Code::parse(code).unwrap().matches(&Code::of_word(word))
            ));
        }
    }
}
