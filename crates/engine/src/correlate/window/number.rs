//! Exact numbers.

use serde::{Deserialize, Serialize};

/// A decimal number with nine digits after the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Number(i128);

impl Number {
    /// Reads the spelling of a whole number.
    pub fn parse(text: &str) -> Option<Number> {
        text.parse::<i64>()
            .ok()
            .map(|whole| Number(i128::from(whole) * 1_000_000_000))
    }
}
