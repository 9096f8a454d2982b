//! Runs a [`Program`] over events; one matcher per thread, memory reused from event to event.

use super::Program;
use super::code::Test;
use super::plan::{Field, Lazy, Plan};
use super::scan::Answers;
use super::sketch::Sketch;
use super::trie::Trie;
use crate::event::{Event, NodeId, Value};
use crate::fold::fold_into;
use crate::{naive, value};
use rustc_hash::FxHashMap;
use sigwright_ir::pred::{Anchor, FieldRef};
use sigwright_ir::{Expr, ExprId, FieldId, PredId, RuleId};
use sigwright_syntax::Span;
use std::rc::Rc;

/// What happened beside matching.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Regular expressions that gave up on a value and were taken as not matching.
    pub exhausted: u64,
    /// Events in which a key that some rule reads occurred twice in one object.
    pub duplicate_keys: u64,
}

/// Evaluates events, one after the other.
#[derive(Debug)]
pub struct Matcher<'p> {
    program: &'p Program,
    scratch: Vec<Scratch>,
    folded: String,
    counters: Counters,
}

/// What is known of the event at hand, laid out as the plan of its log.
#[derive(Debug, Default)]
struct Scratch {
    /// Bits set by the scan, 64 to a word, and which, to clear them again.
    bits: Vec<u64>,
    set: Vec<u32>,
    /// Per lazy test: 0 not asked, 1 no, 2 yes.
    lazy: Vec<u8>,
    asked: Vec<u32>,
    /// Per rule: chosen already.
    chosen: Vec<bool>,
    candidates: Vec<u32>,
    /// Per field, its values: the first of a chain in `values`.
    heads: Vec<Head>,
    values: Vec<(NodeId, u32)>,
    touched: Vec<u32>,
    /// Numbers of matchers asked for the value at hand.
    tried: Vec<u32>,
    /// A value being compared with others.
    text: String,
    exhausted: u64,
    duplicate: bool,
    /// Per rule of the set, once its evidence was asked for; the inner `None` where there is
    /// no flat way to find it.
    sketches: FxHashMap<RuleId, Option<Rc<Sketch>>>,
}

#[derive(Debug, Clone, Copy)]
struct Head {
    first: u32,
    /// The object the last value was a member of.
    parent: Option<NodeId>,
    text: bool,
    value: bool,
}

const NONE: u32 = u32::MAX;
const EMPTY: Head = Head {
    first: NONE,
    parent: None,
    text: false,
    value: false,
};

impl Answers for Scratch {
    fn set(&mut self, bit: u32) {
        if let Some(word) = self.bits.get_mut(bit as usize / 64) {
            let mask = 1 << (bit % 64);
            if *word & mask == 0 {
                *word |= mask;
                self.set.push(bit);
            }
        }
    }

    fn is_set(&self, bit: u32) -> bool {
        self.bits
            .get(bit as usize / 64)
            .is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }

    fn first_time(&mut self, number: u32) -> bool {
        let new = !self.tried.contains(&number);
        if new {
            self.tried.push(number);
        }
        new
    }

    fn exhausted(&mut self) {
        self.exhausted += 1;
    }
}

impl Scratch {
    fn fit(&mut self, plan: &Plan) {
        self.bits.resize(plan.bits().div_ceil(64), 0);
        self.lazy.resize(plan.lazy.len(), 0);
        self.chosen.resize(plan.rules.len(), false);
        self.heads.resize(plan.fields.len(), EMPTY);
    }

    fn clear(&mut self) {
        for bit in self.set.drain(..) {
            if let Some(word) = self.bits.get_mut(bit as usize / 64) {
                *word = 0;
            }
        }
        for test in self.asked.drain(..) {
            if let Some(state) = self.lazy.get_mut(test as usize) {
                *state = 0;
            }
        }
        for rule in self.candidates.drain(..) {
            if let Some(chosen) = self.chosen.get_mut(rule as usize) {
                *chosen = false;
            }
        }
        for field in self.touched.drain(..) {
            if let Some(head) = self.heads.get_mut(field as usize) {
                *head = EMPTY;
            }
        }
        self.values.clear();
        self.exhausted = 0;
        self.duplicate = false;
    }

    fn choose(&mut self, rule: u32) {
        if let Some(chosen) = self.chosen.get_mut(rule as usize)
            && !*chosen
        {
            *chosen = true;
            self.candidates.push(rule);
        }
    }

