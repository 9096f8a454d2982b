//! `sigwright explain`.

use super::{complain, report};
use crate::args::{ColorWhen, ExplainArgs, ExplainFormat};
use crate::input::{Input, is_io};
use crate::load::{self, Loaded};
use crate::render::escape;
use crate::render::explanation::Explained;
use crate::settings::{Look, Outcome, Stream};
use sigwright_engine::evidence::Finder;
use sigwright_engine::{Event, explain};
use sigwright_events::Fault;
use sigwright_ir::{Rule, RuleId};
use sigwright_syntax::Severity;
use sigwright_syntax::ast::Meta;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

/// Explains a verdict, or prints what the rule was compiled to.
pub fn run(args: &ExplainArgs, color: ColorWhen) -> io::Result<Outcome> {
    let err_look = Look::of(Stream::Err, color);
    let refuse = |message: &str| {
        complain(&mut io::stderr().lock(), err_look, message)?;
        Ok(Outcome::Broken)
    };
    let loaded = load::load(std::slice::from_ref(&args.rule), &args.lists.lists);
    report(&loaded, Severity::Error, color)?;
    if !loaded.unreadable.is_empty() {
        return Ok(Outcome::Broken);
    }
    let failed = if loaded.faulty > 0 {
        Outcome::Failed
    } else {
        Outcome::Clean
    };
    let chosen: Vec<RuleId> = loaded
        .set
        .iter()
        .filter(|(_, rule)| {
            args.only
                .as_deref()
                .is_none_or(|name| is_called(&rule.meta, name))
        })
        .map(|(id, _)| id)
        .collect();
    if chosen.is_empty() {
        return match &args.only {
            Some(name) => refuse(&format!("no rule is called `{name}` here")),
            None if failed == Outcome::Failed => Ok(failed),
            None => {
                refuse("no detection rule here: correlations need state and filters need rules")
            }
        };
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let Some(event) = &args.event else {
        for (i, rule) in chosen
            .into_iter()
            .filter_map(|id| loaded.set.rule(id))
            .enumerate()
        {
            if i > 0 {
                writeln!(out)?;
            }
            compiled(&loaded, rule, &mut out)?;
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
    let faults = job.explain(&chosen, event, args.all)?;
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
