//! Lucene's query strings, as Elasticsearch and OpenSearch read them.
//!
//! <https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-query-string-query#query-string-syntax>
//!
//! Whether case counts is up to the mapping of a field: it does for `keyword` without a
//! normalizer, it does not for `text` and `wildcard` with one that lowers.

use super::elastic;
use crate::dialect::{
    ANY, Dialect, Fields, Format, GLOB, Hooks, Link, Logic, NO_PIPELINES, NO_TEXT, Ops, Regexes,
    Strings, Text,
};
use crate::lucene_regex;
use crate::query::{Leaf, Query};
use sigwright_ir::Written;
use sigwright_ir::pred::Comparison;
use sigwright_syntax::pattern::Pattern;

/// Elasticsearch.
pub const LUCENE: Dialect = Dialect {
    name: "lucene",
    title: "Elasticsearch Lucene",
    formats: &[
        Format {
            name: "default",
            title: "plain query strings",
            longest: None,
            query: |_, _, query| Ok(query),
            output: |queries| queries.join("\n"),
        },
        Format {
            name: "kibana_ndjson",
            title: "saved searches to import into Kibana",
            longest: None,
            query: elastic::saved_search,
            output: |queries| queries.join("\n"),
        },
        Format {
            name: "dsl_lucene",
            title: "query strings inside Elasticsearch's query DSL",
            longest: None,
            query: elastic::dsl,
            output: |queries| queries.join("\n"),
        },
        Format {
            name: "siem_rule",
            title: "detection rules for Kibana's API",
            longest: None,
            query: |rule, _, query| elastic::rule(rule, &elastic::Language::LUCENE, &query),
            output: |queries| queries.join("\n"),
        },
        Format {
            name: "siem_rule_ndjson",
            title: "detection rules to import into Kibana",
            longest: None,
            query: |rule, _, query| elastic::import(rule, &elastic::Language::LUCENE, &query),
            output: |queries| queries.join("\n"),
        },
    ],
    logic: Logic {
        and: " AND ",
        or: " OR ",
        not: "NOT ",
        negated: None,
        opposite: None,
        every_not: false,
        strengths: [Link::Not, Link::Or, Link::And],
        // the classic parser has no precedence to rely on
        every_group: true,
        group: ("(", ")"),
    },
    fields: Fields {
        own: None,
        quote: "",
        needs_quotes: |_| false,
        escape: "\\",
        escaped: |c| c.is_whitespace() || c == '*',
    },
    strings: Strings {
        quote: "\"",
        // a phrase holds words together; wildcards are none in it
        needs_quotes: is_phrase,
        needs_quotes_in_lists: is_phrase,
        escape: "\\",
        escaped: "+-=&|!(){}[]<>^\"~*?:\\/ ",
        escaped_in_quotes: Some("+-=&|!(){}[]<>^\"~*?:\\/"),
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
            one_of: Some("{field}:({list})"),
            ..NO_TEXT
        },
        cased: NO_TEXT,
        number: Some("{field}:{bare}"),
        bool: Some("{field}:{value}"),
        null: Some("NOT _exists_:{field}"),
        null_grouped: true,
        exists: Some("_exists_:{field}"),
        missing: None,
        regex: Some("{field}:/{regex}/"),
        regexes: Regexes {
            escape: "\\",
            escaped: &["/"],
            escape_itself: false,
            named: &[],
            flags_in_front: false,
            also: "",
            rewrite: Some(lucene_regex::rewrite),
        },
        cidr: Some("{field}:{bare}"),
        compare: Some("{field}:{op}{bare}"),
        comparisons: signs,
        field_equals: None,
        field_starts: None,
        field_ends: None,
        field_contains: None,
        one_of_numbers: None,
        all_of: None,
        list_grouped: true,
        list: " OR ",
        listed: ANY,
        list_aside: false,
        list_variants: true,
        keyword: Some("*{bare}*"),
        keyword_number: Some("{value}"),
        keyword_regex: None,
    },
    sql: None,
    hooks: Hooks {
        leaf: None,
        before: Some(existing),
        finish: |_, query, _| Ok(query.to_owned()),
    },
    pipelines: NO_PIPELINES,
};

fn is_phrase(pattern: &Pattern) -> bool {
    let literal = pattern.as_literal();
    literal.is_some_and(|text| text.is_empty() || text.contains(' '))
}

fn signs(comparison: Comparison) -> &'static str {
    super::splunk::comparisons(comparison)
}

/// "Not without a value" as "with a value".
pub fn existing(query: Query) -> Query {
    match query {
        Query::And(parts) => Query::And(parts.into_iter().map(existing).collect()),
        Query::Or(parts) => Query::Or(parts.into_iter().map(existing).collect()),
        Query::Not(part) => match *part {
            Query::Leaf(Leaf {
                field,
                value: Written::Null | Written::Exists(false),
                span,
            }) => Query::Leaf(Leaf {
                field,
                value: Written::Exists(true),
                span,
            }),
            part => Query::Not(Box::new(existing(part))),
        },
        leaf => leaf,
    }
}

/// OpenSearch, which reads the same query strings.
pub const OPENSEARCH: Dialect = Dialect {
    name: "opensearch_lucene",
    title: "OpenSearch Lucene",
    formats: &[
        Format {
            name: "default",
            title: "plain query strings",
            longest: None,
            query: |_, _, query| Ok(query),
            output: |queries| queries.join("\n"),
        },
        Format {
            name: "dashboards_ndjson",
            title: "saved searches to import into OpenSearch Dashboards",
            longest: None,
            query: elastic::saved_search,
            output: |queries| queries.join("\n"),
        },
        Format {
            name: "monitor_rule",
            title: "monitors of OpenSearch's alerting",
            longest: None,
            query: elastic::monitor,
            output: |queries| queries.join("\n"),
        },
        Format {
            name: "dsl_lucene",
            title: "query strings inside OpenSearch's query DSL",
            longest: None,
            query: elastic::dsl,
            output: |queries| queries.join("\n"),
        },
    ],
    ..LUCENE
};
