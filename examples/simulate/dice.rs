//! Chance that is the same in every run.

/// A small generator (SplitMix64): whatever is asked of it follows from what it was made of.
#[derive(Clone)]
pub struct Dice(u64);

impl Dice {
    /// Dice of their own for each thing: what one of them shows doesn't depend on how often others
    /// were thrown, so that a part of a world can be left out and the rest stays much as it was.
    pub fn of(parts: &[u64]) -> Self {
        let mut dice = Self(0);
        for part in parts {
            dice.0 ^= *part;
            dice.0 = dice.throw();
        }
        dice
    }

    pub fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// 0 to `most`, inclusive.
    pub fn up_to(&mut self, most: u64) -> u64 {
        self.throw() % (most + 1)
    }

    pub fn place(&mut self, of: usize) -> usize {
        (self.throw() % of as u64) as usize
    }

    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.place(of.len())]
    }

    pub fn happens(&mut self, share: f64) -> bool {
        ((self.throw() >> 11) as f64) < share * (1_u64 << 53) as f64
    }

    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        least + (self.throw() % (most - least + 1) as u64) as i64
    }
}
