//! Which predicates of a rule set imply which, found without asking every pair.
//!
//! A pattern lies within another only if each run of characters of the other is part of a run
//! of its own. So each predicate is filed under three neighbouring characters it asks for,
//! the rarest there are, and only predicates that hold those are compared with it.

use super::question::Question;
use super::texts::Texts;
use crate::expr::Exprs;
use crate::pred::{PredId, Predicate, Subject};
use rustc_hash::FxHashMap;
use std::hash::{BuildHasher, Hasher};

/// Pairs looked at, all in all; with more, some implications stay unknown.
const MOST_PAIRS: usize = 4_000_000;
/// Implications kept, all in all.
const MOST_KEPT: usize = 1_000_000;

/// What the predicates of a set say about each other.
#[derive(Debug)]
pub(super) struct Relations {
    questions: Vec<Option<Question>>,
    /// For each predicate those it implies, itself not among them.
    broader: Vec<Vec<PredId>>,
    /// The same seen from the other side.
    narrower: Vec<Vec<PredId>>,
}

/// Predicates to compare with, for one subject.
#[derive(Debug, Default)]
struct Few {
    /// They hold no three characters in a row, or are no patterns.
    any: Vec<PredId>,
}

impl Relations {
    /// Compares the predicates of a table.
    pub(super) fn of(exprs: &Exprs) -> Relations {
        let question =
            |(_, predicate): (PredId, &Predicate)| Question::of(predicate.subject, &predicate.op);
        let questions: Vec<Option<Question>> = exprs.predicates().map(question).collect();
        let mut relations = Relations {
            broader: vec![Vec::new(); questions.len()],
            narrower: vec![Vec::new(); questions.len()],
            questions,
        };
        relations.compare(exprs);
        relations
    }

    /// The set of values of a predicate, where something is known about it.
    pub(super) fn question(&self, id: PredId) -> Option<&Question> {
        self.questions.get(id.index())?.as_ref()
    }

    /// The predicates that hold wherever this one does.
    pub(super) fn broader(&self, id: PredId) -> &[PredId] {
        self.broader.get(id.index()).map_or(&[], Vec::as_slice)
    }

    /// The predicates that hold only where this one does.
    pub(super) fn narrower(&self, id: PredId) -> &[PredId] {
        self.narrower.get(id.index()).map_or(&[], Vec::as_slice)
    }

    fn compare(&mut self, exprs: &Exprs) {
        let asked = || {
            exprs
                .predicates()
                .filter_map(|(id, predicate)| Some((id, predicate, self.question(id)?)))
        };
        let mut rarity = Rarity::new();
        for (_, predicate, question) in asked() {
            each_three(predicate.subject, question.upper(), |key| rarity.count(key));
        }
        let mut filed: FxHashMap<u64, Vec<PredId>> = FxHashMap::default();
        let mut few: FxHashMap<Subject, Few> = FxHashMap::default();
        for (id, predicate, question) in asked() {
            let mut rarest = None;
            if let Some(lower) = question.lower() {
                each_three(predicate.subject, lower, |key| {
                    let count = rarity.of(key);
                    if rarest.is_none_or(|(least, _)| count < least) {
                        rarest = Some((count, key));
                    }
                });
            }
            match rarest {
                Some((_, key)) => filed.entry(key).or_default().push(id),
                None => few.entry(predicate.subject).or_default().any.push(id),
            }
        }
        let mut pairs: Vec<(PredId, PredId)> = Vec::new();
        let mut looked_at = 0usize;
        let mut met: Vec<PredId> = Vec::new();
        for (id, predicate, question) in asked() {
            met.clear();
            each_three(predicate.subject, question.upper(), |key| {
                met.extend(filed.get(&key).into_iter().flatten());
            });
            met.sort_unstable();
            met.dedup();
            let others = few.get(&predicate.subject).map_or(&[][..], |few| &few.any);
            looked_at += met.len() + others.len();
            if looked_at > MOST_PAIRS || pairs.len() > MOST_KEPT {
                break;
            }
            pairs.extend(
                met.iter()
                    .chain(others)
                    .filter(|other| **other != id)
                    .filter(|other| {
                        let same = exprs
                            .predicate(**other)
                            .is_some_and(|other| other.subject == predicate.subject);
                        same && self.question(**other).is_some_and(|o| question.within(o))
                    })
                    .map(|other| (id, *other)),
            );
        }
        for (narrow, broad) in pairs {
            if let Some(of) = self.broader.get_mut(narrow.index()) {
                of.push(broad);
            }
            if let Some(of) = self.narrower.get_mut(broad.index()) {
                of.push(narrow);
            }
        }
    }
}

/// How often three characters occur, roughly: different ones may share a count.
struct Rarity {
    counts: Vec<u32>,
}

impl Rarity {
    fn new() -> Rarity {
        Rarity {
            counts: vec![0; 1 << 16],
        }
    }

    fn place(key: u64) -> usize {
        (key >> 48) as usize
    }

    fn count(&mut self, key: u64) {
        if let Some(count) = self.counts.get_mut(Self::place(key)) {
            *count += 1;
        }
    }

    fn of(&self, key: u64) -> u32 {
        self.counts.get(Self::place(key)).map_or(0, |count| *count)
    }
}

/// Each three neighbouring characters a pattern asks for, as one number with the subject.
fn each_three(subject: Subject, texts: &Texts, mut then: impl FnMut(u64)) {
    let subject = match subject {
        Subject::AnyValue => 0,
        Subject::Element => 1,
        Subject::Field(field) => u64::from(field.0) + 2,
    };
    for run in texts.runs() {
        let (mut before, mut last) = (None, None);
        for c in run {
            if let (Some(a), Some(b)) = (before, last) {
                let three = [a, b, c].map(|c: char| u64::from(u32::from(c)));
                let [a, b, c] = three;
                let mut hasher = rustc_hash::FxBuildHasher.build_hasher();
                hasher.write_u64(a | b << 21 | c << 42);
                hasher.write_u64(subject);
                then(hasher.finish());
            }
            (before, last) = (last, Some(c));
        }
    }
}
