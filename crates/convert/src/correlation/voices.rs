//! Who speaks: rules that correlations refer to leave it to them.

use sigwright_ir::{Reference, RuleSet};
use std::collections::HashSet;

/// Which documents of a set make queries of their own.
#[derive(Debug, Clone)]
pub struct Voices {
    silent_rules: HashSet<usize>,
    silent_correlations: HashSet<usize>,
}

impl Voices {
    /// Silent is what a correlation refers to, unless one that does says `generate`.
    pub fn of(set: &RuleSet) -> Voices {
        let heard = |generate: bool| {
            let by = set.correlations.iter();
            let by = by.filter(move |by| by.correlation.generate == generate);
            by.flat_map(|by| &by.references)
        };
        let (mut rules, mut correlations) = (HashSet::new(), HashSet::new());
        for reference in heard(false) {
            match reference {
                Reference::Rule(rule) => rules.insert(rule.index()),
                Reference::Correlation(other) => correlations.insert(*other),
            };
        }
        for reference in heard(true) {
            match reference {
                Reference::Rule(rule) => rules.remove(&rule.index()),
                Reference::Correlation(other) => correlations.remove(other),
            };
        }
        Voices {
            silent_rules: rules,
            silent_correlations: correlations,
        }
    }

    /// Whether a rule speaks, by its place in the set.
    pub fn rule(&self, index: usize) -> bool {
        !self.silent_rules.contains(&index)
    }

    /// Whether a correlation speaks, by its place in the set.
    pub fn correlation(&self, index: usize) -> bool {
        !self.silent_correlations.contains(&index)
    }
}
