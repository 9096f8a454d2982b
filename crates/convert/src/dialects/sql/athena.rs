//! Amazon Athena and Trino.
//!
//! <https://trino.io/docs/current/functions/regexp.html>

use super::{BESIDES, CASED_LIKE, JSON, ROWS, SQL, classes};
use crate::correlation::{Follow, Timeline};
use crate::dialect::{Dialect, Keeps, NO_TEXT, Nested, Ops, Sql, Text};

/// Athena.
pub const ATHENA: Dialect = Dialect {
    sql: Some(Sql {
        forms: &[("json", &EVENT)],
        ..BESIDES_COLUMNS
    }),
    ..COLUMNS
};

/// A column per field.
const COLUMNS: Dialect = Dialect {
    name: "athena",
    title: "Athena and Trino SQL",
    formats: &[ROWS, JSON],
    ops: Ops {
        text: Text {
            equals: Some("lower({field})=lower({value})"),
            starts: Some("lower({field}) LIKE lower('{like}%') ESCAPE '\\'"),
            ends: Some("lower({field}) LIKE lower('%{like}') ESCAPE '\\'"),
            contains: Some("lower({field}) LIKE lower('%{like}%') ESCAPE '\\'"),
            like: Some("lower({field}) LIKE lower('{like}') ESCAPE '\\'"),
            ..NO_TEXT
        },
        cased: CASED_LIKE,
        bool: Some("lower({field})='{value}'"),
        regex: Some("regexp_like({field}, '{regex}')"),
        cidr: Some("contains('{network}', TRY_CAST({field} AS IPADDRESS))"),
        compare: Some(
            "(regexp_like({field}, '^-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?$') AND TRY_CAST({field} AS DECIMAL(38, 10)) {op} {value})",
        ),
        field_equals: Some("lower({field})=lower({other})"),
        field_equals_cased: Some("{field}={other}"),
        field_starts: Some("({other}<>'' AND starts_with(lower({field}), lower({other})))"),
        field_ends: Some(
            "({other}<>'' AND starts_with(reverse(lower({field})), reverse(lower({other}))))",
        ),
        field_contains: Some("({other}<>'' AND strpos(lower({field}), lower({other}))>0)"),
        ..SQL.ops
    },
    sql: Some(BESIDES_COLUMNS),
    ..SQL
};

const BESIDES_COLUMNS: Sql = Sql {
    timeline: Some(&TIMELINE),
    regex: classes::spelled_out,
    ..BESIDES
};

/// The event in one column, as text. There is no recursion in a lambda, but a fold: it takes a
/// key off the name, or enters an array, as often as the event could be deep.
const EVENT: Dialect = Dialect {
    sql: Some(Sql {
        group: Some(super::grouped_in_json),
        nested: Some(Nested {
            values: "transform(filter(reduce(sequence(1, cardinality(split({name}, '.'))+length(regexp_replace(event, '[^\\[]', ''))), ARRAY[CAST(ROW({name} || '.', json_parse(event)) AS ROW(rest VARCHAR, j JSON))], (r, i) -> flatten(transform(r, x -> CASE WHEN json_format(x.j) LIKE '[%' THEN transform(CAST(x.j AS ARRAY(JSON)), e -> CAST(ROW(x.rest, e) AS ROW(rest VARCHAR, j JSON))) WHEN x.rest='' THEN ARRAY[x] WHEN json_format(x.j) LIKE '{%' THEN transform(filter(map_entries(CAST(x.j AS MAP(VARCHAR, JSON))), e -> starts_with(x.rest, e[1] || '.')), e -> CAST(ROW(substr(x.rest, length(e[1])+2), e[2]) AS ROW(rest VARCHAR, j JSON))) ELSE filter(r, y -> false) END)), r -> r), x -> json_format(x.j)<>'null'), x -> CASE WHEN json_format(x.j) LIKE '\"%' THEN json_extract_scalar(x.j, '$') ELSE json_format(x.j) END)",
            anything: "reduce(sequence(1, cardinality(split({name}, '.'))+length(regexp_replace(event, '[^\\[]', ''))), ARRAY[CAST(ROW({name} || '.', json_parse(event)) AS ROW(rest VARCHAR, j JSON))], (r, i) -> flatten(transform(r, x -> CASE WHEN x.rest='' THEN ARRAY[x] WHEN json_format(x.j) LIKE '[%' THEN transform(CAST(x.j AS ARRAY(JSON)), e -> CAST(ROW(x.rest, e) AS ROW(rest VARCHAR, j JSON))) WHEN json_format(x.j) LIKE '{%' THEN transform(filter(map_entries(CAST(x.j AS MAP(VARCHAR, JSON))), e -> starts_with(x.rest, e[1] || '.')), e -> CAST(ROW(substr(x.rest, length(e[1])+2), e[2]) AS ROW(rest VARCHAR, j JSON))) ELSE filter(r, y -> false) END)), r -> r)",
            every: "transform(filter(reduce(sequence(1, 1+length(regexp_replace(event, '[^{\\[]', ''))), ARRAY[json_parse(event)], (r, i) -> flatten(transform(r, j -> CASE WHEN json_format(j) LIKE '[%' THEN CAST(j AS ARRAY(JSON)) WHEN json_format(j) LIKE '{%' THEN map_values(CAST(j AS MAP(VARCHAR, JSON))) ELSE ARRAY[j] END)), r -> r), j -> json_format(j)<>'null'), j -> CASE WHEN json_format(j) LIKE '\"%' THEN json_extract_scalar(j, '$') ELSE json_format(j) END)",
            any: "any_match({values}, v -> {predicate})",
            pair: "any_match({values}, v -> any_match({others}, w -> {predicate}))",
            keeps: Keeps::Keys,
        }),
        ..BESIDES_COLUMNS
    }),
    ..COLUMNS
};

const TIMELINE: Timeline = Timeline {
    folded: "lower(CAST({field} AS VARCHAR))",
    number: "TRY_CAST({field} AS DECIMAL(38, 9))",
    real: "CAST({value} AS DOUBLE)",
    micros: "CAST(ROUND(to_unixtime(COALESCE(TRY(from_iso8601_timestamp_nanos(CAST({field} AS VARCHAR))), TRY_CAST({field} AS TIMESTAMP(9) WITH TIME ZONE))) * 1e6) AS BIGINT)",
    scaled: "CAST(TRY_CAST({field} AS DECIMAL(38, 9)) * 1000000 / {per} AS BIGINT)",
    shown: "from_unixtime({micros} / 1e6, 'UTC')",
    each: None,
    follow: Follow::Folded {
        reached: "reduce(array_agg(CAST(ROW(n, next) AS ROW(n BIGINT, next BIGINT)) ORDER BY n), ARRAY[BIGINT '1'], (s, x) -> IF(x.n = element_at(s, -1), s || x.next, s), s -> s)",
        among: "contains({reached}, {n})",
    },
};
