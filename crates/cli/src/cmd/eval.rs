//! `sigwright eval`.

use super::state::complain as complain_of_state;
use super::{complain, report, warn};
use crate::args::{ColorWhen, EvalArgs, LatenessArg, StateArgs};
use crate::input::{Input, malformed};
use crate::load::{self, Loaded};
use crate::pipeline::{self, Feed, Heard, Lot};
use crate::position::Tracker;
use crate::render::alert::AlertPrinter;
use crate::render::finding::{self, Finding, Printer};
use crate::settings::{Look, Outcome, Stream};
use crate::summary::Counts;
use crate::watch::{Keep, Watch};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sigwright_engine::correlate::{
    self, Lateness, NoStore, Observer, Options, Place, Restored, RiskShown, Voice, Wiring,
};
use sigwright_engine::evidence::{Evidence, Finder};
use sigwright_engine::{Event, Matcher, Program, ProgramOptions, Time, naive};
use sigwright_events::Progress;
use sigwright_events::time::event_time;
use sigwright_ir::hints::Variation;
use sigwright_ir::{Reference, Rule, RuleId, RuleSet};
use sigwright_state::{Create, OpenError, StateFile};
use sigwright_syntax::Severity;
use sigwright_syntax::ast::Level;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a run is silent before it shows how far it is.
const PATIENCE: Duration = Duration::from_secs(1);

/// Runs the rules over the inputs, prints findings as they come and a summary at the end.
pub fn run(args: &EvalArgs, color: ColorWhen) -> io::Result<Outcome> {
    let err_look = Look::of(Stream::Err, color);
    let loaded = load::load(&args.rules, &args.lists.lists);
    report(&loaded, Severity::Warning, color)?;
    if loaded.sources.iter().next().is_none() {
        let message = "no rules: nothing to evaluate";
        complain(&mut io::stderr().lock(), err_look, message)?;
        return Ok(Outcome::Broken);
    }
    let input = match Input::new(&args.events, &loaded.set) {
        Ok(input) => input,
        Err(message) => {
            complain(&mut io::stderr().lock(), err_look, &message)?;
            return Ok(Outcome::Broken);
        }
    };
    let printer = Printer::new(
        &loaded,
        args.format,
        args.with_event,
        Look::of(Stream::Out, color),
    );
    let options = ProgramOptions {
        ignore_logsource: input.ignore_logsource,
        ..ProgramOptions::default()
    };
    let program = Program::compile(loaded.set.clone(), input.origins.clone(), options);
    let started = Instant::now();
    let mut out = Output::new(started);
    if let Some(head) = printer.head() {
        out.write(head.as_bytes())?;
    }
    let (store, tracker) = match state(&args.state) {
        Ok(state) => state,
        Err(error) => {
            let path = args.state.state.as_deref().unwrap_or(Path::new(""));
            complain_of_state(path, &error, err_look)?;
            return Ok(Outcome::Broken);
        }
    };
    let run = Run {
        args,
        loaded: &loaded,
        input: &input,
        program: &program,
        printer,
        err_look,
        alerts: AlertPrinter::new(&loaded, args.format, Look::of(Stream::Out, color)),
    };
    let counts = match store {
        None => run.evaluate(NoStore, tracker, &mut out),
        Some(store) => run.evaluate(store, tracker, &mut out),
    };
    let mut counts = counts?;
    out.finish();
    counts.closed_carriers = input.closed_carriers();
    counts.print(
        &loaded,
        started.elapsed(),
        err_look,
        &mut io::stderr().lock(),
    )?;
    let outcome = counts.outcome(&loaded, &args.fail_on);
    // the process is about to end, which frees all memory at once
    std::mem::forget((loaded, program));
    Ok(outcome)
}

/// The file of state, and what to leave out of the input, where there is a file.
fn state(args: &StateArgs) -> Result<(Option<StateFile>, Option<Tracker>), OpenError> {
    let Some(path) = &args.state else {
        return Ok((None, None));
    };
    let store = StateFile::open(path, Create::Yes)?;
    let done = if args.resume { store.positions() } else { &[] };
    let tracker = Tracker::new(done);
    Ok((Some(store), Some(tracker)))
}

