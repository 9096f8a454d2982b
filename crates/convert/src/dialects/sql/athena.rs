//! Amazon Athena and Trino.
//!
//! <https://trino.io/docs/current/functions/regexp.html>

use super::{BESIDES, CASED_LIKE, ROWS, SQL, regex};
use crate::correlation::{Follow, Timeline};
use crate::dialect::{Dialect, NO_TEXT, Ops, Sql, Text};

/// Athena.
pub const ATHENA: Dialect = Dialect {
    name: "athena",
    title: "Athena and Trino SQL",
    formats: &[ROWS],
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
        compare: Some("TRY_CAST({field} AS DECIMAL(38, 10)) {op} {value}"),
        field_equals: Some("lower({field})=lower({other})"),
        field_starts: Some("({other}<>'' AND starts_with(lower({field}), lower({other})))"),
        field_ends: Some(
            "({other}<>'' AND starts_with(reverse(lower({field})), reverse(lower({other}))))",
        ),
        field_contains: Some("({other}<>'' AND strpos(lower({field}), lower({other}))>0)"),
        ..SQL.ops
    },
    sql: Some(Sql {
        timeline: Some(&TIMELINE),
        regex: regex::java,
        ..BESIDES
    }),
    ..SQL
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
