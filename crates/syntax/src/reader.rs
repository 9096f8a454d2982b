//! What every part of the reader shares: the text, the limits and the messages.

use crate::diagnostic::{Diagnostic, Severity, Sink};
use crate::limits::Limits;
use crate::scalar::Place;
use crate::source::SourceId;
use crate::span::{Span, Spanned};
use crate::suggest;
use crate::yaml::Node;

/// Reads one file.
pub(crate) struct Reader<'a> {
    /// The whole file.
    pub text: &'a str,
    /// Which file it is.
    pub source: SourceId,
    /// What it may cost.
    pub limits: &'a Limits,
    /// Where messages go.
    pub sink: Sink,
    /// How many wrong names may still be compared with known ones.
    pub hints: usize,
    /// True where `[any]` and its siblings select elements (`sigma-version: 3`).
    pub arrays: bool,
}

/// A map's entries.
pub(crate) type Entries = Vec<(Spanned<String>, Node)>;

impl Reader<'_> {
    /// The end of the file.
    pub fn end(&self) -> Span {
        let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        Span::new(self.source, end, end)
    }

    /// `did you mean …?`, as long as there were few wrong names.
    pub fn hint<'n>(
        &mut self,
        wrong: &str,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Option<String> {
        self.closest(wrong, names)
            .map(|name| format!("did you mean `{name}`?"))
    }

    /// The known name most like a wrong one, as long as there were few wrong names.
    pub fn closest<'n>(
        &mut self,
        wrong: &str,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Option<&'n str> {
        self.hints = self.hints.checked_sub(1)?;
        suggest::closest(wrong, names)
    }

    /// Takes a message in.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.sink.report(diagnostic);
    }

    /// The characters of the file at `span`.
    pub fn raw(&self, span: Span) -> &str {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }

    /// Where the parts of a scalar's value stand.
    pub fn place(&self, text: &str, span: Span) -> Place {
        Place::new(text, self.raw(span), span)
    }

    /// Reports that `node`, the value of `name`, is not `wanted`.
    pub fn wrong_type(&mut self, severity: Severity, name: &str, wanted: &str, node: &Node) {
        let mut diagnostic = Diagnostic::error(
            "wrong-type",
            node.span(),
            format!("`{name}` must be {wanted}, not {}", node.kind()),
        );
        diagnostic.severity = severity;
        self.report(diagnostic);
    }

    /// The text of an attribute that decides what matches: anything but text is an error,
    /// a number or truth value is read as it is written.
    pub fn text(&mut self, name: &str, node: Node) -> Option<Spanned<String>> {
        if node.is_null() {
            self.wrong_type(Severity::Error, name, "text", &node);
            return None;
        }
        match node {
            Node::Scalar { text, span, .. } => Some(Spanned::new(text, span)),
            other => {
                self.wrong_type(Severity::Error, name, "text", &other);
                None
            }
        }
    }

    /// The text of an attribute that only describes: what is wrong is a warning.
    pub fn prose(&mut self, name: &str, node: Node) -> Option<Spanned<String>> {
        let typed = node.kind();
        match node {
            Node::Scalar { text, style, span } => {
                if typed != "text" {
                    let node = Node::Scalar { text, style, span };
                    self.wrong_type(Severity::Warning, name, "text", &node);
                    return match node {
                        Node::Scalar { text, .. } if typed != "null" => {
                            Some(Spanned::new(text, span))
                        }
                        _ => None,
                    };
                }
                Some(Spanned::new(text, span))
            }
            other => {
                self.wrong_type(Severity::Warning, name, "text", &other);
                None
            }
        }
    }

    /// A list of texts that only describe. A single text counts as a list of one.
    pub fn prose_list(&mut self, name: &str, node: Node) -> Vec<Spanned<String>> {
        match node {
            Node::Sequence(items, _) => items
                .into_iter()
                .filter_map(|item| match item {
                    // Numbers and the like are common here and harmless.
                    Node::Scalar { text, style, span } if !crate::scalar::is_null(&text, style) => {
                        Some(Spanned::new(text, span))
                    }
                    other => {
                        self.wrong_type(Severity::Warning, &format!("{name}[]"), "text", &other);
                        None
                    }
                })
                .collect(),
            node if node.is_null() => Vec::new(),
            node => {
                self.wrong_type(Severity::Warning, name, "a list", &node);
                match node {
                    Node::Scalar { text, span, .. } => vec![Spanned::new(text, span)],
                    _ => Vec::new(),
                }
            }
        }
    }

    /// One reference or a list of them; what is wrong is an error.
    pub fn text_list(&mut self, name: &str, node: Node) -> Vec<Spanned<String>> {
        match node {
            Node::Sequence(items, _) => items
                .into_iter()
                .filter_map(|item| self.text(name, item))
                .collect(),
            node => self.text(name, node).into_iter().collect(),
        }
    }

    /// The entries of a map; anything else is an error.
    pub fn map(&mut self, name: &str, node: Node) -> Option<(Entries, Span)> {
        match node {
            Node::Mapping(entries, span) => Some((entries, span)),
            other => {
                self.wrong_type(Severity::Error, name, "a map", &other);
                None
            }
        }
    }

    /// Reports a key that is none of `known`; an error, for here it would change what matches.
    pub fn unknown_key(&mut self, key: &Spanned<String>, of: &str, known: &[&str]) {
        let diagnostic = Diagnostic::error(
            "unknown-key",
            key.span,
            format!("`{of}` has no attribute `{}`", key.value),
        );
        let help = self
            .hint(&key.value, known.iter().copied())
            .unwrap_or_else(|| format!("it has {}", listed(known)));
        self.report(diagnostic.help(help));
    }
}

/// `` `a`, `b` and `c` ``
pub(crate) fn listed(names: &[&str]) -> String {
    let mut text = String::new();
    for (i, name) in names.iter().enumerate() {
        if i > 0 {
            text.push_str(if i + 1 == names.len() { " and " } else { ", " });
        }
        text.push('`');
        text.push_str(name);
        text.push('`');
    }
    text
}
