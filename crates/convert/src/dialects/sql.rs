//! What the dialects of SQL share.
//!
//! In the form `default` every field is a column of its name, with the text of the value, and
//! NULL where the event has none. Columns of whole numbers may be of a number's type. In the
//! form `json` the column `event` holds the event as JSON.

pub(crate) mod athena;
mod cidr;
mod classes;
pub(crate) mod clickhouse;
pub(crate) mod databricks;
pub(crate) mod duckdb;
mod names;
pub(crate) mod postgres;
mod regex;
pub(crate) mod sqlite;
mod typed;

use super::{comparisons, splunk::SPLUNK};
use crate::Unsupported;
use crate::dialect::{
    Dialect, Fields, Format, Hooks, Link, Logic, NO_PIPELINES, NO_TEXT, Ops, Regexes, SQL_LIKE,
    Sql, Strings, Text, Wild,
};
use crate::pattern;
use crate::print::{Deferred, Piece, Printer, fill};
use crate::query::{Leaf, Query};
use crate::rule::Rule;
use sigwright_ir::Written;
use sigwright_ir::pred::{Comparison, Number};
use sigwright_syntax::Span;
use sigwright_syntax::pattern::{Part, Pattern};

/// The same as data of SQL's own.
const LIKE: Wild = Wild {
    many: "%",
    one: "_",
    escaped: "\\%_",
    escape: ("\\", ""),
};

/// Rows of the table `logs`.
const ROWS: Format = Format {
    name: "default",
    title: "a column per field",
    query: |_, _, query| Ok(query),
    output: |queries| queries.join("\n"),
    longest: None,
};

/// The event in one column.
const JSON: Format = Format {
    name: "json",
    title: "the event as JSON in the column `event`",
    ..ROWS
};

/// Nothing but the shape; the files below fill it in.
const SQL: Dialect = Dialect {
    name: "sql",
    title: "SQL",
    formats: &[ROWS],
    logic: Logic {
        and: " AND ",
        or: " OR ",
        not: "NOT ",
        negated: Some("NOT COALESCE(({part}), FALSE)"),
        strengths: [Link::Not, Link::And, Link::Or],
        every_group: true,
        group: ("(", ")"),
        ..SPLUNK.logic
    },
    fields: Fields {
        quote: "\"",
        needs_quotes: |_| true,
        escape: "\"",
        escaped: |_| false,
        own: None,
    },
    strings: Strings {
        quote: "'",
        escape: "'",
        escaped: "",
        many: None,
        one: None,
        like: SQL_LIKE,
        ..SPLUNK.strings
    },
    ops: Ops {
        text: NO_TEXT,
        cased: NO_TEXT,
        number: Some("{field}='{value}'"),
        bool: None,
        null: Some("{field} IS NULL"),
        exists: Some("{field} IS NOT NULL"),
        missing: Some("{field} IS NULL"),
        regex: None,
        regexes: Regexes {
            escape: "",
            escaped: &[],
            escape_itself: false,
            named: &[],
            flags_in_front: true,
            also: "",
            rewrite: None,
        },
        cidr: None,
        compare: None,
        comparisons,
        field_equals: None,
        field_starts: None,
        field_ends: None,
        field_contains: None,
        all_of: None,
        one_of_numbers: None,
        keyword: None,
        keyword_number: None,
        keyword_regex: None,
        ..SPLUNK.ops
    },
    sql: Some(BESIDES),
    hooks: Hooks {
        leaf: Some(leaf),
        before: None,
        finish: select,
    },
    pipelines: NO_PIPELINES,
};

const BESIDES: Sql = Sql {
    forms: &[],
    longest: None,
    typed: false,
    variables: false,
    glob: LIKE,
    like_also: "",
    beyond_ascii: None,
    regex: regex::as_written,
    group: None,
    nested: None,
    timeline: None,
};

/// The strings of a language with an `ILIKE` that takes any case.
const ILIKE: Text = Text {
    equals: Some("{field} ILIKE '{like}' ESCAPE '\\'"),
    starts: Some("{field} ILIKE '{like}%' ESCAPE '\\'"),
    ends: Some("{field} ILIKE '%{like}' ESCAPE '\\'"),
    contains: Some("{field} ILIKE '%{like}%' ESCAPE '\\'"),
    like: Some("{field} ILIKE '{like}' ESCAPE '\\'"),
    ..NO_TEXT
};

