//! `a and not a` is false, `a or not a` is true.

use super::Pass;
use crate::expr::{Expr, Exprs};
use crate::pred::ExprId;
use std::collections::HashSet;

pub(super) const PASS: Pass = Pass {
    name: "complement",
    rewrite,
};

fn rewrite(exprs: &mut Exprs, id: ExprId) -> Option<ExprId> {
    let (parts, constant) = match exprs.get(id) {
        Expr::And(parts) => (parts, Exprs::FALSE),
        Expr::Or(parts) => (parts, Exprs::TRUE),
        _ => return None,
    };
    let mut denied = parts
        .iter()
        .filter_map(|part| match exprs.get(*part) {
            Expr::Not(inner) => Some(*inner),
            _ => None,
        })
        .peekable();
    denied.peek()?;
    let stated: HashSet<ExprId> = parts.iter().copied().collect();
    denied
        .any(|inner| stated.contains(&inner))
        .then_some(constant)
}
