//! DuckDB.
//!
//! <https://duckdb.org/docs/stable/sql/functions/pattern_matching>

use super::{BESIDES, CASED_LIKE, ILIKE, JSON, ROWS, SQL, classes};
use crate::correlation::{Follow, Timeline};
use crate::dialect::{Dialect, Keeps, Nested, Ops, Sql};

/// DuckDB.
pub const DUCKDB: Dialect = Dialect {
    sql: Some(Sql {
        forms: &[("json", &EVENT)],
        ..BESIDES_COLUMNS
    }),
    ..COLUMNS
};

/// A column per field.
const COLUMNS: Dialect = Dialect {
    name: "duckdb",
    title: "DuckDB",
    formats: &[ROWS, JSON],
    ops: Ops {
        text: ILIKE,
        cased: CASED_LIKE,
        bool: Some("lower({field})='{value}'"),
        regex: Some("regexp_matches({field}, '{regex}')"),
        cidr: Some("regexp_matches({field}, '{regex}')"),
        compare: Some(
            "CASE WHEN regexp_matches({field}, '^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?$') THEN TRY_CAST({field} AS DOUBLE) {op} {value} ELSE FALSE END",
        ),
        field_equals: Some("lower({field})=lower({other})"),
        field_equals_cased: Some("{field}={other}"),
        field_starts: Some("({other}<>'' AND starts_with(lower({field}), lower({other})))"),
        field_ends: Some("({other}<>'' AND ends_with(lower({field}), lower({other})))"),
        field_contains: Some("({other}<>'' AND contains(lower({field}), lower({other})))"),
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

/// The event in one column.
const EVENT: Dialect = Dialect {
    ops: Ops {
        number: Some(
            "CASE WHEN t IN ('UBIGINT', 'BIGINT', 'DOUBLE') THEN TRY_CAST({field} AS DOUBLE)={value} ELSE {field}='{value}' END",
        ),
        ..COLUMNS.ops
    },
    sql: Some(Sql {
        group: Some(super::grouped_in_json),
        nested: Some(Nested {
            values: "WITH RECURSIVE r(rest, j) AS (SELECT {name} || '.', event UNION ALL SELECT CASE json_type(r.j) WHEN 'ARRAY' THEN r.rest ELSE substr(r.rest, length(e.key)+2) END, e.value FROM r, json_each(CASE WHEN json_type(r.j)='ARRAY' OR json_type(r.j)='OBJECT' AND r.rest<>'' THEN r.j ELSE '[]' END) e WHERE json_type(r.j)='ARRAY' OR starts_with(r.rest, e.key || '.')) SELECT j ->> '$' AS v, json_type(j) AS t FROM r WHERE rest='' AND json_type(j)<>'ARRAY'",
            anything: "WITH RECURSIVE r(rest, j) AS (SELECT {name} || '.', event UNION ALL SELECT CASE json_type(r.j) WHEN 'ARRAY' THEN r.rest ELSE substr(r.rest, length(e.key)+2) END, e.value FROM r, json_each(CASE WHEN json_type(r.j) IN ('ARRAY', 'OBJECT') AND r.rest<>'' THEN r.j ELSE '[]' END) e WHERE json_type(r.j)='ARRAY' OR starts_with(r.rest, e.key || '.')) SELECT 1 FROM r WHERE rest=''",
            every: "SELECT value ->> '$' AS v, type AS t FROM json_tree(event) WHERE type NOT IN ('OBJECT', 'ARRAY')",
            any: "EXISTS (SELECT 1 FROM ({values}) s WHERE {predicate})",
            pair: "EXISTS (SELECT 1 FROM ({values}) s, (SELECT v AS w FROM ({others}) o) p WHERE {predicate})",
            keeps: Keeps::Values,
        }),
        ..BESIDES_COLUMNS
    }),
    ..COLUMNS
};

const TIMELINE: Timeline = Timeline {
    folded: "lower(CAST({field} AS VARCHAR))",
    number: "CASE WHEN regexp_matches(CAST({field} AS VARCHAR), '^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?$') THEN TRY_CAST({field} AS DECIMAL(38, 9)) END",
    real: "CAST({value} AS DOUBLE)",
    micros: "epoch_us(TRY_CAST({field} AS TIMESTAMPTZ))",
    scaled: "CAST(TRY_CAST({field} AS DECIMAL(38, 9)) * 1000000 / {per} AS BIGINT)",
    shown: "make_timestamp(CAST({micros} AS BIGINT))",
    each: None,
    follow: Follow::Recursive,
};
