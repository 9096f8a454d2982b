//! Files made to hurt: each limit ends in a message, soon, and nothing panics.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at what it did not expect"
)]

use proptest::prelude::*;
use sigwright_syntax::ast::{Body, Condition, Search};
use sigwright_syntax::{Diagnostics, Limits, Sources, read, read_within};
use std::time::{Duration, Instant};

/// Reads with default limits; gives codes and how long it took.
fn codes(text: &str) -> (Vec<&'static str>, Duration) {
    let mut sources = Sources::new();
    let id = sources.add("rule.yml", text);
    let start = Instant::now();
    let (_, diagnostics) = read(&sources, id);
    (
        diagnostics.iter().map(|d| d.code).collect(),
        start.elapsed(),
    )
}

fn rule(detection: &str) -> String {
    format!("title: t\nlogsource: {{category: c}}\ndetection:\n{detection}")
}

/// Unoptimised builds and busy machines are slow: the bound is loose, the promise in
/// `docs/limits.md` is for release builds.
const SOON: Duration = Duration::from_millis(1500);

#[test]
fn deep_nesting_is_refused_at_once() {
    for open in ["[", "{a: ", "- ", "? "] {
        let (codes, took) = codes(&open.repeat(100_000));
        assert!(codes.contains(&"nesting-too-deep"), "{open} {codes:?}");
        assert!(took < SOON, "{open} {took:?}");
    }
    let deep = |n: usize| {
        rule(&format!(
            "  s: {}x{}\n  condition: s",
            "[".repeat(n),
            "]".repeat(n)
        ))
    };
    assert_eq!(codes(&deep(97)).0, Vec::<&str>::new());
    assert_eq!(codes(&deep(99)).0, ["nesting-too-deep"]);
}

#[test]
fn alias_bombs_are_refused_at_once() {
    let mut text = String::from("a: &a [x, x, x, x, x, x, x, x, x]\n");
    for (one, next) in "abcdefghi".chars().zip("bcdefghij".chars()) {
        text.push_str(&format!(
            "{next}: &{next} [{}]\n",
            vec![format!("*{one}"); 9].join(", ")
        ));
    }
    let (found, took) = codes(&text);
    assert_eq!(found, ["alias-too-large"]);
    assert!(took < SOON, "{took:?}");
    // Few nodes, much text.
    let text = format!(
        "a: &a {}\nb: [{}]",
        "x".repeat(100_000),
        vec!["*a"; 100].join(", ")
    );
    assert_eq!(codes(&text).0, ["alias-too-large"]);
    // Anchors within anchors copy too.
    let text = "- &a ".repeat(90) + &"x".repeat(100_000);
    assert!(codes(&text).1 < SOON);
    assert_eq!(codes("a: &a [*a]").0, ["alias-loop"]);
    // Within the budget aliases and merge keys are just copies.
    let text = rule(
        "  one: &one {a|contains: [x, y], b: 1}\n  two: {<<: *one, b: 2}\n  three: *one\n  condition: all of them",
    );
    assert_eq!(codes(&text).0, Vec::<&str>::new());
}

#[test]
fn merge_keys_do_not_override() {
    let text = rule("  one: &one {a: 1, b: 1}\n  two: {<<: *one, b: 2}\n  condition: two");
    let mut sources = Sources::new();
    let id = sources.add("rule.yml", text);
    let (documents, diagnostics) = read(&sources, id);
    assert!(diagnostics.is_empty());
    let Body::Rule(rule) = &documents[0].body else {
        panic!()
    };
    let Search::All(items, _) = &rule.detection.selections["two"].search else {
        panic!()
    };
    let texts: Vec<_> = items.iter().map(|i| sources.text(i.span())).collect();
    assert_eq!(texts, ["b: 2", "a: 1"]);
}

