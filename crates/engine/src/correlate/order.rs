//! Puts observations in order of time: they wait until nothing older is to be expected.
//!
//! Logs are nearly in order, each for itself. So arrivals are appended to a few runs, each in
//! order; only what fits none of them goes to a heap.

use super::observation::Observation;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// Runs that are kept apart, as if for so many logs read at once.
const RUNS: usize = 8;
/// The clock is the time of the newest event but three.
const TRUSTED: usize = 4;

/// An observation and the order it came in.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    /// Rising in the order of arrival.
    pub number: u64,
    pub observation: Observation,
}

impl Waiting {
    fn key(&self) -> (i64, u64, usize, u64) {
        let o = &self.observation;
        (o.time, o.event, o.rule.index(), self.number)
    }
}

impl Waiting {
    /// About how many bytes it takes.
    fn bytes(&self) -> usize {
        size_of::<Waiting>() + self.observation.heap()
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

/// The newest events, newest first, each once: time and number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Newest([Option<(i64, u64)>; TRUSTED]);

impl Newest {
    /// Takes in an event, by its time and its number.
    pub fn see(&mut self, time: i64, event: u64) {
        let Some(last) = self.0.last_mut() else {
            return;
        };
        if last.is_some_and(|(oldest, _)| time <= oldest) {
            return;
        }
        if self.0.iter().flatten().any(|(_, e)| *e == event) {
            return;
        }
        if let Some(last) = self.0.last_mut() {
            *last = Some((time, event));
        }
        self.0.sort_unstable_by(|a, b| b.cmp(a));
    }

    /// Takes in the newest of others.
    pub fn join(&mut self, others: Newest) {
        for (time, event) in others.0.into_iter().flatten() {
            self.see(time, event);
        }
    }

    /// The time of the newest event but three; `None` before there are four.
    pub fn clock(&self) -> Option<i64> {
        self.0.last().copied().flatten().map(|(time, _)| time)
    }
}

/// The reorder buffer.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    runs: [VecDeque<Waiting>; RUNS],
    heap: BinaryHeap<Reverse<Waiting>>,
    /// The run that took the last arrival.
    recent: usize,
    len: usize,
    bytes: usize,
    newest: Newest,
    /// The number of the next arrival.
    next: u64,
}

impl Buffer {
    /// Takes in an observation.
    pub fn push(&mut self, observation: Observation) {
        self.newest.see(observation.time, observation.event);
        let number = self.next;
        self.next += 1;
        self.insert(Waiting {
            number,
            observation,
        });
    }

    /// Puts back one that waited in an earlier run.
    pub fn insert(&mut self, waiting: Waiting) {
        self.len += 1;
        self.bytes += waiting.bytes();
        let fits = |run: &VecDeque<Waiting>| run.back().is_none_or(|back| *back <= waiting);
        if let Some(run) = self.runs.get_mut(self.recent)
            && fits(run)
        {
            run.push_back(waiting);
            return;
        }
        // the run that ends nearest before it
        let mut best: Option<(usize, Option<&Waiting>)> = None;
        for (index, run) in self.runs.iter().enumerate().filter(|(_, run)| fits(run)) {
            if best.is_none_or(|(_, back)| run.back() > back) {
                best = Some((index, run.back()));
            }
        }
        match best.map(|(index, _)| index) {
            Some(index) => {
                self.recent = index;
                if let Some(run) = self.runs.get_mut(index) {
                    run.push_back(waiting);
                }
            }
            None => self.heap.push(Reverse(waiting)),
        }
    }

    /// The time of the newest event but three; `None` before there are four.
    pub fn clock(&self) -> Option<i64> {
        self.newest.clock()
    }

    /// The oldest that waits.
    pub fn first(&self) -> Option<i64> {
        self.first_run()
            .map(|(_, waiting)| waiting.observation.time)
    }

    /// Where the oldest is, [`RUNS`] being the heap.
    fn first_run(&self) -> Option<(usize, &Waiting)> {
        let fronts = self.runs.iter().enumerate();
        let fronts = fronts.filter_map(|(index, run)| Some((index, run.front()?)));
        let heap = self.heap.peek().map(|Reverse(waiting)| (RUNS, waiting));
        fronts.chain(heap).min_by(|a, b| a.1.cmp(b.1))
    }

    /// Takes out the oldest, if it is of time `time`.
    pub fn pop_at(&mut self, time: i64) -> Option<Waiting> {
        let (index, waiting) = self.first_run()?;
        if waiting.observation.time != time {
            return None;
        }
        self.len -= 1;
        let waiting = match self.runs.get_mut(index) {
            Some(run) => {
                let waiting = run.pop_front();
                if run.is_empty() && run.capacity() > 4096 {
                    run.shrink_to(1024);
                }
                waiting
            }
            None => self.heap.pop().map(|Reverse(waiting)| waiting),
        };
        let bytes = waiting.as_ref().map_or(0, Waiting::bytes);
        self.bytes = self.bytes.saturating_sub(bytes);
        waiting
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.len
    }

    /// About how many bytes they take.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The time in the middle of those that wait.
    pub fn middle(&self) -> Option<i64> {
        let mut times: Vec<i64> = self.iter().map(|w| w.observation.time).collect();
        let middle = times.len() / 2;
        if times.is_empty() {
            return None;
        }
        Some(*times.select_nth_unstable(middle).1)
    }

    /// All that wait, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Waiting> {
        let heap = self.heap.iter().map(|Reverse(waiting)| waiting);
        self.runs.iter().flatten().chain(heap)
    }

    /// Those that came with this number or a greater one, in no order.
    pub fn since(&self, number: u64) -> impl Iterator<Item = &Waiting> {
        let newer = move |waiting: &&Waiting| waiting.number >= number;
        let heap = self.heap.iter().map(|Reverse(waiting)| waiting);
        // a run is in the order of arrival, too
        let runs = self.runs.iter();
        runs.flat_map(move |run| run.iter().rev().take_while(newer))
            .chain(heap.filter(newer))
    }

    /// The number of the next arrival, and the newest events.
    pub fn clockwork(&self) -> (u64, Newest) {
        (self.next, self.newest)
    }

    /// Sets what [`Buffer::clockwork`] gave.
    pub fn set_clockwork(&mut self, next: u64, newest: Newest) {
        self.next = next;
        self.newest = newest;
    }
}
