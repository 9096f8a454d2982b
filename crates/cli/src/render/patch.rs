//! What changes in a file, as a unified diff.

use super::escape;
use super::paint::Style;
use crate::settings::Look;
use sigwright_edit::unified;
use std::io::{self, Write};

/// Writes the diff between two states of the file `name`.
pub fn write(name: &str, old: &str, new: &str, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let diff = unified(name, old, new);
    if !look.color {
        // a patch must keep every byte
        return out.write_all(diff.as_bytes());
    }
    for (nth, line) in diff.split_inclusive('\n').enumerate() {
        let text = line.strip_suffix('\n').unwrap_or(line);
        let style = match text.chars().next() {
            _ if nth < 2 => Some(Style::Strong),
            Some('@') => Some(Style::Dim),
            Some('-') => Some(Style::Bad),
            Some('+') => Some(Style::Good),
            _ => None,
        };
        let text = escape::line(text);
        match style {
            Some(style) => writeln!(out, "{}", look.paint(style, text))?,
            None => writeln!(out, "{text}")?,
        }
    }
    Ok(())
}
