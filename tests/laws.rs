//! Laws: what holds for every rule and every event.

#[path = "laws/corpus.rs"]
mod corpus;
#[path = "laws/generate.rs"]
mod generate;

use generate::{event, rule};
use proptest::collection::vec;
use proptest::prelude::*;
use sigwright_engine::evidence::{Finder, evidence};
use sigwright_engine::explain::{Explanation, explain};
use sigwright_engine::{Event, Matcher, Origins, Program, ProgramOptions, naive};
use sigwright_ir::{OutlineKind, RuleId, RuleSet};
use sigwright_syntax::{Severity, Sources};
use std::sync::Arc;

/// The rules of these documents that have no error.
fn load(documents: &[String]) -> RuleSet {
    let mut sources = Sources::new();
    let mut read = Vec::new();
    for (place, text) in documents.iter().enumerate() {
        let id = sources.add(format!("{place}.yml"), text.clone());
        let (documents, diagnostics) = sigwright_syntax::read(&sources, id);
        for diagnostic in diagnostics {
            assert!(
                diagnostic.severity != Severity::Error || documents.iter().any(|d| d.faulty),
                "an error in a document that is not faulty: {diagnostic:?}"
            );
        }
        read.extend(documents);
    }
    sigwright_ir::lower(&read, &Default::default()).0
}

fn programs(rules: &RuleSet) -> Vec<(&'static str, Program)> {
    let rules = Arc::new(rules.clone());
    type Change = fn(&mut ProgramOptions);
    let all: [(&str, Change); 5] = [
        ("everything on", |_| {}),
        ("without candidates", |options| options.candidates = false),
        ("without literals", |options| options.literals = false),
        ("without regex gates", |options| options.regex_gates = false),
        ("without a memory of values", |options| options.memo = false),
    ];
    all.into_iter()
        .map(|(name, change)| {
            let mut options = ProgramOptions {
                ignore_logsource: true,
                ..ProgramOptions::default()
            };
            change(&mut options);
            let origins = Origins::new(Vec::new());
            (name, Program::compile(rules.clone(), origins, options))
        })
        .collect()
}

/// What a `neq` keeps out is no evidence, whoever is asked.
#[test]
fn evidence_stops_at_a_negation() {
    let rule = r#"{"title":"T","logsource":{"product":"test"},"detection":{
        "kept": {"a|lte|neq": 0}, "out": {"A|contains|neq": ""}, "condition": "1 of them"}}"#;
    let set = load(&[rule.to_owned()]);
    let event = Event::from_json(r#"{"A": false}"#).unwrap();
    for (name, program) in programs(&set) {
        let mut matcher = Matcher::new(&program);
        let mut found = Vec::new();
        matcher.matches(&event, &mut found);
        let [id] = found[..] else {
            panic!("{name}: {found:?}")
        };
        let finder = Finder::new(&set);
        let mut quick = finder.find(id, &event);
        finder.find_after(&mut matcher, id, &event, &mut quick);
        assert_eq!(quick, [], "{name}");
        assert_eq!(finder.find(id, &event), []);
    }
}

