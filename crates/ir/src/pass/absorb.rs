//! `a or (a and b)` is `a`; so is `a and (a or b)`.

use super::Pass;
use crate::expr::{Expr, Exprs};
use crate::pred::ExprId;
use std::collections::HashSet;

pub(super) const PASS: Pass = Pass {
    name: "absorb",
    rewrite,
};

fn rewrite(exprs: &mut Exprs, id: ExprId) -> Option<ExprId> {
    let (parts, and) = match exprs.get(id) {
        Expr::And(parts) => (parts, true),
        Expr::Or(parts) => (parts, false),
        _ => return None,
    };
    let stated: HashSet<ExprId> = parts.iter().copied().collect();
    let absorbed = |part: &ExprId| match (exprs.get(*part), and) {
        (Expr::Or(inner), true) | (Expr::And(inner), false) => {
            inner.iter().any(|i| stated.contains(i))
        }
        _ => false,
    };
    let kept: Vec<ExprId> = parts.iter().copied().filter(|p| !absorbed(p)).collect();
    if kept.len() == parts.len() {
        return None;
    }
    Some(match and {
        true => exprs.and(kept),
        false => exprs.or(kept),
    })
}
