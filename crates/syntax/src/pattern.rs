//! Sigma strings: runs of literal text, wildcards, and classes of dashes.
//!
//! Source: rules specification, sections "String Wildcard" and "Escape Character".

/// One piece of a [`Pattern`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// Literal text, never empty.
    Text(String),
    /// `?`: exactly one character.
    One,
    /// `*`: any run of characters, also none.
    Many,
    /// One character out of the five dashes of `windash`; holds the one the rule wrote.
    Dash(char),
    /// `%name%` of an `expand` item, not yet replaced.
    Placeholder(String),
}

/// A Sigma string, parsed. Neighbouring literals are joined, neighbouring `*` too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pattern {
    parts: Vec<Part>,
}

/// The characters `windash` treats as one: hyphen, slash, en dash, em dash, horizontal bar.
pub const DASHES: [char; 5] = ['-', '/', '–', '—', '―'];

impl Pattern {
    /// Reads a Sigma string: `*` and `?` are wildcards; a backslash escapes `*`, `?` and
    /// itself, and is plain before anything else.
    pub fn parse(text: &str) -> Pattern {
        let mut pattern = Pattern::default();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '*' => pattern.push(Part::Many),
                '?' => pattern.push(Part::One),
                '\\' => match chars.peek() {
                    Some(&next @ ('*' | '?' | '\\')) => {
                        chars.next();
                        pattern.push_char(next);
                    }
                    _ => pattern.push_char('\\'),
                },
                c => pattern.push_char(c),
            }
        }
        pattern
    }

    /// Text without wildcards.
    pub fn literal(text: impl Into<String>) -> Pattern {
        Pattern::from_parts([Part::Text(text.into())])
    }

    /// Joins parts, keeping the invariants.
    pub fn from_parts(parts: impl IntoIterator<Item = Part>) -> Pattern {
        let mut pattern = Pattern::default();
        for part in parts {
            pattern.push(part);
        }
        pattern
    }

    /// The parts in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Appends a part, joining it to the last where the two are alike.
    pub fn push(&mut self, part: Part) {
        match (self.parts.last_mut(), part) {
            (_, Part::Text(text)) if text.is_empty() => {}
            (Some(Part::Text(last)), Part::Text(text)) => last.push_str(&text),
            (Some(Part::Many), Part::Many) => {}
            (_, part) => self.parts.push(part),
        }
    }

    fn push_char(&mut self, c: char) {
        if let Some(Part::Text(last)) = self.parts.last_mut() {
            last.push(c);
        } else {
            self.parts.push(Part::Text(c.to_string()));
        }
    }

    /// The text, where there are only literals; empty text for an empty pattern.
    pub fn as_literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// True where it has no parts at all.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}
