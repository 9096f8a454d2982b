//! ES|QL, the piped language of Elasticsearch.
//!
//! <https://www.elastic.co/docs/reference/query-languages/esql/esql-syntax>: strings are compared
//! with their case, so both sides are lowered; a pattern of `like` is escaped inside a string that
//! is escaped, too; `rlike` covers the whole value. What is asked of a field that is not there is
//! null, and so is its negation, which `coalesce` makes true.
//! A field with several values equals nothing; `mv_expand` before the query undoes that.

use super::elastic;
use crate::dialect::{
    ANY, C_ESCAPES, Dialect, Fields, Format, GLOB, Hooks, Link, Logic, NO_OPS, NO_PIPELINES,
    NO_TEXT, Ops, PLAIN_QUERIES, Regexes, Strings, Text,
};
use crate::lucene_regex;
use crate::rule::Rule;
use serde_json::Value as Json;

/// ES|QL.
pub const ESQL: Dialect = Dialect {
    name: "esql",
    title: "Elasticsearch ES|QL",
    formats: &[
        PLAIN_QUERIES,
        Format {
            name: "kibana_ndjson",
            title: "saved searches to import into Kibana",
            query: elastic::saved_esql,
            ..PLAIN_QUERIES
        },
        Format {
            name: "siem_rule",
            title: "detection rules for Kibana's API",
            query: |rule, _, query| elastic::rule(rule, &elastic::Language::ESQL, &query),
            ..PLAIN_QUERIES
        },
        Format {
            name: "siem_rule_ndjson",
            title: "detection rules to import into Kibana",
            query: |rule, _, query| elastic::import(rule, &elastic::Language::ESQL, &query),
            ..PLAIN_QUERIES
        },
    ],
    logic: Logic {
        and: " and ",
        or: " or ",
        not: "not ",
        negated: Some("not coalesce({part}, false)"),
        unknown: None,
        opposite: None,
        every_not: false,
        strengths: [Link::Not, Link::And, Link::Or],
        every_group: false,
        group: ("(", ")"),
    },
    fields: Fields {
        own: None,
        quote: "`",
        needs_quotes: |name| {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
            let part = |part: &str| {
                part.is_empty()
                    || part.starts_with(|c: char| c.is_ascii_digit())
                    || KEYWORDS
                        .split(' ')
                        .any(|word| word.eq_ignore_ascii_case(part))
            };
            !name.chars().all(plain) || name.split('.').any(part)
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
        many: None,
        one: None,
        bare: None,
        named: C_ESCAPES,
        like: GLOB,
        bools: Some(("true", "false")),
    },
    ops: Ops {
        text: Text {
            equals: Some("to_lower({field})=={value}"),
            starts: Some("starts_with(to_lower({field}), {value})"),
            ends: Some("ends_with(to_lower({field}), {value})"),
            like: Some("to_lower({field}) like {like}"),
            one_of: Some("to_lower({field}) in ({list})"),
            lower: true,
            ..NO_TEXT
        },
        cased: Text {
            equals: Some("{field}=={value}"),
            starts: Some("starts_with({field}, {value})"),
            ends: Some("ends_with({field}, {value})"),
            like: Some("{field} like {like}"),
            one_of: Some("{field} in ({list})"),
            ..NO_TEXT
        },
        number: Some("{field}=={value}"),
        bool: Some("{field}=={value}"),
        null: Some("{field} is null"),
        exists: Some("{field} is not null"),
        missing: Some("{field} is null"),
        regex: Some("{field} rlike \"{regex}\""),
        regexes: Regexes {
            escaped: &["\""],
            escape_itself: true,
            named: C_ESCAPES,
            also: "\"@<>",
            rewrite: Some(lucene_regex::rewrite),
            ..NO_OPS.regexes
        },
        cidr: Some("cidr_match({field}, \"{network}\")"),
        compare: Some("{field}{op}{value}"),
        field_equals: Some("to_lower({field})==to_lower({other})"),
        field_equals_cased: Some("{field}=={other}"),
        field_starts: Some("(starts_with(to_lower({field}), to_lower({other})) and {other}!=\"\")"),
        field_ends: Some("(ends_with(to_lower({field}), to_lower({other})) and {other}!=\"\")"),
        field_contains: Some(
            "(locate(to_lower({field}), to_lower({other})) > 0 and {other}!=\"\")",
        ),
        long_numbers: true,
        one_of_numbers: Some("{field} in ({list})"),
        ..NO_OPS
    },
    sql: None,
    hooks: Hooks {
        leaf: None,
        before: None,
        finish: |rule, query, _| Ok(format!("{} | where {query}", source(rule))),
    },
    pipelines: NO_PIPELINES,
};

/// Words of expressions, of the language's grammar: `Expression.g4` and its like in
/// `x-pack/plugin/esql/src/main/antlr` of <https://github.com/elastic/elasticsearch>.
const KEYWORDS: &str =
    "and as asc by desc false first in is last like not null nulls on or rlike true where with";

/// Where a pipeline says the events are, or everywhere.
fn source(rule: &Rule) -> String {
    let mut indices = Vec::new();
    names(rule.state.get("index"), &mut indices);
    indices.sort_unstable();
    indices.dedup();
    let index = match indices.is_empty() || indices.contains(&"*") {
        true => "*".to_owned(),
        false => indices.join(","),
    };
    let metadata = rule.state.get("metadata").and_then(Json::as_str);
    let metadata = metadata.unwrap_or("_id, _index, _version");
    format!("from {index} metadata {metadata}")
}

fn names<'j>(json: Option<&'j Json>, indices: &mut Vec<&'j str>) {
    match json {
        Some(Json::String(name)) => indices.push(name),
        Some(Json::Array(all)) => all.iter().for_each(|one| names(Some(one), indices)),
        _ => {}
    }
}
