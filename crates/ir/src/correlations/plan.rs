//! From what a correlation says to what it means.

use super::{References, sense};
use crate::correlation::{
    Aggregate, Bounds, KeyField, Kind, Measure, Plan, Presence, PresenceExpr, StatsExpr,
};
use crate::limits::LIMITS;
use crate::names::Names;
use indexmap::IndexMap;
use sigwright_syntax::ast::{
    self, Body, Correlation, CorrelationCondition, CorrelationExpr, CorrelationKind,
};
use sigwright_syntax::{Diagnostic, Diagnostics, Span, Spanned};

/// Nanoseconds of so many seconds. The reader's limit keeps them in range.
pub(super) fn nanoseconds(seconds: u64) -> i64 {
    i64::try_from(seconds)
        .unwrap_or(i64::MAX)
        .saturating_mul(1_000_000_000)
}

/// The plan of a correlation whose references were found; the fingerprint is still to come.
/// `room` is how many fields of references may still be named. None after an error.
pub(super) fn plan(
    correlation: &Correlation,
    references: &References,
    names: &Names<'_>,
    room: &mut usize,
    diagnostics: &mut Diagnostics,
) -> Option<Plan> {
    let errors = diagnostics.len();
    let mut planner = Planner {
        correlation,
        references,
        names,
        room,
        diagnostics,
    };
    let plan = planner.plan();
    let failed = diagnostics
        .get(errors..)
        .unwrap_or_default()
        .iter()
        .any(|d| d.severity == sigwright_syntax::Severity::Error);
    let plan = plan.filter(|_| !failed)?;
    sense::check(correlation, &plan, diagnostics);
    Some(plan)
}

struct Planner<'a, 'd> {
    correlation: &'a Correlation,
    references: &'a References,
    names: &'a Names<'d>,
    /// Fields of references that may still be named, over all correlations.
    room: &'a mut usize,
    diagnostics: &'a mut Diagnostics,
}

impl Planner<'_, '_> {
    fn plan(&mut self) -> Option<Plan> {
        let correlation = self.correlation;
        let timespan = correlation.timespan?;
        let steps: Vec<usize> = correlation
            .rules
            .iter()
            .filter_map(|rule| self.reference(&rule.value))
            .collect();
        if correlation.kind.value == CorrelationKind::TemporalOrdered {
            self.at_most("rules", steps.len(), LIMITS.steps, correlation.kind.span);
        }
        let group_by = self.key_fields("group-by", &correlation.group_by, correlation.span);
        let kind = self.kind(&steps)?;
        Some(Plan {
            kind,
            timespan: nanoseconds(timespan.value),
            group_by,
            steps,
            fingerprint: 0,
        })
    }

    /// The place of a name or id among the references.
    fn reference(&self, name: &str) -> Option<usize> {
        match self.names.find(name) {
            [one] => self.references.get_index_of(one),
            _ => None,
        }
    }

    fn at_most(&mut self, what: &str, count: usize, most: usize, span: Span) {
        if count > most {
            self.diagnostics.push(
                Diagnostic::error(
                    "correlation-too-large",
                    span,
                    format!("`{what}` has too many entries"),
                )
                .because(format!("{count}, at most {most}"))
                .help("split the correlation, or chain several"),
            );
        }
    }

    fn key_fields(&mut self, what: &str, fields: &[Spanned<String>], span: Span) -> Vec<KeyField> {
        let span = fields.first().map_or(span, |field| field.span);
        self.at_most(what, fields.len(), LIMITS.key_fields, span);
        let mut seen: IndexMap<&str, Span> = IndexMap::new();
        let mut keys = Vec::new();
        for field in fields.iter().take(LIMITS.key_fields) {
            if let Some(first) = seen.insert(&field.value, field.span) {
                self.diagnostics.push(
                    Diagnostic::warning(
                        "duplicate-field",
                        field.span,
                        format!("`{}` is in this list already", field.value),
                    )
                    .also(first, "here"),
                );
                continue;
            }
            keys.push(self.key_field(&field.value, field.span));
        }
        keys
    }

