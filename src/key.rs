//! Keys: what codes are derived with and IDs are kept under.

use core::fmt;

use zeroize::Zeroize;

/// Names a key in a [`KeyRing`](crate::KeyRing) or a host's own key service.
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

/// The keys of a host: a [`KeyRing`](crate::KeyRing), or a key service of its own.
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
}