/// The strings of a language whose `LIKE` minds case.
const CASED_LIKE: Text = Text {
    equals: Some("{field}={value}"),
    starts: Some("{field} LIKE '{like}%' ESCAPE '\\'"),
    ends: Some("{field} LIKE '%{like}' ESCAPE '\\'"),
    contains: Some("{field} LIKE '%{like}%' ESCAPE '\\'"),
    like: Some("{field} LIKE '{like}' ESCAPE '\\'"),
    ..NO_TEXT
};

/// `SELECT * FROM logs WHERE …`; a pipeline names another table.
fn select(rule: &Rule, query: &str, _: &[Deferred]) -> Result<String, Unsupported> {
    let table = rule.state.get("table").and_then(|table| table.as_str());
    Ok(format!(
        "SELECT * FROM {} WHERE {query}",
        table.unwrap_or("logs")
    ))
}

/// One question.
fn leaf(printer: &Printer<'_>, leaf: &Leaf) -> Option<Result<Piece, Unsupported>> {
    let networks = printer.dialect.ops.cidr.is_some();
    match leaf.value {
        Written::AnyOf(_) => return None,
        Written::Cidr(_) if !networks => return None,
        _ => {}
    }
    Some(match printer.dialect.sql.and_then(|sql| sql.nested) {
        Some(_) => in_json(printer, leaf).map(Piece::Text),
        None => in_column(printer, leaf).map(Piece::Text),
    })
}

fn in_column(printer: &Printer<'_>, leaf: &Leaf) -> Result<String, Unsupported> {
    let ops = &printer.dialect.ops;
    match (&leaf.field, &leaf.value) {
        (Some(name), _) => predicate(printer, &printer.field(name), leaf),
        // The column with the whole line stands in for all values.
        (None, value) => match ops.keyword {
            Some(template) if template.contains("{value}") => {
                let pattern = match value {
                    Written::Text { pattern, .. } => pattern,
                    Written::Number(n) => &Pattern::literal(n.to_string()),
                    _ => return Err(printer.cannot(leaf.span, "keywords like this")),
                };
                let value = printer.string(pattern, leaf.span)?;
                Ok(fill(template, &[("value", &value)]))
            }
            Some(column) => predicate(printer, column, &contained(printer, leaf, value)?),
            None => Err(printer.cannot(
                leaf.span,
                "keywords over columns, of which it does not know which there are",
            )),
        },
    }
}

/// A keyword is contained in a value.
fn contained(printer: &Printer<'_>, leaf: &Leaf, value: &Written) -> Result<Leaf, Unsupported> {
    let many = || std::iter::once(Part::Many);
    let around = |pattern: Pattern, cased: bool| Written::Text {
        pattern: Pattern::from_parts(many().chain(pattern.parts().iter().cloned()).chain(many())),
        cased,
    };
    let value = match value {
        Written::Text { pattern, cased } => {
            let ends = pattern::ends(pattern);
            if ends.start != ends.end {
                return Err(printer.cannot(
                    leaf.span,
                    "a keyword that is open at one end, which may mean the start of a value or a part of it",
                ));
            }
            match ends.start {
                true => value.clone(),
                false => around(pattern.clone(), *cased),
            }
        }
        Written::Number(n) => around(Pattern::literal(n.to_string()), false),
        Written::Bool(b) => around(Pattern::literal(b.to_string()), false),
        Written::Regex(..) => value.clone(),
        _ => return Err(printer.cannot(leaf.span, "keywords like this")),
    };
    Ok(Leaf {
        value,
        ..leaf.clone()
    })
}

/// Several questions of one field as one question of its values.
fn grouped_in_json(
    printer: &Printer<'_>,
    link: Link,
    parts: &[Query],
) -> Option<Result<String, Unsupported>> {
    let first = match parts.first()? {
        Query::Leaf(leaf) => leaf,
        _ => return None,
    };
    let mut leaves = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Query::Leaf(leaf) if leaf.field == first.field && of_one_value(&leaf.value) => {
                leaves.push(leaf);
            }
            _ => return None,
        }
    }
    (link == Link::Or).then(|| any_of(printer, &leaves))
}

