//! A text as lines.

use std::ops::Range;

/// Where each line of a text stands.
#[derive(Debug)]
pub(crate) struct Lines<'a> {
    text: &'a str,
    /// Where each line begins.
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// The lines of `text`, each up to its `\n`; one at least.
    pub(crate) fn of(text: &'a str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let mut starts = vec![0];
        starts.extend(breaks.map(|(at, _)| at + 1));
        if starts.len() > 1 && starts.last() == Some(&text.len()) {
            starts.pop();
        }
        Lines { text, starts }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.starts.len()
    }

    /// The number of the line that holds a byte.
    pub(crate) fn at(&self, offset: usize) -> usize {
        self.starts
            .partition_point(|start| *start <= offset)
            .saturating_sub(1)
    }

    /// Where a line stands, with its break.
    pub(crate) fn whole(&self, line: usize) -> Range<usize> {
        let start = self.starts.get(line).copied().unwrap_or(self.text.len());
        let next = self.starts.get(line + 1).copied();
        start..next.unwrap_or(self.text.len())
    }

    /// Where a line stands, without its break.
    pub(crate) fn range(&self, line: usize) -> Range<usize> {
        let whole = self.whole(line);
        let text = self.text.get(whole.clone()).unwrap_or_default();
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        whole.start..whole.start + text.len()
    }

    /// The text of a line, without its break.
    pub(crate) fn text(&self, line: usize) -> &'a str {
        self.text.get(self.range(line)).unwrap_or_default()
    }

    /// How many spaces a line begins with.
    pub(crate) fn indent(&self, line: usize) -> usize {
        self.text(line).bytes().take_while(|b| *b == b' ').count()
    }

    /// Whether a line holds blanks only.
    pub(crate) fn blank(&self, line: usize) -> bool {
        self.text(line).trim_matches([' ', '\t']).is_empty()
    }

    /// How far from the start of its line a byte stands.
    pub(crate) fn column(&self, offset: usize) -> usize {
        offset.saturating_sub(self.whole(self.at(offset)).start)
    }

    /// Whether only spaces stand before a byte on its line.
    pub(crate) fn leads(&self, offset: usize) -> bool {
        self.column(offset) == self.indent(self.at(offset))
    }
}
