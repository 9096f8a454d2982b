//! Everything an event of one log is asked, laid out for one pass.
//!
//! Comes in: the rules that see the log. Goes out: a [`Plan`]. Predicates become *bits*,
//! set by scanning the fields the event has, or *lazy* tests, worked out when a rule asks.
//! Each rule gets a set of bits one of which must be set for it to match (its *witness*);
//! rules without one are always tried.

use super::code::{Code, NO, Test, YES};
use super::regexes::Regexes;
use super::scan::{Found, Scan, ScanBuilder};
use super::text::TextMatcher;
use super::trie::Trie;
use super::{Program, ProgramOptions, shape};
use crate::fold::fold;
use rustc_hash::FxHashMap;
use sigwright_ir::pred::{Anchor, Comparison, FieldRef, Number, Op, Predicate, StrOp};
use sigwright_ir::{ElementSelector, Expr, ExprId, Exprs, FieldId, PredId, RuleId, Subject};

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
    pub(super) folded: Option<Scan>,
    pub(super) spelled: Option<Scan>,
    /// Numbers, for values that are not spelled as whole numbers are.
    pub(super) numbers: Vec<(Number, u32)>,
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

/// The bits one of which must be set, and how often that is to be expected.
#[derive(Debug, Clone)]
struct Witness {
    bits: Vec<u32>,
    odds: f64,
}

/// How a predicate is tested, and what must be set for it to be true.
#[derive(Debug, Clone)]
struct Tested {
    test: Test,
    witness: Option<Witness>,
}

#[derive(Debug, Default)]
struct FieldBuilder {
    present: Option<u32>,
    any_text: Option<u32>,
    folded: ScanBuilder,
    spelled: ScanBuilder,
    numbers: Vec<(Number, u32)>,
}

struct Builder<'s> {
    exprs: &'s Exprs,
    options: &'s ProgramOptions,
    regexes: &'s Regexes,
    names: Vec<&'s str>,
    places: FxHashMap<FieldId, u32>,
    fields: Vec<FieldBuilder>,
    keywords: Option<FieldBuilder>,
    bits: u32,
    lazy: Vec<Lazy>,
    tested: FxHashMap<ExprId, Tested>,
    code: Code,
}

impl Plan {
    /// Lays out `rules`.
    pub(super) fn new(program: &Program, rules: impl Iterator<Item = RuleId>) -> Self {
        let Program {
            set,
            options,
            regexes,
            ..
        } = program;
        let mut builder = Builder {
            exprs: &set.exprs,
            options,
            regexes,
            names: Vec::new(),
            places: FxHashMap::default(),
            fields: Vec::new(),
            keywords: None,
            bits: 0,
            lazy: Vec::new(),
            tested: FxHashMap::default(),
            code: Code::default(),
        };
        let mut plan = Plan::default();
        let mut by_bit: Vec<(u32, u32)> = Vec::new();
        for id in rules {
            let Some(rule) = set.rule(id) else { continue };
            let place = plan.rules.len() as u32;
            let entry = builder.compile(rule.root, YES, NO);
            plan.rules.push((id, entry));
            match builder.witness(rule.root) {
                Some(witness) if options.candidates => {
                    by_bit.extend(witness.bits.iter().map(|bit| (*bit, place)));
                }
                _ => plan.open.push(place),
            }
        }
        by_bit.sort_unstable();
        by_bit.dedup();
        plan.postings = vec![(0, 0); builder.bits as usize];
        for (at, (bit, place)) in by_bit.iter().enumerate() {
            plan.witnessed.push(*place);
            if let Some((from, to)) = plan.postings.get_mut(*bit as usize) {
                if *from == *to {
                    *from = at as u32;
                }
                *to = at as u32 + 1;
            }
        }
        plan.trie = Trie::new(builder.names.iter().copied());
        plan.fields = builder
            .fields
            .into_iter()
            .map(FieldBuilder::build)
            .collect();
        plan.keywords = builder.keywords.map(FieldBuilder::build);
        plan.lazy = builder.lazy;
        plan.places = builder.places;
        plan.code = builder.code;
        plan.tests = builder
            .tested
            .into_iter()
            .map(|(expr, tested)| (expr, tested.test))
            .collect();
        plan
    }

