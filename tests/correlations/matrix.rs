//! The matrix of `docs/convert.md`: made by converting one of each kind.

use crate::{RULES, converted};
use std::path::Path;

/// The rows of the matrix: what it is, one that slides, one that does not.
const KINDS: [(&str, &str, &str); 15] = [
    (
        "`event_count` of one rule",
        "type: event_count, rules: [denied], condition: {gte: 3}",
        "type: event_count, rules: [denied], condition: {lt: 3}",
    ),
    (
        "`event_count` of several",
        "type: event_count, rules: [denied, allowed], condition: {gte: 3}",
        "type: event_count, rules: [denied, allowed], condition: {lt: 3}",
    ),
    (
        "`value_count`",
        "type: value_count, rules: [denied], condition: {field: agent, gte: 3}",
        "type: value_count, rules: [denied], condition: {field: agent, lt: 3}",
    ),
    (
        "`value_count` of tuples",
        "type: value_count, rules: [denied], condition: {field: [agent, path], gte: 3}",
        "type: value_count, rules: [denied], condition: {field: [agent, path], lt: 3}",
    ),
    (
        "`value_sum`",
        "type: value_sum, rules: [denied], condition: {field: bytes, gte: 3}",
        "type: value_sum, rules: [denied], condition: {field: bytes, lt: 3}",
    ),
    (
        "`value_avg`",
        "type: value_avg, rules: [denied], condition: {field: bytes, gte: 3}",
        "type: value_avg, rules: [denied], condition: {field: bytes, lt: 3}",
    ),
    (
        "`value_percentile`",
        "type: value_percentile, rules: [denied], condition: {field: bytes, percentile: 95, gte: 3}",
        "type: value_percentile, rules: [denied], condition: {field: bytes, percentile: 95, lt: 3}",
    ),
    (
        "`value_median`",
        "type: value_median, rules: [denied], condition: {field: bytes, gte: 3}",
        "type: value_median, rules: [denied], condition: {field: bytes, lt: 3}",
    ),
    (
        "`temporal`, all rules",
        "type: temporal, rules: [denied, allowed]",
        "type: temporal, rules: [denied, allowed], condition: {eq: 2}",
    ),
    (
        "`temporal`, how many",
        "type: temporal, rules: [denied, allowed, other], condition: {gte: 2}",
        "type: temporal, rules: [denied, allowed, other], condition: {lt: 2}",
    ),
    (
        "`temporal`, boolean",
        "type: temporal, rules: [denied, allowed], condition: denied or allowed",
        "type: temporal, rules: [denied, allowed], condition: denied and not allowed",
    ),
    (
        "`temporal_ordered`, all rules",
        "type: temporal_ordered, rules: [denied, allowed]",
        "type: temporal_ordered, rules: [denied, allowed, other], condition: {lt: 2}",
    ),
    (
        "`temporal_ordered`, boolean",
        "type: temporal_ordered, rules: [denied, allowed], condition: denied or allowed",
        "type: temporal_ordered, rules: [denied, allowed], condition: denied and not allowed",
    ),
    (
        "`new_terms`",
        "type: new_terms, rules: [denied], condition: {field: agent}",
        "type: new_terms, rules: [denied], condition: {field: agent, lte: 3}",
    ),
    (
        "`stats`",
        "type: stats, rules: [denied], aggregates: {total: {count: '*'}, most: {max: bytes}}, condition: total > 3 and most > 5",
        "type: stats, rules: [denied], aggregates: {total: {count: '*'}, most: {max: bytes}}, condition: total > 3 and most < 5",
    ),
];

const OTHER: &str = "\
title: Other
name: other
logsource: {category: web}
detection:
    sel: {status: 500}
    condition: sel
---
";

/// What becomes of a correlation: exact, approximate, refused.
fn cell(correlation: &str, target: &str) -> char {
    let of = |approximate| {
        let yaml =
            format!("{OTHER}{RULES}    {{{correlation}, group-by: [client], timespan: 10m}}");
        converted(&yaml, target, approximate, "").pop().unwrap()
    };
    match (of(false), of(true)) {
        (Ok(_), _) => '=',
        (Err((faulty, _)), _) if faulty == "faulty" => panic!("{correlation}"),
        (Err(_), Ok(_)) => '~',
        (Err(_), Err(_)) => '–',
    }
}

#[test]
fn the_matrix_is_as_the_languages_are() {
    const TARGETS: [&str; 13] = [
        "splunk",
        "esql",
        "eql",
        "opensearch_ppl",
        "kusto",
        "logscale",
        "loki",
        "sqlite",
        "postgres",
        "duckdb",
        "clickhouse",
        "databricks",
        "athena",
    ];
    let mut table = String::from("| |");
    for target in TARGETS {
        table.push_str(&format!(" `{target}` |"));
    }
    table.push_str(&format!("\n|---|{}\n", "---|".repeat(TARGETS.len())));
    for (name, slides, closes) in KINDS {
        table.push_str(&format!("| {name} |"));
        for target in TARGETS {
            let (slides, closes) = (cell(slides, target), cell(closes, target));
            table.push_str(&format!(" {slides} {closes} |"));
        }
        table.push('\n');
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/convert.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (start, end) = ("<!-- matrix -->\n", "<!-- end of matrix -->");
    let (before, rest) = page.split_once(start).unwrap();
    let (found, after) = rest.split_once(end).unwrap();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, format!("{before}{start}{table}{end}{after}")).unwrap();
    } else {
        assert_eq!(found, table, "run with UPDATE=1");
    }
}
