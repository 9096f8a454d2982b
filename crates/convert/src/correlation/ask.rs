//! What a correlation asks, in the terms that forms are made of.

use super::forms::{Correlations, Type};
use super::observed::Observed;
use crate::Unsupported;
use crate::print::fill;
use sigwright_ir::CorrelationRule;
use sigwright_ir::correlation::{Bounds, Kind, Measure, Presence, PresenceExpr};
use sigwright_syntax::Sources;

/// A correlation's question.
pub(super) struct Ask<'c> {
    /// What is measured.
    pub of: Type,
    /// The references, in order; one listed twice is here twice where order counts.
    pub steps: Vec<usize>,
    condition: Condition<'c>,
    percentile: f64,
}

enum Condition<'c> {
    Bounds(&'c Bounds),
    Expression(&'c PresenceExpr),
}

impl<'c> Ask<'c> {
    /// None where no language's form can ask it.
    pub fn of(correlation: &'c CorrelationRule) -> Option<Ask<'c>> {
        let plan = &correlation.plan;
        let each: Vec<usize> = (0..correlation.references.len()).collect();
        let ask = |of, condition| Ask {
            of,
            steps: each.clone(),
            condition,
            percentile: 0.5,
        };
        Some(match &plan.kind {
            Kind::EventCount(bounds) => ask(Type::EventCount, Condition::Bounds(bounds)),
            Kind::ValueCount { fields, bounds } => {
                let of = match fields.len() {
                    1 => Type::ValueCount,
                    _ => Type::ValueCountOfTuples,
                };
                ask(of, Condition::Bounds(bounds))
            }
            Kind::Number {
                measure, bounds, ..
            } => {
                let (of, percentile) = match measure {
                    Measure::Sum => (Type::Sum, 0.5),
                    Measure::Avg => (Type::Avg, 0.5),
                    Measure::Percentile(p) => (Type::Percentile, p / 100.0),
                };
                Ask {
                    percentile,
                    ..ask(of, Condition::Bounds(bounds))
                }
            }
            Kind::Temporal(Presence::AtLeast(bounds)) => {
                ask(Type::Temporal, Condition::Bounds(bounds))
            }
            Kind::Temporal(Presence::Expr(expr)) => {
                ask(Type::TemporalExpression, Condition::Expression(expr))
            }
            Kind::Ordered(Presence::AtLeast(bounds)) => Ask {
                steps: plan.steps.clone(),
                ..ask(Type::Ordered, Condition::Bounds(bounds))
            },
            Kind::Ordered(Presence::Expr(_)) | Kind::NewTerms { .. } | Kind::Stats { .. } => {
                return None;
            }
        })
    }

    /// Whether more can only make it true.
    pub fn lower_only(&self) -> bool {
        match &self.condition {
            Condition::Bounds(bounds) => bounds.lower_only(),
            Condition::Expression(expr) => expr.lower_only(),
        }
    }

    /// The least whole number that satisfies it.
    pub fn least(&self) -> u64 {
        match &self.condition {
            Condition::Bounds(bounds) => bounds.lower(),
            Condition::Expression(_) => 0,
        }
    }

    /// Whether it holds where all rules match, and only there.
    pub fn wants_all(&self) -> bool {
        let all = self.steps.len() as u64;
        match &self.condition {
            Condition::Bounds(bounds) => bounds.least_of(all),
            Condition::Expression(_) => false,
        }
    }

    /// What templates are filled with.
    pub fn values(
        &self,
        correlation: &CorrelationRule,
        observed: &Observed<'_>,
        language: &Correlations,
        sources: &Sources,
    ) -> Result<Vec<(&'static str, String)>, Unsupported> {
        let by = observed.group.clone();
        let fields = observed.measured.clone();
        let keys: Vec<String> = by.iter().chain(&fields).cloned().collect();
        let (before, between, after) = language.group;
        let group = match by.is_empty() {
            true => String::new(),
            false => format!("{before}{}{after}", by.join(between)),
        };
        let per = match by.is_empty() {
            true => String::new(),
            false => format!(" by {}", by.join(between)),
        };
        let present = keys.iter();
        let present = present.map(|field| fill(language.present, &[("field", field)]));
        let seconds = correlation.plan.timespan / 1_000_000_000;
        Ok(vec![
            ("timespan", self.timespan(correlation, language, sources)),
            ("seconds", seconds.to_string()),
            ("group", group),
            ("per", per),
            ("by", by.join(", ")),
            ("keys", keys.join(", ")),
            ("field", fields.join(", ")),
            ("bounds", self.bounds(observed, language)),
            ("least", self.least().to_string()),
            ("percentile", format!("{:?}", self.percentile)),
            ("present", present.collect()),
            ("head", observed.head()?),
        ])
    }

    /// As the rule spells it where the language has the unit, or in its seconds.
    fn timespan(
        &self,
        correlation: &CorrelationRule,
        language: &Correlations,
        sources: &Sources,
    ) -> String {
        let span = |unit: char| language.units.iter().find(|(u, _)| *u == unit);
        let written = correlation.correlation.timespan.as_ref();
        let written = written.map_or("", |t| sources.text(t.span));
        let written = written.trim_matches(['"', '\'', ' ']);
        let mut number = written.to_owned();
        let own = number
            .pop()
            .and_then(span)
            .filter(|_| !number.is_empty() && number.chars().all(|digit| digit.is_ascii_digit()));
        match (own, span('s')) {
            (Some((_, unit)), _) => format!("{number}{unit}"),
            (None, seconds) => {
                let unit = seconds.map_or("s", |(_, unit)| unit);
                format!("{}{unit}", correlation.plan.timespan / 1_000_000_000)
            }
        }
    }

    fn bounds(&self, observed: &Observed<'_>, language: &Correlations) -> String {
        let measure = match self.of {
            Type::EventCount => "event_count",
            Type::ValueCount | Type::ValueCountOfTuples => "value_count",
            _ => "event_type_count",
        };
        match &self.condition {
            Condition::Bounds(bounds) => {
                let each = bounds.0.iter().map(|(comparison, bound)| {
                    let op = (language.comparisons)(*comparison);
                    let bound = bound.to_string();
                    let values = [("measure", measure), ("op", op), ("bound", &bound)];
                    fill(language.bound.0, &values)
                });
                each.collect::<Vec<_>>().join(language.bound.1)
            }
            Condition::Expression(expr) => presence(expr, 0, observed, language),
        }
    }
}

/// An expression; `or` binds more than `and` where it has one, as the languages' do.
fn presence(
    expr: &PresenceExpr,
    strength: u8,
    observed: &Observed<'_>,
    language: &Correlations,
) -> String {
    let Some((rule, and, or, not)) = language.presence else {
        return String::new();
    };
    let each = |parts: &[PresenceExpr], strength, between: &str| {
        let parts = parts
            .iter()
            .map(|p| presence(p, strength, observed, language));
        parts.collect::<Vec<_>>().join(between)
    };
    let (text, own) = match expr {
        PresenceExpr::And(parts) => (each(parts, 1, and), 0),
        PresenceExpr::Or(parts) => (each(parts, 2, or), 1),
        PresenceExpr::Not(part) => {
            let part = presence(part, 2, observed, language);
            (format!("{not}{part}"), 2)
        }
        PresenceExpr::Rule(reference) => (fill(rule, &[("rule", observed.name(*reference))]), 3),
    };
    match own < strength {
        true => format!("({text})"),
        false => text,
    }
}