    /// Remembers that a field's name reaches `node`, a member of `parent`.
    fn reached(&mut self, field: u32, node: NodeId, parent: Option<NodeId>) {
        let Some(head) = self.heads.get_mut(field as usize) else {
            return;
        };
        if head.first == NONE {
            self.touched.push(field);
        } else if parent.is_some() && head.parent == parent {
            self.duplicate = true;
        }
        head.parent = parent;
        self.values.push((node, head.first));
        head.first = u32::try_from(self.values.len() - 1).unwrap_or(NONE);
    }
}

impl<'p> Matcher<'p> {
    /// A matcher for one thread.
    pub fn new(program: &'p Program) -> Self {
        Matcher {
            program,
            scratch: Vec::new(),
            folded: String::new(),
            counters: Counters::default(),
        }
    }

    /// What happened beside matching, over all events so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Puts into `found`, cleared first, the rules that the event matches, in rule order.
    pub fn matches(&mut self, event: &Event, found: &mut Vec<RuleId>) {
        found.clear();
        let place = self.program.place(event.origin);
        let Some(plan) = self.program.plan(place) else {
            return;
        };
        if plan.rules.is_empty() {
            return;
        }
        if self.scratch.len() <= place {
            self.scratch.resize_with(place + 1, Scratch::default);
        }
        let Some(scratch) = self.scratch.get_mut(place) else {
            return;
        };
        scratch.clear();
        scratch.fit(plan);
        let mut run = Run {
            plan,
            program: self.program,
            event,
            scratch,
            folded: &mut self.folded,
        };
        run.collect();
        run.scan();
        run.choose();
        run.evaluate(found);
        self.counters.exhausted += scratch.exhausted;
        self.counters.duplicate_keys += u64::from(scratch.duplicate);
    }

    /// The evidence for a rule that the event last given to [`Matcher::matches`] matched, where
    /// it can be found from what was found out then; calls `each` with the field, the value's
    /// place and the part of the rule. False where it can not.
    pub(crate) fn flat_evidence(
        &mut self,
        rule: RuleId,
        event: &Event,
        several: &mut dyn FnMut(PredId) -> Vec<NodeId>,
        each: &mut dyn FnMut(FieldId, NodeId, Span),
    ) -> bool {
        let program = self.program;
        let place = program.place(event.origin);
        let (Some(plan), Some(scratch)) = (program.plan(place), self.scratch.get_mut(place)) else {
            return false;
        };
        let exprs = &program.set.exprs;
        let sketch = scratch.sketches.entry(rule).or_insert_with(|| {
            let rule = program.set.rule(rule)?;
            Some(Rc::new(Sketch::of(rule, exprs, plan)?))
        });
        let Some(sketch) = sketch.clone() else {
            return false;
        };
        let mut run = Run {
            plan,
            program,
            event,
            scratch,
            folded: &mut self.folded,
        };
        let mut guards: Vec<Option<bool>> = vec![None; sketch.guards.len()];
        for leaf in &sketch.leaves {
            if !run.test(leaf.test) {
                continue;
            }
            let counts = leaf.guards.iter().all(|place| {
                let (Some(known), Some(guard)) = (
                    guards.get_mut(*place as usize),
                    sketch.guards.get(*place as usize),
                ) else {
                    return false;
                };
                *known.get_or_insert_with(|| run.holds(*guard))
            });
            if !counts {
                continue;
            }
            match run.only(leaf.place) {
                Some(node) => each(leaf.field, node, leaf.span),
                None => {
                    for node in several(leaf.pred) {
                        each(leaf.field, node, leaf.span);
                    }
                }
            }
        }
        true
    }

    /// Whether an expression of the rule set holds for `event`, which must be the one last
    /// given to [`Matcher::matches`]: what was found out then is not asked again.
    pub(crate) fn holds(&mut self, expr: ExprId, event: &Event) -> bool {
        let program = self.program;
        let place = program.place(event.origin);
        let (Some(plan), Some(scratch)) = (program.plan(place), self.scratch.get_mut(place)) else {
            return naive::holds(&program.set.exprs, expr, event);
        };
        let mut run = Run {
            plan,
            program,
            event,
            scratch,
            folded: &mut self.folded,
        };
        run.holds(expr)
    }
}

/// One event on its way through a plan.
struct Run<'r> {
    plan: &'r Plan,
    program: &'r Program,
    event: &'r Event,
    scratch: &'r mut Scratch,
    folded: &'r mut String,
}

