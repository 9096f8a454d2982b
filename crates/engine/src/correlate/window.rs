//! What a group of observations measures: one small state per group, whatever the measure.
//!
//! A [`Gauge`] is worked out once per correlation and knows spans and bounds; a [`Window`]
//! is the state of one group and is told its gauge at every call, so that a million groups
//! stay small. A sliding window is told to `expire`, a closing one never is. Each observation
//! costs the logarithm of what the window holds at most, and no window holds more than it
//! takes to judge.

mod count;
mod distinct;
mod extreme;
mod number;
mod ordered;
mod percentile;
mod present;
mod stats;
#[cfg(test)]
mod tests;
mod total;

pub use number::Number;

use count::Count;
use distinct::Distinct;
use ordered::{Ordered, Sequence};
use percentile::Percentile;
use present::Present;
use serde::{Deserialize, Serialize};
use sigwright_ir::correlation::{
    Aggregate, Bounds, Kind, Measure, Plan, Presence, PresenceExpr, StatsExpr,
};
use sigwright_ir::hints::Refire;
use stats::Stats;
use total::Total;

/// What a window is told of one observation. Those of one instant come in order of
/// `(event, reference)`.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    /// Nanoseconds since 1970.
    pub time: i64,
    /// Equal for two samples exactly where they are of one event.
    pub event: u64,
    /// Which of the correlation's references matched.
    pub reference: u32,
    /// What was read for each measure: one for `value_*`, one per aggregate for `stats`,
    /// none for counts and presence.
    pub readings: &'a [Reading],
}

/// What an observation gives one measure.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// The field is missing, or the measure needs none.
    Nothing,
    /// Tuples, by hash.
    Terms(Vec<u128>),
    /// Numbers.
    Numbers(Vec<Number>),
}

/// What a correlation measures and what the measure must be.
#[derive(Debug, Clone)]
pub struct Gauge {
    shape: Shape,
    /// How many references there are.
    references: usize,
    /// Nothing expires: all times are one.
    merged: bool,
    /// How many newer ones make a counted one needless.
    keep: u64,
}

#[derive(Debug, Clone)]
enum Shape {
    Nothing,
    Count(Bounds),
    Distinct(Bounds),
    Sum(Bounds),
    Mean(Bounds),
    Percentile(f64, Bounds),
    Present(Presence),
    /// Whether the value is how many steps were found.
    Ordered(Sequence, bool),
    Stats {
        names: Vec<String>,
        aggregates: Vec<Aggregate>,
        condition: StatsExpr,
    },
}

/// The state of one group.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Window(State);

/// The large ones stand apart: a window is 24 bytes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
enum State {
    #[default]
    Nothing,
    Count(Count),
    Distinct(Box<Distinct>),
    Total(Box<Total>),
    Percentile(Box<Percentile>),
    Present(Present),
    Ordered(Box<Ordered>),
    Stats(Box<Stats>),
}

impl Gauge {
    /// The gauge of a correlation.
    pub fn new(plan: &Plan, refire: Refire) -> Self {
        let slides = plan.kind.slides();
        // when a condition that holds is not asked again, the value when it came true is exact
        let mut keep = u64::MAX;
        let mut enough = |bounds: &Bounds| {
            if slides && refire == Refire::Once {
                keep = bounds.lower();
            }
        };
        let shape = match &plan.kind {
            Kind::EventCount(bounds) => {
                enough(bounds);
                Shape::Count(bounds.clone())
            }
            Kind::ValueCount { bounds, .. } => {
                enough(bounds);
                Shape::Distinct(bounds.clone())
            }
            Kind::Number {
                measure, bounds, ..
            } => match measure {
                Measure::Sum => Shape::Sum(bounds.clone()),
                Measure::Avg => Shape::Mean(bounds.clone()),
                Measure::Percentile(percent) => Shape::Percentile(*percent, bounds.clone()),
            },
            Kind::Temporal(presence) => Shape::Present(presence.clone()),
            Kind::Ordered(presence) => Sequence::of(plan).map_or(Shape::Nothing, |sequence| {
                Shape::Ordered(sequence, matches!(presence, Presence::AtLeast(_)))
            }),
            Kind::NewTerms { .. } => Shape::Nothing,
            Kind::Stats {
                aggregates,
                condition,
            } => Shape::Stats {
                names: aggregates.keys().cloned().collect(),
                aggregates: aggregates.values().cloned().collect(),
                condition: condition.clone(),
            },
        };
        let references = plan.steps.iter().max().map_or(0, |last| last + 1);
        Gauge {
            shape,
            references,
            merged: !slides,
            keep,
        }
    }

