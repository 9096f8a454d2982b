//! Replaces parts of a text.

use std::ops::Range;

/// What to write where; empty ranges insert, empty texts remove.
#[derive(Debug, Default)]
pub(crate) struct Splices(Vec<(Range<usize>, String)>);

impl Splices {
    /// Writes `text` instead of what stands in `range`.
    pub(crate) fn replace(&mut self, range: Range<usize>, text: impl Into<String>) {
        self.0.push((range, text.into()));
    }

    /// The text with everything written; of two that overlap the one that begins first, or else
    /// was asked for first, is.
    pub(crate) fn apply(mut self, text: &str) -> String {
        self.0.sort_by_key(|(range, _)| range.start);
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for (range, new) in self.0 {
            if range.start < at || range.end < range.start {
                continue;
            }
            let (Some(kept), true) = (text.get(at..range.start), text.is_char_boundary(range.end))
            else {
                continue;
            };
            out.push_str(kept);
            out.push_str(&new);
            at = range.end;
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }
}
