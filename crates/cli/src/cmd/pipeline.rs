//! `sigwright pipeline`.

use super::convert::refuse;
use super::{complain, report};
use crate::args::{
    ColorWhen, DiagnosticFormat, PipelineCommand, PipelineCommandArgs, PipelineExplainArgs,
    StepFormat,
};
use crate::load::{self, Loaded};
use crate::processing::{self, Pipelines};
use crate::render::diagnostic::Printer;
use crate::render::escape;
use crate::render::paint::Style;
use crate::settings::{Look, Outcome, Stream};
use serde_json::json;
use sigwright_convert::pipeline::{Applied, Change, SHIPPED, Step, described};
use sigwright_convert::rule::{self, Rule};
use sigwright_convert::{Chain, Pipeline, dialects};
use sigwright_syntax::{Diagnostic, Severity, Sources, suggest};
use std::io::{self, BufWriter, Write};

/// Shows, checks or explains pipelines.
pub fn run(args: &PipelineCommandArgs, color: ColorWhen) -> io::Result<Outcome> {
    match &args.command {
        PipelineCommand::List => {
            list(&mut io::stdout().lock())?;
            Ok(Outcome::Clean)
        }
        PipelineCommand::Check { pipelines } => check(pipelines, color),
        PipelineCommand::Explain(args) => explain(args, color),
    }
}

/// The pipelines there are: what each is for, and the targets it is made for.
pub fn list(out: &mut dyn Write) -> io::Result<()> {
    for shipped in SHIPPED {
        let read = Pipeline::shipped(shipped, &mut Sources::new()).unwrap_or_default();
        let targets = match read.allowed_backends.as_slice() {
            [] => "any target".to_owned(),
            names => names.join(", "),
        };
        writeln!(out, "{:<28} {} ({targets})", shipped.name, read.name)?;
    }
    Ok(())
}

fn check(names: &[String], color: ColorWhen) -> io::Result<Outcome> {
    let pipelines = Pipelines::read(names);
    let mut out = io::stdout().lock();
    for (name, pipeline) in &pipelines.read {
        let steps = pipeline.steps.len();
        let noun = if steps == 1 { "step" } else { "steps" };
        writeln!(out, "{name}: {steps} {noun}, nothing wrong")?;
    }
    if pipelines.usable() {
        return Ok(Outcome::Clean);
    }
    refuse(&pipelines, Look::of(Stream::Err, color))?;
    Ok(match pipelines.missing.is_empty() {
        true => Outcome::Failed,
        false => Outcome::Broken,
    })
}

fn explain(args: &PipelineExplainArgs, color: ColorWhen) -> io::Result<Outcome> {
    let err_look = Look::of(Stream::Err, color);
    let pipelines = Pipelines::read(&args.pipelines.pipelines);
    if !pipelines.usable() {
        refuse(&pipelines, err_look)?;
        return Ok(Outcome::Broken);
    }
    let chain = match chain(args, pipelines) {
        Ok(chain) => chain,
        Err(message) => {
            complain(&mut io::stderr().lock(), err_look, &message)?;
            return Ok(Outcome::Broken);
        }
    };
    let loaded = load::load_to_convert(&args.rules, &args.lists.lists);
    report(&loaded, Severity::Error, color)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let mut refused: Vec<Diagnostic> = Vec::new();
    let rules = rule::rules(&loaded.documents, &loaded.set, &loaded.context);
    for mut rule in rules.into_iter().flatten() {
        let mut steps = Steps::new(args.format, &loaded, &rule, Look::of(Stream::Out, color));
        steps.start(&mut out)?;
        let mut written = Ok(());
        let applied = chain.apply_watched(&mut rule, &mut |step, before, after, applied| {
            if written.is_ok() {
                // a refused rule is left in the middle of the step
                let changes = match applied {
                    Ok(_) => described(before, after),
                    Err(_) => Vec::new(),
                };
                written = steps.step(step, applied, &changes, &mut out);
            }
        });
        written?;
        if let Err(unsupported) = applied {
            refused.push(unsupported.into());
        }
        steps.end(&mut out)?;
    }
    out.flush()?;
    let mut err = io::stderr().lock();
    let mut printer = Printer::new(&loaded.sources, DiagnosticFormat::Pretty, err_look);
    for diagnostic in &refused {
        printer.print(diagnostic, &mut err)?;
    }
    Ok(if !loaded.unreadable.is_empty() {
        Outcome::Broken
    } else if refused.is_empty() && loaded.worst() != Some(Severity::Error) {
        Outcome::Clean
    } else {
        Outcome::Failed
    })
}

