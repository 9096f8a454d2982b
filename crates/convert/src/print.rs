//! The one printer: a query and a dialect make text.

mod group;
mod network;
mod question;
mod spell;

pub use network::wildcards;
pub(crate) use spell::unfilled;

use crate::Unsupported;
use crate::dialect::{Dialect, Link};
use crate::query::{Leaf, Query};
use crate::rule::Rule;
use sigwright_ir::Written;
use sigwright_syntax::Span;
use std::cell::{Cell, RefCell};

/// What a part of a query becomes.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// Text of the condition.
    Text(String),
    /// Something the language can only say after the condition.
    After(Deferred),
}

/// A part of a query that stands after the condition, such as a command behind a pipe.
#[derive(Debug, Clone, PartialEq)]
pub struct Deferred {
    /// As the dialect spells it.
    pub text: String,
    /// It must not hold.
    pub negated: bool,
    /// It only prepares what the condition asks, whatever operators stand around that.
    pub prepares: bool,
    /// What the condition itself can ask in its place, which finds at least as much.
    pub broad: Option<String>,
    /// The value in the rule.
    pub span: Span,
}

/// Where a question stands in a query.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Place {
    /// It must hold for the whole query to hold.
    #[default]
    Conjunct,
    /// It must not hold for the whole query to hold.
    NegatedConjunct,
    /// Beside an alternative, or in a group that must not hold.
    Inside,
}

/// Prints queries in one dialect.
#[derive(Debug)]
pub struct Printer<'d> {
    /// The language.
    pub dialect: &'d Dialect,
    after: RefCell<Vec<Deferred>>,
    place: Cell<Place>,
    under_not: Cell<bool>,
}

/// The queries of a rule, one for each of its conditions, finished but in no format. One that
/// is longer than `longest` becomes several, which find the same events together.
///
/// # Errors
/// What the dialect cannot express.
pub fn queries(
    rule: &Rule,
    dialect: &Dialect,
    longest: Option<usize>,
) -> Result<Vec<String>, Unsupported> {
    let mut queries = Vec::new();
    for query in Query::whole(rule)? {
        let query = dialect.prepared(query)?;
        let text = printed(rule, dialect, &query)?;
        let parts = longest.map_or(1, |longest| text.chars().count().div_ceil(longest.max(1)));
        let split = match parts {
            0 | 1 => Vec::new(),
            parts => query.split(parts),
        };
        if split.len() < 2 {
            queries.push(text);
            continue;
        }
        for part in &split {
            queries.push(printed(rule, dialect, part)?);
        }
    }
    Ok(queries)
}

fn printed(rule: &Rule, dialect: &Dialect, query: &Query) -> Result<String, Unsupported> {
    let printer = Printer::new(dialect);
    let text = match printer.query(query)? {
        Piece::Text(text) => text,
        Piece::After(deferred) => {
            printer.defer(deferred);
            String::new()
        }
    };
    (dialect.hooks.finish)(rule, &text, &printer.after.into_inner())
}

impl<'d> Printer<'d> {
    /// Of one query, or of names outside of any.
    pub fn new(dialect: &'d Dialect) -> Printer<'d> {
        Printer {
            dialect,
            after: RefCell::default(),
            place: Cell::default(),
            under_not: Cell::default(),
        }
    }
}

impl Printer<'_> {
    /// Where the question that is printed stands.
    pub fn place(&self) -> Place {
        self.place.get()
    }

    /// Gives what was deferred last a broad question in its place.
    pub fn broaden(&self, broad: String) {
        if let Some(last) = self.after.borrow_mut().last_mut() {
            last.broad = Some(broad);
        }
    }

    /// How much of what comes after the condition is of a sort.
    pub fn deferred_like(&self, sort: impl Fn(&Deferred) -> bool) -> usize {
        self.after.borrow().iter().filter(|d| sort(d)).count()
    }

    /// Prints a part that stands elsewhere.
    fn at<T>(&self, place: Place, print: impl FnOnce() -> T) -> T {
        let outer = self.place.replace(place);
        let printed = print();
        self.place.set(outer);
        printed
    }

    /// A query as text.
    ///
    /// # Errors
    /// What the dialect cannot express.
    pub fn query(&self, query: &Query) -> Result<Piece, Unsupported> {
        match query {
            Query::And(parts) => self.linked(Link::And, parts),
            Query::Or(parts) => self.linked(Link::Or, parts),
            Query::Not(inner) => self.negated(inner),
            Query::Leaf(leaf) => Ok(self.known(leaf, self.leaf(leaf)?)),
        }
    }

    /// A question whose answer is never unknown where a negation would let go of that.
    fn known(&self, leaf: &Leaf, piece: Piece) -> Piece {
        let unsure = matches!(leaf.value, Written::Cidr(_) | Written::Compare(..));
        match (self.dialect.logic.unknown, piece) {
            (Some(template), Piece::Text(text)) if unsure && self.under_not.get() => {
                Piece::Text(fill(template, &[("part", &text)]))
            }
            (_, piece) => piece,
        }
    }

    /// Adds something that stands after the condition.
    pub fn defer(&self, deferred: Deferred) {
        self.after.borrow_mut().push(deferred);
    }

    /// How many things stand after the condition so far.
    pub fn deferred(&self) -> usize {
        self.after.borrow().len()
    }

    fn only_with_and(&self, span: Span) -> Unsupported {
        Unsupported::new(
            span,
            format!(
                "{} can ask this only after everything else, not beside an alternative",
                self.dialect.title
            ),
        )
    }

    /// The message that the language has no words for something.
    pub fn cannot(&self, span: Span, what: &str) -> Unsupported {
        Unsupported::new(
            span,
            format!("{} cannot express {what}", self.dialect.title),
        )
    }
}

/// A template with its names in braces replaced.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let known = after.split_once('}').and_then(|(name, after)| {
            let value = values.iter().find(|(known, _)| *known == name)?.1;
            Some((value, after))
        });
        match known {
            Some((value, after)) => {
                text.push_str(value);
                rest = after;
            }
            None => {
                text.push('{');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}
