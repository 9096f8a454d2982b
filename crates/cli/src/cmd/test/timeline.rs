//! A timeline: events in the course of time, and what is said of them.

use super::cases::{At, Said, Step, Timeline};
use super::heard::{Heard, expected, fates, weight};
use super::report::Status;
use super::{Runner, moment};
use crate::args::EventArgs;
use crate::cmd::eval::{risk_of, variation_of};
use crate::cmd::explain::{is_called, matches};
use crate::input::Input;
use crate::load::Loaded;
use crate::render::history::called;
use sigwright_engine::Event;
use sigwright_engine::correlate::{
    Alert, Correlator, Counts, Lateness, Memory, NoStore, Observer, Options, Place, Speech, Store,
    Voice, Wiring,
};
use sigwright_events::time::event_time;
use sigwright_ir::{Reference, RuleId};
use sigwright_syntax::SourceId;
use sigwright_syntax::ast::Meta;
use std::fmt::Write as _;
use std::sync::Arc;

/// 2026-01-01T00:00:00Z: when a timeline begins that names no moment.
const BEGIN: i64 = 1_767_225_600_000_000_000;
/// Places of events that are only learned from, as files are numbered.
const LESSONS: u32 = 1;

/// Whose alerts and findings a timeline compares: those of the file beside it, and of other
/// rules that its steps name.
fn compared(loaded: &Loaded, source: SourceId, timeline: &Timeline) -> Vec<Reference> {
    let steps = timeline.steps.iter();
    let named: Vec<&str> = steps
        .flat_map(|step| &step.alerts)
        .map(|said| said.rule.as_str())
        .collect();
    let wanted =
        |meta: &Meta, of: SourceId| of == source || named.iter().any(|name| is_called(meta, name));
    let set = &loaded.set;
    let rules = set
        .iter()
        .filter(|(_, rule)| wanted(&rule.meta, rule.source));
    let correlations = set.correlations.iter().enumerate();
    let correlations = correlations.filter(|(_, rule)| wanted(&rule.meta, rule.source));
    rules
        .map(|(id, _)| Reference::Rule(id))
        .chain(correlations.map(|(index, _)| Reference::Correlation(index)))
        .collect()
}

/// One timeline at work.
pub struct Course<'a> {
    runner: &'a Runner<'a>,
    input: Input,
    wiring: Arc<Wiring>,
    compared: Vec<Reference>,
    lessons: Vec<(i64, Vec<Event>)>,
    /// When each step is, and its events.
    steps: Vec<(i64, Vec<Event>)>,
    said: &'a [Step],
    lateness: Lateness,
}

impl<'a> Course<'a> {
    /// A timeline, ready to run; the error is a sentence.
    pub fn new(
        runner: &'a Runner<'a>,
        timeline: &'a Timeline,
        args: &EventArgs,
        source: SourceId,
    ) -> Result<Self, String> {
        let set = &runner.loaded.set;
        let compared = compared(runner.loaded, source, timeline);
        let mut args = args.clone();
        args.cluster.clone_from(&timeline.cluster);
        if let Some(networks) = &timeline.networks {
            args.networks = Some(runner.path.with_file_name(networks));
        }
        let input = Input::new(&args, set)?;
        for said in timeline.steps.iter().flat_map(|step| &step.alerts) {
            let known = |from: &Reference| is_called(runner.meta(*from), &said.rule);
            if !compared.iter().any(known) {
                return Err(format!("no rule is called `{}`", said.rule));
            }
        }
        let lessons = timeline.train.iter().enumerate().map(|(i, lesson)| {
            let events = decode(&input, Some(&lesson.event))
                .map_err(|why| format!("event {} of `train`: {why}", i + 1))?;
            Ok((lesson.at, events))
        });
        let lessons = lessons.collect::<Result<Vec<_>, String>>()?;
        let steps = timeline.steps.iter().enumerate().map(|(i, step)| {
            let events = decode(&input, step.event.as_ref())
                .map_err(|why| format!("step {}: {why}", i + 1))?;
            Ok((step.at, events))
        });
        let steps = steps.collect::<Result<Vec<_>, String>>()?;
        let begin = begin(steps.iter().chain(&lessons));
        Ok(Course {
            lessons: placed("event", " of `train`", lessons, begin)?,
            steps: placed("step", "", steps, begin)?,
            wiring: Arc::new(Wiring::new(set, timeline.generate)),
            said: &timeline.steps,
            lateness: timeline.lateness,
            runner,
            input,
            compared,
        })
    }

