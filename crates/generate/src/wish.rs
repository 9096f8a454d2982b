//! What an event that is to be made must be like.

use sigwright_ir::{ElementSelector, Expr, ExprId, Exprs};

/// One thing asked of an event.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Wish {
    /// The expression holds, or does not.
    Is(ExprId, bool),
    /// The array of these elements ([`sigwright_ir::Expr::Elements`]) has, at this place or
    /// behind, an element that is like this.
    Within(ExprId, u32, Vec<Wish>),
}

/// Most questions of one rule that are looked at.
pub const MAX_QUESTIONS: usize = 100_000;

/// A question of a rule and the way down to it.
#[derive(Debug, Clone)]
pub struct Path {
    /// The expression that asks it.
    pub leaf: ExprId,
    /// The answer that makes the rule match.
    pub wanted: bool,
    /// It is asked in other places, too.
    pub again: bool,
    /// From the root down: an expression, and which of its parts the way goes on with.
    steps: Steps,
}

type Steps = Vec<(ExprId, usize)>;

/// Every question of an expression with the first way to it, in the order written.
pub fn paths(exprs: &Exprs, root: ExprId) -> Vec<Path> {
    let mut found: Vec<Path> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let mut again = std::collections::HashSet::new();
    let mut open: Vec<(ExprId, bool, Steps)> = vec![(root, true, Vec::new())];
    while let Some((expr, wanted, steps)) = open.pop() {
        if found.len() >= MAX_QUESTIONS {
            break;
        }
        // a part that is met again brings no question that was not seen
        if !seen.insert(expr) {
            again.insert(expr);
            continue;
        }
        let down = |place: usize| {
            let mut steps = steps.clone();
            steps.push((expr, place));
            steps
        };
        match exprs.get(expr) {
            Expr::True | Expr::False => {}
            Expr::Pred(_) => found.push(Path {
                leaf: expr,
                wanted,
                again: false,
                steps,
            }),
            Expr::And(parts) | Expr::Or(parts) => {
                let parts = parts.iter().enumerate().rev();
                open.extend(parts.map(|(place, part)| (*part, wanted, down(place))));
            }
            Expr::Not(inner) => open.push((*inner, !wanted, down(0))),
            Expr::Elements { selector, body, .. } => {
                let none = *selector == ElementSelector::None;
                open.push((*body, wanted != none, down(0)));
            }
        }
    }
    for path in &mut found {
        let met = |expr: &ExprId| again.contains(expr);
        path.again = met(&path.leaf) || path.steps.iter().any(|(expr, _)| met(expr));
    }
    found
}

impl Path {
    /// What makes the whole depend on this question alone: of what must all hold, the other
    /// parts hold; of what one suffices, no other does. The question has this answer.
    pub fn wishes(&self, exprs: &Exprs, answer: bool) -> Vec<Wish> {
        let mut inner = vec![Wish::Is(self.leaf, answer)];
        for (expr, taken) in self.steps.iter().rev() {
            let others = |parts: &[ExprId], hold: bool| -> Vec<Wish> {
                let others = parts.iter().enumerate().filter(|(place, _)| place != taken);
                others.map(|(_, part)| Wish::Is(*part, hold)).collect()
            };
            match exprs.get(*expr) {
                Expr::And(parts) => inner.extend(others(parts, true)),
                Expr::Or(parts) => inner.extend(others(parts, false)),
                Expr::Elements { selector, .. } => {
                    let place = match selector {
                        ElementSelector::Index(place) => *place,
                        _ => 0,
                    };
                    inner = vec![Wish::Within(*expr, place, inner)];
                }
                Expr::Not(_) | Expr::Pred(_) | Expr::True | Expr::False => {}
            }
        }
        inner
    }

    /// What makes the rule match by way of this question.
    pub fn matching(&self, exprs: &Exprs) -> Vec<Wish> {
        self.wishes(exprs, self.wanted)
    }
}

/// The expression with this answer in place of the question.
pub fn answered(exprs: &mut Exprs, root: ExprId, leaf: ExprId, answer: bool) -> ExprId {
    let mut known = std::collections::HashMap::new();
    let constant = if answer { Exprs::TRUE } else { Exprs::FALSE };
    known.insert(leaf, constant);
    let mut open = vec![root];
    while let Some(expr) = open.last().copied() {
        if known.contains_key(&expr) {
            open.pop();
            continue;
        }
        let node = exprs.get(expr).clone();
        let parts: &[ExprId] = match &node {
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
        let of = |part: &ExprId| known.get(part).copied().unwrap_or(*part);
        let made = match &node {
            Expr::And(parts) => exprs.and(parts.iter().map(of)),
            Expr::Or(parts) => exprs.or(parts.iter().map(of)),
            Expr::Not(inner) => exprs.not(of(inner)),
            Expr::Elements {
                field,
                selector,
                body,
            } => exprs.elements(*field, *selector, of(body)),
            Expr::True | Expr::False | Expr::Pred(_) => expr,
        };
        known.insert(expr, made);
        open.pop();
    }
    known.get(&root).copied().unwrap_or(root)
}
