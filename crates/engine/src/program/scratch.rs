//! What is known of the event at hand; kept from event to event for its memory.

use super::memo::Memo;
use super::plan::Plan;
use super::scan::Answers;
use super::sketch::Sketch;
use crate::event::NodeId;
use rustc_hash::FxHashMap;
use sigwright_ir::RuleId;
use std::rc::Rc;

/// What is known of the event at hand, laid out as the plan of its log.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// Bits set by the scan, 64 to a word, and which, to clear them again.
    pub(super) bits: Vec<u64>,
    pub(super) set: Vec<u32>,
    /// Per lazy test: 0 not asked, 1 no, 2 yes.
    pub(super) lazy: Vec<u8>,
    pub(super) asked: Vec<u32>,
    /// Per rule: chosen already.
    pub(super) chosen: Vec<bool>,
    pub(super) candidates: Vec<u32>,
    /// Per field, its values: the first of a chain in `values`.
    pub(super) heads: Vec<Head>,
    pub(super) values: Vec<(NodeId, u32)>,
    pub(super) touched: Vec<u32>,
    /// Numbers of matchers asked for the value at hand.
    pub(super) tried: Vec<u32>,
    /// A value being compared with others.
    pub(super) text: String,
    pub(super) exhausted: u64,
    pub(super) duplicate: bool,
    /// Whether the guards of the rule whose evidence is looked for hold, as far as asked.
    pub(super) guards: Vec<Option<bool>>,
    /// Values given as evidence.
    pub(super) nodes: Vec<NodeId>,
    /// Per rule of the set, once its evidence was asked for; the inner `None` where there is
    /// no flat way to find it.
    pub(super) sketches: FxHashMap<RuleId, Option<Rc<Sketch>>>,
}

/// What serves every log alike.
#[derive(Debug, Default)]
pub(super) struct Common {
    pub(super) folded: String,
    pub(super) memo: Memo,
    /// What the value at hand answers.
    pub(super) answers: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    pub(super) first: u32,
    /// The object the last value was a member of.
    pub(super) parent: Option<NodeId>,
    pub(super) text: bool,
    pub(super) value: bool,
}

pub(super) const NONE: u32 = u32::MAX;
pub(super) const EMPTY: Head = Head {
    first: NONE,
    parent: None,
    text: false,
    value: false,
};

/// The answers to the questions about one field, whose bits begin at `first`.
pub(super) struct FieldAnswers<'s> {
    pub(super) scratch: &'s mut Scratch,
    pub(super) first: u32,
}

impl Answers for FieldAnswers<'_> {
    fn set(&mut self, bit: u32) {
        self.scratch.set(self.first + bit);
    }

    fn is_set(&self, bit: u32) -> bool {
        self.scratch.is_set(self.first + bit)
    }

    fn next_text(&mut self) {
        self.scratch.tried.clear();
    }

    fn first_time(&mut self, number: u32) -> bool {
        let tried = &mut self.scratch.tried;
        let new = !tried.contains(&number);
        if new {
            tried.push(number);
        }
        new
    }

    fn exhausted(&mut self) {
        self.scratch.exhausted += 1;
    }
}

impl Scratch {
    pub(super) fn set(&mut self, bit: u32) {
        if let Some(word) = self.bits.get_mut(bit as usize / 64) {
            let mask = 1 << (bit % 64);
            if *word & mask == 0 {
                *word |= mask;
                self.set.push(bit);
            }
        }
    }

    pub(super) fn is_set(&self, bit: u32) -> bool {
        self.bits
            .get(bit as usize / 64)
            .is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }

    /// Whether a bit from `first` to `last` is set.
    pub(super) fn any_set(&self, first: u32, last: u32) -> bool {
        let (from, to) = (first as usize / 64, last as usize / 64);
        let words = self.bits.get(from..=to).unwrap_or_default();
        let above = u64::MAX << (first % 64);
        let below = u64::MAX >> (63 - last % 64);
        match words {
            [] => false,
            [only] => only & above & below != 0,
            [start, between @ .., end] => {
                start & above != 0 || end & below != 0 || between.iter().any(|word| *word != 0)
            }
        }
    }

    pub(super) fn fit(&mut self, plan: &Plan) {
        self.bits.resize(plan.bits().div_ceil(64), 0);
        self.lazy.resize(plan.lazy.len(), 0);
        self.chosen.resize(plan.rules.len(), false);
        self.heads.resize(plan.fields.len(), EMPTY);
    }

    pub(super) fn clear(&mut self) {
        for bit in self.set.drain(..) {
            if let Some(word) = self.bits.get_mut(bit as usize / 64) {
                *word = 0;
            }
        }
        for test in self.asked.drain(..) {
            if let Some(state) = self.lazy.get_mut(test as usize) {
                *state = 0;
            }
        }
        for rule in self.candidates.drain(..) {
            if let Some(chosen) = self.chosen.get_mut(rule as usize) {
                *chosen = false;
            }
        }
        for field in self.touched.drain(..) {
            if let Some(head) = self.heads.get_mut(field as usize) {
                *head = EMPTY;
            }
        }
        self.values.clear();
        self.exhausted = 0;
        self.duplicate = false;
    }

    pub(super) fn choose(&mut self, rule: u32) {
        if let Some(chosen) = self.chosen.get_mut(rule as usize)
            && !*chosen
        {
            *chosen = true;
            self.candidates.push(rule);
        }
    }

    /// Remembers that a field's name reaches `node`, a member of `parent`.
    pub(super) fn reached(&mut self, field: u32, node: NodeId, parent: Option<NodeId>) {
        let Some(head) = self.heads.get_mut(field as usize) else {
            return;
        };
        if head.first == NONE {
            self.touched.push(field);
        } else if parent.is_some() && head.parent == parent {
            self.duplicate = true;
        }
        head.parent = parent;
        self.values.push((node, head.first));
        head.first = u32::try_from(self.values.len() - 1).unwrap_or(NONE);
    }
}
