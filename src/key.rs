//! Keys: what codes are derived with and IDs are kept under.

use alloc::vec::Vec;
use core::fmt;

use hmac::{Hmac, KeyInit, Mac as _};
use sha2::Sha256;
use zeroize::Zeroize;

/// Names a key in a [`KeyRing`] or a host's own key service.
///
/// ```
/// use beian::KeyId;
///
/// assert_eq!(KeyId::from(7).to_string(), "7");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(u32);

impl From<u32> for KeyId {
    fn from(id: u32) -> Self {
        Self(id)
    }
}

impl From<KeyId> for u32 {
    fn from(id: KeyId) -> Self {
        id.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The keys of a host: a [`KeyRing`], or a key service of its own.
///
/// `mac` is HMAC-SHA-256 (RFC 2104, FIPS 198-1) or any other pseudo-random function with 32 bytes of
/// output, and gives the same output for the same key and message for ever. The message is framed by
/// the crate: fields can't run into each other. A reference to keys is keys, and so are an `Arc` and
/// (feature `std`) an `RwLock` of keys.
///
/// ```
/// use beian::{KeyError, KeyId, Keys, Mac};
///
/// /// Counts how often a key is used.
/// struct Counting<K>(K, std::sync::atomic::AtomicUsize);
///
/// impl<K: Keys> Keys for Counting<K> {
///     fn current(&self) -> KeyId {
///         self.0.current()
///     }
///     fn mac(&self, key: KeyId, message: &[u8]) -> Result<Mac, KeyError> {
///         self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
///         self.0.mac(key, message)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be used as keys",
    label = "expected a `KeyRing`, an `Arc` of one, or your own implementation of `Keys`"
)]
pub trait Keys: Send + Sync {
    /// The key that new rounds are opened under.
    fn current(&self) -> KeyId;

    /// The MAC of `message` under `key`.
    ///
    /// # Errors
    /// [`KeyError::Unknown`] if there is no such key (any more), [`KeyError::Unavailable`] if the key
    /// can't be used right now.
    fn mac(&self, key: KeyId, message: &[u8]) -> Result<Mac, KeyError>;
}

macro_rules! pointers_to_keys {
    ($($pointer:ty),+) => {$(
        impl<K: Keys + ?Sized> Keys for $pointer {
            fn current(&self) -> KeyId {
                (**self).current()
            }

            fn mac(&self, key: KeyId, message: &[u8]) -> Result<Mac, KeyError> {
                (**self).mac(key, message)
            }
        }
    )+};
}
pointers_to_keys!(&K, alloc::sync::Arc<K>);

/// 32 bytes that only a holder of the key can compute. Never printed, erased when dropped.
pub struct Mac([u64; 4]);

impl Mac {
    /// The first half: enough to recognise what was stored, and half the room.
    pub(crate) fn half(&self) -> [u8; 16] {
        let [high, low, ..] = self.0.map(u128::from);
        ((high << 64) | low).to_be_bytes()
    }

    /// Four numbers, most significant byte first.
    pub(crate) const fn words(&self) -> [u64; 4] {
        self.0
    }
}

impl From<[u8; 32]> for Mac {
    fn from(bytes: [u8; 32]) -> Self {
        let (chunks, _) = bytes.as_chunks();
        let mut words = [0; 4];
        for (word, chunk) in words.iter_mut().zip(chunks) {
            *word = u64::from_be_bytes(*chunk);
        }
        Self(words)
    }
}

impl Drop for Mac {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mac(..)")
    }
}

/// Why there is no MAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// No key of that id: it has left the ring, or was never in it.
    #[error("unknown key {0}")]
    Unknown(KeyId),
    /// The key service did not answer.
    #[error("key service unavailable")]
    Unavailable,
}

/// Keys held in memory, with rotation: new rounds use the current key, older rounds theirs.
///
/// Keep a key in the ring as long as rounds that were opened under it are open, which is
/// [`Policy::round_max`](crate::Policy::round_max) at most, and longer if their IDs shall carry over
/// into new rounds (D25). An id never names another key again: codes and IDs of older rounds would
/// be judged wrong, and counted.
///
/// In a running host, keep it in an `Arc<RwLock<KeyRing>>` (feature `std`): that is keys as well, and
/// can be rotated.
///
/// ```
/// use beian::{KeyId, KeyRing, Keys};
///
/// let (old, new) = ([7; 32], [8; 32]); // from a secret store
/// let mut ring = KeyRing::single(1, old)?;
/// ring.rotate(2, new)?;
/// assert_eq!(ring.current(), KeyId::from(2));
/// assert!(ring.mac(KeyId::from(1), b"still there").is_ok());
/// # Ok::<(), beian::KeyRingProblem>(())
/// ```
pub struct KeyRing {
    current: KeyId,
    keys: Vec<(KeyId, Hmac<Sha256>)>,
}

