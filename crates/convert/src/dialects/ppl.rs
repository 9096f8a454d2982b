//! PPL, the piped language of OpenSearch.
//!
//! <https://docs.opensearch.org/latest/sql-and-ppl/ppl/functions/string/>: `=` and `in` compare
//! with case, and whether `LIKE` does is a setting, so both sides are lowered; a backslash stands
//! twice in a string, and a pattern is escaped inside it, too. `regexp_match` searches, in Java's
//! dialect. What is asked of a field that is not there is null, and so is its negation, which
//! `coalesce` makes true.

use crate::dialect::{
    ANY, Dialect, Fields, Hooks, Link, Logic, NO_OPS, NO_PIPELINES, NO_TEXT, Ops, PLAIN_QUERIES,
    Regexes, SQL_LIKE, Strings, Text,
};
use crate::pattern;
use crate::rule::Rule;
use serde_json::Value as Json;

/// Words of expressions.
/// <https://docs.opensearch.org/latest/sql-and-ppl/ppl/identifiers/>
const KEYWORDS: &str =
    "and as between by case else exists false in is like not null or regexp span true where xor";

/// PPL.
pub const PPL: Dialect = Dialect {
    name: "opensearch_ppl",
    title: "OpenSearch PPL",
    formats: &[PLAIN_QUERIES],
    logic: Logic {
        and: " AND ",
        or: " OR ",
        not: "NOT ",
        negated: Some("NOT coalesce({part}, false)"),
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
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
            !name.chars().all(plain)
                || name.starts_with(|c: char| c.is_ascii_digit())
                || KEYWORDS
                    .split(' ')
                    .any(|word| word.eq_ignore_ascii_case(name))
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
        named: &[],
        like: SQL_LIKE,
        bools: Some(("true", "false")),
    },
    ops: Ops {
        text: Text {
            equals: Some("LOWER({field})={value}"),
            like: Some("LIKE(LOWER({field}), {like})"),
            one_of: Some("LOWER({field}) in ({list})"),
            lower: true,
            ..NO_TEXT
        },
        cased: Text {
            equals: Some("{field}={value}"),
            like: Some("LIKE({field}, {like}, true)"),
            one_of: Some("{field} in ({list})"),
            ..NO_TEXT
        },
        number: Some("{field}={value}"),
        bool: Some("{field}={value}"),
        null: Some("isnull({field})"),
        exists: Some("isnotnull({field})"),
        missing: Some("isnull({field})"),
        regex: Some("regexp_match({field}, '{regex}')"),
        regexes: Regexes {
            escaped: &["'"],
            escape_itself: true,
            rewrite: Some(pattern::flagged),
            ..NO_OPS.regexes
        },
        cidr: Some("cidrmatch({field}, \"{network}\")"),
        compare: Some("{field}{op}{value}"),
        field_equals: Some("LOWER({field})=LOWER({other})"),
        field_equals_cased: Some("{field}={other}"),
        one_of_numbers: Some("{field} in ({list})"),
        ..NO_OPS
    },
    sql: None,
    hooks: Hooks {
        leaf: None,
        before: None,
        finish: |rule, query, _| Ok(format!("source={} | where {query}", index(rule))),
    },
    pipelines: NO_PIPELINES,
};

/// Where a pipeline says the events are, or an index named after the log.
fn index(rule: &Rule) -> String {
    if let Some(index) = rule.state.get("index").and_then(Json::as_str) {
        return index.to_owned();
    }
    let log = &rule.logsource;
    let parts = [&log.product, &log.category, &log.service];
    let parts: Vec<&str> = parts
        .into_iter()
        .flatten()
        .map(|p| p.value.as_str())
        .collect();
    match parts.is_empty() {
        true => "*".to_owned(),
        false => format!("{}-*", parts.join("-")),
    }
}