    /// A window in which nothing is yet.
    pub fn open(&self) -> Window {
        Window(match &self.shape {
            Shape::Nothing => State::Nothing,
            Shape::Count(_) => State::Count(Count::default()),
            Shape::Distinct(_) => State::Distinct(Box::default()),
            Shape::Sum(_) | Shape::Mean(_) => State::Total(Box::default()),
            Shape::Percentile(..) => State::Percentile(Box::default()),
            Shape::Present(_) => State::Present(Present::new(self.references)),
            Shape::Ordered(sequence, _) => {
                State::Ordered(Box::new(Ordered::new(sequence, self.references)))
            }
            Shape::Stats { aggregates, .. } => State::Stats(Box::new(Stats::new(aggregates))),
        })
    }
}

impl Window {
    /// True where no window was opened here, or one that measures nothing.
    pub fn is_nothing(&self) -> bool {
        matches!(self.0, State::Nothing)
    }

    /// Takes in an observation.
    pub fn absorb(&mut self, gauge: &Gauge, sample: &Sample<'_>) {
        let (time, event, merged) = (sample.time, sample.event, gauge.merged);
        let reference = sample.reference as usize;
        let reading = sample.readings.first();
        let numbers: &[Number] = match reading {
            Some(Reading::Numbers(numbers)) => numbers,
            _ => &[],
        };
        match (&mut self.0, &gauge.shape) {
            (State::Count(count), _) => count.absorb(time, event, merged),
            (State::Distinct(distinct), _) => {
                if let Some(Reading::Terms(terms)) = reading {
                    for term in terms {
                        distinct.absorb(time, *term, merged);
                    }
                }
            }
            (State::Total(total), _) => total.absorb(time, event, numbers, merged),
            (State::Percentile(percentile), Shape::Percentile(percent, _)) => {
                percentile.absorb(time, event, numbers, *percent, merged);
            }
            (State::Present(present), _) => present.absorb(time, reference),
            (State::Ordered(ordered), Shape::Ordered(sequence, _)) => {
                ordered.absorb(sequence, time, reference);
            }
            (State::Stats(stats), Shape::Stats { aggregates, .. }) => {
                stats.absorb(aggregates, sample, merged);
            }
            _ => {}
        }
    }

    /// Forgets what is older than `before`. To be called before an instant is taken in.
    pub fn expire(&mut self, gauge: &Gauge, before: i64) {
        if gauge.merged {
            return;
        }
        match (&mut self.0, &gauge.shape) {
            (State::Count(count), _) => count.expire(before, gauge.keep),
            (State::Distinct(distinct), _) => distinct.expire(before, gauge.keep),
            (State::Total(total), _) => total.expire(before),
            (State::Percentile(percentile), Shape::Percentile(percent, _)) => {
                percentile.expire(before, *percent);
            }
            (State::Present(present), _) => present.expire(before),
            (State::Ordered(ordered), Shape::Ordered(sequence, _)) => {
                ordered.expire(sequence, before);
            }
            (State::Stats(stats), _) => stats.expire(before),
            _ => {}
        }
    }

    /// Whether the condition holds of what is in the window. To be called once an instant is
    /// taken in.
    pub fn holds(&mut self, gauge: &Gauge) -> bool {
        let number = self.number(gauge);
        match (&mut self.0, &gauge.shape) {
            (
                _,
                Shape::Count(bounds)
                | Shape::Distinct(bounds)
                | Shape::Sum(bounds)
                | Shape::Mean(bounds)
                | Shape::Percentile(_, bounds),
            ) => number.is_some_and(|number| bounds.holds(number)),
            (State::Present(present), Shape::Present(presence)) => present.holds(presence),
            (State::Ordered(ordered), Shape::Ordered(sequence, _)) => {
                ordered.settle(sequence);
                ordered.holds(sequence)
            }
            (
                State::Stats(stats),
                Shape::Stats {
                    aggregates,
                    condition,
                    ..
                },
            ) => condition.holds(&|aggregate| stats.value(aggregate, aggregates)),
            _ => false,
        }
    }

    /// What was measured, if it is one number.
    fn number(&self, gauge: &Gauge) -> Option<f64> {
        match (&self.0, &gauge.shape) {
            (State::Count(count), _) => Some(count.value() as f64),
            (State::Distinct(distinct), _) => Some(distinct.value() as f64),
            (State::Total(total), Shape::Mean(_)) => total.mean(),
            (State::Total(total), _) => total.sum(),
            (State::Percentile(percentile), _) => percentile.value(),
            (State::Present(present), _) => Some(present.value() as f64),
            (State::Ordered(ordered), Shape::Ordered(sequence, counted)) => {
                Some(ordered.value(sequence, *counted) as f64)
            }
            _ => None,
        }
    }

