//! Lucene's query strings, as Elasticsearch and OpenSearch read them.
//!
//! <https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-query-string-query#query-string-syntax>
//!
//! Whether case counts is up to the mapping of a field: it does for `keyword` without a
//! normalizer, it does not for `text` and `wildcard` with one that lowers.

use super::elastic;
use crate::dialect::{
    ANY, Dialect, Fields, Format, GLOB, Hooks, Link, Logic, NO_OPS, NO_PIPELINES, NO_TEXT, Ops,
    PLAIN_QUERIES, Regexes, Strings, Text,
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
            title: "plain query strings",
            ..PLAIN_QUERIES
        },
        Format {
            name: "kibana_ndjson",
            title: "saved searches to import into Kibana",
            query: elastic::saved_search,
            ..PLAIN_QUERIES
        },
        Format {
            name: "dsl_lucene",
            title: "query strings inside Elasticsearch's query DSL",
            query: elastic::dsl,
            ..PLAIN_QUERIES
        },
        Format {
            name: "siem_rule",
            title: "detection rules for Kibana's API",
            query: |rule, _, query| elastic::rule(rule, &elastic::Language::LUCENE, &query),
            ..PLAIN_QUERIES
        },
        Format {
            name: "siem_rule_ndjson",
            title: "detection rules to import into Kibana",
            query: |rule, _, query| elastic::import(rule, &elastic::Language::LUCENE, &query),
            ..PLAIN_QUERIES
        },
    ],
    logic: Logic {
        and: " AND ",
        or: " OR ",
        not: "NOT ",
        negated: None,
        unknown: None,
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
        escaped: |c| c.is_whitespace() || "!():^[]\"{}~*?\\/".contains(c),
    },
    strings: Strings {
        quote: "\"",
        // a phrase holds words together; wildcards are none in it
        needs_quotes: is_phrase,
        needs_quotes_in_lists: is_phrase,
        escape: "\\",
        escaped: "+-=&|!(){}[]<>^\"~*?:\\/ \t\r\n",
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
        number: Some("{field}:{bare}"),
        bool: Some("{field}:{value}"),
        null: Some("NOT _exists_:{field}"),
        null_grouped: true,
        exists: Some("_exists_:{field}"),
        regex: Some("{field}:/{regex}/"),
        regexes: Regexes {
            escaped: &["/"],
            rewrite: Some(lucene_regex::rewrite),
            ..NO_OPS.regexes
        },
        cidr: Some("{field}:{bare}"),
        compare: Some("{field}:{op}{bare}"),
        comparisons: signs,
        list: " OR ",
        listed: ANY,
        list_variants: true,
        keyword: Some("*{bare}*"),
        keyword_number: Some("{value}"),
        ..NO_OPS
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
            title: "plain query strings",
            ..PLAIN_QUERIES
        },
        Format {
            name: "dashboards_ndjson",
            title: "saved searches to import into OpenSearch Dashboards",
            query: elastic::saved_search,
            ..PLAIN_QUERIES
        },
        Format {
            name: "monitor_rule",
            title: "monitors of OpenSearch's alerting",
            query: elastic::monitor,
            ..PLAIN_QUERIES
        },
        Format {
            name: "dsl_lucene",
            title: "query strings inside OpenSearch's query DSL",
            query: elastic::dsl,
            ..PLAIN_QUERIES
        },
    ],
    ..LUCENE
};