impl KeyRing {
    /// A ring with one key: at least 32 random bytes.
    ///
    /// # Errors
    /// [`KeyRingProblem::TooShort`], [`KeyRingProblem::Zero`].
    pub fn single(id: impl Into<KeyId>, key: impl AsRef<[u8]>) -> Result<Self, KeyRingProblem> {
        let current = id.into();
        let mut ring = Self {
            current,
            keys: Vec::new(),
        };
        ring.rotate(current, key)?;
        Ok(ring)
    }

    /// Adds a key, which becomes the current one. If it is refused, nothing has changed.
    ///
    /// # Errors
    /// [`KeyRingProblem::TooShort`], [`KeyRingProblem::Zero`], [`KeyRingProblem::Taken`].
    pub fn rotate(
        &mut self,
        id: impl Into<KeyId>,
        key: impl AsRef<[u8]>,
    ) -> Result<(), KeyRingProblem> {
        let (id, key) = (id.into(), key.as_ref());
        if key.len() < 32 {
            return Err(KeyRingProblem::TooShort);
        }
        if key.iter().all(|byte| *byte == 0) {
            return Err(KeyRingProblem::Zero);
        }
        if self.key(id).is_some() {
            return Err(KeyRingProblem::Taken(id));
        }
        let mac = Hmac::new_from_slice(key).map_err(|_| KeyRingProblem::TooShort)?;
        self.keys.push((id, mac));
        self.current = id;
        Ok(())
    }

    /// Takes an older key out. The current key can't be: asked to, nothing changes.
    pub fn remove(&mut self, id: impl Into<KeyId>) {
        let id = id.into();
        let current = self.current;
        self.keys
            .retain(|(known, _)| *known != id || *known == current);
    }

    /// One key that everybody can read here, for tests.
    #[cfg(feature = "testkit")]
    pub(crate) fn of_the_testkit() -> Self {
        let current = KeyId(1);
        let key = Hmac::new(&[7; 64].into());
        Self {
            current,
            keys: alloc::vec![(current, key)],
        }
    }

    fn key(&self, id: KeyId) -> Option<&Hmac<Sha256>> {
        self.keys
            .iter()
            .find(|(known, _)| *known == id)
            .map(|(_, key)| key)
    }
}

impl Keys for KeyRing {
    fn current(&self) -> KeyId {
        self.current
    }

    fn mac(&self, key: KeyId, message: &[u8]) -> Result<Mac, KeyError> {
        let mut mac = self.key(key).ok_or(KeyError::Unknown(key))?.clone();
        mac.update(message);
        Ok(Mac::from(<[u8; 32]>::from(mac.finalize().into_bytes())))
    }
}

/// Keys that can be changed while the host runs: an `Arc<RwLock<KeyRing>>` is rotated through its
/// other handle.
///
/// Whoever panicked with the lock in hand may have left the keys half changed. No MAC comes from them
/// then ([`KeyError::Unavailable`]), so nothing is opened, compared or counted.
#[cfg(feature = "std")]
impl<K: Keys + ?Sized> Keys for std::sync::RwLock<K> {
    fn current(&self) -> KeyId {
        self.read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .current()
    }

    fn mac(&self, key: KeyId, message: &[u8]) -> Result<Mac, KeyError> {
        let keys = self.read().map_err(|_| KeyError::Unavailable)?;
        keys.mac(key, message)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing")
            .field("current", &self.current)
            .finish_non_exhaustive()
    }
}

/// Why a key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum KeyRingProblem {
    /// Fewer than 32 bytes.
    #[error("key too short: expected at least 32 bytes")]
    TooShort,
    /// Nothing but zero bytes.
    #[error("key is all zero: expected random bytes")]
    Zero,
    /// The id names another key already.
    #[error("key {0} is in the ring already")]
    Taken(KeyId),
}

/// A message whose fields can't run into each other: each is preceded by its length.
///
/// Up to 55 bytes are hashed as one block of SHA-256, more as two: every use stays below.
pub(crate) struct Framed {
    bytes: [u8; 64],
    length: usize,
    /// Where the secret fields begin.
    secret: usize,
}

