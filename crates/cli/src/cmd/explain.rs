//! `sigwright explain`.

pub mod history;

use super::{complain, report};
use crate::args::{ColorWhen, ExplainArgs, ExplainFormat, FindingFormat};
use crate::input::{Input, is_io};
use crate::load::{self, Loaded};
use crate::render::alert::AlertPrinter;
use crate::render::escape;
use crate::render::explanation::Explained;
use crate::render::history::HistoryShown;
use crate::settings::{Look, Outcome, Stream};
use history::History;
use sigwright_engine::correlate::Wiring;
use sigwright_engine::evidence::Finder;
use sigwright_engine::{Event, explain};
use sigwright_events::Fault;
use sigwright_ir::{Rule, RuleId};
use sigwright_syntax::ast::Meta;
use sigwright_syntax::{Severity, SourceId};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

/// Explains a verdict, or prints what the rule was compiled to.
pub fn run(args: &ExplainArgs, color: ColorWhen) -> io::Result<Outcome> {
    let err_look = Look::of(Stream::Err, color);
    let refuse = |message: &str| {
        complain(&mut io::stderr().lock(), err_look, message)?;
        Ok(Outcome::Broken)
    };
    let loaded = load::load_with_pack(&args.rule, &args.lists.lists);
    report(&loaded, Severity::Error, color)?;
    if !loaded.unreadable.is_empty() {
        return Ok(Outcome::Broken);
    }
    let failed = if loaded.faulty > 0 {
        Outcome::Failed
    } else {
        Outcome::Clean
    };
    let chosen = Chosen::of(&loaded, args);
    if chosen.rules.is_empty() && chosen.correlations.is_empty() {
        return match &args.only {
            Some(name) => refuse(&format!("no rule is called `{name}` here")),
            None if failed == Outcome::Failed => Ok(failed),
            None => refuse("no rule here: a filter is explained with the rules it is for"),
        };
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let Some(event) = &args.event else {
        let rules = chosen.rules.iter().filter_map(|id| loaded.set.rule(*id));
        for (i, rule) in rules.enumerate() {
            if i > 0 {
                writeln!(out)?;
            }
            compiled(&loaded, rule, &mut out)?;
        }
        if chosen.rules.is_empty() {
            return refuse("only detection rules are compiled, and here is none");
        }
        out.flush()?;
        return Ok(failed);
    };
    let input = match Input::new(&args.events, &loaded.set) {
        Ok(input) => input,
        Err(message) => return refuse(&message),
    };
    let mut job = Job {
        loaded: &loaded,
        input: &input,
        format: args.format,
        look: Look::of(Stream::Out, color),
        out: &mut out,
        shown: 0,
    };
    let mut faults = Vec::new();
    if !chosen.rules.is_empty() {
        faults = job.explain(&chosen.rules, event, args.all)?;
    }
    if !chosen.correlations.is_empty() {
        if event == "-" && !chosen.rules.is_empty() {
            return refuse("standard input is read once: choose one rule with `--only`");
        }
        faults = job.history(&chosen.correlations, event)?;
    }
    let shown = job.shown;
    out.flush()?;
    let mut err = io::stderr().lock();
    for fault in &faults {
        complain(&mut err, err_look, &fault.to_string())?;
    }
    if shown == 0 {
        complain(&mut err, err_look, "no event to explain")?;
    }
    if shown == 0 || faults.iter().any(is_io) {
        return Ok(Outcome::Broken);
    }
    Ok(failed)
}

/// What is to be explained.
struct Chosen {
    rules: Vec<RuleId>,
    correlations: Vec<usize>,
}

impl Chosen {
    fn of(loaded: &Loaded, args: &ExplainArgs) -> Self {
        // of a file, what is in it; what it refers to is loaded besides
        let own = match args.rule.is_file() {
            true => loaded.sources.iter().next().map(|(source, _)| source),
            false => None,
        };
        let wanted = |meta: &Meta, source: SourceId| {
            let called = args.only.as_deref();
            own.is_none_or(|own| own == source) && called.is_none_or(|name| is_called(meta, name))
        };
        let rules = loaded.set.iter();
        let rules = rules.filter(|(_, rule)| wanted(&rule.meta, rule.source));
        let correlations = loaded.set.correlations.iter().enumerate();
        let correlations = correlations.filter(|(_, rule)| wanted(&rule.meta, rule.source));
        Chosen {
            rules: rules.map(|(id, _)| id).collect(),
            correlations: correlations.map(|(index, _)| index).collect(),
        }
    }
}

/// Writes what a rule was compiled to, as stable text.
fn compiled(loaded: &Loaded, rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
    let mut part = |name: &str, expr| {
        writeln!(out, "{}", escape::line(name))?;
        let text = loaded.set.exprs.display(expr).to_string();
        text.lines()
            .try_for_each(|line| writeln!(out, "  {}", escape::line(line)))
    };
    for (name, expr) in &rule.selections {
        part(&format!("selection {name}"), *expr)?;
    }
    part(&format!("rule {}", rule.title()), rule.root)
}

/// Whether a rule has this id, name or title.
pub fn is_called(meta: &Meta, name: &str) -> bool {
    [&meta.id, &meta.name, &meta.title]
        .into_iter()
        .flatten()
        .any(|known| known.value == name)
}

struct Job<'a> {
    loaded: &'a Loaded,
    input: &'a Input,
    format: ExplainFormat,
    look: Look,
    out: &'a mut dyn Write,
    shown: usize,
}

