//! ID numbers at rest: sealed with XChaCha20-Poly1305 under a key that isn't in the database.
//!
//! A seal is bound to its order and to itself: in another row it doesn't open. It says which key it was made
//! with, so that keys can be changed: the newest seals, older ones still open.

use std::{collections::BTreeMap, fmt};

use beian::filing::IdDocumentForm;
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use zeroize::Zeroizing;

use beian_web::order_id::OrderId;

/// The keys that seal, by number; the last is used for new seals. Never printed.
pub struct Sealer {
    ciphers: BTreeMap<u32, XChaCha20Poly1305>,
    current: u32,
}

/// A sealed ID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// What it is known by: random, in hex.
    pub id: String,
    /// The key it was made with.
    pub key: u32,
    /// The nonce, and what was sealed.
    pub bytes: Vec<u8>,
}

/// Why an ID can't be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealProblem {
    /// The key file lacks the key.
    #[error("sealed with key {0}, which the key file lacks")]
    NoKey(u32),
    /// It isn't what was sealed here, or stands in another row.
    #[error("a sealed ID doesn't open")]
    Broken,
    /// No random bytes.
    #[error("no random bytes")]
    Entropy,
}

const NONCE: usize = 24;

fn nonce_of(bytes: &[u8]) -> Result<XNonce, SealProblem> {
    let bytes: [u8; NONCE] = bytes.try_into().map_err(|_| SealProblem::Broken)?;
    Ok(bytes.into())
}

impl Sealer {
    /// With these keys of 32 bytes, the current one last. `None` if there is none, or one is of another length.
    #[must_use]
    pub fn new<'a>(keys: impl IntoIterator<Item = (u32, &'a [u8])>) -> Option<Self> {
        let mut ciphers = BTreeMap::new();
        let mut current = None;
        for (number, key) in keys {
            ciphers.insert(number, XChaCha20Poly1305::new_from_slice(key).ok()?);
            current = Some(number);
        }
        current.map(|current| Self { ciphers, current })
    }

    /// The key that seals.
    #[must_use]
    pub const fn current(&self) -> u32 {
        self.current
    }

    /// The other keys, whose seals still open.
    pub fn older(&self) -> impl Iterator<Item = u32> {
        let keys = self.ciphers.keys().copied();
        keys.filter(|key| *key != self.current)
    }

    /// Whether seals of a key can be opened.
    #[must_use]
    pub fn has(&self, key: u32) -> bool {
        self.ciphers.contains_key(&key)
    }

    /// Seals an ID document for an order.
    ///
    /// # Errors
    /// [`SealProblem::Entropy`].
    pub fn seal(&self, order: OrderId, document: &IdDocumentForm) -> Result<Sealed, SealProblem> {
        let mut random = [0; 16 + NONCE];
        getrandom::fill(&mut random).map_err(|_| SealProblem::Entropy)?;
        let (id, nonce) = random.split_at(16);
        let id = beian_web::signing::hex(id);
        self.seal_as(order, id, nonce, &written(document))
    }

    fn seal_as(
        &self,
        order: OrderId,
        id: String,
        nonce: &[u8],
        text: &[u8],
    ) -> Result<Sealed, SealProblem> {
        let cipher = self
            .ciphers
            .get(&self.current)
            .ok_or(SealProblem::NoKey(self.current))?;
        let bound = bound(order, &id);
        let payload = Payload {
            msg: text,
            aad: &bound,
        };
        let sealed = cipher.encrypt(&nonce_of(nonce)?, payload);
        let mut bytes = nonce.to_vec();
        bytes.extend(sealed.map_err(|_| SealProblem::Broken)?);
        Ok(Sealed {
            id,
            key: self.current,
            bytes,
        })
    }

    /// Opens the seal of an ID of this order.
    ///
    /// # Errors
    /// [`SealProblem`].
    pub fn open(&self, order: OrderId, sealed: &Sealed) -> Result<IdDocumentForm, SealProblem> {
        read(&self.open_bytes(order, sealed)?).ok_or(SealProblem::Broken)
    }

    fn open_bytes(
        &self,
        order: OrderId,
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>, SealProblem> {
        let cipher = self
            .ciphers
            .get(&sealed.key)
            .ok_or(SealProblem::NoKey(sealed.key))?;
        let (nonce, bytes) = sealed
            .bytes
            .split_at_checked(NONCE)
            .ok_or(SealProblem::Broken)?;
        let bound = bound(order, &sealed.id);
        let payload = Payload {
            msg: bytes,
            aad: &bound,
        };
        let opened = cipher.decrypt(&nonce_of(nonce)?, payload);
        opened.map(Zeroizing::new).map_err(|_| SealProblem::Broken)
    }

    /// The same ID under the current key.
    ///
    /// # Errors
    /// [`SealProblem`].
    pub fn seal_anew(&self, order: OrderId, sealed: &Sealed) -> Result<Sealed, SealProblem> {
        let text = self.open_bytes(order, sealed)?;
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| SealProblem::Entropy)?;
        self.seal_as(order, sealed.id.clone(), &nonce, &text)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<_> = self.ciphers.keys().collect();
        f.debug_struct("Sealer")
            .field("keys", &keys)
            .finish_non_exhaustive()
    }
}

