//! Everything an event of one log is asked, laid out for one pass.
//!
//! Comes in: the rules that see the log. Goes out: a [`Plan`]. Predicates become *bits*,
//! set by scanning the fields the event has, or *lazy* tests, worked out when a rule asks.
//! Each rule gets a set of bits one of which must be set for it to match (its *witness*);
//! rules without one are always tried.
//!
//! First the predicates are sorted out, by field: the scan of a field answers with a run of
//! bits, in the order of its predicates. Then the rules are written as code over the bits.

use super::Program;
use super::code::{Code, NO, Test, YES};
use super::question::Answered;
use super::tables::Questions;
use super::text::TextMatcher;
use super::trie::Trie;
use rustc_hash::{FxHashMap, FxHashSet};
use sigwright_ir::pred::{Comparison, FieldRef, Number, Op, Predicate, StrOp};
use sigwright_ir::{ElementSelector, Expr, ExprId, FieldId, PredId, RuleId, Subject};
use std::sync::Arc;

/// What events of one log are asked.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(super) trie: Trie,
    pub(super) fields: Vec<Field>,
    pub(super) keywords: Option<Field>,
    pub(super) lazy: Vec<Lazy>,
    pub(super) rules: Vec<(RuleId, u32)>,
    pub(super) code: Code,
    /// How each predicate and array selector is tested.
    pub(super) tests: FxHashMap<ExprId, Test>,
    /// Where each field is in `fields`.
    pub(super) places: FxHashMap<FieldId, u32>,
    /// Per bit, the rules it is a witness of: a range of `witnessed`.
    pub(super) postings: Vec<(u32, u32)>,
    pub(super) witnessed: Vec<u32>,
    /// Rules that are always tried.
    pub(super) open: Vec<u32>,
}

/// What one field is asked by scanning.
#[derive(Debug, Default)]
pub(super) struct Field {
    /// Set where the name reaches anything.
    pub(super) present: Option<u32>,
    /// Set where a value has a text.
    pub(super) any_text: Option<u32>,
    pub(super) questions: Option<Arc<Questions>>,
    /// The bit of the first question; those of the others follow.
    pub(super) first: u32,
}

/// A test worked out when asked. Fields are places in [`Plan::fields`].
#[derive(Debug)]
pub(super) enum Lazy {
    Null(u32),
    Text(u32, TextMatcher),
    FoldedText(u32, TextMatcher),
    Cidr(u32, ipnet::IpNet),
    Compare(u32, Comparison, Number),
    FieldRef(u32, u32, FieldRef),
    /// A pattern without a literal worth looking for, asked of every value of the event;
    /// true where case counts.
    Keyword(TextMatcher, bool),
    /// Left to the judge: array selectors, time parts, keyword searches of rare kinds.
    Judge(ExprId),
}

/// How often a field that some rule reads is expected to be there.
const PRESENT: f64 = 0.9;

/// The place of the keywords, behind all fields.
const KEYWORDS: u32 = u32::MAX;

/// A predicate that a scan answers.
struct Scanned {
    place: u32,
    predicate: PredId,
    expr: ExprId,
    odds: f64,
}

struct Builder<'p> {
    program: &'p Program,
    plan: Plan,
    names: Vec<&'p str>,
    seen: FxHashSet<ExprId>,
    scanned: Vec<Scanned>,
    /// Per bit, how often it is expected to be set.
    odds: Vec<f64>,
    /// Per lazy test, the bit without which it is false.
    needs: Vec<Option<u32>>,
}

impl Plan {
    /// Lays out `rules`.
    pub(super) fn new(program: &Program, rules: &[RuleId]) -> Self {
        let mut builder = Builder {
            program,
            plan: Plan::default(),
            names: Vec::new(),
            seen: FxHashSet::default(),
            scanned: Vec::new(),
            odds: Vec::new(),
            needs: Vec::new(),
        };
        let roots: Vec<(RuleId, ExprId)> = rules
            .iter()
            .filter_map(|id| Some((*id, program.set.rule(*id)?.root)))
            .collect();
        for (_, root) in &roots {
            builder.sort_out(*root);
        }
        builder.number_questions();
        builder.write(&roots);
        builder.plan.trie = Trie::new(builder.names.iter().copied());
        builder.plan
    }

