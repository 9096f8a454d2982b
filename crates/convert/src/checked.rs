//! What a language refuses before anything is printed.

use crate::keyword::asks_for_ends;
use crate::query::{Leaf, Query};
use crate::{Dialect, Unsupported};
use sigwright_ir::Written;
use sigwright_ir::pred::Number;
use sigwright_syntax::pattern::Part;

impl Dialect {
    /// A query as the printer takes it.
    ///
    /// # Errors
    /// A keyword that asks for the start or the end of a value, in a language that looks for
    /// keywords in the whole event; a number or a character the language has no spelling for.
    pub(crate) fn prepared(&self, query: Query) -> Result<Query, Unsupported> {
        self.check(&query)?;
        Ok(match self.hooks.before {
            Some(change) => change(query),
            None => query,
        })
    }

    fn check(&self, query: &Query) -> Result<(), Unsupported> {
        match query {
            Query::And(parts) | Query::Or(parts) => parts.iter().try_for_each(|q| self.check(q)),
            Query::Not(inner) => self.check(inner),
            Query::Leaf(leaf) => match self.lacks(leaf, &leaf.value) {
                Some(what) => Err(Unsupported::new(
                    leaf.span,
                    format!("{} cannot express {what}", self.title),
                )),
                None => Ok(()),
            },
        }
    }

    fn lacks(&self, leaf: &Leaf, value: &Written) -> Option<&'static str> {
        let by_value = self.ops.keywords_by_value || self.sql.is_some_and(|s| s.nested.is_some());
        let nul = |part: &Part| matches!(part, Part::Text(text) if text.contains('\0'));
        match value {
            Written::AnyOf(each) => each.iter().find_map(|value| self.lacks(leaf, value)),
            Written::Text { pattern, .. } if pattern.parts().iter().any(nul) => {
                Some("the character NUL")
            }
            Written::Number(Number::Int(n)) | Written::Compare(_, Number::Int(n))
                if self.ops.long_numbers && i64::try_from(*n).is_err() =>
            {
                Some("a number of so many digits")
            }
            value if leaf.field.is_none() && !by_value && asks_for_ends(value) => {
                Some("where a value starts or ends: it looks for keywords in the whole event")
            }
            _ => None,
        }
    }
}
