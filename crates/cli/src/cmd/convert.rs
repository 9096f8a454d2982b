//! `sigwright convert`.

use super::{complain, report};
use crate::args::{ColorWhen, ConvertArgs, DiagnosticFormat, QueryFormat};
use crate::load::{self, Loaded};
use crate::processing::{self, Pipelines};
use crate::render::diagnostic::Printer;
use crate::render::json;
use crate::settings::{Look, Outcome, Stream};
use sigwright_convert::correlation::{self, Voices};
use sigwright_convert::dialect::Format;
use sigwright_convert::pipeline::convert;
use sigwright_convert::{Chain, Dialect, dialects, rule};
use sigwright_syntax::ast::{Body, Meta};
use sigwright_syntax::{Diagnostic, Diagnostics, Severity, Span, suggest};
use std::collections::HashSet;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Converts the rules and prints the queries; what cannot be converted is said on standard
/// error, or in its line of NDJSON.
pub fn run(args: &ConvertArgs, color: ColorWhen) -> io::Result<Outcome> {
    if args.list {
        list(&mut io::stdout().lock())?;
        return Ok(Outcome::Clean);
    }
    let err_look = Look::of(Stream::Err, color);
    let (dialect, format) = match target(args) {
        Ok(target) => target,
        Err(message) => {
            complain(&mut io::stderr().lock(), err_look, &message)?;
            return Ok(Outcome::Broken);
        }
    };
    let pipelines = Pipelines::read(&args.pipelines.pipelines);
    if !pipelines.usable() {
        refuse(&pipelines, err_look)?;
        return Ok(Outcome::Broken);
    }
    let allowed = processing::allowed(&args.pipelines);
    let chain = match Chain::new(dialect, format, pipelines.read, allowed) {
        Ok(chain) => chain,
        Err(message) => {
            complain(&mut io::stderr().lock(), err_look, &message)?;
            return Ok(Outcome::Broken);
        }
    };
    let loaded = load::load_to_convert(&args.rules, &args.lists.lists);
    report(&loaded, Severity::Error, color)?;
    let converted = converted(&loaded, dialect, format, &chain, args.approximate);
    match (&args.output, args.format) {
        (Some(folder), _) => {
            if let Err(message) = write_files(folder, &loaded, format, &chain, &converted) {
                complain(&mut io::stderr().lock(), err_look, &message)?;
                return Ok(Outcome::Broken);
            }
        }
        (None, QueryFormat::Ndjson) => ndjson(&loaded, dialect, &converted)?,
        (None, QueryFormat::Text) => {
            if let Err(message) = text(format, &chain, &converted)? {
                complain(&mut io::stderr().lock(), err_look, &message)?;
                return Ok(Outcome::Broken);
            }
        }
    }
    let refused: Vec<&Diagnostic> = converted
        .iter()
        .filter_map(|c| c.queries.as_ref().err())
        .flatten()
        .collect();
    let mut err = io::stderr().lock();
    let mut printer = Printer::new(&loaded.sources, DiagnosticFormat::Pretty, err_look);
    for warning in converted.iter().flat_map(|c| &c.warnings) {
        printer.print(warning, &mut err)?;
    }
    if args.format == QueryFormat::Text {
        for diagnostic in &refused {
            printer.print(diagnostic, &mut err)?;
        }
    }
    let failed =
        loaded.worst() == Some(Severity::Error) || (!refused.is_empty() && !args.skip_unsupported);
    Ok(if !loaded.unreadable.is_empty() {
        Outcome::Broken
    } else if failed {
        Outcome::Failed
    } else {
        Outcome::Clean
    })
}

/// What became of a rule.
struct Converted<'l> {
    meta: &'l Meta,
    /// The document.
    span: Span,
    queries: Result<Vec<String>, Diagnostics>,
    /// What the queries lose.
    warnings: Diagnostics,
}

/// Says what is wrong with pipelines.
pub fn refuse(pipelines: &Pipelines, look: Look) -> io::Result<()> {
    let mut err = io::stderr().lock();
    for message in &pipelines.missing {
        complain(&mut err, look, message)?;
    }
    let mut printer = Printer::new(&pipelines.sources, DiagnosticFormat::Pretty, look);
    for diagnostic in &pipelines.diagnostics {
        printer.print(diagnostic, &mut err)?;
    }
    Ok(())
}

