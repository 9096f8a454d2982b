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
    let mut last = root;
    for _ in 0..ROUNDS {
        let next = PASSES
            .iter()
            .fold(last, |root, pass| apply(exprs, *pass, root));
        if next == last {
            break;
        }
        last = next;
    }
    last
}

/// Runs one pass on an expression and all its parts, innermost first.
pub fn apply(exprs: &mut Exprs, pass: Pass, root: ExprId) -> ExprId {
    visit(exprs, pass, root, &mut HashMap::new())
}

/// Expressions are no deeper than [`crate::limits::Limits::depth`] allows.
fn visit(exprs: &mut Exprs, pass: Pass, id: ExprId, done: &mut HashMap<ExprId, ExprId>) -> ExprId {
    if let Some(known) = done.get(&id) {
        return *known;
    }
    let rebuilt = match exprs.get(id).clone() {
        Expr::True | Expr::False | Expr::Pred(_) => return id,
        Expr::And(parts) => {
            let parts: Vec<ExprId> = parts.iter().map(|p| visit(exprs, pass, *p, done)).collect();
            exprs.and(parts)
        }
        Expr::Or(parts) => {
            let parts: Vec<ExprId> = parts.iter().map(|p| visit(exprs, pass, *p, done)).collect();
            exprs.or(parts)
        }
        Expr::Not(part) => {
            let part = visit(exprs, pass, part, done);
            exprs.not(part)
        }
        Expr::Elements {
            field,
            selector,
            body,
        } => {
            let body = visit(exprs, pass, body, done);
            exprs.elements(field, selector, body)
        }
    };
    let rewritten = (pass.rewrite)(exprs, rebuilt).unwrap_or(rebuilt);
    done.insert(id, rewritten);
    rewritten
}
