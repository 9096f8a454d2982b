//! The subcommands.

pub mod attack;
pub mod completions;
pub mod convert;
pub mod eval;
pub mod explain;
pub mod fmt;
pub mod fuzz;
pub mod generate;
pub mod lint;
pub mod man;
pub mod pipeline;
pub mod sample;
pub mod state;
pub mod test;
pub mod verify;

use crate::args::{ColorWhen, DiagnosticFormat};
use crate::load::Loaded;
use crate::render::diagnostic::Printer;
use crate::render::escape;
use crate::render::paint::Style;
use crate::settings::{Look, Stream};
use sigwright_syntax::Severity;
use std::io::{self, Write};

/// Writes to standard error what could not be read and, from `least` on, what was said about
/// the rules.
fn report(loaded: &Loaded, least: Severity, color: ColorWhen) -> io::Result<()> {
    let look = Look::of(Stream::Err, color);
    let mut err = io::stderr().lock();
    for (path, reason) in &loaded.unreadable {
        complain(&mut err, look, &format!("{}: {reason}", path.display()))?;
    }
    let mut printer = Printer::new(&loaded.sources, DiagnosticFormat::Pretty, look);
    for diagnostic in loaded.diagnostics.iter().filter(|d| d.severity >= least) {
        printer.print(diagnostic, &mut err)?;
    }
    Ok(())
}

/// Writes `error: …`.
pub fn complain(out: &mut dyn Write, look: Look, text: &str) -> io::Result<()> {
    writeln!(
        out,
        "{} {}",
        look.paint(Style::Severity(Severity::Error), "error:"),
        escape::line(text)
    )
}

/// Writes `warning: …`.
pub fn warn(out: &mut dyn Write, look: Look, text: &str) -> io::Result<()> {
    writeln!(
        out,
        "{} {}",
        look.paint(Style::Severity(Severity::Warning), "warning:"),
        escape::line(text)
    )
}
