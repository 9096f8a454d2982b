//! Converted correlations: against the reference implementation, and in forms of our own.

use serde_json::Value as Json;
use sigwright_convert::correlation::{self, Target, Voices};
use sigwright_convert::pipeline::{Allowed, convert};
use sigwright_convert::{Chain, Pipeline, dialects, rule};
use sigwright_ir::{Context, lower};
use sigwright_syntax::{Sources, read};
use std::collections::BTreeSet;
use std::path::Path;

/// What becomes of each document that speaks: a query, or the message with what it underlines.
fn converted(yaml: &str, target: &str, approximate: bool, pipeline: &str) -> Vec<Converted> {
    let form = dialects::find(target).unwrap().formats[0].name;
    converted_to(yaml, (target, form), approximate, pipeline)
}

/// What is said of the last document, in a form.
fn in_format(yaml: &str, target: &str, form: &str) -> (String, String) {
    let mut all = converted_to(yaml, (target, form), false, "");
    all.pop().unwrap().unwrap_err()
}

fn converted_to(
    yaml: &str,
    (target, form): (&str, &str),
    approximate: bool,
    pipeline: &str,
) -> Vec<Converted> {
    let mut sources = Sources::new();
    let id = sources.add("rules.yml", yaml);
    let (documents, _) = read(&sources, id);
    let context = Context::default();
    let (set, _) = lower(&documents, &context);
    let dialect = dialects::find(target).unwrap();
    let format = dialect.formats.iter().find(|f| f.name == form).unwrap();
    let mut user = Vec::new();
    if !pipeline.is_empty() {
        let id = sources.add("pipeline.yml", pipeline);
        user.push(("own".to_owned(), Pipeline::read(&sources, id).unwrap()));
    }
    let chain = Chain::new(dialect, format, user, Allowed::default()).unwrap();
    let rules = rule::rules(&documents, &set, &context);
    let voices = Voices::of(&set);
    let mut all: Vec<Converted> = Vec::new();
    for (_, rule) in rules.iter().enumerate().filter(|(i, _)| voices.rule(*i)) {
        all.extend(
            convert(rule.clone().unwrap(), dialect, format, &chain)
                .unwrap()
                .into_iter()
                .map(Ok),
        );
    }
    let target = Target {
        dialect,
        format,
        chain: &chain,
        approximate,
    };
    for (index, one) in set.correlations.iter().enumerate() {
        if voices.correlation(index) {
            let said = correlation::convert(one, &set, &rules, &sources, &target);
            all.push(match said {
                Ok(correlated) => Ok(correlated.query),
                Err(said) => Err((
                    said[0].message.clone(),
                    sources.text(said[0].span().unwrap()).to_owned(),
                )),
            });
        }
    }
    if set.correlations.len() < documents.iter().filter(|d| is_correlation(d)).count() {
        all.push(Err(("faulty".to_owned(), String::new())));
    }
    all
}

type Converted = Result<String, (String, String)>;

fn is_correlation(document: &sigwright_syntax::ast::Document) -> bool {
    matches!(document.body, sigwright_syntax::ast::Body::Correlation(_)) || document.faulty
}

/// A heading of docs/differences.md; the target; a part of the case's name, and of the
/// reference's query; what is different in the query: theirs, ours.
const REPLACED: [(&str, &str, &str, &str, &str, &str); 19] = [
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
const REFUSED: [(&str, &str, &str); 9] = [
    ("eql-counts", "eql", "cond eq"),
    ("eql-counts", "eql", "temporal cond"),
    ("eql-counts", "eql", "temporal 1 rule"),
    ("correlation-tuples", "splunk", "value_count field list"),
    ("correlation-tuples", "esql", "value_count field list"),
    ("correlation-tuples", "eql", "value_count field list"),
    ("unknown-keys", "", "ignore-case group"),
    ("temporal-of-nothing", "", "temporal no rules no cond"),
    ("correlation-of-correlations", "eql", "corr of corr"),
];

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
        for target in ["splunk", "esql", "eql", "loki"] {
            let ours = converted(case["yaml"].as_str().unwrap(), target, true, "");
            let refusal = ours.iter().find_map(|one| one.as_ref().err());
            let theirs = &case["out"][target]["query"];
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
                    assert_eq!(
                        (name, target),
                        ("value_percentile no pct", "loki"),
                        "{ours:?}"
                    );
                    needed.insert("correlation-percentile");
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
                    assert_eq!(ours, expected, "{name}, {target}");
                    equal += 1;
                }
            }
        }
    }
    println!("{equal} equal but for named differences, {refused} refused by both, {needed:?}");
    let refusals = REFUSED.iter().map(|row| row.0);
    let names = REPLACED.iter().map(|row| row.0).chain(refusals);
    let names = names.chain(["correlation-percentile"]);
    for name in names {
        assert!(needed.contains(name), "`{name}` explains no difference");
        assert!(
            named.contains(&format!("### {name}\n")),
            "`{name}` is not in docs/differences.md"
        );
    }
}

