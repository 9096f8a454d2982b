//! What rules match, as a number: equal for equal meaning, whatever the text looks like, on
//! every machine and in every later run.

use crate::correlation::Plan;
use crate::expr::{Expr, Exprs};
use crate::hints::{Hints, Refire};
use crate::pred::ExprId;
use crate::rule::Rule;
use crate::spelling::Spelling;
use sigwright_syntax::ast::ElementSelector;
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
                let said = Spelling::of("elements").text(field);
                let said = match selector {
                    ElementSelector::Any => said.word("any"),
                    ElementSelector::All => said.word("all"),
                    ElementSelector::AllOrEmpty => said.word("all_or_empty"),
                    ElementSelector::None => said.word("none"),
                    ElementSelector::Index(at) => said.word("at").word(at),
                };
                write!(text, "{}{body:x}", said.as_str())
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
        let said = Spelling::of("rule").list(parts.into_iter(), |said, part| {
            let name = part.as_ref().map(|part| part.value.to_lowercase());
            said.option(name.as_deref())
        });
        of(said.word(format_args!("{root:x}")).as_str())
    }

    /// What a correlation matches: its plan over what `beneath` matches. Alerting again is
    /// part of it, since correlations above see those alerts.
    pub(crate) fn correlation(&self, plan: &Plan, beneath: &[u128], refire: Refire) -> u128 {
        let said = Spelling::of("correlation").plan(plan).refire(refire);
        let said = said.list(beneath.iter(), |said, print| {
            said.word(format_args!("{print:x}"))
        });
        of(said.as_str())
    }

    /// The same with the hints that keep state.
    pub(crate) fn with_hints(&self, matching: u128, hints: &Hints) -> u128 {
        let said = Spelling::of(format_args!("{matching:x}")).hints(hints);
        of(said.as_str())
    }
}
