//! Plays events to the rules and correlations of a set, and hears what they say.

use crate::Reader;
use serde_json::Value;
use sigwright_engine::correlate::{
    Correlator, Memory, NoStore, Observer, Options, Place, Speech, Store, Voice, Wiring,
};
use sigwright_engine::{Event, naive};
use sigwright_ir::{Reference, RuleId, RuleSet};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Where lessons stand, as files are numbered.
const LESSONS: u32 = 1;

/// An event at its time, in nanoseconds since 1970; without an event time passes.
pub(crate) type Moment = (i64, Option<Value>);

/// What was said, when, and of which moment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Said {
    pub by: Reference,
    pub time: i64,
    moment: Option<usize>,
}

/// Rules that are listened to, and those they depend on.
pub(crate) struct Stage<'a> {
    pub set: Arc<RuleSet>,
    wiring: Arc<Wiring>,
    rules: Vec<RuleId>,
    reader: &'a dyn Reader,
    any_log: bool,
}

impl<'a> Stage<'a> {
    /// For a correlation and those of its file.
    pub fn new(
        set: &Arc<RuleSet>,
        correlation: usize,
        reader: &'a dyn Reader,
        any_log: bool,
        generate: bool,
    ) -> Self {
        let mut rules: BTreeSet<RuleId> = BTreeSet::new();
        let mut open = vec![correlation];
        let mut seen = BTreeSet::new();
        let source = set.correlations.get(correlation).map(|rule| rule.source);
        let beside = set.correlations.iter().enumerate();
        open.extend(
            beside
                .filter(|(_, c)| Some(c.source) == source)
                .map(|(index, _)| index),
        );
        while let Some(index) = open.pop() {
            if !seen.insert(index) {
                continue;
            }
            for reference in set
                .correlations
                .get(index)
                .into_iter()
                .flat_map(|c| &c.references)
            {
                match reference {
                    Reference::Rule(id) => {
                        rules.insert(*id);
                    }
                    Reference::Correlation(index) => open.push(*index),
                }
            }
        }
        let own = set.iter().filter(|(_, rule)| Some(rule.source) == source);
        rules.extend(own.map(|(id, _)| id));
        Stage {
            set: set.clone(),
            wiring: Arc::new(Wiring::new(set, generate)),
            rules: rules.into_iter().collect(),
            reader,
            any_log,
        }
    }

    /// The rules that are shown events.
    pub fn rules(&self) -> &[RuleId] {
        &self.rules
    }

    /// Plays lessons, then moments. What is said is sorted by moment; of what is said where
    /// no moment is, the moment is `None`.
    pub fn play(&self, lessons: &[Moment], moments: &[Moment]) -> Option<Vec<Said>> {
        let mut said = Vec::new();
        let options = |train| Options {
            train,
            ..Options::default()
        };
        let (set, wiring) = (self.set.clone(), self.wiring.clone());
        if lessons.is_empty() {
            let mut machine = Correlator::new(set, wiring, options(false), NoStore);
            self.feed(&mut machine, moments, false, &mut said)?;
            machine.finish(&mut |speech| hear(&speech, &mut said));
        } else {
            let store = Memory::default();
            let mut machine = Correlator::new(set.clone(), wiring.clone(), options(true), store);
            self.feed(&mut machine, lessons, true, &mut said)?;
            machine.pause(&mut |_| {});
            machine.save().ok()?;
            let store = std::mem::take(machine.store_mut());
            let mut machine = Correlator::new(set, wiring, options(false), store);
            machine.restore().ok()?;
            machine.start_anew();
            self.feed(&mut machine, moments, false, &mut said)?;
            machine.finish(&mut |speech| hear(&speech, &mut said));
        }
        Some(said)
    }

    /// The place among moments of what was said: that of its newest event, or else one of its
    /// time, best one at which nothing but time passes.
    pub fn moment(said: &Said, moments: &[Moment]) -> Option<usize> {
        let at = |only: bool| {
            let mut moments = moments.iter();
            moments.position(|(time, event)| *time == said.time && (!only || event.is_none()))
        };
        said.moment.or_else(|| at(true)).or_else(|| at(false))
    }

    fn feed<S: Store>(
        &self,
        machine: &mut Correlator<S>,
        moments: &[Moment],
        train: bool,
        said: &mut Vec<Said>,
    ) -> Option<()> {
        let mut observer = Observer::new(&self.set, &self.wiring, self.reader.origins());
        let file = if train { LESSONS } else { 0 };
        let mut number = u64::from(!train) << 32;
        for (place, (time, event)) in moments.iter().enumerate() {
            let Some(event) = event else { continue };
            let text = event.to_string();
            number += 1;
            let mut observed = false;
            let mut begun = false;
            for id in &self.rules {
                let rule = self.set.rule(*id)?;
                let mut seen: Vec<Event> = Vec::new();
                self.reader.seen(rule, &text, self.any_log, &mut |event| {
                    seen.push(event.clone())
                });
                for event in &seen {
                    if self.reader.time(event).is_some_and(|own| own != *time) {
                        return None;
                    }
                    if !begun && let Some(begin) = observer.begin(event, Some(*time)) {
                        machine.begin(begin);
                    }
                    begun = true;
                    if !naive::matches(&self.set, *id, event) {
                        continue;
                    }
                    let place = Place {
                        file,
                        line: place as u64,
                    };
                    let found = observer.observe(*id, event, Some(*time), number, place);
                    let voice = self.wiring.voice(*id);
                    let waits = found.is_some() && voice == Voice::Waits;
                    if !waits && voice != Voice::Never && !train {
                        said.push(Said {
                            by: Reference::Rule(*id),
                            time: *time,
                            moment: usize::try_from(place.line).ok(),
                        });
                    }
                    if let Some(found) = found {
                        observed = true;
                        machine.push(found, &mut |speech| hear(&speech, said));
                    }
                }
            }
            if !observed {
                machine.tick(number, *time, &mut |speech| hear(&speech, said));
            }
        }
        Some(())
    }
}

fn hear(speech: &Speech<'_>, said: &mut Vec<Said>) {
    match speech {
        Speech::Alert(alert) => {
            let newest = alert.events.last();
            let newest = newest.filter(|cause| cause.time == alert.time && cause.place.file == 0);
            said.push(Said {
                by: Reference::Correlation(alert.correlation),
                time: alert.time,
                moment: newest.and_then(|cause| usize::try_from(cause.place.line).ok()),
            });
        }
        Speech::Finding { observation, .. } => said.push(Said {
            by: Reference::Rule(observation.rule),
            time: observation.time,
            moment: usize::try_from(observation.place.line).ok(),
        }),
    }
}
