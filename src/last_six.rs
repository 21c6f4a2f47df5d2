//! The last six characters of an ID number: what a person verifies with.

use core::{fmt, str::FromStr};

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use crate::spelling::clean_id_with_x;

/// The last six characters of an ID number: letters and digits, upper case (R16, B13).
///
/// Never printed, erased from memory when dropped, compared in constant time.
///
/// ```
/// use beian::LastSix;
///
/// let last_six: LastSix = "34567x".parse()?;
/// assert_eq!(last_six, "３４５６７Ｘ".parse()?);
/// assert_eq!(format!("{last_six:?}"), "LastSix(******)");
/// # Ok::<(), beian::LastSixProblem>(())
/// ```
#[derive(Clone)]
pub struct LastSix([u8; 6]);

impl LastSix {
    /// Reads six characters as a person types them (D26).
    ///
    /// # Errors
    /// [`LastSixProblem`] if these aren't exactly six letters or digits.
    pub fn parse(input: &str) -> Result<Self, LastSixProblem> {
        let clean = clean_id_with_x(input).map_err(|_| LastSixProblem)?;
        clean
            .as_bytes()
            .try_into()
            .map(Self)
            .map_err(|_| LastSixProblem)
    }

    /// 77 and the last four digits of `n`: invented, for tests.
    #[cfg(feature = "testkit")]
    pub(crate) fn invented(n: u16) -> Self {
        let mut digits = *b"770000";
        crate::mobile::write_digits(n, &mut digits);
        Self(digits)
    }

    /// Of a whole number.
    pub(crate) fn end_of(number: &[u8]) -> Option<Self> {
        number.last_chunk().copied().map(Self)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 6] {
        &self.0
    }
}

impl FromStr for LastSix {
    type Err = LastSixProblem;

    fn from_str(input: &str) -> Result<Self, Self::Err> {
        Self::parse(input)
    }
}

impl PartialEq for LastSix {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for LastSix {}

impl Drop for LastSix {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for LastSix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LastSix(******)")
    }
}

/// Not six letters or digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("malformed: expected the last six letters or digits of the ID number")]
pub struct LastSixProblem;
