//! Rules and events made to be slow, from text to verdict; `docs/limits.md` names these tests.

use sigwright_engine::evidence::Finder;
use sigwright_engine::{Event, Matcher, Origins, Program, ProgramOptions};
use sigwright_ir::RuleId;
use sigwright_syntax::Sources;
use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Unoptimised builds and busy machines are slow: loose, but nothing quadratic ends in it.
const SOON: Duration = Duration::from_secs(20);

/// A program of the rule with these lines under `detection`.
fn program(detection: &str) -> Program {
    let mut sources = Sources::new();
    let text = format!("title: t\nlogsource: {{category: c}}\ndetection:\n{detection}\n");
    let id = sources.add("rule.yml", text);
    let (documents, said) = sigwright_syntax::read(&sources, id);
    assert!(said.is_empty(), "{:?}", said.first());
    let (rules, said) = sigwright_ir::lower(&documents, &Default::default());
    assert!(said.is_empty(), "{:?}", said.first());
    let options = ProgramOptions {
        ignore_logsource: true,
        ..ProgramOptions::default()
    };
    Program::compile(Arc::new(rules), Origins::new(Vec::new()), options)
}

/// Whether the rule matches, and how many pieces of evidence there are.
fn found(matcher: &mut Matcher<'_>, program: &Program, json: &str) -> (bool, usize) {
    let event = Event::from_json(json).unwrap();
    let mut matched = Vec::new();
    matcher.matches(&event, &mut matched);
    let mut evidence = Vec::new();
    Finder::new(program.rules()).find_after(matcher, RuleId(0), &event, &mut evidence);
    (!matched.is_empty(), evidence.len())
}

#[test]
fn a_hundred_thousand_values_are_compiled_and_matched_in_time() {
    let start = Instant::now();
    let mut detection = String::from("  s:\n    a|contains:\n");
    for n in 0..100_000 {
        let _ = writeln!(detection, "      - value {n}.");
    }
    let program = program(&(detection + "  condition: s"));
    let mut matcher = Matcher::new(&program);
    let ask = |text: &str| format!(r#"{{"a":"{text}"}}"#);
    assert!(found(&mut matcher, &program, &ask("the VALUE 99999.")).0);
    assert!(!found(&mut matcher, &program, &ask("the value 100000.")).0);
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

#[test]
fn a_value_of_many_megabytes_is_matched_in_time() {
    let program = program(
        "  s:\n    - a|contains: needle\n    - a: '*a*a*a*a*a*a*a*b*z'\n    - a|re: '(a+)+c$'\n    \
         - a|startswith: ax\n    - a|endswith: xa\n    - a|fieldref: b\n  k: [needle]\n  \
         condition: s or k",
    );
    let mut matcher = Matcher::new(&program);
    let long = "a".repeat(8 << 20);
    let start = Instant::now();
    let json = |end: &str| format!(r#"{{"a":"{long}{end}","b":"{long}"}}"#);
    assert!(!found(&mut matcher, &program, &json("b")).0);
    assert!(found(&mut matcher, &program, &json("nEEdle")).0);
    assert!(found(&mut matcher, &program, &json("bz")).0);
    assert!(
        found(&mut matcher, &program, &json("")).0,
        "the other field"
    );
    assert!(start.elapsed() < 3 * SOON, "{:?}", start.elapsed());
}

#[test]
fn a_million_values_are_matched_in_time() {
    let program = program("  s: {a.b: x}\n  k: [x, y]\n  condition: s or k");
    let mut matcher = Matcher::new(&program);
    let start = Instant::now();
    let list = |value: &str| format!(r#"{{"a":[{}]}}"#, vec![value; 1_000_000].join(","));
    let (matched, evidence) = found(&mut matcher, &program, &list(r#"{"b":"x y"}"#));
    assert!(matched);
    assert!(evidence <= 200, "{evidence}");
    let (matched, evidence) = found(&mut matcher, &program, &list(r#"{"b":"x"}"#));
    assert!(matched && evidence >= 20, "{evidence}");
    assert!(!found(&mut matcher, &program, &list("1")).0);
    assert!(start.elapsed() < 3 * SOON, "{:?}", start.elapsed());
}
