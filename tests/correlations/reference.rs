//! Against the reference: equal text, or a difference that has a name.

use crate::{converted, converted_as};
use serde_json::Value as Json;
use sigwright_convert::correlation::{self, Correlations, Form, Takes, Type};
use sigwright_convert::dialects;
use std::collections::BTreeSet;
use std::path::Path;

/// A heading of docs/differences.md; the target; a part of the case's name, and of the
/// reference's query; what is different in the query: theirs, ours.
const REPLACED: [(&str, &str, &str, &str, &str, &str); 24] = [
    ("case", "esql", "", "", "f==", "to_lower(f)=="),
    ("case", "esql", "", "", "(f in (", "(to_lower(f) in ("),
    (
        "not-without-the-field",
        "esql",
        "",
        "",
        "not u==\"x\"",
        "not coalesce(to_lower(u)==\"x\", false)",
    ),
    (
        "not-without-the-field",
        "esql",
        "",
        "",
        "not (u in (\"x\", \"y\"))",
        "not coalesce(to_lower(u) in (\"x\", \"y\"), false)",
    ),
    ("case", "opensearch_ppl", "", "", "f=\"", "LOWER(f)=\""),
    (
        "case",
        "opensearch_ppl",
        "",
        "",
        "(f in (",
        "(LOWER(f) in (",
    ),
    (
        "not-without-the-field",
        "opensearch_ppl",
        "",
        "",
        "NOT u=\"x\"",
        "NOT coalesce(LOWER(u)=\"x\", false)",
    ),
    (
        "not-without-the-field",
        "opensearch_ppl",
        "",
        "",
        "NOT (u in (\"x\", \"y\"))",
        "NOT coalesce(LOWER(u) in (\"x\", \"y\"), false)",
    ),
    (
        "correlation-fractions",
        "opensearch_ppl",
        "cond float",
        "",
        ">= 1",
        ">= 1.5",
    ),
    (
        "correlation-missing-fields",
        "esql",
        "",
        "timebucket, u",
        "\n| eval timebucket",
        " | where u is not null\n| eval timebucket",
    ),
    (
        "correlation-missing-fields",
        "esql",
        "temporal",
        "timebucket, u",
        "\n| eval event_type=case(to_lower(f)==\"a\", \"e1\") | where u is not null",
        " | where u is not null\n| eval event_type=case(to_lower(f)==\"a\", \"e1\")",
    ),
    (
        "correlation-missing-fields",
        "esql",
        "temporal",
        "timebucket, u",
        "\n| eval event_type=case(to_lower(f)==\"a\", \"e1\", to_lower(f)==\"b\", \"e2\") | where u is not null",
        " | where u is not null\n| eval event_type=case(to_lower(f)==\"a\", \"e1\", to_lower(f)==\"b\", \"e2\")",
    ),
    (
        "correlation-missing-fields",
        "loki",
        "",
        "by (u)",
        "a$` [",
        "a$` | u!=`` [",
    ),
    (
        "correlation-missing-fields",
        "loki",
        "",
        "by (u, g, h)",
        "a$` [",
        "a$` | u!=`` | g!=`` | h!=`` [",
    ),
    (
        "correlation-tuples",
        "loki",
        "",
        "",
        "(['g', 'h'])",
        "(g, h)",
    ),
    (
        "loki-numbers",
        "loki",
        "value_",
        "",
        "| unwrap g [",
        "| u!=`` | g!=`` | unwrap g | __error__=`` [",
    ),
    ("correlation-units", "loki", "", "", "[1y]", "[31556952s]"),
    (
        "correlation-units",
        "eql",
        "",
        "",
        "maxspan=1y",
        "maxspan=31556952s",
    ),
    (
        "correlation-fractions",
        "splunk",
        "cond float",
        "",
        ">= 1",
        ">= 1.5",
    ),
    (
        "correlation-fractions",
        "esql",
        "cond float",
        "",
        ">= 1",
        ">= 1.5",
    ),
    (
        "correlation-fractions",
        "loki",
        "cond float",
        "",
        ">= 1",
        ">= 1.5",
    ),
    (
        "correlation-fractions",
        "eql",
        "cond float",
        "",
        "runs=1",
        "runs=2",
    ),
    (
        "correlation-of-one-rule",
        "splunk",
        "temporal 1 rule",
        "",
        "f=\"a\"\n",
        "f=\"a\" | eval event_type=\"e1\"\n",
    ),
    (
        "eql-ordered",
        "eql",
        "temporal_ordered",
        "",
        " by  with runs=2",
        "",
    ),
];

/// What the reference converts and we do not: heading, target (all where empty), case.
const REFUSED: [(&str, &str, &str); 10] = [
    ("eql-counts", "eql", "cond eq"),
    ("eql-counts", "eql", "temporal cond"),
    ("eql-counts", "eql", "temporal 1 rule"),
    ("correlation-tuples", "splunk", "value_count field list"),
    ("correlation-tuples", "esql", "value_count field list"),
    (
        "correlation-tuples",
        "opensearch_ppl",
        "value_count field list",
    ),
    ("correlation-tuples", "eql", "value_count field list"),
    ("unknown-keys", "", "ignore-case group"),
    ("temporal-of-nothing", "", "temporal no rules no cond"),
    ("correlation-of-correlations", "eql", "corr of corr"),
];

