//! `sigwright lint`.

use super::complain;
use crate::args::{
    ColorWhen, DiagnosticFormat, EventArgs, FixKind, LintArgs, LintFailOn, LintFormat,
};
use crate::config::Configs;
use crate::fields::{self, Learnt};
use crate::input::Input;
use crate::load::{self, Loaded};
use crate::render::diagnostic::Printer;
use crate::render::junit::{self, Case, Suite, Trouble};
use crate::render::patch;
use crate::render::place::Places;
use crate::render::sarif;
use crate::repair::{Repair, Texts};
use crate::settings::{Look, Outcome, Stream};
use indexmap::IndexMap;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sigwright_lint::{Fields, LINTS, Level, Levels, Rules};
use sigwright_syntax::ast::Document;
use sigwright_syntax::{Diagnostic, Safety, Severity, SourceId, suggest};
use std::collections::HashSet;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::SystemTime;

/// How often fixes are looked for: one may make room for another.
const ROUNDS: usize = 10;

/// Reads and compiles the rules, prints what is wrong with them and what could be better.
pub fn run(args: &LintArgs, color: ColorWhen) -> io::Result<Outcome> {
    if args.list {
        return list();
    }
    if let Some(name) = &args.explain {
        return explain(name);
    }
    let mut configs = match &args.config {
        Some(path) => Configs::only(path),
        None if args.no_config => Configs::none(),
        None => Configs::default(),
    };
    let flags = flags(args)?;
    let mut learnt = None;
    let mut read = |texts: &Texts| -> io::Result<Loaded> {
        let mut leave = |path: &Path| configs.excludes(path);
        let mut loaded = load::load_to_lint(&args.rules, &args.lists.lists, &mut leave, texts);
        let learnt = match &mut learnt {
            Some(learnt) => learnt,
            none => none.insert(learn(args, &loaded)?),
        };
        lint(&mut loaded, &mut configs, &flags, learnt.fields.clone());
        Ok(loaded)
    };
    let mut loaded = read(&Texts::new())?;
    let mut repair = Repair::default();
    if args.fix.is_some() || args.diff {
        let safety = match args.fix {
            Some(FixKind::Unsafe) => Safety::Unsafe,
            _ => Safety::Safe,
        };
        for _ in 0..ROUNDS {
            if !repair.round(&loaded, safety) {
                break;
            }
            loaded = read(&repair.texts)?;
        }
    }
    loaded.unreadable.append(&mut configs.unreadable);
    let mut learnt = learnt.unwrap_or_default();
    loaded.unreadable.append(&mut learnt.unreadable);
    tell(&learnt, color)?;
    if args.diff {
        return diff(&repair, &loaded, color);
    }
    let unwritten = repair.write();
    let mut out = BufWriter::new(io::stdout().lock());
    let look = Look::of(Stream::Out, color);
    print(&loaded, args.format, look, &mut out)?;
    out.flush()?;
    let err_look = Look::of(Stream::Err, color);
    let mut err = io::stderr().lock();
    for (path, reason) in &loaded.unreadable {
        complain(&mut err, err_look, &format!("{}: {reason}", path.display()))?;
    }
    for (name, reason) in &unwritten {
        complain(&mut err, err_look, &format!("{name}: {reason}"))?;
    }
    if args.fix.is_some() {
        writeln!(err, "{}", repaired(&repair, "made"))?;
    }
    if args.format == LintFormat::Pretty {
        writeln!(err, "{}", told(&loaded))?;
    }
    match unwritten.is_empty() {
        true => Ok(outcome(&loaded, args.fail_on)),
        false => Ok(Outcome::Broken),
    }
}

/// What samples of logs tell about the fields of rules without errors.
fn learn(args: &LintArgs, loaded: &Loaded) -> io::Result<Learnt> {
    if args.events.is_empty() {
        return match args.reading == EventArgs::default() {
            true => Ok(Learnt::default()),
            false => Err(io::Error::other(
                "how logs are read was told, and no log: name one with `--events`",
            )),
        };
    }
    let input = Input::new(&args.reading, &loaded.set).map_err(io::Error::other)?;
    let errors = loaded.diagnostics.iter();
    let errors = errors.filter(|said| said.severity == Severity::Error);
    let errors: HashSet<(SourceId, u32)> = errors
        .filter_map(Diagnostic::span)
        .filter_map(|span| {
            let file = loaded
                .files
                .iter()
                .find(|file| file.source == span.source)?;
            let documents = loaded.documents.get(file.documents.clone())?;
            let before = |d: &&Document| d.span.start <= span.start;
            let document = documents.iter().rev().find(before)?;
            Some((span.source, document.span.start))
        })
        .collect();
    let faulty =
        |document: &Document| errors.contains(&(document.span.source, document.span.start));
    Ok(fields::learn(
        &input,
        &args.events,
        &loaded.documents,
        &faulty,
    ))
}

