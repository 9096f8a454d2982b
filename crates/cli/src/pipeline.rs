//! One reader, many workers, one writer.
//!
//! The reader cuts the input into batches, workers turn batches into text and counts, the
//! writer puts the texts out in the order of the input, whatever the number of workers. What
//! is under way is in one of [`AHEAD`] lots per worker, which go round: that bounds memory
//! and uses it again.

use crate::position::{Step, Tracker};
use crate::summary::Counts;
use sigwright_engine::correlate::{Begin, Newest, Observation};
use sigwright_events::{Batch, Progress, Reader};
use std::collections::BTreeMap;
use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

/// How many lots there are per worker.
const AHEAD: usize = 2;

/// How much memory for text a lot keeps: one batch with very many findings must not make
/// every lot a large one.
const KEPT: usize = 8 << 20;

/// A batch and what becomes of it.
#[derive(Debug)]
pub struct Lot {
    /// The records.
    pub batch: Batch,
    /// What is to be written.
    pub text: Vec<u8>,
    /// What is to be counted.
    pub counts: Counts,
    /// What correlations are to hear of, in the order read.
    pub heard: Vec<Heard>,
    /// The newest of its events, where correlations ask for them.
    pub newest: Newest,
    /// How far reading had come.
    pub progress: Progress,
    /// Its place in the input, from 0.
    pub number: u64,
    /// How far its file is read with it; where state is kept.
    pub step: Option<Step>,
}

/// What a worker tells the correlations.
#[derive(Debug)]
pub enum Heard {
    /// A log began.
    Begin(Begin),
    /// A rule matched an event.
    Observation(Observation),
    /// An event that is not observed: its number and its time, where observations are not
    /// put in order as a whole.
    Tick(u64, i64),
}

impl Lot {
    /// One that nothing was read into.
    pub fn new() -> Self {
        Lot {
            batch: Batch::new(),
            text: Vec::new(),
            counts: Counts::default(),
            heard: Vec::new(),
            newest: Newest::default(),
            progress: Progress {
                read: 0,
                total: None,
            },
            number: 0,
            step: None,
        }
    }

    /// Fills it with the next batch; false after the last one.
    pub fn fill(&mut self, feed: &mut Feed) -> bool {
        self.text.clear();
        self.text.shrink_to(KEPT);
        self.counts = Counts::default();
        self.heard.clear();
        self.newest = Newest::default();
        let more = feed.reader.read(&mut self.batch);
        self.progress = feed.reader.progress();
        self.step = match &mut feed.tracker {
            Some(tracker) if more => tracker.pass(&mut self.batch),
            _ => None,
        };
        more
    }
}

/// Where batches come from.
pub struct Feed {
    /// The input.
    pub reader: Reader,
    /// What was read before, where state is kept.
    pub tracker: Option<Tracker>,
}

/// Runs `work` on every batch and `write` on what comes of it, in order. `worker` makes what
/// one thread keeps between batches.
///
/// # Errors
/// The first error of `write`, which ends the run.
pub fn run<W>(
    feed: &mut Feed,
    threads: usize,
    worker: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, &mut Lot) + Sync,
    mut write: impl FnMut(&mut Lot) -> io::Result<()>,
) -> io::Result<()> {
    if threads <= 1 {
        return alone(feed, worker(), work, write);
    }
    let (free, empty) = channel();
    let (filled, tasks) = channel();
    let (done, finished) = channel();
    for _ in 0..threads.saturating_mul(AHEAD) {
        // the other end is still here
        let _ = free.send(Lot::new());
    }
    let tasks = Mutex::new(tasks);
    std::thread::scope(|scope| {
        let (worker, work, tasks) = (&worker, &work, &tasks);
        for _ in 0..threads {
            let done = done.clone();
            scope.spawn(move || {
                let mut kept = worker();
                while let Some(mut lot) = next(tasks) {
                    work(&mut kept, &mut lot);
                    if done.send(lot).is_err() {
                        break;
                    }
                }
            });
        }
        drop(done);
        scope.spawn(move || cut(feed, &empty, &filled));
        // both ends are given away, so that they are gone when `write` fails: only then do the
        // reader, which waits for a lot, and the workers stop
        in_order(finished, free, &mut write)
    })
}

/// One thread does everything.
fn alone<W>(
    feed: &mut Feed,
    mut kept: W,
    work: impl Fn(&mut W, &mut Lot),
    mut write: impl FnMut(&mut Lot) -> io::Result<()>,
) -> io::Result<()> {
    let mut lot = Lot::new();
    while lot.fill(feed) {
        work(&mut kept, &mut lot);
        write(&mut lot)?;
        lot.number += 1;
    }
    Ok(())
}

fn next(tasks: &Mutex<Receiver<Lot>>) -> Option<Lot> {
    let tasks = tasks.lock().unwrap_or_else(PoisonError::into_inner);
    tasks.recv().ok()
}

fn cut(feed: &mut Feed, empty: &Receiver<Lot>, filled: &Sender<Lot>) {
    for number in 0.. {
        let Ok(mut lot) = empty.recv() else { break };
        lot.number = number;
        if !lot.fill(feed) || filled.send(lot).is_err() {
            break;
        }
    }
}

fn in_order(
    finished: Receiver<Lot>,
    free: Sender<Lot>,
    write: &mut impl FnMut(&mut Lot) -> io::Result<()>,
) -> io::Result<()> {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    while let Ok(lot) = finished.recv() {
        waiting.insert(lot.number, lot);
        while let Some(mut lot) = waiting.remove(&next) {
            next += 1;
            write(&mut lot)?;
            // after the end of the input nobody fills it
            let _ = free.send(lot);
        }
    }
    Ok(())
}