/// Whether a question is answered by one value, without the others.
fn of_one_value(value: &Written) -> bool {
    match value {
        Written::Null | Written::Exists(_) | Written::FieldRef { .. } => false,
        Written::AnyOf(each) => each.iter().all(of_one_value),
        _ => true,
    }
}

/// One of the values a field name reaches answers one of the questions.
fn any_of(printer: &Printer<'_>, leaves: &[&Leaf]) -> Result<String, Unsupported> {
    let Some(nested) = printer.dialect.sql.and_then(|sql| sql.nested) else {
        return Ok(String::new());
    };
    let mut predicates = Vec::new();
    let mut left: Vec<Leaf> = leaves.iter().rev().map(|leaf| (*leaf).clone()).collect();
    while let Some(leaf) = left.pop() {
        match &leaf.value {
            Written::AnyOf(each) => left.extend(each.iter().rev().map(|value| Leaf {
                value: value.clone(),
                ..leaf.clone()
            })),
            value => predicates.push(match leaf.field {
                Some(_) => predicate(printer, "v", &leaf)?,
                None => predicate(printer, "v", &contained(printer, &leaf, value)?)?,
            }),
        }
    }
    let values = match leaves.first().and_then(|leaf| leaf.field.as_ref()) {
        Some(name) => fill(nested.values, &[("name", &literal(printer, name))]),
        None => nested.every.to_owned(),
    };
    let all = match predicates.len() {
        1 => predicates.pop().unwrap_or_default(),
        _ => {
            let most = printer.dialect.sql.and_then(|sql| sql.longest);
            let few = printer.few(predicates, " OR ", most.unwrap_or(usize::MAX));
            few.join(" OR ")
        }
    };
    Ok(fill(
        nested.any,
        &[("values", &values), ("predicate", &all)],
    ))
}

fn in_json(printer: &Printer<'_>, leaf: &Leaf) -> Result<String, Unsupported> {
    let Some(nested) = printer.dialect.sql.and_then(|sql| sql.nested) else {
        return Ok(String::new());
    };
    let named = |template: &str, name: &str| fill(template, &[("name", &literal(printer, name))]);
    let Some(name) = &leaf.field else {
        return any_of(printer, &[leaf]);
    };
    let exists = |values: &str, predicate: &str| {
        fill(nested.any, &[("values", values), ("predicate", predicate)])
    };
    match &leaf.value {
        Written::Null => Ok(format!(
            "NOT {}",
            exists(&named(nested.values, name), "v IS NOT NULL")
        )),
        Written::Exists(wanted) => {
            let not = if *wanted { "" } else { "NOT " };
            let there = fill(
                nested.any,
                &[
                    ("values", &named(nested.anything, name)),
                    ("predicate", "1=1"),
                ],
            );
            Ok(format!("{not}{there}"))
        }
        Written::FieldRef { name: other, .. } => Ok(fill(
            nested.pair,
            &[
                ("values", &named(nested.values, name)),
                ("others", &named(nested.values, other)),
                ("predicate", &reference(printer, leaf, "v", "w")?),
            ],
        )),
        _ => any_of(printer, &[leaf]),
    }
}

