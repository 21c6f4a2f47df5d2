//! What is signed here and checked here again: forms, sign-ins' hashes, webhooks.

use std::fmt::{self, Write as _};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Signs with HMAC-SHA-256. Never printed.
#[derive(Clone)]
pub struct SigningKey(Hmac<Sha256>);

impl SigningKey {
    /// A key of 32 bytes or more; `None` if there are fewer.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        if bytes.len() < 32 {
            return None;
        }
        Hmac::new_from_slice(bytes).ok().map(Self)
    }

    /// The signature over a purpose, an instant and a body, in hex.
    #[must_use]
    pub fn sign(&self, purpose: &str, timestamp: i64, body: &[u8]) -> String {
        hex(&self.mac(purpose, timestamp, body).finalize().into_bytes())
    }

    /// Whether the signature is right; takes the same time for every wrong one.
    #[must_use]
    pub fn verify(&self, purpose: &str, timestamp: i64, body: &[u8], signature: &str) -> bool {
        unhex(signature).is_some_and(|signature| {
            let mac = self.mac(purpose, timestamp, body);
            mac.verify_slice(&signature).is_ok()
        })
    }

    /// Over `PURPOSE.TIMESTAMP.BODY`: neither of the first two has a dot.
    fn mac(&self, purpose: &str, timestamp: i64, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(format!("{purpose}.{timestamp}.").as_bytes());
        mac.update(body);
        mac
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

/// Lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        // Writing into a string doesn't fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The bytes of a hex text; `None` if it is none.
#[must_use]
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let bytes = text.as_bytes().chunks_exact(2);
    bytes
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

/// Sixteen random bytes in hex.
///
/// # Errors
/// There is no entropy.
pub fn random_token() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

/// The same for what is no secret, such as the id of a request: zeros without entropy.
#[must_use]
pub fn random_id() -> String {
    random_token().unwrap_or_else(|_| hex(&[0; 16]))
}
