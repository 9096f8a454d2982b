//! A percentile of numbers, by nearest rank.

use super::number::Number;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// Keeps numbers in order, parted at the rank that is asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Percentile {
    /// The lower ones; the greatest of them is the percentile.
    low: Half,
    high: Half,
    numbers: VecDeque<(i64, Number)>,
    /// The event whose numbers were taken last, and its time: its first rule speaks for it.
    event: Option<(i64, u64)>,
}

/// Numbers in order, each as often as it came.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Half {
    times: BTreeMap<Number, u64>,
    len: u64,
}

impl Half {
    fn add(&mut self, number: Number) {
        *self.times.entry(number).or_default() += 1;
        self.len += 1;
    }

    fn remove(&mut self, number: Number) -> bool {
        let Some(times) = self.times.get_mut(&number) else {
            return false;
        };
        *times -= 1;
        if *times == 0 {
            self.times.remove(&number);
        }
        self.len -= 1;
        true
    }

    fn least(&self) -> Option<Number> {
        self.times.first_key_value().map(|(number, _)| *number)
    }

    fn greatest(&self) -> Option<Number> {
        self.times.last_key_value().map(|(number, _)| *number)
    }
}

/// The place of the percentile among `count` numbers in order, from 1.
fn rank(percent: f64, count: u64) -> u64 {
    // a place that is whole but for rounding is meant to be whole
    let place = (percent * count as f64 / 100.0 - 1e-9).ceil();
    (place.max(1.0) as u64).min(count)
}

impl Percentile {
    /// Takes in the numbers of an event; `merged` where its time does not matter, as nothing
    /// will expire.
    pub fn absorb(
        &mut self,
        time: i64,
        event: u64,
        numbers: &[Number],
        percent: f64,
        merged: bool,
    ) {
        if numbers.is_empty() || self.event == Some((time, event)) {
            return;
        }
        self.event = Some((time, event));
        for number in numbers {
            match self.low.greatest() {
                Some(greatest) if *number > greatest => self.high.add(*number),
                _ => self.low.add(*number),
            }
            if !merged {
                self.numbers.push_back((time, *number));
            }
            self.part(percent);
        }
    }

    /// Forgets what is older than `before`.
    pub fn expire(&mut self, before: i64, percent: f64) {
        while let Some((time, number)) = self.numbers.front().copied()
            && time < before
        {
            self.numbers.pop_front();
            if !self.low.remove(number) {
                self.high.remove(number);
            }
            self.part(percent);
        }
    }

    /// Moves numbers over until the lower half has as many as the rank says.
    fn part(&mut self, percent: f64) {
        let rank = rank(percent, self.low.len + self.high.len);
        while self.low.len > rank
            && let Some(number) = self.low.greatest()
        {
            self.low.remove(number);
            self.high.add(number);
        }
        while self.low.len < rank
            && let Some(number) = self.high.least()
        {
            self.high.remove(number);
            self.low.add(number);
        }
    }

    /// The percentile; None of no numbers.
    pub fn value(&self) -> Option<f64> {
        self.low.greatest().map(Number::to_f64)
    }

    /// How many numbers it holds.
    pub fn held(&self) -> usize {
        usize::try_from(self.low.len + self.high.len).unwrap_or(usize::MAX)
    }

    /// How many bytes it takes beside itself.
    pub fn heap(&self) -> usize {
        // a tree's nodes are two thirds full in the mean
        let kept = self.low.times.len() + self.high.times.len();
        kept * 40 + self.numbers.capacity() * size_of::<(i64, Number)>()
    }
}
