//! Evidence: the values of an event that made a rule true, and where the rule asks for them.

use crate::event::{Event, NodeId, Value};
use crate::naive::{self, Judge, Scope};
use rustc_hash::FxHashSet;
use sigwright_ir::{Expr, ExprId, FieldId, Outline, OutlineKind, RuleId, RuleSet, Subject};
use sigwright_syntax::Span;
use std::collections::HashSet;

/// A value that answered a question of the rule.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Evidence {
    /// The rule's name for the field; inside an array selector with the element's place,
    /// such as `rules[0].verbs`; for a keyword the keys that lead to the value.
    pub field: String,
    /// The value.
    pub node: NodeId,
    /// The value in the rule that it answers.
    pub span: Span,
}

/// The values that made a rule true, in the order of the rule's text, each once for every
/// value of the rule it answers. Empty where the rule does not hold, and where it holds for
/// what is absent only: what a `not` keeps out leaves no evidence.
pub fn evidence(rules: &RuleSet, rule: RuleId, event: &Event) -> Vec<Evidence> {
    let mut found = Vec::new();
    if let Some(rule) = rules.rule(rule) {
        let mut judge = Judge::new(&rules.exprs, Scope::event(event));
        if judge.holds(rule.root) {
            collect(&mut judge, &rule.outline, &mut Place::default(), &mut found);
        }
    }
    let mut seen = HashSet::new();
    found.retain(|evidence| seen.insert(evidence.clone()));
    found
}

/// The event or an element of it, being searched for evidence.
#[derive(Default)]
struct Place {
    /// The element's name; empty for the event.
    prefix: String,
    /// The parts searched already: a condition may name one selection many times.
    done: FxHashSet<*const Outline>,
}

impl Place {
    fn named(prefix: String) -> Self {
        Place {
            prefix,
            ..Place::default()
        }
    }
}

fn collect(judge: &mut Judge<'_>, outline: &Outline, place: &mut Place, found: &mut Vec<Evidence>) {
    if outline.kind == OutlineKind::Not || !judge.holds(outline.expr) {
        return;
    }
    if outline.children.is_empty() {
        drill(judge, outline.expr, outline.span, &place.prefix, found);
        return;
    }
    if !place.done.insert(outline.children.as_ptr()) {
        return;
    }
    if let OutlineKind::Elements(_) = outline.kind {
        let Expr::Elements { field, body, .. } = judge.exprs.get(outline.expr) else {
            return;
        };
        for (mut inner, prefix) in fitting(judge, *field, *body, &place.prefix) {
            let mut place = Place::named(prefix);
            for child in outline.children.iter() {
                collect(&mut inner, child, &mut place, found);
            }
        }
        return;
    }
    for child in outline.children.iter() {
        collect(judge, child, place, found);
    }
}

/// The elements that satisfy the body, each with its own judge and name.
fn fitting<'a>(
    judge: &Judge<'a>,
    field: FieldId,
    body: ExprId,
    prefix: &str,
) -> Vec<(Judge<'a>, String)> {
    let name = judge.exprs.field_name(field);
    let mut fitting = Vec::new();
    for array in judge.scope.arrays(name) {
        for (place, element) in array.into_iter().enumerate() {
            let mut inner = Judge::new(judge.exprs, judge.scope.element(element));
            if inner.holds(body) {
                fitting.push((inner, format!("{}[{place}]", join(prefix, name))));
            }
        }
    }
    fitting
}

/// What the parts of an expression that hold were answered by.
fn drill(judge: &mut Judge<'_>, expr: ExprId, span: Span, prefix: &str, found: &mut Vec<Evidence>) {
    if !judge.holds(expr) {
        return;
    }
    let exprs = judge.exprs;
    match exprs.get(expr) {
        Expr::True | Expr::False | Expr::Not(_) => {}
        // neither holds the other: smart constructors flatten, so this goes two levels deep
        Expr::And(children) | Expr::Or(children) => {
            for child in children {
                drill(judge, *child, span, prefix, found);
            }
        }
        Expr::Elements { field, body, .. } => {
            for (mut inner, prefix) in fitting(judge, *field, *body, prefix) {
                drill(&mut inner, *body, span, &prefix, found);
            }
        }
        Expr::Pred(pred) => {
            let Some(predicate) = exprs.predicate(*pred) else {
                return;
            };
            for node in naive::answers(exprs, predicate, judge.scope) {
                let field = match predicate.subject {
                    Subject::Field(field) => join(prefix, exprs.field_name(field)),
                    Subject::Element => prefix.to_owned(),
                    Subject::AnyValue => path(judge.scope.event, node).unwrap_or_default(),
                };
                found.push(Evidence { field, node, span });
            }
        }
    }
}

pub(crate) fn join(prefix: &str, name: &str) -> String {
    match (prefix, name) {
        ("", name) => name.to_owned(),
        (prefix, ".") => prefix.to_owned(),
        (prefix, name) => format!("{prefix}.{name}"),
    }
}

/// The keys from the whole event to one of its values, joined with dots; places in arrays
/// are left out, as they are in the names of rules.
pub(crate) fn path(event: &Event, sought: NodeId) -> Option<String> {
    let mut open = vec![(event.whole()?, String::new())];
    while let Some((node, name)) = open.pop() {
        if node == sought {
            return Some(name);
        }
        match event.value(node) {
            Value::Object(_) => open.extend(
                event
                    .members(node)
                    .map(|(key, value)| (value, join(&name, key))),
            ),
            Value::Array => open.extend(event.elements(node).map(|e| (e, name.clone()))),
            _ => {}
        }
    }
    None
}
