//! `sigwright generate` as a process: what it writes, `sigwright test` reads and finds true.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]

mod common;

use common::{Place, keys};
use std::path::Path;

const RULE: &str = "title: T\nid: 11111111-1111-4111-8111-111111111111\n\
    logsource: { product: kubernetes, service: audit }\n\
    detection:\n  sel: { verb: [get, list], objectRef.resource: secrets }\n\
    \x20 not: { user.username|startswith: 'system:' }\n  condition: sel and not not\n";

fn place(name: &str) -> Place {
    let place = Place::new(name);
    place.file(
        "rules/r.yml",
        RULE.replace("not:", "own:").replace("not not", "not own"),
    );
    place
}

#[test]
fn lines_say_what_is_expected() {
    let place = place("generate-lines");
    let ran = place
        .run(&["generate", "--format", "ndjson", "rules"])
        .code(0);
    let lines = ran.json();
    let expected = |what: &str| lines.iter().filter(|line| line["expect"] == what).count();
    assert_eq!(
        (expected("match"), expected("no-match")),
        (2, 4),
        "{}",
        ran.out
    );
    for line in &lines {
        assert_eq!(keys(line), ["rule", "expect", "why", "event"]);
        assert_eq!(line["rule"], "11111111-1111-4111-8111-111111111111");
        assert_eq!(line["event"]["apiVersion"], "audit.k8s.io/v1");
    }
    let again = place
        .run(&["generate", "--format", "ndjson", "rules"])
        .code(0);
    assert_eq!(ran.out, again.out);
    let flat = place
        .run(&["generate", "--format", "ndjson", "--flat", "rules"])
        .code(0);
    assert_eq!(
        keys(&flat.json()[0]["event"]),
        ["verb", "objectRef.resource"]
    );
}

#[test]
fn what_siems_take() {
    let place = place("generate-siems");
    let hec = place
        .run(&["generate", "--format", "splunk-hec", "rules"])
        .code(0)
        .json();
    assert_eq!(
        keys(&hec[0]),
        ["time", "source", "sourcetype", "event", "fields"]
    );
    assert_eq!(hec[0]["fields"]["sigwright_expect"], "match");
    let format = "elasticsearch-bulk";
    let bulk = place.run(&["generate", "--format", format, "--index", "logs", "rules"]);
    let bulk = bulk.code(0).json();
    assert_eq!(bulk.len(), 12);
    assert_eq!(bulk[0]["create"]["_index"], "logs");
    assert!(bulk[1]["@timestamp"].is_string());
}

#[test]
fn cases_are_not_written_over_others() {
    let place = place("generate-over");
    place.run(&["generate", "-o", "rules", "rules"]).code(0);
    let ran = place.run(&["test", "rules"]).code(0);
    assert!(ran.out.contains("6 passed, 0 failed"), "{}", ran.out);
    let ran = place.run(&["generate", "-o", "rules", "rules"]).code(2);
    assert!(ran.err.contains("--force writes over it"), "{}", ran.err);
    place
        .run(&["generate", "--force", "-o", "rules", "rules"])
        .code(0);
}

/// Every kind of correlation, every kind of question.
#[test]
fn generated_cases_and_timelines_pass() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/generate");
    let place = Place::new("generate-round-trip");
    for entry in std::fs::read_dir(samples).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        place.file(
            &format!("rules/{name}"),
            std::fs::read_to_string(path).unwrap(),
        );
    }
    let ran = place.run(&["generate", "-o", "rules", "rules"]).code(0);
    let all_have_one = |what: &str| {
        let (before, _) = ran.err.split_once(what).unwrap();
        let before = before.trim_end().rsplit([';', ':', '\n']).next().unwrap();
        let (made, all) = before.trim().split_once(" of ").unwrap();
        assert_eq!(made, all, "{}", ran.err);
    };
    all_have_one("ways to match have an event");
    all_have_one("questions have a near miss");
    assert!(!ran.err.contains("an alert: no event"), "{}", ran.err);
    let ran = place.run(&["test", "rules"]).code(0);
    assert!(ran.out.contains(" 0 failed"), "{}", ran.out);
}
