//! Whether a text holds any of a few literals: a packed search, many bytes at a time.
//!
//! Far cheaper than the automaton that tells which; most texts hold none.

use aho_corasick::packed;

/// Shorter literals are found nearly everywhere.
const SHORTEST: usize = 3;

/// A search for any of a few literals.
#[derive(Debug)]
pub(super) struct Gate(packed::Searcher);

impl Gate {
    /// `None` where the literals are too many or too short for it to pay.
    pub(super) fn new<'l>(literals: impl Iterator<Item = &'l str> + Clone) -> Option<Self> {
        if literals.clone().any(|literal| literal.len() < SHORTEST) {
            return None;
        }
        let mut builder = packed::Config::new().only_teddy(true).builder();
        builder.extend(literals);
        builder.build().map(Gate)
    }

    /// Whether the text holds one of the literals. A short text is let through unasked.
    pub(super) fn opens(&self, text: &str) -> bool {
        text.len() < self.0.minimum_len() || self.0.find(text).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn opens_where_a_literal_is(
            literals in prop::collection::vec("[abä]{3,6}", 1..40),
            text in "[abäc]{0,80}",
        ) {
            if let Some(gate) = Gate::new(literals.iter().map(String::as_str)) {
                let held = literals.iter().any(|literal| text.contains(literal));
                prop_assert!(gate.opens(&text) || !held);
                prop_assert!(!gate.opens(&text) || held || text.len() < 40);
            }
        }
    }
}
