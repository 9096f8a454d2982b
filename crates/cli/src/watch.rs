//! Correlations of a run: what workers heard goes in, in the order of the input; alerts and
//! findings that had to wait come out as text.

use crate::load::Loaded;
use crate::pipeline::{Heard, Lot};
use crate::render::alert::AlertPrinter;
use crate::render::finding;
use crate::summary::Counts;
use indexmap::IndexSet;
use sigwright_engine::correlate::{self, Correlator, Options, Speech, Store, Wiring};
use sigwright_ir::Reference;
use sigwright_syntax::ast::Level;
use std::sync::Arc;

/// The correlations of a run and what was said so far.
#[derive(Debug)]
pub struct Watch<'l, S> {
    correlator: Correlator<S>,
    printer: AlertPrinter<'l>,
    loaded: &'l Loaded,
    files: IndexSet<String>,
    min_level: Option<Level>,
}

impl<'l, S: Store> Watch<'l, S> {
    /// Correlations that have heard nothing yet.
    pub fn new(
        loaded: &'l Loaded,
        wiring: Arc<Wiring>,
        options: Options,
        store: S,
        printer: AlertPrinter<'l>,
        min_level: Option<Level>,
    ) -> Self {
        Watch {
            correlator: Correlator::new(loaded.set.clone(), wiring, options, store),
            printer,
            loaded,
            files: IndexSet::new(),
            min_level,
        }
    }

    /// Takes in what a lot's worker heard; what follows is appended to its text.
    pub fn hear(&mut self, lot: &mut Lot) {
        if lot.heard.is_empty() {
            return;
        }
        let file = self.file(lot.batch.file());
        let mut heard = std::mem::take(&mut lot.heard);
        let (text, counts) = (&mut lot.text, &mut lot.counts);
        for heard in heard.drain(..) {
            match heard {
                Heard::Begin(begin) => self.correlator.begin(begin),
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
        let rules = self.loaded.set.iter().map(|(id, _)| Reference::Rule(id));
        let correlations = (0..self.loaded.set.correlations.len()).map(Reference::Correlation);
        for reference in rules.chain(correlations) {
            let counted = self.correlator.counts(reference);
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
                    counts.hidden += 1;
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
