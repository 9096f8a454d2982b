//! `a and a` is `a`; so is `a or a`. The first of each stays.

use super::Pass;
use crate::expr::{Expr, Exprs};
use crate::pred::ExprId;
use std::collections::HashSet;

pub(super) const PASS: Pass = Pass {
    name: "dedupe",
    rewrite,
};

fn rewrite(exprs: &mut Exprs, id: ExprId) -> Option<ExprId> {
    let (parts, and) = match exprs.get(id) {
        Expr::And(parts) => (parts, true),
        Expr::Or(parts) => (parts, false),
        _ => return None,
    };
    let mut seen = HashSet::with_capacity(parts.len());
    let kept: Vec<ExprId> = parts.iter().copied().filter(|p| seen.insert(*p)).collect();
    if kept.len() == parts.len() {
        return None;
    }
    Some(match and {
        true => exprs.and(kept),
        false => exprs.or(kept),
    })
}
