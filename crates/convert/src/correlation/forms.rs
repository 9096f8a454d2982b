//! How languages spell correlations: data.

use super::observed::Observed;
use crate::Unsupported;
use crate::dialect::Dialect;
use crate::dialects::correlations;
use sigwright_ir::CorrelationRule;
use sigwright_ir::pred::Comparison;

/// How one language spells correlations. Templates have names in braces:
/// `{query}` one rule's query, or `{condition}` what it asks, `{head}` what stands before that,
/// `{rule}` its name, `{n}` its place from 0 and `{next}` the one after it, `{aliases}` its fields
/// as the correlation calls them; `{search}` all of these together, `{any}` that one of the rules
/// matches; `{timespan}`, `{seconds}`; `{group}` the clause of the group, `{per}` the same after
/// `by`, `{key}` the group as one text, `{keys}` the group's fields and the measured ones, `{by}`
/// the group's alone, `{field}` the measured ones; `{measures}` what is measured, `{bounds}` the
/// condition, `{least}` the least whole number that satisfies it, `{percentile}` from 0 to 1,
/// `{present}` that there are values.
#[derive(Debug, Clone, Copy)]
pub struct Correlations {
    /// What it can say. Of those that fit, the first that loses nothing is taken; where
    /// losing something is allowed and there is none, the first.
    pub forms: &'static [Form],
    /// A language in which forms are not enough.
    pub whole: Option<Whole>,
    /// What of the rules' state is used up in the query, so that no pipeline says it again.
    pub own_state: Option<&'static str>,
    /// Formats that take no correlations.
    pub not_in: &'static [&'static str],
    /// Between what a query begins with and its condition.
    pub head: &'static str,
    /// Before the fields of the group, between them, after them.
    pub group: (&'static str, &'static str, &'static str),
    /// The group as one text: each field (`{name}`), between, and what stands for no field.
    pub key: (&'static str, &'static str, &'static str),
    /// A field under its alias: before all, each (`{alias}`, `{field}`), between; None where a
    /// field cannot be called otherwise.
    pub aliases: Option<(&'static str, &'static str, &'static str)>,
    /// `{field}`: lets through what has the field, where groups and measures do not.
    pub present: &'static str,
    /// What is measured.
    pub measures: Measures,
    /// A comparison of the measure: (`{measure}`, `{op}`, `{bound}`), and between several.
    pub bound: (&'static str, &'static str),
    /// Spellings of the comparisons.
    pub comparisons: fn(Comparison) -> &'static str,
    /// Units of time: as in a rule, and as in the language; what is left out is put as seconds.
    pub units: &'static [(char, &'static str)],
}

/// The query of a correlation; it loses nothing.
pub type Whole = fn(&CorrelationRule, &Observed<'_>) -> Result<String, Unsupported>;

/// How aggregates are spelled: `{field}`, `{rule}`, `{percent}` from 0 to 100; empty where there
/// is none.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "they are called as in rules")]
pub struct Measures {
    pub count: &'static str,
    pub count_of_rule: &'static str,
    pub distinct: &'static str,
    pub sum: &'static str,
    pub avg: &'static str,
    pub min: &'static str,
    pub max: &'static str,
    pub percentile: &'static str,
    /// `{name}`, `{measure}`.
    pub named: &'static str,
    /// Between several.
    pub between: &'static str,
}

/// None.
pub const NO_MEASURES: Measures = Measures {
    count: "",
    count_of_rule: "",
    distinct: "",
    sum: "",
    avg: "",
    min: "",
    max: "",
    percentile: "",
    named: "",
    between: ", ",
};

/// One way to say some types of correlation.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// Which correlations it is for.
    pub of: &'static [Type],
    /// Which conditions.
    pub takes: Takes,
    /// How many rules: the least and the most.
    pub rules: (usize, usize),
    /// The fewest and the most observations that may be asked for.
    pub least: (u64, u64),
    /// It cannot do without a group.
    pub grouped: bool,
    /// It takes no rule twice, and fields only under their own names.
    pub apart: bool,
    /// This in a rule's query rules it out.
    pub without: Option<&'static str>,
    /// One rule's query, and what stands between several.
    pub search: (&'static str, &'static str),
    /// More of the kind: a name, for each rule, between.
    pub each: &'static [(&'static str, &'static str, &'static str)],
    /// `{rule}`, `{n}`: the rule matched, in boolean conditions.
    pub matched: &'static str,
    /// And, or, not in conditions.
    pub logic: Logic,
    /// The whole.
    pub template: &'static str,
    /// What it misses or finds wrongly; nothing where it is exact.
    pub loses: &'static [&'static str],
}

/// Operators of conditions.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "they are called as in rules")]
pub struct Logic {
    pub and: &'static str,
    pub or: &'static str,
    pub not: &'static str,
    /// `or` needs no parentheses beside `and`.
    pub or_binds_more: bool,
}

/// As in most languages.
pub const LOGIC: Logic = Logic {
    and: " and ",
    or: " or ",
    not: "not ",
    or_binds_more: false,
};

/// What is measured, as languages tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "they are called as in rules")]
pub enum Type {
    EventCount,
    ValueCount,
    ValueCountOfTuples,
    Sum,
    Avg,
    Percentile,
    Temporal,
    TemporalExpression,
    Ordered,
    OrderedExpression,
    NewTerms,
    Stats,
}

/// Conditions that a form can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Only bounds from below.
    Lower,
    /// Only that all rules match.
    All,
    /// Everything.
    Any,
}

/// The correlations of a language.
pub fn of(dialect: &Dialect) -> Option<&'static Correlations> {
    let mut all = correlations::CORRELATIONS.iter();
    all.find(|(name, _)| *name == dialect.name)
        .map(|(_, correlations)| *correlations)
}