    /// How many bits the scan may set.
    pub(super) fn bits(&self) -> usize {
        self.postings.len()
    }
}

impl FieldBuilder {
    fn build(self) -> Field {
        Field {
            present: self.present,
            any_text: self.any_text,
            folded: self.folded.build(),
            spelled: self.spelled.build(),
            numbers: self.numbers,
        }
    }
}

impl<'s> Builder<'s> {
    fn place(&mut self, field: FieldId) -> u32 {
        if let Some(place) = self.places.get(&field) {
            return *place;
        }
        let place = self.fields.len() as u32;
        self.names.push(self.exprs.field_name(field));
        self.fields.push(FieldBuilder::default());
        self.places.insert(field, place);
        place
    }

    fn bit(&mut self) -> u32 {
        self.bits += 1;
        self.bits - 1
    }

    fn lazy(&mut self, lazy: Lazy) -> Test {
        self.lazy.push(lazy);
        Test::Lazy(self.lazy.len() as u32 - 1)
    }

    /// Code for an expression that goes on at `yes` or `no`; gives where it starts.
    fn compile(&mut self, expr: ExprId, yes: u32, no: u32) -> u32 {
        match self.exprs.get(expr) {
            Expr::True => yes,
            Expr::False => no,
            Expr::Not(inner) => self.compile(*inner, no, yes),
            Expr::And(parts) => {
                let order = self.ordered(parts);
                order
                    .into_iter()
                    .rev()
                    .fold(yes, |next, part| self.compile(part, next, no))
            }
            Expr::Or(parts) => {
                let order = self.ordered(parts);
                order
                    .into_iter()
                    .rev()
                    .fold(no, |next, part| self.compile(part, yes, next))
            }
            Expr::Pred(_) | Expr::Elements { .. } => {
                let test = self.tested(expr).test;
                self.code.push(test, yes, no)
            }
        }
    }

    /// Bits before tests that take work; otherwise as written.
    fn ordered(&mut self, parts: &'s [ExprId]) -> Vec<ExprId> {
        let mut order = parts.to_vec();
        order.sort_by_key(|part| self.takes_work(*part));
        order
    }

    fn takes_work(&mut self, expr: ExprId) -> bool {
        match self.exprs.get(expr) {
            Expr::True | Expr::False => false,
            Expr::Not(inner) => self.takes_work(*inner),
            Expr::And(parts) | Expr::Or(parts) => parts.iter().any(|p| self.takes_work(*p)),
            Expr::Pred(_) | Expr::Elements { .. } => {
                matches!(self.tested(expr).test, Test::Lazy(_))
            }
        }
    }

    /// The bits one of which must be set for `expr` to hold; `None` where it may hold with
    /// none set.
    fn witness(&mut self, expr: ExprId) -> Option<Witness> {
        match self.exprs.get(expr) {
            Expr::False => Some(Witness {
                bits: Vec::new(),
                odds: 0.0,
            }),
            Expr::True | Expr::Not(_) => None,
            Expr::And(parts) => parts
                .iter()
                .filter_map(|part| self.witness(*part))
                .min_by(|a, b| a.odds.total_cmp(&b.odds)),
            Expr::Or(parts) => {
                let mut all = Witness {
                    bits: Vec::new(),
                    odds: 0.0,
                };
                for part in parts {
                    let witness = self.witness(*part)?;
                    all.bits.extend(witness.bits);
                    all.odds += witness.odds;
                }
                Some(all)
            }
            Expr::Pred(_) | Expr::Elements { .. } => self.tested(expr).witness,
        }
    }