impl Job<'_> {
    /// Explains every event, or for each rule the first that it matches, else the first.
    fn explain(&mut self, chosen: &[RuleId], source: &str, all: bool) -> io::Result<Vec<Fault>> {
        if all {
            let mut written = Ok(());
            let faults = self.each(source, &mut |job, event, place| {
                for id in chosen {
                    if written.is_ok() {
                        written = job.print(*id, event, place);
                    }
                }
            });
            written?;
            return Ok(faults);
        }
        let loaded = self.loaded;
        let finder = Finder::new(&loaded.set);
        let mut first: Vec<Option<(bool, Event, String)>> = chosen.iter().map(|_| None).collect();
        let faults = self.each(source, &mut |job, event, place| {
            if first
                .iter()
                .all(|f| f.as_ref().is_some_and(|(hit, ..)| *hit))
            {
                return;
            }
            for (id, first) in chosen.iter().zip(&mut first) {
                let hit = matches(job.loaded, &finder, job.input, *id, event);
                let better = match first {
                    None => true,
                    Some((had, ..)) => hit && !*had,
                };
                if better {
                    *first = Some((hit, event.clone(), place.to_owned()));
                }
            }
        });
        for (id, first) in chosen.iter().zip(first) {
            if let Some((_, event, place)) = first {
                self.print(*id, &event, &place)?;
            }
        }
        Ok(faults)
    }

    /// Explains what a log meant to correlations.
    fn history(&mut self, chosen: &[usize], source: &str) -> io::Result<Vec<Fault>> {
        let (history, faults) = History::read(self.loaded, self.input, chosen, source);
        if history.events == 0 {
            return Ok(faults);
        }
        let wiring = Wiring::new(&self.loaded.set, false);
        let printer = AlertPrinter::new(self.loaded, FindingFormat::Ndjson, self.look);
        for (index, heard) in &history.correlations {
            let Some(rule) = self.loaded.set.correlations.get(*index) else {
                continue;
            };
            let shown = HistoryShown {
                loaded: self.loaded,
                history: &history,
                rule,
                heard,
                speaks: wiring.speaks(*index),
            };
            if self.shown > 0 && self.format == ExplainFormat::Pretty {
                writeln!(self.out)?;
            }
            self.shown += 1;
            match self.format {
                ExplainFormat::Pretty => shown.pretty(self.look, self.out)?,
                ExplainFormat::Json => shown.json(&printer, self.out)?,
            }
        }
        Ok(faults)
    }

    fn each(&mut self, source: &str, each: &mut dyn FnMut(&mut Self, &Event, &str)) -> Vec<Fault> {
        let input = self.input;
        if source.trim_start().starts_with(['{', '[']) {
            let mut given = |event: &mut Event| each(self, event, "the event given");
            return input.for_each_in(source, &mut given).into_iter().collect();
        }
        input.for_each(&[PathBuf::from(source)], &mut |event, file, line| {
            each(self, event, &format!("{file}:{line}"));
        })
    }

    fn print(&mut self, id: RuleId, event: &Event, place: &str) -> io::Result<()> {
        let Some(rule) = self.loaded.set.rule(id) else {
            return Ok(());
        };
        let explained = explained(self.loaded, self.input, id, rule, event, place);
        if self.shown > 0 && self.format == ExplainFormat::Pretty {
            writeln!(self.out)?;
        }
        self.shown += 1;
        match self.format {
            ExplainFormat::Pretty => explained.pretty(&self.loaded.sources, self.look, self.out),
            ExplainFormat::Json => explained.json(&self.loaded.sources, self.out),
        }
    }
}

/// Whether a rule matches an event, as the judge has it: explanations are the judge's, too.
/// The finder is one for the rules loaded.
pub fn matches(
    loaded: &Loaded,
    finder: &Finder<'_>,
    input: &Input,
    id: RuleId,
    event: &Event,
) -> bool {
    loaded
        .set
        .rule(id)
        .is_some_and(|rule| input.sees(rule, event))
        && finder.holds(id, event)
}

/// Why a rule does or does not match an event.
pub fn explained<'a>(
    loaded: &'a Loaded,
    input: &Input,
    id: RuleId,
    rule: &'a Rule,
    event: &Event,
    place: &'a str,
) -> Explained<'a> {
    Explained {
        title: rule.title(),
        path: loaded.path(rule.source),
        event: place,
        unseen: if input.ignore_logsource {
            None
        } else {
            explain::unseen(rule, event, &input.origins)
        },
        tree: explain::explain(&loaded.set, id, event),
    }
}
