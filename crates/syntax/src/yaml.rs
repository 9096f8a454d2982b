//! YAML text to nodes with spans; the only file that knows the YAML crate.

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
        /// Where.
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
    /// `'…'`
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
}
