//! Conditions on whole rules.

use super::condition_items::{equals, number};
use super::conditions::RuleCondition;
use super::keys::{Scalar, Scalars};
use super::scope::Run;
use crate::rule::{Item, Rule, Search};
use serde::Deserialize;
use serde_json::Value as Json;
use sigwright_ir::pred::Number;
use sigwright_syntax::Spanned;
use sigwright_syntax::ast::Level;
use std::cmp::Ordering;

/// The statuses, from the least to the most mature.
/// Source: Sigma rules specification, "Status".
const STATUSES: [&str; 5] = [
    "unsupported",
    "deprecated",
    "experimental",
    "test",
    "stable",
];

/// `logsource`: what it leaves open may be anything.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LogSourceIs {
    category: Option<String>,
    product: Option<String>,
    service: Option<String>,
}

impl RuleCondition for LogSourceIs {
    fn holds(&self, rule: &Rule, _: &Run<'_>) -> Result<bool, String> {
        let fits = |wanted: &Option<String>, has: &Option<Spanned<String>>| {
            let wanted = wanted.as_deref();
            wanted.is_none_or(|wanted| has.as_ref().is_some_and(|has| has.value == wanted))
        };
        let source = &rule.logsource;
        Ok(fits(&self.category, &source.category)
            && fits(&self.product, &source.product)
            && fits(&self.service, &source.service))
    }
}

/// Whether some item of a rule passes.
fn any_item(rule: &Rule, test: &dyn Fn(&Item) -> bool) -> bool {
    fn within(search: &Search, test: &dyn Fn(&Item) -> bool) -> bool {
        match search {
            Search::All(parts) | Search::Any(parts) => parts.iter().any(|p| within(p, test)),
            Search::Item(item) => test(item),
            Search::Elements(_) => false,
        }
    }
    rule.selections.values().any(|search| within(search, test))
}

/// `contains_detection_item`: a field with a value, or with one of several.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContainsItem {
    field: String,
    value: Scalars,
}

impl RuleCondition for ContainsItem {
    fn holds(&self, rule: &Rule, _: &Run<'_>) -> Result<bool, String> {
        Ok(any_item(rule, &|item| {
            item.field.as_deref() == Some(self.field.as_str())
                && item.values.iter().any(|v| {
                    let mut wanted = self.value.0.iter();
                    wanted.any(|wanted| equals(&v.value, wanted))
                })
        }))
    }
}

/// `contains_field`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContainsField {
    field: String,
}

impl RuleCondition for ContainsField {
    fn holds(&self, rule: &Rule, _: &Run<'_>) -> Result<bool, String> {
        let named = |item: &Item| item.field.as_deref() == Some(self.field.as_str());
        Ok(any_item(rule, &named))
    }
}

/// `processing_item_applied`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AppliedIs {
    pub processing_item_id: String,
}

impl RuleCondition for AppliedIs {
    fn holds(&self, rule: &Rule, _: &Run<'_>) -> Result<bool, String> {
        Ok(rule.applied.contains(&self.processing_item_id))
    }
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Operator {
    #[default]
    Eq,
    Ne,
    Gte,
    Gt,
    Lte,
    Lt,
    In,
    NotIn,
}

impl Operator {
    /// Of two values in order; `in` asks for equality.
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Operator::Eq | Operator::In => ordering.is_eq(),
            Operator::Ne | Operator::NotIn => ordering.is_ne(),
            Operator::Gte => ordering.is_ge(),
            Operator::Gt => ordering.is_gt(),
            Operator::Lte => ordering.is_le(),
            Operator::Lt => ordering.is_lt(),
        }
    }
}

/// `processing_state`: a value that an earlier step has set.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StateIs {
    key: String,
    val: Json,
    #[serde(default)]
    op: Operator,
}

impl StateIs {
    /// Whether a rule's state is so.
    pub fn of(&self, rule: &Rule) -> Result<bool, String> {
        let Some(value) = rule.state.get(&self.key) else {
            return Ok(false);
        };
        match self.op {
            Operator::Eq => return Ok(*value == self.val),
            Operator::Ne => return Ok(*value != self.val),
            _ => {}
        }
        let ordering = match (value, &self.val) {
            (Json::Number(a), Json::Number(b)) => a
                .as_f64()
                .zip(b.as_f64())
                .and_then(|(a, b)| a.partial_cmp(&b)),
            (Json::String(a), Json::String(b)) => Some(a.cmp(b)),
            _ => None,
        };
        let ordering = ordering.ok_or_else(|| {
            format!(
                "the state `{}` is {value}, which has no order with {}",
                self.key, self.val
            )
        })?;
        Ok(self.op.holds(ordering))
    }
}

impl RuleCondition for StateIs {
    fn holds(&self, rule: &Rule, _: &Run<'_>) -> Result<bool, String> {
        self.of(rule)
    }
}

/// `is_sigma_rule`: a detection rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IsRule {}

impl RuleCondition for IsRule {
    fn holds(&self, rule: &Rule, _: &Run<'_>) -> Result<bool, String> {
        Ok(!rule.is_correlation)
    }
}

/// `is_sigma_correlation_rule`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IsCorrelation {}

impl RuleCondition for IsCorrelation {
    fn holds(&self, rule: &Rule, _: &Run<'_>) -> Result<bool, String> {
        Ok(rule.is_correlation)
    }
}

