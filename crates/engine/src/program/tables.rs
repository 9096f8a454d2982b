//! What the values of one field are asked by scanning.
//!
//! Comes in: the predicates, by number. Goes out: the tables that answer them all at once,
//! built when the field's first value comes and shared by all plans that ask the same.

use super::gate::Gate;
use super::question::anchor;
use super::scan::{Answers, Scan, ScanBuilder};
use super::text::TextMatcher;
use super::{Program, shape};
use crate::event::Value;
use crate::fold::{fold, fold_into};
use crate::value;
use rustc_hash::FxHashMap;
use sigwright_ir::pred::{Anchor, Number, Op, Predicate, StrOp};
use sigwright_ir::{PredId, Subject};
use std::borrow::Cow;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The questions of the plans laid out so far.
#[derive(Debug, Default)]
pub(super) struct AllQuestions {
    known: Mutex<FxHashMap<Box<[PredId]>, Arc<Questions>>>,
}

impl AllQuestions {
    /// These, in this order.
    pub(super) fn get(&self, predicates: Vec<PredId>) -> Arc<Questions> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = known.get(predicates.as_slice()) {
            return shared.clone();
        }
        let predicates = predicates.into_boxed_slice();
        let shared = Arc::new(Questions {
            number: known.len() as u32,
            predicates: predicates.clone(),
            tables: OnceLock::new(),
        });
        known.insert(predicates, shared.clone());
        shared
    }
}

/// Predicates on one field. The answer to each is a bit: its place in the list.
#[derive(Debug)]
pub(super) struct Questions {
    /// No others of the program have it.
    pub(super) number: u32,
    predicates: Box<[PredId]>,
    tables: OnceLock<Tables>,
}

/// What answers them.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) folded: Option<Scan>,
    pub(super) spelled: Option<Scan>,
    /// Of keywords: opens for every folded text that a value which answers is part of.
    pub(super) gate: Option<Gate>,
    /// Numbers, for values that are not spelled as whole numbers are.
    pub(super) numbers: Vec<(Number, u32)>,
}

impl Questions {
    pub(super) fn tables(&self, program: &Program) -> &Tables {
        self.tables.get_or_init(|| {
            let mut builder = Builder::default();
            for (bit, id) in (0..).zip(&self.predicates) {
                if let Some(predicate) = program.set.exprs.predicate(*id) {
                    builder.ask(predicate, bit, program);
                }
            }
            Tables {
                gate: builder.gate(),
                folded: builder.folded.build(),
                spelled: builder.spelled.build(),
                numbers: builder.numbers,
            }
        })
    }
}

impl Tables {
    /// Asks one value everything; `folded` is memory to work in.
    pub(super) fn ask(&self, value: Value<'_>, folded: &mut String, answers: &mut impl Answers) {
        let Some(text) = value.text() else { return };
        if let Some(scan) = &self.folded {
            folded.clear();
            fold_into(text, folded);
            answers.next_text();
            scan.run(folded, text, answers);
        }
        if let Some(scan) = &self.spelled {
            answers.next_text();
            scan.run(text, text, answers);
        }
        if let Value::Number(spelled) = value
            && !self.numbers.is_empty()
            && !is_plain_whole(spelled)
        {
            for (number, bit) in &self.numbers {
                if value::equals_number(value, number) {
                    answers.set(*bit);
                }
            }
        }
    }
}

/// A number spelled as [`sigwright_ir::pred::Number`] spells whole numbers.
fn is_plain_whole(spelled: &str) -> bool {
    spelled != "-0" && !spelled.bytes().any(|b| matches!(b, b'.' | b'e' | b'E'))
}

#[derive(Default)]
struct Builder {
    folded: ScanBuilder,
    spelled: ScanBuilder,
    numbers: Vec<(Number, u32)>,
    keywords: bool,
}

impl Builder {
    fn gate(&self) -> Option<Gate> {
        if !self.keywords {
            return None;
        }
        let spelled: Vec<Cow<'_, str>> = self.spelled.texts().map(fold).collect();
        Gate::new(
            self.folded
                .texts()
                .chain(spelled.iter().map(|text| &**text)),
        )
    }

    fn ask(&mut self, predicate: &Predicate, bit: u32, program: &Program) {
        self.keywords = predicate.subject == Subject::AnyValue;
        match (predicate.subject, &predicate.op) {
            (subject, Op::Str(op)) => self.string(op, anchor(subject, op), bit),
            (Subject::AnyValue, Op::Num(number)) => {
                let text = fold(&number.to_string()).into_owned();
                self.folded.anywhere(&text, bit);
            }
            (_, Op::Num(number)) => {
                let number = shape::canonical(*number);
                self.numbers.push((number, bit));
                self.folded.whole(&fold(&number.to_string()), bit);
            }
            (_, Op::Bool(true)) => self.folded.whole("true", bit),
            (_, Op::Bool(false)) => self.folded.whole("false", bit),
            (_, Op::Regex(regex)) => {
                let regex = program.regexes.get(regex);
                let matcher = TextMatcher::Regex(regex.clone());
                self.folded
                    .ask(matcher, regex.literals().unwrap_or_default(), bit);
            }
            _ => {}
        }
    }

    fn string(&mut self, op: &StrOp, anchor: Anchor, bit: u32) {
        let scan = if op.cased {
            &mut self.spelled
        } else {
            &mut self.folded
        };
        match shape::texts(&op.pattern, op.cased) {
            Some(texts) => {
                for text in &texts {
                    match anchor {
                        Anchor::Whole => scan.whole(text, bit),
                        Anchor::Contains => scan.anywhere(text, bit),
                        Anchor::Start => scan.start(text, bit),
                        Anchor::End => scan.end(text, bit),
                    }
                }
            }
            None => {
                if let Some(literal) = shape::longest_literal(&op.pattern) {
                    let literal = match op.cased {
                        true => literal.to_owned(),
                        false => fold(literal).into_owned(),
                    };
                    let matcher = TextMatcher::pattern(anchor, &op.pattern, op.cased);
                    scan.ask(matcher, &[literal], bit);
                }
            }
        }
    }
}