/// Two long arrays are compared value by value up to a limit, and by nobody beyond it.
#[test]
fn field_references_are_bounded_alike() {
    let rule = r#"{"title":"T","logsource":{"product":"test"},"detection":{
        "s": {"a|fieldref": "b"}, "condition": "s"}}"#;
    let set = load(&[rule.to_owned()]);
    for (length, answered) in [(1, true), (1_000, true), (5_000, false)] {
        let numbers = |from: usize| {
            let numbers: Vec<String> = (from..from + length).map(|n| n.to_string()).collect();
            numbers.join(",")
        };
        // the last value of the one is the first of the other
        let text = format!(r#"{{"a":[{}],"b":[{}]}}"#, numbers(0), numbers(length - 1));
        let event = Event::from_json(&text).unwrap();
        for (name, program) in programs(&set) {
            let mut matcher = Matcher::new(&program);
            let mut found = Vec::new();
            matcher.matches(&event, &mut found);
            assert_eq!(!found.is_empty(), answered, "{name}: {length}");
            assert_eq!(
                matcher.counters().exhausted > 0,
                !answered,
                "{name}: {length}"
            );
        }
        let id = set.iter().next().unwrap().0;
        assert_eq!(naive::matches(&set, id, &event), answered, "{length}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(
        std::env::var("LAWS_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(256)
    ))]

    /// The program finds what the judge finds, with all its shortcuts and without each.
    #[test]
    fn program_agrees_with_the_judge(rules in vec(rule(), 1..5), events in vec(event(), 1..8)) {
        let set = load(&rules);
        prop_assume!(!set.rules.is_empty());
        for (name, program) in programs(&set) {
            let mut matcher = Matcher::new(&program);
            let mut found = Vec::new();
            for text in &events {
                let event = Event::from_json(text).unwrap();
                found.clear();
                matcher.matches(&event, &mut found);
                for (id, _) in set.iter() {
                    prop_assert_eq!(
                        found.contains(&id),
                        naive::matches(&set, id, &event),
                        "{}: {:?} {}", name, rules, text
                    );
                }
                let finder = Finder::new(&set);
                for (id, _) in set.iter() {
                    prop_assert_eq!(finder.holds(id, &event), naive::matches(&set, id, &event));
                }
                let mut quick = Vec::new();
                for id in found.iter().copied() {
                    finder.find_after(&mut matcher, id, &event, &mut quick);
                    prop_assert_eq!(
                        &quick,
                        &finder.find(id, &event),
                        "{}: {:?} {}", name, rules, text
                    );
                }
            }
        }
    }

    /// Passes keep the meaning: what is evaluated is what the text says.
    #[test]
    fn passes_keep_the_meaning(rules in vec(rule(), 1..4), events in vec(event(), 1..8)) {
        let set = load(&rules);
        for (id, rule) in set.iter() {
            for text in &events {
                let event = Event::from_json(text).unwrap();
                let said = rule.conditions.iter().any(|c| naive::holds(&set.exprs, *c, &event));
                prop_assert_eq!(said, naive::matches(&set, id, &event), "{:?} {}", rules, text);
            }
        }
    }

    /// An explanation ends in the verdict, every node of it follows from its parts, and
    /// evidence is given for nothing but what was found.
    #[test]
    fn explanations_are_true(rules in vec(rule(), 1..3), events in vec(event(), 1..6)) {
        let set = load(&rules);
        for (id, _) in set.iter() {
            for text in &events {
                let event = Event::from_json(text).unwrap();
                explained(&set, id, &event).map_err(|fault| {
                    TestCaseError::fail(format!("{fault}\n{rules:?}\n{text}"))
                })?;
            }
        }
    }

    /// Generated rules are read, and hold for some events and not for others: the laws above
    /// speak of something.
    #[test]
    fn generated_rules_meet_events(rules in vec(rule(), 40), events in vec(event(), 20)) {
        let set = load(&rules);
        let kept = set.rules.len();
        prop_assert!(kept * 2 > rules.len(), "{} of {}", kept, rules.len());
        let events: Vec<Event> = events.iter().map(|e| Event::from_json(e).unwrap()).collect();
        let found = events
            .iter()
            .flat_map(|event| set.iter().map(move |(id, _)| (id, event)))
            .filter(|(id, event)| naive::matches(&set, *id, event))
            .count();
        let share = found as f64 / (kept * events.len()) as f64;
        prop_assert!((0.1..0.9).contains(&share), "{}", share);
    }
}

fn explained(set: &RuleSet, id: RuleId, event: &Event) -> Result<(), String> {
    let verdict = naive::matches(set, id, event);
    let explanation = explain(set, id, event).ok_or("no explanation")?;
    if explanation.holds != verdict {
        return Err("the explanation has another outcome".to_owned());
    }
    if !verdict && !evidence(set, id, event).is_empty() {
        return Err("evidence for what was not found".to_owned());
    }
    follows(&explanation)
}

fn follows(node: &Explanation) -> Result<(), String> {
    let mut parts = node.children.iter().map(|child| child.holds);
    let expected = match node.kind {
        _ if node.children.is_empty() => node.holds,
        OutlineKind::And => parts.all(|holds| holds),
        OutlineKind::Or => parts.any(|holds| holds),
        OutlineKind::Not => !parts.any(|holds| holds),
        _ => node.holds,
    };
    if expected != node.holds {
        return Err(format!("contradicts itself: {node:#?}"));
    }
    node.children.iter().try_for_each(follows)
}