fn converted<'l>(
    loaded: &'l Loaded,
    dialect: &Dialect,
    format: &Format,
    chain: &Chain,
    approximate: bool,
) -> Vec<Converted<'l>> {
    let rules = rule::rules(&loaded.documents, &loaded.set, &loaded.context);
    let voices = Voices::of(&loaded.set);
    let correlations = loaded.set.correlations.iter().enumerate();
    let correlations = correlations.filter(|(index, _)| voices.correlation(*index));
    let target = correlation::Target {
        dialect,
        format,
        chain,
        correlations: correlation::of(dialect),
        approximate,
    };
    let correlations: Vec<Converted> = correlations
        .map(|(_, lowered)| {
            let set = &loaded.set;
            let said = correlation::convert(lowered, set, &rules, &loaded.sources, &target);
            let place = lowered.correlation.kind.span;
            let warning = |loss: &&str| {
                let message = format!("this query is an approximation: {loss}");
                Diagnostic::warning("approximate-correlation", place, message)
            };
            let plainer = |hint: &&str| {
                let message = format!("this query says nothing of `{hint}`");
                Diagnostic::warning("unsaid-hint", place, message)
            };
            let warnings = said.iter().flat_map(|correlated| {
                let losses = correlated.loses.iter().map(warning);
                losses.chain(correlated.unsaid.iter().map(plainer))
            });
            Converted {
                meta: &lowered.meta,
                span: lowered.span,
                warnings: warnings.collect(),
                queries: said.map(|correlated| vec![correlated.query]),
            }
        })
        .collect();
    let lowered = loaded.set.rules.iter().zip(rules).enumerate();
    let lowered = lowered.filter(|(index, _)| voices.rule(*index));
    let detections = lowered.map(|(_, (lowered, rule))| Converted {
        meta: &lowered.meta,
        span: lowered.span,
        queries: rule.and_then(|rule| {
            convert(rule, dialect, format, chain).map_err(|unsupported| vec![unsupported.into()])
        }),
        warnings: Vec::new(),
    });
    detections.chain(correlations).collect()
}

/// The language and form asked for; the error is a message.
fn target(args: &ConvertArgs) -> Result<(&'static Dialect, &'static Format), String> {
    let name = args.target.as_deref().unwrap_or_default();
    let dialect = dialects::find(name).ok_or_else(|| {
        let names = dialects::DIALECTS.iter().map(|d| d.name);
        format!("no target is called `{name}`; {}", known(name, names))
    })?;
    let Some(name) = &args.target_format else {
        let first = dialect.formats.first();
        return first
            .map(|format| (dialect, format))
            .ok_or_else(|| format!("`{}` has no form", dialect.name));
    };
    let format = dialect.formats.iter().find(|f| f.name == name);
    format.map(|format| (dialect, format)).ok_or_else(|| {
        let names = dialect.formats.iter().map(|f| f.name);
        let known = known(name, names);
        format!("`{}` has no form `{name}`; {known}", dialect.name)
    })
}

/// The name that may have been meant, or all there are.
fn known<'n>(wrong: &str, names: impl Iterator<Item = &'n str> + Clone) -> String {
    match suggest::closest(wrong, names.clone()) {
        Some(close) => format!("did you mean `{close}`?"),
        None => format!("known are {}", names.collect::<Vec<_>>().join(", ")),
    }
}

fn list(out: &mut dyn Write) -> io::Result<()> {
    for dialect in dialects::DIALECTS {
        writeln!(out, "{:<24} {}", dialect.name, dialect.title)?;
        for format in dialect.formats {
            writeln!(out, "  {:<22} {}", format.name, format.title)?;
        }
    }
    writeln!(out, "\nPipelines:")?;
    super::pipeline::list(out)?;
    Ok(())
}