#[test]
fn conditions_nest_within_limits_and_run_long() {
    for (text, code) in [
        (
            format!("{}s{}", "(".repeat(100_000), ")".repeat(100_000)),
            "condition-too-deep",
        ),
        (format!("{}s", "not ".repeat(100_000)), "condition-too-deep"),
        (
            format!("{}s{}", "not (".repeat(40), ")".repeat(40)),
            "condition-too-deep",
        ),
        ("(".repeat(100_000), "condition-too-deep"),
        (
            format!("s{}", " and s".repeat(300_000)),
            "condition-too-long",
        ),
    ] {
        let (codes, took) = codes(&rule(&format!("  s: {{a: 1}}\n  condition: {text}")));
        assert_eq!(codes, [code]);
        assert!(took < SOON, "{code} {took:?}");
    }
    for operator in ["and", "or"] {
        let condition = format!("s{}", format!(" {operator} s").repeat(99_999));
        let text = rule(&format!("  s: {{a: 1}}\n  condition: {condition}"));
        let mut sources = Sources::new();
        let id = sources.add("rule.yml", text);
        let start = Instant::now();
        let (documents, diagnostics) = read(&sources, id);
        assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
        assert!(diagnostics.is_empty());
        let Body::Rule(rule) = &documents[0].body else {
            panic!()
        };
        let (Condition::And(terms) | Condition::Or(terms)) = &rule.detection.conditions[0].value
        else {
            panic!()
        };
        assert_eq!(terms.len(), 100_000);
    }
    let nested = format!(
        "  s: {{a: 1}}\n  condition: {}s{}",
        "(".repeat(64),
        ")".repeat(64)
    );
    assert_eq!(codes(&rule(&nested)).0, Vec::<&str>::new());
}

#[test]
fn long_lists_are_read_quickly() {
    let values: String = (0..100_000)
        .map(|i| format!("      - value {i}\n"))
        .collect();
    let (found, took) = codes(&rule(&format!(
        "  s:\n    a|contains:\n{values}  condition: s"
    )));
    assert_eq!(found, Vec::<&str>::new());
    assert!(took < SOON, "{took:?}");
    let (found, took) = codes(&rule(&format!(
        "  s: {{? '{}' : 1}}\n  condition: s",
        "[".repeat(1_000_000)
    )));
    assert_eq!(found, Vec::<&str>::new());
    assert!(took < SOON, "{took:?}");
    let keys: String = (0..9_000)
        .map(|i| format!("  s{i}: {{f: {i}}}\n"))
        .collect();
    let (found, took) = codes(&rule(&format!("{keys}  condition: 1 of s*")));
    assert_eq!(found, Vec::<&str>::new());
    assert!(took < SOON, "{took:?}");
}

#[test]
fn many_faults_are_counted() {
    let text = rule(&format!(
        "  s: {{a: 1}}\n  condition: s{}",
        " and unknown_name".repeat(20_000)
    ));
    let (found, took) = codes(&text);
    assert_eq!(found.len(), 1_001);
    assert_eq!(found.last(), Some(&"too-many-messages"));
    assert!(took < SOON, "{took:?}");
    let (found, took) = codes(&"]\n---\n".repeat(50_000));
    assert_eq!(found.len(), 1_001);
    assert!(took < SOON, "{took:?}");
    let patterns: String = (0..5_000).map(|i| format!(" or 1 of x{i}*")).collect();
    let (found, took) = codes(&rule(&format!("  s: {{a: 1}}\n  condition: s{patterns}")));
    assert_eq!(found.len(), 1_001);
    assert!(took < SOON, "{took:?}");
}

fn within(text: &str, change: fn(&mut Limits)) -> Diagnostics {
    let mut limits = Limits::default();
    change(&mut limits);
    let mut sources = Sources::new();
    let id = sources.add("rule.yml", text);
    read_within(&sources, id, &limits).1
}

