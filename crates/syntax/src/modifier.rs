//! The table of modifiers: what each takes, what may stand before it, what it is for.
//!
//! Parsing, checking, did-you-mean and the reference page read [`MODIFIERS`].
//! Source: modifiers appendix of the Sigma specification 2.1.

use crate::ast::Value;

/// A value modifier (modifiers appendix of the specification).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Modifier {
    /// `contains`
    Contains,
    /// `startswith`
    StartsWith,
    /// `endswith`
    EndsWith,
    /// `all`
    All,
    /// `exists`
    Exists,
    /// `cased`
    Cased,
    /// `neq`
    Neq,
    /// `windash`
    WinDash,
    /// `re`
    Re,
    /// `i`, `ignorecase`
    IgnoreCase,
    /// `m`, `multiline`
    MultiLine,
    /// `s`, `dotall`
    DotAll,
    /// `base64`
    Base64,
    /// `base64offset`
    Base64Offset,
    /// `utf16le`, `wide`
    Utf16Le,
    /// `utf16be`
    Utf16Be,
    /// `utf16`
    Utf16,
    /// `cidr`
    Cidr,
    /// `lt`
    Lt,
    /// `lte`
    Lte,
    /// `gt`
    Gt,
    /// `gte`
    Gte,
    /// `minute`
    Minute,
    /// `hour`
    Hour,
    /// `day`
    Day,
    /// `week`
    Week,
    /// `month`
    Month,
    /// `year`
    Year,
    /// `expand`
    Expand,
    /// `fieldref`
    FieldRef,
}

impl Modifier {
    /// The modifier of that name; names are lower-case.
    pub fn from_name(name: &str) -> Option<Modifier> {
        MODIFIERS
            .iter()
            .find(|row| row.name == name || row.alias == Some(name))
            .map(|row| row.modifier)
    }

    /// Its row in the table.
    pub fn row(self) -> &'static Row {
        MODIFIERS
            .iter()
            .find(|row| row.modifier == self)
            .unwrap_or(&CONTAINS)
    }

    /// Its name; an alias gives way to the proper one.
    pub fn name(self) -> &'static str {
        self.row().name
    }
}

/// What a modifier says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// As written after `|`.
    pub name: &'static str,
    /// A second name.
    pub alias: Option<&'static str>,
    /// What it becomes in the tree.
    pub modifier: Modifier,
    /// What it does, which decides what it goes together with.
    pub group: Group,
    /// The values it can be used on.
    pub takes: Takes,
    /// What it is for, in one line.
    pub summary: &'static str,
}

/// What a modifier does to an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    /// Links or negates the values: `all`, `neq`.
    Link,
    /// Says where in the field the value stands.
    Affix,
    /// Minds case.
    Case,
    /// Makes dashes equal.
    Dash,
    /// Encodes the value.
    Encoding,
    /// Makes the value a regular expression.
    Regex,
    /// Changes how a regular expression reads.
    Flag,
    /// Makes the value a network.
    Network,
    /// Compares numbers.
    Compare,
    /// Takes a part of a time.
    Time,
    /// Asks whether the field is there.
    Presence,
    /// Replaces placeholders.
    Placeholder,
    /// Compares with another field.
    Reference,
}

impl Group {
    /// What may stand before a modifier of this group; links may stand anywhere.
    pub fn follows(self) -> &'static [Group] {
        use Group::*;
        match self {
            Link => &[
                Affix,
                Case,
                Dash,
                Encoding,
                Regex,
                Flag,
                Network,
                Compare,
                Time,
                Presence,
                Placeholder,
                Reference,
            ],
            Affix => &[
                Affix,
                Case,
                Dash,
                Encoding,
                Regex,
                Flag,
                Placeholder,
                Reference,
            ],
            Case => &[Affix, Case, Dash, Encoding, Placeholder, Reference],
            Dash => &[Affix, Case, Dash, Placeholder],
            Encoding => &[Case, Dash, Encoding, Placeholder],
            Regex => &[Placeholder],
            Flag => &[Regex, Flag],
            Network => &[Placeholder],
            Compare => &[Time],
            Time => &[],
            Presence => &[],
            Placeholder => &[Affix, Case, Dash, Encoding, Regex, Flag, Network],
            Reference => &[Case],
        }
    }

    /// A modifier of which group must stand before it.
    pub fn needs(self) -> Option<Group> {
        match self {
            Group::Flag => Some(Group::Regex),
            _ => None,
        }
    }
}

/// The values a modifier can be used on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Takes {
    /// Any.
    Any,
    /// Text.
    Text,
    /// Text, or what can be read as text: a number, a truth value.
    Pattern,
    /// Numbers.
    Number,
    /// `true` or `false`.
    Truth,
}

