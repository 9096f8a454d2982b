//! Looks for what an event must have so that several wishes come true at once: alternatives
//! are chosen one after the other, then each field gets a value.

use crate::arrays;
use crate::value::{self, Asked, Slot};
use crate::wish::Wish;
use indexmap::IndexMap;
use serde_json::Value;
use sigwright_engine::{Event, naive};
use sigwright_ir::pred::{Pattern, StrOp};
use sigwright_ir::{Expr, ExprId, Exprs, FieldId, Op, Predicate, Subject};
use std::collections::HashMap;

/// How many choices of alternatives are tried for one event.
const CHOICES: usize = 48;
/// How many ways of giving values to the fields of one choice.
const WAYS: usize = 8;
/// Alternatives open at once.
const MAX_OPEN: usize = 4_000;

/// What an event has, by the names rules use.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Assignment {
    /// Fields in the order they were asked for.
    pub fields: IndexMap<String, Slot>,
    /// Values that stand anywhere.
    pub anywhere: Vec<Value>,
}

/// Why nothing was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// What is asked contradicts itself.
    Contradiction(String),
    /// Nothing that was tried fits.
    NotFound(String),
}

/// Says whether an event with this in it is one.
pub type Accept<'a> = &'a mut dyn FnMut(&Exprs, &Assignment) -> bool;

/// Finds assignments.
#[derive(Debug)]
pub struct Search {
    /// All expressions of the rules, and those added for the search.
    pub exprs: Exprs,
    /// Another number gives other events.
    pub turn: usize,
    known: HashMap<(String, Vec<Asked>, Option<ExprId>), Vec<Slot>>,
}

/// Leaves with the answers wanted, elements that must be there, and alternatives not chosen.
#[derive(Debug, Clone, Default)]
struct State {
    leaves: IndexMap<ExprId, bool>,
    within: Vec<(ExprId, u32, Vec<Wish>)>,
    open: Vec<(Vec<ExprId>, bool)>,
}

impl Search {
    /// A search among these expressions.
    pub fn new(exprs: Exprs, turn: usize) -> Search {
        Search {
            exprs,
            turn,
            known: HashMap::new(),
        }
    }

    /// Forgets what was found for other rules.
    pub fn forget(&mut self) {
        self.known.clear();
    }

    /// Looks for an assignment that `accept` takes. `miss` is to be missed by little.
    pub fn find(
        &mut self,
        wishes: &[Wish],
        miss: Option<ExprId>,
        accept: Accept<'_>,
    ) -> Result<(), Failure> {
        let mut state = State::default();
        for wish in wishes {
            match wish {
                Wish::Is(expr, wanted) => self.add(&mut state, *expr, *wanted)?,
                Wish::Within(elements, place, inner) => {
                    state.within.push((*elements, *place, inner.clone()));
                }
            }
        }
        if let Some(why) = self.contradiction(&state) {
            return Err(Failure::Contradiction(why));
        }
        let mut budget = CHOICES;
        self.choose(state, miss, &mut budget, accept)
    }

    /// What contradicts itself before anything is chosen.
    fn contradiction(&self, state: &State) -> Option<String> {
        let mut fields: IndexMap<FieldId, Vec<Asked>> = IndexMap::new();
        for (expr, wanted) in &state.leaves {
            if let Expr::Pred(pred) = self.exprs.get(*expr)
                && let Some(predicate) = self.exprs.predicate(*pred)
                && let Subject::Field(field) = predicate.subject
            {
                let (expr, wanted) = (*expr, *wanted);
                fields
                    .entry(field)
                    .or_default()
                    .push(Asked { expr, wanted });
            }
        }
        fields.iter().find_map(|(field, asked)| {
            crate::contradiction::found(&self.exprs, self.exprs.field_name(*field), asked)
        })
    }