    /// Runs it.
    pub fn run(&self) -> Status {
        let options = |train| Options {
            lateness: self.lateness,
            train,
            ..Options::default()
        };
        let (set, wiring) = (self.runner.loaded.set.clone(), self.wiring.clone());
        let mut heard = Vec::new();
        let counts = if self.lessons.is_empty() {
            let mut machine = Correlator::new(set, wiring, options(false), NoStore);
            self.feed(&mut machine, &self.steps, 0, false, &mut heard);
            self.finish(machine, &mut heard)
        } else {
            let mut machine = Correlator::new(
                set.clone(),
                wiring.clone(),
                options(true),
                Memory::default(),
            );
            self.feed(&mut machine, &self.lessons, LESSONS, true, &mut heard);
            machine.pause(&mut |_| {});
            let saved = machine.save();
            let store = std::mem::take(machine.store_mut());
            let mut machine = Correlator::new(set, wiring, options(false), store);
            if let Err(error) = saved.and_then(|()| machine.restore().map(|_| ())) {
                return Status::Error(error.to_string());
            }
            // what was learned from is another input
            machine.start_anew();
            self.feed(&mut machine, &self.steps, 0, false, &mut heard);
            self.finish(machine, &mut heard)
        };
        heard.retain(|one| self.compared.contains(&one.from));
        match self.differences(heard, &counts) {
            text if text.is_empty() => Status::Passed,
            text => Status::Failed(text),
        }
    }

    /// Lets rules and correlations see events.
    fn feed<S: Store>(
        &self,
        machine: &mut Correlator<S>,
        steps: &[(i64, Vec<Event>)],
        file: u32,
        train: bool,
        heard: &mut Vec<Heard>,
    ) {
        let set = &self.runner.loaded.set;
        let mut observer = Observer::new(set, &self.wiring, &self.input.origins);
        let mut number = u64::from(!train) << 32;
        for (place, (time, events)) in steps.iter().enumerate() {
            for event in events {
                number += 1;
                if let Some(begin) = observer.begin(event, Some(*time)) {
                    machine.begin(begin);
                }
                let mut observed = false;
                for (id, rule) in set.iter() {
                    if !matches(
                        self.runner.loaded,
                        &self.runner.finder,
                        &self.input,
                        id,
                        event,
                    ) {
                        continue;
                    }
                    let line = place as u64;
                    let place = Place { file, line };
                    let seen = observer.observe(id, event, Some(*time), number, place);
                    let waits = seen.is_some() && self.wiring.voice(id) == Voice::Waits;
                    if !waits && self.wiring.voice(id) != Voice::Never && !train {
                        let variation = variation_of(set, rule, event);
                        heard.push(self.finding(id, event, *time, line, variation));
                    }
                    if let Some(seen) = seen {
                        observed = true;
                        machine.push(seen, &mut |speech| heard.push(self.hear(&speech)));
                    }
                }
                if !observed {
                    machine.tick(number, *time, &mut |speech| heard.push(self.hear(&speech)));
                }
            }
        }
    }

    /// The end: what became of the observations of each compared rule.
    fn finish<S: Store>(&self, mut machine: Correlator<S>, heard: &mut Vec<Heard>) -> Vec<Counts> {
        machine.finish(&mut |speech| heard.push(self.hear(&speech)));
        let counts = self.compared.iter().map(|from| machine.counts(*from));
        counts.collect()
    }

