//! Colours: a few named styles, nothing where they are off.

use crate::settings::Look;
use sigwright_syntax::Severity;
use sigwright_syntax::ast::Level;
use std::fmt::Display;

/// What a piece of text is, not how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// What matters most.
    Strong,
    /// What matters least.
    Dim,
    /// Something that is fine.
    Good,
    /// Something that is not.
    Bad,
    /// Between the two.
    Doubtful,
    /// A level, as rules state it.
    Level(Option<Level>),
    /// A severity.
    Severity(Severity),
}

impl Style {
    /// The parameters of the SGR sequence.
    fn code(self) -> &'static str {
        match self {
            Style::Strong => "1",
            Style::Dim => "2",
            Style::Good => "32",
            Style::Bad | Style::Severity(Severity::Error) => "31",
            Style::Doubtful | Style::Severity(Severity::Warning) => "33",
            Style::Severity(Severity::Note) => "36",
            Style::Level(Some(Level::Critical)) => "1;97;41",
            Style::Level(Some(Level::High)) => "1;31",
            Style::Level(Some(Level::Medium)) => "1;33",
            Style::Level(Some(Level::Low)) => "1;36",
            Style::Level(Some(Level::Informational) | None) => "1;34",
        }
    }
}

impl Look {
    /// The text in a style; the text must be safe already.
    pub fn paint(self, style: Style, text: impl Display) -> String {
        if self.color {
            format!("\x1b[{}m{text}\x1b[0m", style.code())
        } else {
            text.to_string()
        }
    }

    /// `unicode`, or `ascii` where the locale asks for it.
    pub fn glyph(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.unicode { unicode } else { ascii }
    }
}
