//! Where a rule's evidence is to be looked for, worked out once per rule and log.
//!
//! Most rules are made of fields only. For those the outline is laid flat: each value of the
//! rule with its test and with what is around it and must hold for it to count.

use super::code::Test;
use super::plan::Plan;
use sigwright_ir::{Expr, ExprId, Exprs, FieldId, Outline, OutlineKind, PredId, Rule, Subject};
use sigwright_syntax::Span;

/// A rule's values, flat, in the order of its text.
#[derive(Debug, Default)]
pub(super) struct Sketch {
    pub(super) leaves: Vec<Leaf>,
    /// What must hold for some leaves to count.
    pub(super) guards: Vec<ExprId>,
}

/// A value of the rule.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) test: Test,
    pub(super) span: Span,
    pub(super) pred: PredId,
    pub(super) field: FieldId,
    /// The place of the field in the plan.
    pub(super) place: u32,
    /// Places in [`Sketch::guards`].
    pub(super) guards: Box<[u32]>,
}

/// The rule has array selectors, keywords or parts the plan does not test.
struct NotFlat;

struct Drawing<'a> {
    exprs: &'a Exprs,
    plan: &'a Plan,
    root: ExprId,
    sketch: Sketch,
    /// The guards around the part at hand.
    around: Vec<u32>,
}

impl Sketch {
    /// `None` where the rule's evidence takes more than fields.
    pub(super) fn of(rule: &Rule, exprs: &Exprs, plan: &Plan) -> Option<Sketch> {
        let mut drawing = Drawing {
            exprs,
            plan,
            root: rule.root,
            sketch: Sketch::default(),
            around: Vec::new(),
        };
        drawing.outline(&rule.outline).ok()?;
        Some(drawing.sketch)
    }
}

impl Drawing<'_> {
    fn outline(&mut self, outline: &Outline) -> Result<(), NotFlat> {
        match outline.kind {
            OutlineKind::Not => return Ok(()),
            OutlineKind::Elements(_) => return Err(NotFlat),
            _ => {}
        }
        let depth = self.around.len();
        if outline.children.is_empty() {
            self.expr(outline.expr, outline.span)?;
        } else if outline.children.iter().any(|c| c.expr != outline.expr) {
            self.guard(outline.expr);
        }
        for child in outline.children.iter() {
            self.outline(child)?;
        }
        self.around.truncate(depth);
        Ok(())
    }

    fn expr(&mut self, expr: ExprId, span: Span) -> Result<(), NotFlat> {
        match self.exprs.get(expr) {
            Expr::True | Expr::False | Expr::Not(_) => Ok(()),
            Expr::Elements { .. } => Err(NotFlat),
            Expr::And(parts) | Expr::Or(parts) => {
                let depth = self.around.len();
                self.guard(expr);
                for part in parts {
                    self.expr(*part, span)?;
                }
                self.around.truncate(depth);
                Ok(())
            }
            Expr::Pred(pred) => {
                let predicate = self.exprs.predicate(*pred).ok_or(NotFlat)?;
                let Subject::Field(field) = predicate.subject else {
                    return Err(NotFlat);
                };
                let (Some(test), Some(place)) =
                    (self.plan.tests.get(&expr), self.plan.places.get(&field))
                else {
                    return Err(NotFlat);
                };
                self.sketch.leaves.push(Leaf {
                    test: *test,
                    span,
                    pred: *pred,
                    field,
                    place: *place,
                    guards: self.around.as_slice().into(),
                });
                Ok(())
            }
        }
    }

    /// An `or` cannot fail around a part that holds; the whole rule is known to hold.
    /// Anything else can: an `and`, the `not` of `neq`, what a pass left of either.
    fn guard(&mut self, expr: ExprId) {
        if expr == self.root || matches!(self.exprs.get(expr), Expr::True | Expr::Or(_)) {
            return;
        }
        let known = self.sketch.guards.iter().position(|guard| *guard == expr);
        let place = known.unwrap_or_else(|| {
            self.sketch.guards.push(expr);
            self.sketch.guards.len() - 1
        });
        self.around.push(u32::try_from(place).unwrap_or(u32::MAX));
    }
}
