//! One event's way through a plan: collect, scan, choose, evaluate.

use super::Program;
use super::code::Test;
use super::memo::{Memo, Recorder};
use super::plan::{Field, Lazy, Plan};
use super::scratch::{Common, EMPTY, FieldAnswers, Head, NONE, Scratch};
use super::trie::Trie;
use crate::event::{Event, NodeId, Value};
use crate::fold::fold_into;
use crate::naive::{self, Scope};
use crate::value;
use sigwright_ir::pred::{Anchor, FieldRef};
use sigwright_ir::{Expr, ExprId, Op, Predicate, RuleId};

/// One event on its way through a plan.
pub(super) struct Run<'r> {
    pub(super) plan: &'r Plan,
    pub(super) program: &'r Program,
    pub(super) event: &'r Event,
    pub(super) scratch: &'r mut Scratch,
    pub(super) common: &'r mut Common,
}

impl Run<'_> {
    /// Finds the values of every field the plan reads, as [`Event::reach`] would.
    pub(super) fn collect(&mut self) {
        for root in self.event.roots() {
            self.walk(*root, Trie::ROOT);
        }
        for (name, node) in self.event.fields() {
            self.step(Trie::ROOT, name, node, None);
        }
    }

    fn walk(&mut self, node: NodeId, at: u32) {
        let event = self.event;
        for (key, value) in event.members(node) {
            self.step(at, key, value, Some(node));
        }
        for element in event.elements(node) {
            self.walk(element, at);
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
    pub(super) fn scan(&mut self) {
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
            if let Some((node, NONE)) = self.scratch.values.get(next as usize).copied()
                && let Value::String(text) = event.value(node)
            {
                if let Some(head) = self.scratch.heads.get_mut(number as usize) {
                    head.text = true;
                    head.value = true;
                }
                self.ask_or_recall(field, text);
                continue;
            }
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
        if let Some(keywords) = &plan.keywords
            && self.may_hold(keywords)
        {
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

    /// Whether it is worth asking each value of the event: the event as a whole holds a
    /// keyword.
    fn may_hold(&mut self, keywords: &Field) -> bool {
        if keywords.any_text.is_some() {
            return true;
        }
        let Some(questions) = &keywords.questions else {
            return true;
        };
        let Some(gate) = &questions.tables(self.program).gate else {
            return true;
        };
        let Some(texts) = self.event.everything() else {
            return true;
        };
        let folded = &mut self.common.folded;
        folded.clear();
        texts.for_each(|text| fold_into(text, folded));
        gate.opens(folded)
    }

    /// Asks the one value of a field, a string, unless it is known what comes of that.
    fn ask_or_recall(&mut self, field: &Field, text: &str) {
        if let Some(bit) = field.any_text {
            self.scratch.set(bit);
        }
        let Some(questions) = &field.questions else {
            return;
        };
        let value = Value::String(text);
        let place = match self.program.options.memo {
            true => Memo::place(questions.number, text),
            false => None,
        };
        let Some(place) = place else {
            return self.ask(field, value);
        };
        if let Some(bits) = self.common.memo.recall(place, questions.number, text) {
            for bit in bits {
                self.scratch.set(field.first + bit);
            }
            return;
        }
        self.common.answers.clear();
        let mut recorder = Recorder {
            answers: &mut FieldAnswers {
                scratch: self.scratch,
                first: field.first,
            },
            bits: &mut self.common.answers,
            complete: true,
        };
        let tables = questions.tables(self.program);
        tables.ask(value, &mut self.common.folded, &mut recorder);
        if recorder.complete {
            let bits = &self.common.answers;
            self.common
                .memo
                .remember(place, questions.number, text, bits);
        }
    }

    fn ask(&mut self, field: &Field, value: Value<'_>) {
        if value.text().is_none() {
            return;
        }
        if let Some(bit) = field.any_text {
            self.scratch.set(bit);
        }
        if let Some(questions) = &field.questions {
            let mut answers = FieldAnswers {
                scratch: self.scratch,
                first: field.first,
            };
            let tables = questions.tables(self.program);
            tables.ask(value, &mut self.common.folded, &mut answers);
        }
    }

    /// Picks the rules that may match.
    pub(super) fn choose(&mut self) {
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

    pub(super) fn evaluate(&mut self, found: &mut Vec<RuleId>) {
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

    pub(super) fn holds(&mut self, expr: ExprId) -> bool {
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

    #[inline]
    pub(super) fn test(&mut self, test: Test) -> bool {
        match test {
            Test::Bit(bit) => self.scratch.is_set(bit),
            Test::AnyBit(first, last) => self.scratch.any_set(first, last),
            Test::Lazy(number) => self.lazy(number),
        }
    }

    /// The value of a field that has just one, which is no array.
    pub(super) fn only(&self, field: u32) -> Option<NodeId> {
        let first = self.scratch.values.get(self.head(field).first as usize)?;
        match first {
            (node, NONE) if self.event.value(*node) != Value::Array => Some(*node),
            _ => None,
        }
    }

    /// Puts into `found`, cleared first, the values that make a predicate about a field true,
    /// as [`naive::answers`] finds them.
    pub(super) fn answers(
        &self,
        field: u32,
        predicate: &Predicate,
        scope: Scope<'_>,
        found: &mut Vec<NodeId>,
    ) {
        found.clear();
        let exprs = &self.program.set.exprs;
        if let Op::FieldRef(_) = predicate.op {
            found.extend(naive::answers(exprs, predicate, scope));
            return;
        }
        let mut next = self.head(field).first;
        while let Some((node, after)) = self.scratch.values.get(next as usize).copied() {
            next = after;
            found.push(node);
        }
        // the chain begins at the last
        found.reverse();
        if predicate.op == Op::Exists {
            return;
        }
        let reached = found.len();
        for i in 0..reached {
            if let Some(node) = found.get(i).copied() {
                self.event.leaves(node, &mut |leaf| found.push(leaf));
            }
        }
        found.drain(..reached);
        found.retain(|node| naive::satisfies(exprs, &predicate.op, scope, *node));
    }

    /// The answer to a lazy test, worked out once per event.
    #[inline(never)]
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
                let answer = matcher.is_match(text, text);
                answer.unwrap_or_else(|_| run.give_up())
            }),
            Lazy::FoldedText(field, matcher) => self.any(*field, |run, value| {
                let Some(text) = value.text() else {
                    return false;
                };
                run.common.folded.clear();
                fold_into(text, &mut run.common.folded);
                matcher
                    .is_match(&run.common.folded, text)
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
                    self.common.folded.clear();
                    if *cased {
                        self.common.folded.push_str(text);
                    } else {
                        fold_into(text, &mut self.common.folded);
                    }
                    match matcher.is_match(&self.common.folded, text) {
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
        if naive::too_many_pairs(self.texts(field), self.texts(other)) {
            return self.give_up();
        }
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
                prepare(text, &mut run.common.folded);
                let theirs = run.common.folded.as_str();
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

    /// How many values a field has, and the bytes of their texts.
    fn texts(&mut self, field: u32) -> (usize, usize) {
        let (mut number, mut bytes) = (0, 0);
        self.any(field, |_, value| {
            number += 1;
            bytes += value.text().map_or(0, str::len);
            false
        });
        (number, bytes)
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
