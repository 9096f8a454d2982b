//! What a group of observations measures: one small state per group, whatever the measure.
//!
//! A [`Gauge`] is worked out once per correlation and knows spans and bounds; a [`Window`]
//! is the state of one group and is told its gauge at every call, so that a million groups
//! stay small. A sliding window is told to `expire`, a closing one never is.

mod number;

pub use number::Number;

use serde::{Deserialize, Serialize};
use sigwright_ir::correlation::{Bounds, Kind, Plan};
use sigwright_ir::hints::Refire;
use std::collections::VecDeque;

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
    kind: Kind,
    refire: Refire,
}

/// The state of one group.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub enum Window {
    /// Nothing is measured, or nothing yet.
    #[default]
    Nothing,
    /// Events, the newest last: time and number of each.
    Count(Box<VecDeque<(i64, u64)>>),
}

impl Gauge {
    /// The gauge of a correlation.
    pub fn new(plan: &Plan, refire: Refire) -> Self {
        Gauge {
            kind: plan.kind.clone(),
            refire,
        }
    }

    /// A window in which nothing is yet.
    pub fn open(&self) -> Window {
        match self.kind {
            Kind::EventCount(_) => Window::Count(Box::default()),
            _ => Window::Nothing,
        }
    }

    fn bounds(&self) -> Option<&Bounds> {
        match &self.kind {
            Kind::EventCount(bounds) => Some(bounds),
            _ => None,
        }
    }
}

impl Window {
    /// Takes in an observation.
    pub fn absorb(&mut self, gauge: &Gauge, sample: &Sample<'_>) {
        let _ = gauge.refire;
        if let Window::Count(times) = self
            && times.back() != Some(&(sample.time, sample.event))
        {
            times.push_back((sample.time, sample.event));
        }
    }

    /// Forgets what is older than `before`.
    pub fn expire(&mut self, _: &Gauge, before: i64) {
        if let Window::Count(times) = self {
            while times.front().is_some_and(|(time, _)| *time < before) {
                times.pop_front();
            }
        }
    }

    /// Whether the condition holds of what is in the window.
    pub fn holds(&mut self, gauge: &Gauge) -> bool {
        match self {
            Window::Nothing => false,
            Window::Count(times) => gauge
                .bounds()
                .is_some_and(|bounds| bounds.holds(times.len() as f64)),
        }
    }

    /// What was measured, by name.
    pub fn values(&self, _: &Gauge) -> Vec<(String, f64)> {
        match self {
            Window::Nothing => Vec::new(),
            Window::Count(times) => vec![("count".to_owned(), times.len() as f64)],
        }
    }

    /// How many events it knows of.
    pub fn events(&self) -> u64 {
        match self {
            Window::Nothing => 0,
            Window::Count(times) => times.len() as u64,
        }
    }

    /// How near it is to firing: 0 not at all, 1 there.
    pub fn progress(&self, gauge: &Gauge) -> f32 {
        match (self, gauge.bounds()) {
            (Window::Count(times), Some(bounds)) => {
                (times.len() as f32 / bounds.lower().max(1) as f32).min(1.0)
            }
            _ => 0.0,
        }
    }

    /// How many observations it holds.
    pub fn held(&self) -> usize {
        match self {
            Window::Nothing => 0,
            Window::Count(times) => times.len(),
        }
    }

    /// How many bytes it takes beside itself.
    pub fn heap(&self) -> usize {
        match self {
            Window::Nothing => 0,
            Window::Count(times) => 32 + times.capacity() * 16,
        }
    }
}
