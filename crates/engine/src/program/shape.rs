//! What a pattern's shape allows: tables, a literal to look for first, or neither.

use crate::fold::fold;
use sigwright_ir::pred::{Anchor, Number, Part, StrOp};
use sigwright_syntax::pattern::DASHES;

/// A pattern with dashes is spelled out in up to this many texts; with more it is asked
/// behind its longest literal.
const MOST_SPELLINGS: usize = 25;

/// A literal shorter than this does not stand in for a pattern.
const SHORTEST: usize = 2;

/// The texts a pattern stands for, folded where case does not count; `None` where it has
/// wildcards, or too many dashes.
pub(super) fn texts(op: &StrOp) -> Option<Vec<String>> {
    let mut texts = vec![String::new()];
    for part in op.pattern.parts() {
        match part {
            Part::Text(text) => {
                let text = if op.cased {
                    text.as_str().into()
                } else {
                    fold(text)
                };
                for spelling in &mut texts {
                    spelling.push_str(&text);
                }
            }
            Part::Dash(_) if texts.len() * DASHES.len() <= MOST_SPELLINGS => {
                texts = texts
                    .iter()
                    .flat_map(|spelling| DASHES.map(|dash| format!("{spelling}{dash}")))
                    .collect();
            }
            _ => return None,
        }
    }
    Some(texts)
}

/// True for a pattern of nothing but `*`.
pub(super) fn matches_any_text(op: &StrOp) -> bool {
    op.pattern.parts().iter().all(|part| *part == Part::Many)
        && (op.anchor != Anchor::Whole || !op.pattern.is_empty())
}

/// The longest literal run of a pattern, folded where case does not count.
pub(super) fn longest_literal(op: &StrOp) -> Option<String> {
    op.pattern
        .parts()
        .iter()
        .filter_map(|part| match part {
            Part::Text(text) if op.cased => Some(text.clone()),
            Part::Text(text) => Some(fold(text).into_owned()),
            _ => None,
        })
        .max_by_key(String::len)
        .filter(|text| text.len() >= SHORTEST)
}

/// How often a literal of this many bytes is to be expected in a value: a guess that ranks
/// long before short.
pub(super) fn odds(len: usize) -> f64 {
    let len = u32::try_from(len).unwrap_or(u32::MAX).max(1);
    1.0 / f64::from(len).powf(1.5)
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
