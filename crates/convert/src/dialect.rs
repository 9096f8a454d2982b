//! What a query language is to the printer: data.

use crate::Unsupported;
use crate::correlation::Timeline;
use crate::print::{Piece, Printer};
use crate::query::{Leaf, Query};
use crate::rule::Rule;
use sigwright_ir::pred::{Anchor, Comparison, Regex};
use sigwright_syntax::pattern::{Part, Pattern};

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
    /// What SQL asks besides.
    pub sql: Option<Sql>,
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

impl Dialect {
    /// The dialect a form of this name is spelled in: itself, unless the form has another.
    pub fn in_format<'d>(&'d self, format: &str) -> &'d Dialect {
        let forms = self.sql.iter().flat_map(|sql| sql.forms);
        let mut named = forms.filter(|(name, _)| *name == format);
        named.next().map_or(self, |(_, dialect)| dialect)
    }
}

/// A form a query can be put into.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// What it is, for people.
    pub title: &'static str,
    /// A query longer than this is split at its highest alternatives.
    pub longest: Option<usize>,
    /// One query of a rule.
    pub query: fn(&Rule, usize, String) -> Result<String, Unsupported>,
    /// All queries, as one text.
    pub output: fn(&[String]) -> String,
}

/// Queries as they are, one after the other.
pub const PLAIN_QUERIES: Format = Format {
    name: "default",
    title: "plain queries",
    longest: None,
    query: |_, _, query| Ok(query),
    output: |queries| queries.join("\n"),
};

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
    /// `{part}`: what must not hold, where the operator alone would let go of events without
    /// the field (three-valued logic).
    pub negated: Option<&'static str>,
    /// `{part}`: a network or a comparison somewhere under a negation, where the language finds
    /// neither true nor false of a value that is no address or no number.
    pub unknown: Option<&'static str>,
    /// The opposite of a question, where the language has no operator for it; groups are
    /// turned around before.
    pub opposite: Option<fn(&str) -> String>,
    /// Puts whatever is negated in parentheses.
    pub every_not: bool,
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
    /// A spelling of its own, instead of quotes and escapes.
    pub own: Option<fn(&str) -> String>,
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
    /// Whether a string needs quotes.
    pub needs_quotes: fn(&Pattern) -> bool,
    /// Whether a string in a list needs them.
    pub needs_quotes_in_lists: fn(&Pattern) -> bool,
    /// Before special characters.
    pub escape: &'static str,
    /// The characters an escape stands before, besides the quote and wildcards.
    pub escaped: &'static str,
    /// The same in quotes, where it is not.
    pub escaped_in_quotes: Option<&'static str>,
    /// `*` of Sigma.
    pub many: Option<&'static str>,
    /// `?` of Sigma.
    pub one: Option<&'static str>,
    /// A last change to a string without quotes.
    pub bare: Option<fn(&str) -> String>,
    /// Characters with an escape of their own.
    pub named: &'static [(char, &'static str)],
    /// Of the pattern in `{like}`, which is a string in its turn.
    pub like: Like,
    /// True and false.
    pub bools: Option<(&'static str, &'static str)>,
}

/// How a language with an operator for wildcards spells its patterns.
#[derive(Debug, Clone, Copy)]
pub struct Like {
    /// `*` of Sigma.
    pub many: &'static str,
    /// `?` of Sigma.
    pub one: &'static str,
    /// Before the characters that are special in a pattern.
    pub escape: &'static str,
    /// Those characters.
    pub escaped: &'static str,
}

/// `*` and `?`, escaped by a backslash.
pub const GLOB: Like = Like {
    many: "*",
    one: "?",
    escape: "\\",
    escaped: "\\*?",
};

/// `%` and `_`, escaped by a backslash.
pub const SQL_LIKE: Like = Like {
    many: "%",
    one: "_",
    escape: "\\",
    escaped: "\\%_",
};

/// Templates for string questions; without one, the next more general is used.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// `{field}`, `{value}`, `{bare}` (never quoted), `{like}`, `{regex}`: the whole value.
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
    /// `{field}`, `{list}`: one of several values.
    pub one_of: Option<&'static str>,
    /// The values are written in lower case.
    pub lower: bool,
    /// For a value that holds the sign of a wildcard where no escape makes that plain.
    pub signs: Option<&'static str>,
}

