//! Against forged forms: a signed double-submit token.
//!
//! 1. Every visitor has a random cookie, `SameSite=Strict` and out of reach of scripts.
//! 2. Every form carries the HMAC of that cookie and of the sign-in, under the host's signing key.
//!    Another site can neither read it nor compute it, not even one that can plant cookies.
//!
//! Before that, the guard of all routes refuses what a browser says began on another site.

use crate::signing::SigningKey;

/// The field that every form has.
pub const FIELD: &str = "csrf";
const PURPOSE: &str = "form";

/// What a form of this visitor carries.
#[must_use]
pub fn token(key: &SigningKey, visitor: &str, signed_in: &str) -> String {
    key.sign(PURPOSE, 0, &body(visitor, signed_in))
}

/// Whether a form is this visitor's own.
#[must_use]
pub fn is_own(key: &SigningKey, visitor: &str, signed_in: &str, given: &str) -> bool {
    key.verify(PURPOSE, 0, &body(visitor, signed_in), given)
}

/// Neither part has a line break.
fn body(visitor: &str, signed_in: &str) -> Vec<u8> {
    format!("{visitor}\n{signed_in}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_taken_from_its_own_visitor_only() {
        let key = SigningKey::new(&[7; 32]).unwrap();
        let token = token(&key, "visitor", "signed in");
        assert!(is_own(&key, "visitor", "signed in", &token));
        assert!(!is_own(&key, "other", "signed in", &token));
        assert!(!is_own(&key, "visitor", "", &token));
        assert!(!is_own(&key, "visitor", "signed in", ""));
    }
}
