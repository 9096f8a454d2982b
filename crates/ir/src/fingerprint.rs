//! What rules match, as a number: equal for equal meaning, whatever the text looks like, on
//! every machine and in every later run.

use crate::correlation::Plan;
use crate::expr::{Expr, Exprs};
use crate::hints::{Hints, Refire};
use crate::pred::ExprId;
use crate::rule::Rule;
use std::collections::HashMap;
use std::fmt::Write as _;
use twox_hash::XxHash3_128;

/// The fingerprint of a text that spells out a meaning.
pub(crate) fn of(text: &str) -> u128 {
    XxHash3_128::oneshot(text.as_bytes())
}

/// Fingerprints of the expressions of one table, each worked out once.
pub(crate) struct Fingerprints<'e> {
    exprs: &'e Exprs,
    known: HashMap<ExprId, u128>,
}

impl<'e> Fingerprints<'e> {
    /// None worked out yet.
    pub(crate) fn new(exprs: &'e Exprs) -> Self {
        Fingerprints {
            exprs,
            known: HashMap::new(),
        }
    }

    /// What an expression means.
    pub(crate) fn expr(&mut self, id: ExprId) -> u128 {
        if let Some(known) = self.known.get(&id) {
            return *known;
        }
        let mut text = String::new();
        // Writing to a string does not fail. Depth is bounded as in lowering.
        let _ = match self.exprs.get(id) {
            Expr::And(parts) => self.parts(&mut text, "and", parts),
            Expr::Or(parts) => self.parts(&mut text, "or", parts),
            Expr::Not(part) => self.parts(&mut text, "not", std::slice::from_ref(part)),
            Expr::Elements {
                field,
                selector,
                body,
            } => {
                let body = self.expr(*body);
                let field = self.exprs.field_name(*field);
                write!(text, "elements {field:?} {selector:?} {body:x}")
            }
            Expr::True | Expr::False | Expr::Pred(_) => {
                write!(text, "{}", self.exprs.display(id))
            }
        };
        let print = of(&text);
        self.known.insert(id, print);
        print
    }

    fn parts(&mut self, text: &mut String, link: &str, parts: &[ExprId]) -> std::fmt::Result {
        text.push_str(link);
        for part in parts {
            let part = self.expr(*part);
            write!(text, " {part:x}")?;
        }
        Ok(())
    }
}

impl Fingerprints<'_> {
    /// What a rule matches, filters included, and in which logs.
    pub(crate) fn rule(&mut self, rule: &Rule) -> u128 {
        let root = self.expr(rule.root);
        let source = &rule.logsource;
        let parts = [&source.product, &source.category, &source.service];
        let parts = parts.map(|part| part.as_ref().map(|part| part.value.to_lowercase()));
        of(&format!("rule {parts:?} {root:x}"))
    }

    /// What a correlation matches: its plan over what `beneath` matches. Alerting again is
    /// part of it, since correlations above see those alerts.
    pub(crate) fn correlation(&self, plan: &Plan, beneath: &[u128], refire: Refire) -> u128 {
        let Plan {
            kind,
            timespan,
            group_by,
            steps,
            fingerprint: _,
        } = plan;
        of(&format!(
            "correlation {kind:?} {timespan} {group_by:?} {steps:?} {beneath:x?} {refire:?}"
        ))
    }

    /// The same with the hints that keep state.
    pub(crate) fn with_hints(&self, matching: u128, hints: &Hints) -> u128 {
        let Hints {
            suppress,
            activation,
            ..
        } = hints;
        of(&format!("{matching:x} {suppress:?} {activation:?}"))
    }
}
