//! Quickwit's query language.
//!
//! <https://quickwit.io/docs/reference/query-language>: what stands in quotes is a phrase without
//! wildcards; what does not has its special characters escaped; a set holds tokens, not phrases;
//! NOT binds to the next clause only. Regular expressions and wildcards anywhere came with
//! version 0.9. Whether case counts is up to the tokenizer of a field: it does for `raw`.

use crate::dialect::{
    Dialect, Fields, GLOB, Hooks, Link, Logic, NO_OPS, NO_PIPELINES, NO_TEXT, Ops, PLAIN,
    PLAIN_QUERIES, Regexes, Strings, Text,
};
use crate::lucene_regex;
use sigwright_syntax::pattern::Pattern;

/// Quickwit.
pub const QUICKWIT: Dialect = Dialect {
    name: "quickwit",
    title: "Quickwit",
    formats: &[PLAIN_QUERIES],
    logic: Logic {
        and: " AND ",
        or: " OR ",
        not: "NOT ",
        negated: None,
        unknown: None,
        opposite: None,
        every_not: false,
        strengths: [Link::Not, Link::And, Link::Or],
        every_group: false,
        group: ("(", ")"),
    },
    fields: Fields {
        own: None,
        quote: "",
        needs_quotes: |_| false,
        escape: "\\",
        escaped: |c| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '@' | '/' | '$')),
    },
    strings: Strings {
        quote: "\"",
        needs_quotes: PLAIN,
        needs_quotes_in_lists: |_| false,
        escape: "\\",
        escaped: "+-^`:{}\"'[]()~!\\*?/<>= ",
        escaped_in_quotes: Some("\\"),
        many: Some("*"),
        one: Some("?"),
        bare: None,
        named: &[],
        like: GLOB,
        bools: Some(("true", "false")),
    },
    ops: Ops {
        text: Text {
            equals: Some("{field}:{value}"),
            one_of: Some("{field}:IN [{list}]"),
            ..NO_TEXT
        },
        number: Some("{field}:{value}"),
        bool: Some("{field}:{value}"),
        null: Some("NOT {field}:*"),
        exists: Some("{field}:*"),
        missing: Some("NOT {field}:*"),
        regex: Some("{field}:/{regex}/"),
        regexes: Regexes {
            escaped: &["/"],
            rewrite: Some(lucene_regex::rewrite),
            ..NO_OPS.regexes
        },
        cidr: Some("{field}:[{address} TO {last}]"),
        compare: Some("{field}:{op}{value}"),
        list_grouped: false,
        list: " ",
        listed: is_token,
        ..NO_OPS
    },
    sql: None,
    hooks: Hooks {
        leaf: None,
        before: None,
        finish: |_, query, _| Ok(query.to_owned()),
    },
    pipelines: NO_PIPELINES,
};

/// A single token, whatever the tokenizer.
fn is_token(pattern: &Pattern) -> bool {
    let token = |text: &str| !text.is_empty() && text.chars().all(char::is_alphanumeric);
    pattern.as_literal().is_some_and(token)
}