/// All that a run needs but the store.
struct Run<'a> {
    args: &'a EvalArgs,
    loaded: &'a Loaded,
    input: &'a Input,
    program: &'a Program,
    printer: Printer<'a>,
    err_look: Look,
    alerts: AlertPrinter<'a>,
}

impl Run<'_> {
    fn evaluate<S: Keep>(
        self,
        store: S,
        tracker: Option<Tracker>,
        out: &mut Output,
    ) -> io::Result<Counts> {
        let Run {
            args,
            loaded,
            input,
            program,
            printer,
            err_look,
            alerts,
        } = self;
        let wiring = Arc::new(Wiring::new(&loaded.set, args.state.generate));
        let job = Job {
            input,
            set: &loaded.set,
            wiring: &wiring,
            printer,
            min_level: args.min_level,
            train: args.state.train,
            dates: S::KEEPS && wiring.is_used() && lateness(args) == Lateness::All,
            ticks: wiring.is_used() && lateness(args) != Lateness::All,
            first: store.next(),
        };
        let options = Options {
            lateness: lateness(args),
            train: args.state.train,
            groups: args.state.max_groups as usize,
            terms: args.state.max_groups as usize,
            memory: args.state.max_state_memory,
            ..Options::default()
        };
        let wiring = wiring.clone();
        let mut watch = Watch::new(loaded, wiring, options, store, alerts, args.min_level);
        if S::KEEPS {
            let restored = watch.restore(args.state.resume).map_err(io::Error::other)?;
            tell(&restored, &loaded.set, err_look)?;
        }
        let mut counts = Counts::default();
        let mut feed = Feed {
            reader: input.open(&args.inputs),
            tracker,
        };
        pipeline::run(
            &mut feed,
            threads(args.threads),
            || Scratch::new(program, &job),
            |scratch, lot| job.batch(scratch, lot),
            |lot| {
                if let Some(note) = lot.step.as_mut().and_then(|step| step.note.take()) {
                    out.note(&note, err_look)?;
                }
                watch.hear(lot);
                counts.add(std::mem::take(&mut lot.counts));
                out.show(lot.progress);
                out.write(&lot.text)?;
                watch
                    .checkpoint(Some(args.state.checkpoint))
                    .map_err(io::Error::other)
            },
        )?;
        let mut text = Vec::new();
        watch.end(&mut text, &mut counts);
        out.write(&text)?;
        watch.checkpoint(None).map_err(io::Error::other)?;
        for note in feed.tracker.iter().flat_map(Tracker::end) {
            out.note(&note, err_look)?;
        }
        Ok(counts)
    }
}

/// Says whose state was not taken over.
fn tell(restored: &Restored, set: &RuleSet, look: Look) -> io::Result<()> {
    let mut err = io::stderr().lock();
    for reference in &restored.changed {
        let title = match reference {
            Reference::Rule(rule) => set.rule(*rule).map(|r| r.title().to_owned()),
            Reference::Correlation(index) => {
                set.correlations.get(*index).map(|c| c.title().to_owned())
            }
        };
        let title = title.unwrap_or_default();
        let text = format!("`{title}` has changed: its state is removed, and it starts cold");
        warn(&mut err, look, &text)?;
    }
    for title in &restored.gone {
        let text = format!(
            "state of `{title}`, which is not among the rules, is kept; \
             `sigwright state prune --unknown` removes it"
        );
        warn(&mut err, look, &text)?;
    }
    Ok(())
}

fn threads(asked: Option<u16>) -> usize {
    asked.map_or_else(
        || std::thread::available_parallelism().map_or(1, usize::from),
        usize::from,
    )
}

/// Files are put in order as a whole; standard input may never end.
fn lateness(args: &EvalArgs) -> Lateness {
    let live = args.inputs.iter().any(|input| input.as_os_str() == "-");
    match (args.state.lateness, live) {
        (Some(LatenessArg(lateness)), _) => lateness,
        (None, true) => Lateness::Within(5 * 60 * 1_000_000_000),
        (None, false) => Lateness::All,
    }
}