    fn tested(&mut self, expr: ExprId) -> Tested {
        if let Some(tested) = self.tested.get(&expr) {
            return tested.clone();
        }
        let tested = match self.exprs.get(expr) {
            Expr::Pred(pred) => self.predicate(expr, *pred),
            Expr::Elements {
                field, selector, ..
            } => {
                let witness = match selector {
                    ElementSelector::Any | ElementSelector::All | ElementSelector::Index(_) => {
                        Some(self.present(*field))
                    }
                    ElementSelector::AllOrEmpty | ElementSelector::None => None,
                };
                Tested {
                    test: self.lazy(Lazy::Judge(expr)),
                    witness,
                }
            }
            _ => Tested {
                test: self.lazy(Lazy::Judge(expr)),
                witness: None,
            },
        };
        self.tested.insert(expr, tested.clone());
        tested
    }

    /// The bit that tells that a field is there.
    fn present(&mut self, field: FieldId) -> Witness {
        let place = self.place(field) as usize;
        let bit = match self.fields.get(place).and_then(|f| f.present) {
            Some(bit) => bit,
            None => {
                let bit = self.bit();
                if let Some(field) = self.fields.get_mut(place) {
                    field.present = Some(bit);
                }
                bit
            }
        };
        Witness {
            bits: vec![bit],
            odds: 0.9,
        }
    }

    fn predicate(&mut self, expr: ExprId, id: PredId) -> Tested {
        let Some(Predicate { subject, op }) = self.exprs.predicate(id) else {
            return Tested {
                test: self.lazy(Lazy::Judge(expr)),
                witness: None,
            };
        };
        match subject {
            Subject::Field(field) => self.field_predicate(expr, *field, op),
            Subject::AnyValue => self.keyword(expr, op),
            Subject::Element => Tested {
                test: self.lazy(Lazy::Judge(expr)),
                witness: None,
            },
        }
    }

    fn field_predicate(&mut self, expr: ExprId, field: FieldId, op: &Op) -> Tested {
        let place = self.place(field);
        let lazy = match op {
            Op::Str(op) => return self.string(Some(field), op),
            Op::Bool(value) => {
                let text = if *value { "true" } else { "false" };
                return self.whole(Some(field), text, 0.2);
            }
            Op::Num(number) => return self.number(field, *number),
            Op::Regex(regex) => {
                let regex = self.regexes.get(regex);
                let gated = self.options.regex_gates && self.options.literals;
                let matcher = TextMatcher::Regex(regex.clone());
                match regex.literals().filter(|_| gated) {
                    Some(literals) => {
                        let bit = self.bit();
                        let odds = literals.iter().map(|l| shape::odds(l.len())).sum();
                        self.builder(Some(field)).folded.ask(matcher, literals, bit);
                        return bit_test(bit, odds);
                    }
                    None => Lazy::Text(place, matcher),
                }
            }
            Op::Exists => {
                let witness = self.present(field);
                let bit = witness.bits.first().copied().unwrap_or(0);
                return Tested {
                    test: Test::Bit(bit),
                    witness: Some(witness),
                };
            }
            Op::Null => {
                return Tested {
                    test: self.lazy(Lazy::Null(place)),
                    witness: None,
                };
            }
            Op::Cidr(net) => Lazy::Cidr(place, *net),
            Op::Compare(cmp, number) => Lazy::Compare(place, *cmp, *number),
            Op::Time(..) => Lazy::Judge(expr),
            Op::FieldRef(reference) => {
                let other = self.place(reference.field);
                Lazy::FieldRef(place, other, *reference)
            }
        };
        let witness = Some(self.present(field));
        Tested {
            test: self.lazy(lazy),
            witness,
        }
    }

