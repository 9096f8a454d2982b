//! `sigwright generate`.

mod output;

use super::{complain, report};
use crate::args::{CasesFormat, ColorWhen, EventArgs, GenerateArgs};
use crate::input::Input;
use crate::load::{self, Loaded};
use crate::render::escape;
use crate::settings::{Look, Outcome, Stream};
use output::{FileOfCases, Line};
use sigwright_engine::{Event, Origins, Time, naive};
use sigwright_events::time::event_time;
use sigwright_generate::{Failure, Gap, Generator, Made, Options, Reader, Timelines};
use sigwright_ir::{CorrelationRule, Reference, Rule, RuleId};
use sigwright_syntax::Severity;
use std::io::{self, BufWriter, Write};

/// Shows events to rules as `sigwright test` does.
pub struct Logs {
    told: Input,
    any: Input,
}

impl Logs {
    /// For the rules of a set; the error is a sentence.
    pub fn new(loaded: &Loaded) -> Result<Logs, String> {
        let any = EventArgs {
            ignore_logsource: true,
            ..EventArgs::default()
        };
        Ok(Logs {
            told: Input::new(&EventArgs::default(), &loaded.set)?,
            any: Input::new(&any, &loaded.set)?,
        })
    }

    /// How events are read.
    pub fn input(&self, any_log: bool) -> &Input {
        if any_log { &self.any } else { &self.told }
    }
}

impl Reader for Logs {
    fn seen(&self, rule: &Rule, text: &str, any_log: bool, each: &mut dyn FnMut(&Event)) {
        let input = self.input(any_log);
        // what is no event is shown to no rule
        let _ = input.for_each_in(text, &mut |event| {
            if input.sees(rule, event) {
                each(event);
            }
        });
    }

    fn origins(&self) -> &Origins {
        &self.told.origins
    }

    fn time(&self, event: &Event) -> Option<i64> {
        event_time(event).map(|time| time.as_nanos())
    }
}

/// Makes events and writes them.
pub fn run(args: &GenerateArgs, color: ColorWhen) -> io::Result<Outcome> {
    let err_look = Look::of(Stream::Err, color);
    let refuse = |message: &str| {
        complain(&mut io::stderr().lock(), err_look, message)?;
        Ok(Outcome::Broken)
    };
    if args.output.is_some() && args.format != CasesFormat::Cases {
        return refuse("only cases are written into a directory: leave out --format, or -o");
    }
    if args.flat && args.format == CasesFormat::Cases {
        return refuse("cases hold events as logs have them: choose another --format with --flat");
    }
    let loaded = load::load(&args.rules, &args.lists.lists);
    report(&loaded, Severity::Error, color)?;
    let logs = match Logs::new(&loaded) {
        Ok(logs) => logs,
        Err(message) => return refuse(&message),
    };
    let options = Options {
        seed: args.seed,
        most: args.most,
        ..Options::default()
    };
    let mut generator = Generator::new(loaded.set.clone(), options);
    let mut totals = Totals::default();
    let mut out = BufWriter::new(io::stdout().lock());
    let mut broken = !loaded.unreadable.is_empty();
    let mut gaps: Vec<String> = Vec::new();
    for (source, text) in loaded.sources.iter() {
        let rules = loaded.set.iter().filter(|(_, rule)| rule.source == source);
        let made: Vec<(RuleId, &Rule, Made)> = rules
            .map(|(id, rule)| (id, rule, generator.rule(id, &logs)))
            .collect();
        let correlations = loaded.set.correlations.iter().enumerate();
        let correlations = correlations.filter(|(_, rule)| rule.source == source);
        let timelines: Vec<(&CorrelationRule, Timelines)> = correlations
            .map(|(index, rule)| (rule, generator.correlation(index, &logs)))
            .collect();
        for (_, rule, made) in &made {
            totals.add(made);
            gaps.extend(told(&text.name, rule.title(), &made.gaps));
        }
        for (rule, timelines) in &timelines {
            totals.hear(timelines);
            gaps.extend(told(&text.name, rule.title(), &timelines.gaps));
        }
        if args.format != CasesFormat::Cases {
            for (_, rule, made) in &made {
                for (number, case) in made.cases.iter().enumerate() {
                    output::line(args, &Line::of(args, rule, number, case), &mut out)?;
                }
            }
            for (rule, timelines) in &timelines {
                lines(args, &loaded, rule, timelines, &mut out)?;
            }
            continue;
        }
        let file = file_of_cases(&loaded, &logs, &made, &timelines);
        if file.is_empty() {
            continue;
        }
        match &args.output {
            None => output::yaml(&loaded.set, &text.name, &file, &mut out)?,
            Some(folder) => {
                if let Err(why) = output::file(&loaded.set, folder, args, &text.name, &file)? {
                    complain(&mut io::stderr().lock(), err_look, &why)?;
                    broken = true;
                }
            }
        }
    }
    out.flush()?;
    let mut err = io::stderr().lock();
    for gap in &gaps {
        writeln!(err, "{}", escape::line(gap))?;
    }
    writeln!(err, "{}", totals.told())?;
    Ok(if broken {
        Outcome::Broken
    } else if loaded.worst() == Some(Severity::Error) {
        Outcome::Failed
    } else {
        Outcome::Clean
    })
}

/// What a rule has no event for.
fn told(path: &str, title: &str, gaps: &[Gap]) -> Vec<String> {
    let lines = gaps.iter().map(|gap| {
        let why = match &gap.why {
            Failure::Contradiction(why) => format!("there can be no event: {why}"),
            Failure::NotFound(why) => format!("no event: {why}"),
        };
        format!("{path}: {title}: {}: {why}", gap.what)
    });
    lines.collect()
}

