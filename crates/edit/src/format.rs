//! House style: the order of keys, quotes and indentation that SigmaHQ's rules have.
//!
//! A convention is applied where nine of ten public rules keep it; where they differ, the
//! author's choice stays. Comments stay at what they comment, and what a file means never
//! changes: that is checked before the text is given back.

mod layout;
mod order;
mod quotes;

use crate::same::same_data;
use sigwright_syntax::yaml::{Page, written};
use sigwright_syntax::{Diagnostic, Limits, SourceId};

/// Why a file is not formatted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It is no valid YAML.
    NotYaml(Vec<Diagnostic>),
    /// Formatting would have changed what it says; this is a fault of ours.
    WouldChange,
}

/// The text in house style; equal to `text` where it is in it already.
///
/// # Errors
/// Where the text is no valid YAML, or formatting would change what it says.
pub fn format(text: &str, source: SourceId) -> Result<String, Refusal> {
    let (mark, rest) = match text.strip_prefix('\u{feff}') {
        Some(rest) => ("\u{feff}", rest),
        None => ("", text),
    };
    let ends = LineEnds::of(rest);
    let mut new = LineEnds::plain(rest);
    let page = |text: &str| written(text, source, &Limits::default());
    let passes: [fn(&str, &Page) -> String; 3] = [order::order, layout::layout, quotes::quotes];
    for pass in passes {
        let Some(page) = page(&new) else {
            return Err(refusal(text, source));
        };
        new = pass(&new, &page);
    }
    let new = format!("{mark}{}", ends.write(&new));
    if new == text {
        return Ok(new);
    }
    match same_data(text, &new) {
        Some(true) => Ok(new),
        Some(false) => Err(Refusal::WouldChange),
        None => Err(refusal(text, source)),
    }
}

fn refusal(text: &str, source: SourceId) -> Refusal {
    let said = crate::same::syntax_errors(text, source);
    match said.is_empty() {
        true => Refusal::WouldChange,
        false => Refusal::NotYaml(said),
    }
}

/// How the lines of a file end: as most of them do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineEnds {
    Unix,
    Windows,
}

impl LineEnds {
    fn of(text: &str) -> Self {
        let windows = text.matches("\r\n").count();
        let all = text.matches('\n').count();
        match windows > all - windows {
            true => LineEnds::Windows,
            false => LineEnds::Unix,
        }
    }

    fn plain(text: &str) -> String {
        text.replace("\r\n", "\n").replace('\r', "\n")
    }

    fn write(self, text: &str) -> String {
        match self {
            LineEnds::Unix => text.to_owned(),
            LineEnds::Windows => text.replace('\n', "\r\n"),
        }
    }
}