/// Says what samples could not tell.
fn tell(learnt: &Learnt, color: ColorWhen) -> io::Result<()> {
    let look = Look::of(Stream::Err, color);
    let mut err = io::stderr().lock();
    for fault in &learnt.damaged {
        complain(&mut err, look, &fault.to_string())?;
    }
    let shown = learnt.damaged.len() as u64;
    if learnt.damages > shown {
        let more = learnt.damages - shown;
        complain(
            &mut err,
            look,
            &format!("{more} more places in the logs are damaged"),
        )?;
    }
    let few = Fields::ENOUGH;
    match learnt.unjudged {
        0 => Ok(()),
        1 => writeln!(
            err,
            "the fields of 1 rule are not judged: of its log source there are fewer than {few} events"
        ),
        count => writeln!(
            err,
            "the fields of {count} rules are not judged: of their log sources there are fewer than {few} events"
        ),
    }
}

/// `--diff`: what fixes would change.
fn diff(repair: &Repair, loaded: &Loaded, color: ColorWhen) -> io::Result<Outcome> {
    let mut out = BufWriter::new(io::stdout().lock());
    let look = Look::of(Stream::Out, color);
    for (name, before, new) in repair.changes() {
        patch::write(name, before, new, look, &mut out)?;
    }
    out.flush()?;
    let look = Look::of(Stream::Err, color);
    let mut err = io::stderr().lock();
    for (path, reason) in &loaded.unreadable {
        complain(&mut err, look, &format!("{}: {reason}", path.display()))?;
    }
    writeln!(err, "{}", repaired(repair, "to make"))?;
    match loaded.unreadable.is_empty() {
        true => Ok(Outcome::Clean),
        false => Ok(Outcome::Broken),
    }
}

fn repaired(repair: &Repair, done: &str) -> String {
    let counted = |count: usize, noun: &str, more: &str| match count {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}{more}"),
    };
    let mut text = format!(
        "{} {done} in {}",
        counted(repair.made, "fix", "es"),
        counted(repair.files(), "file", "s")
    );
    if repair.refused > 0 {
        let left = counted(repair.refused, "fix", "es");
        text.push_str(&format!(
            "; {left} left out: the rule would not be read any more, or mean something else"
        ));
    }
    text
}

fn print(loaded: &Loaded, form: LintFormat, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let form = match form {
        LintFormat::Pretty => DiagnosticFormat::Pretty,
        LintFormat::Short => DiagnosticFormat::Short,
        LintFormat::Json => DiagnosticFormat::Json,
        LintFormat::Github => DiagnosticFormat::Github,
        LintFormat::Sarif => {
            let (sources, said) = (&loaded.sources, &loaded.diagnostics);
            return sarif::write(sources, said, &loaded.unreadable, out);
        }
        LintFormat::Junit => return junit::write(&suites(loaded), out),
    };
    let mut printer = Printer::new(&loaded.sources, form, look);
    for diagnostic in &loaded.diagnostics {
        printer.print(diagnostic, out)?;
    }
    Ok(())
}

/// A suite per file, with a case per lint that found something; a file without remarks has
/// one case that passes.
fn suites(loaded: &Loaded) -> Vec<Suite> {
    let mut places = Places::new(&loaded.sources);
    let mut suites = Vec::new();
    for file in &loaded.files {
        let mut cases: IndexMap<&str, Vec<&Diagnostic>> = IndexMap::new();
        for said in &loaded.diagnostics {
            if said.span().is_some_and(|span| span.source == file.source) {
                cases.entry(said.code).or_default().push(said);
            }
        }
        let mut cases: Vec<Case> = cases
            .into_iter()
            .map(|(code, said)| case(&mut places, code, &said))
            .collect();
        if cases.is_empty() {
            cases.push(Case {
                name: "lint".to_owned(),
                trouble: None,
            });
        }
        suites.push(Suite {
            name: places.name(file.source).to_owned(),
            cases,
        });
    }
    suites.extend(loaded.unreadable.iter().map(|(path, reason)| Suite {
        name: path.display().to_string(),
        cases: vec![Case {
            name: "read".to_owned(),
            trouble: Some(Trouble {
                tag: "error",
                message: reason.clone(),
                text: reason.clone(),
            }),
        }],
    }));
    suites
}