impl Run<'_> {
    /// Finds the values of every field the plan reads, as [`Event::reach`] would.
    fn collect(&mut self) {
        for root in self.event.roots() {
            self.walk(*root, Trie::ROOT);
        }
        for (name, node) in self.event.fields() {
            self.step(Trie::ROOT, name, node, None);
        }
    }

    fn walk(&mut self, node: NodeId, at: u32) {
        let event = self.event;
        match event.value(node) {
            Value::Object(_) => {
                for (key, value) in event.members(node) {
                    self.step(at, key, value, Some(node));
                }
            }
            Value::Array => {
                for element in event.elements(node) {
                    self.walk(element, at);
                }
            }
            _ => {}
        }
    }

    fn step(&mut self, at: u32, key: &str, value: NodeId, parent: Option<NodeId>) {
        let Some(next) = self.plan.trie.follow(at, key) else {
            return;
        };
        if let Some(field) = self.plan.trie.field(next) {
            self.scratch.reached(field, value, parent);
        }
        if self.plan.trie.goes_on(next) {
            self.walk(value, next);
        }
    }

    /// Asks every value everything its field is asked by scanning.
    fn scan(&mut self) {
        let plan = self.plan;
        let event = self.event;
        for i in 0..self.scratch.touched.len() {
            let Some(number) = self.scratch.touched.get(i).copied() else {
                continue;
            };
            let Some(field) = plan.fields.get(number as usize) else {
                continue;
            };
            if let Some(bit) = field.present {
                self.scratch.set(bit);
            }
            let mut next = self.head(number).first;
            while let Some((node, after)) = self.scratch.values.get(next as usize).copied() {
                next = after;
                event.leaves(node, &mut |leaf| {
                    let value = event.value(leaf);
                    let text = value.text().is_some();
                    if let Some(head) = self.scratch.heads.get_mut(number as usize) {
                        head.text |= text;
                        head.value |= value != Value::Null;
                    }
                    self.ask(field, value);
                });
            }
        }
        if let Some(keywords) = &plan.keywords {
            event.every_value(&mut |leaf| self.ask(keywords, event.value(leaf)));
        }
    }

    fn head(&self, field: u32) -> Head {
        self.scratch
            .heads
            .get(field as usize)
            .copied()
            .unwrap_or(EMPTY)
    }

    fn ask(&mut self, field: &Field, value: Value<'_>) {
        let Some(text) = value.text() else { return };
        if let Some(bit) = field.any_text {
            self.scratch.set(bit);
        }
        if let Some(scan) = &field.folded {
            self.folded.clear();
            fold_into(text, self.folded);
            self.scratch.tried.clear();
            scan.run(self.folded, text, self.scratch);
        }
        if let Some(scan) = &field.spelled {
            self.scratch.tried.clear();
            scan.run(text, text, self.scratch);
        }
        if let Value::Number(spelled) = value
            && !field.numbers.is_empty()
            && !is_plain_whole(spelled)
        {
            for (number, bit) in &field.numbers {
                if value::equals_number(value, number) {
                    self.scratch.set(*bit);
                }
            }
        }
    }

    /// Picks the rules that may match.
    fn choose(&mut self) {
        let plan = self.plan;
        for i in 0..self.scratch.set.len() {
            let Some((from, to)) = self
                .scratch
                .set
                .get(i)
                .and_then(|bit| plan.postings.get(*bit as usize))
            else {
                continue;
            };
            for rule in plan
                .witnessed
                .get(*from as usize..*to as usize)
                .unwrap_or_default()
            {
                self.scratch.choose(*rule);
            }
        }
        for rule in &plan.open {
            self.scratch.choose(*rule);
        }
    }

    fn evaluate(&mut self, found: &mut Vec<RuleId>) {
        let plan = self.plan;
        self.scratch.candidates.sort_unstable();
        for i in 0..self.scratch.candidates.len() {
            let Some((id, entry)) = self
                .scratch
                .candidates
                .get(i)
                .and_then(|rule| plan.rules.get(*rule as usize))
            else {
                continue;
            };
            if plan.code.run(*entry, |test| self.test(test)) {
                found.push(*id);
            }
        }
    }

    fn holds(&mut self, expr: ExprId) -> bool {
        let exprs = &self.program.set.exprs;
        match exprs.get(expr) {
            Expr::True => true,
            Expr::False => false,
            Expr::Not(inner) => !self.holds(*inner),
            Expr::And(parts) => parts.iter().all(|part| self.holds(*part)),
            Expr::Or(parts) => parts.iter().any(|part| self.holds(*part)),
            Expr::Pred(_) | Expr::Elements { .. } => match self.plan.tests.get(&expr) {
                Some(test) => self.test(*test),
                None => naive::holds(exprs, expr, self.event),
            },
        }
    }

    fn test(&mut self, test: Test) -> bool {
        match test {
            Test::Bit(bit) => self.scratch.is_set(bit),
            Test::Lazy(number) => self.lazy(number),
        }
    }

    /// The value of a field that has just one, which is no array.
    fn only(&self, field: u32) -> Option<NodeId> {
        let first = self.scratch.values.get(self.head(field).first as usize)?;
        match first {
            (node, NONE) if self.event.value(*node) != Value::Array => Some(*node),
            _ => None,
        }
    }

    /// The answer to a lazy test, worked out once per event.
    fn lazy(&mut self, number: u32) -> bool {
        match self.scratch.lazy.get(number as usize) {
            Some(0) => {}
            Some(state) => return *state == 2,
            None => return false,
        }
        let answer = match self.plan.lazy.get(number as usize) {
            Some(test) => self.work_out(test),
            None => false,
        };
        if let Some(state) = self.scratch.lazy.get_mut(number as usize) {
            *state = if answer { 2 } else { 1 };
            self.scratch.asked.push(number);
        }
        answer
    }

    fn work_out(&mut self, test: &Lazy) -> bool {
        match test {
            Lazy::Null(field) => !self.head(*field).value,
            Lazy::Text(field, matcher) => self.any(*field, |run, value| {
                let Some(text) = value.text() else {
                    return false;
                };
                matcher.is_match(text).unwrap_or_else(|_| run.give_up())
            }),
            Lazy::FoldedText(field, matcher) => self.any(*field, |run, value| {
                let Some(text) = value.text() else {
                    return false;
                };
                run.folded.clear();
                fold_into(text, run.folded);
                matcher
                    .is_match(run.folded)
                    .unwrap_or_else(|_| run.give_up())
            }),
            Lazy::Cidr(field, net) => self.any(*field, |_, value| {
                value
                    .text()
                    .is_some_and(|text| value::in_network(text, net))
            }),
            Lazy::Compare(field, cmp, number) => {
                self.any(*field, |_, value| value::compares(value, *cmp, number))
            }
            Lazy::FieldRef(field, other, reference) => self.refers(*field, *other, *reference),
            Lazy::Keyword(matcher, cased) => {
                let event = self.event;
                let mut answer = false;
                event.every_value(&mut |leaf| {
                    let Some(text) = event.value(leaf).text() else {
                        return;
                    };
                    if answer {
                        return;
                    }
                    self.folded.clear();
                    if *cased {
                        self.folded.push_str(text);
                    } else {
                        fold_into(text, self.folded);
                    }
                    match matcher.is_match(self.folded) {
                        Ok(found) => answer = found,
                        Err(_) => self.scratch.exhausted += 1,
                    }
                });
                answer
            }
            Lazy::Judge(expr) => naive::holds(&self.program.set.exprs, *expr, self.event),
        }
    }

    /// Whether some value of a field stands to some value of another as the reference asks.
    fn refers(&mut self, field: u32, other: u32, reference: FieldRef) -> bool {
        let prepare = |text: &str, out: &mut String| {
            out.clear();
            if reference.cased {
                out.push_str(text);
            } else {
                fold_into(text, out);
            }
        };
        let mut ours = std::mem::take(&mut self.scratch.text);
        let answer = self.any(field, |run, value| {
            let Some(text) = value.text() else {
                return false;
            };
            prepare(text, &mut ours);
            run.any(other, |run, value| {
                let Some(text) = value.text() else {
                    return false;
                };
                prepare(text, run.folded);
                let theirs = run.folded.as_str();
                match reference.anchor {
                    Anchor::Whole => ours == theirs,
                    _ if theirs.is_empty() => false,
                    Anchor::Start => ours.starts_with(theirs),
                    Anchor::End => ours.ends_with(theirs),
                    Anchor::Contains => ours.contains(theirs),
                }
            })
        });
        self.scratch.text = ours;
        answer
    }

    fn give_up(&mut self) -> bool {
        self.scratch.exhausted += 1;
        false
    }

    /// Whether one of a field's values answers.
    fn any(&mut self, field: u32, mut ask: impl FnMut(&mut Self, Value<'_>) -> bool) -> bool {
        let event = self.event;
        let mut next = self.head(field).first;
        let mut answer = false;
        while let Some((node, after)) = self.scratch.values.get(next as usize).copied() {
            next = after;
            event.leaves(node, &mut |leaf| {
                if !answer {
                    answer = ask(self, event.value(leaf));
                }
            });
            if answer {
                break;
            }
        }
        answer
    }
}

/// A number spelled as [`sigwright_ir::pred::Number`] spells whole numbers.
fn is_plain_whole(spelled: &str) -> bool {
    spelled != "-0" && !spelled.bytes().any(|b| matches!(b, b'.' | b'e' | b'E'))
}
