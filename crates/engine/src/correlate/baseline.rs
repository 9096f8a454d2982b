//! What was seen before: when each term of a `new_terms` correlation occurred last.
//!
//! In memory as many terms as there is room for, the store behind them. Without a store the
//! terms seen longest ago are forgotten: they may alert again, none is lost.

use super::group::Room;
use super::key::texts;
use super::store::{Key, Kind, Store, StoreError};
use hashbrown::HashTable;
use serde::{Deserialize, Serialize};
use sigwright_ir::correlation::Bounds;
use sigwright_syntax::ast::Comparison;
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};

/// Occurrences that are kept of a term where the bound asks for more than it names.
const GENEROUS: usize = 1_000;
/// Occurrences that are kept of a term at most.
const MOST: usize = 100_000;

/// Bytes of spellings that may wait for the store.
pub(crate) const SPELLED: usize = 64 << 20;

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

/// A term in words; what is not yet in the store.
#[derive(Debug)]
pub(crate) struct Spelling {
    /// The values of its group, as first spelled.
    pub group: Box<[u8]>,
    /// Its own values, as first spelled.
    pub values: Box<[u8]>,
}

/// A term that was seen, as the store has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermRecord {
    group: Box<[u8]>,
    values: Box<[u8]>,
    first: i64,
    /// The occurrences that are kept, oldest first; the last is the newest of all.
    times: Vec<i64>,
}

impl TermRecord {
    /// The values of its group, as first spelled.
    pub fn group(&self) -> Vec<String> {
        texts(&self.group).map(str::to_owned).collect()
    }

    /// The term's own values, as first spelled.
    pub fn values(&self) -> Vec<String> {
        texts(&self.values).map(str::to_owned).collect()
    }

    /// When it was seen first, in nanoseconds since 1970.
    pub fn first(&self) -> i64 {
        self.first
    }

    /// When it was seen last, in nanoseconds since 1970.
    pub fn last(&self) -> i64 {
        self.times.last().copied().unwrap_or(self.first)
    }

    /// How many of its occurrences are remembered.
    pub fn occurrences(&self) -> usize {
        self.times.len()
    }
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
    /// Older occurrences, of all terms.
    older: usize,
    /// What the store does not know yet: of a term that is new to it, when it was first seen
    /// and how it is spelled.
    dirty: HashMap<u128, Option<Box<(i64, Spelling)>>>,
    /// Bytes of those spellings.
    spelled: usize,
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
            older: 0,
            dirty: HashMap::new(),
            spelled: 0,
            forgotten: 0,
        }
    }

    /// About how many bytes the terms in memory take, in a table that is half full at worst.
    pub fn bytes(&self) -> usize {
        2 * size_of::<Term>() * self.table.len() + size_of::<i64>() * self.older
    }

    /// How many terms are in memory.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Notes that a term occurred `times` at an instant, which is none of its past, and says
    /// how often it had occurred in the span before. At most as often as is kept. `spelling`
    /// is asked where the store is to know the term from now on.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn see<S: Store>(
        &mut self,
        store: &mut S,
        id: u128,
        time: i64,
        times: usize,
        spelling: impl FnOnce() -> Spelling,
    ) -> Result<usize, StoreError> {
        let halves = split(id);
        let (seed, hash) = (self.seed, spread(self.seed, halves));
        if self.table.find(hash, |term| term.id == halves).is_none() {
            let known = match S::KEEPS {
                true => store.get(&self.key(id))?,
                false => None,
            };
            let term = match known {
                Some(bytes) => term(id, super::snapshot::read(&bytes)?),
                None => {
                    if S::KEEPS {
                        let spelling = spelling();
                        self.spelled += spelling.group.len() + spelling.values.len();
                        self.dirty.insert(id, Some(Box::new((time, spelling))));
                    }
                    Term {
                        id: halves,
                        last: i64::MIN,
                        older: None,
                    }
                }
            };
            self.older += older(&term);
            self.table
                .insert_unique(hash, term, |term| spread(seed, term.id));
        }
        if S::KEEPS {
            self.dirty.entry(id).or_default();
        }
        let (keep, from) = (self.keep, time.saturating_sub(self.span));
        let Some(term) = self.table.find_mut(hash, |term| term.id == halves) else {
            return Ok(0);
        };
        let before = older(term);
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
        self.older = (self.older + older(term)).saturating_sub(before);
        Ok(prior)
    }

    fn key(&self, id: u128) -> Key {
        Key {
            kind: Kind::Term,
            owner: self.owner,
            id,
        }
    }

    /// Keeps to so many terms and bytes in memory: those seen longest ago go to the store, or
    /// are forgotten where there is none.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn trim<S: Store>(&mut self, store: &mut S, room: Room) -> Result<(), StoreError> {
        if self.spelled > SPELLED {
            self.save(store)?;
        }
        let (terms, bytes) = (self.table.len(), self.bytes());
        if terms <= room.groups && (bytes <= room.bytes || terms <= 1) {
            return Ok(());
        }
        // some more than needed, so that the next term does not look through all again
        let surplus = terms.saturating_sub(room.groups - room.groups / 16);
        let heavy = match bytes > room.bytes {
            true => (terms / 16).clamp(1, terms - 1),
            false => 0,
        };
        let most = surplus.max(heavy);
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
            self.older = self.older.saturating_sub(older(&term));
            if !S::KEEPS {
                self.forgotten += 1;
                continue;
            }
            let id = join(term.id);
            if let Some(spelling) = self.dirty.remove(&id) {
                put(store, self.key(id), &term, spelling)?;
            }
        }
        Ok(())
    }

    /// Puts the terms that changed since the last time.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn save<S: Store>(&mut self, store: &mut S) -> Result<(), StoreError> {
        self.spelled = 0;
        for (id, spelling) in std::mem::take(&mut self.dirty) {
            let halves = split(id);
            let hash = spread(self.seed, halves);
            if let Some(term) = self.table.find(hash, |term| term.id == halves) {
                put(store, self.key(id), term, spelling)?;
            }
        }
        Ok(())
    }
}

/// How many older occurrences a term has room for.
fn older(term: &Term) -> usize {
    term.older.as_ref().map_or(0, |older| older.capacity())
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

/// Puts a term; how it is spelled, the store knows where it is not said.
fn put<S: Store>(
    store: &mut S,
    key: Key,
    term: &Term,
    spelling: Option<Box<(i64, Spelling)>>,
) -> Result<(), StoreError> {
    let older = term.older.iter().flat_map(|older| older.iter());
    let times = older.chain([&term.last]).copied().collect();
    let record = match spelling {
        Some(new) => {
            let (first, Spelling { group, values }) = *new;
            TermRecord {
                group,
                values,
                first,
                times,
            }
        }
        None => {
            let known = store.get(&key)?;
            let known = known.ok_or_else(|| StoreError("a term is gone from it".to_owned()))?;
            let known: TermRecord = super::snapshot::read(&known)?;
            TermRecord { times, ..known }
        }
    };
    store.put(&key, &super::snapshot::write(&record)?)
}

fn term(id: u128, mut record: TermRecord) -> Term {
    let last = record.times.pop().unwrap_or(record.first);
    let older = VecDeque::from(record.times);
    Term {
        id: split(id),
        last,
        older: (!older.is_empty()).then(|| Box::new(older)),
    }
}
