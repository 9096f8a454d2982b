//! Databricks and Spark SQL. A dot in a name goes into a struct. Keywords are looked for in
//! the column `raw`, the line of the log.
//!
//! <https://docs.databricks.com/en/sql/language-manual/sql-ref-functions-builtin-alpha.html>

use super::{BESIDES, JSON, ROWS, SQL, inside, regex, typed};
use crate::Unsupported;
use crate::correlation::{Follow, Timeline};
use crate::dialect::{
    Dialect, Fields, Format, Hooks, Keeps, Link, Logic, NO_TEXT, Nested, Ops, Sql, Strings, Text,
};
use crate::pattern;
use crate::print::{Printer, fill};
use crate::query::Query;
use sigwright_ir::Written;

/// Databricks.
pub const DATABRICKS: Dialect = Dialect {
    sql: Some(Sql {
        forms: &[("json", &EVENT)],
        ..BESIDES_COLUMNS
    }),
    ..COLUMNS
};

/// A column per field.
const COLUMNS: Dialect = Dialect {
    name: "databricks",
    title: "Databricks and Spark SQL",
    formats: &[
        Format {
            title: "conditions over columns and structs",
            ..ROWS
        },
        Format {
            title: "conditions over the event as VARIANT in the column `event`",
            ..JSON
        },
    ],
    logic: Logic {
        negated: Some("NOT coalesce(({part}), false)"),
        every_group: false,
        ..SQL.logic
    },
    fields: Fields {
        quote: "`",
        needs_quotes: |name| super::names::needs_quotes(name, "."),
        escape: "`",
        escaped: |_| false,
        own: None,
    },
    strings: Strings {
        escape: "\\",
        escaped: "\\",
        ..SQL.strings
    },
    ops: Ops {
        text: Text {
            equals: Some("lower({field}) = lower({value})"),
            starts: Some("startswith(lower({field}), lower({value}))"),
            ends: Some("endswith(lower({field}), lower({value}))"),
            contains: Some("contains(lower({field}), lower({value}))"),
            like: Some("{field} rlike '(?isu)^{regex}\\\\z'"),
            ..NO_TEXT
        },
        cased: Text {
            equals: Some("{field} = {value}"),
            starts: Some("startswith({field}, {value})"),
            ends: Some("endswith({field}, {value})"),
            contains: Some("contains({field}, {value})"),
            like: Some("{field} rlike '(?s)^{regex}\\\\z'"),
            ..NO_TEXT
        },
        number: Some("{field} = {value}"),
        bool: Some("lower({field}) = '{value}'"),
        null: Some("{field} is null"),
        exists: Some("{field} is not null"),
        missing: Some("{field} is null"),
        regex: Some("{field} rlike '{regex}'"),
        cidr: Some("{field} rlike '^{addresses}\\\\z'"),
        compare: Some(
            "({field} rlike '^-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?\\\\z' AND try_cast({field} as decimal(38, 10)) {op} {value})",
        ),
        field_equals: Some("lower({field}) = lower({other})"),
        field_equals_cased: Some("{field} = {other}"),
        field_starts: Some("({other} <> '' AND startswith(lower({field}), lower({other})))"),
        field_ends: Some("({other} <> '' AND endswith(lower({field}), lower({other})))"),
        field_contains: Some("({other} <> '' AND contains(lower({field}), lower({other})))"),
        list_variants: true,
        keyword: Some("raw"),
        ..SQL.ops
    },
    sql: Some(BESIDES_COLUMNS),
    hooks: Hooks {
        before: Some(typed::numbers_beside_text),
        finish: |_, query, _| Ok(query.to_owned()),
        ..SQL.hooks
    },
    ..SQL
};

const BESIDES_COLUMNS: Sql = Sql {
    timeline: Some(&TIMELINE),
    regex: regex::java,
    typed: true,
    variables: true,
    group: Some(alternatives),
    ..BESIDES
};

