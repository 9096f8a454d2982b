//! Spells out what a correlation means, in words of its own: a fingerprint outlives the
//! program that made it, so nothing here may follow the names of types or their `Debug` text.

use crate::correlation::{
    Aggregate, Bounds, KeyField, Kind, Measure, Plan, Presence, PresenceExpr, StatsExpr,
};
use crate::hints::{Hints, Refire};
use sigwright_syntax::ast::Comparison;
use std::fmt::{Display, Write as _};

/// A text without two readings: texts are preceded by their length, lists by theirs.
#[derive(Debug, Default)]
pub(crate) struct Spelling(String);

impl Spelling {
    /// One that begins with a word.
    pub(crate) fn of(word: impl Display) -> Self {
        Spelling(String::new()).word(word)
    }

    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// A word or a number.
    pub(crate) fn word(mut self, word: impl Display) -> Self {
        // writing to a string does not fail
        let _ = write!(self.0, "{word} ");
        self
    }

    /// Any text.
    pub(crate) fn text(self, text: &str) -> Self {
        self.word(text.len()).word(text)
    }

    /// A text that may be missing.
    pub(crate) fn option(self, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.word("some").text(text),
            None => self.word("none"),
        }
    }

    /// A list, each of its members spelled by `each`.
    pub(crate) fn list<T>(
        self,
        list: impl ExactSizeIterator<Item = T>,
        each: impl FnMut(Self, T) -> Self,
    ) -> Self {
        let start = self.word(list.len());
        list.fold(start, each)
    }

    /// A plan, without its fingerprint.
    pub(crate) fn plan(self, plan: &Plan) -> Self {
        let Plan {
            kind,
            timespan,
            group_by,
            steps,
            fingerprint: _,
        } = plan;
        self.kind(kind)
            .word(timespan)
            .list(group_by.iter(), Self::field)
            .list(steps.iter(), Self::word)
    }

    /// Whether and when a condition that stays true alerts again.
    pub(crate) fn refire(self, refire: Refire) -> Self {
        match refire {
            Refire::Once => self.word("once"),
            Refire::After(span) => self.word("after").word(span),
            Refire::Always => self.word("always"),
        }
    }

    /// The hints that keep state.
    pub(crate) fn hints(self, hints: &Hints) -> Self {
        let suppressed = match &hints.suppress {
            Some(suppress) => self
                .word("suppress")
                .word(suppress.span)
                .list(suppress.by.iter(), |said, field| said.text(field)),
            None => self,
        };
        match hints.activation {
            Some(span) => suppressed.word("activation").word(span),
            None => suppressed,
        }
    }

    fn field(self, field: &KeyField) -> Self {
        let KeyField { name, in_reference } = field;
        self.text(name)
            .list(in_reference.iter(), |said, name| said.text(name))
    }

    fn bounds(self, bounds: &Bounds) -> Self {
        self.list(bounds.0.iter(), |said, (comparison, bound)| {
            said.comparison(*comparison).word(bound)
        })
    }

    fn comparison(self, comparison: Comparison) -> Self {
        self.word(match comparison {
            Comparison::Lt => "lt",
            Comparison::Lte => "lte",
            Comparison::Gt => "gt",
            Comparison::Gte => "gte",
            Comparison::Eq => "eq",
            Comparison::Neq => "neq",
        })
    }

    fn kind(self, kind: &Kind) -> Self {
        match kind {
            Kind::EventCount(bounds) => self.word("event_count").bounds(bounds),
            Kind::ValueCount { fields, bounds } => self
                .word("value_count")
                .list(fields.iter(), Self::field)
                .bounds(bounds),
            Kind::Number {
                measure,
                field,
                bounds,
            } => self.measure(*measure).field(field).bounds(bounds),
            Kind::Temporal(presence) => self.word("temporal").presence(presence),
            Kind::Ordered(presence) => self.word("temporal_ordered").presence(presence),
            Kind::NewTerms { fields, bounds } => self
                .word("new_terms")
                .list(fields.iter(), Self::field)
                .bounds(bounds),
            Kind::Stats {
                aggregates,
                condition,
            } => self
                .word("stats")
                .list(aggregates.iter(), |said, (name, aggregate)| {
                    said.text(name).aggregate(aggregate)
                })
                .stats(condition),
        }
    }

    fn measure(self, measure: Measure) -> Self {
        match measure {
            Measure::Sum => self.word("value_sum"),
            Measure::Avg => self.word("value_avg"),
            Measure::Percentile(percent) => self.word("value_percentile").word(percent),
        }
    }

    fn presence(self, presence: &Presence) -> Self {
        match presence {
            Presence::AtLeast(bounds) => self.word("rules").bounds(bounds),
            Presence::Expr(expr) => self.present(expr),
        }
    }

    fn present(self, expr: &PresenceExpr) -> Self {
        match expr {
            PresenceExpr::And(parts) => self.word("and").list(parts.iter(), Self::present),
            PresenceExpr::Or(parts) => self.word("or").list(parts.iter(), Self::present),
            PresenceExpr::Not(part) => self.word("not").present(part),
            PresenceExpr::Rule(reference) => self.word("rule").word(reference),
        }
    }

    fn aggregate(self, aggregate: &Aggregate) -> Self {
        match aggregate {
            Aggregate::Count(None) => self.word("count"),
            Aggregate::Count(Some(reference)) => self.word("count_of").word(reference),
            Aggregate::CountDistinct(fields) => {
                self.word("count_distinct").list(fields.iter(), Self::field)
            }
            Aggregate::Sum(field) => self.word("sum").field(field),
            Aggregate::Avg(field) => self.word("avg").field(field),
            Aggregate::Min(field) => self.word("min").field(field),
            Aggregate::Max(field) => self.word("max").field(field),
        }
    }

    fn stats(self, expr: &StatsExpr) -> Self {
        match expr {
            StatsExpr::And(parts) => self.word("and").list(parts.iter(), Self::stats),
            StatsExpr::Or(parts) => self.word("or").list(parts.iter(), Self::stats),
            StatsExpr::Not(part) => self.word("not").stats(part),
            StatsExpr::Compare(aggregate, comparison, bound) => self
                .word("compare")
                .word(aggregate)
                .comparison(*comparison)
                .word(bound),
        }
    }
}