    /// Takes an expression apart.
    fn add(&self, state: &mut State, expr: ExprId, wanted: bool) -> Result<(), Failure> {
        let mut left = vec![(expr, wanted)];
        while let Some((expr, wanted)) = left.pop() {
            match (self.exprs.get(expr), wanted) {
                (Expr::True, true) | (Expr::False, false) => {}
                (Expr::True, false) | (Expr::False, true) => {
                    return Err(Failure::Contradiction("it holds never".to_owned()));
                }
                (Expr::Not(inner), _) => left.push((*inner, !wanted)),
                (Expr::And(parts), true) | (Expr::Or(parts), false) => {
                    left.extend(parts.iter().rev().map(|part| (*part, wanted)));
                }
                (Expr::And(parts), false) | (Expr::Or(parts), true) => {
                    if state.open.len() >= MAX_OPEN {
                        return Err(Failure::NotFound("too many alternatives".to_owned()));
                    }
                    state.open.push((parts.to_vec(), wanted));
                }
                (Expr::Pred(_) | Expr::Elements { .. }, _) => {
                    if state.leaves.insert(expr, wanted) == Some(!wanted) {
                        let asked = self.exprs.display(expr);
                        return Err(Failure::Contradiction(format!(
                            "`{asked}` would have to hold and not to hold"
                        )));
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether an expression is as wanted by what was chosen already.
    fn settled(&self, state: &State, expr: ExprId, wanted: bool) -> bool {
        match self.exprs.get(expr) {
            Expr::Not(inner) => self.settled(state, *inner, !wanted),
            _ => state.leaves.get(&expr) == Some(&wanted),
        }
    }

    /// What taking an alternative costs: nothing where nothing need be there for it.
    fn cost(&self, expr: ExprId, wanted: bool) -> usize {
        match (self.exprs.get(expr), wanted) {
            (Expr::Not(inner), _) => self.cost(*inner, !wanted),
            (Expr::Pred(_), wanted) => match value::op(&self.exprs, expr) {
                Some(Op::Null) => usize::from(!wanted),
                _ => usize::from(wanted),
            },
            (Expr::And(parts), true) | (Expr::Or(parts), false) => 1 + parts.len(),
            _ => 1,
        }
    }

    fn choose(
        &mut self,
        mut state: State,
        miss: Option<ExprId>,
        budget: &mut usize,
        accept: Accept<'_>,
    ) -> Result<(), Failure> {
        loop {
            let settled = |(parts, wanted): &(Vec<ExprId>, bool)| {
                parts
                    .iter()
                    .any(|part| self.settled(&state, *part, *wanted))
            };
            let open: Vec<_> = state.open.iter().filter(|o| !settled(o)).cloned().collect();
            state.open = open;
            let Some((parts, wanted)) = state.open.pop() else {
                return self.fill(&state, miss, budget, accept);
            };
            let mut order: Vec<(usize, ExprId)> = parts
                .iter()
                .map(|part| (self.cost(*part, wanted), *part))
                .collect();
            order.sort_by_key(|(cost, _)| *cost);
            let mut failure: Option<Failure> = None;
            let last = order.len().saturating_sub(1);
            let mut next = None;
            for (place, (_, part)) in order.into_iter().enumerate() {
                let mut taken = state.clone();
                let ended = match self.add(&mut taken, part, wanted) {
                    Err(failure) => Err(failure),
                    Ok(()) if place == last && failure.is_none() => {
                        // the only way left: no need to come back
                        next = Some(taken);
                        break;
                    }
                    Ok(()) => self.choose(taken, miss, budget, accept),
                };
                match ended {
                    Ok(()) => return Ok(()),
                    Err(why) => failure = Some(worse(failure.take(), why)),
                }
                if *budget == 0 {
                    break;
                }
            }
            match (next, failure) {
                (Some(taken), _) => state = taken,
                (None, Some(failure)) => return Err(failure),
                (None, None) => {
                    return Err(Failure::Contradiction("there is no alternative".to_owned()));
                }
            }
        }
    }

    /// Gives values to fields.
    fn fill(
        &mut self,
        state: &State,
        mut miss: Option<ExprId>,
        budget: &mut usize,
        accept: Accept<'_>,
    ) -> Result<(), Failure> {
        *budget = budget.saturating_sub(1);
        let mut fields: IndexMap<FieldId, Vec<Asked>> = IndexMap::new();
        let mut element: Vec<Asked> = Vec::new();
        let mut anywhere: Vec<Asked> = Vec::new();
        let mut references = Vec::new();
        let mut elements: Vec<(ExprId, bool)> = Vec::new();
        for (expr, wanted) in &state.leaves {
            let (expr, wanted) = (*expr, *wanted);
            let Expr::Pred(pred) = self.exprs.get(expr) else {
                elements.push((expr, wanted));
                continue;
            };
            let Some(predicate) = self.exprs.predicate(*pred).cloned() else {
                continue;
            };
            let asked = Asked { expr, wanted };
            match (predicate.subject, &predicate.op) {
                (Subject::Field(field), Op::FieldRef(reference)) => {
                    fields.entry(field).or_default();
                    if miss == Some(expr) {
                        // both are there, and not alike
                        fields.entry(field).or_default().push(self.there(field));
                        let other = self.there(reference.field);
                        fields.entry(reference.field).or_default().push(other);
                    }
                    references.push((field, *reference, wanted));
                }
                (Subject::Field(field), _) => fields.entry(field).or_default().push(asked),
                (Subject::AnyValue, _) => anywhere.push(asked),
                (Subject::Element, _) => {
                    let dot = self.exprs.field(".");
                    let subject = Subject::Field(dot);
                    let dotted = self.exprs.pred(Predicate {
                        subject,
                        ..predicate
                    });
                    if miss == Some(expr) {
                        miss = Some(dotted);
                    }
                    element.push(Asked {
                        expr: dotted,
                        wanted,
                    });
                }
            }
        }
        if !element.is_empty() {
            let dot = self.exprs.field(".");
            fields.entry(dot).or_default().extend(element);
        }
        for (_, reference, wanted) in &references {
            let asked = fields.entry(reference.field).or_default();
            if *wanted && asked.iter().all(|one| !one.wanted) {
                asked.push(self.there(reference.field));
            }
        }
        let mut arrays = arrays::Arrays::default();
        for (expr, wanted) in elements {
            arrays.add(&self.exprs, expr, wanted);
        }
        for (expr, place, inner) in &state.within {
            arrays.within(&self.exprs, *expr, *place, inner.clone());
        }
        let mut choices: IndexMap<FieldId, Vec<Slot>> = IndexMap::new();
        for (field, asked) in &fields {
            let name = self.exprs.field_name(*field).to_owned();
            let slots = self.slots(&name, asked, miss);
            if slots.is_empty() {
                return Err(self.nothing_for(&name, asked));
            }
            choices.insert(*field, slots);
        }
        for way in 0..WAYS {
            let mut made = Assignment::default();
            for (place, (field, slots)) in choices.iter().enumerate() {
                let shift = match way {
                    0 => 0,
                    way if way % 2 == 1 => way / 2 + 1,
                    way => way * (place + 1),
                };
                let slot = slots.get(shift % slots.len().max(1)).or(slots.first());
                let name = self.exprs.field_name(*field).to_owned();
                made.fields
                    .insert(name, slot.cloned().unwrap_or(Slot::Free));
            }
            for (field, reference, wanted) in &references {
                if *wanted {
                    self.refer(&mut made, &fields, *field, *reference, way)?;
                }
            }
            arrays.fill(self, miss, &mut made)?;
            self.anywhere(&mut made, &anywhere, miss, way)?;
            if accept(&self.exprs, &made) {
                return Ok(());
            }
        }
        Err(Failure::NotFound(
            "no event was found in which all of it comes together".to_owned(),
        ))
    }

    /// That a field has a value.
    fn there(&mut self, field: FieldId) -> Asked {
        let expr = self.exprs.pred(Predicate {
            subject: Subject::Field(field),
            op: Op::Null,
        });
        Asked {
            expr,
            wanted: false,
        }
    }

    fn slots(&mut self, name: &str, asked: &[Asked], miss: Option<ExprId>) -> Vec<Slot> {
        let mut key = asked.to_vec();
        key.sort_unstable();
        let miss = miss.filter(|miss| asked.iter().any(|one| one.expr == *miss));
        let key = (name.to_owned(), key, miss);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        // what must be there is asked first: most values fail there
        let mut ordered = asked.to_vec();
        ordered.sort_by_key(|one| !one.wanted);
        let found = match crate::contradiction::found(&self.exprs, name, &ordered) {
            Some(_) => Vec::new(),
            None => value::slots(&self.exprs, name, &ordered, miss, self.turn),
        };
        self.known.insert(key, found.clone());
        found
    }

    /// Why a field has no value, in words.
    fn nothing_for(&self, name: &str, asked: &[Asked]) -> Failure {
        let shown = |wanted: bool| {
            let these = asked.iter().filter(|one| one.wanted == wanted);
            let shown: Vec<String> = these
                .map(|one| format!("`{}`", self.exprs.display(one.expr)))
                .take(4)
                .collect();
            shown.join(", ")
        };
        let (yes, no) = (shown(true), shown(false));
        let and_not = if no.is_empty() {
            String::new()
        } else {
            format!(" and not {no}")
        };
        match crate::contradiction::found(&self.exprs, name, asked) {
            Some(why) => Failure::Contradiction(why),
            None => Failure::NotFound(format!("no value of `{name}` was found for {yes}{and_not}")),
        }
    }

    /// Makes a field's value out of the one it is compared with.
    fn refer(
        &mut self,
        made: &mut Assignment,
        fields: &IndexMap<FieldId, Vec<Asked>>,
        field: FieldId,
        reference: sigwright_ir::pred::FieldRef,
        way: usize,
    ) -> Result<(), Failure> {
        let other = self.exprs.field_name(reference.field).to_owned();
        let text = match made.fields.get(&other) {
            Some(Slot::Is(Value::String(text))) => text.clone(),
            Some(Slot::Is(value @ (Value::Number(_) | Value::Bool(_)))) => value.to_string(),
            _ => {
                return Err(Failure::NotFound(format!(
                    "`{other}` has no text to compare with"
                )));
            }
        };
        let equal = self.exprs.pred(Predicate {
            subject: Subject::Field(field),
            op: Op::Str(StrOp {
                anchor: reference.anchor,
                pattern: Pattern::literal(text),
                cased: reference.cased,
            }),
        });
        let mut asked = fields.get(&field).cloned().unwrap_or_default();
        asked.push(Asked {
            expr: equal,
            wanted: true,
        });
        let name = self.exprs.field_name(field).to_owned();
        let slots = self.slots(&name, &asked, None);
        match slots.get(way % slots.len().max(1)) {
            Some(slot) => {
                made.fields.insert(name, slot.clone());
                Ok(())
            }
            None => Err(self.nothing_for(&name, &asked)),
        }
    }

    /// Puts values that keywords ask for anywhere, each question answered by one value unless
    /// it is answered already.
    fn anywhere(
        &mut self,
        made: &mut Assignment,
        asked: &[Asked],
        miss: Option<ExprId>,
        way: usize,
    ) -> Result<(), Failure> {
        let (yes, no): (Vec<Asked>, Vec<Asked>) = asked.iter().partition(|one| one.wanted);
        let missed = miss.filter(|miss| no.iter().any(|one| one.expr == *miss));
        if missed.is_some() && way.is_multiple_of(2) {
            let slots = self.slots("message", &no, missed);
            if let Some(Slot::Is(value)) = slots.get(way / 2) {
                made.anywhere.push(value.clone());
            }
        }
        for one in yes {
            let there = Event::from_json(&made.flat().to_string())
                .is_ok_and(|event| naive::holds(&self.exprs, one.expr, &event));
            if there {
                continue;
            }
            let mut these = no.clone();
            these.push(one);
            let slots = self.slots("message", &these, None);
            match slots.get(way % slots.len().max(1)) {
                Some(Slot::Is(value)) => made.anywhere.push(value.clone()),
                _ => return Err(self.nothing_for("any value", &these)),
            }
        }
        Ok(())
    }
}

impl Assignment {
    /// As an object with the names as they are.
    pub fn flat(&self) -> Value {
        let mut object = serde_json::Map::new();
        for (name, slot) in &self.fields {
            if let Slot::Is(value) = slot {
                object.insert(name.clone(), value.clone());
            }
        }
        match self.anywhere.as_slice() {
            [] => {}
            [one] => {
                object.insert("message".to_owned(), one.clone());
            }
            several => {
                object.insert("message".to_owned(), Value::Array(several.to_vec()));
            }
        }
        Value::Object(object)
    }
}

/// Of two failures the one that says less: that nothing was found does not mean that there
/// is nothing.
fn worse(before: Option<Failure>, after: Failure) -> Failure {
    match before {
        Some(Failure::NotFound(why)) => Failure::NotFound(why),
        _ => after,
    }
}
