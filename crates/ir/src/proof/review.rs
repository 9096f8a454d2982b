//! What can be said against the parts of one rule: that they never hold, always do, or might
//! as well not be there.

use super::{Proof, Prover, Session, Values};
use crate::expr::Expr;
use crate::pred::ExprId;
use crate::rule::{Outline, OutlineKind};
use rustc_hash::FxHashSet;

/// Parts of one group that are looked at one by one; of a wider group none is.
const WIDEST: usize = 200;

/// What is said of a part of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// It holds for no event.
    Never,
    /// It holds for every event.
    Always,
    /// It holds wherever the parts beside it do, of which one is this part's opposite.
    Cancels,
    /// It holds wherever the parts beside it hold: with it they ask for no more.
    Implied,
    /// Where it holds, one of the parts beside it does: with it they find no more.
    Covered,
}

/// One thing said of a part of a rule.
#[derive(Debug, Clone)]
pub struct Remark {
    /// The part.
    pub part: Outline,
    /// What is said of it.
    pub claim: Claim,
    /// The group it is in, where the claim is about both.
    pub group: Option<Outline>,
    /// Why.
    pub proof: Proof,
}

impl Prover<'_> {
    /// What can be said against a rule and its parts, down to its items; the values of one
    /// item are left to [`Prover::broader`]. A part inside one that is spoken of is left out.
    pub fn review(&self, outline: &Outline, values: Values) -> Vec<Remark> {
        if !self.may_matter(outline, values) {
            return Vec::new();
        }
        let mut roots = Vec::new();
        collect(outline, &mut roots);
        let Some(session) = self.session(&roots, values) else {
            return Vec::new();
        };
        let mut review = Review {
            session,
            remarks: Vec::new(),
            seen: FxHashSet::default(),
        };
        review.part(outline);
        review.remarks
    }

    /// Whether something can follow at all: where each predicate stands once, and none says
    /// anything about another, every part decides in some event.
    fn may_matter(&self, outline: &Outline, values: Values) -> bool {
        let mut seen = FxHashSet::default();
        let mut subjects = FxHashSet::default();
        let mut open = vec![outline];
        let mut inside = Vec::new();
        while let Some(part) = open.pop() {
            if !matches!(part.kind, OutlineKind::Item(_)) && !part.children.is_empty() {
                if matches!(part.kind, OutlineKind::Elements(_)) {
                    return true;
                }
                open.extend(part.children.iter());
                continue;
            }
            let mut own = None;
            let mut all = false;
            inside.push(part.expr);
            while let Some(id) = inside.pop() {
                let pred = match self.exprs.get(id) {
                    Expr::True | Expr::False | Expr::Elements { .. } => return true,
                    Expr::And(parts) => {
                        all = true;
                        inside.extend_from_slice(parts);
                        continue;
                    }
                    Expr::Or(parts) => {
                        inside.extend_from_slice(parts);
                        continue;
                    }
                    Expr::Not(part) => {
                        inside.push(*part);
                        continue;
                    }
                    Expr::Pred(pred) => *pred,
                };
                let Some(predicate) = self.exprs.predicate(pred) else {
                    return true;
                };
                use crate::pred::Op::{Exists, Null, Time};
                if !seen.insert(pred) || matches!(predicate.op, Null | Exists | Time(..)) {
                    return true;
                }
                own = Some(predicate.subject);
            }
            // alternatives of one item say nothing new by excluding each other
            if let Some(subject) = own {
                let again = !subjects.insert(subject);
                if (again || all) && values.single(self.exprs, subject) {
                    return true;
                }
            }
        }
        seen.iter()
            .any(|pred| self.broader(*pred).iter().any(|broad| seen.contains(broad)))
    }
}

/// The expressions of an outline, values left out.
fn collect(part: &Outline, roots: &mut Vec<ExprId>) {
    roots.push(part.expr);
    if !matches!(part.kind, OutlineKind::Item(_) | OutlineKind::Elements(_)) {
        part.children.iter().for_each(|child| collect(child, roots));
    }
}

