//! How a predicate is answered: read off what is known of its field anyway, by the scan of
//! the field's values, or by itself when a rule asks.

use super::{Program, shape};
use sigwright_ir::Subject;
use sigwright_ir::pred::{Anchor, Op, Predicate, StrOp};

/// How a predicate is answered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Answered {
    /// True where the name reaches anything.
    ByPresence,
    /// True where a value has a text.
    ByAnyText,
    /// By the scan of its values; this often.
    ByScan(f64),
    /// By itself.
    Alone,
}

impl Answered {
    /// How a predicate is answered in `program`.
    pub(super) fn of(predicate: &Predicate, program: &Program) -> Self {
        let options = &program.options;
        match (predicate.subject, &predicate.op) {
            (Subject::Element, _) => Answered::Alone,
            (_, Op::Str(op)) => string(op, anchor(predicate.subject, op), options.literals),
            (Subject::AnyValue, Op::Num(number)) => {
                Answered::ByScan(shape::odds(number.to_string().len()))
            }
            (Subject::AnyValue, _) => Answered::Alone,
            (Subject::Field(_), op) => match op {
                Op::Bool(_) => Answered::ByScan(0.2),
                Op::Num(_) => Answered::ByScan(0.1),
                Op::Regex(regex) if options.regex_gates && options.literals => {
                    match program.regexes.get(regex).literals() {
                        Some(all) => {
                            Answered::ByScan(all.iter().map(|l| shape::odds(l.len())).sum())
                        }
                        None => Answered::Alone,
                    }
                }
                Op::Exists => Answered::ByPresence,
                _ => Answered::Alone,
            },
        }
    }
}

/// Which part of a value a pattern must cover: a keyword, any part.
pub(super) fn anchor(subject: Subject, op: &StrOp) -> Anchor {
    match (subject, op.anchor) {
        (Subject::AnyValue, Anchor::Whole) => Anchor::Contains,
        (_, anchor) => anchor,
    }
}

fn string(op: &StrOp, anchor: Anchor, literals: bool) -> Answered {
    if literals && let Some((number, len)) = shape::spellings(&op.pattern) {
        return if anchor != Anchor::Whole && len == 0 {
            Answered::ByAnyText
        } else {
            Answered::ByScan(f64::from(number) * shape::odds(len))
        };
    }
    if shape::matches_any_text(&op.pattern, anchor) {
        return Answered::ByAnyText;
    }
    match shape::longest_literal(&op.pattern) {
        Some(literal) if literals => Answered::ByScan(shape::odds(literal.len())),
        _ => Answered::Alone,
    }
}
