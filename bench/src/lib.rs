//! Measures Sigwright, other engines found on this machine and the bare reading of JSON, on the
//! same logs and rules, one after another, again and again.
//!
//! The binary compares; `benches/` looks at the stages one by one. Everything is made
//! deterministically: from the folder that `SIGWRIGHT_SHARED` names, else from the generator of
//! sample logs and the rules of this repository.

pub mod convert;
pub mod corpus;
pub mod engines;
pub mod inputs;
pub mod measure;
pub mod plot;
pub mod prepared;
pub mod readers;
pub mod report;
pub mod state;

use std::fmt;

/// Why something could not be measured, in a sentence.
#[derive(Debug)]
pub struct Trouble(String);

impl Trouble {
    /// Says it.
    pub fn new(text: impl Into<String>) -> Trouble {
        Trouble(text.into())
    }

    /// Says what was being done when it happened.
    pub fn of(doing: impl fmt::Display, reason: impl fmt::Display) -> Trouble {
        Trouble(format!("{doing}: {reason}"))
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Trouble {}

/// The middle one; of an even number, the lower of the two.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn medians() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[9.0, 1.0, 5.0]), Some(5.0));
        assert_eq!(median(&[9.0, 1.0, 5.0, 7.0]), Some(5.0));
    }
}
