//! What correlations become in SQL; what that finds, tests/sql_correlations.rs knows.

use crate::{MANY, RULES, converted, converted_to, in_format, last};

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
fn an_event_in_json_is_in_a_group_for_each_value() {
    let yaml = format!("{RULES}{MANY}");
    let query = converted_to(&yaml, ("postgres", "json"), None, false, "");
    let query = query.last().unwrap().as_ref().unwrap();
    let each = "jk0.value AS k0 FROM logs CROSS JOIN LATERAL (SELECT DISTINCT lower(v::text)";
    assert!(query.contains(each), "{query}");
    let yaml = yaml.replace("[denied]", "[denied, allowed]").replace(
        "{type:",
        "{aliases: {client: {denied: a, allowed: b}}, type:",
    );
    let (message, place) = in_format(&yaml, "postgres", "json");
    assert!(
        message.contains("call a field of JSON differently"),
        "{message}"
    );
    assert_eq!(place, "denied");
}
