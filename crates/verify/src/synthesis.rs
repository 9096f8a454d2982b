//! Events made up for a rule: for each way to match one that does, for each question one that
//! just does not, and both changed a little: values of other kinds, in arrays, in other cases.

use serde_json::Value;
use sigwright_generate::mutate::{Random, mutated, retold};
use sigwright_generate::{Generator, Options, Plain, alone};
use sigwright_ir::{RuleId, RuleSet};
use std::sync::Arc;

/// Events made by change of each, besides those that tell the same in other ways.
const CHANGES: usize = 1;
/// Seeds: the second fills wildcards with what SQL reads in its own way.
const SEEDS: [u64; 2] = [0, 6];

/// JSON texts for a rule, with at most `most` ways to match and as many near misses.
pub fn events(rules: &RuleSet, id: RuleId, most: usize) -> Vec<String> {
    let mut events = vec!["{}".to_owned()];
    let Some((set, id)) = alone(rules, id) else {
        return events;
    };
    let set = Arc::new(set);
    let mut random = Random::new(0);
    for seed in SEEDS {
        let options = Options {
            seed,
            most,
            limit: most,
            hits_only: seed > 0,
        };
        let made = Generator::new(set.clone(), options).rule(id, &Plain::default());
        for case in made.cases {
            events.push(case.flat.to_string());
            events.extend(retold(&case.flat).iter().map(Value::to_string));
            let changed = (0..CHANGES).map(|_| mutated(&case.flat, &mut random));
            events.extend(changed.map(|event| event.to_string()));
        }
    }
    events
}
