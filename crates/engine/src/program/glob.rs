//! Patterns asked one by one: pieces between `*`s, each looked for behind the last.
//!
//! A piece is found by its longest literal, then what stands around it is compared: no
//! backtracking over `*`, and the cost grows with the length of the value.

use crate::fold::fold;
use memchr::memmem::Finder;
use sigwright_ir::pred::{Anchor, Part, Pattern};
use sigwright_syntax::pattern::DASHES;

/// A pattern ready to be asked; where case does not count, of folded text.
#[derive(Debug)]
pub(crate) struct Glob {
    pieces: Vec<Piece>,
    /// Anything may stand before the first piece.
    open_start: bool,
    /// Anything may stand behind the last.
    open_end: bool,
}

/// What stands between two `*`s.
#[derive(Debug)]
struct Piece {
    steps: Vec<Step>,
    /// The place of its longest literal, and the search for it.
    longest: Option<(usize, Finder<'static>)>,
}

#[derive(Debug)]
enum Step {
    Text(String),
    /// So many characters.
    Any(usize),
    /// One of the dashes of `windash`.
    Dash,
}

impl Glob {
    pub(crate) fn new(anchor: Anchor, pattern: &Pattern, cased: bool) -> Self {
        let mut pieces = vec![Vec::new()];
        for part in pattern.parts() {
            let step = match part {
                Part::Text(text) if cased => Step::Text(text.clone()),
                Part::Text(text) => Step::Text(fold(text).into_owned()),
                Part::One => Step::Any(1),
                Part::Dash(_) => Step::Dash,
                Part::Placeholder(name) => Step::Text(name.clone()),
                Part::Many => {
                    pieces.push(Vec::new());
                    continue;
                }
            };
            let Some(piece) = pieces.last_mut() else {
                continue;
            };
            match (piece.last_mut(), step) {
                (Some(Step::Any(many)), Step::Any(more)) => *many += more,
                (_, step) => piece.push(step),
            }
        }
        Glob {
            pieces: pieces.into_iter().map(Piece::new).collect(),
            open_start: matches!(anchor, Anchor::Contains | Anchor::End),
            open_end: matches!(anchor, Anchor::Contains | Anchor::Start),
        }
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        let mut rest = text;
        let mut pieces = self.pieces.as_slice();
        if !self.open_start
            && let [first, others @ ..] = pieces
        {
            let Some(behind) = follow(&first.steps, rest) else {
                return false;
            };
            if others.is_empty() {
                return self.open_end || behind.is_empty();
            }
            (rest, pieces) = (behind, others);
        }
        let last = match pieces {
            [others @ .., last] if !self.open_end => {
                pieces = others;
                Some(last)
            }
            _ => None,
        };
        for piece in pieces {
            let Some(behind) = piece.find(rest) else {
                return false;
            };
            rest = behind;
        }
        last.is_none_or(|last| precede(&last.steps, rest))
    }
}

impl Piece {
    fn new(steps: Vec<Step>) -> Self {
        let longest = steps
            .iter()
            .enumerate()
            .filter_map(|(place, step)| match step {
                Step::Text(text) => Some((place, text)),
                _ => None,
            })
            .max_by_key(|(_, text)| text.len())
            .map(|(place, text)| (place, Finder::new(text.as_bytes()).into_owned()));
        Piece { steps, longest }
    }

    /// The text behind the first place the piece is found at.
    fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        let Some((place, finder)) = &self.longest else {
            if let [] | [Step::Any(_)] = self.steps.as_slice() {
                return follow(&self.steps, text);
            }
            return text
                .char_indices()
                .find_map(|(at, _)| follow(&self.steps, text.get(at..)?));
        };
        let (before, behind) = self.steps.split_at_checked(*place)?;
        let behind = behind.get(1..)?;
        let mut from = 0;
        while let Some(at) = finder.find(text.as_bytes().get(from..)?) {
            let at = from + at;
            if precede(before, text.get(..at)?)
                && let Some(rest) = follow(behind, text.get(at + finder.needle().len()..)?)
            {
                return Some(rest);
            }
            from = at + 1;
        }
        None
    }
}

/// What is left of a text that begins with these steps.
fn follow<'t>(steps: &[Step], text: &'t str) -> Option<&'t str> {
    let mut rest = text;
    for step in steps {
        rest = match step {
            Step::Text(text) => rest.strip_prefix(text.as_str())?,
            Step::Dash => rest.strip_prefix(DASHES)?,
            Step::Any(many) => {
                let mut chars = rest.chars();
                chars.nth(many.checked_sub(1)?)?;
                chars.as_str()
            }
        };
    }
    Some(rest)
}

/// Whether a text ends with these steps.
fn precede(steps: &[Step], text: &str) -> bool {
    let mut rest = text;
    steps.iter().rev().all(|step| {
        let left = match step {
            Step::Text(text) => rest.strip_suffix(text.as_str()),
            Step::Dash => rest.strip_suffix(DASHES),
            Step::Any(many) => {
                let mut chars = rest.chars();
                many.checked_sub(1)
                    .and_then(|last| chars.nth_back(last))
                    .map(|_| chars.as_str())
            }
        };
        rest = left.unwrap_or_default();
        left.is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glob(anchor: Anchor, text: &str, value: &str) -> bool {
        Glob::new(anchor, &Pattern::parse(text), true).is_match(value)
    }

    #[test]
    fn pieces_do_not_overlap() {
        assert!(glob(Anchor::Whole, "ab*ba", "abba"));
        assert!(!glob(Anchor::Whole, "ab*ba", "aba"));
        assert!(glob(Anchor::Contains, "a*b*c", "xaxbxcx"));
        assert!(!glob(Anchor::Contains, "a*b*c", "xaxcxbx"));
        assert!(glob(Anchor::Start, "C:\\Win*\\x", "C:\\Windows\\xyz"));
        assert!(!glob(Anchor::Start, "C:\\Win*\\x", "junk C:\\Windows\\x"));
        assert!(glob(Anchor::End, "a*\\x.exe", "bab\n\\x.exe"));
    }

    #[test]
    fn one_character_is_one_scalar_and_may_be_a_newline() {
        assert!(glob(Anchor::Whole, "a?c", "a\nc"));
        assert!(glob(Anchor::Whole, "a?c", "aäc"));
        assert!(!glob(Anchor::Whole, "a?c", "ac"));
        assert!(glob(Anchor::Contains, "?b*d", "abcd"));
        assert!(!glob(Anchor::Contains, "?b*d", "bcd"));
        assert!(glob(Anchor::Whole, "?*?", "ab"));
        assert!(!glob(Anchor::Whole, "?*?", "a"));
    }

    #[test]
    fn many_wildcards_cost_no_more_than_few() {
        let value = "a".repeat(200_000);
        let pattern = format!("{}b", "*?".repeat(10_000));
        assert!(!glob(Anchor::Whole, &pattern, &value));
        let pattern = format!("{}b", "*a".repeat(10_000));
        assert!(!glob(Anchor::Whole, &pattern, &value));
    }
}
