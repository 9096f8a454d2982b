//! ClickHouse. Keywords are looked for in the column `full_log`, the line of the log.
//!
//! <https://clickhouse.com/docs/sql-reference/functions/string-search-functions>

use super::{BESIDES, ROWS, SQL, regex};
use crate::correlation::{Follow, Timeline};
use crate::dialect::{Dialect, Fields, Logic, NO_TEXT, Ops, Sql, Strings, Text};

/// ClickHouse.
pub const CLICKHOUSE: Dialect = Dialect {
    name: "clickhouse",
    title: "ClickHouse",
    formats: &[ROWS],
    logic: Logic {
        negated: Some("NOT ifNull(({part}), false)"),
        ..SQL.logic
    },
    fields: Fields {
        quote: "`",
        needs_quotes: |name| !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'),
        escape: "\\",
        escaped: |c| c == '\\',
        own: None,
    },
    strings: Strings {
        escape: "'",
        escaped: "\\",
        named: &[('\\', "\\\\")],
        ..SQL.strings
    },
    ops: Ops {
        text: Text {
            equals: Some("{field} ILIKE '{like}'"),
            starts: Some("{field} ILIKE '{like}%'"),
            ends: Some("{field} ILIKE '%{like}'"),
            contains: Some("{field} ILIKE '%{like}%'"),
            like: Some("{field} ILIKE '{like}'"),
            ..NO_TEXT
        },
        cased: Text {
            equals: Some("{field}={value}"),
            starts: Some("startsWith({field}, {value})"),
            ends: Some("endsWith({field}, {value})"),
            contains: Some("position({field}, {value})>0"),
            like: Some("{field} LIKE '{like}'"),
            ..NO_TEXT
        },
        number: Some("{field}={value}"),
        bool: Some("{field} ILIKE '{value}'"),
        null: Some("isNull({field})"),
        exists: Some("isNotNull({field})"),
        missing: Some("isNull({field})"),
        regex: Some("match({field}, '{regex}')"),
        // A text that is no address stops the query: it is asked first.
        cidr: Some(
            "((isIPv4String({field}) OR isIPv6String({field})) AND isIPAddressInRange({field}, '{network}'))",
        ),
        compare: Some("toDecimal128OrNull(toString({field}), 10) {op} {value}"),
        field_equals: Some("lowerUTF8({field})=lowerUTF8({other})"),
        field_starts: Some("({other}<>'' AND startsWith(lowerUTF8({field}), lowerUTF8({other})))"),
        field_ends: Some("({other}<>'' AND endsWith(lowerUTF8({field}), lowerUTF8({other})))"),
        field_contains: Some("({other}<>'' AND positionCaseInsensitiveUTF8({field}, {other})>0)"),
        one_of_numbers: Some("{field} IN ({list})"),
        keyword: Some("full_log"),
        ..SQL.ops
    },
    sql: Some(Sql {
        timeline: Some(&TIMELINE),
        regex: regex::re2_of_clickhouse,
        ..BESIDES
    }),
    ..SQL
};

const TIMELINE: Timeline = Timeline {
    folded: "lowerUTF8(toString({field}))",
    number: "toDecimal128OrNull(toString({field}), 9)",
    real: "toFloat64({value})",
    micros: "toUnixTimestamp64Micro(parseDateTime64BestEffortOrNull(toString({field}), 6, 'UTC'))",
    scaled: "toInt64(toDecimal128OrNull(toString({field}), 9) * 1000000 / {per})",
    shown: "fromUnixTimestamp64Micro({micros}, 'UTC')",
    each: None,
    follow: Follow::Folded {
        reached: "arrayFold((s, x) -> if(x.1 = s[-1], arrayPushBack(s, x.2), s), arraySort(groupArray((n, toUInt64(assumeNotNull(next))))), [toUInt64(1)])",
        among: "has({reached}, {n})",
    },
};