const RULES: &str = "\
title: Denied
name: denied
logsource: {category: web}
detection:
    sel: {status: 403}
    condition: sel
---
title: Allowed
name: allowed
logsource: {category: web}
detection:
    sel: {status: 200}
    condition: sel
---
title: Not the probe
logsource: {category: web}
filter:
    rules: [allowed]
    sel: {agent: probe}
    condition: not sel
---
title: Both
correlation:
";

fn last(correlation: &str, target: &str, approximate: bool) -> Converted {
    converted(&format!("{RULES}{correlation}"), target, approximate, "")
        .pop()
        .unwrap()
}

const MANY: &str = "    {type: event_count, rules: [denied], group-by: [client], timespan: 10m, condition: {gt: 3}}";

#[test]
fn counts_slide_where_the_language_can() {
    let splunk = last(MANY, "splunk", false).unwrap();
    assert_eq!(
        splunk,
        "status=403\n\n| sort 0 _time\n| streamstats global=f window=4 count as event_count \
         range(_time) as event_span by client\n\n\
         | where event_count == 4 AND event_span <= 600"
    );
    let eql = last(MANY, "eql", false).unwrap();
    assert_eq!(
        eql,
        "sequence by client with maxspan=10m \n [any where status == 403]  with runs=4"
    );
    let (message, place) = last(MANY, "esql", false).unwrap_err();
    assert!(
        message.contains("fixed buckets") && message.contains("--approximate"),
        "{message}"
    );
    assert_eq!(place, "event_count");
}

#[test]
fn ranges_and_upper_bounds_are_approximate() {
    let range = MANY.replace("{gt: 3}", "{gte: 3, lt: 9}");
    for target in ["splunk", "esql", "loki"] {
        assert!(last(&range, target, false).is_err(), "{target}");
    }
    assert!(
        last(&range, "splunk", true)
            .unwrap()
            .ends_with("| search event_count >= 3 event_count < 9")
    );
    assert!(
        last(&range, "esql", true)
            .unwrap()
            .ends_with("| where event_count >= 3 and event_count < 9")
    );
    assert!(
        last(&range, "loki", true)
            .unwrap()
            .ends_with("[10m])) >= 3 < 9")
    );
    let (message, place) = last(&range, "eql", true).unwrap_err();
    assert!(message.contains("bounds from below"), "{message}");
    assert_eq!(place, "{gte: 3, lt: 9}");
}

const ALIASED: &str = "
    type: temporal
    rules: [denied, allowed]
    aliases: {who: {denied: client, allowed: caller}}
    group-by: [who]
    timespan: 1h
    condition: denied and not allowed
";

#[test]
fn aliases_and_filters_and_boolean_conditions() {
    let splunk = last(ALIASED, "splunk", true).unwrap();
    assert_eq!(
        splunk,
        "| multisearch\n\
         [ search status=403 | eval event_type=\"denied\" | rename client as who ]\n\
         [ search status=200 NOT agent=\"probe\" | eval event_type=\"allowed\" | rename caller as who ]\n\n\
         | bin _time span=1h\n| stats values(event_type) as event_types by _time who\n\n\
         | search event_types=\"denied\"   NOT event_types=\"allowed\""
    );
    let plain = ALIASED.replace("    condition: denied and not allowed\n", "");
    let (message, place) = last(&plain, "eql", true).unwrap_err();
    assert!(message.contains("`who`"), "{message}");
    assert_eq!(place, "client");
    let loki = last(&plain, "loki", false).unwrap();
    assert!(
        loki.contains("| label_format who=client | who!=`` [1h])) and sum by (who)"),
        "{loki}"
    );
}

