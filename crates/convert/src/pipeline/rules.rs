//! Transformations of whole rules: conditions added, log sources, state, refusals, groups.

use super::Step;
use super::read::{Params, Reader};
use super::scope::{Fate, Scope, mark};
use super::transformations::Transformation;
use crate::Unsupported;
use crate::rule::{Condition, Search, parsed};
use serde::Deserialize;
use serde_json::Value as Json;
use sigwright_syntax::Spanned;
use std::collections::BTreeSet;

/// `add_condition`: more that must hold, in front of what a rule asks.
#[derive(Debug)]
pub(super) struct AddCondition {
    name: Option<String>,
    negated: bool,
    added: Added,
}

#[derive(Debug)]
enum Added {
    /// What is added to every rule.
    Same(Search),
    /// Text in which `$category` and its like stand for the rule's log source.
    Template(Json),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AddConditionKeys {
    conditions: Json,
    name: Option<String>,
    #[serde(default)]
    template: bool,
    #[serde(default)]
    negated: bool,
}

impl AddCondition {
    /// Reads its keys.
    pub fn read(reader: &mut Reader<'_>, params: &Params<'_>) -> Option<Box<dyn Transformation>> {
        let keys: AddConditionKeys = reader.typed(params)?;
        let at = params
            .get("conditions")
            .map_or(params.span(), |(_, n)| n.span());
        // also where it is a template: what is wrong with it is said once, here
        let search = match parsed(&keys.conditions, at) {
            Ok(search) => search,
            Err(messages) => {
                for message in messages {
                    reader.error(at, message);
                }
                return None;
            }
        };
        Some(Box::new(AddCondition {
            name: keys.name,
            negated: keys.negated,
            added: match keys.template {
                true => Added::Template(keys.conditions),
                false => Added::Same(search),
            },
        }))
    }
}

impl Transformation for AddCondition {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        if scope.rule.is_correlation {
            return Ok(());
        }
        let span = scope.rule.logsource.span.unwrap_or(scope.rule.span);
        let mut search = match &self.added {
            Added::Same(search) => search.clone(),
            Added::Template(json) => parsed(&substituted(json, scope), span)
                .map_err(|messages| Unsupported::new(span, messages.join("; ")))?,
        };
        mark(&mut search, &scope.step.id);
        search.place(span);
        let selections = &mut scope.rule.selections;
        let name = self.name.clone().unwrap_or_else(|| {
            let mut number = selections.len();
            while selections.contains_key(&format!("_cond_{number}")) {
                number += 1;
            }
            format!("_cond_{number}")
        });
        if selections.insert(name.clone(), search).is_some() {
            return Err(Unsupported::new(
                span,
                format!(
                    "the rule has a search identifier `{name}`, which a step of a pipeline adds"
                ),
            ));
        }
        for condition in &mut scope.rule.conditions {
            let mut added = Spanned::new(Condition::Selection(name.clone()), span);
            if self.negated {
                added = Spanned::new(Condition::Not(Box::new(added)), span);
            }
            let parts = vec![added, condition.clone()];
            *condition = Spanned::new(Condition::And(parts), condition.span);
        }
        Ok(())
    }
}

/// With the rule's log source in the texts.
fn substituted(json: &Json, scope: &Scope<'_, '_>) -> Json {
    match json {
        Json::String(text) => {
            let source = &scope.rule.logsource;
            let mut text = text.clone();
            for (name, value) in [
                ("category", &source.category),
                ("product", &source.product),
                ("service", &source.service),
            ] {
                // Python spells a missing part so, and pipelines may count on it
                let value = value.as_ref().map_or("None", |v| v.value.as_str());
                for form in [format!("${{{name}}}"), format!("${name}")] {
                    text = text.replace(&form, value);
                }
            }
            Json::String(text)
        }
        Json::Array(list) => Json::Array(list.iter().map(|one| substituted(one, scope)).collect()),
        Json::Object(map) => Json::Object(
            map.iter()
                .map(|(key, value)| (key.clone(), substituted(value, scope)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// `change_logsource`: another log source; what is left out, it does not have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeLogSource {
    category: Option<String>,
    product: Option<String>,
    service: Option<String>,
}

impl Transformation for ChangeLogSource {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        let span = scope.rule.logsource.span.unwrap_or(scope.rule.span);
        let source = &mut scope.rule.logsource;
        for (part, to) in [
            (&mut source.category, &self.category),
            (&mut source.product, &self.product),
            (&mut source.service, &self.service),
        ] {
            let at = part.as_ref().map_or(span, |part| part.span);
            *part = to.clone().map(|to| Spanned::new(to, at));
        }
        Ok(())
    }
}

/// `set_state`: something later steps and the dialect ask for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetState {
    key: String,
    val: Json,
}

impl Transformation for SetState {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        scope.rule.state.insert(self.key.clone(), self.val.clone());
        Ok(())
    }
}

/// `set_custom_attribute`: an attribute of the rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetCustomAttribute {
    attribute: String,
    value: Json,
}

impl Transformation for SetCustomAttribute {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        let (attribute, value) = (self.attribute.clone(), self.value.clone());
        scope.rule.custom.insert(attribute, value);
        Ok(())
    }
}

/// `drop_detection_item`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DropItem {}

impl Transformation for DropItem {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        scope.items(&mut |_, _| Ok(Fate::Dropped))
    }
}

/// `rule_failure`: the rule is refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleFailure {
    message: String,
}

impl Transformation for RuleFailure {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        let span = scope.rule.logsource.span.unwrap_or(scope.rule.span);
        Err(Unsupported::new(span, self.message.clone()))
    }
}

/// `detection_item_failure`: the rule is refused for an item; `{field}` in the message is its
/// name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ItemFailure {
    message: String,
}

impl Transformation for ItemFailure {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        scope.items(&mut |_, item| {
            let field = item.field.as_deref().unwrap_or("keywords");
            let message = self.message.replace("{field}", &format!("`{field}`"));
            Err(Unsupported::new(item.key, message))
        })
    }
}

/// `strict_field_mapping_failure`: the rule is refused for fields that no step has mapped.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StrictMapping {}

impl Transformation for StrictMapping {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        let mut unmapped = BTreeSet::new();
        let mut place = None;
        scope.items(&mut |scope, item| {
            if let Some(field) = &item.field
                && !scope.run.mapped.contains(field)
            {
                place.get_or_insert(item.key);
                unmapped.insert(format!("`{field}`"));
            }
            Ok(Fate::Kept)
        })?;
        let Some(place) = place else {
            return Ok(());
        };
        let names: Vec<String> = unmapped.into_iter().collect();
        Err(Unsupported::new(
            place,
            format!("no step of a pipeline maps {}", names.join(", ")),
        ))
    }
}

/// `nest`: several steps under the conditions of one.
#[derive(Debug)]
pub(super) struct Nest {
    steps: Vec<Step>,
}

impl Nest {
    /// Reads its steps.
    pub fn read(reader: &mut Reader<'_>, params: &Params<'_>) -> Option<Box<dyn Transformation>> {
        params.only(reader, &["items"])?;
        let steps = reader.nested(params, "items", Reader::step)?;
        Some(Box::new(Nest { steps }))
    }
}

impl Transformation for Nest {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        for step in &self.steps {
            step.apply(scope.rule, scope.run)?;
        }
        Ok(())
    }
}
