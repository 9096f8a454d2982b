//! Which events, and when, make a correlation alert, and which stop short of it.

use super::{MOST, SECOND};
use sigwright_ir::Hints;
use sigwright_ir::correlation::{
    Aggregate, Bounds, KeyField, Kind, Measure, Plan, Presence, StatsExpr,
};

/// Alternatives of an expression that are looked at.
const DISJUNCTS: usize = 64;

/// An event that a reference matches.
#[derive(Debug, Clone, Default)]
pub struct Actor {
    /// Which reference.
    pub reference: usize,
    /// When, in nanoseconds from the begin.
    pub at: i64,
    /// Fields with values of their own: equal numbers are equal values.
    pub distinct: Vec<(KeyField, usize)>,
    /// Fields with numbers.
    pub numbers: Vec<(KeyField, f64)>,
    /// It is of another group.
    pub other_group: bool,
    /// The reference just does not match.
    pub misses: bool,
}

/// A course of events.
#[derive(Debug, Clone, Default)]
pub struct Plot {
    /// What is learned from before.
    pub lessons: Vec<Actor>,
    /// What happens.
    pub actors: Vec<Actor>,
    /// From when on alerts count, in nanoseconds from the begin.
    pub from: i64,
    /// Until when time passes.
    pub end: Option<i64>,
}

/// Plots of which one is to be played.
#[derive(Debug, Clone)]
pub struct Ways {
    /// In words.
    pub why: String,
    /// The likeliest first.
    pub ways: Vec<Plot>,
}

fn one_way(why: impl Into<String>, plot: Plot) -> Ways {
    Ways {
        why: why.into(),
        ways: vec![plot],
    }
}

/// Events so far apart that all of them are in one window.
fn gap(plan: &Plan, events: usize) -> i64 {
    let events = i64::try_from(events).unwrap_or(i64::MAX).max(1);
    (plan.timespan / (events + 1)).clamp(1, SECOND)
}

/// So many events of the references in turn.
fn row(plan: &Plan, count: usize) -> Vec<Actor> {
    let gap = gap(plan, count);
    let references = plan.steps.len().max(1);
    (0..count)
        .map(|number| Actor {
            reference: plan
                .steps
                .get(number % references)
                .copied()
                .unwrap_or_default(),
            at: gap.saturating_mul(i64::try_from(number).unwrap_or(i64::MAX)),
            ..Actor::default()
        })
        .collect()
}

/// The least count that satisfies bounds, at least 1.
fn count_in(bounds: &Bounds) -> Option<usize> {
    (1..=MOST).find(|count| bounds.holds(*count as f64))
}

/// The count next to it that does not.
fn count_outside(bounds: &Bounds, fires: usize) -> Option<usize> {
    let below = (1..fires).rev().find(|count| !bounds.holds(*count as f64));
    below.or_else(|| (fires + 1..=MOST).find(|count| !bounds.holds(*count as f64)))
}

/// Numbers that may satisfy bounds, or just not.
fn near(bounds: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut numbers = vec![];
    for bound in bounds {
        numbers.extend([bound, bound + 1.0, bound - 1.0, bound + 0.5, bound * 2.0]);
    }
    numbers.extend([1.0, 0.0]);
    numbers
}

/// A course of events that makes the correlation alert, for each way there is.
pub fn firing(plan: &Plan, hints: &Hints) -> Vec<Ways> {
    match &plan.kind {
        Kind::EventCount(bounds) => {
            let count = count_in(bounds).map(|count| {
                let plot = Plot {
                    actors: row(plan, count),
                    ..Plot::default()
                };
                one_way(format!("{count} {} in one window", events(count)), plot)
            });
            count.into_iter().collect()
        }
        Kind::ValueCount { fields, bounds } => {
            let count = count_in(bounds).map(|count| {
                let why = format!("{count} different {} in one window", values(count));
                one_way(why, different(plan, fields, count, count))
            });
            count.into_iter().collect()
        }
        Kind::Number {
            measure,
            field,
            bounds,
        } => {
            let fits = |number: &f64| bounds.holds(*number);
            let numbers = near(bounds.0.iter().map(|(_, bound)| *bound));
            let number = numbers.into_iter().find(fits);
            let number = number.map(|number| {
                let why = format!("{} of `{}` is {number}", named(*measure), field.name);
                one_way(why, with_number(plan, field, number))
            });
            number.into_iter().collect()
        }
        Kind::Temporal(presence) | Kind::Ordered(presence) => present(plan, presence)
            .into_iter()
            .map(|references| {
                let why = match plan.kind {
                    Kind::Ordered(_) => format!("{} of its rules in order", references.len()),
                    _ => format!("{} of its rules in one window", references.len()),
                };
                one_way(why, these(plan, &references))
            })
            .collect(),
        Kind::NewTerms { fields, .. } => vec![new_terms(plan, fields, hints)],
        Kind::Stats {
            aggregates,
            condition,
        } => {
            let aggregates: Vec<&Aggregate> = aggregates.values().collect();
            let plot = stats(plan, &aggregates, condition, true);
            let plot = plot.map(|(why, plot)| one_way(why, plot));
            plot.into_iter().collect()
        }
    }
}

