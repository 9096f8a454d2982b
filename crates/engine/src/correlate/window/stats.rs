//! Several measures of one window.

use super::Sample;
use super::count::Count;
use super::distinct::Distinct;
use super::extreme::{End, Extreme};
use super::total::Total;
use super::{Reading, number::Number};
use serde::{Deserialize, Serialize};
use sigwright_ir::correlation::Aggregate;

/// The state of one group: a part for each aggregate.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Stats {
    events: Count,
    parts: Box<[Part]>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Part {
    /// The same as all events.
    Events,
    Count(Count),
    Distinct(Distinct),
    Total(Total),
    Extreme(Extreme),
}

fn end(aggregate: &Aggregate) -> End {
    match aggregate {
        Aggregate::Min(_) => End::Least,
        _ => End::Greatest,
    }
}

impl Stats {
    /// Nothing measured yet.
    pub fn new(aggregates: &[Aggregate]) -> Self {
        let part = |aggregate: &Aggregate| match aggregate {
            Aggregate::Count(None) => Part::Events,
            Aggregate::Count(Some(_)) => Part::Count(Count::default()),
            Aggregate::CountDistinct(_) => Part::Distinct(Distinct::default()),
            Aggregate::Sum(_) | Aggregate::Avg(_) => Part::Total(Total::default()),
            Aggregate::Min(_) | Aggregate::Max(_) => Part::Extreme(Extreme::default()),
        };
        Stats {
            events: Count::default(),
            parts: aggregates.iter().map(part).collect(),
        }
    }

    /// Takes in an observation; `merged` where its time does not matter, as nothing will
    /// expire.
    pub fn absorb(&mut self, aggregates: &[Aggregate], sample: &Sample<'_>, merged: bool) {
        let (time, event) = (sample.time, sample.event);
        self.events.absorb(time, event, merged);
        let readings = sample
            .readings
            .iter()
            .chain(std::iter::repeat(&Reading::Nothing));
        for ((part, aggregate), reading) in self.parts.iter_mut().zip(aggregates).zip(readings) {
            let numbers: &[Number] = match reading {
                Reading::Numbers(numbers) => numbers,
                Reading::Terms(_) | Reading::Nothing => &[],
            };
            match part {
                Part::Events => {}
                Part::Count(count) => {
                    if *aggregate == Aggregate::Count(Some(sample.reference as usize)) {
                        count.absorb(time, event, merged);
                    }
                }
                Part::Distinct(distinct) => {
                    if let Reading::Terms(terms) = reading {
                        for term in terms {
                            distinct.absorb(time, *term, merged);
                        }
                    }
                }
                Part::Total(total) => total.absorb(time, event, numbers, merged),
                Part::Extreme(extreme) => {
                    extreme.absorb(time, event, numbers, end(aggregate), merged);
                }
            }
        }
    }

    /// Forgets what is older than `before`.
    pub fn expire(&mut self, before: i64) {
        self.events.expire(before, u64::MAX);
        for part in &mut self.parts {
            match part {
                Part::Events => {}
                Part::Count(count) => count.expire(before, u64::MAX),
                Part::Distinct(distinct) => distinct.expire(before, u64::MAX),
                Part::Total(total) => total.expire(before),
                Part::Extreme(extreme) => extreme.expire(before),
            }
        }
    }

    /// The value of an aggregate; None where there is nothing to measure.
    pub fn value(&self, aggregate: usize, aggregates: &[Aggregate]) -> Option<f64> {
        match self.parts.get(aggregate)? {
            Part::Events => Some(self.events.value() as f64),
            Part::Count(count) => Some(count.value() as f64),
            Part::Distinct(distinct) => Some(distinct.value() as f64),
            Part::Total(total) => match aggregates.get(aggregate)? {
                Aggregate::Avg(_) => total.mean(),
                _ => total.sum(),
            },
            Part::Extreme(extreme) => extreme.value(),
        }
    }

    /// How many events there are.
    pub fn events(&self) -> u64 {
        self.events.value()
    }

    /// How many entries it holds.
    pub fn held(&self) -> usize {
        let parts = self.parts.iter().map(|part| match part {
            Part::Events => 0,
            Part::Count(count) => count.held(),
            Part::Distinct(distinct) => distinct.held(),
            Part::Total(total) => total.held(),
            Part::Extreme(extreme) => extreme.held(),
        });
        self.events.held() + parts.sum::<usize>()
    }

    /// How many bytes it takes beside itself.
    pub fn heap(&self) -> usize {
        let parts = self.parts.iter().map(|part| match part {
            Part::Events => 0,
            Part::Count(count) => count.heap(),
            Part::Distinct(distinct) => distinct.heap(),
            Part::Total(total) => total.heap(),
            Part::Extreme(extreme) => extreme.heap(),
        });
        size_of_val(&*self.parts) + self.events.heap() + parts.sum::<usize>()
    }
}
