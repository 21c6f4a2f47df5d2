//! Entropy that isn't any.

use core::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};
use sha2::{Digest, Sha256};

/// The same bytes in every run, for tests. **Not for production**: whoever knows the number knows
/// every byte. It claims to be cryptographic only because [`Seed::draw`](crate::Seed::draw) takes
/// nothing less.
///
/// ```
/// use beian::{Seed, testkit::FixedEntropy};
///
/// let Ok(seed) = Seed::draw(&mut FixedEntropy::new(1));
/// # let _ = seed;
/// ```
#[derive(Debug, Clone)]
pub struct FixedEntropy {
    seed: u64,
    blocks: u64,
}

impl FixedEntropy {
    /// The bytes that belong to `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed, blocks: 0 }
    }

    fn block(&mut self) -> [u8; 32] {
        let hash = Sha256::new()
            .chain_update(b"beian testkit")
            .chain_update(self.seed.to_be_bytes())
            .chain_update(self.blocks.to_be_bytes())
            .finalize();
        self.blocks = self.blocks.wrapping_add(1);
        hash.into()
    }

    fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            for (place, byte) in chunk.iter_mut().zip(self.block()) {
                *place = byte;
            }
        }
    }
}

impl TryRng for FixedEntropy {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(self.take()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(self.take()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for FixedEntropy {}
