//! `sigwright explain` of correlations: what a log meant to them.

mod common;

use common::{Place, keys, rule};

const LOG: &str = "\
{\"time\":\"2026-11-01T00:00:00Z\",\"action\":\"login\",\"user\":\"ada\",\"bytes\":15}
{\"time\":\"2026-11-01T00:00:10Z\",\"action\":\"login\",\"user\":\"ada\",\"bytes\":25}
{\"time\":\"2026-11-01T00:01:10Z\",\"action\":\"logout\",\"user\":\"ada\"}
{\"time\":\"2026-11-01T00:01:20Z\",\"action\":\"login\",\"user\":\"eve\",\"bytes\":1}
{\"time\":\"2026-11-01T00:01:20Z\",\"action\":\"login\"}
{\"action\":\"login\",\"user\":\"eve\"}
";

fn place(name: &str) -> Place {
    let place = Place::new(name);
    let correlation = |name: &str, rest: &str| {
        format!(
            "---\ntitle: {name}\nname: {name}\ncorrelation:\n    group-by: [user]\n    \
             timespan: 5m\n{rest}"
        )
    };
    place.file(
        "pack/base.yml",
        format!("{}---\n{}", rule("login", "low"), rule("logout", "low")),
    );
    place.file(
        "pack/more/c.yml",
        [
            correlation("burst", "    type: event_count\n    rules: [did-login]\n    condition: {gte: 3}\n"),
            correlation("bytes", "    type: value_sum\n    rules: [did-login]\n    condition: {gte: 100, field: bytes}\n"),
            correlation("inout", "    type: temporal_ordered\n    rules: [did-login, did-logout]\n"),
            correlation("noway", "    type: temporal\n    condition: did-login and not did-logout\n"),
            correlation("new", "    type: new_terms\n    rules: [did-login]\n    condition: {field: action}\n"),
            correlation("top", "    type: event_count\n    rules: [inout]\n    condition: {gte: 2}\n"),
        ]
        .concat()
        .trim_start_matches("---\n"),
    );
    place.file("e.ndjson", LOG);
    place
}

fn explained(place: &Place, only: &str, more: &[&str]) -> common::Ran {
    let mut arguments = vec!["explain", "pack/more/c.yml", "--logsource", "product=acme"];
    arguments.extend(["--event", "e.ndjson", "--only", only]);
    arguments.extend(more);
    place.run(&arguments).code(0)
}

#[test]
fn every_type_tells_how_far_its_groups_are() {
    let place = place("history-types");
    for (only, parts) in [
        (
            "burst",
            vec![
                "✗ burst",
                "wants  event_count gte 3 within 5m",
                "events 6 read",
                "5 of did-login, 1 without a time",
                "left   1 without a value for the group",
                "open   user = ada  count 2 of 3",
                "user = eve  count 1 of 3",
                "the correlation does not alert",
            ],
        ),
        (
            "bytes",
            vec!["user = ada  sum 40 of 100", "user = eve  sum 1 of 100"],
        ),
        (
            "inout",
            vec![
                "✓ inout",
                "alerts 2026-11-01T00:01:10Z  user = ada  steps 2  e.ndjson:3",
                "user = eve  steps 1 of 2  not seen: did-logout",
                "the correlation alerts once, to others that speak for it",
            ],
        ),
        (
            "noway",
            vec![
                "wants  temporal did-login and not did-logout within 5m",
                "user = ada  rules 2  judged at 2026-11-01T00:05:00Z",
                "alerts if nothing changes it before 2026-11-01T00:06:20Z",
                "alerts 2026-11-01T00:06:20Z  user = eve",
            ],
        ),
        (
            "new",
            vec![
                "wants  new_terms eq 0 of action within 5m",
                "user = ada  action = login  last 2026-11-01T00:00:10Z  prior 1  2 occurrences",
                "user = eve  action = login  last 2026-11-01T00:01:20Z  prior 0  1 occurrence",
                "the correlation alerts 2 times",
            ],
        ),
        (
            "top",
            vec!["inout, a correlation", "user = ada  count 1 of 2"],
        ),
    ] {
        let ran = explained(&place, only, &[]);
        for part in parts {
            assert!(ran.out.contains(part), "{part}\n{}", ran.out);
        }
    }
}

#[test]
fn as_json_with_the_alerts_of_eval() {
    let place = place("history-json");
    let ran = explained(&place, "inout", &["--format", "json"]);
    let told = &ran.json()[0];
    assert_eq!(
        keys(told),
        [
            "kind",
            "rule",
            "wants",
            "speaks",
            "events",
            "rules",
            "left",
            "silent",
            "alerts",
            "alerts_total",
            "groups",
            "groups_total",
            "terms",
            "terms_total"
        ]
    );
    assert_eq!(told["kind"], "history");
    assert_eq!(told["rules"][0]["untimed"], 1);
    assert_eq!(told["groups"][1]["missing"][0], "did-logout");
    assert_eq!(told["groups"][1]["values"]["steps"], 1.0);
    let arguments = [
        "eval",
        "-r",
        "pack",
        "--generate",
        "--logsource",
        "product=acme",
    ];
    let ran = place
        .run(&[&arguments[..], &["--format", "ndjson", "e.ndjson"]].concat())
        .code(0);
    let lines = ran.json();
    let same = |line: &&serde_json::Value| line["rule"]["name"] == "inout";
    let alert = lines.iter().find(same).unwrap();
    assert_eq!(told["alerts"][0]["id"], alert["id"]);
}

/// The pack of a file is found from wherever the command is run.
#[test]
fn a_file_may_be_named_from_its_own_directory() {
    let place = place("history-inside");
    let log = place.path("e.ndjson").display().to_string();
    let arguments = [
        "explain",
        "c.yml",
        "--logsource",
        "product=acme",
        "--only",
        "burst",
    ];
    let ran = place
        .command(&[&arguments[..], &["--event", &log]].concat())
        .current_dir(place.path("pack/more"))
        .output()
        .unwrap();
    let text = String::from_utf8(ran.stdout).unwrap();
    assert!(text.contains("user = ada  count 2 of 3"), "{text}");
}

#[test]
fn what_cannot_be_explained_says_so() {
    let place = place("history-mistakes");
    place.file("lost/c.yml", "title: t\ncorrelation:\n    type: event_count\n    rules: [gone]\n    timespan: 1m\n    condition: {gte: 1}\n");
    let ran = place
        .run(&["explain", "lost/c.yml", "--event", "e.ndjson"])
        .code(1);
    assert!(
        ran.err.contains("no rule has the id or name `gone`"),
        "{}",
        ran.err
    );
    place.file("empty.ndjson", "");
    let arguments = [
        "explain",
        "pack/more/c.yml",
        "--only",
        "burst",
        "--event",
        "empty.ndjson",
    ];
    let ran = place.run(&arguments).code(2);
    assert!(ran.err.contains("no event to explain"), "{}", ran.err);
    let ran = place.run(&["explain", "--ir", "pack/more/c.yml"]).code(2);
    assert!(
        ran.err.contains("only detection rules are compiled"),
        "{}",
        ran.err
    );
}
