//! What values of fields were found to answer: logs repeat themselves.
//!
//! Programs, users and addresses come again and again, and what a scan finds in a value
//! depends on nothing else. A table of fixed size remembers it; a new value takes the place of
//! whichever was there.

use super::scan::Answers;
use rustc_hash::FxHasher;
use std::hash::Hasher;

/// How many values are remembered, over all fields of all logs.
const SLOTS: usize = 1 << 9;

/// Longer values are not remembered.
const LONGEST: usize = 2048;

/// Nor are values that set more bits.
const MOST: usize = 512;

/// Which bits the values last seen have set.
#[derive(Debug, Default)]
pub(super) struct Memo {
    slots: Vec<Slot>,
}

#[derive(Debug, Default)]
struct Slot {
    /// The number of the questions it was asked.
    questions: u32,
    /// Empty where nothing is remembered.
    value: Vec<u8>,
    bits: Vec<u32>,
}

/// Where a value would be remembered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place(usize);

impl Memo {
    /// Where to look for the answers of a value to the questions of this number; `None` where it is not worth it.
    pub(super) fn place(questions: u32, value: &str) -> Option<Place> {
        if value.is_empty() || value.len() > LONGEST {
            return None;
        }
        let mut hasher = FxHasher::default();
        hasher.write_u32(questions);
        hasher.write(value.as_bytes());
        Some(Place(hasher.finish() as usize % SLOTS))
    }

    /// The bits the value sets; `None` where that is not remembered.
    pub(super) fn recall(&self, place: Place, questions: u32, value: &str) -> Option<&[u32]> {
        let slot = self.slots.get(place.0)?;
        (slot.value == value.as_bytes() && slot.questions == questions).then_some(&slot.bits)
    }

    /// Remembers the bits the value sets.
    pub(super) fn remember(&mut self, place: Place, questions: u32, value: &str, bits: &[u32]) {
        if self.slots.is_empty() {
            self.slots.resize_with(SLOTS, Slot::default);
        }
        if let Some(slot) = self.slots.get_mut(place.0) {
            slot.questions = questions;
            slot.value.clear();
            slot.value.extend_from_slice(value.as_bytes());
            slot.bits.clear();
            slot.bits.extend_from_slice(bits);
        }
    }
}

/// Answers that are taken down on their way.
pub(super) struct Recorder<'a, A> {
    pub(super) answers: &'a mut A,
    pub(super) bits: &'a mut Vec<u32>,
    /// False where the answers are not to be remembered.
    pub(super) complete: bool,
}

impl<A: Answers> Answers for Recorder<'_, A> {
    fn set(&mut self, bit: u32) {
        self.answers.set(bit);
        if self.bits.len() < MOST {
            self.bits.push(bit);
        } else {
            self.complete = false;
        }
    }

    /// Whether this very value has set it.
    fn is_set(&self, bit: u32) -> bool {
        self.bits.contains(&bit)
    }

    fn next_text(&mut self) {
        self.answers.next_text();
    }

    fn first_time(&mut self, number: u32) -> bool {
        self.answers.first_time(number)
    }

    fn exhausted(&mut self) {
        self.answers.exhausted();
        self.complete = false;
    }
}
