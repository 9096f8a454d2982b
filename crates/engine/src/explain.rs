//! Explanations: a rule's text with true or false at every node, and why.
//!
//! Every node is asked, also where the outcome is clear before it.

mod hint;
#[cfg(test)]
mod tests;

use crate::event::{Event, Value};
use crate::evidence::{Quickly, join, path};
use crate::naive::{self, Judge, Scope};
use crate::origin::Origins;
use indexmap::IndexSet;
use rustc_hash::FxHashSet;
use sigwright_ir::{Expr, ExprId, Exprs, Op, Outline, OutlineKind, Predicate};
use sigwright_ir::{Rule, RuleId, RuleSet, Subject};
use sigwright_syntax::Span;

/// Elements of one array that are explained; a hint says how many are not.
pub const MAX_ELEMENTS: usize = 50;

/// A node of a rule's text, judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What this node of the text is. Below an array selector there is an `Elements` node
    /// for each element, named by its place.
    pub kind: OutlineKind,
    /// Where it is written.
    pub span: Span,
    /// Whether it holds for the event.
    pub holds: bool,
    /// What the event has where the rule looks.
    pub seen: Vec<Seen>,
    /// What may be amiss, where it does not hold.
    pub hint: Option<String>,
    /// Its parts, in the order written.
    pub children: Vec<Explanation>,
}

/// A field of the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its name.
    pub field: String,
    /// Its value: text as it is, all else as JSON; `None` where the event has no such field.
    pub value: Option<String>,
}

/// Why a rule holds or does not hold for an event; `None` for an id of another set.
pub fn explain(rules: &RuleSet, rule: RuleId, event: &Event) -> Option<Explanation> {
    let rule = rules.rule(rule)?;
    let texts = Quickly::default();
    let judge = Judge::new(&rules.exprs, Scope::with(event, &texts));
    Some(Place::new(judge, "").node(&rule.outline))
}

/// Why a rule never gets to see an event, where it does not: the log it reads and the log
/// the event is from.
pub fn unseen(rule: &Rule, event: &Event, origins: &Origins) -> Option<String> {
    if origins.sees(&rule.logsource, event.origin) {
        return None;
    }
    let named = |parts: [(&str, Vec<&str>); 3]| {
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(attribute, names)| format!("{attribute} `{}`", names.join("` or `")))
            .collect();
        if parts.is_empty() {
            "an unknown log".to_owned()
        } else {
            parts.join(", ")
        }
    };
    let asked = &rule.logsource;
    let asked = named([
        (
            "product",
            asked.product.iter().map(|n| n.as_str()).collect(),
        ),
        (
            "category",
            asked.category.iter().map(|n| n.as_str()).collect(),
        ),
        (
            "service",
            asked.service.iter().map(|n| n.as_str()).collect(),
        ),
    ]);
    let from = origins.get(event.origin).map(|origin| {
        named([
            (
                "product",
                origin.products.iter().map(String::as_str).collect(),
            ),
            (
                "category",
                origin.categories.iter().map(String::as_str).collect(),
            ),
            (
                "service",
                origin.services.iter().map(String::as_str).collect(),
            ),
        ])
    });
    Some(format!(
        "the rule reads {asked}; the event is from {}",
        from.unwrap_or_else(|| "an unknown log".to_owned())
    ))
}

/// An event or an element of it, being explained.
struct Place<'a> {
    judge: Judge<'a>,
    /// The element's name and a dot away from its fields; empty for the event.
    prefix: &'a str,
    /// The parts explained already: a condition may name one selection many times.
    done: FxHashSet<*const Outline>,
}

impl<'a> Place<'a> {
    fn new(judge: Judge<'a>, prefix: &'a str) -> Self {
        Place {
            judge,
            prefix,
            done: FxHashSet::default(),
        }
    }