struct Review {
    session: Session,
    remarks: Vec<Remark>,
    /// Selections looked into; a condition may name one many times.
    seen: FxHashSet<*const Outline>,
}

impl Review {
    /// Looks at a part and what is in it. True where it never or always holds.
    fn part(&mut self, part: &Outline) -> bool {
        let mut constant = false;
        let selection = matches!(part.kind, OutlineKind::Selection(_));
        match part.kind {
            OutlineKind::Item(_) | OutlineKind::Value(_) | OutlineKind::Elements(_) => {}
            _ => {
                for child in part.children.iter() {
                    if !selection || self.seen.insert(child as *const Outline) {
                        constant |= self.part(child);
                    }
                }
            }
        }
        if constant {
            return true;
        }
        // of a placeholder whose list is empty nothing is said
        if holds_nothing(part) {
            return true;
        }
        if let Some(proof) = self.session.refute(&[(part.expr, true)]) {
            self.never(part, proof);
            return true;
        }
        if let Some(proof) = self.session.refute(&[(part.expr, false)]) {
            self.say(part, Claim::Always, None, proof);
            return true;
        }
        self.beside(part);
        false
    }

    fn say(&mut self, part: &Outline, claim: Claim, group: Option<&Outline>, proof: Proof) {
        self.remarks.push(Remark {
            part: part.clone(),
            claim,
            group: group.cloned(),
            proof,
        });
    }

    /// A part never holds: where one of its parts is denied that follows from the others, it
    /// is that one's doing.
    fn never(&mut self, part: &Outline, proof: Proof) {
        let denied = match linked(part) {
            Some(Link::And) => part
                .children
                .iter()
                .find(|child| child.kind == OutlineKind::Not && follows(part, child, self)),
            _ => None,
        };
        match denied {
            Some(denied) => self.say(denied, Claim::Cancels, Some(part), proof),
            None => self.say(part, Claim::Never, None, proof),
        }
    }

    /// The parts of a group that the others make idle. One found idle justifies no other, so
    /// that of two alike the first stays.
    fn beside(&mut self, group: &Outline) {
        let Some(link) = linked(group) else { return };
        let and = link == Link::And;
        let parts = &group.children;
        if parts.len() < 2 || parts.len() > WIDEST {
            return;
        }
        let mut idle = vec![false; parts.len()];
        for (place, part) in parts.iter().enumerate().rev() {
            let others = parts.iter().enumerate();
            let others = others.filter(|(at, _)| *at != place && idle.get(*at) == Some(&false));
            let mut given: Vec<(ExprId, bool)> = others.map(|(_, o)| (o.expr, and)).collect();
            given.push((part.expr, !and));
            if let Some(proof) = self.session.refute(&given) {
                let claim = match and {
                    true => Claim::Implied,
                    false => Claim::Covered,
                };
                self.say(part, claim, Some(group), proof);
                if let Some(slot) = idle.get_mut(place) {
                    *slot = true;
                }
            }
        }
    }
}

/// Whether the opposite of a denied part follows from the parts beside it that are not.
fn follows(group: &Outline, denied: &Outline, review: &mut Review) -> bool {
    let mut given: Vec<(ExprId, bool)> = group
        .children
        .iter()
        .filter(|child| child.kind != OutlineKind::Not)
        .map(|child| (child.expr, true))
        .collect();
    let alone = review.session.refute(&given).is_none();
    given.push((denied.expr, true));
    alone && review.session.refute(&given).is_some()
}

/// How the parts of a group are linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    And,
    Or,
}

fn linked(part: &Outline) -> Option<Link> {
    match &part.kind {
        OutlineKind::And => Some(Link::And),
        OutlineKind::Or => Some(Link::Or),
        OutlineKind::Of(label) => Some(match label.starts_with("all ") {
            true => Link::And,
            false => Link::Or,
        }),
        _ => None,
    }
}

/// Whether a value in it stands for a list without values.
fn holds_nothing(part: &Outline) -> bool {
    let value = matches!(part.kind, OutlineKind::Value(_));
    (value && part.expr == crate::Exprs::FALSE) || part.children.iter().any(holds_nothing)
}
