//! One reader, many workers, one writer.
//!
//! The reader cuts the input into batches, workers turn batches into text and counts, the
//! writer puts the texts out in the order of the input, whatever the number of workers. At
//! most [`AHEAD`] batches per worker are under way at a time: that bounds memory.

use crate::summary::Counts;
use sigwright_events::{Batch, Progress, Reader};
use std::collections::BTreeMap;
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

/// How many batches per worker may be between reader and writer.
const AHEAD: usize = 2;

/// What becomes of a batch.
#[derive(Debug)]
pub struct Done {
    /// What is to be written.
    pub text: Vec<u8>,
    /// What is to be counted.
    pub counts: Counts,
    /// How far reading had come.
    pub progress: Progress,
}

struct Task {
    number: u64,
    batch: Batch,
    progress: Progress,
}

/// Runs `work` on every batch and `write` on what comes of it, in order. `worker` makes what
/// one thread keeps between batches.
///
/// # Errors
/// The first error of `write`, which ends the run.
pub fn run<W>(
    reader: &mut Reader,
    threads: usize,
    worker: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, &Batch, &mut Vec<u8>, &mut Counts) + Sync,
    mut write: impl FnMut(Done) -> io::Result<()>,
) -> io::Result<()> {
    if threads <= 1 {
        return alone(reader, worker(), work, write);
    }
    let ahead = threads.saturating_mul(AHEAD);
    let (permit, permits) = sync_channel::<()>(ahead);
    let (task, tasks) = sync_channel::<Task>(ahead);
    let (done, finished) = sync_channel::<(u64, Done)>(ahead);
    let (empty, empties) = sync_channel::<Batch>(ahead);
    let tasks = Mutex::new(tasks);
    std::thread::scope(|scope| {
        let (worker, work, tasks) = (&worker, &work, &tasks);
        for _ in 0..threads {
            let (done, empty) = (done.clone(), empty.clone());
            scope.spawn(move || {
                let mut kept = worker();
                while let Some(task) = next(tasks) {
                    let mut out = Done {
                        text: Vec::new(),
                        counts: Counts::default(),
                        progress: task.progress,
                    };
                    work(&mut kept, &task.batch, &mut out.text, &mut out.counts);
                    // a full or closed channel only means that the batch is not reused
                    let _ = empty.try_send(task.batch);
                    if done.send((task.number, out)).is_err() {
                        break;
                    }
                }
            });
        }
        drop((done, empty));
        scope.spawn(move || cut(reader, &permit, &task, &empties));
        // both ends are given away, so that they are gone when `write` fails: only then do the
        // reader, which waits for a permit, and the workers stop
        in_order(finished, permits, &mut write)
    })
}

/// One thread does everything.
fn alone<W>(
    reader: &mut Reader,
    mut kept: W,
    work: impl Fn(&mut W, &Batch, &mut Vec<u8>, &mut Counts),
    mut write: impl FnMut(Done) -> io::Result<()>,
) -> io::Result<()> {
    let mut batch = Batch::new();
    while reader.read(&mut batch) {
        let mut done = Done {
            text: Vec::new(),
            counts: Counts::default(),
            progress: reader.progress(),
        };
        work(&mut kept, &batch, &mut done.text, &mut done.counts);
        write(done)?;
    }
    Ok(())
}

fn next(tasks: &Mutex<Receiver<Task>>) -> Option<Task> {
    let tasks = tasks.lock().unwrap_or_else(PoisonError::into_inner);
    tasks.recv().ok()
}

fn cut(
    reader: &mut Reader,
    permit: &SyncSender<()>,
    task: &SyncSender<Task>,
    empties: &Receiver<Batch>,
) {
    for number in 0.. {
        let mut batch = empties.try_recv().unwrap_or_default();
        if !reader.read(&mut batch) || permit.send(()).is_err() {
            break;
        }
        let progress = reader.progress();
        let sent = task.send(Task {
            number,
            batch,
            progress,
        });
        if sent.is_err() {
            break;
        }
    }
}

fn in_order(
    finished: Receiver<(u64, Done)>,
    permits: Receiver<()>,
    write: &mut impl FnMut(Done) -> io::Result<()>,
) -> io::Result<()> {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    while let Ok((number, done)) = finished.recv() {
        waiting.insert(number, done);
        while let Some(done) = waiting.remove(&next) {
            next += 1;
            // the reader asked for it before it sent the batch
            let _ = permits.recv();
            write(done)?;
        }
    }
    Ok(())
}
