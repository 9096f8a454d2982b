//! Timelines of `sigwright test`: events in the course of time and what is said of them.

mod common;

use common::{Place, Ran, rule};

/// A rule file with a count of three in a minute, one that is judged when its window closes,
/// and a rule that is silent for an hour.
fn place(name: &str, timelines: &str) -> Place {
    let place = Place::new(name);
    let correlation = |name: &str, condition: &str| {
        format!(
            "---\ntitle: {name}\nname: {name}\nlevel: high\ncorrelation:\n    type: event_count\n    \
             rules: [did-login]\n    group-by: [user]\n    timespan: 1m\n    condition: {{ {condition} }}\n\
             x-risk:\n    score: 60\n    message: '{{user}} again'\n"
        )
    };
    place.file(
        "rules/r.yml",
        format!(
            "{}{}{}---\n{}x-suppress: {{ for: 1h, by: [user] }}\n\
             x-variations:\n    - {{ name: by root, when: {{ user: root }}, level: critical }}\n",
            rule("login", "low"),
            correlation("burst", "gte: 3"),
            correlation("lonely", "lt: 2"),
            rule("sudo", "medium").replace("by root", ""),
        ),
    );
    place.file(
        "rules/r.cases.yml",
        format!("logsource: product=acme\ntimeline:\n{timelines}"),
    );
    place
}

fn run(name: &str, timelines: &str) -> Ran {
    place(name, timelines).run(&["test", "rules"])
}

#[test]
fn alerts_at_a_step_and_at_the_close_of_a_window() {
    let ran = run(
        "timelines-pass",
        "- why: three in a minute, and one alone
  steps:
  - { at: 0s, event: &a { action: login, user: ada } }
  - { at: 10s, event: *a }
  - { at: 20s, event: *a, alerts: [ { rule: burst, level: high, group: { user: ada }, values: { count: 3 }, events: 3, risk: { score: 60, message: ada again } } ] }
  - { at: 5m, event: { action: login, user: Bob } }
  - { at: 6m, alerts: [ { rule: lonely, group: { user: Bob } } ] }
- why: the same key is silent for an hour, root is worse
  steps:
  - { at: 0s, event: &s { action: sudo, user: ada }, alerts: [ { rule: did-sudo, level: medium, variation: '' } ] }
  - { at: 59m, event: *s }
  - { at: 1h, event: *s, alerts: [ did-sudo ] }
  - { at: 1h, event: { action: sudo, user: root }, alerts: [ { rule: did-sudo, level: critical, variation: by root } ] }
",
    );
    let ran = ran.code(0);
    assert!(ran.out.contains("2 passed, 0 failed"), "{}", ran.out);
}

#[test]
fn what_differs_is_shown_on_both_sides() {
    let ran = run(
        "timelines-fail",
        "- name: wrong
  why: everything is
  steps:
  - { at: '2026-11-01T00:00:00Z', event: &a { action: login, user: ada }, alerts: [ burst ] }
  - { at: '2026-11-01T00:00:10Z', event: *a }
  - { at: '2026-11-01T00:00:20Z', event: *a, alerts: [ { rule: burst, values: { count: 4 } } ] }
  - { at: '2026-11-01T00:05:00Z', event: { action: logout }, alerts: [ did-sudo ] }
  - { at: '2026-11-01T00:06:00Z', event: { action: login, user: eve } }
",
    );
    let ran = ran.code(1);
    for part in [
        "✗ wrong (everything is)",
        "step 1, 2026-11-01T00:00:00Z:\n      expected: burst\n      said:     nothing",
        "expected: burst, count 4\n      said:     burst, level high, user ada, count 3, events 3, score 60, message `ada again`",
        // a rule that did not match is explained
        "must match and does not",
        "action = logout",
        // a window that closes at a moment without a step
        "at 2026-11-01T00:07:00Z, where no step is:\n      expected: nothing\n      said:     lonely",
        "in all, burst: 4 observed",
    ] {
        assert!(ran.out.contains(part), "{part}\n{}", ran.out);
    }
    let json = place(
        "timelines-fail-json",
        "- { why: w, steps: [ { at: 0s, alerts: [burst] } ] }\n",
    )
    .run(&["test", "rules", "--format", "json"])
    .code(1)
    .json();
    assert_eq!(json[0]["status"], "failed");
}

