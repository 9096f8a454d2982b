//! The evaluators that must agree: one line each.

use sigwright_engine::{Event, Matcher, Origins, Program, ProgramOptions, naive};
use sigwright_ir::{RuleId, RuleSet};
use std::sync::Arc;

/// A name and a verdict on one rule and one event.
pub type Engine = (&'static str, fn(&RuleSet, RuleId, &Event) -> bool);

/// All of them, the judge first.
pub const ENGINES: &[Engine] = &[
    ("judge", naive::matches),
    ("program", |rules, id, event| {
        program(rules, id, event, |_| {})
    }),
    ("program without candidates", |rules, id, event| {
        program(rules, id, event, |options| options.candidates = false)
    }),
    ("program without literals", |rules, id, event| {
        program(rules, id, event, |options| options.literals = false)
    }),
    ("program without regex gates", |rules, id, event| {
        program(rules, id, event, |options| options.regex_gates = false)
    }),
    ("program without a memory of values", |rules, id, event| {
        program(rules, id, event, |options| options.memo = false)
    }),
];

fn program(rules: &RuleSet, id: RuleId, event: &Event, change: fn(&mut ProgramOptions)) -> bool {
    let mut options = ProgramOptions {
        ignore_logsource: true,
        ..ProgramOptions::default()
    };
    change(&mut options);
    let program = Program::compile(Arc::new(rules.clone()), Origins::new(Vec::new()), options);
    let mut matcher = Matcher::new(&program);
    let mut found = Vec::new();
    matcher.matches(event, &mut found);
    // a second time, on warm scratch memory
    let mut again = Vec::new();
    matcher.matches(event, &mut again);
    assert_eq!(found, again, "a matcher remembers the event before");
    found.contains(&id)
}
