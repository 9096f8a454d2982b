//! Queries of other languages, read into the tree that rules become.

pub mod kql;
pub mod lucene;

use crate::query::{Leaf, Query};
use sigwright_ir::Written;
use sigwright_ir::pred::Number;
use sigwright_syntax::pattern::{Part, Pattern};
use sigwright_syntax::{Diagnostic, SourceId, Span};

/// Groups in groups, at most.
const DEPTH: usize = 100;

/// Where a reader stands in a text.
struct Reader<'t> {
    source: SourceId,
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn new(source: SourceId, text: &'t str) -> Reader<'t> {
        Reader {
            source,
            text,
            at: 0,
            depth: 0,
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Runs a parser; moves behind what it took.
    fn take<O>(&mut self, parser: impl Fn(&'t str) -> nom::IResult<&'t str, O>) -> Option<O> {
        let (rest, taken) = parser(self.rest()).ok()?;
        self.at = self.text.len() - rest.len();
        Some(taken)
    }

    fn eat(&mut self, sign: &str) -> bool {
        let found = self.rest().starts_with(sign);
        if found {
            self.at += sign.len();
        }
        found
    }

    fn span(&self, start: usize) -> Span {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span::new(self.source, offset(start), offset(self.at))
    }

    fn leaf(&self, start: usize, field: Option<&str>, value: Written) -> Query {
        Query::Leaf(Leaf {
            field: field.map(str::to_owned),
            value,
            span: self.span(start),
        })
    }

    /// A fault at the next character.
    fn fault(&self, message: impl Into<String>) -> Diagnostic {
        let next = self.rest().chars().next().map_or(0, char::len_utf8);
        let mut span = self.span(self.at);
        span.end += u32::try_from(next).unwrap_or(0);
        Diagnostic::error("unreadable-query", span, message)
    }

    /// What is next, for messages.
    fn next(&self) -> String {
        match self.rest().chars().next() {
            Some(c) => format!("`{c}`"),
            None => "the end of the query".to_owned(),
        }
    }

    fn deeper(&mut self) -> Result<(), Diagnostic> {
        self.depth += 1;
        match self.depth > DEPTH {
            true => Err(self.fault(format!("more than {DEPTH} groups in groups"))),
            false => Ok(()),
        }
    }
}

/// The parts under one roof; a single one needs none.
fn joined(mut parts: Vec<Query>, join: fn(Vec<Query>) -> Query) -> Query {
    match (parts.len(), parts.pop()) {
        (1, Some(one)) => one,
        (_, last) => {
            parts.extend(last);
            join(parts)
        }
    }
}

/// A string of literal characters and wildcards.
fn pattern(parts: Vec<Part>) -> Pattern {
    Pattern::from_parts(parts)
}

fn text(pattern: Pattern) -> Written {
    Written::Text {
        pattern,
        cased: false,
    }
}

/// A number as decimals spell it.
fn number(text: &str) -> Option<Number> {
    if let Ok(whole) = text.parse() {
        return Some(Number::Int(whole));
    }
    let float: f64 = text.parse().ok()?;
    let decimal = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-');
    (float.is_finite() && text.chars().all(decimal)).then(|| Number::from_f64(float))
}