/// Courses of events that stop one short of it.
pub fn stopping_short(plan: &Plan, hints: &Hints) -> Vec<Ways> {
    match &plan.kind {
        Kind::EventCount(bounds) => {
            let fires = count_in(bounds);
            let mut ways = Vec::new();
            let Some(fires) = fires else { return ways };
            match count_outside(bounds, fires) {
                Some(count) => {
                    let plot = Plot {
                        actors: row(plan, count),
                        ..Plot::default()
                    };
                    let why = format!("{count} {} in one window", events(count));
                    ways.push(one_way(why, plot));
                }
                None => ways.push(missing_one(plan, fires)),
            }
            if plan.kind.slides() && fires > 1 {
                ways.extend(apart(plan, row(plan, fires)));
            }
            ways
        }
        Kind::ValueCount { fields, bounds } => {
            let Some(fires) = count_in(bounds) else {
                return Vec::new();
            };
            match count_outside(bounds, fires) {
                Some(count) => {
                    let rows = fires.max(count);
                    let why = format!("{count} different {} in {rows} events", values(count));
                    let mut ways = vec![one_way(why, different(plan, fields, count, rows))];
                    if plan.kind.slides() && fires > 1 {
                        let all = different(plan, fields, fires, fires).actors;
                        ways.extend(apart(plan, all));
                    }
                    ways
                }
                None => vec![missing_one(plan, fires)],
            }
        }
        Kind::Number {
            measure,
            field,
            bounds,
        } => {
            let numbers = near(bounds.0.iter().map(|(_, bound)| *bound));
            let number = numbers.into_iter().find(|number| !bounds.holds(*number));
            let number = number.map(|number| {
                let why = format!("{} of `{}` is {number}", named(*measure), field.name);
                one_way(why, with_number(plan, field, number))
            });
            number.into_iter().collect()
        }
        Kind::Temporal(presence) | Kind::Ordered(presence) => {
            let Some(references) = present(plan, presence).into_iter().next() else {
                return Vec::new();
            };
            let mut ways = Vec::new();
            ways.extend(and_what_must_not(plan, presence));
            match references.split_last() {
                Some((_, fewer)) if !fewer.is_empty() => {
                    let why = format!("{} of its rules, and then nothing", fewer.len());
                    ways.push(one_way(why, these(plan, fewer)));
                    let all = these(plan, &references).actors;
                    ways.extend(apart(plan, all));
                }
                _ if ways.is_empty() => ways.push(missing_one(plan, 1)),
                _ => {}
            }
            let mut backwards = references.clone();
            backwards.reverse();
            if matches!(plan.kind, Kind::Ordered(_)) && backwards != references {
                ways.push(one_way(
                    "its rules in another order",
                    these(plan, &backwards),
                ));
            }
            ways
        }
        Kind::NewTerms { fields, .. } => {
            let term = |at: i64| Actor {
                reference: plan.steps.first().copied().unwrap_or_default(),
                at,
                distinct: fields.iter().map(|field| (field.clone(), 0)).collect(),
                ..Actor::default()
            };
            let activation = hints.activation.unwrap_or_default();
            let learned = Plot {
                lessons: vec![term(-SECOND)],
                actors: vec![term(0)],
                ..Plot::default()
            };
            // the same again, before it is forgotten
            let again = Plot {
                actors: vec![term(0), term(activation + SECOND)],
                from: activation + SECOND,
                ..Plot::default()
            };
            vec![Ways {
                why: "what was seen before".to_owned(),
                ways: vec![learned, again],
            }]
        }
        Kind::Stats {
            aggregates,
            condition,
        } => {
            let aggregates: Vec<&Aggregate> = aggregates.values().collect();
            let plot = stats(plan, &aggregates, condition, false);
            match plot {
                Some((why, plot)) => vec![one_way(why, plot)],
                None => vec![missing_one(plan, 1)],
            }
        }
    }
}

fn events(count: usize) -> &'static str {
    if count == 1 { "event" } else { "events" }
}

fn values(count: usize) -> &'static str {
    if count == 1 { "value" } else { "values" }
}

