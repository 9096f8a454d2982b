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
use sigwright_syntax::ast::Meta;
use sigwright_syntax::{Diagnostic, Diagnostics, Severity, SourceId};
use std::collections::HashMap;
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
        (Some(folder), _) => write_files(folder, &loaded, &converted)?,
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
    source: SourceId,
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
                source: lowered.source,
                warnings: warnings.collect(),
                queries: said.map(|correlated| vec![correlated.query]),
            }
        })
        .collect();
    let lowered = loaded.set.rules.iter().zip(rules).enumerate();
    let lowered = lowered.filter(|(index, _)| voices.rule(*index));
    let detections = lowered.map(|(_, (lowered, rule))| Converted {
        meta: &lowered.meta,
        source: lowered.source,
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
        let names: Vec<&str> = dialects::DIALECTS.iter().map(|d| d.name).collect();
        format!(
            "no target is called `{name}`; known are {}",
            names.join(", ")
        )
    })?;
    let Some(name) = &args.target_format else {
        let first = dialect.formats.first();
        return first
            .map(|format| (dialect, format))
            .ok_or_else(|| format!("`{}` has no form", dialect.name));
    };
    let format = dialect.formats.iter().find(|f| f.name == name);
    format.map(|format| (dialect, format)).ok_or_else(|| {
        let names: Vec<&str> = dialect.formats.iter().map(|f| f.name).collect();
        format!(
            "`{}` has no form `{name}`; known are {}",
            dialect.name,
            names.join(", ")
        )
    })
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

fn ndjson(loaded: &Loaded, dialect: &Dialect, converted: &[Converted<'_>]) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut line = Vec::new();
    for one in converted {
        line.clear();
        line.extend_from_slice(b"{\"path\":");
        json::string(loaded.path(one.source), &mut line);
        line.extend_from_slice(b",\"id\":");
        json::optional(one.meta.id.as_ref().map(|id| id.value.as_str()), &mut line);
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
            Err(said) => {
                line.extend_from_slice(b",\"error\":");
                let said: Vec<&str> = said.iter().map(|d| d.message.as_str()).collect();
                json::string(&said.join("; "), &mut line);
            }
        }
        line.extend_from_slice(b"}\n");
        out.write_all(&line)?;
    }
    out.flush()
}

/// One file per rule, called after the rule's file; a second rule of a file gets a number.
fn write_files(folder: &Path, loaded: &Loaded, converted: &[Converted<'_>]) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut taken: HashMap<String, usize> = HashMap::new();
    for one in converted {
        let Ok(queries) = &one.queries else {
            continue;
        };
        let path = Path::new(loaded.path(one.source));
        let stem = path
            .file_stem()
            .map_or("rule".into(), |s| s.to_string_lossy());
        let number = taken.entry(stem.to_string()).or_default();
        *number += 1;
        let name = match *number {
            1 => format!("{stem}.txt"),
            n => format!("{stem}-{n}.txt"),
        };
        std::fs::write(folder.join(name), format!("{}\n", queries.join("\n")))?;
    }
    Ok(())
}
