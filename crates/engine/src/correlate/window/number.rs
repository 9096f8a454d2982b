//! Exact numbers.

use crate::value;
use serde::{Deserialize, Serialize};

/// How many parts a one has.
const ONE: i128 = 1_000_000_000;

/// A decimal number with nine digits after the point, at most 10^20 in size, so that sums of
/// them are exact: neither the order in which they come nor what leaves again changes a sum.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Number(i128);

impl Number {
    /// Reads a number by the grammar of JSON; further digits are rounded, half away from zero.
    /// None where the text is no number or one too large.
    pub fn parse(text: &str) -> Option<Number> {
        value::billionths(text)
            .filter(|parts| parts.unsigned_abs() <= 10u128.pow(29))
            .map(Number)
    }

    /// The nearest float, for what has up to fifteen digits.
    pub fn to_f64(self) -> f64 {
        let (parts, one) = self.reduced();
        parts as f64 / one as f64
    }

    /// The same divided by `count`; None for no count.
    pub fn mean(self, count: u64) -> Option<f64> {
        let (parts, one) = self.reduced();
        (count > 0).then(|| parts as f64 / (count as f64 * one as f64))
    }

    /// Numerator and denominator without zeros at the end of both, so that a float holds them.
    fn reduced(self) -> (i128, i128) {
        let (mut parts, mut one) = (self.0, ONE);
        while one > 1 && parts % 10 == 0 {
            (parts, one) = (parts / 10, one / 10);
        }
        (parts, one)
    }

    /// The sum. Below 10^9 terms it is exact.
    pub fn plus(self, other: Number) -> Number {
        Number(self.0.saturating_add(other.0))
    }

    /// The difference.
    pub fn minus(self, other: Number) -> Number {
        Number(self.0.saturating_sub(other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_become_what_they_say() {
        let parts = |text: &str| Number::parse(text).map(|number| number.0);
        assert_eq!(parts("0"), Some(0));
        assert_eq!(parts("-0.0"), Some(0));
        assert_eq!(parts("1"), Some(ONE));
        assert_eq!(parts("-12.5"), Some(-12_500_000_000));
        assert_eq!(parts("1e3"), Some(1_000 * ONE));
        assert_eq!(parts("1.5E-3"), Some(1_500_000));
        assert_eq!(parts("0.0000000005"), Some(1));
        assert_eq!(parts("-0.0000000005"), Some(-1));
        assert_eq!(parts("0.00000000049"), Some(0));
        assert_eq!(parts("1e20"), Some(10i128.pow(29)));
        assert_eq!(parts("1e-999999999999999999999"), Some(0));
        for not in [
            "",
            "1e21",
            "-1e99999999999999999999",
            "007",
            "+1",
            "1.",
            "x",
            "NaN",
            "0x1",
        ] {
            assert_eq!(parts(not), None, "{not}");
        }
    }

    #[test]
    fn ten_tenths_are_one() {
        let tenth = Number::parse("0.1").unwrap();
        let sum = (0..10).fold(Number::default(), |sum, _| sum.plus(tenth));
        assert_eq!(sum.to_f64(), 1.0);
        assert_eq!(sum.mean(10), Some(0.1));
        assert_eq!(sum.mean(0), None);
    }

    proptest! {
        #[test]
        fn whole_and_short_fractions_agree_with_floats(whole in -1_000_000_000i64..1_000_000_000, thousandths in 0u32..1000) {
            let text = format!("{whole}.{thousandths:03}");
            prop_assert_eq!(Number::parse(&text).unwrap().to_f64(), text.parse::<f64>().unwrap());
        }
    }
}
