//! Diagnostics as workflow commands, which GitHub shows beside the lines of a pull request.
//!
//! Source: docs.github.com, "Workflow commands for GitHub Actions", setting a notice, warning or
//! error message.

use super::place::Places;
use sigwright_syntax::{Diagnostic, Severity};
use std::io::{self, Write};

/// Writes one annotation.
pub fn annotation(
    places: &mut Places<'_>,
    diagnostic: &Diagnostic,
    out: &mut dyn Write,
) -> io::Result<()> {
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    write!(out, "::{command} ")?;
    if let Some(span) = diagnostic.span() {
        let ((line, column), (end_line, end_column)) = (places.start(span), places.end(span));
        write!(
            out,
            "file={},line={line},endLine={end_line},",
            property(places.name(span.source))
        )?;
        // columns are only understood within one line; GitHub counts the last one in
        if line == end_line {
            let last = end_column.saturating_sub(1).max(column);
            write!(out, "col={column},endColumn={last},")?;
        }
    }
    write!(
        out,
        "title={}::{}",
        diagnostic.code,
        data(&diagnostic.message)
    )?;
    if let Some(help) = &diagnostic.help {
        write!(out, "%0A{}", data(help))?;
    }
    out.write_all(b"\n")
}

fn data(text: &str) -> String {
    let text = text.replace('%', "%25");
    text.replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