    fn hear(&self, speech: &Speech<'_>) -> Heard {
        match speech {
            Speech::Alert(alert) => self.alert(alert),
            Speech::Finding {
                observation,
                variation,
            } => {
                let line = observation.place.line;
                let step = usize::try_from(line)
                    .ok()
                    .and_then(|step| self.steps.get(step));
                // a step has one event, but for carriers: then any tells the same message
                let event = step.and_then(|(_, events)| events.first());
                let empty = Event::new();
                let event = event.unwrap_or(&empty);
                self.finding(observation.rule, event, observation.time, line, *variation)
            }
        }
    }

    fn alert(&self, alert: &Alert) -> Heard {
        let newest = alert.events.last();
        let newest = newest.filter(|cause| cause.time == alert.time && cause.place.file == 0);
        let rule = self.runner.loaded.set.correlations.get(alert.correlation);
        let variation = alert
            .variation
            .and_then(|at| rule?.hints.variations.get(at));
        Heard {
            from: Reference::Correlation(alert.correlation),
            time: alert.time,
            step: newest.and_then(|cause| usize::try_from(cause.place.line).ok()),
            level: alert.level,
            variation: variation.map(|variation| variation.name.clone()),
            group: alert.group.clone(),
            term: alert.term.clone(),
            values: alert.values.clone(),
            events: alert.events_total,
            risk: alert.risk.clone(),
        }
    }

    fn finding(
        &self,
        id: RuleId,
        event: &Event,
        time: i64,
        line: u64,
        variation: Option<usize>,
    ) -> Heard {
        let rule = self.runner.loaded.set.rule(id);
        let variation = variation.and_then(|at| rule?.hints.variations.get(at));
        let level = rule.and_then(|rule| rule.meta.level.as_ref());
        Heard {
            from: Reference::Rule(id),
            time,
            step: usize::try_from(line).ok(),
            level: variation
                .and_then(|variation| variation.level)
                .or(level.map(|level| level.value)),
            variation: variation.map(|variation| variation.name.clone()),
            group: Vec::new(),
            term: Vec::new(),
            values: Vec::new(),
            events: 1,
            risk: rule.and_then(|rule| risk_of(rule, variation, event)),
        }
    }

    /// The step at which something was said: that of its newest event, or else one of its
    /// time, best one at which nothing but time passes.
    fn step(&self, heard: &Heard) -> Option<usize> {
        let at = |only: bool| {
            let mut steps = self.steps.iter();
            steps.position(|(time, events)| *time == heard.time && (!only || events.is_empty()))
        };
        heard.step.or_else(|| at(true)).or_else(|| at(false))
    }

    /// What was said and not expected, and the other way round, step by step.
    fn differences(&self, heard: Vec<Heard>, counts: &[Counts]) -> String {
        let mut by_step: Vec<Vec<Heard>> = self.steps.iter().map(|_| Vec::new()).collect();
        let mut nowhere = Vec::new();
        for one in heard {
            match self.step(&one).and_then(|step| by_step.get_mut(step)) {
                Some(step) => step.push(one),
                None => nowhere.push(one),
            }
        }
        let mut text = String::new();
        let mut concerned = Vec::new();
        for (place, (heard, step)) in by_step.into_iter().zip(self.said).enumerate() {
            let (missing, more) = self.unpaired(&step.alerts, heard);
            if missing.is_empty() && more.is_empty() {
                continue;
            }
            let time = self.steps.get(place).map_or(0, |(time, _)| *time);
            let _ = writeln!(text, "step {}, {}:", place + 1, moment(time));
            self.side(
                "expected:",
                missing.iter().map(|said| expected(said)),
                &mut text,
            );
            self.side(
                "said:",
                more.iter().map(|heard| self.shown(heard)),
                &mut text,
            );
            for (from, missing) in self.compared.iter().flat_map(|from| {
                let called = |said: &&&Said| is_called(self.runner.meta(*from), &said.rule);
                missing.iter().find(called).map(|_| (*from, true))
            }) {
                concerned.push(from);
                if let Reference::Rule(id) = from
                    && missing
                {
                    text.push_str(&self.why_not(id, place));
                }
            }
        }
        for one in nowhere {
            let _ = writeln!(text, "at {}, where no step is:", moment(one.time));
            self.side("expected:", std::iter::empty(), &mut text);
            self.side("said:", std::iter::once(self.shown(&one)), &mut text);
        }
        for (from, counts) in self.compared.iter().zip(counts) {
            let counted = fates(counts);
            if concerned.contains(from) && !counted.is_empty() {
                let name = called(&self.runner.loaded.set, *from);
                let _ = writeln!(text, "in all, {name}: {}", counted.join(", "));
            }
        }
        text
    }

