//! EQL, the event query language of Elasticsearch.
//!
//! <https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax>: `:` and `like~` are for
//! strings alone and know wildcards, numbers take `==` and `in`; no escape makes a `*` plain;
//! names with a hyphen stand between backticks.

use super::{elastic, lucene};
use crate::dialect::{
    ANY, C_ESCAPES, Dialect, Fields, Format, GLOB, Hooks, Link, Logic, NO_OPS, NO_PIPELINES,
    NO_TEXT, Ops, PLAIN_QUERIES, Printed, Regexes, Strings, Text,
};
use crate::print::{Piece, Printer, fill};
use crate::query::Leaf;
use crate::{lucene_regex, python_json};
use serde_json::json;
use sigwright_ir::Written;
use std::net::IpAddr;

/// <https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax#eql-syntax-escape-field-name>
const KEYWORDS: &str =
    "and any by false in join like maxspan not null of or regex sequence true until where with";

/// EQL.
pub const EQL: Dialect = Dialect {
    name: "eql",
    title: "Elasticsearch EQL",
    formats: &[
        PLAIN_QUERIES,
        Format {
            name: "eqlapi",
            title: "bodies for `/_eql/search`",
            query: |_, _, query| Ok(python_json(&json!({"query": query}))),
            ..PLAIN_QUERIES
        },
        Format {
            name: "siem_rule",
            title: "detection rules for Kibana's API",
            query: |rule, _, query| elastic::rule(rule, &elastic::Language::EQL, &query),
            ..PLAIN_QUERIES
        },
        Format {
            name: "siem_rule_ndjson",
            title: "detection rules to import into Kibana",
            query: |rule, _, query| elastic::import(rule, &elastic::Language::EQL, &query),
            ..PLAIN_QUERIES
        },
    ],
    logic: Logic {
        and: " and ",
        or: " or ",
        not: "not ",
        negated: None,
        unknown: None,
        opposite: None,
        every_not: false,
        strengths: [Link::Not, Link::Or, Link::And],
        every_group: true,
        group: ("(", ")"),
    },
    fields: Fields {
        own: None,
        quote: "`",
        needs_quotes: |name| {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '@');
            let keyword = |part: &str| KEYWORDS.split(' ').any(|word| word == part);
            !name.chars().all(plain)
                || name.starts_with(|c: char| c.is_ascii_digit())
                || name.split('.').any(keyword)
        },
        escape: "`",
        escaped: |_| false,
    },
    strings: Strings {
        quote: "\"",
        needs_quotes: ANY,
        needs_quotes_in_lists: ANY,
        escape: "\\",
        escaped: "\\",
        escaped_in_quotes: None,
        many: Some("*"),
        one: Some("?"),
        bare: None,
        named: C_ESCAPES,
        like: GLOB,
        bools: Some(("true", "false")),
    },
    ops: Ops {
        text: Text {
            equals: Some("{field}:{value}"),
            one_of: Some("{field} like~ ({list})"),
            signs: Some("{field} regex~ \"{regex}\""),
            ..NO_TEXT
        },
        cased: Text {
            equals: Some("{field} == {value}"),
            like: Some("{field} like {value}"),
            one_of: Some("{field} like ({list})"),
            signs: Some("{field} regex \"{regex}\""),
            ..NO_TEXT
        },
        number: Some("{field} == {value}"),
        bool: Some("{field} == {value}"),
        null: Some("?{field} == null"),
        null_grouped: true,
        exists: Some("?{field} != null"),
        missing: Some("?{field} == null"),
        regex: Some("{field} regex \"{regex}\""),
        regexes: Regexes {
            escaped: &["\""],
            escape_itself: true,
            named: C_ESCAPES,
            also: "\"@<>",
            rewrite: Some(lucene_regex::rewrite),
            ..NO_OPS.regexes
        },
        cidr: Some("cidrMatch({field}, \"{network}\")"),
        compare: Some("{field} {op} {value}"),
        // one field cannot be compared with another
        one_of_numbers: Some("{field} in ({list})"),
        listed: ANY,
        list_variants: true,
        ..NO_OPS
    },
    sql: None,
    hooks: Hooks {
        leaf: Some(exact),
        before: Some(lucene::existing),
        finish: |_, query, _| Ok(format!("any where {query}")),
    },
    pipelines: NO_PIPELINES,
};

/// Empty texts, and addresses: fields of those know no `:`.
fn exact(printer: &Printer<'_>, leaf: &Leaf) -> Option<Printed> {
    let (Some(field), Written::Text { pattern, .. }) = (&leaf.field, &leaf.value) else {
        return None;
    };
    let text = pattern.as_literal()?;
    if !text.is_empty() && text.parse::<IpAddr>().is_err() {
        return None;
    }
    let field = printer.field(field);
    Some(printer.string(pattern, leaf.span).map(|value| {
        Piece::Text(fill(
            "{field}=={value}",
            &[("field", &field), ("value", &value)],
        ))
    }))
}