/// What we convert and the reference does not: heading, target, case.
const CONVERTED: [(&str, &str, &[&str]); 6] = [
    (
        "correlation-percentile",
        "loki",
        &["value_percentile no pct"],
    ),
    (
        "correlation-types",
        "splunk",
        &[
            "value_sum",
            "value_avg",
            "value_percentile no pct",
            "temporal_ordered",
        ],
    ),
    (
        "correlation-types",
        "esql",
        &[
            "value_sum",
            "value_avg",
            "value_percentile no pct",
            "ext parens",
            "temporal ext no rules",
        ],
    ),
    (
        "correlation-types",
        "opensearch_ppl",
        &[
            "value_sum",
            "value_avg",
            "value_percentile no pct",
            "temporal ext no rules",
        ],
    ),
    ("correlation-types", "eql", &["temporal ext no rules"]),
    (
        "correlation-types",
        "loki",
        &["temporal cond", "temporal ext no rules", "ext parens"],
    ),
];

/// The words of the reference: where we look back from each event, it cuts time into buckets.
fn put_back(target: &str) -> Option<(&'static str, &'static Correlations)> {
    let ours = correlation::of(dialects::find(target)?)?;
    let any = Form {
        takes: Takes::Any,
        rules: (1, 1),
        loses: &["everything"],
        apart: false,
        ..ours.forms[0]
    };
    let (name, forms) = match target {
        "splunk" => {
            let forms = ours.forms.iter().filter(|form| !form.loses.is_empty());
            ("correlation-windows", forms.copied().collect())
        }
        // it leaves the timespan out, or counts the values of a field that Windows has
        "opensearch_ppl" => {
            let counted = Form {
                of: &[Type::EventCount],
                template: "| search {query} | stats {measures} by {by} | where {bounds}",
                ..any
            };
            let one = Form {
                of: &[Type::Temporal],
                search: ("{query}", ""),
                template: "| search {search} | stats dc(EventID) as unique_rules \
                           by span(@timestamp, {timespan}), {by} | where unique_rules >= {last}",
                ..any
            };
            let several = Form {
                of: &[Type::Temporal, Type::TemporalExpression, Type::Ordered],
                rules: (2, usize::MAX),
                search: ("[search {query}]", " "),
                template: "| multisearch {search} | stats dc(EventID) as unique_rules \
                           by span(@timestamp, {timespan}), {by} | where unique_rules >= {last}",
                ..any
            };
            let counted = Form {
                template: "| search {search} | stats {measures} by {by} | where {bounds}",
                search: ("{query}", ""),
                ..counted
            };
            ("ppl-correlations", vec![counted, one, several])
        }
        _ => return None,
    };
    let forms: Vec<Form> = forms;
    let language = Correlations {
        forms: Box::leak(forms.into_boxed_slice()),
        ..*ours
    };
    Some((name, Box::leak(Box::new(language))))
}

#[test]
fn reference_correlations() {
    let Some(shared) = std::env::var_os("SIGWRIGHT_SHARED") else {
        println!("reference_correlations: skipped, SIGWRIGHT_SHARED is not set");
        return;
    };
    let path = Path::new(&shared).join("golden/correlation-cases.jsonl");
    let cases = std::fs::read_to_string(path).unwrap();
    let named = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/differences.md"),
    )
    .unwrap();
    let mut needed = BTreeSet::new();
    let (mut equal, mut refused) = (0, 0);
    for line in cases.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let name = case["name"].as_str().unwrap();
        for target in ["splunk", "esql", "eql", "opensearch_ppl", "loki"] {
            let yaml = case["yaml"].as_str().unwrap();
            let ours = converted(yaml, target, true, "");
            let refusal = ours.iter().find_map(|one| one.as_ref().err());
            let called = match target {
                "opensearch_ppl" => "open_search_ppl",
                target => target,
            };
            let theirs = &case["out"][called]["query"];
            let known = REFUSED
                .iter()
                .find(|(_, on, of)| (on.is_empty() || *on == target) && *of == name);
            match (refusal, theirs.as_array()) {
                (Some(_), None) => refused += 1,
                (Some(said), Some(_)) => {
                    let known =
                        known.unwrap_or_else(|| panic!("{name}, {target}: refused: {said:?}"));
                    needed.insert(known.0);
                }
                (None, None) => {
                    let named = CONVERTED
                        .iter()
                        .find(|(_, on, of)| *on == target && of.contains(&name));
                    let named = named.unwrap_or_else(|| panic!("{name}, {target}: {ours:?}"));
                    needed.insert(named.0);
                }
                (None, Some(theirs)) => {
                    let ours: Vec<String> = ours.into_iter().flatten().collect();
                    let mut expected = Vec::new();
                    for query in theirs {
                        let theirs = query.as_str().unwrap();
                        let mut query = theirs.to_owned();
                        for (named, on, of, with, from, to) in REPLACED {
                            let here = on == target && name.contains(of) && theirs.contains(with);
                            if here && !from.is_empty() && query.contains(from) {
                                query = query.replace(from, to);
                                needed.insert(named);
                            }
                        }
                        expected.push(query);
                    }
                    if let (true, Some((named, words))) = (ours != expected, put_back(target)) {
                        let theirs = converted_as(yaml, target, Some(words), true, "");
                        let theirs: Vec<String> = theirs.into_iter().flatten().collect();
                        assert_eq!(theirs, expected, "{name}, {target}");
                        needed.insert(named);
                    } else {
                        assert_eq!(ours, expected, "{name}, {target}");
                    }
                    equal += 1;
                }
            }
        }
    }
    println!("{equal} equal but for named differences, {refused} refused by both, {needed:?}");
    let refusals = REFUSED.iter().map(|row| row.0);
    let names = REPLACED.iter().map(|row| row.0).chain(refusals);
    let names = names.chain(CONVERTED.iter().map(|row| row.0));
    let names = names.chain(["correlation-windows", "ppl-correlations"]);
    for name in names {
        assert!(needed.contains(name), "`{name}` explains no difference");
        assert!(
            named.contains(&format!("### {name}\n")),
            "`{name}` is not in docs/differences.md"
        );
    }
}