#[test]
fn rules_speak_where_nothing_speaks_for_them() {
    let yaml = format!("{RULES}{MANY}");
    assert_eq!(converted(&yaml, "splunk", false, "").len(), 2);
    let yaml = yaml.replace("{type:", "{generate: true, type:");
    assert_eq!(converted(&yaml, "splunk", false, "").len(), 3);
}

#[test]
fn fields_are_called_as_pipelines_call_them() {
    let pipeline = "
name: own
priority: 10
transformations:
    - id: names
      type: field_name_mapping
      mapping: {client: source.ip, status: code}
";
    let yaml = format!("{RULES}{MANY}");
    let eql = converted(&yaml, "eql", false, pipeline)
        .pop()
        .unwrap()
        .unwrap();
    assert_eq!(
        eql,
        "sequence by source.ip with maxspan=10m \n [any where code == 403]  with runs=4"
    );
    let two = pipeline.replace("source.ip,", "[source.ip, client.ip],");
    let (message, place) = converted(&yaml, "eql", false, &two)
        .pop()
        .unwrap()
        .unwrap_err();
    assert!(message.contains("no single name"), "{message}");
    assert_eq!(place, "client");
}

#[test]
fn what_has_no_form_is_refused_at_its_place() {
    let terms = "    {type: new_terms, rules: [denied], timespan: 1d, condition: {field: agent}}";
    for target in ["splunk", "lucene", "kusto", "loki"] {
        let (message, place) = last(terms, target, true).unwrap_err();
        assert!(message.contains("`new_terms`"), "{message}");
        assert_eq!(place, "new_terms");
    }
}

/// The targets of SQL.
const SQL: [&str; 6] = [
    "sqlite",
    "postgres",
    "duckdb",
    "clickhouse",
    "databricks",
    "athena",
];

#[test]
fn counts_in_sql() {
    let count = last(MANY, "sqlite", false).unwrap();
    assert_eq!(
        count,
        "WITH observed AS (
  SELECT * FROM (
    SELECT CAST(ROUND((julianday(timestamp) - 2440587.5) * 86400000) AS INTEGER) * 1000 AS t, \
         LOWER(CAST(client AS TEXT)) AS k0 FROM logs WHERE status=403
  ) o WHERE t IS NOT NULL AND k0 IS NOT NULL
), instants AS (
  SELECT k0, t, COUNT(*) AS p0 FROM observed GROUP BY k0, t
), measured AS (
  SELECT k0, t, COALESCE(SUM(p0) OVER w_now, 0) AS m0, COALESCE(SUM(p0) OVER w_before, 0) AS b0 FROM instants
  WINDOW w_now AS (PARTITION BY k0 ORDER BY t RANGE BETWEEN 600000000 PRECEDING AND CURRENT ROW),
    w_before AS (PARTITION BY k0 ORDER BY t RANGE BETWEEN 600000000 PRECEDING AND 1 PRECEDING)
), judged AS (
  SELECT k0, t, m0, CASE WHEN (m0 > 3) THEN 1 ELSE 0 END AS holds, CASE WHEN (b0 > 3) THEN 1 ELSE 0 END AS held FROM measured
), alerts AS (
  SELECT k0, t - 600000000 AS f, t, m0 FROM judged WHERE holds = 1 AND held = 0
)
SELECT strftime('%Y-%m-%dT%H:%M:%fZ', t / 1000000.0, 'unixepoch') AS `time`, \
         strftime('%Y-%m-%dT%H:%M:%fZ', f / 1000000.0, 'unixepoch') AS `window_start`, \
         k0 AS `client`, m0 AS `count` FROM alerts ORDER BY t"
    );
}