/// A question of a column or of one value.
fn predicate(printer: &Printer<'_>, field: &str, leaf: &Leaf) -> Result<String, Unsupported> {
    let ops = &printer.dialect.ops;
    let span = leaf.span;
    let filled = |template: Option<&'static str>, what: &str, values: &[(&str, &str)]| {
        let template = template.ok_or_else(|| printer.cannot(span, what))?;
        let mut all = vec![("field", field)];
        all.extend_from_slice(values);
        Ok(fill(template, &all))
    };
    match &leaf.value {
        Written::Text { pattern, cased } => text(printer, field, pattern, *cased, span),
        Written::Number(n) => {
            let number = whole(printer, n, span)?;
            filled(ops.number, "numbers", &[("value", &number)])
        }
        Written::Bool(b) => {
            let value = b.to_string();
            let number = u8::from(*b).to_string();
            filled(
                ops.bool,
                "truth values",
                &[("value", &value), ("number", &number)],
            )
        }
        Written::Null => filled(ops.null, "fields without a value", &[]),
        Written::Exists(true) => filled(ops.exists, "`exists`", &[]),
        Written::Exists(false) => filled(ops.missing, "`exists`", &[]),
        Written::Regex(regex, anchor) => {
            let anchored = regex::anchored(regex, *anchor);
            let spelled = printer.dialect.sql.and_then(|sql| (sql.regex)(&anchored));
            let spelled = spelled.ok_or_else(|| {
                printer.cannot(span, "this regular expression (look-around and the like)")
            })?;
            let regex = inside(printer, &spelled);
            filled(ops.regex, "regular expressions", &[("regex", &regex)])
        }
        Written::Cidr(network) => {
            let regex = cidr::regex(network)
                .ok_or_else(|| printer.cannot(span, "a network that holds IPv4 and IPv6"))?;
            filled(
                ops.cidr,
                "networks",
                &[
                    ("network", &network.to_string()),
                    (
                        "addresses",
                        &inside(printer, regex.trim_matches(['^', '$'])),
                    ),
                    ("regex", &inside(printer, &regex)),
                ],
            )
        }
        Written::Compare(comparison, n) => compare(printer, field, *comparison, n, span),
        Written::FieldRef { name, .. } => reference(printer, leaf, field, &printer.field(name)),
        Written::Time(..) => Err(printer.cannot(span, "parts of times as Sigma means them")),
        Written::Expression(text) => Ok(fill(text, &[("field", field)])),
        Written::AnyOf(_) => Err(printer.cannot(span, "variants here")),
    }
}

fn compare(
    printer: &Printer<'_>,
    field: &str,
    comparison: Comparison,
    number: &Number,
    span: Span,
) -> Result<String, Unsupported> {
    let template = printer.dialect.ops.compare;
    let template = template.ok_or_else(|| printer.cannot(span, "comparisons"))?;
    let sign = (printer.dialect.ops.comparisons)(comparison);
    let value = whole(printer, number, span)?;
    Ok(fill(
        template,
        &[("field", field), ("op", sign), ("value", &value)],
    ))
}

/// A number that every database holds exactly as it stands.
fn whole(printer: &Printer<'_>, number: &Number, span: Span) -> Result<String, Unsupported> {
    let spelled = number.to_string();
    let fits = match number {
        Number::Int(n) => i64::try_from(*n).is_ok(),
        Number::Float(_) => spelled.len() <= 16 && !spelled.contains(['e', 'E']),
        #[allow(
            unreachable_patterns,
            reason = "other kinds of number are not compared"
        )]
        _ => false,
    };
    match fits {
        true => Ok(spelled),
        false => Err(printer.cannot(span, "a number of so many digits exactly")),
    }
}

fn reference(
    printer: &Printer<'_>,
    leaf: &Leaf,
    field: &str,
    other: &str,
) -> Result<String, Unsupported> {
    let Written::FieldRef { anchor, cased, .. } = &leaf.value else {
        return Ok(String::new());
    };
    let template = printer.reference(*anchor, *cased, leaf.span)?;
    Ok(fill(template, &[("field", field), ("other", other)]))
}

