//! `sigwright convert` and `sigwright pipeline` as processes: lists, files, lines, odd input.

mod common;

use common::{Place, rule};

const FILTER: &str = "---
title: Not root
logsource: {product: acme}
filter:
    rules: [did-login]
    root: {user: root}
    condition: not root
";

#[test]
fn a_line_per_document_in_the_order_read() {
    let place = Place::new("convert-lines");
    let two = "title: No id\nlogsource: {product: linux}\ndetection: {s: {a: 1}, condition: s}\n---\n\
               title: Faulty\nid: 0a1f9cf0-7a0e-4f7e-9a6e-0c8c5b1d2e3f\ndetection: {s: {a: 1}, condition: s}\n---\n\
               title: Two\nlogsource: {product: linux}\n\
               detection: {s: {a: 1}, t: {b: 2}, condition: [s, t]}\n";
    place.file("a/one.yml", two);
    place.file("b/broken.yml", "title: [");
    place.file("c/filtered.yml", rule("login", "low") + FILTER);
    let command = [
        "convert", "-t", "splunk", "--format", "ndjson", "a", "b", "c", "none",
    ];
    let ran = place.run(&command).code(2);
    assert_eq!(place.run(&command).code(2).out, ran.out);
    let lines = ran.json();
    let paths: Vec<&str> = lines.iter().map(|l| l["path"].as_str().unwrap()).collect();
    assert_eq!(
        paths,
        [
            "a/one.yml",
            "a/one.yml",
            "a/one.yml",
            "b/broken.yml",
            "c/filtered.yml",
            "none"
        ]
    );
    assert_eq!(lines[0]["query"], "a=1");
    assert!(lines[0]["id"].is_null() && lines[0]["target"] == "splunk");
    assert_eq!(lines[1]["id"], "0a1f9cf0-7a0e-4f7e-9a6e-0c8c5b1d2e3f");
    assert!(lines[1]["error"].as_str().unwrap().contains("logsource"));
    assert_eq!(lines[2]["query"], serde_json::json!(["a=1", "b=2"]));
    assert!(lines[3]["error"].is_string() && lines[3].get("query").is_none());
    let filtered = lines[4]["query"].as_str().unwrap();
    assert!(filtered.contains("NOT user=\"root\""), "{filtered}");
    assert!(lines[5]["error"].is_string());
}

#[test]
fn files_never_overwrite_each_other() {
    let place = Place::new("convert-files");
    let rule = |value: u8| {
        format!(
            "title: A\nlogsource: {{product: linux}}\ndetection: {{s: {{a: {value}}}, condition: s}}\n"
        )
    };
    place.file("1/x.yml", rule(1) + "---\n" + &rule(2));
    place.file("2/x-2.yml", rule(3));
    place.file("3/X.yml", rule(4));
    place
        .run(&["convert", "-t", "splunk", "-o", "out", "1", "2", "3"])
        .code(0);
    let read = |name: &str| std::fs::read_to_string(place.path(&format!("out/{name}"))).unwrap();
    assert_eq!(read("x.txt"), "a=1\n");
    assert_eq!(read("x-2.txt"), "a=2\n");
    assert_eq!(read("x-2-2.txt"), "a=3\n");
    assert_eq!(read("X-3.txt"), "a=4\n");
    // a form's file is whole
    place
        .run(&[
            "convert",
            "-t",
            "splunk",
            "-f",
            "savedsearches",
            "-o",
            "saved",
            "2",
        ])
        .code(0);
    let saved = std::fs::read_to_string(place.path("saved/x-2.txt")).unwrap();
    assert!(
        saved.contains("[A]") && saved.contains("search = "),
        "{saved}"
    );
    // the place is a file
    place.file("taken", String::new());
    let ran = place
        .run(&["convert", "-t", "splunk", "-o", "taken", "1"])
        .code(2);
    assert!(ran.err.contains("taken:"), "{}", ran.err);
}

#[test]
fn wrong_names_are_met_with_the_right_one() {
    let place = Place::new("convert-names");
    place.file("r.yml", rule("login", "low"));
    for (arguments, said) in [
        (
            &["convert", "-t", "splnk", "r.yml"][..],
            "did you mean `splunk`?",
        ),
        (
            &["convert", "-t", "zz", "r.yml"],
            "known are splunk, lucene",
        ),
        (
            &["convert", "-t", "loki", "-f", "rulr", "r.yml"],
            "did you mean `ruler`?",
        ),
        (
            &["convert", "-t", "kusto", "-p", "sentinel_asm", "r.yml"],
            "did you mean `sentinel_asim`?",
        ),
        (
            &["convert", "-t", "splunk", "-p", "sentinel_asim", "r.yml"],
            "is made for kusto",
        ),
        (
            &["pipeline", "explain", "-t", "kust", "-p", "sysmon", "r.yml"],
            "did you mean `kusto`?",
        ),
    ] {
        let ran = place.run(arguments).code(2);
        assert!(ran.err.contains(said), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn the_list_says_what_pipelines_are_for() {
    let list = Place::new("convert-list")
        .run(&["convert", "--list"])
        .code(0)
        .out;
    for line in [
        "sentinel_asim                Microsoft Sentinel: parsers and columns of ASIM (kusto)",
        "sysmon                       Generic log sources as events of Sysmon (any target)",
    ] {
        assert!(list.lines().any(|l| l == line), "{list}");
    }
}

#[test]
fn explain_says_which_step_refuses() {
    let place = Place::new("pipeline-explain");
    place.file(
        "r.yml",
        "title: A\nlogsource: {product: kubernetes, service: audit}\n\
         detection: {s: {source.ip: 192.0.2.1}, condition: s}\n",
    );
    let command = [
        "pipeline",
        "explain",
        "-p",
        "splunk_kubernetes_audit",
        "r.yml",
    ];
    let ran = place.run(&command).code(1);
    let step = "  kubernetes_audit_derived detection_item_failure\n    refused: `source.ip` is";
    assert!(ran.out.contains(step), "{}", ran.out);
    let ran = place
        .run(&[&command[..], &["--format", "ndjson"]].concat())
        .code(1);
    let last = ran.json().pop().unwrap();
    assert!(last["refused"].is_string() && last["step"] == "kubernetes_audit_derived");
}
