//! What was seen before: when each term of a `new_terms` correlation occurred last.
//!
//! In memory as many terms as there is room for, the store behind them. Without a store the
//! terms seen longest ago are forgotten: they may alert again, none is lost.

use super::store::{Key, Kind, Store, StoreError};
use hashbrown::HashTable;
use sigwright_ir::correlation::Bounds;
use sigwright_syntax::ast::Comparison;
use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};

/// Occurrences that are kept of a term where the bound asks for more than it names.
const GENEROUS: usize = 1_000;
/// Occurrences that are kept of a term at most.
const MOST: usize = 100_000;

#[derive(Debug, Clone)]
struct Term {
    id: [u64; 2],
    last: i64,
    /// Older occurrences, oldest first.
    #[expect(
        clippy::box_collection,
        reason = "most terms have none: 8 bytes, not 32"
    )]
    older: Option<Box<VecDeque<i64>>>,
}

/// The terms of one correlation.
#[derive(Debug)]
pub(crate) struct Baseline {
    owner: u128,
    span: i64,
    /// Occurrences that are kept of each term.
    keep: usize,
    table: HashTable<Term>,
    seed: u64,
    dirty: HashSet<u128>,
    /// How many were forgotten for good.
    pub forgotten: u64,
}

impl Baseline {
    /// Nothing seen yet.
    pub fn new(owner: u128, span: i64, bounds: &Bounds) -> Self {
        let named = |(_, bound): &(Comparison, f64)| bound.clamp(0.0, MOST as f64) as usize + 1;
        let upper = |(comparison, _): &(Comparison, f64)| {
            matches!(
                comparison,
                Comparison::Lt | Comparison::Lte | Comparison::Eq
            )
        };
        let most = bounds.0.iter().map(named).max().unwrap_or(1);
        let keep = match bounds.0.iter().any(upper) {
            true => most,
            false => most.max(GENEROUS),
        };
        Baseline {
            owner,
            span,
            keep: keep.min(MOST),
            table: HashTable::new(),
            seed: RandomState::new().hash_one(owner) | 1,
            dirty: HashSet::new(),
            forgotten: 0,
        }
    }

    /// How many terms are in memory.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Notes that a term occurred `times` at an instant, which is none of its past, and says
    /// how often it had occurred in the span before. At most as often as is kept.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn see<S: Store>(
        &mut self,
        store: &mut S,
        id: u128,
        time: i64,
        times: usize,
    ) -> Result<usize, StoreError> {
        let halves = split(id);
        let (seed, hash) = (self.seed, spread(self.seed, halves));
        if self.table.find(hash, |term| term.id == halves).is_none() {
            let term = match S::KEEPS {
                true => store.get(&self.key(id))?.and_then(|bytes| read(id, &bytes)),
                false => None,
            };
            let term = term.unwrap_or(Term {
                id: halves,
                last: i64::MIN,
                older: None,
            });
            self.table
                .insert_unique(hash, term, |term| spread(seed, term.id));
        }
        if S::KEEPS {
            self.dirty.insert(id);
        }
        let (keep, from) = (self.keep, time.saturating_sub(self.span));
        let Some(term) = self.table.find_mut(hash, |term| term.id == halves) else {
            return Ok(0);
        };
        let known = term.last != i64::MIN && term.last >= from;
        let mut prior = usize::from(known);
        if let Some(older) = &mut term.older {
            while older.front().is_some_and(|at| *at < from) {
                older.pop_front();
            }
            prior += older.len();
        }
        if keep > 1 && (known || times > 1 || term.older.is_some()) {
            let older = term.older.get_or_insert_default();
            older.extend(known.then_some(term.last));
            older.extend(std::iter::repeat_n(time, times.clamp(1, keep) - 1));
            while older.len() >= keep {
                older.pop_front();
            }
            if older.is_empty() {
                term.older = None;
            }
        }
        term.last = time;
        Ok(prior)
    }

    fn key(&self, id: u128) -> Key {
        Key {
            kind: Kind::Term,
            owner: self.owner,
            id,
        }
    }

    /// Keeps to so many terms in memory: those seen longest ago go to the store, or are
    /// forgotten where there is none.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn trim<S: Store>(&mut self, store: &mut S, room: usize) -> Result<(), StoreError> {
        if self.table.len() <= room {
            return Ok(());
        }
        // some more than needed, so that the next term does not look through all again
        let most = self.table.len() - (room - room / 16);
        let age = |term: &Term| (term.last, term.id);
        let mut lasts: Vec<(i64, [u64; 2])> = self.table.iter().map(age).collect();
        let nth = most.saturating_sub(1).min(lasts.len().saturating_sub(1));
        let bound = *lasts.select_nth_unstable(nth).1;
        let mut going: Vec<Term> = Vec::with_capacity(most);
        self.table.retain(|term| {
            let goes = age(term) <= bound;
            if goes {
                going.push(term.clone());
            }
            !goes
        });
        for term in going {
            let id = join(term.id);
            match S::KEEPS {
                true if self.dirty.remove(&id) => store.put(&self.key(id), &write(&term))?,
                true => {}
                false => self.forgotten += 1,
            }
        }
        Ok(())
    }

    /// Puts the terms that changed since the last time.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn save<S: Store>(&mut self, store: &mut S) -> Result<(), StoreError> {
        for id in std::mem::take(&mut self.dirty) {
            let halves = split(id);
            let hash = spread(self.seed, halves);
            if let Some(term) = self.table.find(hash, |term| term.id == halves) {
                store.put(&self.key(id), &write(term))?;
            }
        }
        Ok(())
    }
}

/// Bits that nobody can foresee, so that nobody can choose terms that collide.
fn spread(seed: u64, [low, high]: [u64; 2]) -> u64 {
    let mixed = u128::from(low ^ high.rotate_left(32)) * u128::from(seed);
    (mixed >> 64) as u64 ^ mixed as u64
}

fn split(id: u128) -> [u64; 2] {
    [id as u64, (id >> 64) as u64]
}

fn join([low, high]: [u64; 2]) -> u128 {
    u128::from(low) | u128::from(high) << 64
}

/// Eight bytes per occurrence, oldest first.
fn write(term: &Term) -> Vec<u8> {
    let older = term.older.iter().flat_map(|older| older.iter());
    let times = older.chain([&term.last]);
    times.flat_map(|time| time.to_be_bytes()).collect()
}

/// When the term of a record was last seen, and how many occurrences it remembers.
pub(super) fn seen(bytes: &[u8]) -> Option<(i64, usize)> {
    let term = read(0, bytes)?;
    Some((term.last, 1 + term.older.map_or(0, |older| older.len())))
}

fn read(id: u128, bytes: &[u8]) -> Option<Term> {
    let (times, rest) = bytes.as_chunks::<8>();
    let (last, older) = times.split_last().filter(|_| rest.is_empty())?;
    let older: VecDeque<i64> = older.iter().map(|time| i64::from_be_bytes(*time)).collect();
    Some(Term {
        id: split(id),
        last: i64::from_be_bytes(*last),
        older: (!older.is_empty()).then(|| Box::new(older)),
    })
}