/// `tag`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TagIs {
    tag: String,
}

impl RuleCondition for TagIs {
    fn holds(&self, rule: &Rule, _: &Run<'_>) -> Result<bool, String> {
        Ok(rule.meta.tags.iter().any(|tag| tag.value == self.tag))
    }
}

/// `rule_attribute`: title, level and the like, or an attribute of one's own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AttributeIs {
    attribute: String,
    value: Scalar,
    #[serde(default)]
    op: Operator,
}

/// An attribute of a rule in a form that can be compared.
enum Attribute {
    Text(String),
    /// Ordered as its text is.
    Date(String),
    Level(Level),
    Status(String),
    List(Vec<String>),
    Number(Number),
    Other,
}

impl RuleCondition for AttributeIs {
    fn holds(&self, rule: &Rule, _: &Run<'_>) -> Result<bool, String> {
        let Some(attribute) = attribute(rule, &self.attribute) else {
            return Ok(false);
        };
        let wanted = self.value.text();
        let wrong = |what: &str| Err(format!("`{wanted}` is no {what}"));
        let ordering = match attribute {
            Attribute::List(list) => {
                return Ok(match self.op {
                    Operator::In => list.contains(&wanted),
                    Operator::NotIn => !list.contains(&wanted),
                    Operator::Ne => true,
                    _ => false,
                });
            }
            Attribute::Text(text) => match self.op {
                Operator::Eq | Operator::Ne => text.cmp(&wanted),
                _ => {
                    return Err(format!(
                        "`{}` is text, which can be equal (`eq`) or not (`ne`) and nothing else",
                        self.attribute
                    ));
                }
            },
            Attribute::Date(date) => match wanted.parse::<jiff::civil::Date>() {
                Ok(wanted) => date.replace('/', "-").cmp(&wanted.to_string()),
                Err(_) => return wrong("date"),
            },
            Attribute::Level(level) => {
                let named = |l: &Level| l.as_str().eq_ignore_ascii_case(&wanted);
                match Level::ALL.into_iter().find(named) {
                    Some(wanted) => level.cmp(&wanted),
                    None => return wrong("level"),
                }
            }
            Attribute::Status(status) => {
                let place = |name: &str| {
                    let mut names = STATUSES.iter();
                    names.position(|known| known.eq_ignore_ascii_case(name))
                };
                match (place(&status), place(&wanted)) {
                    (_, None) => return wrong("status"),
                    (None, _) => return Ok(false),
                    (Some(has), Some(wanted)) => has.cmp(&wanted),
                }
            }
            Attribute::Number(n) => match number(&wanted) {
                Some(wanted) => return Ok(compared(n, wanted).is_some_and(|o| self.op.holds(o))),
                None => return wrong("number"),
            },
            Attribute::Other => {
                return Err(format!(
                    "`{}` is nothing that can be compared",
                    self.attribute
                ));
            }
        };
        Ok(self.op.holds(ordering))
    }
}

fn compared(a: Number, b: Number) -> Option<Ordering> {
    let float = |n: Number| match n {
        Number::Int(n) => n as f64,
        Number::Float(n) => n,
    };
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => Some(a.cmp(&b)),
        (a, b) => float(a).partial_cmp(&float(b)),
    }
}

fn attribute(rule: &Rule, name: &str) -> Option<Attribute> {
    let meta = &rule.meta;
    let text = |value: &Option<Spanned<String>>| value.as_ref().map(|v| v.value.clone());
    let list = |values: &[Spanned<String>]| {
        Some(Attribute::List(
            values.iter().map(|v| v.value.clone()).collect(),
        ))
    };
    match name {
        "title" => text(&meta.title).map(Attribute::Text),
        "id" => text(&meta.id).map(Attribute::Text),
        "name" => text(&meta.name).map(Attribute::Text),
        "description" => text(&meta.description).map(Attribute::Text),
        "author" => text(&meta.author).map(Attribute::Text),
        "license" => text(&meta.license).map(Attribute::Text),
        "taxonomy" => Some(Attribute::Text(
            text(&meta.taxonomy).unwrap_or_else(|| "sigma".to_owned()),
        )),
        "date" => text(&meta.date).map(Attribute::Date),
        "modified" => text(&meta.modified).map(Attribute::Date),
        "level" => meta.level.as_ref().map(|l| Attribute::Level(l.value)),
        "status" => text(&meta.status).map(Attribute::Status),
        "logsource.category" => text(&rule.logsource.category).map(Attribute::Text),
        "logsource.product" => text(&rule.logsource.product).map(Attribute::Text),
        "logsource.service" => text(&rule.logsource.service).map(Attribute::Text),
        "references" => list(&meta.references),
        "tags" => list(&meta.tags),
        "falsepositives" => list(&meta.falsepositives),
        "scope" => list(&meta.scope),
        "fields" => Some(Attribute::List(rule.fields.clone())),
        name => rule.custom.get(name).map(|value| match value {
            Json::String(text) => Attribute::Text(text.clone()),
            Json::Number(n) => number(&n.to_string()).map_or(Attribute::Other, Attribute::Number),
            Json::Array(list) => Attribute::List(
                list.iter()
                    .map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned))
                    .collect(),
            ),
            _ => Attribute::Other,
        }),
    }
}
