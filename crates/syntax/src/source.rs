//! The texts that rules are read from; line and column exist only here, for rendering.

use crate::span::Span;

/// Names one text in [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct SourceId(pub u32);

/// One text and the name it is shown under, usually a path.
#[derive(Debug, Clone)]
pub struct Source {
    /// Shown in messages.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// All texts of one run.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    list: Vec<Source>,
}

impl Sources {
    /// No texts yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text and gives its id.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        let id = SourceId(u32::try_from(self.list.len()).unwrap_or(u32::MAX));
        self.list.push(Source {
            name: name.into(),
            text: text.into(),
        });
        id
    }

    /// The text behind an id.
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.list.get(id.0 as usize)
    }

    /// All texts, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.list
            .iter()
            .enumerate()
            .map(|(i, s)| (SourceId(u32::try_from(i).unwrap_or(u32::MAX)), s))
    }

    /// The characters a span covers; empty where it lies outside its text.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.source)
            .and_then(|s| s.text.get(span.start as usize..span.end as usize))
            .unwrap_or("")
    }

    /// Line and column of a span's start, both counted from 1, columns in characters. A
    /// byte-order mark has no column: editors do not show it.
    pub fn position(&self, span: Span) -> (usize, usize) {
        let Some(before) = self
            .get(span.source)
            .and_then(|s| s.text.get(..span.start as usize))
        else {
            return (1, 1);
        };
        let before = before.strip_prefix('\u{feff}').unwrap_or(before);
        let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        (line, column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_characters_and_a_byte_order_mark_is_none() {
        let mut sources = Sources::new();
        let id = sources.add("rule.yml", "\u{feff}tïtle: x\nid: y");
        let position = |start: u32| sources.position(Span::new(id, start, start));
        assert_eq!(position(0), (1, 1));
        assert_eq!(position(3), (1, 1), "`t`, behind the mark's three bytes");
        assert_eq!(position(11), (1, 8), "`x`, behind a letter of two bytes");
        assert_eq!(position(13), (2, 1));
    }
}
