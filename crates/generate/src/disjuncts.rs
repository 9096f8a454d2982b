//! The ways a condition can hold: the terms of its disjunctive normal form, each found by its
//! number, so that they can be counted, and any of them made, without writing all of them down.

use crate::wish::Wish;
use sigwright_ir::{ElementSelector, Expr, ExprId, Exprs};

/// Expressions with more levels than this are not taken apart.
const MAX_DEPTH: usize = 200;

/// A condition as a tree of alternatives; negation pushed down to the questions.
#[derive(Debug)]
pub struct Disjuncts(Node);

#[derive(Debug)]
enum Node {
    Leaf(Wish),
    /// An element of an array, with the ways in which it can be what is asked.
    Within(ExprId, u32, Box<Node>),
    All(Vec<Node>, Size),
    One(Vec<Node>, Size),
}

/// How many terms there are, and how many are needed to have each alternative in one.
#[derive(Debug, Clone, Copy)]
struct Size {
    terms: u128,
    width: u128,
}

impl Node {
    fn size(&self) -> Size {
        match self {
            Node::Leaf(_) => Size { terms: 1, width: 1 },
            Node::Within(.., inner) => inner.size(),
            Node::All(_, size) | Node::One(_, size) => *size,
        }
    }

    fn all(parts: Vec<Node>) -> Node {
        let size = Size {
            terms: parts
                .iter()
                .fold(1, |all, part| all.saturating_mul(part.size().terms)),
            width: parts.iter().map(|p| p.size().width).max().unwrap_or(1),
        };
        Node::All(parts, size)
    }

    fn one(parts: Vec<Node>) -> Node {
        let sum = |of: fn(Size) -> u128| {
            parts
                .iter()
                .fold(0u128, |all, part| all.saturating_add(of(part.size())))
        };
        let size = Size {
            terms: sum(|size| size.terms),
            width: sum(|size| size.width),
        };
        Node::One(parts, size)
    }

    fn term(&self, mut number: u128, to: &mut Vec<Wish>) {
        match self {
            Node::Leaf(wish) => to.push(wish.clone()),
            Node::Within(elements, place, inner) => {
                let mut wishes = Vec::new();
                inner.term(number, &mut wishes);
                to.push(Wish::Within(*elements, *place, wishes));
            }
            Node::All(parts, _) => {
                // the last part changes first
                let mut chosen = Vec::with_capacity(parts.len());
                for part in parts.iter().rev() {
                    let terms = part.size().terms.max(1);
                    chosen.push((part, number % terms));
                    number /= terms;
                }
                for (part, number) in chosen.into_iter().rev() {
                    part.term(number, to);
                }
            }
            Node::One(parts, _) => {
                for part in parts {
                    let terms = part.size().terms;
                    if number < terms {
                        return part.term(number, to);
                    }
                    number -= terms;
                }
            }
        }
    }

    fn diagonal(&self, mut number: u128, to: &mut Vec<Wish>) {
        match self {
            Node::Leaf(wish) => to.push(wish.clone()),
            Node::Within(elements, place, inner) => {
                let mut wishes = Vec::new();
                inner.diagonal(number, &mut wishes);
                to.push(Wish::Within(*elements, *place, wishes));
            }
            Node::All(parts, _) => {
                for part in parts {
                    part.diagonal(number % part.size().width.max(1), to);
                }
            }
            Node::One(parts, _) => {
                for part in parts {
                    let width = part.size().width;
                    if number < width {
                        return part.diagonal(number, to);
                    }
                    number -= width;
                }
            }
        }
    }
}

impl Disjuncts {
    /// Those of an expression; `None` where it is nested too deep.
    pub fn of(exprs: &Exprs, root: ExprId) -> Option<Disjuncts> {
        node(exprs, root, true, 0).map(Disjuncts)
    }

    /// How many terms there are.
    pub fn count(&self) -> u128 {
        self.0.size().terms
    }

    /// With how many terms each alternative is in one of them.
    pub fn width(&self) -> u128 {
        self.0.size().width
    }

    /// A term, by its number.
    pub fn term(&self, number: u128) -> Vec<Wish> {
        let mut wishes = Vec::new();
        self.0.term(number, &mut wishes);
        wishes
    }

    /// One of the terms that together have every alternative, by its number.
    pub fn diagonal(&self, number: u128) -> Vec<Wish> {
        let mut wishes = Vec::new();
        self.0.diagonal(number, &mut wishes);
        wishes
    }
}

fn node(exprs: &Exprs, id: ExprId, wanted: bool, depth: usize) -> Option<Node> {
    if depth > MAX_DEPTH {
        return None;
    }
    let parts = |ids: &[ExprId]| -> Option<Vec<Node>> {
        ids.iter()
            .map(|part| node(exprs, *part, wanted, depth + 1))
            .collect()
    };
    Some(match (exprs.get(id), wanted) {
        (Expr::True, true) | (Expr::False, false) => Node::all(Vec::new()),
        (Expr::True, false) | (Expr::False, true) => Node::one(Vec::new()),
        (Expr::And(ids), true) | (Expr::Or(ids), false) => Node::all(parts(ids)?),
        (Expr::Or(ids), true) | (Expr::And(ids), false) => Node::one(parts(ids)?),
        (Expr::Not(inner), _) => node(exprs, *inner, !wanted, depth + 1)?,
        (Expr::Pred(_), _) => Node::Leaf(Wish::Is(id, wanted)),
        (Expr::Elements { selector, body, .. }, _) => {
            let inner = |wanted, place| -> Option<Node> {
                let inner = node(exprs, *body, wanted, depth + 1)?;
                Some(Node::Within(id, place, Box::new(inner)))
            };
            match (selector, wanted) {
                (ElementSelector::Any | ElementSelector::All, true) => inner(true, 0)?,
                (ElementSelector::None, false) => inner(true, 0)?,
                (ElementSelector::Index(place), true) => inner(true, *place)?,
                (ElementSelector::AllOrEmpty | ElementSelector::All, false) => inner(false, 0)?,
                _ => Node::Leaf(Wish::Is(id, wanted)),
            }
        }
    })
}