    /// A field with what it is called in each reference.
    fn key_field(&mut self, name: &str, span: Span) -> KeyField {
        let count = self.references.len();
        let Some(left) = self.room.checked_sub(count) else {
            self.diagnostics.push(
                Diagnostic::error(
                    "too-many-fields",
                    span,
                    "correlations name too many fields of too many rules",
                )
                .because(format!("more than {} over all of them", LIMITS.observed))
                .help("use fewer fields, or list fewer rules"),
            );
            return KeyField {
                name: name.to_owned(),
                in_reference: Vec::new(),
            };
        };
        *self.room = left;
        let aliases = self.correlation.aliases.get(name);
        let mut in_reference: Vec<String> = vec![name.to_owned(); count];
        for (rule, field) in aliases.into_iter().flatten() {
            let place = self.reference(rule);
            if let Some(slot) = place.and_then(|at| in_reference.get_mut(at)) {
                slot.clone_from(&field.value);
            }
        }
        for ((target, reference), field) in self.references.iter().zip(&in_reference) {
            let Some(Body::Correlation(other)) = self.names.document(*target).map(|d| &d.body)
            else {
                continue;
            };
            if !fields_of_alert(other).any(|known| known == field) {
                self.diagnostics.push(
                    Diagnostic::warning(
                        "missing-field",
                        span,
                        format!("the alerts of `{}` have no field `{field}`", reference.value),
                    )
                    .because("so they are skipped")
                    .help("group that correlation by it, or give the field's name there under `aliases`"),
                );
            }
        }
        KeyField {
            name: name.to_owned(),
            in_reference,
        }
    }

    fn kind(&mut self, steps: &[usize]) -> Option<Kind> {
        let correlation = self.correlation;
        let kind = correlation.kind.value;
        if let CorrelationKind::Temporal | CorrelationKind::TemporalOrdered = kind {
            let presence = self.presence(steps)?;
            return Some(match kind {
                CorrelationKind::Temporal => Kind::Temporal(presence),
                _ => Kind::Ordered(presence),
            });
        }
        let condition = correlation.condition.as_ref()?;
        if kind == CorrelationKind::Stats {
            return self.stats(condition);
        }
        let CorrelationCondition::Threshold {
            bounds,
            fields,
            percentile,
        } = &condition.value
        else {
            return None;
        };
        let bounds = Bounds(bounds.iter().map(|(c, n)| (*c, n.value)).collect());
        let mut fields = self.key_fields("field", fields, condition.span);
        let measure = match kind {
            CorrelationKind::EventCount => return Some(Kind::EventCount(bounds)),
            CorrelationKind::ValueCount => return Some(Kind::ValueCount { fields, bounds }),
            CorrelationKind::NewTerms => return Some(Kind::NewTerms { fields, bounds }),
            CorrelationKind::ValueSum => Measure::Sum,
            CorrelationKind::ValueAvg => Measure::Avg,
            _ => Measure::Percentile(percentile.map_or(50.0, |percentile| percentile.value)),
        };
        Some(Kind::Number {
            measure,
            field: fields.pop()?,
            bounds,
        })
    }

    /// The condition of a temporal type; without one, all of `steps`.
    fn presence(&mut self, steps: &[usize]) -> Option<Presence> {
        let ordered = self.correlation.kind.value == CorrelationKind::TemporalOrdered;
        let condition = self.correlation.condition.as_ref();
        match condition.map(|condition| (&condition.value, condition.span)) {
            None => {
                let all = match ordered {
                    true => steps.len(),
                    false => self.references.len(),
                };
                Some(Presence::AtLeast(Bounds(vec![(
                    ast::Comparison::Gte,
                    all as f64,
                )])))
            }
            Some((CorrelationCondition::Threshold { bounds, .. }, _)) => Some(Presence::AtLeast(
                Bounds(bounds.iter().map(|(c, n)| (*c, n.value)).collect()),
            )),
            Some((CorrelationCondition::Expression(tree), span)) => {
                let leaves = leaves(tree);
                if leaves > LIMITS.named_rules {
                    self.diagnostics.push(
                        Diagnostic::error(
                            "condition-too-large",
                            span,
                            "this condition names too many rules",
                        )
                        .because(format!("{leaves}, at most {}", LIMITS.named_rules))
                        .help("write several correlations"),
                    );
                    return None;
                }
                let expr = self.presence_expr(tree)?;
                if expr.disjuncts(LIMITS.disjuncts).is_none() {
                    self.diagnostics.push(
                        Diagnostic::error(
                            "condition-too-large",
                            span,
                            "this condition has too many alternatives",
                        )
                        .because(format!("more than {}", LIMITS.disjuncts))
                        .help("write several correlations"),
                    );
                    return None;
                }
                Some(Presence::Expr(expr))
            }
        }
    }