/// A string question.
fn text(
    printer: &Printer<'_>,
    field: &str,
    pattern: &Pattern,
    cased: bool,
    span: Span,
) -> Result<String, Unsupported> {
    let Some(sql) = printer.dialect.sql else {
        return Ok(String::new());
    };
    if let (Some(template), false, true) = (sql.beyond_ascii, cased, has_foreign_letters(pattern)) {
        let regex = inside(printer, &pattern::regex(pattern, ""));
        return Ok(fill(template, &[("field", field), ("regex", &regex)]));
    }
    let (ops, wild, what) = match cased {
        false => (&printer.dialect.ops.text, &LIKE, "strings"),
        true => (
            &printer.dialect.ops.cased,
            &sql.glob,
            "strings whose case counts (`cased`)",
        ),
    };
    let ends = pattern::ends(pattern);
    let tries = [
        (ops.starts, ends.end, pattern::without(pattern, false, true)),
        (ops.ends, ends.start, pattern::without(pattern, true, false)),
        (
            ops.contains,
            ends.start && ends.end && !ends.lone,
            pattern::without(pattern, true, true),
        ),
    ];
    let special = tries.into_iter().find(|(template, open, rest)| {
        template.is_some() && *open && !pattern::has_wildcards(rest)
    });
    let as_pattern = pattern::has_wildcards(pattern) || has_any(pattern, sql.like_also);
    let (template, rest) = match special {
        Some((template, _, rest)) => (template, rest),
        None if as_pattern && ops.like.is_some() => (ops.like, pattern.clone()),
        None => (ops.equals, pattern.clone()),
    };
    let template = template.ok_or_else(|| printer.cannot(span, what))?;
    let folds = match has_any_letter(&rest) {
        true => " COLLATE NOCASE",
        false => "",
    };
    let plain = rest.as_literal().unwrap_or_default();
    Ok(fill(
        template,
        &[
            ("field", field),
            ("nocase", folds),
            ("value", &literal(printer, plain)),
            (
                "like",
                &inside(printer, &wildcards(printer, &rest, wild, span)?),
            ),
            (
                "glob",
                &inside(printer, &wildcards(printer, &rest, wild, span)?),
            ),
            ("regex", &inside(printer, &pattern::regex(&rest, ""))),
        ],
    ))
}

fn has_any(pattern: &Pattern, of: &str) -> bool {
    let texts = pattern.parts().iter();
    texts
        .into_iter()
        .any(|part| matches!(part, Part::Text(text) if text.contains(|c| of.contains(c))))
}

fn has_any_letter(pattern: &Pattern) -> bool {
    let letters = |part: &Part| matches!(part, Part::Text(text) if text.contains(|c: char| c.is_ascii_alphabetic()));
    pattern.parts().iter().any(letters)
}

/// Whether a letter beyond ASCII has another case.
fn has_foreign_letters(pattern: &Pattern) -> bool {
    let cased =
        |c: char| !c.is_ascii() && (c.is_lowercase() || c.is_uppercase() || c.is_alphabetic());
    let letters = |part: &Part| matches!(part, Part::Text(text) if text.contains(cased));
    pattern.parts().iter().any(letters)
}

/// A pattern with the signs of `LIKE` or `GLOB`.
fn wildcards(
    printer: &Printer<'_>,
    pattern: &Pattern,
    wild: &Wild,
    span: Span,
) -> Result<String, Unsupported> {
    let mut spelled = String::new();
    for part in pattern.parts() {
        match part {
            Part::Many => spelled.push_str(wild.many),
            Part::One => spelled.push_str(wild.one),
            Part::Dash(dash) => spelled.push(*dash),
            Part::Placeholder(_) => {
                // says which
                printer.string(pattern, span)?;
            }
            Part::Text(text) => {
                for c in text.chars() {
                    let (before, after) = match wild.escaped.contains(c) {
                        true => wild.escape,
                        false => ("", ""),
                    };
                    spelled.push_str(before);
                    spelled.push(c);
                    spelled.push_str(after);
                }
            }
        }
    }
    Ok(spelled)
}

/// A string in its quotes.
pub(crate) fn literal(printer: &Printer<'_>, text: &str) -> String {
    format!("'{}'", inside(printer, text))
}

/// A string as it stands between quotes.
fn inside(printer: &Printer<'_>, text: &str) -> String {
    let strings = &printer.dialect.strings;
    let variables = printer.dialect.sql.is_some_and(|sql| sql.variables);
    let mut spelled = String::with_capacity(text.len());
    for c in text.chars() {
        if variables && c == '{' && spelled.ends_with('$') {
            spelled.push('\\');
        }
        if c == '\'' || strings.escaped.contains(c) {
            spelled.push_str(match c {
                '\'' => strings.escape,
                _ => "\\",
            });
        }
        spelled.push(c);
    }
    spelled
}
