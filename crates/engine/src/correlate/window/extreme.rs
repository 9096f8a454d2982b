//! The least or the greatest of numbers.

use super::number::Number;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Keeps the numbers that may yet be the extreme: each is passed by none that is newer.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Extreme {
    candidates: VecDeque<(i64, Number)>,
    /// The event whose numbers were taken last, and its time: its first rule speaks for it.
    event: Option<(i64, u64)>,
}

/// Which extreme is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Least,
    Greatest,
}

impl Extreme {
    /// Takes in the numbers of an event; `merged` where its time does not matter, as nothing
    /// will expire.
    pub fn absorb(&mut self, time: i64, event: u64, numbers: &[Number], end: End, merged: bool) {
        if numbers.is_empty() || self.event == Some((time, event)) {
            return;
        }
        self.event = Some((time, event));
        let best = match end {
            End::Least => numbers.iter().min(),
            End::Greatest => numbers.iter().max(),
        };
        let Some(best) = best.copied() else { return };
        let passes = |one: Number, other: Number| match end {
            End::Least => one <= other,
            End::Greatest => one >= other,
        };
        while let Some((_, last)) = self.candidates.back()
            && passes(best, *last)
        {
            self.candidates.pop_back();
        }
        if !merged || self.candidates.is_empty() {
            self.candidates.push_back((time, best));
        }
    }

    /// Forgets what is older than `before`.
    pub fn expire(&mut self, before: i64) {
        while self.candidates.front().is_some_and(|(t, _)| *t < before) {
            self.candidates.pop_front();
        }
    }

    /// The extreme; None of no numbers.
    pub fn value(&self) -> Option<f64> {
        self.candidates.front().map(|(_, value)| value.to_f64())
    }

    /// How many entries it holds.
    pub fn held(&self) -> usize {
        self.candidates.len()
    }

    /// How many bytes it takes beside itself.
    pub fn heap(&self) -> usize {
        self.candidates.capacity() * size_of::<(i64, Number)>()
    }
}
