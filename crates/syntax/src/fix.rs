//! Changes to a rule file, as data: what to write where. Applying them is not done here.

use crate::span::Span;

/// Replaces the characters at a place; an empty place is an insertion, empty text a removal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// What is written instead.
    pub text: String,
}

/// Whether a change may be made without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Safety {
    /// The rule matches the same events before and after.
    Safe,
    /// The rule may match other events, or something the author wrote is lost.
    Unsafe,
}

/// One remedy: edits that belong together, all or none of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in the imperative: `remove the second `attack.t1059``.
    pub title: String,
    /// In the order of their places, none overlapping another.
    pub edits: Vec<Edit>,
    /// Whether it may be made without asking.
    pub safety: Safety,
}

impl Fix {
    /// A change that does not alter what the rule matches.
    pub fn safe(title: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self::new(title, edits, Safety::Safe)
    }

    /// A change that may alter what the rule matches.
    pub fn risky(title: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self::new(title, edits, Safety::Unsafe)
    }

    fn new(title: impl Into<String>, mut edits: Vec<Edit>, safety: Safety) -> Self {
        edits.sort_by_key(|edit| (edit.span.source, edit.span.start, edit.span.end));
        Fix {
            title: title.into(),
            edits,
            safety,
        }
    }
}

impl Edit {
    /// Writes `text` instead of what stands at `span`.
    pub fn replace(span: Span, text: impl Into<String>) -> Self {
        Edit {
            span,
            text: text.into(),
        }
    }

    /// Takes out what stands at `span`.
    pub fn remove(span: Span) -> Self {
        Self::replace(span, "")
    }
}
