//! Texts asked one by one: patterns with wildcards, and regular expressions.

use super::glob::Glob;
use super::regexes::LazyRegex;
use sigwright_ir::pred::{Anchor, Pattern};
use std::sync::Arc;

/// A question about one text, asked in linear time.
#[derive(Debug)]
pub(super) enum TextMatcher {
    /// A pattern with wildcards.
    Pattern(Glob),
    /// A regular expression of a rule.
    Regex(Arc<LazyRegex>),
}

/// The effort of a regular expression was exhausted: the answer is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exhausted;

impl TextMatcher {
    /// A pattern; where case does not count, it must be asked of folded text.
    pub(super) fn pattern(anchor: Anchor, pattern: &Pattern, cased: bool) -> Self {
        TextMatcher::Pattern(Glob::new(anchor, pattern, cased))
    }

    /// Whether a text answers; `Err` where a limit on backtracking was hit. A pattern is asked
    /// of `scanned`, folded or as spelled, a regular expression of both: `scanned` folded.
    pub(super) fn is_match(&self, scanned: &str, spelled: &str) -> Result<bool, Exhausted> {
        match self {
            TextMatcher::Pattern(glob) => Ok(glob.is_match(scanned)),
            TextMatcher::Regex(regex) => regex.is_match(scanned, spelled),
        }
    }
}
