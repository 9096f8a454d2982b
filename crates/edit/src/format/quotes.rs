//! Quotes: values to look for stand between single quotes, all else without where it can.

use super::order::{KEYS, name, sigma};
use crate::quote;
use crate::splice::Splices;
use sigwright_syntax::ast::Value;
use sigwright_syntax::scalar;
use sigwright_syntax::yaml::{Page, Shape, Style, Written};

/// The text with its quotes in house style.
pub(crate) fn quotes(text: &str, page: &Page) -> String {
    let mut quoting = Quoting {
        text,
        splices: Splices::default(),
    };
    for entries in page.roots.iter().filter_map(sigma) {
        for (key, value) in entries {
            match name(key) {
                Some("detection" | "filter") => quoting.detection(value),
                Some("logsource") => quoting.logsource(value),
                Some(key) if KEYS.contains(&key) => quoting.all(value, Want::Bare, false),
                _ => {}
            }
        }
    }
    quoting.splices.apply(text)
}

/// How scalars shall be quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Want {
    /// Text between single quotes.
    Single,
    /// No quotes where none are needed.
    Bare,
    /// Single quotes or none, as it is.
    Either,
}

struct Quoting<'a> {
    text: &'a str,
    splices: Splices,
}

impl Quoting<'_> {
    fn detection(&mut self, node: &Written) {
        let Shape::Mapping { entries, flow } = &node.shape else {
            return;
        };
        for (key, value) in entries {
            let want = match name(key) {
                Some("condition" | "timeframe" | "rules") => Want::Bare,
                _ => Want::Single,
            };
            self.all(value, want, *flow);
        }
    }

    fn logsource(&mut self, node: &Written) {
        let Shape::Mapping { entries, flow } = &node.shape else {
            return;
        };
        for (key, value) in entries {
            let want = match name(key) {
                // half of them are quoted sentences
                Some("definition") => Want::Either,
                _ => Want::Bare,
            };
            self.all(value, want, *flow);
        }
    }

    fn all(&mut self, node: &Written, want: Want, inside: bool) {
        match &node.shape {
            Shape::Alias => {}
            Shape::Scalar { text, style } => self.scalar(node, text, *style, want, inside),
            Shape::Sequence { items, flow } => {
                for item in items {
                    self.all(item, want, inside || *flow);
                }
            }
            Shape::Mapping { entries, flow } => {
                for (_, value) in entries {
                    self.all(value, want, inside || *flow);
                }
            }
        }
    }

    fn scalar(&mut self, node: &Written, text: &str, style: Style, want: Want, flow: bool) {
        let range = node.span.start as usize..node.span.end as usize;
        let raw = self.text.get(range.clone()).unwrap_or_default();
        if node.start != node.span.start || raw.contains('\n') {
            return;
        }
        let new = match style {
            Style::Plain if want == Want::Single => {
                let typed = !matches!(scalar::resolve(text, style), Value::Str(_));
                if typed || !quote::singly(text) {
                    return;
                }
                quote::single(text)
            }
            Style::Single | Style::Double if want == Want::Bare && quote::plain(text, flow) => {
                text.to_owned()
            }
            // an apostrophe is easier to read between double quotes
            Style::Double if quote::singly(text) && !text.contains('\'') => quote::single(text),
            _ => return,
        };
        self.splices.replace(range, new);
    }
}