/// What all workers share.
struct Job<'a> {
    input: &'a Input,
    set: &'a RuleSet,
    wiring: &'a Wiring,
    printer: Printer<'a>,
    min_level: Option<Level>,
    train: bool,
    /// Whether the newest of all events are asked for.
    dates: bool,
    /// Whether the times of all events are, in order.
    ticks: bool,
    /// The number of the first lot.
    first: u64,
}

/// What a worker keeps.
struct Scratch<'p> {
    event: Event,
    matcher: Matcher<'p>,
    finder: Finder<'p>,
    matched: Vec<RuleId>,
    evidence: Vec<Evidence<'p>>,
    /// None where nothing keeps state.
    observer: Option<Observer<'p>>,
    shown: Vec<u8>,
}

impl<'p> Scratch<'p> {
    fn new(program: &'p Program, job: &'p Job<'_>) -> Self {
        Scratch {
            event: Event::new(),
            matcher: Matcher::new(program),
            finder: Finder::new(program.rules()),
            matched: Vec::new(),
            evidence: Vec::new(),
            observer: job
                .wiring
                .is_used()
                .then(|| Observer::new(job.set, job.wiring, &job.input.origins)),
            shown: Vec::new(),
        }
    }
}

impl Job<'_> {
    fn batch(&self, scratch: &mut Scratch<'_>, lot: &mut Lot) {
        let Lot {
            batch,
            text,
            counts,
            heard,
            newest,
            number,
            ..
        } = lot;
        for fault in batch.faults() {
            counts.fault(fault);
        }
        let Scratch {
            event,
            matcher,
            finder,
            matched,
            evidence,
            observer,
            shown,
        } = scratch;
        let before = matcher.counters();
        let unseen = observer.as_ref().map(Observer::unseen).unwrap_or_default();
        // events of a batch are numbered in the low half
        let mut next = (self.first + *number) << 32;
        let refused = batch.decode(|record| {
            self.input.decode(record.text, event, &mut |event| {
                counts.events += 1;
                next += 1;
                counts.unknown += u64::from(self.input.is_unknown(event));
                let mut time = None;
                if self.dates {
                    time = event_time(event);
                    if let Some(time) = time {
                        newest.see(time.as_nanos(), next);
                    }
                }
                if let Some(observer) = observer
                    && self.wiring.asks_begin()
                {
                    time = time.or_else(|| event_time(event));
                    let begin = observer.begin(event, time.map(Time::as_nanos));
                    heard.extend(begin.map(Heard::Begin));
                }
                matcher.matches(event, matched);
                if matched.is_empty() && !self.ticks {
                    return;
                }
                let time = time.or_else(|| event_time(event));
                let nanos = time.map(Time::as_nanos);
                let mut observed = false;
                let products = self.input.products(event);
                for id in matched.iter().copied() {
                    let place = Place {
                        file: 0,
                        line: record.line,
                    };
                    let observation = observer
                        .as_mut()
                        .and_then(|observer| observer.observe(id, event, nanos, next, place));
                    observed |= observation.is_some();
                    let voice = self.wiring.voice(id);
                    if voice == Voice::Never || self.train {
                        counts.quiet += u64::from(voice == Voice::Never);
                        heard.extend(observation.map(Heard::Observation));
                        continue;
                    }
                    finder.find_after(matcher, id, event, evidence);
                    let Some(rule) = self.set.rule(id) else {
                        continue;
                    };
                    let show = |at: Option<usize>, out: &mut Vec<u8>| {
                        let variation = at.and_then(|at| rule.hints.variations.get(at));
                        let risk = risk_of(rule, variation, event);
                        let finding = Finding {
                            rule: id,
                            event,
                            time,
                            products,
                            file: batch.file(),
                            line: record.line,
                            evidence,
                            variation,
                            risk: risk.as_ref(),
                        };
                        self.printer.print(&finding, out);
                    };
                    let level = |at: Option<usize>| {
                        let varied = at.and_then(|at| rule.hints.variations.get(at)?.level);
                        varied.or_else(|| self.printer.level(id))
                    };
                    match observation {
                        Some(mut observation) if voice == Voice::Waits => {
                            let mut packed = Vec::new();
                            for at in possible(self.set, rule, event) {
                                if level(at) < self.min_level {
                                    continue;
                                }
                                shown.clear();
                                show(at, shown);
                                finding::pack(at, shown, &mut packed);
                            }
                            observation.text = Some(packed.into());
                            heard.push(Heard::Observation(observation));
                        }
                        observation => {
                            heard.extend(observation.map(Heard::Observation));
                            let at = variation_of(self.set, rule, event);
                            let level = level(at);
                            counts.finding(level);
                            if level < self.min_level {
                                counts.hidden += 1;
                            } else {
                                show(at, text);
                            }
                        }
                    }
                }
                if self.ticks && !observed {
                    heard.extend(nanos.map(|time| Heard::Tick(next, time)));
                }
            })?;
            counts.record(record);
            Ok(())
        });
        for (record, message) in refused {
            counts.record(record);
            counts.fault(&malformed(batch, record.line, message));
        }
        let after = matcher.counters();
        counts.exhausted += after.exhausted - before.exhausted;
        counts.duplicate_keys += after.duplicate_keys - before.duplicate_keys;
        if let Some(observer) = observer {
            let now = observer.unseen();
            counts.untimed += now.untimed - unseen.untimed;
            counts.stages += now.stages - unseen.stages;
            counts.cut += now.cut - unseen.cut;
        }
    }
}

