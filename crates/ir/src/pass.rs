//! Passes: rewrites that keep a rule's meaning and keep it readable as that rule. What only
//! helps to run many rules at once belongs to the engine.

mod absorb;
mod complement;
mod dedupe;

use crate::expr::{Expr, Exprs};
use crate::pred::ExprId;
use std::collections::HashMap;

/// A named rewrite.
#[derive(Debug, Clone, Copy)]
pub struct Pass {
    /// Shown where a reader asks what happened to a rule.
    pub name: &'static str,
    /// Rewrites one group, whose parts have been rewritten; None leaves it as it is.
    pub rewrite: fn(&mut Exprs, ExprId) -> Option<ExprId>,
}

/// All passes in the order they run. Duplicates go first, so that the others meet each part
/// once; complements next, since a group that is constant has nothing left to absorb.
pub const PASSES: &[Pass] = &[dedupe::PASS, complement::PASS, absorb::PASS];

/// Rounds after which an expression is left as it is; each round but the last made it
/// smaller, and rules that people write need two.
const ROUNDS: usize = 8;

/// Runs every pass on an expression until none changes it.
pub fn run(exprs: &mut Exprs, root: ExprId) -> ExprId {
    apply(exprs, PASSES, root)
}

/// Runs some passes on an expression until none changes it.
pub fn apply(exprs: &mut Exprs, passes: &[Pass], root: ExprId) -> ExprId {
    let mut last = root;
    for _ in 0..ROUNDS {
        let next = visit(exprs, passes, last, &mut HashMap::new());
        if next == last {
            break;
        }
        last = next;
    }
    last
}

/// Rewrites an expression's parts, then the expression. Expressions are no deeper than
/// [`crate::limits::Limits::depth`] allows.
fn visit(
    exprs: &mut Exprs,
    passes: &[Pass],
    id: ExprId,
    done: &mut HashMap<ExprId, ExprId>,
) -> ExprId {
    if matches!(exprs.get(id), Expr::True | Expr::False | Expr::Pred(_)) {
        return id;
    }
    if let Some(known) = done.get(&id) {
        return *known;
    }
    let mut new = match exprs.get(id).clone() {
        Expr::True | Expr::False | Expr::Pred(_) => id,
        Expr::And(parts) => match rewritten(exprs, passes, &parts, done) {
            Some(parts) => exprs.and(parts),
            None => id,
        },
        Expr::Or(parts) => match rewritten(exprs, passes, &parts, done) {
            Some(parts) => exprs.or(parts),
            None => id,
        },
        Expr::Not(part) => {
            let part = visit(exprs, passes, part, done);
            exprs.not(part)
        }
        Expr::Elements {
            field,
            selector,
            body,
        } => {
            let body = visit(exprs, passes, body, done);
            exprs.elements(field, selector, body)
        }
    };
    for pass in passes {
        new = (pass.rewrite)(exprs, new).unwrap_or(new);
    }
    done.insert(id, new);
    new
}

/// The parts after a visit; None where none changed.
fn rewritten(
    exprs: &mut Exprs,
    passes: &[Pass],
    parts: &[ExprId],
    done: &mut HashMap<ExprId, ExprId>,
) -> Option<Vec<ExprId>> {
    let new: Vec<ExprId> = parts
        .iter()
        .map(|part| visit(exprs, passes, *part, done))
        .collect();
    (new != parts).then_some(new)
}

#[cfg(test)]
mod tests;
