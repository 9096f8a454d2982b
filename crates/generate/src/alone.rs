//! One rule of many, in a set of its own.

use sigwright_ir::{Expr, ExprId, Exprs, Op, Predicate, RuleId, RuleSet, Subject};
use std::collections::HashMap;

/// A set with one rule of another, and that rule's id in it. What is evaluated is there; what
/// only explains it is not. `None` for an id of another set.
pub fn alone(set: &RuleSet, id: RuleId) -> Option<(RuleSet, RuleId)> {
    let mut rule = set.rule(id)?.clone();
    let mut exprs = Exprs::new();
    rule.root = copied(&set.exprs, rule.root, &mut exprs);
    rule.outline.expr = rule.root;
    rule.outline.children = std::sync::Arc::default();
    rule.selections.clear();
    rule.conditions.clear();
    rule.asked.clear();
    let alone = RuleSet {
        exprs,
        rules: vec![rule],
        ..RuleSet::default()
    };
    Some((alone, RuleId(0)))
}

/// An expression in another table.
fn copied(from: &Exprs, root: ExprId, to: &mut Exprs) -> ExprId {
    let mut known: HashMap<ExprId, ExprId> = HashMap::new();
    let mut open = vec![root];
    while let Some(expr) = open.last().copied() {
        if known.contains_key(&expr) {
            open.pop();
            continue;
        }
        let parts: &[ExprId] = match from.get(expr) {
            Expr::And(parts) | Expr::Or(parts) => parts,
            Expr::Not(inner) => std::slice::from_ref(inner),
            Expr::Elements { body, .. } => std::slice::from_ref(body),
            Expr::True | Expr::False | Expr::Pred(_) => &[],
        };
        let before = open.len();
        open.extend(parts.iter().filter(|part| !known.contains_key(*part)));
        if open.len() > before {
            continue;
        }
        let of = |part: &ExprId| known.get(part).copied().unwrap_or(Exprs::FALSE);
        let made = match from.get(expr) {
            Expr::True => Exprs::TRUE,
            Expr::False => Exprs::FALSE,
            Expr::And(parts) => to.and(parts.iter().map(of)),
            Expr::Or(parts) => to.or(parts.iter().map(of)),
            Expr::Not(inner) => to.not(of(inner)),
            Expr::Elements {
                field,
                selector,
                body,
            } => {
                let body = of(body);
                let field = to.field(from.field_name(*field));
                to.elements(field, *selector, body)
            }
            Expr::Pred(pred) => match from.predicate(*pred) {
                Some(predicate) => {
                    let mut predicate: Predicate = predicate.clone();
                    if let Subject::Field(field) = &mut predicate.subject {
                        *field = to.field(from.field_name(*field));
                    }
                    if let Op::FieldRef(reference) = &mut predicate.op {
                        reference.field = to.field(from.field_name(reference.field));
                    }
                    to.pred(predicate)
                }
                None => Exprs::FALSE,
            },
        };
        known.insert(expr, made);
        open.pop();
    }
    known.get(&root).copied().unwrap_or(Exprs::FALSE)
}
