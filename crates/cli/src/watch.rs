//! Correlations of a run: what workers heard goes in, in the order of the input; alerts and
//! findings that had to wait come out as text.

use crate::load::Loaded;
use crate::pipeline::{Heard, Lot};
use crate::render::alert::AlertPrinter;
use crate::render::finding;
use crate::summary::Counts;
use indexmap::{IndexMap, IndexSet};
use sigwright_engine::correlate::{
    self, Correlator, Kind, NoStore, Options, Restored, Speech, Store, StoreError, Wiring,
    read_owner,
};
use sigwright_ir::Reference;
use sigwright_state::{Position, StateFile};
use sigwright_syntax::ast::Level;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A checkpoint may take one part in so many of the time between two.
const SHARE: u32 = 20;

/// A store, and how what was put into it is made durable.
pub trait Keep: Store {
    /// How far inputs were read in earlier runs.
    fn positions(&self) -> &[Position] {
        &[]
    }

    /// The number of the first lot of this run.
    fn next(&self) -> u64 {
        0
    }

    /// Makes durable what was put, and how far the input was read.
    fn commit(&mut self, positions: &[Position], next: u64) -> Result<(), StoreError>;

    /// Removes what is of an owner.
    fn remove_owner(&mut self, owner: u128) -> Result<u64, StoreError>;
}

impl Keep for NoStore {
    fn commit(&mut self, _: &[Position], _: u64) -> Result<(), StoreError> {
        Ok(())
    }

    fn remove_owner(&mut self, _: u128) -> Result<u64, StoreError> {
        Ok(0)
    }
}

impl Keep for StateFile {
    fn positions(&self) -> &[Position] {
        StateFile::positions(self)
    }

    fn next(&self) -> u64 {
        StateFile::next(self)
    }

    fn commit(&mut self, positions: &[Position], next: u64) -> Result<(), StoreError> {
        StateFile::commit(self, positions, next)
    }

    fn remove_owner(&mut self, owner: u128) -> Result<u64, StoreError> {
        StateFile::remove_owner(self, owner)
    }
}

/// The correlations of a run and what was said so far.
#[derive(Debug)]
pub struct Watch<'l, S> {
    correlator: Correlator<S>,
    printer: AlertPrinter<'l>,
    loaded: &'l Loaded,
    files: IndexSet<String>,
    min_level: Option<Level>,
    /// What earlier runs had counted, of each rule.
    before: HashMap<Reference, correlate::Counts>,
    /// By file: how far it is read, where that is not yet in the store.
    moved: IndexMap<String, Position>,
    next: u64,
    /// When the last checkpoint was over, and how long it took.
    last: (Instant, Duration),
}

impl<'l, S: Keep> Watch<'l, S> {
    /// Correlations that have heard nothing yet.
    pub fn new(
        loaded: &'l Loaded,
        wiring: Arc<Wiring>,
        options: Options,
        store: S,
        printer: AlertPrinter<'l>,
        min_level: Option<Level>,
    ) -> Self {
        // alerts name files by their places in this list, in later runs, too
        let files = store.positions().iter().map(|p| p.file.clone()).collect();
        Watch {
            before: HashMap::new(),
            moved: IndexMap::new(),
            next: store.next(),
            last: (Instant::now(), Duration::ZERO),
            correlator: Correlator::new(loaded.set.clone(), wiring, options, store),
            printer,
            loaded,
            files,
            min_level,
        }
    }

