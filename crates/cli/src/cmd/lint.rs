//! `sigwright lint`.

use super::complain;
use crate::args::{ColorWhen, DiagnosticFormat, LintArgs, LintFailOn};
use crate::load::{self, Loaded};
use crate::render::diagnostic::Printer;
use crate::settings::{Look, Outcome, Stream};
use sigwright_syntax::Severity;
use std::io::{self, BufWriter, Write};

/// Reads and compiles the rules, prints what is wrong with them.
pub fn run(args: &LintArgs, color: ColorWhen) -> io::Result<Outcome> {
    let loaded = load::load(&args.rules, &args.lists.lists);
    let mut out = BufWriter::new(io::stdout().lock());
    let look = Look::of(Stream::Out, color);
    let mut printer = Printer::new(&loaded.sources, args.format, look);
    for diagnostic in &loaded.diagnostics {
        printer.print(diagnostic, &mut out)?;
    }
    out.flush()?;
    let err_look = Look::of(Stream::Err, color);
    let mut err = io::stderr().lock();
    for (path, reason) in &loaded.unreadable {
        complain(&mut err, err_look, &format!("{}: {reason}", path.display()))?;
    }
    if args.format == DiagnosticFormat::Pretty {
        writeln!(err, "{}", told(&loaded))?;
    }
    Ok(outcome(&loaded, args.fail_on))
}

fn told(loaded: &Loaded) -> String {
    let counted = |count: usize, noun: &str| {
        let end = if count == 1 { "" } else { "s" };
        format!("{count} {noun}{end}")
    };
    format!(
        "{} in {}: {}, {}, {}",
        counted(
            loaded.set.rules.len()
                + loaded.set.correlations.len()
                + loaded.set.filters
                + loaded.faulty,
            "document"
        ),
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
