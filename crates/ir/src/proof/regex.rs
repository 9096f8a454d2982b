//! What a simple regular expression says about a text, as a pattern.
//!
//! Simple are characters, `.`, `.*`, `.+`, `^` and `$`, with one set of flags. Of all others
//! nothing is said.

use super::texts::{Step, Texts};
use crate::pred::{Anchor, Part, Pattern, Regex, StrOp};
use regex_syntax::ast::{
    AssertionKind, Ast, Flag, FlagsItemKind, RepetitionKind, RepetitionOp, parse::Parser,
};

/// Patterns around the texts a regular expression is found in.
#[derive(Debug, Clone)]
pub(super) struct Around {
    /// Each text it is found in fits.
    pub(super) upper: Texts,
    /// It is found in each text that fits; None where that is not known.
    pub(super) lower: Option<Texts>,
}

/// The string operation that asks the same as a regular expression, where there is one: `^a`
/// starts with `a`. Case counts in it where that makes a difference.
pub fn plain_regex(regex: &Regex) -> Option<StrOp> {
    let texts = around(regex)?.lower?;
    let part = |step: &Step| match step {
        Step::Char(c) => Part::Text(c.to_string()),
        Step::Dash => Part::Dash('-'),
        Step::One => Part::One,
        Step::Many => Part::Many,
    };
    let pattern = Pattern::from_parts(texts.steps().iter().map(part));
    Some(StrOp::new(Anchor::Whole, pattern, texts.cased()))
}

/// A regular expression read as a pattern.
#[derive(Debug, Default)]
struct Reading {
    steps: Vec<Step>,
    /// Tied to the start of the text, and to its end.
    start: bool,
    end: bool,
    ignore_case: bool,
    dot_all: bool,
    multi_line: bool,
    /// Some texts that fit the steps are none it is found in.
    loose: bool,
}

/// The patterns around a regular expression; None where it is not simple.
pub(super) fn around(regex: &Regex) -> Option<Around> {
    let (flags, rest) = match regex.pattern.strip_prefix("(?") {
        Some(rest) => rest.split_once(')')?,
        None => ("", regex.pattern.as_str()),
    };
    // whatever groups, chooses or counts is not simple, and need not be parsed to know
    if !flags.chars().all(|c| "ims".contains(c)) || chooses(rest) {
        return None;
    }
    let ast = Parser::new().parse(&regex.pattern).ok()?;
    let parts = match &ast {
        Ast::Concat(concat) => concat.asts.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut reading = Reading {
        ignore_case: regex.ignore_case,
        dot_all: regex.dot_all,
        multi_line: regex.multi_line,
        ..Reading::default()
    };
    for (place, part) in parts.iter().enumerate() {
        let first = place == 0 || reading.steps.is_empty() && !reading.start;
        reading.part(part, first)?;
    }
    Some(reading.done())
}

/// Whether a sign that is not escaped groups, chooses or counts.
fn chooses(pattern: &str) -> bool {
    let mut escaped = false;
    pattern.chars().any(|c| {
        let plain = !std::mem::take(&mut escaped);
        escaped = plain && c == '\\';
        plain && matches!(c, '(' | '[' | '{' | '|' | '?')
    })
}

impl Reading {
    fn part(&mut self, part: &Ast, first: bool) -> Option<()> {
        if self.end {
            return None;
        }
        match part {
            Ast::Empty(_) => {}
            Ast::Flags(set) if first => {
                for item in &set.flags.items {
                    match item.kind {
                        FlagsItemKind::Flag(Flag::CaseInsensitive) => self.ignore_case = true,
                        FlagsItemKind::Flag(Flag::MultiLine) => self.multi_line = true,
                        FlagsItemKind::Flag(Flag::DotMatchesNewLine) => self.dot_all = true,
                        _ => return None,
                    }
                }
            }
            // beyond ASCII, tables of letters may differ from those that patterns go by
            Ast::Literal(literal) if self.ignore_case && !literal.c.is_ascii() => return None,
            Ast::Literal(literal) => self.steps.push(Step::Char(literal.c)),
            Ast::Dot(_) => {
                self.loose |= !self.dot_all;
                self.steps.push(Step::One);
            }
            Ast::Repetition(repetition) if matches!(*repetition.ast, Ast::Dot(_)) => {
                match repetition.op {
                    RepetitionOp {
                        kind: RepetitionKind::ZeroOrMore,
                        ..
                    } => {
                        // at an end that is open anyhow it says nothing
                        if self.steps.is_empty() && !self.start {
                            return Some(());
                        }
                        self.steps.push(Step::Many);
                    }
                    RepetitionOp {
                        kind: RepetitionKind::OneOrMore,
                        ..
                    } => {
                        self.loose |= !self.dot_all;
                        self.steps.extend([Step::One, Step::Many]);
                    }
                    _ => return None,
                }
            }
            Ast::Assertion(assertion) => match assertion.kind {
                AssertionKind::StartText if first => self.start = true,
                AssertionKind::StartLine if first && !self.multi_line => self.start = true,
                AssertionKind::EndText => self.end = true,
                AssertionKind::EndLine if !self.multi_line => self.end = true,
                _ => return None,
            },
            _ => return None,
        }
        Some(())
    }

    fn done(mut self) -> Around {
        if !self.end && self.steps.last() == Some(&Step::Many) {
            // so does the last `.*`
            self.steps.pop();
        }
        self.loose |= self.steps.contains(&Step::Many) && !self.dot_all;
        if !self.start {
            self.steps.insert(0, Step::Many);
        }
        if !self.end {
            self.steps.push(Step::Many);
        }
        let upper = Texts::new(self.steps, !self.ignore_case);
        Around {
            lower: (!self.loose).then(|| upper.clone()),
            upper,
        }
    }
}