    /// Takes over what the store has. Of a rule that changed everything is removed. Unless the
    /// input is one to `resume`, the clock starts anew.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn restore(&mut self, resume: bool) -> Result<Restored, StoreError> {
        let restored = self.correlator.restore()?;
        if !resume {
            self.correlator.start_anew();
        }
        for reference in &restored.found {
            let counts = self.correlator.counts(*reference);
            self.before.insert(*reference, counts);
        }
        let identity = |reference: &Reference| {
            let set = &self.loaded.set;
            let meta = match reference {
                Reference::Rule(rule) => set.rule(*rule).map(|rule| &rule.meta),
                Reference::Correlation(index) => set.correlations.get(*index).map(|c| &c.meta),
            };
            let names = meta.map(|meta| [&meta.id, &meta.name, &meta.title]);
            let name = names.into_iter().flatten().flatten().next();
            name.map(|name| name.value.clone()).unwrap_or_default()
        };
        let found: Vec<String> = restored.found.iter().map(identity).collect();
        let changed: Vec<String> = restored.changed.iter().map(identity).collect();
        let mut old = Vec::new();
        let store = self.correlator.store_mut();
        store.each(Kind::Owner, &mut |key, value| {
            let identity = read_owner(value)?.identity;
            if changed.contains(&identity) && !found.contains(&identity) {
                old.push(key.owner);
            }
            Ok(())
        })?;
        for owner in old {
            store.remove_owner(owner)?;
        }
        Ok(restored)
    }

    /// Makes durable what was heard so far, whose consequences were written; where `every`
    /// has passed since the last time, or always where it is `None`.
    ///
    /// # Errors
    /// Where the store fails, or failed while it was asked.
    pub fn checkpoint(&mut self, every: Option<Duration>) -> Result<(), StoreError> {
        if let Some(error) = self.correlator.fault() {
            return Err(error.clone());
        }
        let (last, cost) = self.last;
        let due = every.is_none_or(|every| {
            let rare = if every.is_zero() {
                Duration::ZERO
            } else {
                cost * SHARE
            };
            last.elapsed() >= every.max(rare)
        });
        if !S::KEEPS || !due {
            return Ok(());
        }
        let started = Instant::now();
        self.correlator.save()?;
        let moved: Vec<Position> = self.moved.drain(..).map(|(_, position)| position).collect();
        self.correlator.store_mut().commit(&moved, self.next)?;
        self.last = (Instant::now(), started.elapsed());
        Ok(())
    }

    /// Takes in what a lot's worker heard; what follows is appended to its text.
    pub fn hear(&mut self, lot: &mut Lot) {
        self.next += 1;
        if let Some(step) = lot.step.take() {
            self.file(&step.position.file);
            self.moved.insert(step.position.file.clone(), step.position);
        }
        self.correlator.see(lot.newest);
        if lot.heard.is_empty() {
            return;
        }
        let file = self.file(lot.batch.file());
        let mut heard = std::mem::take(&mut lot.heard);
        let (text, counts) = (&mut lot.text, &mut lot.counts);
        for heard in heard.drain(..) {
            match heard {
                Heard::Begin(begin) => self.correlator.begin(begin),
                Heard::Tick(event, time) => {
                    let mut say = Say::new(self.loaded, &self.printer, &self.files, self.min_level);
                    self.correlator.tick(event, time, &mut |speech| {
                        say.out(&speech, text, counts);
                    });
                }
                Heard::Observation(mut observation) => {
                    observation.place.file = file;
                    let mut say = Say::new(self.loaded, &self.printer, &self.files, self.min_level);
                    self.correlator.push(observation, &mut |speech| {
                        say.out(&speech, text, counts);
                    });
                }
            }
        }
        lot.heard = heard;
    }

    /// The end of the input.
    pub fn end(&mut self, text: &mut Vec<u8>, counts: &mut Counts) {
        let mut say = Say::new(self.loaded, &self.printer, &self.files, self.min_level);
        let mut out = |speech: Speech<'_>| say.out(&speech, text, counts);
        match S::KEEPS {
            true => self.correlator.pause(&mut out),
            false => self.correlator.finish(&mut out),
        }
        counts.hurried = self.correlator.hurried();
        counts.ahead = self.correlator.waiting() as u64;
        let rules = self.loaded.set.iter().map(|(id, _)| Reference::Rule(id));
        let correlations = (0..self.loaded.set.correlations.len()).map(Reference::Correlation);
        for reference in rules.chain(correlations) {
            let mut counted = self.correlator.counts(reference);
            if let Some(before) = self.before.get(&reference) {
                counted = counted.since(before);
            }
            if counted != correlate::Counts::default() {
                counts.correlated.push((reference, counted));
            }
        }
    }

    /// The number of a file.
    fn file(&mut self, name: &str) -> u32 {
        let place = match self.files.get_index_of(name) {
            Some(place) => place,
            None => self.files.insert_full(name.to_owned()).0,
        };
        u32::try_from(place).unwrap_or(u32::MAX)
    }
}

/// Puts speech into words.
struct Say<'a> {
    loaded: &'a Loaded,
    printer: &'a AlertPrinter<'a>,
    files: &'a IndexSet<String>,
    min_level: Option<Level>,
}

impl<'a> Say<'a> {
    fn new(
        loaded: &'a Loaded,
        printer: &'a AlertPrinter<'a>,
        files: &'a IndexSet<String>,
        min_level: Option<Level>,
    ) -> Self {
        Say {
            loaded,
            printer,
            files,
            min_level,
        }
    }

    fn out(&mut self, speech: &Speech<'_>, text: &mut Vec<u8>, counts: &mut Counts) {
        match speech {
            Speech::Alert(alert) => {
                counts.alert(alert.level);
                if alert.level < self.min_level {
                    counts.hidden_alerts += 1;
                } else {
                    self.printer.print(alert, self.files, text);
                }
            }
            Speech::Finding {
                observation,
                variation,
            } => {
                let rule = self.loaded.set.rule(observation.rule);
                let level = rule.and_then(|rule| {
                    let varied = variation.and_then(|v| rule.hints.variations.get(v)?.level);
                    varied.or(rule.meta.level.as_ref().map(|level| level.value))
                });
                counts.finding(level);
                if level < self.min_level {
                    counts.hidden += 1;
                } else if let Some(packed) = &observation.text {
                    text.extend_from_slice(finding::unpack(packed, *variation));
                }
            }
        }
    }
}
