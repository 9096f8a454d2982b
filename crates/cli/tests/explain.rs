//! `sigwright explain` as a process.

mod common;

use common::{Place, keys, rule};

fn place(name: &str) -> Place {
    let place = Place::new(name);
    let text = rule("login", "low").replace(
        "        action: login\n",
        "        action: login\n        user|startswith: adm\n",
    );
    place.file("r.yml", text);
    place
}

#[test]
fn the_tree_shows_both_sides_and_the_text() {
    let place = place("explain-tree");
    let event = r#"{"action":"login","user":"eve"}"#;
    let ran = place.run(&["explain", "r.yml", "--event", event]).code(0);
    for part in [
        "✗ Somebody did login",
        "✓  11 │ action: login  ← action = login",
        "✗  12 │ user|startswith: adm  ← user = eve",
        "the rule does not match",
    ] {
        assert!(ran.out.contains(part), "{part}\n{}", ran.out);
    }
    // the value is underlined
    assert!(
        ran.out.contains("    │                  ───\n"),
        "{}",
        ran.out
    );
}

#[test]
fn ascii_where_the_locale_asks_for_it() {
    let place = place("explain-ascii");
    let ended = place
        .command(&["explain", "r.yml", "--event", r#"{"action":"login"}"#])
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    let out = String::from_utf8(ended.stdout).unwrap();
    assert!(out.contains("- Somebody did login"), "{out}");
    assert!(out.is_ascii(), "{out}");
}

#[test]
fn of_several_events_the_first_that_matches_is_explained() {
    let place = place("explain-first");
    place.file(
        "log.ndjson",
        "{\"action\":\"quit\"}\n{\"action\":\"login\",\"user\":\"admin\"}\n",
    );
    let ran = place
        .run(&["explain", "r.yml", "--event", "log.ndjson"])
        .code(0);
    assert!(ran.out.contains("log.ndjson:2"), "{}", ran.out);
    assert!(ran.out.contains("the rule matches"), "{}", ran.out);
    let all = place
        .run(&[
            "explain",
            "r.yml",
            "--event",
            "log.ndjson",
            "--all",
            "--format",
            "json",
        ])
        .code(0);
    let lines = all.json();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        keys(&lines[0]),
        ["kind", "rule", "event", "matches", "logsource", "condition"]
    );
    assert_eq!(lines[0]["matches"], false);
    assert_eq!(lines[1]["matches"], true);
    assert_eq!(lines[1]["condition"]["holds"], true);
    let stdin = place
        .run_with(
            &["explain", "r.yml", "--event", "-"],
            b"{\"action\":\"quit\"}\n",
        )
        .code(0);
    assert!(stdin.out.contains("-:1"), "{}", stdin.out);
}

#[test]
fn a_condition_that_holds_for_another_log_is_told_apart() {
    let place = Place::new("explain-logsource");
    place.file("r.yml", rule("login", "low").replace("acme", "kubernetes"));
    let event = ["explain", "r.yml", "--event", r#"{"action":"login"}"#];
    let ran = place.run(&event).code(0);
    assert!(ran.out.contains("log source"), "{}", ran.out);
    assert!(ran.out.contains("does not see events"), "{}", ran.out);
    let ran = place
        .run(&[&event[..], &["--ignore-logsource"]].concat())
        .code(0);
    assert!(ran.out.contains("the rule matches"), "{}", ran.out);
}

#[test]
fn what_cannot_be_explained_is_said() {
    let place = place("explain-errors");
    place.run(&["explain", "r.yml"]).code(2);
    place
        .run(&["explain", "absent.yml", "--event", "{}"])
        .code(2);
    place
        .run(&["explain", "r.yml", "--event", "absent.json"])
        .code(2);
    let ran = place
        .run(&["explain", "r.yml", "--event", "{\"a\":"])
        .code(2);
    assert!(ran.err.contains("no event to explain"), "{}", ran.err);
    let only = ["explain", "r.yml", "--only", "other", "--event", "{}"];
    place.run(&only).code(2);
    place.file(
        "bad.yml",
        rule("login", "low").replace("condition: sel", "condition: x"),
    );
    place.run(&["explain", "bad.yml", "--event", "{}"]).code(1);
}

#[test]
fn the_compiled_form_is_stable_text() {
    let place = place("explain-ir");
    let ran = place.run(&["explain", "--ir", "r.yml"]).code(0);
    assert!(ran.out.contains("action"), "{}", ran.out);
    assert!(ran.out.contains("adm"), "{}", ran.out);
    assert_eq!(ran.out, place.run(&["explain", "--ir", "r.yml"]).out);
    place
        .run(&["explain", "--ir", "r.yml", "--event", "{}"])
        .code(2);
}
