//! State over several runs: `--state`, `--resume`, and looking inside.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at what it did not expect"
)]

mod common;

use common::{Place, rule};
use std::io::{BufRead, BufReader, Write};

const BASE: &[&str] = &[
    "eval",
    "-r",
    "rules.yml",
    "--logsource",
    "product=acme",
    "--format",
    "ndjson",
    "--state",
    "s",
];

/// Two correlations, one with this bound.
fn rules(bound: u32, title: &str) -> String {
    let correlation = |title: &str, number: u32, of: &str, rest: &str| {
        format!(
            "---\ntitle: {title}\nid: 7f1c52d4-0000-4000-8000-{number:012}\nstatus: test\n\
             level: high\ncorrelation:\n    type: {of}\n    rules: [did-jump]\n    \
             group-by: [user]\n    timespan: 1h\n{rest}"
        )
    };
    let count = format!("    condition:\n        gte: {bound}\n");
    rule("jump", "low")
        + &correlation(title, 1, "event_count", &count)
        + &correlation(
            "New place",
            2,
            "new_terms",
            "    condition:\n        field: place\n",
        )
}

fn event(second: u32, place: &str) -> String {
    format!(
        r#"{{"time":{},"action":"jump","user":"Ann","place":"{place}"}}"#,
        1_790_000_000 + second
    ) + "\n"
}

fn eval(place: &Place, more: &[&str]) -> common::Ran {
    let all: Vec<&str> = BASE.iter().chain(more).copied().collect();
    place.run(&all)
}

fn titles(ran: &common::Ran) -> Vec<String> {
    let title = |line: serde_json::Value| line["rule"]["title"].as_str().unwrap().to_owned();
    ran.json().into_iter().map(title).collect()
}

#[test]
fn a_baseline_is_trained_and_used_in_later_runs() {
    let place = Place::new("state-train");
    place
        .file("rules.yml", rules(3, "Many"))
        .file("old", event(0, "here") + &event(5, "there"))
        .file("new", event(60, "here") + &event(61, "elsewhere"));
    let ran = eval(&place, &["--train", "old"]).code(0);
    assert_eq!(ran.out, "");
    assert!(ran.err.contains("learnt from"), "{}", ran.err);
    let ran = eval(&place, &["new"]).code(0);
    // the summary is of this run
    assert!(!ran.err.contains("learnt from"), "{}", ran.err);
    // the third event within the hour, counted over both runs
    assert_eq!(titles(&ran), ["Many", "New place"]);
}

#[test]
fn resume_leaves_out_what_was_read_and_notices_another_file() {
    let place = Place::new("state-resume");
    let first = event(0, "a") + &event(1, "b");
    place
        .file("rules.yml", rules(9, "Many"))
        .file("log", &first);
    assert_eq!(titles(&eval(&place, &["log"]).code(0)).len(), 2);
    assert_eq!(eval(&place, &["--resume", "log"]).code(0).out, "");
    place.file("log", first.clone() + &event(2, "c"));
    assert_eq!(titles(&eval(&place, &["--resume", "log"]).code(0)).len(), 1);
    // shorter than it was
    place.file("log", &first);
    let ran = eval(&place, &["--resume", "log"]).code(0);
    assert!(
        ran.err.contains("`log` is shorter than it was"),
        "{}",
        ran.err
    );
    // another file under the same name
    place.file("log", event(3, "d"));
    let ran = eval(&place, &["--resume", "log"]).code(0);
    assert!(
        ran.err.contains("`log` is not the file it was"),
        "{}",
        ran.err
    );
    assert_eq!(titles(&ran), ["New place"]);
    // standard input is counted as well
    let all: Vec<&str> = BASE.iter().chain(&["--resume", "-"]).copied().collect();
    let input = event(10, "e") + &event(11, "f");
    assert_eq!(
        titles(&place.run_with(&all, input.as_bytes()).code(0)).len(),
        2
    );
    assert_eq!(place.run_with(&all, input.as_bytes()).code(0).out, "");
}

