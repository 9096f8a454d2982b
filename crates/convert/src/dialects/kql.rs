//! KQL, the query language of Kibana's search bars.
//!
//! <https://www.elastic.co/docs/reference/query-languages/kql>, and the grammar in Kibana's
//! `packages/kbn-es-query/grammar/grammar.peggy`: a value in quotes is a phrase without wildcards
//! (its only escapes are `\"`, `\\`, `\t`, `\r` and `\n`); one without quotes knows `*`, not `?`,
//! ends at ` and `, ` or ` and `not `, and loses the blanks around it. There are no regular
//! expressions. Whether case counts is up to the mapping of a field.

use super::{elastic, lucene};
use crate::dialect::{
    C_ESCAPES, Dialect, Fields, Format, GLOB, Hooks, Link, Logic, NO_OPS, NO_PIPELINES, NO_TEXT,
    Ops, PLAIN, PLAIN_QUERIES, Printed, Regexes, Strings, Text,
};
use crate::print::Printer;
use crate::query::Leaf;
use sigwright_ir::Written;
use sigwright_syntax::pattern::{Part, Pattern};

/// KQL.
pub const KQL: Dialect = Dialect {
    name: "kql",
    title: "Kibana KQL",
    formats: &[
        PLAIN_QUERIES,
        Format {
            name: "kibana_ndjson",
            title: "saved searches to import into Kibana",
            query: elastic::saved_search_in_kql,
            ..PLAIN_QUERIES
        },
        Format {
            name: "siem_rule",
            title: "detection rules for Kibana's API",
            query: |rule, _, query| elastic::rule(rule, &elastic::Language::KQL, &query),
            ..PLAIN_QUERIES
        },
        Format {
            name: "siem_rule_ndjson",
            title: "detection rules to import into Kibana",
            query: |rule, _, query| elastic::import(rule, &elastic::Language::KQL, &query),
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
        strengths: [Link::Not, Link::And, Link::Or],
        every_group: false,
        group: ("(", ")"),
    },
    fields: Fields {
        own: None,
        quote: "",
        needs_quotes: |_| false,
        escape: "\\",
        escaped: |c| SPECIAL.contains(c),
    },
    strings: Strings {
        quote: "\"",
        needs_quotes: PLAIN,
        needs_quotes_in_lists: PLAIN,
        escape: "\\",
        escaped: SPECIAL,
        escaped_in_quotes: Some("\\"),
        many: Some("*"),
        one: None,
        bare: Some(words),
        named: C_ESCAPES,
        like: GLOB,
        bools: Some(("true", "false")),
    },
    ops: Ops {
        text: Text {
            equals: Some("{field}: {value}"),
            one_of: Some("{field}: ({list})"),
            ..NO_TEXT
        },
        number: Some("{field}: {value}"),
        bool: Some("{field}: {value}"),
        null: Some("not {field}: *"),
        exists: Some("{field}: *"),
        missing: Some("not {field}: *"),
        regexes: Regexes { ..NO_OPS.regexes },
        // fields of addresses take networks
        cidr: Some("{field}: \"{network}\""),
        compare: Some("{field} {op} {value}"),
        list_grouped: false,
        list: " or ",
        listed: |pattern| !has_blank_ends(pattern),
        list_variants: true,
        keyword: Some("*{bare}*"),
        keyword_number: Some("{value}"),
        ..NO_OPS
    },
    sql: None,
    hooks: Hooks {
        leaf: Some(blanks),
        before: Some(lucene::existing),
        finish: |_, query, _| Ok(query.to_owned()),
    },
    pipelines: NO_PIPELINES,
};

/// Escaped outside of quotes.
const SPECIAL: &str = "\\():<>\"*{}";

/// A value without quotes whose ends are blanks: they would be lost.
fn blanks(printer: &Printer<'_>, leaf: &Leaf) -> Option<Printed> {
    match (&leaf.field, &leaf.value) {
        (Some(_), Written::Text { pattern, .. }) if has_blank_ends(pattern) => {
            let what = "a value with wildcards that begins or ends with a blank";
            Some(Err(printer.cannot(leaf.span, what)))
        }
        _ => None,
    }
}

fn has_blank_ends(pattern: &Pattern) -> bool {
    let text = |part: Option<&Part>| match part {
        Some(Part::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let first = text(pattern.parts().first());
    let last = text(pattern.parts().last());
    let blank = first.starts_with(char::is_whitespace) || last.ends_with(char::is_whitespace);
    blank && !PLAIN(pattern)
}

/// Operators inside a value without quotes, escaped. `\not` would be a line end and `ot`, so
/// that `n` is written by its number.
fn words(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut before = None;
    for (at, c) in text.char_indices() {
        let rest = text.get(at..).unwrap_or_default();
        let word = |word: &str| {
            let found = rest.get(..word.len());
            let after = rest.get(word.len()..).and_then(|rest| rest.chars().next());
            found.is_some_and(|found| found.eq_ignore_ascii_case(word))
                && after.is_some_and(is_blank)
        };
        if word("not") {
            escaped.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            if before.is_some_and(is_blank) && (word("or") || word("and")) {
                escaped.push('\\');
            }
            escaped.push(c);
        }
        before = Some(c);
    }
    escaped
}

/// What the grammar takes for a blank.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{a0}')
}