fn bound(order: OrderId, id: &str) -> Vec<u8> {
    [b"sealed id ".as_slice(), &order.bytes(), id.as_bytes()].concat()
}

/// Kind, number and number on the back, with a character between that none of them has; filled up, so that
/// its length doesn't tell which document it is.
fn written(document: &IdDocumentForm) -> Zeroizing<Vec<u8>> {
    let back = document.back_number.as_deref().unwrap_or_default();
    let mut text = Zeroizing::new(format!("{}\0{}\0{back}\0", document.kind, document.number));
    while text.len() < 96 {
        text.push('\0');
    }
    Zeroizing::new(text.as_bytes().to_vec())
}

fn read(text: &[u8]) -> Option<IdDocumentForm> {
    let text = std::str::from_utf8(text).ok()?;
    let mut parts = text.split('\0').map(str::to_owned);
    let (kind, number, back) = (parts.next()?, parts.next()?, parts.next()?);
    Some(IdDocumentForm {
        kind,
        number,
        back_number: Some(back).filter(|back| !back.is_empty()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> IdDocumentForm {
        IdDocumentForm {
            kind: "passport".to_owned(),
            number: "E12345678".to_owned(),
            back_number: None,
        }
    }

    fn order(n: u8) -> OrderId {
        OrderId::from_bytes([n; 12])
    }

    #[test]
    fn attack_p5_a_seal_opens_in_its_own_row_alone() {
        let keys = Sealer::new([(1, [7; 32].as_slice())]).unwrap();
        let sealed = keys.seal(order(1), &document()).unwrap();
        assert_eq!(keys.open(order(1), &sealed).unwrap(), document());
        assert!(!sealed.bytes.windows(9).any(|bytes| bytes == b"E12345678"));
        assert_eq!(keys.open(order(2), &sealed), Err(SealProblem::Broken));
        let other = keys.seal(order(1), &document()).unwrap();
        let moved = Sealed {
            id: other.id,
            ..sealed.clone()
        };
        assert_eq!(keys.open(order(1), &moved), Err(SealProblem::Broken));
        let mut changed = sealed;
        changed.bytes[30] ^= 1;
        assert_eq!(keys.open(order(1), &changed), Err(SealProblem::Broken));
    }

    #[test]
    fn attack_p5_keys_change_and_old_seals_open() {
        let old = Sealer::new([(1, [7; 32].as_slice())]).unwrap();
        let sealed = old.seal(order(1), &document()).unwrap();
        let both = Sealer::new([(1, [7; 32].as_slice()), (2, [8; 32].as_slice())]).unwrap();
        let anew = both.seal_anew(order(1), &sealed).unwrap();
        assert_eq!((sealed.key, anew.key), (1, 2));
        let new = Sealer::new([(2, [8; 32].as_slice())]).unwrap();
        assert_eq!(new.open(order(1), &anew).unwrap(), document());
        assert_eq!(new.open(order(1), &sealed), Err(SealProblem::NoKey(1)));
        let wrong = Sealer::new([(1, [9; 32].as_slice())]).unwrap();
        assert_eq!(wrong.open(order(1), &sealed), Err(SealProblem::Broken));
    }
}
