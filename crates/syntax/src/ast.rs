//! The tree of a Sigma file, faithful to the text: every node knows where it was written.
//!
//! Comes in: YAML nodes. Goes out: [`Document`]s. Nothing is resolved yet: selections are
//! names, modifiers a list, values raw.

use crate::pattern::Pattern;
use crate::span::{Span, Spanned};
use indexmap::IndexMap;

/// One YAML document of a rule file.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Title, id and the other attributes every kind shares.
    pub meta: Meta,
    /// What kind of document it is.
    pub body: Body,
    /// What it asks of its alerts; nothing for a filter.
    pub hints: Hints,
    /// The whole document.
    pub span: Span,
    /// True where an error was reported for it: it is shown, never evaluated.
    pub faulty: bool,
}

/// The three kinds of Sigma document.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// A detection over single events.
    Rule(Rule),
    /// A correlation over the matches of other rules.
    Correlation(Correlation),
    /// A filter applied to other rules.
    Filter(Filter),
}

/// Attributes that say what a document is, not what it matches.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Meta {
    /// `title`.
    pub title: Option<Spanned<String>>,
    /// `id`.
    pub id: Option<Spanned<String>>,
    /// `name`.
    pub name: Option<Spanned<String>>,
    /// `status`.
    pub status: Option<Spanned<String>>,
    /// `level`.
    pub level: Option<Spanned<Level>>,
    /// `description`.
    pub description: Option<Spanned<String>>,
    /// `author`.
    pub author: Option<Spanned<String>>,
    /// `date`, as written.
    pub date: Option<Spanned<String>>,
    /// `modified`, as written.
    pub modified: Option<Spanned<String>>,
    /// `license`.
    pub license: Option<Spanned<String>>,
    /// `taxonomy`.
    pub taxonomy: Option<Spanned<String>>,
    /// `references`.
    pub references: Vec<Spanned<String>>,
    /// `tags`.
    pub tags: Vec<Spanned<String>>,
    /// `fields`.
    pub fields: Vec<Spanned<String>>,
    /// `falsepositives`.
    pub falsepositives: Vec<Spanned<String>>,
    /// `scope`.
    pub scope: Vec<Spanned<String>>,
    /// `related`.
    pub related: Vec<Related>,
    /// `sigma-version`, as written.
    pub sigma_version: Option<Spanned<u32>>,
    /// Every other key, with the place of the key and its value.
    pub custom: IndexMap<String, (Span, crate::yaml::Node)>,
}

impl Meta {
    /// The title, or the id, or `untitled`.
    pub fn shown(&self) -> &str {
        let title = self.title.as_ref().or(self.id.as_ref());
        title.map_or("untitled", |text| text.value.as_str())
    }
}

/// An entry of `related`.
#[derive(Debug, Clone, PartialEq)]
pub struct Related {
    /// The other rule's id.
    pub id: Spanned<String>,
    /// How the two are related, such as `derived`.
    pub kind: Spanned<String>,
}

/// How bad a match is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Enrichment only.
    Informational,
    /// Notable, rarely an incident.
    Low,
    /// To be reviewed regularly.
    Medium,
    /// To be reviewed promptly.
    High,
    /// An incident.
    Critical,
}

impl Level {
    /// The name rules use.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Informational => "informational",
            Level::Low => "low",
            Level::Medium => "medium",
            Level::High => "high",
            Level::Critical => "critical",
        }
    }

    /// All levels, mildest first.
    pub const ALL: [Level; 5] = [
        Level::Informational,
        Level::Low,
        Level::Medium,
        Level::High,
        Level::Critical,
    ];
}

/// `logsource`: which log a rule reads.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LogSource {
    /// `product`.
    pub product: Option<Spanned<String>>,
    /// `category`.
    pub category: Option<Spanned<String>>,
    /// `service`.
    pub service: Option<Spanned<String>>,
    /// `definition`: prose, not evaluated.
    pub definition: Option<Spanned<String>>,
    /// The place of the whole attribute.
    pub span: Option<Span>,
}

