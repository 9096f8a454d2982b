//! How many different tuples.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::VecDeque;

/// Tuples up to which a walk over them is better than an index.
const FEW: usize = 16;

/// Counts different tuples by when each was seen last, of old ones only as many as it takes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Distinct {
    /// In order of time. With an index, some are outdated: the index has a later time.
    #[serde(serialize_with = "live")]
    seen: VecDeque<(i64, u128)>,
    /// When each was seen last, if there are many.
    #[serde(skip)]
    index: Option<Box<FxHashMap<u128, i64>>>,
}

impl Distinct {
    /// Takes in a tuple; `kept` where its time does not matter, as nothing will expire.
    pub fn absorb(&mut self, time: i64, term: u128, kept: bool) {
        if self.index.is_none() && self.seen.len() > FEW {
            let index = self.seen.iter().map(|(time, term)| (*term, *time));
            self.index = Some(Box::new(index.collect()));
        }
        if let Some(index) = &mut self.index {
            match index.get_mut(&term) {
                Some(last) if kept || *last == time => return,
                Some(last) => *last = time,
                None => drop(index.insert(term, time)),
            }
            if self.seen.len() > 2 * index.len() + FEW {
                self.seen
                    .retain(|(time, term)| index.get(term) == Some(time));
            }
        } else if let Some(place) = self.seen.iter().position(|(_, seen)| *seen == term) {
            if kept {
                return;
            }
            self.seen.remove(place);
        }
        if self.seen.len() == self.seen.capacity() && self.seen.len() < 4 {
            self.seen.reserve_exact(self.seen.len().max(1));
        }
        self.seen.push_back((time, term));
    }

    /// Forgets what was last seen before `before`, and of the rest what more than `keep` seen
    /// later make needless.
    pub fn expire(&mut self, before: i64, keep: u64) {
        while let Some((time, term)) = self.seen.front().copied() {
            let outdated = match &self.index {
                Some(index) => index.get(&term) != Some(&time),
                None => false,
            };
            if !outdated {
                if time >= before && self.value() <= keep {
                    break;
                }
                if let Some(index) = &mut self.index {
                    index.remove(&term);
                }
            }
            self.seen.pop_front();
        }
        if self.seen.is_empty() {
            *self = Distinct::default();
        }
    }

    /// How many there are.
    pub fn value(&self) -> u64 {
        let few = self.seen.len();
        self.index.as_ref().map_or(few, |index| index.len()) as u64
    }

    /// How many entries it holds.
    pub fn held(&self) -> usize {
        self.seen.len()
    }

    /// How many bytes it takes beside itself.
    pub fn heap(&self) -> usize {
        let index = self.index.as_ref().map_or(0, |index| {
            // a table has a byte for each place, and an eighth of the places stay free
            32 + index.capacity() * 8 / 7 * (size_of::<(u128, i64)>() + 1)
        });
        index + self.seen.capacity() * size_of::<(i64, u128)>()
    }
}

/// Writes what is not outdated: without the index, nobody could tell.
fn live<S: Serializer>(seen: &VecDeque<(i64, u128)>, to: S) -> Result<S::Ok, S::Error> {
    // the last entry of a tuple is the one that counts
    let mut later = rustc_hash::FxHashSet::default();
    let mut rest: Vec<&(i64, u128)> = seen
        .iter()
        .rev()
        .filter(|(_, term)| later.insert(*term))
        .collect();
    rest.reverse();
    to.collect_seq(rest)
}
