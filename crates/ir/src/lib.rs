//! What Sigma rules mean: predicates and boolean expressions, shared across a rule set.
//!
//! Comes in: [`sigwright_syntax::ast::Document`]s. Goes out: a [`RuleSet`]. What may be
//! forgotten here: layout, comments, quoting. What may not: spelling, order, positions.

pub mod correlation;
mod correlations;
pub mod display;
pub mod expr;
mod filters;
mod fingerprint;
pub mod fold;
pub mod hints;
pub mod limits;
mod lower;
mod names;
pub mod pass;
pub mod pred;
pub mod proof;
pub mod rule;
mod spelling;

pub use correlation::{Kind, Plan};
pub use expr::{ElementSelector, Expr, Exprs};
pub use hints::Hints;
pub use lower::written::{Written, written};
pub use pred::{ExprId, FieldId, Op, PredId, Predicate, RuleId, Subject};
pub use rule::{CorrelationRule, Outline, OutlineKind, Reference, Rule, RuleSet};

use indexmap::IndexMap;
use lower::Lowering;
use names::Names;
use sigwright_syntax::Diagnostics;
use sigwright_syntax::ast::{Body, Document};

/// What lowering needs besides the rules.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// The lists behind `expand` placeholders: name without `%`, then values.
    pub lists: IndexMap<String, Vec<String>>,
    /// Placeholders without a list are no error: the rules are not evaluated, and something
    /// later fills them in.
    pub keep_placeholders: bool,
}

/// Lowers documents to a rule set. A document with an error is reported and left out; one
/// whose reader found an error has been reported already and is left out in silence.
pub fn lower(documents: &[Document], context: &Context) -> (RuleSet, Diagnostics) {
    let mut lowering = Lowering::new(context);
    let names = Names::collect(documents, &mut lowering.diagnostics);
    let mut rules: Vec<Option<Rule>> = documents
        .iter()
        .map(|document| match &document.body {
            Body::Rule(rule) if !document.faulty => lowering.rule(document, rule),
            _ => None,
        })
        .collect();
    let mut set = RuleSet {
        filters: filters::apply(&mut lowering, documents, &names, &mut rules),
        ..RuleSet::default()
    };
    for rule in rules.iter_mut().flatten() {
        rule.root = pass::run(&mut lowering.exprs, rule.root);
    }
    (set.rules, set.correlations) = correlations::resolve(&mut lowering, documents, &names, rules);
    set.exprs = lowering.exprs;
    (set, lowering.diagnostics)
}