    /// How many bits the scan may set.
    pub(super) fn bits(&self) -> usize {
        self.postings.len()
    }
}

/// Sorting the predicates out.
impl Builder<'_> {
    fn sort_out(&mut self, expr: ExprId) {
        if !self.seen.insert(expr) {
            return;
        }
        let program = self.program;
        match program.set.exprs.get(expr) {
            Expr::True | Expr::False => {}
            Expr::Not(inner) => self.sort_out(*inner),
            Expr::And(parts) | Expr::Or(parts) => {
                for part in parts {
                    self.sort_out(*part);
                }
            }
            Expr::Elements {
                field, selector, ..
            } => {
                let needs = match selector {
                    ElementSelector::Any | ElementSelector::All | ElementSelector::Index(_) => {
                        Some(self.present(*field))
                    }
                    ElementSelector::AllOrEmpty | ElementSelector::None => None,
                };
                self.lazy(expr, Lazy::Judge(expr), needs);
            }
            Expr::Pred(predicate) => self.predicate(expr, *predicate),
        }
    }

    fn predicate(&mut self, expr: ExprId, id: PredId) {
        let program = self.program;
        let Some(predicate) = program.set.exprs.predicate(id) else {
            return self.lazy(expr, Lazy::Judge(expr), None);
        };
        let place = match predicate.subject {
            Subject::Field(field) => self.place(field),
            Subject::AnyValue => KEYWORDS,
            Subject::Element => return self.lazy(expr, Lazy::Judge(expr), None),
        };
        match (Answered::of(predicate, program), predicate.subject) {
            (Answered::ByScan(odds), _) => self.scanned.push(Scanned {
                place,
                predicate: id,
                expr,
                odds,
            }),
            (Answered::ByAnyText, _) => {
                let bit = match self.field(place).any_text {
                    Some(bit) => bit,
                    None => self.bit(PRESENT),
                };
                self.field(place).any_text = Some(bit);
                self.plan.tests.insert(expr, Test::Bit(bit));
            }
            (Answered::ByPresence, Subject::Field(field)) => {
                let bit = self.present(field);
                self.plan.tests.insert(expr, Test::Bit(bit));
            }
            (_, Subject::Field(field)) => {
                let lazy = self.alone(expr, place, predicate);
                let needs = match lazy {
                    Lazy::Null(_) => None,
                    _ => Some(self.present(field)),
                };
                self.lazy(expr, lazy, needs);
            }
            _ => {
                let lazy = match &predicate.op {
                    Op::Str(op) => Lazy::Keyword(matcher(predicate.subject, op), op.cased),
                    _ => Lazy::Judge(expr),
                };
                self.lazy(expr, lazy, None);
            }
        }
    }

    /// A question about a field that no scan answers.
    fn alone(&mut self, expr: ExprId, place: u32, predicate: &Predicate) -> Lazy {
        let subject = predicate.subject;
        match &predicate.op {
            Op::Null => Lazy::Null(place),
            Op::Str(op) if op.cased => Lazy::Text(place, matcher(subject, op)),
            Op::Str(op) => Lazy::FoldedText(place, matcher(subject, op)),
            Op::Regex(regex) => {
                Lazy::FoldedText(place, TextMatcher::Regex(self.program.regexes.get(regex)))
            }
            Op::Cidr(net) => Lazy::Cidr(place, *net),
            Op::Compare(comparison, number) => Lazy::Compare(place, *comparison, *number),
            Op::FieldRef(reference) => {
                Lazy::FieldRef(place, self.place(reference.field), *reference)
            }
            _ => Lazy::Judge(expr),
        }
    }

    fn lazy(&mut self, expr: ExprId, lazy: Lazy, needs: Option<u32>) {
        let number = self.plan.lazy.len() as u32;
        self.plan.lazy.push(lazy);
        self.needs.push(needs);
        self.plan.tests.insert(expr, Test::Lazy(number));
    }

    fn bit(&mut self, odds: f64) -> u32 {
        self.odds.push(odds);
        self.odds.len() as u32 - 1
    }

    /// The bit that tells that a field is there.
    fn present(&mut self, field: FieldId) -> u32 {
        let place = self.place(field);
        let bit = match self.field(place).present {
            Some(bit) => bit,
            None => self.bit(PRESENT),
        };
        self.field(place).present = Some(bit);
        bit
    }

    fn place(&mut self, field: FieldId) -> u32 {
        if let Some(place) = self.plan.places.get(&field) {
            return *place;
        }
        let place = self.plan.fields.len() as u32;
        self.names.push(self.program.set.exprs.field_name(field));
        self.plan.fields.push(Field::default());
        self.plan.places.insert(field, place);
        place
    }

    fn field(&mut self, place: u32) -> &mut Field {
        match self.plan.fields.get_mut(place as usize) {
            Some(field) => field,
            None => self.plan.keywords.get_or_insert_default(),
        }
    }

    /// Gives each field the run of bits its scan answers with.
    fn number_questions(&mut self) {
        let mut scanned = std::mem::take(&mut self.scanned);
        scanned.sort_unstable_by_key(|s| (s.place, s.predicate));
        for asked in scanned.chunk_by(|a, b| a.place == b.place) {
            let Some(place) = asked.first().map(|s| s.place) else {
                continue;
            };
            let first = self.odds.len() as u32;
            for question in asked {
                let bit = self.bit(question.odds);
                self.plan.tests.insert(question.expr, Test::Bit(bit));
            }
            let predicates = asked.iter().map(|s| s.predicate).collect();
            let questions = self.program.questions.get(predicates);
            let field = self.field(place);
            field.first = first;
            field.questions = Some(questions);
        }
    }
}

