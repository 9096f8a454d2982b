//! `sigwright test` as a process.

mod common;

use common::{Place, keys, rule};

const PASSING: &str = "cases:\n\
    - name: a login\n  why: that is what the rule is about\n  match: true\n  event: { action: login }\n\
    - why: a logout is none\n  match: false\n  events: [ { action: logout }, { action: other } ]\n";

fn place(name: &str, cases: &str) -> Place {
    let place = Place::new(name);
    place.file("rules/r.yml", rule("login", "low"));
    place.file("rules/r.cases.yml", cases);
    place
}

#[test]
fn cases_that_hold_pass() {
    let place = place("cases-pass", PASSING);
    let ran = place.run(&["test", "rules"]).code(0);
    assert!(ran.out.contains("✓ rules/r.yml: 2 cases"), "{}", ran.out);
    assert!(ran.out.contains("2 passed, 0 failed"), "{}", ran.out);
    // the rule, or the cases, may be named alone
    for path in ["rules/r.yml", "rules/r.cases.yml"] {
        assert_eq!(place.run(&["test", path]).code(0).out, ran.out);
    }
}

#[test]
fn a_failing_case_is_printed_as_an_explanation() {
    let cases = PASSING.replace("{ action: login }", "{ action: logon }");
    let place = place("cases-fail", &cases);
    let ran = place.run(&["test", "rules"]).code(1);
    for part in [
        "✗ a login (that is what the rule is about)",
        "must match and does not",
        "action = logon",
        "1 passed, 1 failed",
    ] {
        assert!(ran.out.contains(part), "{part}\n{}", ran.out);
    }
    let ran = place.run(&["test", "rules", "--format", "json"]).code(1);
    let lines = ran.json();
    assert_eq!(
        keys(&lines[0]),
        ["path", "case", "why", "status", "message"]
    );
    assert_eq!(lines[0]["status"], "failed");
    assert_eq!(lines[1]["status"], "passed");
    let ran = place.run(&["test", "rules", "--format", "junit"]).code(1);
    assert!(
        ran.out.contains("tests=\"2\" failures=\"1\""),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("<failure message=\"that is what"),
        "{}",
        ran.out
    );
}

#[test]
fn events_may_be_in_a_file_beside_the_cases() {
    let cases = "cases: [ { why: all of them, match: [did-login], events: e.ndjson } ]\n";
    let place = place("cases-file", cases);
    place.file(
        "rules/e.ndjson",
        "{\"action\":\"login\"}\n{\"action\":\"LOGIN\"}\n",
    );
    place.run(&["test", "rules"]).code(0);
    place.file(
        "rules/e.ndjson",
        "{\"action\":\"login\"}\n{\"action\":\"x\"}\n",
    );
    let ran = place.run(&["test", "rules"]).code(1);
    assert!(ran.out.contains("rules/e.ndjson:2"), "{}", ran.out);
    place.file("rules/e.ndjson", "");
    place.run(&["test", "rules"]).code(1);
}

#[test]
fn nothing_passes_by_mistake() {
    for (i, cases) in [
        "cases: []\n",
        "cases: [ { why: x, match: [nobody], event: {} } ]\n",
        "cases: [ { why: x, match: true, event: { action: login }, typo: 1 } ]\n",
        "cases: [ { why: x, match: true, events: [] } ]\n",
        "- not a map\n",
    ]
    .into_iter()
    .enumerate()
    {
        let place = place(&format!("cases-mistake-{i}"), cases);
        place.run(&["test", "rules"]).code(1);
    }
    // a rule with an error fails its cases
    let broken = place("cases-broken-rule", PASSING);
    broken.file(
        "rules/r.yml",
        rule("login", "low").replace("condition: sel", "condition: x"),
    );
    broken.run(&["test", "rules"]).code(1);
    // cases without a rule
    let orphan = Place::new("cases-orphan");
    orphan.file("gone.cases.yml", PASSING);
    orphan.run(&["test", "."]).code(1);
    // nothing to test
    let empty = Place::new("cases-none");
    empty.file("r.yml", rule("login", "low"));
    let ran = empty.run(&["test", "."]).code(2);
    assert!(ran.out.contains("untested"), "{}", ran.out);
}

#[test]
fn a_rule_without_cases_is_listed() {
    let place = place("cases-untested", PASSING);
    place.file("rules/other.yml", rule("logout", "low"));
    let ran = place.run(&["test", "rules"]).code(0);
    assert!(ran.out.contains("rules/other.yml: untested"), "{}", ran.out);
    assert!(ran.out.contains("1 rule files untested"), "{}", ran.out);
}