#[test]
fn every_limit_has_a_message() {
    let text =
        rule("  s: {a|contains|all: [x, y, z]}\n  t: {a: 1}\n  condition: 1 of s* or 1 of t*");
    assert!(within(&text, |_| {}).is_empty());
    type Row = (fn(&mut Limits), &'static str);
    let limits: [Row; 6] = [
        (|l| l.file_bytes = 10, "file-too-large"),
        (|l| l.values = 2, "too-many-values"),
        (|l| l.modifiers = 1, "too-many-modifiers"),
        (|l| l.selections = 2, "too-many-selections"),
        (|l| l.selectors = 1, "too-many-selectors"),
        (|l| l.condition_bytes = 10, "condition-too-long"),
    ];
    for (change, code) in limits {
        let found: Vec<_> = within(&text, change).iter().map(|d| d.code).collect();
        assert_eq!(found, [code]);
    }
}

#[test]
fn marks_and_line_ends_of_other_systems() {
    let text = "\u{feff}title: t\r\nlogsource:\r\n    category: c\r\ndetection:\r\n    s:\r\n        ä: 1\r\n    condition: S\r\n";
    let mut sources = Sources::new();
    let id = sources.add("rule.yml", text);
    let (documents, diagnostics) = read(&sources, id);
    assert_eq!(documents[0].meta.title.as_ref().unwrap().value, "t");
    assert_eq!(diagnostics.len(), 1);
    let span = diagnostics[0].span().unwrap();
    assert_eq!((sources.text(span), sources.position(span)), ("S", (7, 16)));
}

/// No panic, and every place lies within the text, between characters.
fn sound(text: &str) {
    let mut sources = Sources::new();
    let id = sources.add("rule.yml", text);
    let (documents, diagnostics) = read(&sources, id);
    for span in diagnostics
        .iter()
        .flat_map(|d| &d.labels)
        .map(|label| label.span)
        .chain(documents.iter().map(|d| d.span))
    {
        let range = span.start as usize..span.end as usize;
        assert!(text.get(range).is_some(), "{span:?} of {text:?}");
    }
}

/// Pieces that rules are made of, and some that they are not.
const PIECES: &[&str] = &[
    "title: t\n",
    "logsource: {category: c}\n",
    "detection:\n",
    "correlation:\n",
    "filter:\n",
    "    s:\n",
    "        a|contains: ",
    "        'b[any].c|re|i': ",
    "        - ",
    "x",
    "'it''s'",
    "\"\\u00e4\"",
    "|\n          a\n          b\n",
    ">-\n          a\n\n          b\n",
    "[",
    "]",
    "{",
    "}",
    ",",
    ": ",
    "\n",
    "    condition: ",
    "s and not (1 of s*)",
    "not ",
    "(",
    ")",
    " of ",
    "them",
    "\n---\n",
    "&a ",
    "*a",
    "<<: ",
    "!!str ",
    "? ",
    "sigma-version: 3\n",
    "action: global\n",
    "action: repeat\n",
    "    type: temporal\n",
    "    rules: [a, b]\n",
    "    timespan: 5m\n",
    "x-suppress: {for: 1h, by: u}\n",
    "x-refire: always\n",
    "x-risk: {message: 'ä {a} {{ }', score: 5}\n",
    "x-variations: [{name: n, when: {a|re: 1}, when-rule: c}]\n",
    "    type: stats\n",
    "    aggregates: {n: {count: '*'}}\n",
    "    condition: n > 5\n",
    "ü",
    "🦀",
    "\t",
    "\r\n",
    "%",
    "\\",
    "#",
    "null",
    "010",
    "12",
    "\u{feff}",
    "\u{2028}",
    "\0",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_text_is_survived(text in any::<String>()) {
        sound(&text);
    }

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        sound(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_pieces_are_survived(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..40)) {
        sound(&pieces.concat());
    }

    #[test]
    fn any_condition_is_survived(condition in "[a-z() *|'\"0-9\n]{0,60}") {
        sound(&rule(&format!("  a: {{b: c}}\n  condition: {condition}")));
        let quoted = condition.replace('\'', "''");
        sound(&rule(&format!("  a: {{b: c}}\n  condition: '{quoted}'")));
        sound(&format!("title: t\ncorrelation:\n  type: temporal\n  timespan: 1s\n  condition: '{quoted}'"));
    }

    #[test]
    fn any_key_is_survived(key in "[a-z|\\[\\]\\\\.ü ]{0,30}") {
        let key = key.replace('\'', "''");
        sound(&format!("sigma-version: 3\n{}", rule(&format!("  s: {{'{key}': 1}}\n  condition: s"))));
        sound(&rule(&format!("  s: {{'{key}': [x, {{a: b}}]}}\n  condition: s")));
    }
}