/// The body of a detection rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Which log it reads.
    pub logsource: LogSource,
    /// What it looks for.
    pub detection: Detection,
}

/// `detection`, the `filter` of a filter document and the map of an array selector.
#[derive(Debug, Clone, PartialEq)]
pub struct Detection {
    /// Search identifiers in the order written.
    pub selections: IndexMap<String, Selection>,
    /// One or more; several are OR-linked.
    pub conditions: Vec<Spanned<Condition>>,
    /// The whole map.
    pub span: Span,
}

/// One search identifier.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// Its name.
    pub name: Spanned<String>,
    /// What it looks for.
    pub search: Search,
}

/// What a search identifier holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Search {
    /// A map: every item must match.
    All(Vec<Search>, Span),
    /// A list: one entry must match.
    Any(Vec<Search>, Span),
    /// A key with its values, or a keyword entry.
    Item(Item),
    /// `field[selector]: {…}`: the map is tried on elements of an array.
    Elements(Elements),
}

impl Search {
    /// Where it is written.
    pub fn span(&self) -> Span {
        match self {
            Search::All(_, span) | Search::Any(_, span) => *span,
            Search::Item(item) => item.span,
            Search::Elements(elements) => elements.span,
        }
    }
}

/// `field|modifier: value`.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// None for keywords.
    pub field: Option<Field>,
    /// In the order written.
    pub modifiers: Vec<Spanned<Modifier>>,
    /// Values; a list unless there was a single one.
    pub values: Vec<Spanned<Value>>,
    /// True where the values were written as a list.
    pub list: bool,
    /// The key, or the keyword itself.
    pub key: Span,
    /// Key and values.
    pub span: Span,
}

/// A field name; `selectors` come from the array notation of `sigma-version: 3`.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Array steps before the last part: `rules[any].verbs[0].x` has `rules` any, `verbs` 0.
    pub selectors: Vec<(Spanned<String>, ElementSelector)>,
    /// The (last part of the) name; `.` is the element itself.
    pub name: Spanned<String>,
}

/// `field[any]: {…}` and its siblings (SEP #212).
#[derive(Debug, Clone, PartialEq)]
pub struct Elements {
    /// The array, with outer selectors where the name has several.
    pub field: Field,
    /// Which elements must match.
    pub selector: ElementSelector,
    /// What one element must satisfy: selections and a condition of its own, or just a map.
    pub body: ElementBody,
    /// Key and body.
    pub span: Span,
}

/// What an element must satisfy.
#[derive(Debug, Clone, PartialEq)]
pub enum ElementBody {
    /// A map or list of maps, as in a selection.
    Search(Box<Search>),
    /// Selections with a `condition` of their own.
    Detection(Box<Detection>),
}

/// Which elements of an array must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ElementSelector {
    /// At least one.
    Any,
    /// Every one, and there is one.
    All,
    /// Every one; true for an empty or missing array.
    AllOrEmpty,
    /// Not one.
    None,
    /// The one at this place, counted from 0.
    Index(u32),
}

/// A value as the rule states it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text, unescaped by YAML but not yet by Sigma.
    Str(String),
    /// A whole number.
    Int(i128),
    /// A number with a fraction or exponent, or beyond the range of whole numbers.
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// `null`, `~` or nothing.
    Null,
}

/// The condition language.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// All must hold; at least two.
    And(Vec<Spanned<Condition>>),
    /// One must hold; at least two.
    Or(Vec<Spanned<Condition>>),
    /// Must not hold.
    Not(Box<Spanned<Condition>>),
    /// A search identifier.
    Selection(String),
    /// `1 of x*`, `all of them`.
    Of(Quantifier, Selector),
}

/// How many of the selected identifiers must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// `1 of` or `any of`.
    One,
    /// `all of`.
    All,
}

/// Which identifiers are meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Selector {
    /// `them`: all that do not start with `_`.
    Them,
    /// A name with `*` for any run of characters.
    Pattern(String),
}

pub use crate::modifier::Modifier;