/// The event in one column, of type `VARIANT`. There is no recursion, but a fold: it takes a key
/// off the name, or enters an array, as often as the event could be deep.
const EVENT: Dialect = Dialect {
    ops: Ops {
        // texts of equal numbers are equal: they are spelled anew
        number: Some("{field} = '{value}'"),
        ..COLUMNS.ops
    },
    sql: Some(Sql {
        group: Some(super::grouped_in_json),
        nested: Some(Nested {
            values: "transform(filter(aggregate(sequence(1, size(split({name}, '[.]')) + length(regexp_replace(cast(event as string), '[^\\\\[]', ''))), array(named_struct('rest', concat({name}, '.'), 'j', event)), (r, i) -> flatten(transform(r, x -> case when schema_of_variant(x.j) like 'ARRAY%' then transform(cast(x.j as array<variant>), e -> named_struct('rest', x.rest, 'j', e)) when x.rest = '' then array(x) when schema_of_variant(x.j) like 'OBJECT%' then transform(filter(map_entries(cast(x.j as map<string, variant>)), e -> startswith(x.rest, concat(e.key, '.'))), e -> named_struct('rest', substr(x.rest, length(e.key) + 2), 'j', e.value)) else filter(r, y -> false) end))), x -> schema_of_variant(x.j) <> 'VOID'), x -> cast(x.j as string))",
            anything: "aggregate(sequence(1, size(split({name}, '[.]')) + length(regexp_replace(cast(event as string), '[^\\\\[]', ''))), array(named_struct('rest', concat({name}, '.'), 'j', event)), (r, i) -> flatten(transform(r, x -> case when x.rest = '' then array(x) when schema_of_variant(x.j) like 'ARRAY%' then transform(cast(x.j as array<variant>), e -> named_struct('rest', x.rest, 'j', e)) when schema_of_variant(x.j) like 'OBJECT%' then transform(filter(map_entries(cast(x.j as map<string, variant>)), e -> startswith(x.rest, concat(e.key, '.'))), e -> named_struct('rest', substr(x.rest, length(e.key) + 2), 'j', e.value)) else filter(r, y -> false) end)))",
            every: "transform(filter(aggregate(sequence(1, 1 + length(regexp_replace(cast(event as string), '[^{\\\\[]', ''))), array(event), (r, i) -> case when exists(r, j -> schema_of_variant(j) rlike '^(ARRAY|OBJECT)') then flatten(transform(r, j -> case when schema_of_variant(j) like 'ARRAY%' then cast(j as array<variant>) when schema_of_variant(j) like 'OBJECT%' then map_values(cast(j as map<string, variant>)) else array(j) end)) else r end), j -> schema_of_variant(j) <> 'VOID'), j -> cast(j as string))",
            any: "exists({values}, v -> {predicate})",
            pair: "exists({values}, v -> exists({others}, w -> {predicate}))",
            keeps: Keeps::Keys,
        }),
        typed: false,
        ..BESIDES_COLUMNS
    }),
    hooks: Hooks {
        before: None,
        ..COLUMNS.hooks
    },
    ..COLUMNS
};

/// Three or more starts, ends or parts of one field are one regular expression.
fn alternatives(
    printer: &Printer<'_>,
    link: Link,
    parts: &[Query],
) -> Option<Result<String, Unsupported>> {
    let Query::Leaf(first) = parts.first()? else {
        return None;
    };
    let field = first.field.as_ref()?;
    if link != Link::Or || parts.len() < 3 {
        return None;
    }
    let mut shape = None;
    let mut each = Vec::with_capacity(parts.len());
    for part in parts {
        let Query::Leaf(leaf) = part else {
            return None;
        };
        let Written::Text {
            pattern,
            cased: false,
        } = &leaf.value
        else {
            return None;
        };
        let ends = pattern::ends(pattern);
        let rest = pattern::without(pattern, ends.start, ends.end);
        let same = *shape.get_or_insert((ends.start, ends.end)) == (ends.start, ends.end);
        if leaf.field.as_ref() != Some(field) || !same || rest.as_literal().is_none() {
            return None;
        }
        each.push(inside(printer, &pattern::regex(&rest, "")));
    }
    // `$` would be before a last line end, too
    let like = printer.dialect.ops.text.like?;
    let (_, end) = like.split_once("{regex}")?;
    let template = match shape? {
        (true, true) => "{field} rlike '(?iu).*({each}).*'",
        (false, true) => "{field} rlike '(?iu)^({each})'",
        (true, false) => "{field} rlike '(?iu)({each}){end}",
        (false, false) => return None,
    };
    Some(Ok(fill(
        template,
        &[
            ("field", &printer.field(field)),
            ("each", &each.join("|")),
            ("end", end),
        ],
    )))
}

const TIMELINE: Timeline = Timeline {
    folded: "lower(cast({field} as string))",
    number: "try_cast({field} as decimal(38, 9))",
    real: "cast({value} as double)",
    micros: "unix_micros(try_cast({field} as timestamp))",
    scaled: "cast(try_cast({field} as decimal(38, 9)) * 1000000 / {per} as bigint)",
    shown: "timestamp_micros({micros})",
    each: None,
    follow: Follow::Folded {
        reached: "aggregate(array_sort(collect_list(struct(n, next))), array(cast(1 as bigint)), (s, x) -> if(x.n = element_at(s, -1), concat(s, array(x.next)), s))",
        among: "array_contains({reached}, {n})",
    },
};