/// The error inside is of a pipeline's finalizer.
fn text(
    format: &Format,
    chain: &Chain,
    converted: &[Converted<'_>],
) -> io::Result<Result<(), String>> {
    let queries: Vec<String> = converted
        .iter()
        .filter_map(|c| c.queries.as_ref().ok())
        .flatten()
        .cloned()
        .collect();
    let mut out = BufWriter::new(io::stdout().lock());
    if !queries.is_empty() {
        let text = match chain.finalize(&queries) {
            Ok(Some(text)) => text,
            Ok(None) => (format.output)(&queries),
            Err(message) => return Ok(Err(message)),
        };
        writeln!(out, "{text}")?;
    }
    out.flush().map(Ok)
}

/// A line of NDJSON per rule and correlation, in the order read. What has an error before it
/// comes to converting has a line, too, and so has a file that holds no document for one.
fn ndjson(loaded: &Loaded, dialect: &Dialect, converted: &[Converted<'_>]) -> io::Result<()> {
    let mut lines: Vec<(Option<Span>, Vec<u8>)> = Vec::new();
    for one in converted {
        let mut line = start(loaded.path(one.span.source), Some(one.meta));
        match &one.queries {
            Ok(queries) => {
                line.extend_from_slice(b",\"title\":");
                let title = one.meta.title.as_ref().map(|t| t.value.as_str());
                json::optional(title, &mut line);
                line.extend_from_slice(b",\"target\":");
                json::string(dialect.name, &mut line);
                line.extend_from_slice(b",\"query\":");
                match queries.as_slice() {
                    [query] => json::string(query, &mut line),
                    several => serde_json::to_writer(&mut line, several)?,
                }
            }
            Err(said) => error(said.iter(), &mut line),
        }
        lines.push((Some(one.span), line));
    }
    lines.extend(faulty(loaded));
    lines.sort_by_key(|(span, _)| span.map(|span| (span.source, span.start)));
    for (path, reason) in &loaded.unreadable {
        let mut line = start(&path.display().to_string(), None);
        line.extend_from_slice(b",\"error\":");
        json::string(reason, &mut line);
        lines.push((None, line));
    }
    let mut out = BufWriter::new(io::stdout().lock());
    for (_, line) in lines {
        out.write_all(&line)?;
        out.write_all(b"}\n")?;
    }
    out.flush()
}

/// The lines of documents that are not in the set, and of files that hold none.
fn faulty(loaded: &Loaded) -> Vec<(Option<Span>, Vec<u8>)> {
    let rules = loaded.set.rules.iter().map(|lowered| lowered.span);
    let correlations = loaded.set.correlations.iter().map(|lowered| lowered.span);
    let kept: HashSet<Span> = rules.chain(correlations).collect();
    let errors = || {
        let errors = loaded.diagnostics.iter();
        errors.filter(|said| said.severity == Severity::Error)
    };
    let mut lines = Vec::new();
    let mut held = HashSet::new();
    for document in &loaded.documents {
        held.insert(document.span.source);
        let is_filter = matches!(document.body, Body::Filter(_));
        if kept.contains(&document.span) || (is_filter && !document.faulty) {
            continue;
        }
        let here = |said: &&Diagnostic| {
            said.span().is_some_and(|span| {
                span.source == document.span.source
                    && (document.span.start..=document.span.end).contains(&span.start)
            })
        };
        let path = loaded.path(document.span.source);
        let mut line = start(path, Some(&document.meta));
        error(errors().filter(here), &mut line);
        lines.push((Some(document.span), line));
    }
    for (source, text) in loaded.sources.iter() {
        let said: Vec<_> = errors()
            .filter(|said| said.span().is_some_and(|span| span.source == source))
            .collect();
        if held.contains(&source) || said.is_empty() {
            continue;
        }
        let mut line = start(&text.name, None);
        let first = said.first().and_then(|said| said.span());
        error(said.into_iter(), &mut line);
        lines.push((first, line));
    }
    lines
}

/// The start of a line: where the document is, and its id.
fn start(path: &str, meta: Option<&Meta>) -> Vec<u8> {
    let mut line = b"{\"path\":".to_vec();
    json::string(path, &mut line);
    line.extend_from_slice(b",\"id\":");
    let id = meta.and_then(|meta| meta.id.as_ref());
    json::optional(id.map(|id| id.value.as_str()), &mut line);
    line
}

fn error<'d>(said: impl Iterator<Item = &'d Diagnostic>, line: &mut Vec<u8>) {
    line.extend_from_slice(b",\"error\":");
    let said: Vec<&str> = said.map(|said| said.message.as_str()).collect();
    let text = match said.is_empty() {
        true => "the document has an error".to_owned(),
        false => said.join("; "),
    };
    json::string(&text, line);
}

/// One file per rule, called after the rule's file; a name that is taken gets a number. The error
/// is a message.
fn write_files(
    folder: &Path,
    loaded: &Loaded,
    format: &Format,
    chain: &Chain,
    converted: &[Converted<'_>],
) -> Result<(), String> {
    let failed = |path: &Path, error: io::Error| format!("{}: {error}", path.display());
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    let mut taken: HashSet<String> = HashSet::new();
    for one in converted {
        let Ok(queries) = &one.queries else {
            continue;
        };
        let path = Path::new(loaded.path(one.span.source));
        let stem = path
            .file_stem()
            .map_or("rule".into(), |stem| stem.to_string_lossy());
        // some file systems know no case
        let free = |name: &String| !taken.contains(&name.to_lowercase());
        let numbered = (2..).map(|number| format!("{stem}-{number}"));
        let name = std::iter::once(stem.to_string()).chain(numbered).find(free);
        let name = name.unwrap_or_default();
        taken.insert(name.to_lowercase());
        let text = match chain.finalize(queries)? {
            Some(text) => text,
            None => (format.output)(queries),
        };
        let path = folder.join(format!("{name}.txt"));
        std::fs::write(&path, format!("{text}\n")).map_err(|error| failed(&path, error))?;
    }
    Ok(())
}
