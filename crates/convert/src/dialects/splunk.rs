//! Splunk's search language, SPL.
//!
//! <https://docs.splunk.com/Documentation/Splunk/latest/Search/Aboutthesearchlanguage>

mod commands;
mod formats;

use crate::dialect::{
    ANY, Dialect, Fields, Format, GLOB, Hooks, Link, Logic, NO_OPS, NO_PIPELINES, NO_TEXT, Ops,
    Regexes, Strings, Text,
};
use sigwright_ir::pred::Comparison;

/// Splunk.
pub const SPLUNK: Dialect = Dialect {
    name: "splunk",
    title: "Splunk SPL",
    formats: &[
        Format {
            name: "default",
            title: "plain searches",
            longest: None,
            query: formats::search,
            output: |queries| queries.join("\n"),
        },
        Format {
            name: "savedsearches",
            title: "a `savedsearches.conf`",
            longest: None,
            query: formats::saved_search,
            output: formats::saved_searches,
        },
        Format {
            name: "data_model",
            title: "searches of accelerated data models (`tstats`)",
            longest: None,
            query: formats::data_model,
            output: |queries| queries.join("\n"),
        },
    ],
    logic: Logic {
        and: " ",
        or: " OR ",
        not: "NOT ",
        negated: None,
        unknown: None,
        // OR binds more than the blank between terms
        opposite: None,
        every_not: false,
        strengths: [Link::Not, Link::Or, Link::And],
        every_group: false,
        group: ("(", ")"),
    },
    fields: Fields {
        own: None,
        quote: "\"",
        needs_quotes: |name| {
            !name
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
        },
        escape: "\\",
        escaped: |_| false,
    },
    strings: Strings {
        quote: "\"",
        needs_quotes: |_| true,
        needs_quotes_in_lists: |_| true,
        escape: "\\",
        escaped: "\\",
        escaped_in_quotes: None,
        many: Some("*"),
        one: Some("*"),
        bare: None,
        named: &[],
        like: GLOB,
        bools: Some(("true", "false")),
    },
    ops: Ops {
        text: Text {
            equals: Some("{field}={value}"),
            one_of: Some("{field} IN ({list})"),
            ..NO_TEXT
        },
        number: Some("{field}={value}"),
        bool: Some("{field}={value}"),
        null: Some("NOT {field}=*"),
        exists: Some("{field}=*"),
        missing: Some("NOT {field}=*"),
        regexes: Regexes {
            escaped: &["\""],
            escape_itself: true,
            flags_in_front: true,
            ..NO_OPS.regexes
        },
        cidr: Some("{field}=\"{network}\""),
        compare: Some("{field}{op}{value}"),
        comparisons,
        listed: ANY,
        keyword: Some("{value}"),
        keyword_number: Some("{value}"),
        ..NO_OPS
    },
    sql: None,
    hooks: Hooks {
        leaf: Some(commands::question),
        before: Some(commands::apart),
        finish: commands::finish,
    },
    pipelines: NO_PIPELINES,
};

/// The usual signs.
pub fn comparisons(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Lt => "<",
        Comparison::Lte => "<=",
        Comparison::Gt => ">",
        Comparison::Gte => ">=",
        Comparison::Eq => "=",
        Comparison::Neq => "!=",
    }
}