    /// Nesting is bounded by the grammar.
    fn presence_expr(&self, tree: &Spanned<CorrelationExpr>) -> Option<PresenceExpr> {
        let parts = |terms: &[Spanned<CorrelationExpr>]| {
            terms
                .iter()
                .map(|term| self.presence_expr(term))
                .collect::<Option<Vec<_>>>()
        };
        Some(match &tree.value {
            CorrelationExpr::And(terms) => PresenceExpr::And(parts(terms)?),
            CorrelationExpr::Or(terms) => PresenceExpr::Or(parts(terms)?),
            CorrelationExpr::Not(term) => PresenceExpr::Not(Box::new(self.presence_expr(term)?)),
            CorrelationExpr::Rule(name) => PresenceExpr::Rule(self.reference(name)?),
            CorrelationExpr::Compare(..) => return None,
        })
    }

    fn stats(&mut self, condition: &Spanned<CorrelationCondition>) -> Option<Kind> {
        let correlation = self.correlation;
        let CorrelationCondition::Expression(tree) = &condition.value else {
            return None;
        };
        let count = correlation.aggregates.len();
        self.at_most("aggregates", count, LIMITS.aggregates, condition.span);
        let mut aggregates = IndexMap::with_capacity(count);
        for (name, aggregate) in correlation.aggregates.iter().take(LIMITS.aggregates) {
            let span = aggregate.span;
            let mut one = |field: &str| self.key_field(field, span);
            let lowered = match &aggregate.value {
                ast::Aggregate::Count(None) => Aggregate::Count(None),
                ast::Aggregate::Count(Some(rule)) => Aggregate::Count(Some(self.reference(rule)?)),
                ast::Aggregate::CountDistinct(fields) => {
                    let fields: Vec<_> = fields
                        .iter()
                        .map(|field| Spanned::new(field.clone(), span))
                        .collect();
                    Aggregate::CountDistinct(self.key_fields(name, &fields, span))
                }
                ast::Aggregate::Sum(field) => Aggregate::Sum(one(field)),
                ast::Aggregate::Avg(field) => Aggregate::Avg(one(field)),
                ast::Aggregate::Min(field) => Aggregate::Min(one(field)),
                ast::Aggregate::Max(field) => Aggregate::Max(one(field)),
            };
            aggregates.insert(name.clone(), lowered);
        }
        let condition = stats_expr(tree, &aggregates)?;
        Some(Kind::Stats {
            aggregates,
            condition,
        })
    }
}

/// Nesting is bounded by the grammar.
fn stats_expr(
    tree: &Spanned<CorrelationExpr>,
    aggregates: &IndexMap<String, Aggregate>,
) -> Option<StatsExpr> {
    let parts = |terms: &[Spanned<CorrelationExpr>]| {
        terms
            .iter()
            .map(|term| stats_expr(term, aggregates))
            .collect::<Option<Vec<_>>>()
    };
    Some(match &tree.value {
        CorrelationExpr::And(terms) => StatsExpr::And(parts(terms)?),
        CorrelationExpr::Or(terms) => StatsExpr::Or(parts(terms)?),
        CorrelationExpr::Not(term) => StatsExpr::Not(Box::new(stats_expr(term, aggregates)?)),
        CorrelationExpr::Compare(name, comparison, number) => {
            StatsExpr::Compare(aggregates.get_index_of(name)?, *comparison, *number)
        }
        CorrelationExpr::Rule(_) => return None,
    })
}

/// How many names an expression has. Nesting is bounded by the grammar.
fn leaves(tree: &Spanned<CorrelationExpr>) -> usize {
    match &tree.value {
        CorrelationExpr::And(terms) | CorrelationExpr::Or(terms) => terms.iter().map(leaves).sum(),
        CorrelationExpr::Not(term) => leaves(term),
        CorrelationExpr::Rule(_) | CorrelationExpr::Compare(..) => 1,
    }
}

/// What an alert has as fields for correlations behind it: its group and, of `new_terms`, the
/// tuple.
fn fields_of_alert(correlation: &Correlation) -> impl Iterator<Item = &String> {
    let tuple = match correlation.condition.as_ref().map(|c| &c.value) {
        Some(CorrelationCondition::Threshold { fields, .. })
            if correlation.kind.value == CorrelationKind::NewTerms =>
        {
            fields.as_slice()
        }
        _ => &[],
    };
    correlation
        .group_by
        .iter()
        .chain(tuple)
        .map(|field| &field.value)
}