#[test]
fn a_changed_rule_starts_cold_and_others_go_on() {
    let place = Place::new("state-change");
    place
        .file("rules.yml", rules(3, "Many"))
        .file("old", event(0, "here") + &event(1, "here"))
        .file("new", event(2, "here") + &event(3, "there"));
    eval(&place, &["--train", "old"]).code(0);
    place.file("rules.yml", rules(4, "Many"));
    let ran = eval(&place, &["new"]).code(0);
    assert!(ran.err.contains("`Many` has changed"), "{}", ran.err);
    // four events in all, two since it is cold; the other rule knows `here`
    assert_eq!(titles(&ran), ["New place"]);
    let shown = place.run(&["state", "show", "s", "--rule", "Many"]).code(0);
    assert!(shown.out.contains("Many: 1 groups"), "{}", shown.out);
    // a change of the title alone is none
    place.file("rules.yml", rules(4, "Lots"));
    place.file("more", event(4, "here") + &event(5, "here"));
    let ran = eval(&place, &["more"]).code(0);
    assert!(!ran.err.contains("changed"), "{}", ran.err);
    assert_eq!(titles(&ran), ["Lots"]);
}

#[test]
fn what_is_kept_is_shown_exported_and_pruned() {
    let place = Place::new("state-show");
    place
        .file("rules.yml", rules(3, "Many"))
        .file("log", event(0, "here") + &event(7_000, "there"));
    eval(&place, &["log"]).code(0);
    let shown = place.run(&["state", "show", "s"]).code(0).out;
    assert!(shown.contains("input log: 2 records read"), "{shown}");
    assert!(shown.contains("New place: 1 groups, 2 terms"), "{shown}");
    let shown = place
        .run(&["state", "show", "s", "--group", "ann"])
        .code(0)
        .out;
    assert!(shown.contains("group Ann: last"), "{shown}");
    let here = "term Ann, here: first 2026-09-21T14:13:20Z, last 2026-09-21T14:13:20Z";
    assert!(shown.contains(here), "{shown}");
    let lines = place.run(&["state", "export", "s"]).code(0).json();
    let kinds = |kind: &str| lines.iter().filter(|line| line["kind"] == kind).count();
    assert_eq!((kinds("term"), kinds("position")), (2, 1));
    let there = |line: &&serde_json::Value| line["term"] == serde_json::json!(["there"]);
    let term = lines.iter().find(there).unwrap();
    assert_eq!(term["group"], serde_json::json!(["Ann"]));
    assert_eq!(term["first"], "2026-09-21T16:10:00Z");
    assert_eq!(
        lines.iter().find(|line| line["kind"] == "group").unwrap()["group"],
        serde_json::json!(["Ann"])
    );
    // 2026-09-21T15:06:40Z is second 1,000
    let ran = place
        .run(&["state", "prune", "s", "--before", "2026-09-21T15:06:40Z"])
        .code(0);
    assert!(ran.out.contains("removed 1 records"), "{}", ran.out);
    let prune = |before: &str| place.run(&["state", "prune", "s", "--before", before]);
    let ran = prune("2026-09-21").code(0);
    assert!(ran.out.contains("removed 0 records"), "{}", ran.out);
    prune("yesterday").code(2);
    let shown = place.run(&["state", "show", "s"]).code(0).out;
    assert!(shown.contains("New place: 1 groups, 1 terms"), "{shown}");
    place.file("other.yml", rules(5, "Many"));
    place
        .run(&["state", "prune", "s", "--unknown", "-r", "other.yml"])
        .code(0);
    let shown = place.run(&["state", "show", "s"]).code(0).out;
    assert!(
        !shown.contains("Many:") && shown.contains("New place:"),
        "{shown}"
    );
    place
        .run(&["state", "prune", "s", "--rule", "New place"])
        .code(0);
    place
        .run(&["state", "prune", "s", "--rule", "New place"])
        .code(2);
    place.run(&["state", "prune", "s"]).code(2);
    place.run(&["state", "show", "none"]).code(2);
    assert!(!place.path("none").exists());
}

