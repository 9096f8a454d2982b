//! What a pattern's shape allows: tables, a literal to look for first, or neither.

use crate::fold::fold;
use sigwright_ir::pred::{Anchor, Number, Part, Pattern};
use sigwright_syntax::pattern::DASHES;

/// A pattern with dashes is spelled out in up to this many texts; with more it is asked
/// behind its longest literal.
const MOST_SPELLINGS: usize = 25;

/// A literal shorter than this does not stand in for a pattern.
const SHORTEST: usize = 2;

/// How many texts a pattern stands for and about how long they are, in bytes; `None` where it
/// has wildcards, or too many dashes.
pub(super) fn spellings(pattern: &Pattern) -> Option<(u32, usize)> {
    let (mut number, mut len) = (1, 0);
    for part in pattern.parts() {
        match part {
            Part::Text(text) => len += text.len(),
            Part::Dash(_) if number * DASHES.len() <= MOST_SPELLINGS => {
                number *= DASHES.len();
                len += 1;
            }
            _ => return None,
        }
    }
    Some((u32::try_from(number).ok()?, len))
}

/// The texts a pattern stands for, folded where case does not count, if it has
/// [`spellings`].
pub(super) fn texts(pattern: &Pattern, cased: bool) -> Option<Vec<String>> {
    spellings(pattern)?;
    let mut texts = vec![String::new()];
    for part in pattern.parts() {
        match part {
            Part::Text(text) => {
                let text = if cased {
                    text.as_str().into()
                } else {
                    fold(text)
                };
                for spelling in &mut texts {
                    spelling.push_str(&text);
                }
            }
            _ => {
                texts = texts
                    .iter()
                    .flat_map(|spelling| DASHES.map(|dash| format!("{spelling}{dash}")))
                    .collect();
            }
        }
    }
    Some(texts)
}

/// True for a pattern of nothing but `*`.
pub(super) fn matches_any_text(pattern: &Pattern, anchor: Anchor) -> bool {
    pattern.parts().iter().all(|part| *part == Part::Many)
        && (anchor != Anchor::Whole || !pattern.is_empty())
}

/// The longest literal run of a pattern, as the rule spells it.
pub(super) fn longest_literal(pattern: &Pattern) -> Option<&str> {
    pattern
        .parts()
        .iter()
        .filter_map(|part| match part {
            Part::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .max_by_key(|text| text.len())
        .filter(|text| text.len() >= SHORTEST)
}

/// How often a literal of this many bytes is to be expected in a value: a guess that ranks
/// long before short.
pub(super) fn odds(len: usize) -> f64 {
    let len = u32::try_from(len).unwrap_or(u32::MAX).max(1);
    let len = f64::from(len);
    1.0 / (len * len.sqrt())
}

/// A number in one form: a float without fraction is a whole number.
pub(super) fn canonical(number: Number) -> Number {
    match number {
        Number::Float(f) if f.fract() == 0.0 && f.abs() < 9_007_199_254_740_992.0 =>
        {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "whole and below 2^53: exact"
            )]
            Number::Int(f as i128)
        }
        other => other,
    }
}
