//! `sigwright verify`.

use super::{complain, report};
use crate::args::{ColorWhen, QueryFormat, VerifyArgs, VerifyForm, VerifyOn};
use crate::load;
use crate::render::{self, escape};
use crate::settings::{Look, Outcome, Stream};
use serde_json::json;
use sigwright_convert::{dialects, rule};
use sigwright_engine::Event;
use sigwright_events::{Batch, Decoder, ReadOptions, Reader};
use sigwright_ir::RuleId;
use sigwright_syntax::Severity;
use sigwright_verify::{Case, Corpus, Database, Form, Table, Verdict, case};
use sigwright_verify::{commands, sqlite::Sqlite};
use std::io::{self, BufWriter, Write};

/// Sums over all rules.
#[derive(Default)]
struct Totals {
    rules: usize,
    refused: usize,
    failed: usize,
    rows: usize,
    matches: usize,
    apart: usize,
    differences: usize,
}

/// Converts each rule, runs it over events and compares.
pub fn run(args: &VerifyArgs, color: ColorWhen) -> io::Result<Outcome> {
    let err_look = Look::of(Stream::Err, color);
    let loaded = load::load(&args.rules, &args.lists.lists);
    report(&loaded, Severity::Error, color)?;
    let (name, database): (&str, Option<Box<dyn Database>>) = match args.on {
        VerifyOn::Sqlite => ("sqlite", Some(Box::new(Sqlite))),
        VerifyOn::Postgres => ("postgres", Some(Box::new(commands::PSQL))),
        VerifyOn::Duckdb => ("duckdb", Some(Box::new(commands::DUCKDB))),
        VerifyOn::Clickhouse => ("clickhouse", None),
        VerifyOn::Databricks => ("databricks", None),
        VerifyOn::Athena => ("athena", None),
    };
    let (form, format) = match args.form {
        VerifyForm::Columns => (Form::Columns, "default"),
        VerifyForm::Json => (Form::Json, "json"),
    };
    let dialect = dialects::find(name);
    let spelled = dialect.and_then(|d| Some((d, d.formats.iter().find(|f| f.name == format)?)));
    let Some(spelled) = spelled else {
        let message = format!("`{name}` has no queries over JSON");
        complain(&mut io::stderr().lock(), err_look, &message)?;
        return Ok(Outcome::Broken);
    };
    let mut database = match (args.export, database) {
        (true, _) => None,
        (false, Some(database)) => Some(database),
        (false, None) => {
            let message = format!(
                "`{name}` is not run by this command; `--export` prints what `tests/engines/run.py` runs"
            );
            complain(&mut io::stderr().lock(), err_look, &message)?;
            return Ok(Outcome::Broken);
        }
    };
    let names = loaded.set.exprs.field_names().map(|(_, name)| name);
    let decoder = Decoder::new(names);
    let (corpus, faults) = events(args, &decoder);
    let mut out = BufWriter::new(io::stdout().lock());
    let mut totals = Totals::default();
    let rules = rule::rules(&loaded.documents, &loaded.set, &loaded.context);
    for (index, converted) in rules.into_iter().enumerate() {
        let id = RuleId::from(index);
        let (Ok(rule), Some(lowered)) = (converted, loaded.set.rule(id)) else {
            continue;
        };
        let path = loaded.path(lowered.source);
        let events = (&corpus, args.most);
        let case = case((&loaded.set, id), &rule, spelled, form, events);
        let verdict = match (case, &mut database) {
            (Err(why), _) => Verdict {
                refused: Some(why),
                ..Verdict::default()
            },
            (Ok(case), Some(database)) => case.run(form, &mut **database),
            (Ok(case), None) => {
                export(path, name, &case, form, &mut out)?;
                totals.rules += 1;
                continue;
            }
        };
        totals.add(&verdict);
        match (args.format, args.export) {
            (QueryFormat::Text, false) => text(path, &verdict, &mut out)?,
            _ => ndjson(path, name, &verdict, &mut out)?,
        }
    }
    out.flush()?;
    let mut err = io::stderr().lock();
    match args.export {
        true => writeln!(err, "{} rules, {} refused", totals.rules, totals.refused)?,
        false => writeln!(err, "{}", totals.told(name))?,
    }
    for fault in &faults {
        complain(&mut err, err_look, fault)?;
    }
    Ok(if !faults.is_empty() || !loaded.unreadable.is_empty() {
        Outcome::Broken
    } else if totals.differences + totals.failed > 0 || loaded.worst() == Some(Severity::Error) {
        Outcome::Failed
    } else {
        Outcome::Clean
    })
}

