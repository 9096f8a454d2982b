//! Columns of numbers and columns of text, for engines that do not compare the two.

use crate::query::{Leaf, Query};
use sigwright_ir::Written;
use sigwright_syntax::pattern::Pattern;
use std::collections::BTreeSet;

/// Numbers as texts, of fields that are asked for text as well: their columns hold text.
pub fn numbers_beside_text(query: Query) -> Query {
    let mut texts = BTreeSet::new();
    let mut left = vec![&query];
    while let Some(query) = left.pop() {
        match query {
            Query::And(parts) | Query::Or(parts) => left.extend(parts),
            Query::Not(part) => left.push(part),
            Query::Leaf(leaf) if leaf.is_of_text() => texts.extend(leaf.field.clone()),
            Query::Leaf(_) => {}
        }
    }
    match texts.is_empty() {
        true => query,
        false => as_text(query, &texts),
    }
}

fn as_text(query: Query, texts: &BTreeSet<String>) -> Query {
    let each = |parts: Vec<Query>| parts.into_iter().map(|part| as_text(part, texts)).collect();
    match query {
        Query::And(parts) => Query::And(each(parts)),
        Query::Or(parts) => Query::Or(each(parts)),
        Query::Not(part) => Query::Not(Box::new(as_text(*part, texts))),
        Query::Leaf(leaf) => Query::Leaf(match &leaf.value {
            Written::Number(n) if leaf.field.as_ref().is_some_and(|f| texts.contains(f)) => Leaf {
                value: Written::Text {
                    pattern: Pattern::literal(n.to_string()),
                    cased: true,
                },
                ..leaf
            },
            _ => leaf,
        }),
    }
}
