//! Conditions on items and on names of fields.

use super::condition_rules::{AppliedIs, StateIs};
use super::conditions::{FieldCondition, ItemCondition};
use super::keys::{Matcher, Scalar};
use super::scope::Run;
use crate::pattern;
use crate::rule::{Item, Rule};
use serde::Deserialize;
use sigwright_ir::Written;
use sigwright_ir::pred::Number;
use sigwright_syntax::pattern::Pattern;

/// How many of an item's values are meant.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Quantity {
    Any,
    All,
}

impl Quantity {
    fn of(
        self,
        item: &Item,
        test: impl Fn(&Written) -> Result<bool, String>,
    ) -> Result<bool, String> {
        for value in &item.values {
            match (self, test(&value.value)?) {
                (Quantity::Any, true) => return Ok(true),
                (Quantity::All, false) => return Ok(false),
                _ => {}
            }
        }
        Ok(matches!(self, Quantity::All))
    }
}

/// Whether it holds for a value, or for one of the variants an encoding made of it.
fn any_variant(
    value: &Written,
    test: &dyn Fn(&Written) -> Result<bool, String>,
) -> Result<bool, String> {
    match value {
        Written::AnyOf(each) => {
            for one in each {
                if any_variant(one, test)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        value => test(value),
    }
}

/// `match_string`: strings that a regular expression matches from their start.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MatchString {
    cond: Quantity,
    pattern: Matcher,
    #[serde(default)]
    negate: bool,
}

impl ItemCondition for MatchString {
    fn holds(&self, item: &Item, _: &Rule) -> Result<bool, String> {
        self.cond.of(item, |value| {
            let matched = any_variant(value, &|value| match value {
                Written::Text { pattern, .. } => {
                    self.pattern.matches_start(&pattern::sigma(pattern))
                }
                _ => Ok(false),
            })?;
            Ok(matched != self.negate)
        })
    }
}

/// `match_value`: values equal to one given.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MatchValue {
    cond: Quantity,
    value: Scalar,
}

impl ItemCondition for MatchValue {
    fn holds(&self, item: &Item, _: &Rule) -> Result<bool, String> {
        self.cond.of(item, |value| Ok(equals(value, &self.value)))
    }
}

/// Whether a value of a rule is what a pipeline's scalar says.
pub(super) fn equals(value: &Written, scalar: &Scalar) -> bool {
    match (value, scalar) {
        (Written::Text { pattern, .. }, Scalar::Text(text)) => *pattern == Pattern::parse(text),
        (Written::Number(n), Scalar::Number(wanted)) => n == wanted,
        (Written::Bool(b), Scalar::Bool(wanted)) => b == wanted,
        (Written::Null, Scalar::Null) => true,
        _ => false,
    }
}

/// `contains_wildcard`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContainsWildcard {
    cond: Quantity,
}

impl ItemCondition for ContainsWildcard {
    fn holds(&self, item: &Item, _: &Rule) -> Result<bool, String> {
        self.cond.of(item, |value| {
            any_variant(value, &|value| {
                Ok(match value {
                    Written::Text { pattern, .. } => pattern::has_wildcards(pattern),
                    _ => false,
                })
            })
        })
    }
}

/// `is_null`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IsNull {
    cond: Quantity,
}

impl ItemCondition for IsNull {
    fn holds(&self, item: &Item, _: &Rule) -> Result<bool, String> {
        self.cond
            .of(item, |value| Ok(matches!(value, Written::Null)))
    }
}

impl ItemCondition for AppliedIs {
    fn holds(&self, item: &Item, _: &Rule) -> Result<bool, String> {
        Ok(item.applied.contains(&self.processing_item_id))
    }
}

impl ItemCondition for StateIs {
    fn holds(&self, _: &Item, rule: &Rule) -> Result<bool, String> {
        self.of(rule)
    }
}

/// How names are compared.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    #[default]
    Plain,
    Re,
}

/// `include_fields` and, the other way round, `exclude_fields`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, try_from = "NameList")]
pub(super) struct IncludeFields(Names);

/// `exclude_fields`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, try_from = "NameList")]
pub(super) struct ExcludeFields(Names);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NameList {
    fields: Vec<String>,
    #[serde(default)]
    mode: Mode,
}

#[derive(Debug)]
enum Names {
    Plain(Vec<String>),
    Re(Vec<Matcher>),
}

impl TryFrom<NameList> for Names {
    type Error = String;

    fn try_from(list: NameList) -> Result<Names, String> {
        Ok(match list.mode {
            Mode::Plain => Names::Plain(list.fields),
            Mode::Re => {
                let compiled = list.fields.into_iter().map(Matcher::try_from);
                Names::Re(compiled.collect::<Result<_, _>>()?)
            }
        })
    }
}

impl TryFrom<NameList> for IncludeFields {
    type Error = String;

    fn try_from(list: NameList) -> Result<Self, String> {
        Names::try_from(list).map(IncludeFields)
    }
}

impl TryFrom<NameList> for ExcludeFields {
    type Error = String;

    fn try_from(list: NameList) -> Result<Self, String> {
        Names::try_from(list).map(ExcludeFields)
    }
}

impl Names {
    fn include(&self, name: Option<&str>) -> Result<bool, String> {
        let Some(name) = name else {
            return Ok(false);
        };
        match self {
            Names::Plain(names) => Ok(names.iter().any(|known| known == name)),
            Names::Re(patterns) => {
                for pattern in patterns {
                    if pattern.matches_start(name)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }
}

impl FieldCondition for IncludeFields {
    fn names(&self, name: Option<&str>, _: &Rule, _: &Run<'_>) -> Result<bool, String> {
        self.0.include(name)
    }
}

impl FieldCondition for ExcludeFields {
    fn names(&self, name: Option<&str>, _: &Rule, _: &Run<'_>) -> Result<bool, String> {
        self.0.include(name).map(|included| !included)
    }
}

impl FieldCondition for AppliedIs {
    fn names(&self, name: Option<&str>, _: &Rule, run: &Run<'_>) -> Result<bool, String> {
        let by = name.and_then(|name| run.renamed.get(name));
        Ok(by.is_some_and(|by| by.contains(&self.processing_item_id)))
    }

    fn holds(&self, item: &Item, _: &Rule, _: &Run<'_>) -> Result<bool, String> {
        Ok(item.applied.contains(&self.processing_item_id))
    }
}

impl FieldCondition for StateIs {
    fn names(&self, _: Option<&str>, rule: &Rule, _: &Run<'_>) -> Result<bool, String> {
        self.of(rule)
    }
}

/// A number spelled as text.
pub(super) fn number(text: &str) -> Option<Number> {
    match text.trim().parse::<i128>() {
        Ok(n) => Some(Number::Int(n)),
        Err(_) => {
            let float = text.trim().parse::<f64>().ok()?;
            float.is_finite().then(|| Number::from_f64(float))
        }
    }
}
