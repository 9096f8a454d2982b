//! The sum of numbers, and their mean.

use super::number::Number;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Adds up numbers, exactly.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Total {
    sum: Number,
    count: u64,
    /// What each instant added.
    instants: VecDeque<(i64, Number, u64)>,
    /// The event whose numbers were taken last, and its time: its first rule speaks for it.
    event: Option<(i64, u64)>,
}

impl Total {
    /// Takes in the numbers of an event; `merged` where its time does not matter, as nothing
    /// will expire.
    pub fn absorb(&mut self, time: i64, event: u64, numbers: &[Number], merged: bool) {
        if numbers.is_empty() || self.event == Some((time, event)) {
            return;
        }
        self.event = Some((time, event));
        let sum = numbers.iter().fold(Number::default(), |a, b| a.plus(*b));
        let count = numbers.len() as u64;
        self.sum = self.sum.plus(sum);
        self.count += count;
        if merged {
            return;
        }
        match self.instants.back_mut() {
            Some((last, total, n)) if *last == time => {
                *total = total.plus(sum);
                *n += count;
            }
            _ => self.instants.push_back((time, sum, count)),
        }
    }

    /// Forgets what is older than `before`.
    pub fn expire(&mut self, before: i64) {
        while let Some((time, sum, count)) = self.instants.front()
            && *time < before
        {
            self.sum = self.sum.minus(*sum);
            self.count -= count;
            self.instants.pop_front();
        }
    }

    /// The sum; None of no numbers.
    pub fn sum(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum.to_f64())
    }

    /// The mean; None of no numbers.
    pub fn mean(&self) -> Option<f64> {
        self.sum.mean(self.count)
    }

    /// How many entries it holds.
    pub fn held(&self) -> usize {
        self.instants.len()
    }

    /// How many bytes it takes beside itself.
    pub fn heap(&self) -> usize {
        self.instants.capacity() * size_of::<(i64, Number, u64)>()
    }
}
