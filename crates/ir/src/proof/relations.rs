//! Which predicates of a rule set imply which, found without asking every pair.
//!
//! A pattern lies within another only if each run of characters of the other is part of a run
//! of its own. So each predicate is filed under up to three neighbouring characters it asks
//! for, the rarest there are, and only predicates that hold those are compared with it.

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
pub struct Relations {
    questions: Vec<Option<Question>>,
    /// For each predicate those it implies, itself not among them.
    broader: Vec<Vec<PredId>>,
    /// The same seen from the other side.
    narrower: Vec<Vec<PredId>>,
}

/// Predicates to compare with, for one subject.
#[derive(Debug, Default)]
struct Few {
    /// They ask for no character, or are no patterns.
    any: Vec<PredId>,
}

impl Relations {
    /// Compares the predicates of a table.
    pub fn of(exprs: &Exprs) -> Relations {
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
            each_gram(predicate.subject, question.upper(), |_, key| {
                rarity.count(key)
            });
        }
        let mut is_filed = Rarity::new();
        let mut filed: FxHashMap<u64, Vec<PredId>> = FxHashMap::default();
        let mut few: FxHashMap<Subject, Few> = FxHashMap::default();
        for (id, predicate, question) in asked() {
            let mut rarest = None;
            if let Some(lower) = question.lower() {
                each_gram(predicate.subject, lower, |size, key| {
                    // more characters are rarer, whatever shares their count
                    let rank = (usize::MAX - size, rarity.of(key));
                    if rarest.is_none_or(|(least, _)| rank < least) {
                        rarest = Some((rank, key));
                    }
                });
            }
            match rarest {
                Some((_, key)) => {
                    filed.entry(key).or_default().push(id);
                    is_filed.count(key);
                }
                None => few.entry(predicate.subject).or_default().any.push(id),
            }
        }
        let mut pairs: Vec<(PredId, PredId)> = Vec::new();
        let mut looked_at = 0usize;
        let mut met: Vec<PredId> = Vec::new();
        for (id, predicate, question) in asked() {
            met.clear();
            each_gram(predicate.subject, question.upper(), |_, key| {
                if is_filed.of(key) > 0 {
                    met.extend(filed.get(&key).into_iter().flatten());
                }
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

/// How often neighbouring characters occur, roughly: different ones may share a count.
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

/// Each character, two and three neighbouring characters that a pattern asks for, as one
/// number with the subject; with how many they are.
fn each_gram(subject: Subject, texts: &Texts, mut then: impl FnMut(usize, u64)) {
    let subject = match subject {
        Subject::AnyValue => 0,
        Subject::Element => 1,
        Subject::Field(field) => u64::from(field.0) + 2,
    };
    let mut tell = |size: usize, characters: u64| {
        let mut hasher = rustc_hash::FxBuildHasher.build_hasher();
        hasher.write_u64(characters);
        hasher.write_u64(subject);
        then(size, hasher.finish());
    };
    for run in texts.runs() {
        let (mut before, mut last) = (0u64, 0u64);
        for c in run {
            let now = u64::from(u32::from(c)) + 1;
            tell(1, now);
            if last != 0 {
                tell(2, last << 21 | now);
            }
            if before != 0 {
                tell(3, before << 42 | last << 21 | now);
            }
            (before, last) = (last, now);
        }
    }
}