/// The variations a finding may be, as far as the event tells: those that ask a correlation
/// as well, then the first that does not or else none, which is last.
fn possible<'r>(
    set: &'r RuleSet,
    rule: &'r Rule,
    event: &'r Event,
) -> impl Iterator<Item = Option<usize>> + use<'r> {
    let mut certain = false;
    let holds = |when| naive::holds(&set.exprs, when, event);
    let variations = rule.hints.variations.iter().map(Some).chain([None]);
    variations.enumerate().filter_map(move |(at, variation)| {
        let holds = variation.and_then(|v| v.when).is_none_or(holds);
        if certain || !holds {
            return None;
        }
        certain = variation.is_none_or(|v| v.when_rule.is_none());
        Some(variation.is_some().then_some(at))
    })
}

/// Which variation a finding is that need not ask a correlation.
pub fn variation_of(set: &RuleSet, rule: &Rule, event: &Event) -> Option<usize> {
    possible(set, rule, event).last().flatten()
}

/// `x-risk` of a finding, or the score of its variation alone.
pub fn risk_of(rule: &Rule, variation: Option<&Variation>, event: &Event) -> Option<RiskShown> {
    let score = variation.and_then(|variation| variation.score);
    let Some(risk) = &rule.hints.risk else {
        return score.map(|score| RiskShown {
            score: Some(score),
            ..RiskShown::default()
        });
    };
    let mut values = |name: &str| {
        let mut values = Vec::new();
        event.reach(name, &mut |node| {
            event.leaves(node, &mut |leaf| {
                values.extend(event.value(leaf).text().map(str::to_owned));
            });
        });
        values
    };
    Some(correlate::risk(risk, score, &mut values))
}

/// Standard output, and how far the run is on standard error where that is a terminal.
struct Output {
    out: io::Stdout,
    bar: ProgressBar,
    started: Instant,
}

impl Output {
    fn new(started: Instant) -> Self {
        Output {
            out: io::stdout(),
            bar: ProgressBar::hidden(),
            started,
        }
    }

    fn write(&mut self, text: &[u8]) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let out = &mut self.out;
        self.bar.suspend(|| {
            let mut out = out.lock();
            out.write_all(text)?;
            out.flush()
        })
    }

    fn show(&mut self, progress: Progress) {
        if self.bar.is_hidden()
            && self.started.elapsed() > PATIENCE
            && io::stderr().is_terminal()
            && let Some(total) = progress.total
        {
            let style =
                ProgressStyle::with_template("{wide_bar} {bytes} of {total_bytes} {elapsed}");
            self.bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr())
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
                .with_elapsed(self.started.elapsed());
        }
        self.bar.set_position(progress.read);
    }

    fn note(&mut self, text: &str, look: Look) -> io::Result<()> {
        self.bar
            .suspend(|| warn(&mut io::stderr().lock(), look, text))
    }

    fn finish(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests;
