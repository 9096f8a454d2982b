//! How languages spell correlations: data.

use crate::dialect::Dialect;
use crate::dialects::correlations;
use sigwright_ir::pred::Comparison;

/// How one language spells correlations. Templates have names in braces:
/// `{query}` one rule's query, or `{condition}` what it asks, `{head}` what stands before that,
/// `{rule}` its name, `{aliases}` its fields as the correlation calls them; `{search}` all of
/// these together, `{any}` that one of the rules matches; `{timespan}`, `{seconds}`; `{group}` the clause of the group, `{per}` the same after `by`, `{keys}` the
/// group's fields and the measured ones, `{by}` the group's alone, `{field}` the measured ones;
/// `{bounds}` the comparisons, `{least}` the least whole number that satisfies them,
/// `{percentile}` from 0 to 1, `{present}` that there are values.
#[derive(Debug, Clone, Copy)]
pub struct Correlations {
    /// What it can say. The first that fits is taken; those that lose something only where
    /// that is allowed.
    pub forms: &'static [Form],
    /// Formats that take no correlations.
    pub not_in: &'static [&'static str],
    /// Between what a query begins with and its condition.
    pub head: &'static str,
    /// Before the fields of the group, between them, after them.
    pub group: (&'static str, &'static str, &'static str),
    /// A field under its alias: before all, each (`{alias}`, `{field}`), between; None where a
    /// field cannot be called otherwise.
    pub aliases: Option<(&'static str, &'static str, &'static str)>,
    /// `{field}`: lets through what has the field, where groups and measures do not.
    pub present: &'static str,
    /// A comparison of the measure: (`{op}`, `{bound}`), and between several.
    pub bound: (&'static str, &'static str),
    /// Spellings of the comparisons.
    pub comparisons: fn(Comparison) -> &'static str,
    /// `{rule}`: it matched; with and, or, not.
    pub presence: Option<(&'static str, &'static str, &'static str, &'static str)>,
    /// Units of time: as in a rule, and as in the language; what is left out is put as seconds.
    pub units: &'static [(char, &'static str)],
}

/// One way to say one type of correlation.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// Which correlations it is for.
    pub of: Type,
    /// Which conditions.
    pub takes: Takes,
    /// How many rules: the least and the most.
    pub rules: (usize, usize),
    /// The fewest and the most observations that may be asked for.
    pub least: (u64, u64),
    /// It cannot do without a group.
    pub grouped: bool,
    /// One rule's query, and what stands between several.
    pub search: (&'static str, &'static str),
    /// The whole.
    pub template: &'static str,
    /// What it misses or finds wrongly; nothing where it is exact.
    pub loses: &'static [&'static str],
}

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
pub(super) fn of(dialect: &Dialect) -> Option<&'static Correlations> {
    let mut all = correlations::CORRELATIONS.iter();
    all.find(|(name, _)| *name == dialect.name)
        .map(|(_, correlations)| *correlations)
}