    fn node(&mut self, outline: &Outline) -> Explanation {
        let mut explanation = Explanation {
            kind: outline.kind.clone(),
            span: outline.span,
            holds: self.judge.holds(outline.expr),
            seen: Vec::new(),
            hint: None,
            children: Vec::new(),
        };
        let again = !outline.children.is_empty() && !self.done.insert(outline.children.as_ptr());
        if again {
            explanation.hint = Some("explained above".to_owned());
            return explanation;
        }
        match &outline.kind {
            OutlineKind::Elements(_) if self.elements(outline, &mut explanation) => {
                return explanation;
            }
            OutlineKind::Value(_) if !explanation.holds => {
                let (exprs, scope) = (self.judge.exprs, self.judge.scope);
                explanation.hint = asked(exprs, outline.expr)
                    .into_iter()
                    .find_map(|predicate| hint::value(exprs, predicate, scope));
            }
            OutlineKind::Item(_) => self.item(outline, &mut explanation),
            _ => {}
        }
        let children = outline.children.iter();
        explanation.children = children.map(|child| self.node(child)).collect();
        explanation
    }

    /// What the event has where an item looks.
    fn item(&self, outline: &Outline, to: &mut Explanation) {
        let (exprs, scope) = (self.judge.exprs, self.judge.scope);
        let mut names: IndexSet<&str> = IndexSet::new();
        for predicate in asked(exprs, outline.expr) {
            match predicate.subject {
                Subject::Field(field) => {
                    names.insert(exprs.field_name(field));
                }
                Subject::Element => {
                    names.insert(".");
                }
                Subject::AnyValue => {
                    let answers = naive::answers(exprs, predicate, scope).into_iter();
                    to.seen.extend(answers.map(|node| Seen {
                        field: path(scope.event, node).unwrap_or_default(),
                        value: Some(text(scope.event, node)),
                    }));
                }
            }
            if let Op::FieldRef(other) = &predicate.op {
                names.insert(exprs.field_name(other.field));
            }
        }
        for name in names {
            let reached = scope.reached(name);
            let field = join(self.prefix, name);
            if reached.is_empty() {
                to.seen.push(Seen { field, value: None });
                if !to.holds && to.hint.is_none() {
                    to.hint = Some(hint::missing(scope, name));
                }
                continue;
            }
            to.seen.extend(reached.into_iter().map(|node| Seen {
                field: field.clone(),
                value: Some(text(scope.event, node)),
            }));
        }
    }

    /// Explains the body for each element; false where this is no array selector after all.
    fn elements(&self, outline: &Outline, to: &mut Explanation) -> bool {
        let (exprs, scope) = (self.judge.exprs, self.judge.scope);
        let Expr::Elements { field, body, .. } = exprs.get(outline.expr) else {
            return false;
        };
        let name = exprs.field_name(*field);
        let arrays = scope.arrays(name);
        if arrays.iter().all(Vec::is_empty) && !to.holds {
            to.hint = Some(if arrays.is_empty() {
                hint::missing(scope, name)
            } else {
                format!("`{name}` has no elements")
            });
        }
        let elements = arrays.iter().flat_map(|array| array.iter().enumerate());
        for (place, element) in elements.clone().take(MAX_ELEMENTS) {
            let label = format!("{}[{place}]", join(self.prefix, name));
            let mut inner = Place::new(Judge::new(exprs, scope.element(*element)), &label);
            to.children.push(Explanation {
                span: outline.span,
                holds: inner.judge.holds(*body),
                seen: Vec::new(),
                hint: None,
                children: outline.children.iter().map(|c| inner.node(c)).collect(),
                kind: OutlineKind::Elements(label),
            });
        }
        let more = elements.count().saturating_sub(MAX_ELEMENTS);
        if more > 0 {
            to.hint = Some(format!("{more} more elements are not shown"));
        }
        true
    }
}

/// The predicates an expression asks in this scope, in order.
fn asked(exprs: &Exprs, root: ExprId) -> Vec<&Predicate> {
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(id) = open.pop() {
        match exprs.get(id) {
            Expr::Pred(pred) => found.extend(exprs.predicate(*pred)),
            Expr::And(children) | Expr::Or(children) => open.extend(children.iter().rev()),
            Expr::Not(child) => open.push(*child),
            Expr::True | Expr::False | Expr::Elements { .. } => {}
        }
    }
    found
}

fn text(event: &Event, node: crate::NodeId) -> String {
    match event.value(node) {
        Value::String(text) => text.to_owned(),
        _ => event.raw(node).to_owned(),
    }
}