fn named(measure: Measure) -> &'static str {
    match measure {
        Measure::Sum => "the sum",
        Measure::Avg => "the mean",
        Measure::Percentile(_) => "the percentile",
    }
}

/// The last event only just does not match.
fn missing_one(plan: &Plan, count: usize) -> Ways {
    let mut actors = row(plan, count);
    if let Some(last) = actors.last_mut() {
        last.misses = true;
    }
    let plot = Plot {
        actors,
        ..Plot::default()
    };
    one_way("an event that a rule just misses", plot)
}

/// All that is needed, but the last too late, or of another group.
fn apart(plan: &Plan, actors: Vec<Actor>) -> Vec<Ways> {
    let mut late = actors.clone();
    let mut ways = Vec::new();
    let first = actors.first().map_or(0, |actor| actor.at);
    if let Some(last) = late.last_mut() {
        last.at = first.saturating_add(plan.timespan).saturating_add(SECOND);
        let plot = Plot {
            actors: late,
            ..Plot::default()
        };
        ways.push(one_way("the last after the window of the first", plot));
    }
    if !plan.group_by.is_empty() {
        let mut other = actors;
        if let Some(last) = other.last_mut() {
            last.other_group = true;
        }
        let plot = Plot {
            actors: other,
            ..Plot::default()
        };
        ways.push(one_way("the last in another group", plot));
    }
    ways
}

/// So many events with so many different values.
fn different(plan: &Plan, fields: &[KeyField], values: usize, count: usize) -> Plot {
    let mut actors = row(plan, count);
    for (number, actor) in actors.iter_mut().enumerate() {
        let value = number.min(values.saturating_sub(1));
        let all = fields.iter().enumerate();
        actor.distinct = all
            .map(|(place, field)| (field.clone(), if place == 0 { value } else { 0 }))
            .collect();
    }
    Plot {
        actors,
        ..Plot::default()
    }
}

fn with_number(plan: &Plan, field: &KeyField, number: f64) -> Plot {
    let mut actors = row(plan, 1);
    for actor in &mut actors {
        actor.numbers.push((field.clone(), number));
    }
    Plot {
        actors,
        ..Plot::default()
    }
}

/// The references that must match, for each alternative.
fn present(plan: &Plan, presence: &Presence) -> Vec<Vec<usize>> {
    match presence {
        Presence::AtLeast(bounds) => {
            let mut references = plan.steps.clone();
            if !matches!(plan.kind, Kind::Ordered(_)) {
                let mut seen = std::collections::HashSet::new();
                references.retain(|reference| seen.insert(*reference));
            }
            let count = (1..=references.len()).find(|count| bounds.holds(*count as f64));
            let count = count.map(|count| references.into_iter().take(count).collect());
            count.into_iter().collect()
        }
        Presence::Expr(expr) => {
            let alternatives = expr.disjuncts(DISJUNCTS).unwrap_or_default();
            let in_order = |present: Vec<usize>| match plan.kind {
                Kind::Ordered(_) => {
                    let mut steps = plan.steps.clone();
                    steps.retain(|step| present.contains(step));
                    steps
                }
                _ => present,
            };
            let alternatives = alternatives.into_iter().map(|one| in_order(one.present));
            alternatives.filter(|present| !present.is_empty()).collect()
        }
    }
}

/// All that must match, and what must not.
fn and_what_must_not(plan: &Plan, presence: &Presence) -> Option<Ways> {
    let Presence::Expr(expr) = presence else {
        return None;
    };
    let alternatives = expr.disjuncts(DISJUNCTS)?;
    let one = alternatives
        .into_iter()
        .find(|one| !one.absent.is_empty())?;
    let all: Vec<usize> = one.present.iter().chain(&one.absent).copied().collect();
    (!expr.holds(&|reference| all.contains(&reference)))
        .then(|| one_way("its rules, and one that must not be", these(plan, &all)))
}

/// An event of each reference, in this order.
fn these(plan: &Plan, references: &[usize]) -> Plot {
    let gap = gap(plan, references.len());
    let actors = references
        .iter()
        .enumerate()
        .map(|(number, reference)| Actor {
            reference: *reference,
            at: gap.saturating_mul(i64::try_from(number).unwrap_or(i64::MAX)),
            ..Actor::default()
        });
    Plot {
        actors: actors.collect(),
        ..Plot::default()
    }
}

