//! Sigma rules as queries of SIEMs and data lakes.
//!
//! A [`Rule`] is the editable form that pipelines change. A [`Query`] is its logic for no
//! language in particular, and a [`Dialect`] is data: how one language spells it. The one
//! printer, [`mod@print`], puts the two together; parentheses come from binding strengths. What a
//! language cannot express is [`Unsupported`], with the place in the rule that needs it.

mod attack;
mod checked;
pub mod correlation;
pub mod dialect;
pub mod dialects;
mod keyword;
mod lucene_regex;
pub mod parse;
mod pattern;
pub mod pipeline;
pub mod print;
mod python_json;
pub mod query;
pub mod rule;
mod yaml;

pub use dialect::Dialect;
pub use pipeline::{Chain, Pipeline};
pub(crate) use python_json::python_json;
pub use query::{Leaf, Query};
pub use rule::{Condition, Item, Rule, Search};

use sigwright_syntax::Span;

/// What a dialect cannot say.
#[derive(Debug, Clone, PartialEq)]
pub struct Unsupported {
    /// One sentence: what, in which language, and why.
    pub message: String,
    /// The value, item or condition that needs it.
    pub span: Span,
}

impl Unsupported {
    /// With its place.
    pub fn new(span: Span, message: impl Into<String>) -> Unsupported {
        Unsupported {
            message: message.into(),
            span,
        }
    }
}
