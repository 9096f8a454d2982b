//! DuckDB.
//!
//! <https://duckdb.org/docs/stable/sql/functions/pattern_matching>

use super::{BESIDES, CASED_LIKE, ILIKE, ROWS, SQL, regex};
use crate::correlation::{Follow, Timeline};
use crate::dialect::{Dialect, Ops, Sql};

/// DuckDB.
pub const DUCKDB: Dialect = Dialect {
    name: "duckdb",
    title: "DuckDB",
    formats: &[ROWS],
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
        field_starts: Some("({other}<>'' AND starts_with(lower({field}), lower({other})))"),
        field_ends: Some("({other}<>'' AND ends_with(lower({field}), lower({other})))"),
        field_contains: Some("({other}<>'' AND contains(lower({field}), lower({other})))"),
        ..SQL.ops
    },
    sql: Some(Sql {
        timeline: Some(&TIMELINE),
        regex: regex::re2,
        ..BESIDES
    }),
    ..SQL
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
