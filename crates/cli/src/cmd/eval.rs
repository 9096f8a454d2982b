//! `sigwright eval`.

use super::{complain, report};
use crate::args::{ColorWhen, EvalArgs};
use crate::input::{Input, malformed};
use crate::load;
use crate::pipeline;
use crate::render::finding::{Finding, Printer};
use crate::settings::{Look, Outcome, Stream};
use crate::summary::Counts;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sigwright_engine::evidence::{Evidence, Finder};
use sigwright_engine::{Event, Matcher, Program, ProgramOptions};
use sigwright_events::time::event_time;
use sigwright_events::{Batch, Progress};
use sigwright_ir::RuleId;
use sigwright_syntax::Severity;
use sigwright_syntax::ast::Level;
use std::io::{self, IsTerminal, Write};
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
    let job = Job {
        input: &input,
        printer,
        min_level: args.min_level,
    };
    let mut counts = Counts::default();
    pipeline::run(
        &mut input.open(&args.inputs),
        threads(args.threads),
        || Scratch::new(&program),
        |scratch, lot| job.batch(scratch, &lot.batch, &mut lot.text, &mut lot.counts),
        |lot| {
            counts.add(std::mem::take(&mut lot.counts));
            out.show(lot.progress);
            out.write(&lot.text)
        },
    )?;
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

fn threads(asked: Option<u16>) -> usize {
    asked.map_or_else(
        || std::thread::available_parallelism().map_or(1, usize::from),
        usize::from,
    )
}

/// What all workers share.
struct Job<'a> {
    input: &'a Input,
    printer: Printer<'a>,
    min_level: Option<Level>,
}

/// What a worker keeps.
struct Scratch<'p> {
    event: Event,
    matcher: Matcher<'p>,
    finder: Finder<'p>,
    matched: Vec<RuleId>,
    evidence: Vec<Evidence<'p>>,
}

impl<'p> Scratch<'p> {
    fn new(program: &'p Program) -> Self {
        Scratch {
            event: Event::new(),
            matcher: Matcher::new(program),
            finder: Finder::new(program.rules()),
            matched: Vec::new(),
            evidence: Vec::new(),
        }
    }
}

impl Job<'_> {
    fn batch(
        &self,
        scratch: &mut Scratch<'_>,
        batch: &Batch,
        text: &mut Vec<u8>,
        counts: &mut Counts,
    ) {
        for fault in batch.faults() {
            counts.fault(fault);
        }
        let Scratch {
            event,
            matcher,
            finder,
            matched,
            evidence,
        } = scratch;
        let before = matcher.counters();
        let refused = batch.decode(|record| {
            self.input.decode(record.text, event, &mut |event| {
                counts.events += 1;
                counts.unknown += u64::from(self.input.is_unknown(event));
                matcher.matches(event, matched);
                if matched.is_empty() {
                    return;
                }
                let time = event_time(event);
                let products = self.input.products(event);
                for rule in matched.iter().copied() {
                    let level = self.printer.level(rule);
                    counts.finding(level);
                    if level < self.min_level {
                        counts.hidden += 1;
                        continue;
                    }
                    finder.find_after(matcher, rule, event, evidence);
                    let finding = Finding {
                        rule,
                        event,
                        time,
                        products,
                        file: batch.file(),
                        line: record.line,
                        evidence,
                    };
                    self.printer.print(&finding, text);
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
    }
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

    fn finish(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests;