#[test]
fn a_second_process_is_refused() {
    let place = Place::new("state-lock");
    place
        .file("rules.yml", rules(3, "Many"))
        .file("log", event(0, "a"));
    let all: Vec<&str> = BASE
        .iter()
        .chain(&["--generate", "--checkpoint", "0s", "-"])
        .copied()
        .collect();
    let mut first = place.command(&all).spawn().unwrap();
    let mut input = first.stdin.take().unwrap();
    input.write_all(event(0, "a").as_bytes()).unwrap();
    // once it says something it has the file open
    let mut line = String::new();
    BufReader::new(first.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let ran = eval(&place, &["log"]).code(2);
    assert!(ran.err.contains("in use by another process"), "{}", ran.err);
    let ran = place.run(&["state", "show", "s"]).code(2);
    assert!(ran.err.contains("in use by another process"), "{}", ran.err);
    drop(input);
    assert!(first.wait().unwrap().success());
    eval(&place, &["log"]).code(0);
}

#[test]
fn what_is_no_state_is_refused_before_anything_is_read() {
    let place = Place::new("state-foreign");
    place
        .file("rules.yml", rules(3, "Many"))
        .file("log", event(0, "a"))
        .file("s", "dear diary");
    let ran = eval(&place, &["log"]).code(2);
    assert_eq!(ran.out, "");
    assert!(ran.err.contains("no file of state"), "{}", ran.err);
    assert_eq!(std::fs::read(place.path("s")).unwrap(), b"dear diary");
}

#[test]
fn damaged_and_older_state_is_refused_with_what_to_do() {
    let place = Place::new("state-damaged");
    place
        .file("rules.yml", rules(3, "Many"))
        .file("log", event(0, "here"));
    eval(&place, &["log"]).code(0);
    let whole = std::fs::read(place.path("s")).unwrap();
    let title = whole.windows(9).rposition(|bytes| bytes == b"New place");
    let cases: [(&str, usize, u8); 3] = [
        ("is damaged, nothing of it was used", title.unwrap(), b'M'),
        ("of a newer format", 63, 9),
        ("of an older format, 1", 63, 1),
    ];
    for (said, at, byte) in cases {
        let mut bytes = whole.clone();
        bytes[at] = byte;
        std::fs::write(place.path("s"), &bytes).unwrap();
        for ran in [
            eval(&place, &["log"]),
            place.run(&["state", "show", "s"]),
            place.run(&["state", "prune", "s", "--rule", "Many"]),
        ] {
            let ran = ran.code(2);
            assert_eq!(ran.out, "");
            assert!(ran.err.contains(said), "{said}: {}", ran.err);
            assert!(ran.err.contains("help: "), "{}", ran.err);
        }
        assert_eq!(std::fs::read(place.path("s")).unwrap(), bytes, "{said}");
    }
}

#[test]
fn terms_that_do_not_fit_in_memory_are_not_forgotten() {
    let place = Place::new("state-many-terms");
    let log = |from: u32| -> String {
        (0..300)
            .map(|n| event(from + n, &format!("p{n}")))
            .collect()
    };
    place
        .file("rules.yml", rules(100_000, "Many"))
        .file("first", log(0))
        .file("again", log(1_000) + &event(1_900, "elsewhere"));
    let few = ["--max-groups", "20", "--checkpoint", "0s"];
    let all = |more: &'static str| [&few[..], &[more]].concat();
    let ran = eval(&place, &all("first")).code(0);
    assert_eq!(titles(&ran).len(), 300);
    assert!(!ran.err.contains("forgotten"), "{}", ran.err);
    let ran = eval(&place, &all("again")).code(0);
    assert_eq!(titles(&ran), ["New place"]);
    let lines = place.run(&["state", "export", "s"]).code(0).json();
    let terms: Vec<_> = lines.iter().filter(|line| line["kind"] == "term").collect();
    assert_eq!(terms.len(), 301);
    let seventh = terms.iter().find(|term| term["term"][0] == "p7").unwrap();
    assert_eq!(seventh["first"], "2026-09-21T14:13:27Z");
    assert_eq!(seventh["last"], "2026-09-21T14:30:07Z");
}

#[test]
fn a_date_far_in_the_future_does_not_end_the_present() {
    let place = Place::new("state-future");
    let few = rules(3, "Few").replace("gte: 3", "lt: 3");
    // fifty years later
    let far = event(1_600_000_000, "far");
    let now: String = (0..9).map(|n| event(n, "here")).collect();
    place
        .file("rules.yml", few)
        .file("log", now.clone() + &far)
        .file("more", event(600, "here") + &event(4_000, "here"));
    // the window holds nine events, whatever the far one says; that one is heard of later
    let ran = eval(&place, &["log"]).code(0);
    assert_eq!(titles(&ran), ["New place"]);
    assert!(
        ran.err
            .contains("1 event dated more than a day ahead of the others waits"),
        "{}",
        ran.err
    );
    let ran = eval(&place, &["more"]).code(0);
    assert_eq!(titles(&ran), Vec::<String>::new());
    // without a file of state the end of the input is the end
    let ran = place
        .run(&[
            "eval",
            "-r",
            "rules.yml",
            "--logsource",
            "product=acme",
            "--format",
            "ndjson",
            "log",
        ])
        .code(0);
    assert_eq!(titles(&ran), ["New place", "New place", "Few"]);
}

#[test]
fn a_date_far_in_the_future_makes_no_later_event_late() {
    let place = Place::new("state-future-group");
    let far = event(1_600_000_000, "here");
    let now: String = (0..2).map(|n| event(n, "here")).collect();
    let other = |from: u32| -> String {
        let quiet = |n| event(from + n, "there").replace("jump", "look");
        (0..20).map(quiet).collect()
    };
    place
        .file("rules.yml", rules(3, "Many"))
        .file("log", far.clone() + &now + &other(10))
        .file("more", event(600, "here") + &other(700));
    for lateness in ["5m", "all"] {
        let _ = std::fs::remove_file(place.path("s"));
        let ran = eval(&place, &["--lateness", lateness, "log"]).code(0);
        assert_eq!(titles(&ran), ["New place"], "{lateness}");
        let ran = eval(&place, &["--lateness", lateness, "more"]).code(0);
        assert_eq!(titles(&ran), ["Many"], "{lateness}");
        assert!(!ran.err.contains("too late"), "{}", ran.err);
        // a log of its own with one event, days later
        place.file("days", event(300_000, "elsewhere"));
        let ran = eval(&place, &["--lateness", lateness, "days"]).code(0);
        assert_eq!(titles(&ran), ["New place"], "{lateness}");
    }
}

#[test]
fn suppressed_keys_are_shown_by_their_values() {
    let place = Place::new("state-suppressed");
    let silent = rule("jump", "low") + "x-suppress: {for: 1h, by: [user, place]}\n";
    place
        .file("rules.yml", silent)
        .file("log", event(0, "here") + &event(1, "here"));
    assert_eq!(titles(&eval(&place, &["log"]).code(0)).len(), 1);
    let lines = place.run(&["state", "export", "s"]).code(0).json();
    let found = lines
        .iter()
        .find(|line| line["kind"] == "suppression")
        .unwrap();
    assert_eq!(found["by"], serde_json::json!(["Ann", "here"]));
    let shown = place
        .run(&["state", "show", "s", "--group", "here"])
        .code(0)
        .out;
    assert!(
        shown.contains("suppressed Ann, here: since 2026-09-21T14:13:20Z"),
        "{shown}"
    );
    assert_eq!(titles(&eval(&place, &["log"]).code(0)).len(), 0);
}