    /// A keyword: asked of every value of the event.
    fn keyword(&mut self, expr: ExprId, op: &Op) -> Tested {
        match op {
            Op::Str(op) => {
                let anchor = match op.anchor {
                    Anchor::Whole => Anchor::Contains,
                    other => other,
                };
                self.string(
                    None,
                    &StrOp {
                        anchor,
                        ..op.clone()
                    },
                )
            }
            Op::Num(number) => {
                let text = fold(&number.to_string()).into_owned();
                let bit = self.bit();
                let odds = shape::odds(text.len());
                self.builder(None)
                    .folded
                    .literal(&text, Found::Anywhere(bit));
                bit_test(bit, odds)
            }
            _ => Tested {
                test: self.lazy(Lazy::Judge(expr)),
                witness: None,
            },
        }
    }

    fn builder(&mut self, field: Option<FieldId>) -> &mut FieldBuilder {
        let place = field.map(|field| self.place(field) as usize);
        match place.and_then(|place| self.fields.get_mut(place)) {
            Some(builder) => builder,
            None => self.keywords.get_or_insert_default(),
        }
    }

    fn whole(&mut self, field: Option<FieldId>, text: &str, odds: f64) -> Tested {
        let bit = self.bit();
        self.builder(field).folded.whole(text, bit);
        bit_test(bit, odds)
    }

    fn number(&mut self, field: FieldId, number: Number) -> Tested {
        let number = shape::canonical(number);
        let bit = self.bit();
        let builder = self.builder(Some(field));
        builder.numbers.push((number, bit));
        builder.folded.whole(&fold(&number.to_string()), bit);
        bit_test(bit, 0.1)
    }

    fn string(&mut self, field: Option<FieldId>, op: &StrOp) -> Tested {
        let texts = shape::texts(op);
        if let Some(texts) = texts.filter(|_| self.options.literals) {
            if op.anchor != Anchor::Whole && texts.iter().any(String::is_empty) {
                return self.any_text(field);
            }
            let bit = self.bit();
            let odds = texts.iter().map(|t| shape::odds(t.len())).sum();
            for text in &texts {
                let builder = self.builder(field);
                let scan = if op.cased {
                    &mut builder.spelled
                } else {
                    &mut builder.folded
                };
                match op.anchor {
                    Anchor::Whole => scan.whole(text, bit),
                    Anchor::Contains => scan.literal(text, Found::Anywhere(bit)),
                    Anchor::Start => scan.literal(text, Found::AtStart(bit)),
                    Anchor::End => scan.literal(text, Found::AtEnd(bit)),
                }
            }
            return bit_test(bit, odds);
        }
        if shape::matches_any_text(op) {
            return self.any_text(field);
        }
        let matcher = TextMatcher::pattern(op.anchor, &op.pattern, op.cased);
        if self.options.literals
            && let Some(literal) = shape::longest_literal(op)
        {
            let bit = self.bit();
            let odds = shape::odds(literal.len());
            let builder = self.builder(field);
            let scan = if op.cased {
                &mut builder.spelled
            } else {
                &mut builder.folded
            };
            scan.ask(matcher, &[literal], bit);
            return bit_test(bit, odds);
        }
        match field {
            Some(field) => {
                let place = self.place(field);
                let witness = Some(self.present(field));
                let lazy = if op.cased {
                    Lazy::Text(place, matcher)
                } else {
                    Lazy::FoldedText(place, matcher)
                };
                Tested {
                    test: self.lazy(lazy),
                    witness,
                }
            }
            None => Tested {
                test: self.lazy(Lazy::Keyword(matcher, op.cased)),
                witness: None,
            },
        }
    }

    fn any_text(&mut self, field: Option<FieldId>) -> Tested {
        let known = self.builder(field).any_text;
        let bit = match known {
            Some(bit) => bit,
            None => {
                let bit = self.bit();
                self.builder(field).any_text = Some(bit);
                bit
            }
        };
        bit_test(bit, 0.9)
    }
}

fn bit_test(bit: u32, odds: f64) -> Tested {
    Tested {
        test: Test::Bit(bit),
        witness: Some(Witness {
            bits: vec![bit],
            odds,
        }),
    }
}
