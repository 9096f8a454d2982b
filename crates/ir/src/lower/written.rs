//! An item's values as a converter prints them: modifiers applied, nothing normalised.

use super::Lowering;
use super::operand::{Operand, Text};
use super::{encode, placeholder};
use crate::Context;
use crate::pred::{Anchor, Comparison, Number, Part, Pattern, Regex, TimePart};
use ipnet::IpNet;
use sigwright_syntax::ast::{self, Item, Modifier};
use sigwright_syntax::{Diagnostics, Spanned};

/// A value of an item after its modifiers.
#[derive(Debug, Clone, PartialEq)]
pub enum Written {
    /// A Sigma string; ends that `contains` and its like open are `*`. A keyword is as the
    /// rule has it. Placeholders without a list are still in it.
    Text {
        /// With wildcards and dashes.
        pattern: Pattern,
        /// Case counts.
        cased: bool,
    },
    /// Equal to a number.
    Number(Number),
    /// Equal to a truth value.
    Bool(bool),
    /// No value, or null.
    Null,
    /// There is a value, or there is none.
    Exists(bool),
    /// A regular expression, and the ends `contains` and its like have opened.
    Regex(Regex, Anchor),
    /// An address of a network.
    Cidr(IpNet),
    /// A number compared.
    Compare(Comparison, Number),
    /// Another field's value.
    FieldRef {
        /// The other field.
        name: String,
        /// Which part of this field's value it must be.
        anchor: Anchor,
        /// Case counts.
        cased: bool,
    },
    /// A part of a time, in UTC, compared.
    Time(TimePart, Comparison, Number),
    /// One of the variants an encoding made of one value.
    AnyOf(Vec<Written>),
    /// A question in the words of the target's language, put in by a pipeline; `{field}`
    /// stands for the field.
    Expression(String),
}

/// The values of an item with its modifiers applied, in the order written; an empty list is
/// null. Values behind placeholders stand in their place where `context` has the list.
///
/// # Errors
/// What [`crate::lower`] would report about the item.
pub fn written(item: &Item, context: &Context) -> Result<Vec<Spanned<Written>>, Diagnostics> {
    let mut lowering = Lowering::new(context);
    let nothing = [Spanned::new(ast::Value::Null, item.span)];
    let values = match item.values.is_empty() {
        true => &nothing[..],
        false => &item.values,
    };
    let mut all = Vec::with_capacity(values.len());
    for value in values {
        for operand in lowering.operands(item, value).unwrap_or_default() {
            match Written::of(operand) {
                Some(written) => all.push(Spanned::new(written, value.span)),
                None => lowering.report(super::item::not_text(value.span)),
            }
        }
    }
    match lowering.failed {
        true => Err(lowering.diagnostics),
        false => Ok(all),
    }
}

impl Lowering<'_> {
    /// What a value is after the modifiers; several where a placeholder stands for a list.
    fn operands(&mut self, item: &Item, value: &Spanned<ast::Value>) -> Option<Vec<Operand>> {
        let has = |wanted: Modifier| item.modifiers.iter().any(|m| m.value == wanted);
        if let (ast::Value::Str(text), true) = (&value.value, has(Modifier::Expand)) {
            if let (Some(pattern), false) =
                (placeholder::kept(text, self.context), has(Modifier::Re))
            {
                let start = Operand::Text(Text::from_pattern(pattern));
                return Some(vec![self.modified(item, value, start)?]);
            }
            let texts = self.expanded(item, text, value.span)?;
            return texts
                .into_iter()
                .map(|text| self.modified(item, value, Operand::Raw(text)))
                .collect();
        }
        let start = self.start(item, value)?;
        Some(vec![self.modified(item, value, start)?])
    }
}

impl Written {
    fn of(operand: Operand) -> Option<Written> {
        Some(match operand {
            Operand::Raw(raw) => Written::text(Pattern::parse(&raw), Anchor::Whole, false),
            Operand::Text(text) => Written::text(
                text.pattern,
                text.anchor.unwrap_or(Anchor::Whole),
                text.cased,
            ),
            Operand::Bytes(pieces, text) => Written::text(
                encode::as_text(&pieces)?,
                text.anchor.unwrap_or(Anchor::Whole),
                text.cased,
            ),
            Operand::AnyOf(each) => {
                Written::AnyOf(each.into_iter().map(Written::of).collect::<Option<_>>()?)
            }
            Operand::Regex(regex, anchor) => Written::Regex(regex, anchor),
            Operand::Cidr(network) => Written::Cidr(network),
            Operand::Field {
                name,
                anchor,
                cased,
            } => Written::FieldRef {
                name,
                anchor,
                cased,
            },
            Operand::Number(n) => Written::Number(n),
            Operand::Compare(comparison, n) => Written::Compare(comparison, n),
            Operand::Time(part, comparison, n) => Written::Time(part, comparison, n),
            Operand::Bool(b) => Written::Bool(b),
            Operand::Exists(wanted) => Written::Exists(wanted),
            Operand::Null => Written::Null,
        })
    }

    /// A string with `*` at the ends that are open, unless one is there.
    fn text(pattern: Pattern, anchor: Anchor, cased: bool) -> Written {
        let (start, end) = anchor.open();
        let before = start.then_some(Part::Many);
        let after = end.then_some(Part::Many);
        let parts = pattern.parts().iter().cloned();
        Written::Text {
            pattern: Pattern::from_parts(before.into_iter().chain(parts).chain(after)),
            cased,
        }
    }
}