impl Text {
    /// A value as these templates take it.
    pub(crate) fn of(&self, pattern: &Pattern) -> Pattern {
        let lower = |part: &Part| match part {
            Part::Text(text) => Part::Text(text.to_lowercase()),
            part => part.clone(),
        };
        match self.lower {
            true => Pattern::from_parts(pattern.parts().iter().map(lower)),
            false => pattern.clone(),
        }
    }
}

/// Line ends and tabs as C writes them.
pub const C_ESCAPES: &[(char, &str)] = &[('\n', "\\n"), ('\r', "\\r"), ('\t', "\\t")];

/// Any string may stand in a list.
pub const ANY: fn(&Pattern) -> bool = |_| true;

/// Only strings without wildcards.
pub const PLAIN: fn(&Pattern) -> bool = |pattern| !crate::pattern::has_wildcards(pattern);

/// Nothing can be said.
pub const NO_TEXT: Text = Text {
    equals: None,
    starts: None,
    ends: None,
    contains: None,
    like: None,
    wildcards_inside: false,
    one_of: None,
    lower: false,
    signs: None,
};

/// How each kind of question is spelled.
#[derive(Debug, Clone, Copy)]
pub struct Ops {
    /// Strings, whatever their case.
    pub text: Text,
    /// Strings, case counts.
    pub cased: Text,
    /// `{field}`, `{value}`, `{bare}`: a number.
    pub number: Option<&'static str>,
    /// `{field}`, `{value}`: a truth value.
    pub bool: Option<&'static str>,
    /// `{field}`: no value.
    pub null: Option<&'static str>,
    /// What `null` becomes is a group when it stands in one.
    pub null_grouped: bool,
    /// `{field}`: a value.
    pub exists: Option<&'static str>,
    /// `{field}`: no value, where it is not the negation of `exists`.
    pub missing: Option<&'static str>,
    /// `{field}`, `{regex}`, `{i}`, `{m}`, `{s}`.
    pub regex: Option<&'static str>,
    /// How regular expressions are escaped.
    pub regexes: Regexes,
    /// `{field}`, `{network}`, `{bare}`, `{address}`, `{last}`, `{length}`, `{mask}`; without it, wildcards.
    pub cidr: Option<&'static str>,
    /// `{field}`, `{op}`, `{value}`, `{bare}`.
    pub compare: Option<&'static str>,
    /// Spellings of the comparisons.
    pub comparisons: fn(Comparison) -> &'static str,
    /// `{field}`, `{other}`: equal values.
    pub field_equals: Option<&'static str>,
    /// The same, case counts.
    pub field_equals_cased: Option<&'static str>,
    /// `{field}`, `{other}`: starts with the other's value.
    pub field_starts: Option<&'static str>,
    /// `{field}`, `{other}`: ends with it.
    pub field_ends: Option<&'static str>,
    /// `{field}`, `{other}`: contains it.
    pub field_contains: Option<&'static str>,
    /// `{field}`, `{list}`: one of several numbers, where they have a list of their own.
    pub one_of_numbers: Option<&'static str>,
    /// `{field}`, `{list}`: all of several values.
    pub all_of: Option<&'static str>,
    /// A list is a group when it stands in one.
    pub list_grouped: bool,
    /// Between values of a list.
    pub list: &'static str,
    /// Whether a string may stand in a list.
    pub listed: fn(&Pattern) -> bool,
    /// Values that may not stand in a list stand beside one of those that may.
    pub list_aside: bool,
    /// The variants an encoding makes of one value may be a list.
    pub list_variants: bool,
    /// A whole number has no more than 64 bits.
    pub long_numbers: bool,
    /// Keywords are looked for in each value by itself, not in a line of all.
    pub keywords_by_value: bool,
    /// `{value}`, `{bare}`, `{regex}`: a keyword.
    pub keyword: Option<&'static str>,
    /// `{value}`: a number as keyword.
    pub keyword_number: Option<&'static str>,
    /// `{value}`: a regular expression as keyword.
    pub keyword_regex: Option<&'static str>,
}

/// A regular expression in the language's own kind of them, or why there is none.
pub type Rewrite = fn(&Regex, Anchor) -> Result<String, String>;