#[test]
fn what_was_learned_before_and_what_comes_late() {
    let timelines = "- why: two of the three were learned
  train:
  - { at: 0s, event: &a { action: login, user: ada } }
  - { at: 10s, event: *a }
  steps:
  - { at: 20s, event: *a, alerts: [ { rule: burst, values: { count: 3 } } ] }
- why: learning is silent
  train:
  - { at: 0s, event: *a }
  - { at: 0s, event: *a }
  - { at: 0s, event: *a }
  steps:
  - { at: 1h, event: { action: other } }
- why: all is put in order
  steps:
  - { at: 20s, event: *a, alerts: [ burst ] }
  - { at: 0s, event: *a }
  - { at: 10s, event: *a }
- why: too late to count
  lateness: 1s
  steps:
  - { at: 100s, event: *a }
  - { at: 101s, event: *a }
  - { at: 102s, event: *a, alerts: [ burst ] }
  - { at: 103s, event: *a }
  - { at: 104s, event: *a }
  - { at: 105s, event: *a }
  - { at: 106s, event: { action: other } }
  - { at: 107s, event: { action: other } }
  - { at: 108s, event: { action: other } }
  - { at: 70s, event: *a }
- why: a rule that feeds others speaks where it is asked to
  generate: true
  steps:
  - { at: 0s, event: *a, alerts: [ did-login ] }
  - { at: 1m, alerts: [ lonely ] }
";
    let ran = run("timelines-options", timelines).code(0);
    assert!(ran.out.contains("5 passed, 0 failed"), "{}", ran.out);
}

#[test]
fn a_timeline_with_a_mistake_is_an_error() {
    for (i, (timeline, message)) in [
        ("{ why: w, steps: [] }", "has no steps"),
        ("{ why: w, steps: [ { at: soon } ] }", "`soon` is no time and no duration"),
        ("{ why: w, steps: [ { at: 0s, alerts: [ nobody ] } ] }", "no rule is called `nobody`"),
        ("{ why: w, steps: [ { at: 0s, alerts: [ { rule: burst, grup: {} } ] } ] }", "an alert is a rule's name"),
        ("{ why: w, lateness: long, steps: [ { at: 0s } ] }", "or `all`"),
        (
            "{ why: w, steps: [ { at: '2026-11-01T00:00:00Z', event: { kind: Event, apiVersion: audit.k8s.io/v1, stageTimestamp: '2026-11-01T00:00:01.000000Z' } } ] }",
            "step 1 is at 2026-11-01T00:00:00Z, but its event says 2026-11-01T00:00:01Z",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let ran = run(&format!("timelines-mistake-{i}"), &format!("- {timeline}\n")).code(1);
        assert!(ran.out.contains(message), "{message}\n{}", ran.out);
    }
}

#[test]
fn the_nearest_rule_of_a_name_is_meant() {
    let place = Place::new("timelines-nearest");
    let correlation = |rules: &str| {
        format!(
            "---\ntitle: Some\nname: some\ncorrelation:\n    type: event_count\n    rules: [{rules}]\n    \
             timespan: 1m\n    condition: {{ gte: 1 }}\n"
        )
    };
    let cases = "logsource: product=acme\ntimeline:\n- why: both\n  steps:\n  \
                 - { at: 0s, event: { action: login, user: ada } }\n";
    place.file("pack/top.yml", rule("top", "low"));
    place.file("pack/copy/r.yml", rule("login", "low"));
    place.file("pack/near/r.cases.yml", cases);
    // all in the file; one of the rules elsewhere, and a rule that nobody has
    for (rules, code, word) in [
        ("did-login", 1, "some"),
        ("did-login, did-top", 1, "some"),
        ("did-login, did-none", 1, "unknown-rule"),
    ] {
        let text = format!("{}{}", rule("login", "low"), correlation(rules));
        place.file("pack/near/r.yml", text);
        let ran = place.run(&["test", "pack/near/r.yml"]).code(code);
        assert!(!ran.out.contains("ambiguous-rule"), "{}", ran.out);
        assert!(ran.out.contains(word), "{}", ran.out);
        let unknown = ran.out.contains("unknown-rule");
        assert_eq!(unknown, word == "unknown-rule", "{}", ran.out);
    }
}
