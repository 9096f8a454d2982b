//! What is said about a rule's text: one value for every message of every stage.

use crate::fix::Fix;
use crate::span::Span;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// The rule runs, but probably not as meant.
    Warning,
    /// The rule is not evaluated.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A place and what it has to do with the message; the text may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The characters to underline.
    pub span: Span,
    /// Said beside the underline.
    pub text: String,
}

/// One message. The first label is the place the message is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Kebab-case and stable, such as `unknown-modifier`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Lower-case, one idea, user text in backticks.
    pub message: String,
    /// Places, the main one first.
    pub labels: Vec<Label>,
    /// The remedy.
    pub help: Option<String>,
    /// The remedy as changes to the text, the best one first.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// An error at `span`.
    pub fn error(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, span, message)
    }

    /// A warning at `span`.
    pub fn warning(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, span, message)
    }

    /// A note at `span`.
    pub fn note(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, span, message)
    }

    fn new(severity: Severity, code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            severity,
            message: message.into(),
            labels: vec![Label {
                span,
                text: String::new(),
            }],
            help: None,
            fixes: Vec::new(),
        }
    }

    /// Says why beside the main underline.
    pub fn because(mut self, text: impl Into<String>) -> Self {
        if let Some(label) = self.labels.first_mut() {
            label.text = text.into();
        }
        self
    }

    /// Points at a second place.
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Adds the remedy.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Adds the remedy as a change to the text.
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }

    /// The main place.
    pub fn span(&self) -> Option<Span> {
        self.labels.first().map(|l| l.span)
    }
}

/// Messages, in the order they were found.
pub type Diagnostics = Vec<Diagnostic>;

/// Collects messages up to a limit; what exceeds it is counted.
#[derive(Debug)]
pub(crate) struct Sink {
    list: Diagnostics,
    limit: usize,
    errors: usize,
    dropped: usize,
}

impl Sink {
    /// Keeps up to `limit` messages.
    pub(crate) fn new(limit: usize) -> Self {
        Sink {
            list: Vec::new(),
            limit,
            errors: 0,
            dropped: 0,
        }
    }

    /// Takes a message in.
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        if diagnostic.severity == Severity::Error {
            self.errors += 1;
        }
        if self.list.len() < self.limit {
            self.list.push(diagnostic);
        } else {
            self.dropped += 1;
        }
    }

    /// How many errors were reported so far, kept or not.
    pub(crate) fn errors(&self) -> usize {
        self.errors
    }

    /// All messages in the order of their places; `end` is where the count of those left out
    /// is shown.
    pub(crate) fn finish(mut self, end: Span) -> Diagnostics {
        self.list.sort_by_key(|d| d.span());
        if self.dropped > 0 {
            let severity = if self.errors > 0 {
                Severity::Error
            } else {
                Severity::Warning
            };
            self.list.push(Diagnostic::new(
                severity,
                "too-many-messages",
                end,
                format!("{} more messages are not shown", self.dropped),
            ));
        }
        self.list
    }
}
