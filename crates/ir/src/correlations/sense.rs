//! Conditions that cannot mean what they say: they run, and are warned of.

use crate::correlation::{Aggregate, Bounds, Kind, Plan, Presence, StatsExpr};
use crate::limits::LIMITS;
use indexmap::IndexMap;
use sigwright_syntax::ast::{Comparison, Correlation, CorrelationCondition};
use sigwright_syntax::{Diagnostic, Diagnostics, Span, Spanned};

/// The numbers a measure can have when it is judged.
#[derive(Clone, Copy)]
enum Range {
    /// Whole ones between these.
    Whole(u32, u32),
    /// Any.
    Real,
}

/// From 0, where there may be nothing to count although there are events.
const COUNT: Range = Range::Whole(0, u32::MAX);
/// From 1: without an event nothing is judged.
const OF_EVENTS: Range = Range::Whole(1, u32::MAX);

/// Warns of what makes no sense in a correlation, whose plan is given.
pub(super) fn check(correlation: &Correlation, plan: &Plan, diagnostics: &mut Diagnostics) {
    let references = plan.steps.iter().max().map_or(0, |last| last + 1);
    let condition = correlation.condition.as_ref();
    let (written, span) = match condition.map(|condition| (&condition.value, condition.span)) {
        Some((CorrelationCondition::Threshold { bounds, .. }, span)) => (bounds.as_slice(), span),
        Some((CorrelationCondition::Expression(tree), _)) => (&[][..], tree.span),
        None => (&[][..], correlation.kind.span),
    };
    let mut sense = Sense {
        written,
        span,
        diagnostics,
    };
    match &plan.kind {
        Kind::EventCount(bounds) | Kind::ValueCount { bounds, .. } => {
            sense.bounds(bounds, OF_EVENTS);
        }
        Kind::Number { bounds, .. } => sense.bounds(bounds, Range::Real),
        Kind::NewTerms { bounds, .. } => {
            sense.bounds(bounds, COUNT);
            if bounds.lower_only() && bounds.lower() > 0 {
                sense.warn(
                    "odd-condition",
                    "this never alerts on what is new, only on what was seen before",
                    "`eq: 0` is first seen, `lte: 3` is rare",
                );
            }
        }
        Kind::Temporal(presence) => sense.presence(presence, references, references),
        Kind::Ordered(presence) => sense.presence(presence, plan.steps.len(), references),
        Kind::Stats {
            aggregates,
            condition,
        } => sense.stats(correlation, aggregates, condition),
    }
}

struct Sense<'a> {
    written: &'a [(Comparison, Spanned<f64>)],
    span: Span,
    diagnostics: &'a mut Diagnostics,
}

impl Sense<'_> {
    fn warn(&mut self, code: &'static str, message: &str, help: &str) {
        self.diagnostics
            .push(Diagnostic::warning(code, self.span, message).help(help));
    }

    fn bounds(&mut self, bounds: &Bounds, range: Range) {
        for (_, number) in self.written {
            if let (Range::Whole(..), true) = (range, number.value.fract() != 0.0) {
                self.diagnostics.push(
                    Diagnostic::warning(
                        "fractional-count",
                        number.span,
                        "a count is a whole number",
                    )
                    .help("compare with one"),
                );
            }
        }
        if !possible(&bounds.0, range) {
            // The one that is to blame, if it is one.
            let one = self
                .written
                .iter()
                .find(|(comparison, number)| !possible(&[(*comparison, number.value)], range));
            let span = one.map_or(self.span, |(_, number)| number.span);
            self.never(span, range);
        } else if matches!(range, Range::Whole(..)) && always(&bounds.0) {
            self.warn(
                "always-true",
                "this condition always holds",
                "compare with what would be unusual",
            );
        }
    }

    fn never(&mut self, span: Span, range: Range) {
        let warning = Diagnostic::warning("never-true", span, "this condition never holds");
        let warning = match range {
            Range::Whole(1, u32::MAX) => warning.because("what is judged has at least one event"),
            Range::Whole(_, most) if most < u32::MAX => {
                warning.because(format!("there are {most} at most"))
            }
            _ => warning,
        };
        self.diagnostics
            .push(warning.help("say what must be exceeded, or for what is missing use `not`"));
    }

    fn presence(&mut self, presence: &Presence, most: usize, references: usize) {
        let bounds = match presence {
            Presence::AtLeast(bounds) => bounds,
            Presence::Expr(expr) => {
                let found = expr.disjuncts(LIMITS.disjuncts).unwrap_or_default();
                // Something has matched wherever something is judged.
                let some = found
                    .iter()
                    .any(|one| !one.present.is_empty() || one.absent.len() < references);
                if !some {
                    self.never(self.span, Range::Real);
                }
                return;
            }
        };
        if most == 1 {
            self.warn(
                "lone-rule",
                "with one rule there is nothing to come together",
                "list several rules, or use `type: event_count`",
            );
        }
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        self.bounds(bounds, Range::Whole(1, most));
    }

    fn stats(
        &mut self,
        correlation: &Correlation,
        aggregates: &IndexMap<String, Aggregate>,
        condition: &StatsExpr,
    ) {
        let mut used = vec![false; aggregates.len()];
        uses(condition, &mut used);
        for (used, (name, written)) in used.iter().zip(&correlation.aggregates) {
            if !used {
                self.diagnostics.push(
                    Diagnostic::warning(
                        "unused-aggregate",
                        written.span,
                        format!("the condition does not ask for `{name}`"),
                    )
                    .help("compare it with a number, or remove it"),
                );
            }
        }
        let mut terms: Vec<Vec<(Comparison, f64)>> = vec![Vec::new(); aggregates.len()];
        conjunction(condition, &mut terms);
        for (bounds, aggregate) in terms.iter().zip(aggregates.values()) {
            let range = match aggregate {
                Aggregate::Count(None) => OF_EVENTS,
                Aggregate::Count(Some(_)) | Aggregate::CountDistinct(_) => COUNT,
                _ => Range::Real,
            };
            if !possible(bounds, range) {
                self.never(self.span, range);
                return;
            }
        }
    }
}