impl Takes {
    /// True where `value` is of that kind.
    pub fn accepts(self, value: &Value) -> bool {
        match self {
            Takes::Any => true,
            Takes::Text => matches!(value, Value::Str(_)),
            Takes::Pattern => !matches!(value, Value::Null),
            Takes::Number => matches!(value, Value::Int(_) | Value::Float(_)),
            Takes::Truth => matches!(value, Value::Bool(_)),
        }
    }

    /// For messages: `text`, `a number`, …
    pub fn noun(self) -> &'static str {
        match self {
            Takes::Any => "a value",
            Takes::Text | Takes::Pattern => "text",
            Takes::Number => "a number",
            Takes::Truth => "`true` or `false`",
        }
    }
}

const fn row(
    name: &'static str,
    alias: Option<&'static str>,
    modifier: Modifier,
    group: Group,
    takes: Takes,
    summary: &'static str,
) -> Row {
    Row {
        name,
        alias,
        modifier,
        group,
        takes,
        summary,
    }
}

const CONTAINS: Row = row(
    "contains",
    None,
    Modifier::Contains,
    Group::Affix,
    Takes::Text,
    "the value stands anywhere in the field",
);

/// Every modifier.
#[rustfmt::skip]
pub const MODIFIERS: &[Row] = &[
    CONTAINS,
    row("startswith", None, Modifier::StartsWith, Group::Affix, Takes::Text, "the field starts with the value"),
    row("endswith", None, Modifier::EndsWith, Group::Affix, Takes::Text, "the field ends with the value"),
    row("all", None, Modifier::All, Group::Link, Takes::Any, "every value of the list must match, not just one"),
    row("exists", None, Modifier::Exists, Group::Presence, Takes::Truth, "the field is there (`true`) or is not (`false`)"),
    row("cased", None, Modifier::Cased, Group::Case, Takes::Text, "upper and lower case differ"),
    row("neq", None, Modifier::Neq, Group::Link, Takes::Any, "the item must not match"),
    row("windash", None, Modifier::WinDash, Group::Dash, Takes::Text, "a dash before a word stands for any of `-`, `/`, `–`, `—`, `―`"),
    row("re", None, Modifier::Re, Group::Regex, Takes::Pattern, "the value is a regular expression, searched anywhere"),
    row("i", Some("ignorecase"), Modifier::IgnoreCase, Group::Flag, Takes::Pattern, "the regular expression ignores case"),
    row("m", Some("multiline"), Modifier::MultiLine, Group::Flag, Takes::Pattern, "`^` and `$` also match at line breaks"),
    row("s", Some("dotall"), Modifier::DotAll, Group::Flag, Takes::Pattern, "`.` also matches line breaks"),
    row("base64", None, Modifier::Base64, Group::Encoding, Takes::Text, "the value is looked for in its Base64 form"),
    row("base64offset", None, Modifier::Base64Offset, Group::Encoding, Takes::Text, "the value is looked for inside Base64, at each of the three offsets"),
    row("utf16le", Some("wide"), Modifier::Utf16Le, Group::Encoding, Takes::Text, "the value is encoded as UTF-16, low byte first"),
    row("utf16be", None, Modifier::Utf16Be, Group::Encoding, Takes::Text, "the value is encoded as UTF-16, high byte first"),
    row("utf16", None, Modifier::Utf16, Group::Encoding, Takes::Text, "the value is encoded as UTF-16 with a byte order mark"),
    row("cidr", None, Modifier::Cidr, Group::Network, Takes::Text, "the field is an address in the network"),
    row("lt", None, Modifier::Lt, Group::Compare, Takes::Number, "the field is less than the value"),
    row("lte", None, Modifier::Lte, Group::Compare, Takes::Number, "the field is at most the value"),
    row("gt", None, Modifier::Gt, Group::Compare, Takes::Number, "the field is greater than the value"),
    row("gte", None, Modifier::Gte, Group::Compare, Takes::Number, "the field is at least the value"),
    row("minute", None, Modifier::Minute, Group::Time, Takes::Number, "the minute of a time, 0 to 59"),
    row("hour", None, Modifier::Hour, Group::Time, Takes::Number, "the hour of a time, 0 to 23"),
    row("day", None, Modifier::Day, Group::Time, Takes::Number, "the day of the month of a time, 1 to 31"),
    row("week", None, Modifier::Week, Group::Time, Takes::Number, "the week of a time, 1 to 53"),
    row("month", None, Modifier::Month, Group::Time, Takes::Number, "the month of a time, 1 to 12"),
    row("year", None, Modifier::Year, Group::Time, Takes::Number, "the year of a time"),
    row("expand", None, Modifier::Expand, Group::Placeholder, Takes::Text, "`%name%` is replaced by a list"),
    row("fieldref", None, Modifier::FieldRef, Group::Reference, Takes::Text, "the value names another field to compare with"),
];
