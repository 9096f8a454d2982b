//! What a correlation asks, in the terms that forms are made of.

use super::forms::{Correlations, Form, Logic, Type};
use super::observed::Observed;
use crate::Unsupported;
use crate::print::fill;
use sigwright_ir::CorrelationRule;
use sigwright_ir::correlation::{
    Aggregate, Bounds, Kind, Measure, Presence, PresenceExpr, StatsExpr,
};
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
    Stats(&'c StatsExpr),
    /// All steps.
    All,
}

impl<'c> Ask<'c> {
    /// What a correlation asks.
    pub fn of(correlation: &'c CorrelationRule) -> Ask<'c> {
        let plan = &correlation.plan;
        let each: Vec<usize> = (0..correlation.references.len()).collect();
        let ask = |of, condition| Ask {
            of,
            steps: each.clone(),
            condition,
            percentile: 0.5,
        };
        match &plan.kind {
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
            Kind::Ordered(Presence::Expr(expr)) => match only_alternative(expr) {
                Some(present) => {
                    let steps = plan.steps.iter().copied();
                    Ask {
                        steps: steps.filter(|step| present.contains(step)).collect(),
                        ..ask(Type::Ordered, Condition::All)
                    }
                }
                None => ask(Type::OrderedExpression, Condition::Expression(expr)),
            },
            Kind::NewTerms { bounds, .. } => ask(Type::NewTerms, Condition::Bounds(bounds)),
            Kind::Stats { condition, .. } => ask(Type::Stats, Condition::Stats(condition)),
        }
    }

    /// Whether more can only make it true.
    pub fn lower_only(&self) -> bool {
        match &self.condition {
            Condition::Bounds(bounds) => bounds.lower_only(),
            Condition::Expression(expr) => expr.lower_only(),
            Condition::Stats(expr) => expr.lower_only(),
            Condition::All => true,
        }
    }

    /// The least whole number that satisfies it.
    pub fn least(&self) -> u64 {
        match &self.condition {
            Condition::Bounds(bounds) => bounds.lower(),
            _ => 0,
        }
    }

    /// Whether it holds where all rules match, and only there; `eq` is judged when a window
    /// closes.
    pub fn wants_all(&self) -> bool {
        let all = self.steps.len();
        match &self.condition {
            Condition::Bounds(bounds) => bounds.lower_only() && bounds.least_of(all as u64),
            Condition::Expression(expr) => {
                only_alternative(expr).is_some_and(|present| present.len() == all)
            }
            Condition::Stats(_) => false,
            Condition::All => true,
        }
    }

    /// Whether a rule is in it twice.
    pub fn repeats(&self) -> bool {
        let mut seen = self.steps.clone();
        seen.sort_unstable();
        seen.windows(2).any(|two| two.first() == two.get(1))
    }

    /// What templates are filled with.
    pub fn values(
        &self,
        correlation: &CorrelationRule,
        observed: &Observed<'_>,
        form: &Form,
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
        // what has no number counts all the same where several things are measured
        let wanted = match self.of {
            Type::Stats => &by,
            _ => &keys,
        };
        let present = wanted.iter();
        let present = present.map(|field| fill(language.present, &[("field", field)]));
        let (each, between, nothing) = language.key;
        let key = observed.group_names.iter();
        let key: Vec<String> = key.map(|name| fill(each, &[("name", name)])).collect();
        let key = match key.is_empty() {
            true => nothing.to_owned(),
            false => key.join(between),
        };
        let seconds = correlation.plan.timespan / 1_000_000_000;
        let mut values = vec![
            ("timespan", self.timespan(correlation, language, sources)),
            ("seconds", seconds.to_string()),
            ("group", group),
            ("per", per),
            ("by", by.join(", ")),
            ("key", key),
            ("keys", keys.join(", ")),
            ("field", fields.join(", ")),
            ("least", self.least().to_string()),
            ("percentile", format!("{:?}", self.percentile)),
            ("present", present.collect()),
            ("last", self.steps.len().to_string()),
        ];
        let bounds = self.bounds(correlation, observed, form, language, &values);
        values.push(("bounds", bounds));
        if form.template.contains("{measures}") {
            values.push(("measures", self.measures(correlation, observed, language)?));
        }
        if form.template.contains("{head}") {
            values.push(("head", observed.head()?));
        }
        Ok(values)
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

    /// What the one measure is called.
    fn measure(&self) -> &'static str {
        match self.of {
            Type::EventCount => "event_count",
            Type::ValueCount | Type::ValueCountOfTuples => "value_count",
            Type::Sum => "value_sum",
            Type::Avg => "value_avg",
            Type::Percentile => "value_percentile",
            Type::NewTerms => "prior",
            _ => "event_type_count",
        }
    }

    /// What is measured, under names.
    fn measures(
        &self,
        correlation: &CorrelationRule,
        observed: &Observed<'_>,
        language: &Correlations,
    ) -> Result<String, Unsupported> {
        let measures = &language.measures;
        let mut fields = observed.measured.iter();
        let percent = (self.percentile * 100.0).to_string();
        let mut each: Vec<(&str, &str, &str, usize)> = Vec::new();
        match (&correlation.plan.kind, self.of) {
            (Kind::Stats { aggregates, .. }, _) => {
                for (name, aggregate) in aggregates {
                    let (template, rule) = match aggregate {
                        Aggregate::Count(None) => (measures.count, ""),
                        Aggregate::Count(Some(rule)) => {
                            (measures.count_of_rule, observed.name(*rule))
                        }
                        Aggregate::CountDistinct(_) => (measures.distinct, ""),
                        Aggregate::Sum(_) => (measures.sum, ""),
                        Aggregate::Avg(_) => (measures.avg, ""),
                        Aggregate::Min(_) => (measures.min, ""),
                        Aggregate::Max(_) => (measures.max, ""),
                    };
                    each.push((name, template, rule, aggregate.fields().len()));
                }
            }
            (_, of) => {
                let template = match of {
                    Type::ValueCount | Type::ValueCountOfTuples => measures.distinct,
                    Type::Sum => measures.sum,
                    Type::Avg => measures.avg,
                    Type::Percentile => measures.percentile,
                    _ => measures.count,
                };
                each.push((self.measure(), template, "", fields.len()));
            }
        }
        let mut all = Vec::with_capacity(each.len());
        for (name, template, rule, number) in each {
            let field: Vec<&str> = fields.by_ref().take(number).map(String::as_str).collect();
            if template.is_empty() || field.len() > 1 {
                let what = match field.len() {
                    0 | 1 => format!("the measure `{name}`"),
                    _ => "counts of tuples of several fields".to_owned(),
                };
                return Err(observed.cannot(correlation, &what));
            }
            let field = field.first().copied().unwrap_or_default();
            let values = [
                ("field", field),
                ("rule", rule),
                ("percent", &*percent),
                ("name", name),
            ];
            let measure = fill(template, &values);
            let values = [("name", name), ("measure", &*measure)];
            all.push(fill(measures.named, &values));
        }
        Ok(all.join(measures.between))
    }

    fn bounds(
        &self,
        correlation: &CorrelationRule,
        observed: &Observed<'_>,
        form: &Form,
        language: &Correlations,
        values: &[(&str, String)],
    ) -> String {
        let compared = |measure: &str, comparison, bound: f64| {
            let op = (language.comparisons)(comparison);
            let bound = bound.to_string();
            let values = [("measure", measure), ("op", op), ("bound", &bound)];
            fill(language.bound.0, &values)
        };
        match &self.condition {
            Condition::Bounds(bounds) => {
                let each = bounds.0.iter();
                let each = each.map(|(op, bound)| compared(self.measure(), *op, *bound));
                each.collect::<Vec<_>>().join(language.bound.1)
            }
            Condition::Expression(expr) => {
                said(&Boolean::of_rules(expr), 0, &form.logic, &|rule| {
                    observed.filled(*rule, form.matched, values)
                })
            }
            Condition::Stats(expr) => {
                let Kind::Stats { aggregates, .. } = &correlation.plan.kind else {
                    return String::new();
                };
                let name = |at| {
                    aggregates
                        .get_index(at)
                        .map_or("", |(name, _)| name.as_str())
                };
                let leaf = |(at, op, bound): &(usize, _, f64)| compared(name(*at), *op, *bound);
                said(&Boolean::of_stats(expr), 0, &form.logic, &leaf)
            }
            Condition::All => String::new(),
        }
    }
}

/// The references of an expression's one alternative, if it has one and no `not`.
pub(crate) fn only_alternative(expr: &PresenceExpr) -> Option<Vec<usize>> {
    let mut all = expr.disjuncts(2)?;
    let one = all.pop()?;
    (all.is_empty() && one.absent.is_empty()).then_some(one.present)
}

/// A boolean expression over anything.
pub(crate) enum Boolean<T> {
    And(Vec<Boolean<T>>),
    Or(Vec<Boolean<T>>),
    Not(Box<Boolean<T>>),
    Leaf(T),
}

impl Boolean<usize> {
    /// Over the rules that matched.
    pub fn of_rules(expr: &PresenceExpr) -> Boolean<usize> {
        let each = |parts: &[PresenceExpr]| parts.iter().map(Boolean::of_rules).collect();
        match expr {
            PresenceExpr::And(parts) => Boolean::And(each(parts)),
            PresenceExpr::Or(parts) => Boolean::Or(each(parts)),
            PresenceExpr::Not(part) => Boolean::Not(Box::new(Boolean::of_rules(part))),
            PresenceExpr::Rule(rule) => Boolean::Leaf(*rule),
        }
    }
}

/// An aggregate's place, how it is compared, with what.
pub(crate) type Compared = (usize, sigwright_ir::pred::Comparison, f64);

impl Boolean<Compared> {
    /// Over aggregates.
    pub fn of_stats(expr: &StatsExpr) -> Boolean<Compared> {
        let each = |parts: &[StatsExpr]| parts.iter().map(Boolean::of_stats).collect();
        match expr {
            StatsExpr::And(parts) => Boolean::And(each(parts)),
            StatsExpr::Or(parts) => Boolean::Or(each(parts)),
            StatsExpr::Not(part) => Boolean::Not(Box::new(Boolean::of_stats(part))),
            StatsExpr::Compare(at, op, bound) => Boolean::Leaf((*at, *op, *bound)),
        }
    }
}

/// An expression as text; `strength` is 1 inside `and`, 2 inside `or` and `not`.
pub(crate) fn said<T>(
    expr: &Boolean<T>,
    strength: u8,
    logic: &Logic,
    leaf: &dyn Fn(&T) -> String,
) -> String {
    let each = |parts: &[Boolean<T>], strength, between: &str| {
        let parts = parts.iter().map(|part| said(part, strength, logic, leaf));
        parts.collect::<Vec<_>>().join(between)
    };
    let (text, own) = match expr {
        Boolean::And(parts) => (each(parts, 1, logic.and), 0),
        Boolean::Or(parts) => (each(parts, 2, logic.or), u8::from(logic.or_binds_more)),
        Boolean::Not(part) => {
            let part = said(part, 2, logic, leaf);
            (format!("{}{part}", logic.not), 2)
        }
        Boolean::Leaf(one) => (leaf(one), 3),
    };
    match own < strength {
        true => format!("({text})"),
        false => text,
    }
}
