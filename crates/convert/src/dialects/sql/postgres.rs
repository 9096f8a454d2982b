//! PostgreSQL, from version 12; the form `json` wants a column of type `jsonb`, and the
//! database's encoding and locale to be UTF-8.
//!
//! <https://www.postgresql.org/docs/current/functions-matching.html>

use super::{BESIDES, CASED_LIKE, ILIKE, JSON, ROWS, SQL, regex};
use crate::correlation::{Follow, Timeline};
use crate::dialect::{Dialect, Keeps, Nested, Ops, Sql};

/// PostgreSQL.
pub const POSTGRES: Dialect = Dialect {
    sql: Some(Sql {
        forms: &[("json", &EVENT)],
        ..BESIDES_COLUMNS
    }),
    ..COLUMNS
};

/// A column per field.
const COLUMNS: Dialect = Dialect {
    name: "postgres",
    title: "PostgreSQL",
    formats: &[ROWS, JSON],
    ops: Ops {
        text: ILIKE,
        cased: CASED_LIKE,
        bool: Some("lower({field})='{value}'"),
        regex: Some("{field} ~ '{regex}'"),
        cidr: Some("{field} ~ '{regex}'"),
        compare: Some(
            "CASE WHEN {field} ~ '^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$' THEN {field}::numeric {op} {value} ELSE FALSE END",
        ),
        field_equals: Some("lower({field})=lower({other})"),
        field_equals_cased: Some("{field}={other}"),
        field_starts: Some("({other}<>'' AND starts_with(lower({field}), lower({other})))"),
        field_ends: Some("({other}<>'' AND right(lower({field}), length({other}))=lower({other}))"),
        field_contains: Some("({other}<>'' AND strpos(lower({field}), lower({other}))>0)"),
        ..SQL.ops
    },
    sql: Some(BESIDES_COLUMNS),
    ..SQL
};

const BESIDES_COLUMNS: Sql = Sql {
    timeline: Some(&TIMELINE),
    regex: regex::postgres,
    ..BESIDES
};

/// The event in one column.
const EVENT: Dialect = Dialect {
    ops: Ops {
        number: Some(
            "CASE t WHEN 'number' THEN {field}::numeric={value} ELSE {field}='{value}' END",
        ),
        ..COLUMNS.ops
    },
    sql: Some(Sql {
        timeline: Some(&TIMELINE_OF_JSON),
        group: Some(super::grouped_in_json),
        nested: Some(Nested {
            values: "WITH RECURSIVE r(rest, j) AS (SELECT {name}, event UNION ALL SELECT e.rest, e.j FROM r, LATERAL (SELECT CASE WHEN key=r.rest THEN NULL ELSE substr(r.rest, length(key)+2) END AS rest, value AS j FROM jsonb_each(CASE jsonb_typeof(r.j) WHEN 'object' THEN r.j ELSE '{}' END) WHERE key=r.rest OR starts_with(r.rest, key || '.') UNION ALL SELECT r.rest, value FROM jsonb_array_elements(CASE jsonb_typeof(r.j) WHEN 'array' THEN r.j ELSE '[]' END)) e) SELECT j #>> '{}' AS v, jsonb_typeof(j) AS t FROM r WHERE rest IS NULL AND jsonb_typeof(j)<>'array'",
            anything: "WITH RECURSIVE r(rest, j) AS (SELECT {name}, event UNION ALL SELECT e.rest, e.j FROM r, LATERAL (SELECT CASE WHEN key=r.rest THEN NULL ELSE substr(r.rest, length(key)+2) END AS rest, value AS j FROM jsonb_each(CASE jsonb_typeof(r.j) WHEN 'object' THEN r.j ELSE '{}' END) WHERE key=r.rest OR starts_with(r.rest, key || '.') UNION ALL SELECT r.rest, value FROM jsonb_array_elements(CASE jsonb_typeof(r.j) WHEN 'array' THEN r.j ELSE '[]' END)) e WHERE r.rest IS NOT NULL) SELECT 1 FROM r WHERE rest IS NULL",
            every: "SELECT j #>> '{}' AS v, jsonb_typeof(j) AS t FROM jsonb_path_query(event, 'strict $.**') j WHERE jsonb_typeof(j) NOT IN ('object', 'array')",
            any: "EXISTS (SELECT 1 FROM ({values}) s WHERE {predicate})",
            pair: "EXISTS (SELECT 1 FROM ({values}) s, (SELECT v AS w FROM ({others}) o) p WHERE {predicate})",
            keeps: Keeps::Keys,
        }),
        ..BESIDES_COLUMNS
    }),
    ..COLUMNS
};

/// Times without an offset are of the session's time zone.
const TIMELINE: Timeline = Timeline {
    folded: "lower({field}::text)",
    number: "CASE WHEN {field}::text ~ '^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$' THEN {field}::text::numeric END",
    real: "({value})::double precision",
    micros: "(extract(epoch from {field}::timestamptz) * 1000000)::bigint",
    scaled: "({field}::numeric * 1000000 / {per})::bigint",
    shown: "to_timestamp({micros} / 1000000.0)",
    each: None,
    follow: Follow::Recursive,
};

const TIMELINE_OF_JSON: Timeline = Timeline {
    each: Some(
        " CROSS JOIN LATERAL (SELECT {distinct}{value} AS value FROM ({values}) n WHERE v IS NOT NULL) {alias}",
    ),
    ..TIMELINE
};