fn uses(condition: &StatsExpr, used: &mut [bool]) {
    match condition {
        StatsExpr::And(parts) | StatsExpr::Or(parts) => {
            parts.iter().for_each(|part| uses(part, used));
        }
        StatsExpr::Not(part) => uses(part, used),
        StatsExpr::Compare(aggregate, ..) => {
            if let Some(used) = used.get_mut(*aggregate) {
                *used = true;
            }
        }
    }
}

/// What must hold of each aggregate whatever else does.
fn conjunction(condition: &StatsExpr, terms: &mut [Vec<(Comparison, f64)>]) {
    match condition {
        StatsExpr::And(parts) => parts.iter().for_each(|part| conjunction(part, terms)),
        StatsExpr::Compare(aggregate, comparison, bound) => {
            if let Some(term) = terms.get_mut(*aggregate) {
                term.push((*comparison, *bound));
            }
        }
        StatsExpr::Or(_) | StatsExpr::Not(_) => {}
    }
}

/// True where some number of the range satisfies all bounds. Between two neighbouring bounds
/// all numbers answer alike, so that one of each kind is enough.
fn possible(bounds: &[(Comparison, f64)], range: Range) -> bool {
    let holds = |value: f64| Bounds(bounds.to_vec()).holds(value);
    candidates(bounds, range).into_iter().any(holds)
}

/// True where every count there could be, none among them, satisfies all bounds.
fn always(bounds: &[(Comparison, f64)]) -> bool {
    let holds = |value: f64| Bounds(bounds.to_vec()).holds(value);
    candidates(bounds, COUNT).into_iter().all(holds)
}

fn candidates(bounds: &[(Comparison, f64)], range: Range) -> Vec<f64> {
    let mut points: Vec<f64> = bounds.iter().map(|(_, bound)| *bound).collect();
    points.sort_by(f64::total_cmp);
    let ends = (points.first().copied(), points.last().copied());
    let middles: Vec<f64> = points
        .iter()
        .zip(points.iter().skip(1))
        .map(|(a, b)| a / 2.0 + b / 2.0)
        .collect();
    points.extend(middles);
    points.push(ends.0.unwrap_or(0.0) - 1.0);
    points.push(ends.1.unwrap_or(0.0) + 1.0);
    let Range::Whole(least, most) = range else {
        return points;
    };
    let (least, most) = (f64::from(least), f64::from(most));
    let near = |point: f64| {
        [
            point.floor() - 1.0,
            point.floor(),
            point.ceil(),
            point.ceil() + 1.0,
        ]
    };
    let mut whole: Vec<f64> = points.into_iter().flat_map(near).collect();
    whole.extend([least, most]);
    whole.retain(|point| (least..=most).contains(point));
    whole
}