/// The events of the logs, and what was wrong with them.
fn events(args: &VerifyArgs, decoder: &Decoder) -> (Corpus, Vec<String>) {
    let mut corpus = Corpus::default();
    let mut faults = Vec::new();
    if args.events.is_empty() {
        return (corpus, faults);
    }
    let mut reader = Reader::open(&args.events, ReadOptions::default());
    let mut batch = Batch::new();
    let mut event = Event::new();
    while reader.read(&mut batch) {
        faults.extend(batch.faults().iter().map(|fault| fault.message.to_string()));
        for record in batch.records() {
            let decoded = decoder.decode(record.text, &mut event, &mut |event| {
                if !corpus.push_event(event) {
                    faults.push(format!("an event of line {} is no JSON", record.line));
                }
            });
            faults.extend(decoded.err().map(|error| error.to_string()));
        }
    }
    (corpus, faults)
}

impl Totals {
    fn add(&mut self, verdict: &Verdict) {
        self.rules += 1;
        self.refused += usize::from(verdict.refused.is_some());
        self.failed += usize::from(verdict.failed.is_some());
        self.rows += verdict.rows;
        self.matches += verdict.matches;
        self.apart += verdict.apart;
        self.differences += verdict.differences.len();
    }

    fn told(&self, name: &str) -> String {
        let Totals {
            rules,
            refused,
            failed,
            rows,
            matches,
            apart,
            differences,
        } = self;
        format!(
            "{rules} rules on {name}: {rows} rows compared, {matches} match; {differences} differences, {failed} failed, {refused} refused, {apart} events left out that columns cannot hold"
        )
    }
}

fn text(path: &str, verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    let path = escape::line(path);
    if let Some(message) = &verdict.failed {
        writeln!(out, "{path}: failed: {}", escape::line(message))?;
    }
    if let Some(message) = &verdict.refused {
        writeln!(out, "{path}: refused: {}", escape::line(message))?;
    }
    for difference in &verdict.differences {
        let says = |matches: bool| if matches { "match" } else { "no match" };
        writeln!(
            out,
            "{path}: sigwright: {}, database: {}\n  event  {}",
            says(difference.judge),
            says(difference.database),
            escape::line(&difference.event),
        )?;
    }
    if verdict.failed.is_some() || !verdict.differences.is_empty() {
        for query in &verdict.queries {
            writeln!(out, "  query  {}", escape::line(query))?;
        }
    }
    Ok(())
}

/// A case for a program that runs it.
fn export(path: &str, name: &str, case: &Case, form: Form, out: &mut dyn Write) -> io::Result<()> {
    let (columns, rows) = match case.table(form) {
        Table::Columns(names, rows) => (json!(names), json!(rows)),
        Table::Json(events) => {
            let rows: Vec<_> = events.iter().map(|event| [event]).collect();
            (json!(["event"]), json!(rows))
        }
    };
    let line = json!({
        "path": path,
        "on": name,
        "queries": case.queries,
        "columns": columns,
        "numbers": case.numbers,
        "rows": rows,
        "expected": case.expected,
        "apart": case.apart,
    });
    serde_json::to_writer(&mut *out, &line)?;
    writeln!(out)
}

fn ndjson(path: &str, name: &str, verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    let mut line = Vec::new();
    line.extend_from_slice(b"{\"path\":");
    render::json::string(path, &mut line);
    line.extend_from_slice(b",\"on\":");
    render::json::string(name, &mut line);
    write!(
        line,
        ",\"rows\":{},\"matches\":{},\"apart\":{},\"refused\":",
        verdict.rows, verdict.matches, verdict.apart
    )?;
    render::json::optional(verdict.refused.as_deref(), &mut line);
    line.extend_from_slice(b",\"failed\":");
    render::json::optional(verdict.failed.as_deref(), &mut line);
    line.extend_from_slice(b",\"queries\":");
    serde_json::to_writer(&mut line, &verdict.queries)?;
    line.extend_from_slice(b",\"differences\":[");
    for (place, difference) in verdict.differences.iter().enumerate() {
        if place > 0 {
            line.push(b',');
        }
        line.extend_from_slice(b"{\"event\":");
        render::json::string(&difference.event, &mut line);
        write!(
            line,
            ",\"sigwright\":{},\"database\":{}}}",
            difference.judge, difference.database
        )?;
    }
    line.extend_from_slice(b"]}\n");
    out.write_all(&line)
}