/// The cases of a rule file: each event with the rules of the file that match it.
fn file_of_cases<'m>(
    loaded: &Loaded,
    logs: &Logs,
    made: &'m [(RuleId, &Rule, Made)],
    timelines: &'m [(&CorrelationRule, Timelines)],
) -> FileOfCases<'m> {
    let any_log = made.iter().any(|(_, _, made)| made.any_log)
        || timelines.iter().any(|(_, timelines)| timelines.any_log);
    let mut file = FileOfCases {
        any_log,
        cases: Vec::new(),
        timelines: Vec::new(),
    };
    for (rule, of_it) in timelines {
        let all = of_it.timelines.iter();
        file.timelines.extend(all.map(|timeline| {
            let verb = if timeline.hit {
                "alerts"
            } else {
                "stays silent"
            };
            (
                timeline,
                format!("{} {verb}: {}", rule.title(), timeline.why),
            )
        }));
    }
    let several = made.len() > 1;
    for (id, rule, made_of_it) in made {
        for case in &made_of_it.cases {
            let matched = |other: RuleId, rule: &Rule| {
                let mut matched = false;
                logs.seen(rule, &case.event.to_string(), any_log, &mut |event| {
                    matched |= naive::matches(&loaded.set, other, event);
                });
                matched
            };
            let expected = match several {
                false => output::Expected::All(case.hit),
                true => {
                    let matching = made.iter().filter(|(other, rule, _)| matched(*other, rule));
                    let names = matching.map(|(_, rule, _)| output::name(rule).to_owned());
                    output::Expected::These(names.collect())
                }
            };
            // the file's other rules may make it read as from any log
            let still = made_of_it.any_log == any_log || matched(*id, rule) == case.hit;
            if still {
                file.cases.push((case, expected));
            }
        }
    }
    file
}

/// The events of timelines as lines: the last alert of a timeline is its newest event's.
fn lines(
    args: &GenerateArgs,
    loaded: &Loaded,
    rule: &CorrelationRule,
    timelines: &Timelines,
    out: &mut dyn Write,
) -> io::Result<()> {
    let name = output::correlation_name(rule);
    let own = |by: &Reference| match by {
        Reference::Correlation(index) => {
            let said = loaded.set.correlations.get(*index);
            said.is_some_and(|said| std::ptr::eq(said, rule))
        }
        Reference::Rule(_) => false,
    };
    let mut number = 0;
    for (place, timeline) in timelines.timelines.iter().enumerate() {
        let events = timeline.steps.iter().filter(|step| step.event.is_some());
        let all = events.clone().count();
        for (at, step) in events.enumerate() {
            let Some(event) = &step.event else { continue };
            number += 1;
            let why = format!(
                "timeline {}, event {} of {all}: {}",
                place + 1,
                at + 1,
                timeline.why
            );
            let line = Line {
                rule: name,
                number,
                hit: step.said.iter().any(own),
                why: &why,
                event,
                time: Time::from_nanos(step.time).map(Time::to_rfc3339),
                sourcetype: "_json",
            };
            output::line(args, &line, out)?;
        }
    }
    Ok(())
}

/// Sums over all rules.
#[derive(Default)]
struct Totals {
    rules: usize,
    complete: usize,
    hits: usize,
    misses: usize,
    ways: [usize; 3],
    questions: [usize; 3],
    correlations: usize,
    alerting: usize,
    silent: usize,
}

impl Totals {
    fn add(&mut self, made: &Made) {
        self.rules += 1;
        self.complete += usize::from(made.hits.missing == 0);
        let hits = made.cases.iter().filter(|case| case.hit).count();
        self.hits += hits;
        self.misses += made.cases.len() - hits;
        for (sum, of) in [
            (&mut self.ways, &made.hits),
            (&mut self.questions, &made.misses),
        ] {
            for (sum, number) in sum.iter_mut().zip([of.made, of.total, of.impossible]) {
                *sum += number;
            }
        }
    }

    fn hear(&mut self, timelines: &Timelines) {
        self.correlations += 1;
        let alerting = timelines.timelines.iter().filter(|t| t.hit).count();
        self.alerting += alerting;
        self.silent += timelines.timelines.len() - alerting;
    }

    fn told(&self) -> String {
        let of = |[made, total, impossible]: [usize; 3], what: &str| match impossible {
            0 => format!("{made} of {total} {what}"),
            n => format!("{made} of {total} {what} ({n} cannot have one)"),
        };
        let mut told = Vec::new();
        if self.rules > 0 || self.correlations == 0 {
            told.push(format!(
                "{}; events: {} that match, {} that just do not",
                counted(self.rules, "rule"),
                self.hits,
                self.misses,
            ));
            told.push(format!(
                "{}, all of them in {} of {}; {}",
                of(self.ways, "ways to match have an event"),
                self.complete,
                counted(self.rules, "rule"),
                of(self.questions, "questions have a near miss"),
            ));
        }
        if self.correlations > 0 {
            told.push(format!(
                "{}; timelines: {} that alert, {} that stop short",
                counted(self.correlations, "correlation"),
                self.alerting,
                self.silent
            ));
        }
        told.join("\n")
    }
}

fn counted(count: usize, what: &str) -> String {
    let more = if count == 1 { "" } else { "s" };
    format!("{count} {what}{more}")
}