/// The pipelines of the target, if one is given, around those asked for.
fn chain(args: &PipelineExplainArgs, pipelines: Pipelines) -> Result<Chain, String> {
    let allowed = processing::allowed(&args.pipelines);
    let Some(target) = &args.target else {
        return Ok(Chain::of(pipelines.read, allowed));
    };
    let dialect = dialects::find(target).ok_or_else(|| {
        let names = dialects::DIALECTS.iter().map(|dialect| dialect.name);
        let hint = match suggest::closest(target, names) {
            Some(close) => format!("did you mean `{close}`?"),
            None => "`sigwright convert --list` shows them".to_owned(),
        };
        format!("no target is called `{target}`; {hint}")
    })?;
    let format = dialect.formats.first();
    let format = format.ok_or_else(|| format!("`{target}` has no form"))?;
    Chain::new(dialect, format, pipelines.read, allowed)
}

/// Writes the steps of a rule.
struct Steps<'l> {
    format: StepFormat,
    path: &'l str,
    title: String,
    id: Option<String>,
    look: Look,
    /// Steps whose conditions did not hold.
    skipped: usize,
    /// Steps that changed nothing.
    idle: usize,
}

impl<'l> Steps<'l> {
    fn new(format: StepFormat, loaded: &'l Loaded, rule: &Rule, look: Look) -> Steps<'l> {
        let text = |value: &Option<sigwright_syntax::Spanned<String>>| {
            value.as_ref().map(|value| value.value.clone())
        };
        Steps {
            format,
            path: loaded.path(rule.span.source),
            title: text(&rule.meta.title).unwrap_or_default(),
            id: text(&rule.meta.id),
            look,
            skipped: 0,
            idle: 0,
        }
    }

    fn start(&self, out: &mut dyn Write) -> io::Result<()> {
        match self.format {
            StepFormat::Ndjson => Ok(()),
            StepFormat::Pretty => writeln!(
                out,
                "{}\n  {}",
                self.look.paint(Style::Strong, escape::line(&self.title)),
                self.look.paint(Style::Dim, escape::line(self.path))
            ),
        }
    }

    fn step(
        &mut self,
        step: &Step,
        applied: Applied<'_>,
        changes: &[Change],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let refused = applied.err().map(|unsupported| &unsupported.message);
        if self.format == StepFormat::Ndjson {
            let each = changes.iter().map(|change| {
                json!({"what": change.what, "before": change.before, "after": change.after})
            });
            let mut line = json!({
                "path": self.path,
                "id": self.id,
                "step": step.id,
                "type": step.kind,
                "applied": applied.unwrap_or(true),
                "changes": each.collect::<Vec<_>>(),
            });
            if let (Some(line), Some(message)) = (line.as_object_mut(), refused) {
                line.insert("refused".to_owned(), json!(message));
            }
            return writeln!(out, "{line}");
        }
        match (applied, changes.is_empty()) {
            (Ok(false), _) => self.skipped += 1,
            (Ok(true), true) => self.idle += 1,
            _ => {
                writeln!(
                    out,
                    "\n  {} {}",
                    self.look.paint(Style::Strong, escape::line(&step.id)),
                    self.look.paint(Style::Dim, step.kind)
                )?;
                for change in changes {
                    writeln!(out, "    {}", escape::line(&change.what))?;
                    for (sign, text) in [("-", &change.before), ("+", &change.after)] {
                        if let Some(text) = text {
                            writeln!(out, "      {sign} {}", escape::line(text))?;
                        }
                    }
                }
                if let Some(message) = refused {
                    writeln!(out, "    refused: {}", escape::line(message))?;
                }
            }
        }
        Ok(())
    }

    fn end(&self, out: &mut dyn Write) -> io::Result<()> {
        match self.format {
            StepFormat::Ndjson => Ok(()),
            StepFormat::Pretty => writeln!(
                out,
                "\n  {} {} did not apply, {} changed nothing\n",
                self.skipped,
                if self.skipped == 1 { "step" } else { "steps" },
                self.idle
            ),
        }
    }
}