    /// What of the two sides has no counterpart. Entries that say most choose first.
    fn unpaired<'s>(&self, said: &'s [Said], mut heard: Vec<Heard>) -> (Vec<&'s Said>, Vec<Heard>) {
        let mut said: Vec<&Said> = said.iter().collect();
        said.sort_by_key(|said| std::cmp::Reverse(weight(said)));
        said.retain(|said| {
            let found = heard
                .iter()
                .position(|heard| heard.is(self.runner.meta(heard.from), said));
            if let Some(found) = found {
                heard.remove(found);
            }
            found.is_none()
        });
        (said, heard)
    }

    fn shown(&self, heard: &Heard) -> String {
        heard.shown(self.runner.meta(heard.from))
    }

    fn side(&self, name: &str, lines: impl Iterator<Item = String>, text: &mut String) {
        let mut name = name;
        for line in lines {
            let _ = writeln!(text, "  {name:<9} {line}");
            name = "";
        }
        if !name.is_empty() {
            let _ = writeln!(text, "  {name:<9} nothing");
        }
    }

    /// Why a rule that should have spoken of a step's event did not match it.
    fn why_not(&self, id: RuleId, step: usize) -> String {
        let Some(rule) = self.runner.loaded.set.rule(id) else {
            return String::new();
        };
        let events = self.steps.get(step).map_or(&[][..], |(_, events)| events);
        let fails = |event: &&Event| {
            !matches(
                self.runner.loaded,
                &self.runner.finder,
                &self.input,
                id,
                event,
            )
        };
        let place = format!("{}, step {}", self.runner.path.display(), step + 1);
        let explained = events.iter().find(fails).map(|event| {
            self.runner
                .explain(&self.input, id, rule, event, &place, true)
        });
        explained.unwrap_or_default()
    }
}

/// The events of a step.
fn decode(input: &Input, event: Option<&serde_json::Value>) -> Result<Vec<Event>, String> {
    let Some(event) = event else {
        return Ok(Vec::new());
    };
    let mut events = Vec::new();
    let fault = input.for_each_in(&event.to_string(), &mut |event| events.push(event.clone()));
    match fault {
        Some(fault) => Err(format!("damaged event: {fault}")),
        None if events.is_empty() => Err("there is no event in it".to_owned()),
        None => Ok(events),
    }
}

fn own_time(events: &[Event]) -> Option<i64> {
    events
        .iter()
        .find_map(event_time)
        .map(|time| time.as_nanos())
}

/// When durations begin: the first moment that is named, or what makes the first event that
/// says its own time right.
fn begin<'s>(steps: impl Iterator<Item = &'s (At, Vec<Event>)>) -> i64 {
    let mut begins = steps.filter_map(|(at, events)| match at {
        At::Moment(time) => Some(*time),
        At::After(after) => Some(own_time(events)?.saturating_sub(*after)),
    });
    begins.next().unwrap_or(BEGIN)
}

/// Events with their moments, which must be those the events tell themselves.
fn placed(
    what: &str,
    of: &str,
    steps: Vec<(At, Vec<Event>)>,
    begin: i64,
) -> Result<Vec<(i64, Vec<Event>)>, String> {
    let steps = steps.into_iter().enumerate().map(|(i, (at, events))| {
        let time = match at {
            At::Moment(time) => time,
            At::After(after) => begin.saturating_add(after),
        };
        match own_time(&events) {
            Some(own) if own != time => Err(format!(
                "{what} {}{of} is at {}, but its event says {}",
                i + 1,
                moment(time),
                moment(own)
            )),
            _ => Ok((time, events)),
        }
    });
    steps.collect()
}
