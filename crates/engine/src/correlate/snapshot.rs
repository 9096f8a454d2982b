//! State as records: what is saved, and how it is read again.

use sigwright_ir::RuleSet;
use std::collections::HashSet;

/// The owner of each rule's state, then of each correlation's: its fingerprint, made unlike
/// that of an equal rule before it.
pub(crate) fn owners(set: &RuleSet) -> Vec<u128> {
    let rules = set.rules.iter().map(|rule| rule.fingerprint);
    let correlations = set.correlations.iter().map(|rule| rule.plan.fingerprint);
    let mut seen = HashSet::new();
    let mut owners = Vec::new();
    for fingerprint in rules.chain(correlations) {
        let mut owner = fingerprint;
        while !seen.insert(owner) {
            owner = owner.wrapping_add(1);
        }
        owners.push(owner);
    }
    owners
}
