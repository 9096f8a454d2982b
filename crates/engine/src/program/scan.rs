//! All string questions about one field, answered by one pass over a value.
//!
//! Whole values are looked up by hash, prefixes and suffixes in a tree from their end of the
//! value; substrings and the literals that longer patterns and regular expressions cannot do
//! without go into one automaton, behind a gate where they are few.

use super::affixes::{Affixes, End};
use super::gate::Gate;
use super::text::TextMatcher;
use daachorse::{DoubleArrayAhoCorasick, DoubleArrayAhoCorasickBuilder};
use rustc_hash::FxHashMap;
use std::sync::OnceLock;

/// What to do where a literal was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    /// Sets the bit.
    Set(u32),
    /// The matcher of this number may match: ask it.
    Ask(u32),
}

/// Collects the questions about one text form (folded or as spelled) of a field.
#[derive(Debug, Default)]
pub(super) struct ScanBuilder {
    whole: FxHashMap<String, Vec<u32>>,
    starts: FxHashMap<String, Vec<u32>>,
    ends: FxHashMap<String, Vec<u32>>,
    literals: FxHashMap<String, Vec<Found>>,
    asked: Vec<(TextMatcher, u32)>,
}

impl ScanBuilder {
    /// The bit is set where the value is this text.
    pub(super) fn whole(&mut self, text: &str, bit: u32) {
        self.whole.entry(text.to_owned()).or_default().push(bit);
    }

    /// The bit is set where the value begins with this text, not empty.
    pub(super) fn start(&mut self, text: &str, bit: u32) {
        self.starts.entry(text.to_owned()).or_default().push(bit);
    }

    /// The bit is set where the value ends with this text, not empty.
    pub(super) fn end(&mut self, text: &str, bit: u32) {
        self.ends.entry(text.to_owned()).or_default().push(bit);
    }

    /// The bit is set where the value holds this text, not empty.
    pub(super) fn anywhere(&mut self, text: &str, bit: u32) {
        self.literal(text, Found::Set(bit));
    }

    fn literal(&mut self, text: &str, found: Found) {
        self.literals
            .entry(text.to_owned())
            .or_default()
            .push(found);
    }

    /// The texts one of which a value must hold for any bit to be set.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> + Clone {
        let parts = self.whole.keys().chain(self.starts.keys());
        let parts = parts.chain(self.ends.keys()).chain(self.literals.keys());
        parts.map(String::as_str)
    }

    /// The bit is set where the matcher matches; it is asked only if one of the literals was
    /// found in the folded text.
    pub(super) fn ask(&mut self, matcher: TextMatcher, literals: &[String], bit: u32) {
        let number = u32::try_from(self.asked.len()).unwrap_or(u32::MAX);
        self.asked.push((matcher, bit));
        for literal in literals {
            self.literal(literal, Found::Ask(number));
        }
    }

    /// Builds the tables.
    pub(super) fn build(self) -> Option<Scan> {
        self.texts().next()?;
        let mut sorted: Vec<(String, Vec<Found>)> = self.literals.into_iter().collect();
        sorted.sort_by(|a, b| a.0.cmp(&b.0));
        let mut found = Vec::new();
        let mut ranges = Vec::with_capacity(sorted.len());
        for (_, uses) in &sorted {
            let start = found.len();
            found.extend_from_slice(uses);
            ranges.push((start as u32, found.len() as u32));
        }
        let mut whole_lengths = 0;
        for text in self.whole.keys() {
            whole_lengths |= 1 << text.len().min(63);
        }
        Some(Scan {
            whole_lengths,
            starts: Affixes::new(End::Start, self.starts),
            ends: Affixes::new(End::Last, self.ends),
            gate: Gate::new(sorted.iter().map(|(text, _)| text.as_str())),
            whole: self
                .whole
                .into_iter()
                .map(|(text, bits)| (text.into(), bits.into()))
                .collect(),
            literals: sorted.into_iter().map(|(text, _)| text).collect(),
            automaton: OnceLock::new(),
            ranges,
            found,
            asked: self.asked,
        })
    }
}

/// The tables of one text form of a field.
pub(super) struct Scan {
    /// Bit n: some whole value has n bytes; bit 63: 63 or more.
    whole_lengths: u64,
    whole: FxHashMap<Box<str>, Box<[u32]>>,
    starts: Option<Affixes>,
    ends: Option<Affixes>,
    gate: Option<Gate>,
    literals: Box<[String]>,
    /// Finds the literals; built when the gate first opens.
    automaton: OnceLock<Option<DoubleArrayAhoCorasick<u32>>>,
    ranges: Vec<(u32, u32)>,
    found: Vec<Found>,
    asked: Vec<(TextMatcher, u32)>,
}

impl std::fmt::Debug for Scan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scan")
            .field("whole", &self.whole.len())
            .field("literals", &self.ranges.len())
            .field("asked", &self.asked)
            .finish()
    }
}

/// An automaton that finds texts and tells their places in the list. Its own filter, a table of
/// 64 kB to fill for each, does not pay.
fn automaton(literals: &[String]) -> Option<DoubleArrayAhoCorasick<u32>> {
    DoubleArrayAhoCorasickBuilder::new()
        .use_prefilter(false)
        .build(literals)
        .ok()
}

/// What a scan tells.
pub(super) trait Answers {
    /// A bit is set.
    fn set(&mut self, bit: u32);
    /// Whether a bit is set already.
    fn is_set(&self, bit: u32) -> bool;
    /// What comes next is about another text.
    fn next_text(&mut self);
    /// Remembers a number for this text; false where it was remembered before.
    fn first_time(&mut self, number: u32) -> bool;
    /// A matcher gave up.
    fn exhausted(&mut self);
}

impl Scan {
    /// Asks everything of one value. `scanned` is what the tables were built for, folded or
    /// as spelled; `spelled` is what regular expressions look at.
    pub(super) fn run(&self, scanned: &str, spelled: &str, answers: &mut impl Answers) {
        if self.whole_lengths >> scanned.len().min(63) & 1 == 1
            && let Some(bits) = self.whole.get(scanned)
        {
            for bit in bits {
                answers.set(*bit);
            }
        }
        for affixes in [&self.starts, &self.ends].into_iter().flatten() {
            affixes.each(scanned.as_bytes(), |bit| answers.set(bit));
        }
        if self.literals.is_empty() || self.gate.as_ref().is_some_and(|gate| !gate.opens(scanned)) {
            return;
        }
        let Some(automaton) = self.automaton.get_or_init(|| automaton(&self.literals)) else {
            return;
        };
        for hit in automaton.find_overlapping_iter(scanned) {
            let Some((from, to)) = self.ranges.get(hit.value() as usize) else {
                continue;
            };
            for found in self
                .found
                .get(*from as usize..*to as usize)
                .unwrap_or_default()
            {
                match *found {
                    Found::Set(bit) => answers.set(bit),
                    Found::Ask(number) => self.ask(number, scanned, spelled, answers),
                }
            }
        }
    }

    fn ask(&self, number: u32, scanned: &str, spelled: &str, answers: &mut impl Answers) {
        let Some((matcher, bit)) = self.asked.get(number as usize) else {
            return;
        };
        if answers.is_set(*bit) || !answers.first_time(number) {
            return;
        }
        match matcher.is_match(scanned, spelled) {
            Ok(true) => answers.set(*bit),
            Ok(false) => {}
            Err(_) => answers.exhausted(),
        }
    }
}