fn case(places: &mut Places<'_>, code: &str, said: &[&Diagnostic]) -> Case {
    let mut text = String::new();
    for said in said {
        if let Some(span) = said.span() {
            let (line, column) = places.start(span);
            let name = places.name(span.source);
            text.push_str(&format!("{name}:{line}:{column}: "));
        }
        text.push_str(said.severity.as_str());
        text.push_str(": ");
        text.push_str(&said.message);
        if let Some(help) = &said.help {
            text.push_str(&format!(" ({help})"));
        }
        text.push('\n');
    }
    let first = said.first().map_or("", |said| said.message.as_str());
    Case {
        name: code.to_owned(),
        trouble: Some(Trouble {
            tag: "failure",
            message: first.to_owned(),
            text,
        }),
    }
}

/// Asks all lints.
fn lint(loaded: &mut Loaded, configs: &mut Configs, flags: &[(&str, Level)], fields: Fields) {
    let said = std::mem::take(&mut loaded.diagnostics);
    let paths = loaded
        .files
        .iter()
        .map(|file| Path::new(loaded.path(file.source)));
    let paths: Vec<&Path> = paths.collect();
    let strict = |path: &&Path| {
        let mut levels = configs.levels(path);
        for (name, level) in flags {
            levels.set(name, *level);
        }
        levels
    };
    let levels: Vec<Levels> = paths.iter().map(strict).collect();
    let rules = Rules::new(
        &loaded.sources,
        &loaded.files,
        &loaded.documents,
        &loaded.set,
        today(),
    )
    .with_fields(fields);
    loaded.diagnostics = sigwright_lint::lint(&rules, &levels, said);
}

/// What the flags set, the general before the special.
fn flags(args: &LintArgs) -> io::Result<Vec<(&str, Level)>> {
    let given = [
        (&args.off, Level::Off),
        (&args.note, Level::Note),
        (&args.warning, Level::Warning),
        (&args.error, Level::Error),
    ];
    let mut flags = Vec::new();
    for (names, level) in given {
        for name in names.iter().flat_map(|names| names.split(',')) {
            if !Levels::default().set(name, level) {
                return Err(io::Error::other(unknown(name)));
            }
            flags.push((name, level));
        }
    }
    flags.sort_by_key(|(name, _)| (*name != "all", sigwright_lint::find(name).is_some()));
    Ok(flags)
}

fn unknown(name: &str) -> String {
    match suggest::closest(name, LINTS.iter().map(|lint| lint.name)) {
        Some(close) => format!("no lint is called `{name}`; did you mean `{close}`?"),
        None => format!("no lint is called `{name}`; `sigwright lint --list` shows all"),
    }
}

fn list() -> io::Result<Outcome> {
    let mut out = BufWriter::new(io::stdout().lock());
    let width = LINTS.iter().map(|lint| lint.name.len()).max().unwrap_or(0);
    for lint in LINTS {
        writeln!(
            out,
            "{:width$}  {:11}  {:7}  {}",
            lint.name,
            lint.group.as_str(),
            lint.level.as_str(),
            lint.summary
        )?;
    }
    out.flush()?;
    Ok(Outcome::Clean)
}

fn explain(name: &str) -> io::Result<Outcome> {
    let Some((_, lint)) = sigwright_lint::find(name) else {
        return Err(io::Error::other(unknown(name)));
    };
    let mut out = io::stdout().lock();
    writeln!(out, "{}: {}", lint.name, lint.summary)?;
    writeln!(
        out,
        "group {}, level {}\n",
        lint.group.as_str(),
        lint.level.as_str()
    )?;
    writeln!(out, "{}", lint.page)?;
    Ok(Outcome::Clean)
}

/// The day it is, in UTC.
fn today() -> jiff::civil::Date {
    let now = Timestamp::try_from(SystemTime::now()).unwrap_or(Timestamp::UNIX_EPOCH);
    TimeZone::UTC.to_datetime(now).date()
}

fn told(loaded: &Loaded) -> String {
    let counted = |count: usize, noun: &str| {
        let end = if count == 1 { "" } else { "s" };
        format!("{count} {noun}{end}")
    };
    format!(
        "{} in {}: {}, {}, {}",
        counted(loaded.documents.len(), "document"),
        counted(loaded.sources.iter().count(), "file"),
        counted(loaded.said(Severity::Error), "error"),
        counted(loaded.said(Severity::Warning), "warning"),
        counted(loaded.said(Severity::Note), "note"),
    )
}

fn outcome(loaded: &Loaded, fail_on: LintFailOn) -> Outcome {
    let least = match fail_on {
        LintFailOn::Errors => Some(Severity::Error),
        LintFailOn::Warnings => Some(Severity::Warning),
        LintFailOn::Notes => Some(Severity::Note),
        LintFailOn::Never => None,
    };
    if !loaded.unreadable.is_empty() {
        Outcome::Broken
    } else if least.is_some_and(|least| loaded.worst().is_some_and(|worst| worst >= least)) {
        Outcome::Failed
    } else {
        Outcome::Clean
    }
}
