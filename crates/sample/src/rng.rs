//! A small deterministic source of randomness.

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
#[derive(Debug, Clone)]
pub(crate) struct Rng(u64);

impl Rng {
    /// A stream of its own for every seed.
    pub(crate) fn new(seed: u64) -> Rng {
        Rng(seed)
    }

    /// A stream that belongs to a name, the same every time.
    pub(crate) fn named(seed: u64, name: &str) -> Rng {
        // FNV-1a
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Rng(seed ^ hash)
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 if `bound` is 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// A number from `low` up to but not including `high`.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low))
    }

    /// True `percent` times out of a hundred.
    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of them; the default value if there are none.
    pub(crate) fn pick<T: Copy + Default>(&mut self, of: &[T]) -> T {
        let at = self.below(of.len() as u64) as usize;
        of.get(at).copied().unwrap_or_default()
    }

    /// A number from `low` to `high` whose logarithm is spread about evenly: small ones are
    /// frequent, large ones happen.
    pub(crate) fn skewed(&mut self, low: u64, high: u64) -> u64 {
        // a walk in steps of a quarter, as floating point may differ between machines
        let next = |at: u64| at + at / 4 + 1;
        let walk =
            || std::iter::successors(Some(low), |&at| Some(next(at))).take_while(|&at| at <= high);
        let steps = walk().count() as u64;
        let from = walk().nth(self.below(steps) as usize).unwrap_or(low);
        self.between(from, next(from).min(high + 1))
    }
}
