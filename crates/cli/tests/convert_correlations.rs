//! `sigwright convert` over correlations, as a process.

mod common;

use common::{Place, rule};

const CORRELATION: &str = "---
title: Many logins
id: 5a1f9cf0-7a0e-4f7e-9a6e-0c8c5b1d2e3f
correlation:
    type: event_count
    rules: [did-login]
    group-by: [user]
    timespan: 5m
    condition: {gte: 5}
";

fn place(name: &str) -> Place {
    let place = Place::new(name);
    place.file("r.yml", rule("login", "low") + CORRELATION);
    place
}

#[test]
fn what_is_refused_has_a_line_and_approximations_a_warning() {
    let place = place("convert-correlations");
    let refused = place
        .run(&["convert", "-t", "esql", "--format", "ndjson", "r.yml"])
        .code(1);
    let lines = refused.json();
    assert_eq!(lines.len(), 1, "{}", refused.out);
    assert_eq!(lines[0]["id"], "5a1f9cf0-7a0e-4f7e-9a6e-0c8c5b1d2e3f");
    let error = lines[0]["error"].as_str().unwrap();
    assert!(error.contains("--approximate"), "{error}");

    let converted = place
        .run(&["convert", "-t", "esql", "--approximate", "r.yml"])
        .code(0);
    assert!(
        converted.out.contains("event_count >= 5"),
        "{}",
        converted.out
    );
    assert!(converted.err.contains("fixed buckets"), "{}", converted.err);
}