/// Writing the rules.
impl Builder<'_> {
    fn write(&mut self, roots: &[(RuleId, ExprId)]) {
        let mut by_bit: Vec<(u32, u32)> = Vec::new();
        let mut witness = Vec::new();
        for (rule, (id, root)) in (0..).zip(roots) {
            let entry = self.compile(*root, YES, NO);
            self.plan.rules.push((*id, entry));
            if self.program.options.candidates && self.odds(*root).is_some() {
                self.witness(*root, &mut witness);
                by_bit.extend(witness.drain(..).map(|bit| (bit, rule)));
            } else {
                self.plan.open.push(rule);
            }
        }
        by_bit.sort_unstable();
        by_bit.dedup();
        self.plan.postings = vec![(0, 0); self.odds.len()];
        for rules in by_bit.chunk_by(|a, b| a.0 == b.0) {
            let from = self.plan.witnessed.len() as u32;
            self.plan
                .witnessed
                .extend(rules.iter().map(|(_, rule)| rule));
            if let Some((bit, _)) = rules.first()
                && let Some(range) = self.plan.postings.get_mut(*bit as usize)
            {
                *range = (from, self.plan.witnessed.len() as u32);
            }
        }
    }

    fn test(&self, expr: ExprId) -> Option<Test> {
        self.plan.tests.get(&expr).copied()
    }

    /// Code for an expression that goes on at `yes` or `no`; gives where it starts.
    fn compile(&mut self, expr: ExprId, yes: u32, no: u32) -> u32 {
        match self.program.set.exprs.get(expr) {
            Expr::True => yes,
            Expr::False => no,
            Expr::Not(inner) => self.compile(*inner, no, yes),
            Expr::And(parts) => {
                let order = self.ordered(parts.to_vec());
                order
                    .into_iter()
                    .rev()
                    .fold(yes, |next, part| self.compile(part, next, no))
            }
            Expr::Or(parts) => {
                let (runs, others) = self.runs(parts);
                let next = self
                    .ordered(others)
                    .into_iter()
                    .rev()
                    .fold(no, |next, part| self.compile(part, yes, next));
                runs.into_iter()
                    .rev()
                    .fold(next, |next, test| self.plan.code.push(test, yes, next))
            }
            Expr::Pred(_) | Expr::Elements { .. } => match self.test(expr) {
                Some(test) => self.plan.code.push(test, yes, no),
                None => no,
            },
        }
    }

    /// The bits among the parts of an `or`, neighbours as one test, and the other parts.
    fn runs(&self, parts: &[ExprId]) -> (Vec<Test>, Vec<ExprId>) {
        let (mut bits, mut others) = (Vec::new(), Vec::new());
        for part in parts {
            match self.test(*part) {
                Some(Test::Bit(bit)) => bits.push(bit),
                _ => others.push(*part),
            }
        }
        bits.sort_unstable();
        let runs = bits
            .chunk_by(|a, b| a + 1 == *b)
            .filter_map(|run| match run {
                [bit] => Some(Test::Bit(*bit)),
                [first, .., last] => Some(Test::AnyBit(*first, *last)),
                [] => None,
            });
        (runs.collect(), others)
    }

    /// Bits before tests that take work; otherwise as written.
    fn ordered(&self, parts: Vec<ExprId>) -> Vec<ExprId> {
        let (work, mut order): (Vec<_>, Vec<_>) =
            parts.into_iter().partition(|part| self.takes_work(*part));
        order.extend(work);
        order
    }

    fn takes_work(&self, expr: ExprId) -> bool {
        match self.program.set.exprs.get(expr) {
            Expr::True | Expr::False => false,
            Expr::Not(inner) => self.takes_work(*inner),
            Expr::And(parts) | Expr::Or(parts) => parts.iter().any(|p| self.takes_work(*p)),
            Expr::Pred(_) | Expr::Elements { .. } => {
                matches!(self.test(expr), Some(Test::Lazy(_)))
            }
        }
    }

    /// How often one of the bits that must be set for `expr` to hold is expected to be;
    /// `None` where it may hold with none set.
    fn odds(&self, expr: ExprId) -> Option<f64> {
        match self.program.set.exprs.get(expr) {
            Expr::False => Some(0.0),
            Expr::True | Expr::Not(_) => None,
            Expr::And(parts) => parts
                .iter()
                .filter_map(|part| self.odds(*part))
                .min_by(f64::total_cmp),
            Expr::Or(parts) => parts.iter().map(|part| self.odds(*part)).sum(),
            Expr::Pred(_) | Expr::Elements { .. } => {
                self.odds.get(self.needed(expr)? as usize).copied()
            }
        }
    }

    /// The bit without which a predicate is false.
    fn needed(&self, expr: ExprId) -> Option<u32> {
        match self.test(expr)? {
            Test::Bit(bit) => Some(bit),
            Test::Lazy(number) => self.needs.get(number as usize).copied().flatten(),
            Test::AnyBit(..) => None,
        }
    }

    /// The bits one of which must be set for `expr` to hold, if it has [`odds`](Self::odds).
    fn witness(&self, expr: ExprId, bits: &mut Vec<u32>) {
        match self.program.set.exprs.get(expr) {
            Expr::And(parts) => {
                let rarest = parts
                    .iter()
                    .filter_map(|part| Some((self.odds(*part)?, *part)))
                    .min_by(|a, b| a.0.total_cmp(&b.0));
                if let Some((_, part)) = rarest {
                    self.witness(part, bits);
                }
            }
            Expr::Or(parts) => {
                for part in parts {
                    self.witness(*part, bits);
                }
            }
            Expr::Pred(_) | Expr::Elements { .. } => bits.extend(self.needed(expr)),
            Expr::True | Expr::False | Expr::Not(_) => {}
        }
    }
}

fn matcher(subject: Subject, op: &StrOp) -> TextMatcher {
    let anchor = super::question::anchor(subject, op);
    TextMatcher::pattern(anchor, &op.pattern, op.cased)
}
