//! Random numbers that are the same on every machine: integers only, no library of the system, no clock.

/// A SplitMix64 sequence and a counter that makes identifiers unique.
pub struct Dice {
    state: u64,
    salt: u64,
    serial: u64,
}

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Dice {
    /// Equal seeds give equal sequences.
    pub fn new(seed: u64) -> Self {
        Dice { state: scramble(seed.wrapping_add(STEP)), salt: scramble(seed ^ STEP), serial: 0 }
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        scramble(self.state)
    }

    /// A number below `limit`, which is not 0. The bias of multiply-and-shift is below 2^-32 for every limit used here.
    pub fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(limit)) >> 64) as u64
    }

    /// An index into a slice of `len` elements.
    pub fn index(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    /// True in `per_million` of a million draws.
    pub fn chance(&mut self, per_million: u64) -> bool {
        self.below(1_000_000) < per_million
    }

    /// A number that this `Dice` never returns again: a bijection of a counter.
    pub fn unique(&mut self) -> u64 {
        self.serial += 1;
        scramble(self.serial ^ self.salt)
    }

    /// A standard normal deviate in units of 1/1024: the population count of 256 random bits (mean 128, deviation 8),
    /// smoothed within one step. Integers keep it equal on machines whose `ln` and `cos` differ in the last bit.
    pub fn normal_1024(&mut self) -> i64 {
        let ones = (0..4).map(|_| self.bits().count_ones()).sum::<u32>();
        (i64::from(ones) - 128) * 128 + self.below(128) as i64 - 64
    }
}

/// Draws an index with a probability proportional to its weight.
pub struct Weighted {
    cumulative: Vec<u64>,
}

impl Weighted {
    /// `weights` must not be empty nor sum to 0.
    pub fn new(weights: impl IntoIterator<Item = u64>) -> Self {
        let cumulative: Vec<u64> = weights
            .into_iter()
            .scan(0, |sum, weight| {
                *sum += weight;
                Some(*sum)
            })
            .collect();
        assert!(cumulative.last().is_some_and(|total| *total > 0), "a choice needs a positive weight");
        Weighted { cumulative }
    }

    /// One index.
    pub fn draw(&self, dice: &mut Dice) -> usize {
        let total = self.cumulative[self.cumulative.len() - 1];
        let at = dice.below(total);
        self.cumulative.partition_point(|&end| end <= at)
    }
}

/// The finalizer of SplitMix64, a bijection.
fn scramble(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
