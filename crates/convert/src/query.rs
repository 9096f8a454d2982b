//! A rule's logic for no language in particular.

use crate::rule::{Condition, Item, Rule, Search};
use crate::{Unsupported, keyword};
use sigwright_ir::Written;
use sigwright_syntax::{Span, Spanned};
use std::collections::VecDeque;

/// A boolean expression over fields and values, in the order and grouping of the rule.
#[derive(Debug, Clone, PartialEq)]
pub enum Query {
    /// All must hold; at least two.
    And(Vec<Query>),
    /// One must hold; at least two.
    Or(Vec<Query>),
    /// Must not hold.
    Not(Box<Query>),
    /// One question.
    Leaf(Leaf),
}

/// A value asked of a field, or of the whole event.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// None for a keyword.
    pub field: Option<String>,
    /// What is asked.
    pub value: Written,
    /// The value in the rule.
    pub span: Span,
}

impl Leaf {
    /// Whether it is asked of a text, and not of a number or of there being a value.
    pub fn is_of_text(&self) -> bool {
        fn of_text(value: &Written) -> bool {
            match value {
                Written::AnyOf(each) => each.iter().any(of_text),
                Written::Number(_) | Written::Null => false,
                Written::Exists(_) | Written::Compare(..) => false,
                _ => true,
            }
        }
        of_text(&self.value)
    }
}

impl Query {
    /// One query for each condition of the rule; None for a condition of which a pipeline left
    /// nothing.
    ///
    /// # Errors
    /// A part of the rule that no query language can express.
    pub fn of(rule: &Rule) -> Result<Vec<Option<Query>>, Unsupported> {
        let conditions = rule.conditions.iter();
        conditions.map(|c| Query::condition(rule, c)).collect()
    }

    /// The same, where there must be something to ask of each condition.
    ///
    /// # Errors
    /// The same, and a condition of which a pipeline left nothing: its query would be empty.
    pub fn whole(rule: &Rule) -> Result<Vec<Query>, Unsupported> {
        let queries = Query::of(rule)?.into_iter().zip(&rule.conditions);
        let whole = queries.map(|(query, condition)| {
            let nothing = "the pipeline drops all that this condition asks, and leaves no query";
            query.ok_or_else(|| Unsupported::new(condition.span, nothing.to_owned()))
        });
        whole.collect()
    }

    fn condition(
        rule: &Rule,
        condition: &Spanned<Condition>,
    ) -> Result<Option<Query>, Unsupported> {
        let each = |parts: &[Spanned<Condition>]| -> Result<Vec<Query>, Unsupported> {
            let parts = parts.iter().map(|part| Query::condition(rule, part));
            parts.filter_map(Result::transpose).collect()
        };
        Ok(match &condition.value {
            Condition::And(parts) => Query::joined(each(parts)?, Query::And),
            Condition::Or(parts) => Query::joined(each(parts)?, Query::Or),
            Condition::Not(part) => Query::condition(rule, part)?.map(Query::negated),
            Condition::Selection(name) => match rule.selections.get(name) {
                Some(search) => Query::search(search)?,
                None => None,
            },
        })
    }

    fn search(search: &Search) -> Result<Option<Query>, Unsupported> {
        let each = |parts: &[Search]| -> Result<Vec<Query>, Unsupported> {
            let parts = parts.iter().map(Query::search);
            parts.filter_map(Result::transpose).collect()
        };
        Ok(match search {
            Search::All(parts) => Query::joined(each(parts)?, Query::And),
            Search::Any(parts) => Query::joined(each(parts)?, Query::Or),
            Search::Item(item) => Query::item(item),
            Search::Elements(name) => {
                return Err(Unsupported::new(
                    name.span,
                    format!(
                        "`{}[…]` picks one element of an array, which no query can",
                        name.value
                    ),
                ));
            }
        })
    }

    fn item(item: &Item) -> Option<Query> {
        let leaves = item.values.iter().map(|value| {
            Query::Leaf(Leaf {
                field: item.field.clone(),
                value: match item.tied && item.field.is_none() {
                    true => keyword::tied(value.value.clone()),
                    false => value.value.clone(),
                },
                span: value.span,
            })
        });
        let join = match item.all {
            true => Query::And,
            false => Query::Or,
        };
        let query = Query::joined(leaves.collect(), join)?;
        Some(match item.negated {
            true => Query::negated(query),
            false => query,
        })
    }

    /// The query as up to so many: its highest alternatives divided among them as evenly as
    /// can be. A query without alternatives is not divided; negations must stand at questions
    /// only.
    pub fn split(&self, parts: usize) -> Vec<Query> {
        let mut waiting = VecDeque::from([self]);
        while let Some(query) = waiting.pop_front() {
            match query {
                Query::Or(alternatives) => {
                    let count = alternatives.len();
                    let parts = parts.clamp(1, count.max(1));
                    let share = |part: usize| {
                        let (from, to) = (part * count / parts, (part + 1) * count / parts);
                        alternatives.get(from..to).unwrap_or_default().to_vec()
                    };
                    let shares = (0..parts).map(share);
                    let shares = shares.filter_map(|share| Query::joined(share, Query::Or));
                    return shares.map(|share| self.with(query, &share)).collect();
                }
                Query::And(all) => waiting.extend(all),
                Query::Not(_) | Query::Leaf(_) => {}
            }
        }
        Vec::new()
    }

    /// The query with the part at this place replaced.
    fn with(&self, place: &Query, part: &Query) -> Query {
        match self {
            same if std::ptr::eq(same, place) => part.clone(),
            Query::And(all) => Query::And(all.iter().map(|q| q.with(place, part)).collect()),
            other => other.clone(),
        }
    }

    pub(crate) fn negated(query: Query) -> Query {
        Query::Not(Box::new(query))
    }

    /// The parts under one roof; a single one needs none.
    pub(crate) fn joined(mut parts: Vec<Query>, join: fn(Vec<Query>) -> Query) -> Option<Query> {
        match parts.len() {
            0 | 1 => parts.pop(),
            _ => Some(join(parts)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Leaf, Query};
    use sigwright_ir::Written;
    use sigwright_syntax::{Sources, Span};

    fn leaf(name: &str) -> Query {
        Query::Leaf(Leaf {
            field: Some(name.to_owned()),
            value: Written::Null,
            span: Span::new(Sources::default().add(String::new(), String::new()), 0, 0),
        })
    }

    /// The names of the questions, and how many alternatives each part has.
    fn names(query: &Query) -> Vec<String> {
        match query {
            Query::And(parts) | Query::Or(parts) => parts.iter().flat_map(names).collect(),
            Query::Not(inner) => names(inner),
            Query::Leaf(leaf) => leaf.field.iter().cloned().collect(),
        }
    }

    #[test]
    fn no_alternative_is_lost() {
        let each: Vec<String> = (0..10).map(|n| n.to_string()).collect();
        let query = Query::And(vec![
            leaf("first"),
            Query::Or(each.iter().map(|name| leaf(name)).collect()),
        ]);
        let parts = query.split(3);
        let sizes: Vec<usize> = parts.iter().map(|part| names(part).len() - 1).collect();
        assert_eq!(sizes, [3, 3, 4]);
        assert!(parts.iter().all(|part| names(part)[0] == "first"));
        let all: Vec<String> = parts.iter().flat_map(|p| names(p).split_off(1)).collect();
        assert_eq!(all, each);
        // never more parts than alternatives, and none without alternatives
        assert_eq!(query.split(100).len(), 10);
        assert!(leaf("x").split(2).is_empty());
    }
}