/// One of each type; what they find, tests/sql_correlations.rs knows.
#[test]
fn every_type_in_every_sql() {
    let types = [
        "{type: event_count, rules: [denied, allowed], timespan: 1h, condition: {gte: 3, lt: 9}}",
        "{type: value_count, rules: [denied], timespan: 1h, condition: {field: [path, agent], gte: 3}}",
        "{type: value_sum, rules: [denied], timespan: 1h, condition: {field: bytes, gte: 3}}",
        "{type: value_avg, rules: [denied], timespan: 1h, condition: {field: bytes, lt: 3.5}}",
        "{type: value_median, rules: [denied], timespan: 1h, condition: {field: bytes, gte: 3}}",
        "{type: value_percentile, rules: [denied], timespan: 1h, condition: {field: bytes, percentile: 99.9, eq: 3}}",
        "{type: temporal, rules: [denied, allowed], timespan: 1h}",
        "{type: temporal, rules: [denied, allowed], timespan: 1h, condition: denied and not allowed}",
        "{type: temporal_ordered, rules: [denied, allowed, denied], timespan: 1h}",
        "{type: temporal_ordered, rules: [denied, allowed], timespan: 1h, condition: denied or allowed}",
        "{type: new_terms, rules: [denied], timespan: 1d, condition: {field: agent}}",
        "{type: stats, rules: [denied], timespan: 1h, aggregates: {all: {count: '*'}, most: {max: bytes}}, condition: all > 3 and not most < 2}",
    ];
    for target in SQL {
        for kind in types {
            let query = last(&format!("    {kind}\n"), target, false).unwrap();
            assert!(query.starts_with("WITH "), "{query}");
            for name in ["{field}", "{value}", "{micros}", "{reached}", "{n}"] {
                assert!(!query.contains(name), "{query}");
            }
        }
    }
}

#[test]
fn an_event_of_several_rules_is_one_row_in_sql() {
    let both = MANY.replace("[denied]", "[denied, allowed]");
    let query = last(&both, "sqlite", false).unwrap();
    assert!(
        query.contains("FROM logs WHERE (status=403) OR (status=200 AND (NOT"),
        "{query}"
    );
    let aliased = "
    type: event_count
    rules: [denied, allowed]
    aliases: {who: {denied: client, allowed: caller}}
    group-by: [who]
    timespan: 1h
    condition: {gt: 3}
";
    let query = last(aliased, "sqlite", false).unwrap();
    assert!(
        query.contains(
            "CASE WHEN match_0 = 1 AND LOWER(CAST(client AS TEXT)) = LOWER(CAST(caller AS TEXT)) \
             THEN 0 ELSE 1 END AS e FROM matched WHERE match_1 = 1"
        ),
        "{query}"
    );
}

#[test]
fn pipelines_say_where_events_and_times_stand() {
    let pipeline = "
name: own
priority: 10
transformations:
    - {type: set_state, key: table, val: web.access}
    - {type: set_state, key: timestamp_field, val: ts}
    - {type: set_state, key: timestamp_format, val: FORMAT}
";
    let yaml = format!("{RULES}{MANY}");
    let query = |format: &str| {
        let pipeline = pipeline.replace("FORMAT", format);
        converted(&yaml, "postgres", false, &pipeline)
            .pop()
            .unwrap()
    };
    let seconds = query("seconds").unwrap();
    assert!(
        seconds.contains(r#"("ts"::numeric * 1000000 / 1)::bigint AS t"#),
        "{seconds}"
    );
    assert!(seconds.contains("FROM web.access WHERE"), "{seconds}");
    assert!(
        seconds.contains(r#"SELECT t / 1000000.0 AS "time""#),
        "{seconds}"
    );
    assert!(query("iso").unwrap().contains(r#""ts"::timestamptz"#));
    let (message, _) = query("stardates").unwrap_err();
    assert!(message.contains("`stardates`"), "{message}");
}

#[test]
fn the_form_json_of_sql_takes_no_correlations() {
    let (message, place) = in_format(&format!("{RULES}{MANY}"), "sqlite", "json");
    assert!(message.contains("`json`"), "{message}");
    assert_eq!(place, "event_count");
}