    /// What was measured, by name.
    pub fn values(&self, gauge: &Gauge) -> Vec<(String, f64)> {
        let name = match &gauge.shape {
            Shape::Nothing => return Vec::new(),
            Shape::Count(_) => "count",
            Shape::Distinct(_) => "distinct",
            Shape::Sum(_) => "sum",
            Shape::Mean(_) => "avg",
            Shape::Percentile(50.0, _) => "median",
            Shape::Percentile(..) => "percentile",
            Shape::Present(_) | Shape::Ordered(_, false) => "rules",
            Shape::Ordered(_, true) => "steps",
            Shape::Stats {
                names, aggregates, ..
            } => {
                let State::Stats(stats) = &self.0 else {
                    return Vec::new();
                };
                let value = |(place, name): (usize, &String)| {
                    let value = stats.value(place, aggregates)?;
                    Some((name.clone(), value))
                };
                return names.iter().enumerate().filter_map(value).collect();
            }
        };
        let value = self.number(gauge);
        value
            .map(|value| (name.to_owned(), value))
            .into_iter()
            .collect()
    }

    /// Whether a reference is in the window; `None` where that is not what counts.
    pub fn has(&self, reference: usize) -> Option<bool> {
        match &self.0 {
            State::Present(present) => Some(present.has(reference)),
            State::Ordered(ordered) => Some(ordered.has(reference)),
            _ => None,
        }
    }

    /// How many events it knows of.
    pub fn events(&self) -> u64 {
        match &self.0 {
            State::Count(count) => count.value(),
            State::Stats(stats) => stats.events(),
            _ => 0,
        }
    }

    /// How near it is to firing: 0 not at all, 1 there.
    pub fn progress(&self, gauge: &Gauge) -> f32 {
        let share = |value: f64, bound: f64| match bound > 0.0 {
            true => (value / bound) as f32,
            false => 1.0,
        };
        let first = |bounds: &Bounds| {
            let bound = bounds.0.first().map_or(0.0, |(_, bound)| *bound);
            share(self.number(gauge).unwrap_or(0.0), bound)
        };
        let progress = match (&self.0, &gauge.shape) {
            (
                _,
                Shape::Count(bounds)
                | Shape::Distinct(bounds)
                | Shape::Sum(bounds)
                | Shape::Mean(bounds)
                | Shape::Percentile(_, bounds)
                | Shape::Present(Presence::AtLeast(bounds)),
            ) => first(bounds),
            (State::Present(present), Shape::Present(Presence::Expr(expr))) => {
                near(expr, &|reference| present.has(reference))
            }
            (State::Ordered(ordered), Shape::Ordered(sequence, _)) => ordered.progress(sequence),
            (
                State::Stats(stats),
                Shape::Stats {
                    aggregates,
                    condition,
                    ..
                },
            ) => nearest(condition, &|aggregate, bound| {
                share(stats.value(aggregate, aggregates).unwrap_or(0.0), bound)
            }),
            _ => 0.0,
        };
        progress.clamp(0.0, 1.0)
    }

    /// How many observations it holds.
    pub fn held(&self) -> usize {
        match &self.0 {
            State::Nothing | State::Present(_) | State::Ordered(_) => 0,
            State::Count(count) => count.held(),
            State::Distinct(distinct) => distinct.held(),
            State::Total(total) => total.held(),
            State::Percentile(percentile) => percentile.held(),
            State::Stats(stats) => stats.held(),
        }
    }

    /// How many bytes it takes beside itself.
    pub fn heap(&self) -> usize {
        match &self.0 {
            State::Nothing => 0,
            State::Count(count) => count.heap(),
            State::Distinct(distinct) => size_of::<Distinct>() + distinct.heap(),
            State::Total(total) => size_of::<Total>() + total.heap(),
            State::Percentile(percentile) => size_of::<Percentile>() + percentile.heap(),
            State::Present(present) => present.heap(),
            State::Ordered(ordered) => size_of::<Ordered>() + ordered.heap(),
            State::Stats(stats) => size_of::<Stats>() + stats.heap(),
        }
    }
}

/// How much of an expression holds.
fn near(expr: &PresenceExpr, has: &impl Fn(usize) -> bool) -> f32 {
    match expr {
        PresenceExpr::And(parts) => {
            let sum: f32 = parts.iter().map(|part| near(part, has)).sum();
            sum / parts.len().max(1) as f32
        }
        PresenceExpr::Or(parts) => parts.iter().map(|part| near(part, has)).fold(0.0, f32::max),
        PresenceExpr::Not(part) => 1.0 - near(part, has),
        PresenceExpr::Rule(reference) => f32::from(u8::from(has(*reference))),
    }
}

/// How much of a condition over aggregates holds; `share` gives that of one comparison.
fn nearest(condition: &StatsExpr, share: &impl Fn(usize, f64) -> f32) -> f32 {
    match condition {
        StatsExpr::And(parts) => {
            let sum: f32 = parts.iter().map(|part| nearest(part, share)).sum();
            sum / parts.len().max(1) as f32
        }
        StatsExpr::Or(parts) => parts
            .iter()
            .map(|part| nearest(part, share))
            .fold(0.0, f32::max),
        StatsExpr::Not(part) => 1.0 - nearest(part, share),
        StatsExpr::Compare(aggregate, _, bound) => share(*aggregate, *bound).clamp(0.0, 1.0),
    }
}