impl Framed {
    /// `label` keeps the MACs of different purposes apart. Holds 64 bytes, more than any use needs.
    /// Secret fields are erased with the message; the others stand in the session in clear.
    #[inline]
    pub(crate) fn new<const N: usize, const M: usize>(
        label: &str,
        fields: [&[u8]; N],
        secrets: [&[u8]; M],
    ) -> Self {
        let mut framed = Self {
            bytes: [0; 64],
            length: 0,
            secret: 0,
        };
        framed.push(label.as_bytes());
        for field in fields {
            framed.push(field);
        }
        framed.secret = framed.length;
        for field in secrets {
            framed.push(field);
        }
        framed
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    #[inline]
    fn push(&mut self, field: &[u8]) {
        let rest = self.bytes.get_mut(self.length..).unwrap_or_default();
        let (Some((prefix, rest)), Ok(length)) =
            (rest.split_first_mut(), u8::try_from(field.len()))
        else {
            return;
        };
        // Cut to the field's own length, so that copying can't panic.
        if let Some(places) = rest.get_mut(..field.len()) {
            *prefix = length;
            places.copy_from_slice(field);
            self.length = self.length.saturating_add(field.len()).saturating_add(1);
        }
    }
}

impl Drop for Framed {
    fn drop(&mut self) {
        if let Some(written) = self.bytes.get_mut(self.secret..self.length) {
            written.zeroize();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_14_fields_do_not_run_into_each_other() {
        let framed =
            |one: &[u8], two: &[u8]| Framed::new("label", [one], [two]).as_bytes().to_vec();
        assert_ne!(framed(b"ab", b"c"), framed(b"a", b"bc"));
        assert_ne!(framed(b"ab", b""), framed(b"", b"ab"));
        assert_eq!(framed(b"ab", b""), b"\x05label\x02ab\x00");
    }

    #[test]
    fn the_ring_computes_hmac_sha_256() {
        // RFC 4231, test case 6: a key longer than a block.
        let ring = KeyRing::single(1, [0xaa; 131]).unwrap();
        let mac = ring
            .mac(
                KeyId(1),
                b"Test Using Larger Than Block-Size Key - Hash Key First",
            )
            .unwrap();
        let expected = [
            0x60, 0xe4, 0x31, 0x59, 0x1e, 0xe0, 0xb6, 0x7f, 0x0d, 0x8a, 0x26, 0xaa, 0xcb, 0xf5,
            0xb7, 0x7f, 0x8e, 0x0b, 0xc6, 0x21, 0x37, 0x28, 0xc5, 0x14, 0x05, 0x46, 0x04, 0x0f,
            0x0e, 0xe3, 0x7f, 0x54,
        ];
        assert_eq!(mac.words(), Mac::from(expected).words());
    }

    #[cfg(feature = "std")]
    #[test]
    fn attack_23_a_ring_is_rotated_while_it_is_used() {
        let ring =
            std::sync::Arc::new(std::sync::RwLock::new(KeyRing::single(1, [7; 32]).unwrap()));
        let keys: &dyn Keys = &ring;
        assert_eq!(keys.current(), KeyId(1));
        ring.write().unwrap().rotate(2, [8; 32]).unwrap();
        assert_eq!(keys.current(), KeyId(2));
        assert!(keys.mac(KeyId(1), b"").is_ok());
        ring.write().unwrap().remove(1);
        let gone = KeyError::Unknown(KeyId(1));
        assert_eq!(keys.mac(KeyId(1), b"").unwrap_err(), gone);
    }

    #[cfg(feature = "std")]
    #[test]
    fn attack_23_keys_that_may_be_half_changed_give_no_mac() {
        let ring = std::sync::RwLock::new(KeyRing::single(1, [7; 32]).unwrap());
        std::thread::scope(|scope| {
            let changing = scope.spawn(|| {
                let _ring = ring.write().unwrap();
                panic!("half-way");
            });
            assert!(changing.join().is_err());
        });
        let keys: &dyn Keys = &ring;
        assert_eq!(
            keys.mac(keys.current(), b"").unwrap_err(),
            KeyError::Unavailable
        );
    }

    #[test]
    fn attack_23_bad_keys_are_refused() {
        assert_eq!(
            KeyRing::single(1, [7; 31]).unwrap_err(),
            KeyRingProblem::TooShort
        );
        assert_eq!(
            KeyRing::single(1, [0; 32]).unwrap_err(),
            KeyRingProblem::Zero
        );
        let mut ring = KeyRing::single(1, [7; 32]).unwrap();
        assert_eq!(
            ring.rotate(1, [8; 32]).unwrap_err(),
            KeyRingProblem::Taken(KeyId(1))
        );
        assert_eq!(ring.rotate(2, [0; 32]).unwrap_err(), KeyRingProblem::Zero);
        assert_eq!(ring.current(), KeyId(1));
        ring.rotate(2, [8; 32]).unwrap();
        ring.remove(1);
        assert_eq!(
            ring.mac(KeyId(1), b"").unwrap_err(),
            KeyError::Unknown(KeyId(1))
        );
        ring.remove(2);
        assert!(ring.mac(KeyId(2), b"").is_ok());
    }
}
