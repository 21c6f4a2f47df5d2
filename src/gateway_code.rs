//! What a gateway calls its reason to refuse a message.

use core::{fmt, str::FromStr};

const LONGEST: usize = 64;

/// A gateway's own code for why it refused a message, such as `isv.OUT_OF_SERVICE`: for the audit
/// trail, so that somebody can ask the gateway's operator.
///
/// At most 64 ASCII letters, digits, `.`, `_` and `-`. Six digits in a row, those marks between them
/// or not, are refused, and so are five with an X: neither a number nor an ID nor a code fits.
///
/// ```
/// use beian::{GatewayCode, GatewayCodeProblem};
///
/// assert_eq!(GatewayCode::new("isv.OUT_OF_SERVICE")?.as_str(), "isv.OUT_OF_SERVICE");
/// assert_eq!(GatewayCode::new("to 19900000001"), Err(GatewayCodeProblem::Character));
/// assert_eq!(GatewayCode::new("to_199-0000-0001"), Err(GatewayCodeProblem::Digits));
/// # Ok::<(), GatewayCodeProblem>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct GatewayCode {
    /// ASCII, then zeros.
    text: [u8; LONGEST],
}

impl GatewayCode {
    /// A code as the gateway says it.
    ///
    /// # Errors
    /// [`GatewayCodeProblem`].
    pub fn new(code: &str) -> Result<Self, GatewayCodeProblem> {
        if code.is_empty() {
            return Err(GatewayCodeProblem::Empty);
        }
        if code.len() > LONGEST {
            return Err(GatewayCodeProblem::TooLong);
        }
        let (mut text, mut digits) = ([0; LONGEST], 0_u8);
        for (place, byte) in text.iter_mut().zip(code.bytes()) {
            digits = match byte {
                b'0'..=b'9' => digits.saturating_add(1),
                b'.' | b'_' | b'-' => digits,
                b'x' | b'X' if digits == 5 => 6,
                b'a'..=b'z' | b'A'..=b'Z' => 0,
                _ => return Err(GatewayCodeProblem::Character),
            };
            if digits >= 6 {
                return Err(GatewayCodeProblem::Digits);
            }
            *place = byte;
        }
        Ok(Self { text })
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let text = self.text.split(|byte| *byte == 0).next();
        text.and_then(|text| core::str::from_utf8(text).ok())
            .unwrap_or_default()
    }
}

impl FromStr for GatewayCode {
    type Err = GatewayCodeProblem;

    fn from_str(code: &str) -> Result<Self, GatewayCodeProblem> {
        Self::new(code)
    }
}

impl fmt::Display for GatewayCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for GatewayCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("GatewayCode").field(&self.as_str()).finish()
    }
}

/// Why a text is no [`GatewayCode`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum GatewayCodeProblem {
    /// Nothing.
    #[error("a gateway's code is empty: expected 1 to 64 characters, or none at all")]
    Empty,
    /// More than 64 characters.
    #[error("a gateway's code is too long: expected at most 64 characters")]
    TooLong,
    /// Something else than ASCII letters, digits and marks.
    #[error("a gateway's code has another character than ASCII letters, digits and `.`, `_`, `-`")]
    Character,
    /// Six digits in a row, or five and an X: it could be a number, an ID or a verification code.
    #[error(
        "a gateway's code has six digits in a row, as numbers, IDs and verification codes have"
    )]
    Digits,
}