/// A value that was not seen: at once, or when the log has been there for long enough.
fn new_terms(plan: &Plan, fields: &[KeyField], hints: &Hints) -> Ways {
    let term = |number: usize, at: i64| Actor {
        reference: plan.steps.first().copied().unwrap_or_default(),
        at,
        distinct: fields
            .iter()
            .enumerate()
            .map(|(place, field)| (field.clone(), if place == 0 { number } else { 0 }))
            .collect(),
        ..Actor::default()
    };
    let after = hints.activation.unwrap_or_default().saturating_add(SECOND);
    let at_once = Plot {
        actors: vec![term(0, 0)],
        ..Plot::default()
    };
    let later = Plot {
        actors: vec![term(0, 0), term(1, after)],
        ..Plot::default()
    };
    let again = Plot {
        actors: vec![term(0, 0), term(0, after)],
        ..Plot::default()
    };
    Ways {
        why: "a value that was not seen before".to_owned(),
        ways: vec![at_once, later, again],
    }
}

/// Numbers of events, values and numbers in fields with which a condition over aggregates
/// holds, or just does not.
fn stats(
    plan: &Plan,
    aggregates: &[&Aggregate],
    condition: &StatsExpr,
    wanted: bool,
) -> Option<(String, Plot)> {
    let mut bounds = Vec::new();
    collect(condition, &mut bounds);
    let whole = |bound: &f64| (*bound >= 0.0 && *bound < MOST as f64).then_some(*bound as usize);
    let mut counts: Vec<usize> = bounds
        .iter()
        .filter_map(whole)
        .flat_map(|count| [count, count + 1, count.saturating_sub(1)])
        .filter(|count| *count > 0 && *count <= MOST)
        .collect();
    counts.extend([1, 2]);
    counts.sort_unstable();
    counts.dedup();
    let numbers = near(bounds.iter().copied());
    let mut found: Option<(usize, usize, f64)> = None;
    let holds = |count: usize, different: usize, number: f64| {
        condition.holds(&|place| {
            let total = count as f64;
            Some(match aggregates.get(place)? {
                Aggregate::Count(None) => total,
                Aggregate::Count(Some(reference)) => {
                    let steps = plan.steps.len().max(1);
                    let mine = (0..count).filter(|number| {
                        plan.steps.get(number % steps).copied().unwrap_or_default() == *reference
                    });
                    mine.count() as f64
                }
                Aggregate::CountDistinct(_) => different as f64,
                Aggregate::Sum(_) => total * number,
                Aggregate::Avg(_) | Aggregate::Min(_) | Aggregate::Max(_) => number,
            })
        })
    };
    let mut tried = Vec::new();
    for count in &counts {
        for different in counts.iter().filter(|different| *different <= count) {
            for number in &numbers {
                tried.push((*count, *different, *number));
                tried.push((*count, *different, number / *count as f64));
            }
        }
    }
    let fires = tried.iter().find(|(c, d, n)| holds(*c, *d, *n)).copied()?;
    if wanted {
        found = Some(fires);
    } else {
        // as near as can be: few events less, or one value less, or another number
        let distance = |(c, d, n): &(usize, usize, f64)| {
            let steps = c.abs_diff(fires.0) + d.abs_diff(fires.1);
            (steps, ((n - fires.2).abs() * 1000.0) as u64)
        };
        let mut short: Vec<_> = tried
            .iter()
            .filter(|(c, d, n)| !holds(*c, *d, *n))
            .collect();
        short.sort_by_key(|one| distance(one));
        found = short.first().map(|one| **one).or(found);
    }
    let (count, different_values, number) = found?;
    let mut actors = row(plan, count);
    let mut fields: Vec<&KeyField> = Vec::new();
    let mut numeric: Vec<&KeyField> = Vec::new();
    for aggregate in aggregates {
        match aggregate {
            Aggregate::CountDistinct(all) => fields.extend(all),
            Aggregate::Count(_) => {}
            other => numeric.extend(other.fields()),
        }
    }
    for (place, actor) in actors.iter_mut().enumerate() {
        let value = place.min(different_values.saturating_sub(1));
        actor.distinct = fields
            .iter()
            .map(|field| ((*field).clone(), value))
            .collect();
        actor.numbers = numeric
            .iter()
            .map(|field| ((*field).clone(), number))
            .collect();
    }
    let mut why = format!("{count} {}", events(count));
    if !fields.is_empty() {
        why.push_str(&format!(
            ", {different_values} different {}",
            values(different_values)
        ));
    }
    if !numeric.is_empty() {
        why.push_str(&format!(", numbers of {number}"));
    }
    let plot = Plot {
        actors,
        ..Plot::default()
    };
    Some((why, plot))
}

fn collect(condition: &StatsExpr, bounds: &mut Vec<f64>) {
    match condition {
        StatsExpr::And(parts) | StatsExpr::Or(parts) => {
            parts.iter().for_each(|part| collect(part, bounds));
        }
        StatsExpr::Not(part) => collect(part, bounds),
        StatsExpr::Compare(_, _, bound) => bounds.push(*bound),
    }
}
