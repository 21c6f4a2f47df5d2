//! Keys held in memory.

use alloc::vec::Vec;
use core::fmt;

use hmac::{Hmac, KeyInit, Mac as _};
use sha2::Sha256;

use crate::{KeyError, KeyId, Keys, Mac};

/// Keys held in memory, with rotation: new rounds use the current key, older rounds theirs.
///
/// Keep a key in the ring as long as rounds that were opened under it are open, which is
/// [`VerificationPolicy::round_max`](crate::VerificationPolicy::round_max) at most, and longer if their IDs shall carry over
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
        let current = KeyId::from(1);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ring_computes_hmac_sha_256() {
        // RFC 4231, test case 6: a key longer than a block.
        let ring = KeyRing::single(1, [0xaa; 131]).unwrap();
        let mac = ring
            .mac(
                KeyId::from(1),
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
        assert_eq!(keys.current(), KeyId::from(1));
        ring.write().unwrap().rotate(2, [8; 32]).unwrap();
        assert_eq!(keys.current(), KeyId::from(2));
        assert!(keys.mac(KeyId::from(1), b"").is_ok());
        ring.write().unwrap().remove(1);
        let gone = KeyError::Unknown(KeyId::from(1));
        assert_eq!(keys.mac(KeyId::from(1), b"").unwrap_err(), gone);
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
            KeyRingProblem::Taken(KeyId::from(1))
        );
        assert_eq!(ring.rotate(2, [0; 32]).unwrap_err(), KeyRingProblem::Zero);
        assert_eq!(ring.current(), KeyId::from(1));
        ring.rotate(2, [8; 32]).unwrap();
        ring.remove(1);
        assert_eq!(
            ring.mac(KeyId::from(1), b"").unwrap_err(),
            KeyError::Unknown(KeyId::from(1))
        );
        ring.remove(2);
        assert!(ring.mac(KeyId::from(2), b"").is_ok());
    }
}
