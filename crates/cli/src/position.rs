//! How far inputs are read, and what of them was read before.

use sigwright_events::Batch;
use sigwright_state::{HEAD, Position, head};
use std::collections::HashMap;

/// What a batch adds.
#[derive(Debug)]
pub struct Step {
    /// How far its file is read once it is done.
    pub position: Position,
    /// What was noticed about the file.
    pub note: Option<String>,
}

/// Counts the records of each file, and leaves out those that were done before.
#[derive(Debug, Default)]
pub struct Tracker {
    /// What is to be left out yet.
    done: HashMap<String, Position>,
    files: HashMap<String, Position>,
}

impl Tracker {
    /// Leaves out what `done` says.
    pub fn new(done: &[Position]) -> Tracker {
        let done = done.iter().map(|p| (p.file.clone(), p.clone()));
        Tracker {
            done: done.collect(),
            files: HashMap::new(),
        }
    }

    /// Counts a batch, and takes out of it what was done before; `None` without records.
    pub fn pass(&mut self, batch: &mut Batch) -> Option<Step> {
        let records = batch.records().len();
        if records == 0 {
            return None;
        }
        let name: &str = batch.file();
        let mut note = None;
        if !self.files.contains_key(name) {
            let head: Vec<u64> = heads(batch, HEAD).collect();
            if self.done.get(name).is_some_and(|done| !done.fits(&head)) {
                self.done.remove(name);
                note = Some(format!(
                    "`{name}` is not the file it was: it is read from its beginning"
                ));
            }
            let position = Position {
                file: name.to_owned(),
                ..Position::default()
            };
            self.files.insert(name.to_owned(), position);
        }
        let position = self.files.get_mut(name)?;
        if position.head.len() as u64 == position.records {
            let more = HEAD.saturating_sub(position.head.len());
            position.head.extend(heads(batch, more));
        }
        let before = position.records;
        position.records += records as u64;
        let done = self.done.get(name).map_or(0, |done| done.records);
        // never back behind what is done, were the run to end here
        let step = Position {
            records: position.records.max(done),
            ..position.clone()
        };
        let skip = done.saturating_sub(before).min(records as u64);
        batch.skip(usize::try_from(skip).unwrap_or(usize::MAX));
        Some(Step {
            position: step,
            note,
        })
    }

    /// After the end of the input: what was noticed about files that are shorter than they
    /// were.
    pub fn end(&self) -> Vec<String> {
        let shorter = self.files.values().filter_map(|position| {
            let done = self.done.get(&position.file)?;
            (position.records < done.records).then(|| {
                format!(
                    "`{}` is shorter than it was: of its records {} were read, it has {}",
                    position.file, done.records, position.records
                )
            })
        });
        let mut shorter: Vec<String> = shorter.collect();
        shorter.sort();
        shorter
    }
}

fn heads(batch: &Batch, most: usize) -> impl Iterator<Item = u64> {
    let records = batch.records().take(most);
    records.map(|record| head(record.text.as_bytes()))
}