/// A language without any of them.
pub const NO_OPS: Ops = Ops {
    text: NO_TEXT,
    cased: NO_TEXT,
    number: None,
    bool: None,
    null: None,
    null_grouped: false,
    exists: None,
    missing: None,
    regex: None,
    regexes: Regexes {
        escape: "\\",
        escaped: &[],
        escape_itself: false,
        named: &[],
        flags_in_front: false,
        also: "",
        rewrite: None,
    },
    cidr: None,
    compare: None,
    comparisons: crate::dialects::comparisons,
    field_equals: None,
    field_equals_cased: None,
    field_starts: None,
    field_ends: None,
    field_contains: None,
    one_of_numbers: None,
    all_of: None,
    list_grouped: true,
    list: ", ",
    listed: PLAIN,
    list_aside: false,
    list_variants: false,
    long_numbers: false,
    keywords_by_value: false,
    keyword: None,
    keyword_number: None,
    keyword_regex: None,
};

/// How regular expressions are escaped.
#[derive(Debug, Clone, Copy)]
pub struct Regexes {
    /// Before what is escaped.
    pub escape: &'static str,
    /// Strings that are escaped.
    pub escaped: &'static [&'static str],
    /// The escape itself is escaped.
    pub escape_itself: bool,
    /// Characters with an escape of their own.
    pub named: &'static [(char, &'static str)],
    /// Flags stand in front as `(?i)`.
    pub flags_in_front: bool,
    /// Escaped in regular expressions made of strings, besides what they need.
    pub also: &'static str,
    /// How the language's own kind of regular expression says the same; without it, it is
    /// written as in the rule. The error is why there is none.
    pub rewrite: Option<Rewrite>,
}

/// What a question becomes.
pub type Printed = Result<Piece, Unsupported>;
/// What SQL asks besides.
#[derive(Debug, Clone, Copy)]
pub struct Sql {
    /// Forms of another spelling: nested JSON instead of columns.
    pub forms: &'static [(&'static str, &'static Dialect)],
    /// The most parts of a group; more are grouped again.
    pub longest: Option<usize>,
    /// A field asked for numbers is a column of numbers; asked for text as well, one of text.
    pub typed: bool,
    /// `${` in a text would be a variable of the session.
    pub variables: bool,
    /// How a pattern whose case counts is spelled: `{glob}`.
    pub glob: Wild,
    /// Characters that make a string without wildcards a pattern, too.
    pub like_also: &'static str,
    /// `{field}`, `{regex}`: strings with letters beyond ASCII, where `LIKE` folds ASCII only.
    pub beyond_ascii: Option<&'static str>,
    /// A regular expression in this language's words; None where it has none.
    pub regex: fn(&Regex) -> Option<String>,
    /// Several questions of one field in one.
    pub group: Option<Group>,
    /// How values are found in nested JSON; None for columns.
    pub nested: Option<Nested>,
    /// How correlations are spelled; None where they cannot be.
    pub timeline: Option<&'static Timeline>,
}

/// Spells several questions as one; None for the usual way.
pub type Group = fn(&Printer<'_>, Link, &[Query]) -> Option<Result<String, Unsupported>>;

/// How a pattern is spelled.
#[derive(Debug, Clone, Copy)]
pub struct Wild {
    /// `*` of Sigma.
    pub many: &'static str,
    /// `?` of Sigma.
    pub one: &'static str,
    /// Characters that are escaped.
    pub escaped: &'static str,
    /// Before and after an escaped character.
    pub escape: (&'static str, &'static str),
}

/// How values are found in nested JSON. Each value is a row with its text `v` and its type `t`.
#[derive(Debug, Clone, Copy)]
pub struct Nested {
    /// `{name}`: a query of all values a field name reaches, arrays entered and left out.
    pub values: &'static str,
    /// `{name}`: a query of all there is under a name, arrays and nulls too.
    pub anything: &'static str,
    /// A query of every scalar value of the event.
    pub every: &'static str,
    /// `{values}`, `{predicate}`: one of the values satisfies it.
    pub any: &'static str,
    /// `{values}`, `{others}`, `{predicate}`: a value `v` and another field's `w` do.
    pub pair: &'static str,
    /// The column does not hold numbers and objects as the log spells them, or no more than one
    /// of two equal keys.
    pub keeps: Keeps,
}

/// What a column of JSON keeps of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// All of it.
    All,
    /// Numbers and objects are spelled anew.
    Values,
    /// That, and a key is there once.
    Keys,
}

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
