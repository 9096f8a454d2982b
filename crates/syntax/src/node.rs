//! Nodes: what a YAML document holds, with places, scalars not yet typed.

use crate::scalar;
use crate::span::{Span, Spanned};

/// A YAML value, aliases resolved, scalars not yet typed.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A scalar: its text as YAML reads it, and how it was quoted.
    Scalar {
        /// The text after YAML's own unescaping and folding.
        text: String,
        /// How it was written.
        style: Style,
        /// Where, quotes included.
        span: Span,
    },
    /// A sequence.
    Sequence(Vec<Node>, Span),
    /// A mapping in the order written; duplicate keys are kept, and reported by the reader.
    Mapping(Vec<(Spanned<String>, Node)>, Span),
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// Without quotes: may be a number, a truth value or null.
    Plain,
    /// `'…'`, and anything tagged `!!str`
    Single,
    /// `"…"`
    Double,
    /// `|` or `>`
    Block,
}

impl Node {
    /// Where it is written.
    pub fn span(&self) -> Span {
        match self {
            Node::Scalar { span, .. } | Node::Sequence(_, span) | Node::Mapping(_, span) => *span,
        }
    }

    /// The value of a key of a mapping: the first one of that name.
    pub fn get(&self, name: &str) -> Option<(&Spanned<String>, &Node)> {
        match self {
            Node::Mapping(entries, _) => entries
                .iter()
                .find(|(key, _)| key.value == name)
                .map(|(key, node)| (key, node)),
            _ => None,
        }
    }

    /// True for `null`, `~` and a value left out.
    pub fn is_null(&self) -> bool {
        match self {
            Node::Scalar { text, style, .. } => scalar::is_null(text, *style),
            _ => false,
        }
    }

    /// What it is, for messages: `a list`, `a number`, …
    pub fn kind(&self) -> &'static str {
        match self {
            Node::Scalar { text, style, .. } => scalar::kind(&scalar::resolve(text, *style)),
            Node::Sequence(..) => "a list",
            Node::Mapping(..) => "a map",
        }
    }
}

/// One document of a YAML stream.
#[derive(Debug, Clone, PartialEq)]
pub struct YamlDocument {
    /// What it holds; None where it could not be read.
    pub root: Option<Node>,
    /// All of it.
    pub span: Span,
    /// True where an error was reported while it was read.
    pub faulty: bool,
}
