//! SQLite. Regular expressions need the function `REGEXP`, which the program around SQLite
//! supplies, with the syntax of Perl's.
//!
//! <https://sqlite.org/lang_expr.html>

use super::{BESIDES, JSON, ROWS, SQL};
use crate::correlation::{Follow, Timeline};
use crate::dialect::{
    Dialect, Fields, Keeps, Logic, NO_TEXT, Nested, Ops, Sql, Strings, Text, Wild,
};

/// SQLite.
pub const SQLITE: Dialect = Dialect {
    sql: Some(Sql {
        forms: &[("json", &EVENT)],
        ..BESIDES_COLUMNS
    }),
    ..COLUMNS
};

/// A column per field.
const COLUMNS: Dialect = Dialect {
    name: "sqlite",
    title: "SQLite",
    formats: &[ROWS, JSON],
    logic: Logic {
        negated: Some("NOT COALESCE(({part}), 0)"),
        ..SQL.logic
    },
    fields: Fields {
        quote: "`",
        needs_quotes: |name| {
            let mut letters = name.chars();
            let first = letters.next();
            let is_plain = first.is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
                && letters.all(|c| c.is_ascii_alphanumeric() || c == '_');
            let upper = name.to_ascii_uppercase();
            !is_plain || KEYWORDS.split(' ').any(|keyword| keyword == upper)
        },
        escape: "`",
        escaped: |_| false,
        own: None,
    },
    strings: Strings {
        escape: "'",
        ..SQL.strings
    },
    ops: Ops {
        text: Text {
            equals: Some("{field}={value}{nocase}"),
            starts: Some("{field} LIKE '{like}%' ESCAPE '\\'"),
            ends: Some("{field} LIKE '%{like}' ESCAPE '\\'"),
            contains: Some("{field} LIKE '%{like}%' ESCAPE '\\'"),
            like: Some("{field} LIKE '{like}' ESCAPE '\\'"),
            ..NO_TEXT
        },
        cased: Text {
            equals: Some("{field} GLOB '{glob}'"),
            like: Some("{field} GLOB '{glob}'"),
            ..NO_TEXT
        },
        number: Some("{field}={value}"),
        bool: Some("{field}='{value}' COLLATE NOCASE"),
        regex: Some("{field} REGEXP '{regex}'"),
        cidr: Some("{field} REGEXP '{regex}'"),
        compare: Some(COMPARE),
        field_equals: Some("{field}={other} COLLATE NOCASE"),
        field_equals_cased: Some("{field}={other}"),
        field_starts: Some(
            "({other}<>'' AND {field} LIKE REPLACE(REPLACE(REPLACE({other}, '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%' ESCAPE '\\')",
        ),
        field_ends: Some(
            "({other}<>'' AND {field} LIKE '%' || REPLACE(REPLACE(REPLACE({other}, '\\', '\\\\'), '%', '\\%'), '_', '\\_') ESCAPE '\\')",
        ),
        field_contains: Some(
            "({other}<>'' AND {field} LIKE '%' || REPLACE(REPLACE(REPLACE({other}, '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%' ESCAPE '\\')",
        ),
        ..SQL.ops
    },
    sql: Some(BESIDES_COLUMNS),
    ..SQL
};

const BESIDES_COLUMNS: Sql = Sql {
    timeline: Some(&TIMELINE),
    // Deeper trees than 1,000 are refused: https://sqlite.org/limits.html#max_expr_depth
    longest: Some(100),
    glob: Wild {
        many: "*",
        one: "?",
        escaped: "[*?",
        escape: ("[", "]"),
    },
    like_also: "\\%_",
    // LIKE and NOCASE fold ASCII: https://sqlite.org/lang_expr.html#like
    beyond_ascii: Some("{field} REGEXP '(?is)^{regex}$'"),
    ..BESIDES
};

/// A number, or a text that spells one as JSON does, and nothing around it.
const COMPARE: &str = "CASE WHEN {field} NOT GLOB '*[^-+.0-9eE]*' AND json_valid({field}) THEN CAST({field} AS NUMERIC) {op} {value} ELSE 0 END";

/// The event in one column.
const EVENT: Dialect = Dialect {
    ops: Ops {
        number: Some(
            "CASE WHEN t IN ('integer', 'real') THEN CAST({field} AS NUMERIC)={value} ELSE {field}='{value}' END",
        ),
        ..COLUMNS.ops
    },
    sql: Some(Sql {
        timeline: Some(&TIMELINE_OF_JSON),
        group: Some(super::grouped_in_json),
        nested: Some(Nested {
            values: REACHED,
            anything: "SELECT 1 FROM (WITH RECURSIVE r(rest, j, t) AS (SELECT {name}, event, 'object' UNION ALL SELECT CASE WHEN r.t='array' THEN r.rest WHEN e.key=r.rest THEN NULL ELSE substr(r.rest, length(e.key)+2) END, e.value, e.type FROM r, json_each(CASE WHEN r.t IN ('object', 'array') THEN r.j ELSE '[]' END) e WHERE r.rest IS NOT NULL AND (r.t='array' OR e.key=r.rest OR substr(r.rest, 1, length(e.key)+1)=e.key || '.')) SELECT 1 FROM r WHERE rest IS NULL)",
            every: "SELECT CASE type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'null' THEN NULL ELSE CAST(atom AS TEXT) END AS v, type AS t FROM json_tree(event) WHERE type NOT IN ('object', 'array')",
            any: "EXISTS (SELECT 1 FROM ({values}) WHERE {predicate})",
            pair: "EXISTS (SELECT 1 FROM ({values}), (SELECT v AS w FROM ({others})) WHERE {predicate})",
            keeps: Keeps::All,
        }),
        ..BESIDES_COLUMNS
    }),
    ..COLUMNS
};

