//! ClickHouse. Keywords are looked for in the column `full_log`, the line of the log.
//!
//! <https://clickhouse.com/docs/sql-reference/functions/string-search-functions>

use super::{BESIDES, JSON, ROWS, SQL, regex, typed};
use crate::correlation::{Follow, Timeline};
use crate::dialect::{
    Dialect, Fields, Hooks, Keeps, Logic, NO_TEXT, Nested, Ops, Sql, Strings, Text,
};

/// ClickHouse.
pub const CLICKHOUSE: Dialect = Dialect {
    sql: Some(Sql {
        forms: &[("json", &EVENT)],
        ..BESIDES_COLUMNS
    }),
    ..COLUMNS
};

/// A column per field.
const COLUMNS: Dialect = Dialect {
    name: "clickhouse",
    title: "ClickHouse",
    formats: &[ROWS, JSON],
    logic: Logic {
        negated: Some("NOT ifNull(({part}), false)"),
        ..SQL.logic
    },
    fields: Fields {
        quote: "`",
        needs_quotes: |name| super::names::needs_quotes(name, ""),
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
        compare: Some(
            "if(match(toString({field}), '^-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?$'), toDecimal128OrNull(toString({field}), 10) {op} {value}, false)",
        ),
        field_equals: Some("lowerUTF8({field})=lowerUTF8({other})"),
        field_equals_cased: Some("{field}={other}"),
        field_starts: Some("({other}<>'' AND startsWith(lowerUTF8({field}), lowerUTF8({other})))"),
        field_ends: Some("({other}<>'' AND endsWith(lowerUTF8({field}), lowerUTF8({other})))"),
        field_contains: Some("({other}<>'' AND positionCaseInsensitiveUTF8({field}, {other})>0)"),
        one_of_numbers: Some("{field} IN ({list})"),
        keyword: Some("full_log"),
        ..SQL.ops
    },
    sql: Some(BESIDES_COLUMNS),
    hooks: Hooks {
        before: Some(typed::numbers_beside_text),
        ..SQL.hooks
    },
    ..SQL
};

const BESIDES_COLUMNS: Sql = Sql {
    timeline: Some(&TIMELINE),
    regex: regex::re2_of_clickhouse,
    typed: true,
    ..BESIDES
};

/// The event in one column, of type `String`. There is no recursion, but a fold: it takes a key
/// off the name, or enters an array, as often as the event could be deep.
const EVENT: Dialect = Dialect {
    ops: Ops {
        // texts of equal numbers are equal: they are spelled anew
        number: Some("{field}='{value}'"),
        compare: Some(
            "if(match({field}, '^-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?$'), ifNull(toDecimal128OrNull({field}, 10) {op} {value}, false), false)",
        ),
        one_of_numbers: None,
        ..COLUMNS.ops
    },
    sql: Some(Sql {
        group: Some(super::grouped_in_json),
        nested: Some(Nested {
            values: "arrayMap(x -> if(JSONType(x.2)='String', JSONExtractString(x.2), x.2), arrayFilter(x -> JSONType(x.2)<>'Null', arrayFold((r, i) -> arrayFlatten(arrayMap(x -> multiIf(JSONType(x.2)='Array', arrayMap(e -> (x.1, e), JSONExtractArrayRaw(x.2)), x.1='', [x], JSONType(x.2)='Object', arrayMap(e -> (substring(x.1, length(e.1)+2), e.2), arrayFilter(e -> startsWith(x.1, concat(e.1, '.')), JSONExtractKeysAndValuesRaw(x.2))), CAST([], 'Array(Tuple(String, String))')), r)), range(1+countSubstrings(concat({name}, '.'), '.')+countSubstrings(event, '[')), [(concat({name}, '.'), event)])))",
            anything: "arrayFold((r, i) -> arrayFlatten(arrayMap(x -> multiIf(x.1='', [x], JSONType(x.2)='Array', arrayMap(e -> (x.1, e), JSONExtractArrayRaw(x.2)), JSONType(x.2)='Object', arrayMap(e -> (substring(x.1, length(e.1)+2), e.2), arrayFilter(e -> startsWith(x.1, concat(e.1, '.')), JSONExtractKeysAndValuesRaw(x.2))), CAST([], 'Array(Tuple(String, String))')), r)), range(1+countSubstrings(concat({name}, '.'), '.')+countSubstrings(event, '[')), [(concat({name}, '.'), event)])",
            every: "arrayMap(j -> if(JSONType(j)='String', JSONExtractString(j), j), arrayFilter(j -> JSONType(j) NOT IN ('Null', 'Object', 'Array'), arrayFold((r, i) -> if(arrayExists(j -> JSONType(j) IN ('Array', 'Object'), r), arrayFlatten(arrayMap(j -> multiIf(JSONType(j)='Array', JSONExtractArrayRaw(j), JSONType(j)='Object', arrayMap(e -> e.2, JSONExtractKeysAndValuesRaw(j)), [j]), r)), r), range(countSubstrings(event, '[')+countSubstrings(event, '{')), [event])))",
            any: "arrayExists(v -> {predicate}, {values})",
            pair: "arrayExists(v -> arrayExists(w -> {predicate}, {others}), {values})",
            keeps: Keeps::Values,
        }),
        typed: false,
        ..BESIDES_COLUMNS
    }),
    hooks: SQL.hooks,
    ..COLUMNS
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
