//! Lines and columns of spans.

use sigwright_syntax::{SourceId, Sources, Span};
use std::collections::HashMap;

/// Turns spans into lines and columns, both counted from 1, columns in characters.
#[derive(Debug)]
pub struct Places<'a> {
    sources: &'a Sources,
    /// Where the lines of a text start.
    lines: HashMap<SourceId, Vec<u32>>,
}

impl<'a> Places<'a> {
    /// Places in these texts.
    pub fn new(sources: &'a Sources) -> Self {
        Places {
            sources,
            lines: HashMap::new(),
        }
    }

    /// What a text is called, usually its path.
    pub fn name(&self, id: SourceId) -> &'a str {
        self.sources.get(id).map_or("", |s| s.name.as_str())
    }

    /// Line and column of a span's first character.
    pub fn start(&mut self, span: Span) -> (usize, usize) {
        self.at(span.source, span.start)
    }

    /// Line and column behind a span's last character.
    pub fn end(&mut self, span: Span) -> (usize, usize) {
        self.at(span.source, span.end)
    }

    fn at(&mut self, source: SourceId, offset: u32) -> (usize, usize) {
        let Some(text) = self.sources.get(source).map(|source| &source.text) else {
            return (1, 1);
        };
        let starts = self.lines.entry(source).or_insert_with(|| {
            let ends = text.bytes().zip(1u32..).filter(|(b, _)| *b == b'\n');
            std::iter::once(0)
                .chain(ends.map(|(_, next)| next))
                .collect()
        });
        let line = starts.partition_point(|start| *start <= offset).max(1);
        let start = starts.get(line - 1).copied().unwrap_or(0);
        let before = text.get(start as usize..offset as usize);
        (line, before.map_or(0, |b| b.chars().count()) + 1)
    }
}
