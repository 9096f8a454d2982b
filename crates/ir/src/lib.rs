//! What Sigma rules mean: predicates and boolean expressions, shared across a rule set.
//!
//! Comes in: [`sigwright_syntax::ast::Document`]s. Goes out: a [`RuleSet`]. What may be
//! forgotten here: layout, comments, quoting. What may not: spelling, order, positions.

pub mod expr;
pub mod pred;
pub mod rule;

pub use expr::{ElementSelector, Expr, Exprs};
pub use pred::{ExprId, FieldId, Op, PredId, Predicate, RuleId, Subject};
pub use rule::{CorrelationRule, Outline, OutlineKind, Reference, Rule, RuleSet};

use indexmap::IndexMap;
use sigwright_syntax::{Diagnostics, ast::Document};

/// What lowering needs besides the rules.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// The lists behind `expand` placeholders: name without `%`, then values.
    pub lists: IndexMap<String, Vec<String>>,
}

/// Lowers documents to a rule set. A document with an error is reported and left out.
pub fn lower(documents: &[Document], context: &Context) -> (RuleSet, Diagnostics) {
    let _ = (documents, context);
    (RuleSet::default(), Vec::new())
}