/// The body of a correlation.
#[derive(Debug, Clone, PartialEq)]
pub struct Correlation {
    /// `type`.
    pub kind: Spanned<CorrelationKind>,
    /// `rules`: ids or names.
    pub rules: Vec<Spanned<String>>,
    /// `group-by`.
    pub group_by: Vec<Spanned<String>>,
    /// `timespan`, seconds; None only for `type: stats` and the like where it was faulty.
    pub timespan: Option<Spanned<u64>>,
    /// `condition`.
    pub condition: Option<Spanned<CorrelationCondition>>,
    /// `aliases`: alias, then rule and that rule's field.
    pub aliases: IndexMap<String, IndexMap<String, Spanned<String>>>,
    /// `generate`: the referenced rules also speak for themselves.
    pub generate: bool,
    /// `aggregates` of `type: stats`: name, then what it counts.
    pub aggregates: IndexMap<String, Spanned<Aggregate>>,
    /// The whole attribute.
    pub span: Span,
}

/// `type` of a correlation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CorrelationKind {
    /// `event_count`.
    EventCount,
    /// `value_count`.
    ValueCount,
    /// `temporal`.
    Temporal,
    /// `temporal_ordered`.
    TemporalOrdered,
    /// `value_sum`.
    ValueSum,
    /// `value_avg`.
    ValueAvg,
    /// `value_percentile`.
    ValuePercentile,
    /// `value_median`.
    ValueMedian,
    /// `new_terms`: an extension, first seen and rarity.
    NewTerms,
    /// `stats`: an extension, several aggregates in one window.
    Stats,
}

/// `condition` of a correlation.
#[derive(Debug, Clone, PartialEq)]
pub enum CorrelationCondition {
    /// Comparisons that must all hold, with what they count.
    Threshold {
        /// `gt`, `gte`, `lt`, `lte`, `eq`, `neq`.
        bounds: Vec<(Comparison, Spanned<f64>)>,
        /// `field`: empty, one, or a tuple.
        fields: Vec<Spanned<String>>,
        /// `percentile`.
        percentile: Option<Spanned<f64>>,
    },
    /// A boolean expression: over rule names (SEP #198), or over aggregates for `stats`.
    Expression(Box<Spanned<CorrelationExpr>>),
}

/// A boolean expression of a correlation.
#[derive(Debug, Clone, PartialEq)]
pub enum CorrelationExpr {
    /// All must hold.
    And(Vec<Spanned<CorrelationExpr>>),
    /// One must hold.
    Or(Vec<Spanned<CorrelationExpr>>),
    /// Must not hold.
    Not(Box<Spanned<CorrelationExpr>>),
    /// The rule of this name or id matched.
    Rule(String),
    /// An aggregate compared with a number.
    Compare(String, Comparison, f64),
}

/// What an aggregate of `type: stats` measures.
#[derive(Debug, Clone, PartialEq)]
pub enum Aggregate {
    /// `count: '*'` (None) or `count: rule`.
    Count(Option<String>),
    /// `count_distinct: field` or a tuple.
    CountDistinct(Vec<String>),
    /// `sum: field`.
    Sum(String),
    /// `avg: field`.
    Avg(String),
    /// `min: field`.
    Min(String),
    /// `max: field`.
    Max(String),
}

/// A comparison of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `lt`
    Lt,
    /// `lte`
    Lte,
    /// `gt`
    Gt,
    /// `gte`
    Gte,
    /// `eq`
    Eq,
    /// `neq`
    Neq,
}

/// The body of a filter.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// Which logs the rules it may touch read.
    pub logsource: LogSource,
    /// Which rules it is for.
    pub rules: FilterRules,
    /// Joined to each rule's condition with AND.
    pub detection: Detection,
}

/// Which rules a filter is for.
#[derive(Debug, Clone, PartialEq)]
pub enum FilterRules {
    /// `any`: all whose log source it covers.
    Any,
    /// Ids or names.
    Listed(Vec<Spanned<String>>),
}

pub use crate::hints::{Entity, Hints, Refire, Risk, Suppress, Template, TemplatePart, Variation};

/// A Sigma string with its wildcards found; see [`crate::pattern`].
pub type SigmaString = Pattern;
