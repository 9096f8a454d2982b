//! What a query language is to the printer: data.

use crate::Unsupported;
use crate::print::{Piece, Printer};
use crate::query::{Leaf, Query};
use crate::rule::Rule;
use sigwright_ir::pred::Comparison;

/// How one query language spells what Sigma asks. Templates have `{field}`, `{value}` and the
/// like in braces; None means that the language cannot say it.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// What `--target` calls it.
    pub name: &'static str,
    /// The product and its language, for people.
    pub title: &'static str,
    /// The forms a query can be put into; the first is the default.
    pub formats: &'static [Format],
    /// And, or, not.
    pub logic: Logic,
    /// How field names are spelled.
    pub fields: Fields,
    /// How strings are spelled.
    pub strings: Strings,
    /// How each kind of question is spelled.
    pub ops: Ops,
    /// What the data above cannot say about the language.
    pub hooks: Hooks,
    /// The pipelines that are part of it.
    pub pipelines: OwnPipelines,
}

/// Shipped pipelines that are part of a dialect.
#[derive(Debug, Clone, Copy)]
pub struct OwnPipelines {
    /// Applied before the user's.
    pub first: &'static [&'static str],
    /// Applied after them: name of a format, name of a pipeline.
    pub last: &'static [(&'static str, &'static str)],
}

/// None.
pub const NO_PIPELINES: OwnPipelines = OwnPipelines {
    first: &[],
    last: &[],
};

/// A form a query can be put into.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// What it is, for people.
    pub title: &'static str,
    /// One query of a rule.
    pub query: fn(&Rule, usize, String) -> Result<String, Unsupported>,
    /// All queries, as one text.
    pub output: fn(&[String]) -> String,
}

/// The three operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// All.
    And,
    /// One.
    Or,
    /// None.
    Not,
}

/// Spellings and binding strengths.
#[derive(Debug, Clone, Copy)]
pub struct Logic {
    /// Between parts that must all hold, with its spaces.
    pub and: &'static str,
    /// Between parts of which one must hold, with its spaces.
    pub or: &'static str,
    /// Before what must not hold, with its space.
    pub not: &'static str,
    /// Which binds most, then less.
    pub strengths: [Link; 3],
    /// Puts every group in parentheses.
    pub every_group: bool,
    /// Around a group.
    pub group: (&'static str, &'static str),
}

/// How field names are spelled.
#[derive(Debug, Clone, Copy)]
pub struct Fields {
    /// Around names that need it.
    pub quote: &'static str,
    /// Whether a name needs quotes.
    pub needs_quotes: fn(&str) -> bool,
    /// Before characters that need it.
    pub escape: &'static str,
    /// Whether a character needs an escape.
    pub escaped: fn(char) -> bool,
}

/// How strings are spelled.
#[derive(Debug, Clone, Copy)]
pub struct Strings {
    /// Around strings that need it.
    pub quote: &'static str,
    /// Whether a string, as Sigma spells it, needs quotes.
    pub needs_quotes: fn(&str) -> bool,
    /// Before special characters.
    pub escape: &'static str,
    /// The characters an escape stands before, besides the quote and wildcards.
    pub escaped: &'static str,
    /// `*` of Sigma.
    pub many: Option<&'static str>,
    /// `?` of Sigma.
    pub one: Option<&'static str>,
    /// Characters left out.
    pub dropped: &'static str,
    /// True and false.
    pub bools: Option<(&'static str, &'static str)>,
}

/// Templates for string questions; without one, the next more general is used.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// `{field}`, `{value}`, `{regex}`: the whole value.
    pub equals: Option<&'static str>,
    /// A literal start.
    pub starts: Option<&'static str>,
    /// A literal end.
    pub ends: Option<&'static str>,
    /// A literal anywhere.
    pub contains: Option<&'static str>,
    /// With wildcards.
    pub like: Option<&'static str>,
    /// The four above also take a value with wildcards inside.
    pub wildcards_inside: bool,
}

/// Nothing can be said.
pub const NO_TEXT: Text = Text {
    equals: None,
    starts: None,
    ends: None,
    contains: None,
    like: None,
    wildcards_inside: false,
};

/// How each kind of question is spelled.
#[derive(Debug, Clone, Copy)]
pub struct Ops {
    /// Strings, whatever their case.
    pub text: Text,
    /// Strings, case counts.
    pub cased: Text,
    /// `{field}`, `{value}`: a number.
    pub number: Option<&'static str>,
    /// `{field}`, `{value}`: a truth value.
    pub bool: Option<&'static str>,
    /// `{field}`: no value.
    pub null: Option<&'static str>,
    /// `{field}`: a value.
    pub exists: Option<&'static str>,
    /// `{field}`: no value, where it is not the negation of `exists`.
    pub missing: Option<&'static str>,
    /// `{field}`, `{regex}`, `{i}`, `{m}`, `{s}`.
    pub regex: Option<&'static str>,
    /// How regular expressions are escaped.
    pub regexes: Regexes,
    /// `{field}`, `{network}`, `{address}`, `{length}`, `{mask}`; without it, wildcards.
    pub cidr: Option<&'static str>,
    /// `{field}`, `{op}`, `{value}`.
    pub compare: Option<&'static str>,
    /// Spellings of the comparisons.
    pub comparisons: fn(Comparison) -> &'static str,
    /// `{field}`, `{other}`: equal values.
    pub field_equals: Option<&'static str>,
    /// `{field}`, `{other}`: starts with the other's value.
    pub field_starts: Option<&'static str>,
    /// `{field}`, `{other}`: ends with it.
    pub field_ends: Option<&'static str>,
    /// `{field}`, `{other}`: contains it.
    pub field_contains: Option<&'static str>,
    /// `{field}`, `{list}`: one of several values.
    pub one_of: Option<&'static str>,
    /// `{field}`, `{list}`: all of several values.
    pub all_of: Option<&'static str>,
    /// Between values of a list.
    pub list: &'static str,
    /// Lists may hold values with wildcards.
    pub list_wildcards: bool,
    /// The variants an encoding makes of one value may be a list.
    pub list_variants: bool,
    /// `{value}`, `{regex}`: a keyword.
    pub keyword: Option<&'static str>,
    /// `{value}`: a number as keyword.
    pub keyword_number: Option<&'static str>,
    /// `{value}`: a regular expression as keyword.
    pub keyword_regex: Option<&'static str>,
}

/// How regular expressions are escaped.
#[derive(Debug, Clone, Copy)]
pub struct Regexes {
    /// Before what is escaped.
    pub escape: &'static str,
    /// Strings that are escaped.
    pub escaped: &'static [&'static str],
    /// The escape itself is escaped.
    pub escape_itself: bool,
    /// Flags stand in front as `(?i)`.
    pub flags_in_front: bool,
    /// Escaped in regular expressions made of strings, besides what they need.
    pub also: &'static str,
}

/// What a question becomes.
pub type Printed = Result<Piece, Unsupported>;

/// What data cannot say. At most three per dialect.
#[derive(Debug, Clone, Copy)]
pub struct Hooks {
    /// Spells a question in a way of its own; None for the usual one.
    pub leaf: Option<fn(&Printer<'_>, &Leaf) -> Option<Printed>>,
    /// Changes the tree before it is printed.
    pub before: Option<fn(Query) -> Query>,
    /// The whole query: the printed condition and the parts that come after it.
    pub finish: fn(&Rule, &str, &[crate::print::Deferred]) -> Result<String, Unsupported>,
}
