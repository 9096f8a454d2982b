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
/// The clock is the median of the times of so many events.
const RING: usize = 63;
/// Of fewer there is no clock.
const FEWEST: usize = 8;
/// How far ahead of the others an event is no longer believed, at least: a day.
const FAR: i64 = 86_400_000_000_000;
/// How many events may be dated wrongly in an input that is put in order as a whole.
const WRONG: usize = 3;

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

/// The times of the events read last.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Clock {
    /// As they came.
    times: VecDeque<i64>,
    /// Rising.
    sorted: Vec<i64>,
}

impl Clock {
    /// Takes in the time of the next event.
    pub fn see(&mut self, time: i64) {
        if self.times.len() >= RING
            && let Some(old) = self.times.pop_front()
            && let Ok(place) = self.sorted.binary_search(&old)
        {
            self.sorted.remove(place);
        }
        self.times.push_back(time);
        let place = self.sorted.partition_point(|other| *other < time);
        self.sorted.insert(place, time);
    }

    /// The median, the lower of two; `None` where there are too few.
    pub fn time(&self) -> Option<i64> {
        let middle = self.sorted.len().checked_sub(1)? / 2;
        let time = self.sorted.get(middle).copied();
        time.filter(|_| self.sorted.len() >= FEWEST)
    }

    /// What is later is far in the future: more than `lateness` and a day beyond the clock,
    /// and more than four times as far as half of the earlier ones are before it. Of too few
    /// all are believed; `None` where there are none.
    pub fn limit(&self, lateness: i64) -> Option<i64> {
        let Some(clock) = self.time() else {
            let last = self.sorted.last()?;
            return Some(last.saturating_add(lateness.max(FAR)));
        };
        let quarter = self.sorted.get(self.sorted.len() / 4).copied();
        let spread = clock.saturating_sub(quarter.unwrap_or(clock));
        let far = spread.saturating_mul(4).max(lateness).max(FAR);
        Some(clock.saturating_add(far))
    }
}

/// The newest events, newest first, each once: time and number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Newest([Option<(i64, u64)>; FEWEST]);

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

    /// What is later is far in the future: more than a day beyond the newest but three, and
    /// more than four times as far as the next four are before it. Of too few all are
    /// believed; `None` where there are none.
    pub fn limit(&self) -> Option<i64> {
        let time = |place: usize| self.0.get(place).copied().flatten().map(|(time, _)| time);
        let newest = time(0)?;
        let trusted = time(WRONG).zip(time(FEWEST - 1));
        Some(match trusted {
            None => newest.saturating_add(FAR),
            Some((trusted, before)) => {
                let spread = trusted.saturating_sub(before).saturating_mul(4);
                trusted.saturating_add(spread.max(FAR))
            }
        })
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
    /// The number of the next arrival.
    next: u64,
}

impl Buffer {
    /// Takes in an observation.
    pub fn push(&mut self, observation: Observation) {
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

    /// The number of the next arrival.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Sets what [`Buffer::next`] gave.
    pub fn set_next(&mut self, next: u64) {
        self.next = next;
    }
}