/// Goes down from the event, taking keys off the front of the name and entering arrays.
const REACHED: &str = "WITH RECURSIVE r(rest, j, t, v) AS (SELECT {name}, event, 'object', NULL UNION ALL SELECT CASE WHEN r.t='array' THEN r.rest WHEN e.key=r.rest THEN NULL ELSE substr(r.rest, length(e.key)+2) END, e.value, e.type, CASE e.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'null' THEN NULL WHEN 'integer' THEN CASE typeof(e.value) WHEN 'integer' THEN CAST(e.value AS TEXT) ELSE r.j -> e.fullkey END WHEN 'real' THEN CASE WHEN json_extract(r.j, e.fullkey)=e.value THEN r.j -> e.fullkey ELSE CAST(e.value AS TEXT) END ELSE e.value END FROM r, json_each(CASE WHEN r.t IN ('object', 'array') THEN r.j ELSE '[]' END) e WHERE r.t='array' OR e.key=r.rest OR substr(r.rest, 1, length(e.key)+1)=e.key || '.') SELECT v, t FROM r WHERE rest IS NULL AND t<>'array'";

/// <https://sqlite.org/lang_keywords.html>
const KEYWORDS: &str = "ABORT ACTION ADD AFTER ALL ALTER ALWAYS ANALYZE AND AS ASC ATTACH AUTOINCREMENT BEFORE BEGIN BETWEEN BY CASCADE CASE CAST CHECK COLLATE COLUMN COMMIT CONFLICT CONSTRAINT CREATE CROSS CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DATABASE DEFAULT DEFERRABLE DEFERRED DELETE DESC DETACH DISTINCT DO DROP EACH ELSE END ESCAPE EXCEPT EXCLUDE EXCLUSIVE EXISTS EXPLAIN FAIL FILTER FIRST FOLLOWING FOR FOREIGN FROM FULL GENERATED GLOB GROUP GROUPS HAVING IF IGNORE IMMEDIATE IN INDEX INDEXED INITIALLY INNER INSERT INSTEAD INTERSECT INTO IS ISNULL JOIN KEY LAST LEFT LIKE LIMIT MATCH MATERIALIZED NATURAL NO NOT NOTHING NOTNULL NULL NULLS OF OFFSET ON OR ORDER OTHERS OUTER OVER PARTITION PLAN PRAGMA PRECEDING PRIMARY QUERY RAISE RANGE RECURSIVE REFERENCES REGEXP REINDEX RELEASE RENAME REPLACE RESTRICT RETURNING RIGHT ROLLBACK ROW ROWS SAVEPOINT SELECT SET TABLE TEMP TEMPORARY THEN TIES TO TRANSACTION TRIGGER UNBOUNDED UNION UNIQUE UPDATE USING VACUUM VALUES VIEW VIRTUAL WHEN WHERE WINDOW WITH WITHOUT";

/// Times are read to the millisecond: <https://sqlite.org/lang_datefunc.html>.
/// `LOWER` folds ASCII: <https://sqlite.org/lang_corefunc.html#lower>.
const TIMELINE: Timeline = Timeline {
    folded: "LOWER(CAST({field} AS TEXT))",
    number: "CASE WHEN {field} NOT GLOB '*[^-+.0-9eE]*' AND json_valid({field}) THEN CAST({field} AS REAL) END",
    real: "{value}",
    micros: "CAST(ROUND((julianday({field}) - 2440587.5) * 86400000) AS INTEGER) * 1000",
    scaled: "CAST({field} * (1000000.0 / {per}) AS INTEGER)",
    shown: "strftime('%Y-%m-%dT%H:%M:%fZ', {micros} / 1000000.0, 'unixepoch')",
    each: None,
    follow: Follow::Recursive,
};

/// Arguments of a table-valued function may be columns of the tables before it:
/// <https://sqlite.org/vtab.html#tabfunc2>.
const TIMELINE_OF_JSON: Timeline = Timeline {
    each: Some(
        ", json_each((SELECT json_group_array({distinct}{value}) FROM ({values}) WHERE v IS NOT NULL)) {alias}",
    ),
    ..TIMELINE
};
