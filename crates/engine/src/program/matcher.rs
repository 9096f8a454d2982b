//! Runs a [`Program`] over events; one matcher per thread, memory reused from event to event.

use super::Program;
use super::run::Run;
use super::scratch::{Common, Scratch};
use super::sketch::Sketch;
use crate::event::{Event, NodeId};
use crate::evidence::EACH;
use crate::naive::{self, Scope};
use sigwright_ir::{ExprId, FieldId, RuleId};
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
    common: Common,
    counters: Counters,
}

impl<'p> Matcher<'p> {
    /// A matcher for one thread.
    pub fn new(program: &'p Program) -> Self {
        Matcher {
            program,
            scratch: Vec::new(),
            common: Common::default(),
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
            common: &mut self.common,
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
        scope: Scope<'_>,
        each: &mut dyn FnMut(FieldId, NodeId, Span),
    ) -> bool {
        let program = self.program;
        let event = scope.event;
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
        let mut guards = std::mem::take(&mut scratch.guards);
        guards.clear();
        guards.resize(sketch.guards.len(), None);
        let mut nodes = std::mem::take(&mut scratch.nodes);
        let mut run = Run {
            plan,
            program,
            event,
            scratch,
            common: &mut self.common,
        };
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
            if let Some(node) = run.only(leaf.place) {
                each(leaf.field, node, leaf.span);
                continue;
            }
            if let Some(predicate) = exprs.predicate(leaf.pred) {
                run.answers(leaf.place, predicate, scope, &mut nodes);
                for node in nodes.iter().take(EACH) {
                    each(leaf.field, *node, leaf.span);
                }
            }
        }
        scratch.guards = guards;
        scratch.nodes = nodes;
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
            common: &mut self.common,
        };
        run.holds(expr)
    }
}
