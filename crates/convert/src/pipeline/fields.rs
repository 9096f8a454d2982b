//! Transformations of field names.

use super::keys::Names;
use super::scope::Scope;
use super::transformations::Transformation;
use crate::Unsupported;
use indexmap::IndexMap;
use serde::Deserialize;

/// What YAML's null is called as a key: it stands for keywords.
fn is_keyword(key: &str) -> bool {
    matches!(key, "null" | "~" | "")
}

/// `field_name_mapping`: one name for another, or for several.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mapping {
    mapping: IndexMap<String, Names>,
}

impl Transformation for Mapping {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        let keywords = self.mapping.iter().find(|(name, _)| is_keyword(name));
        scope.rename(&|field| {
            Ok(match field {
                Some(field) => self.mapping.get(field).map(|to| to.0.clone()),
                None => keywords.map(|(_, to)| to.0.clone()),
            })
        })
    }
}

/// `field_name_prefix_mapping`: the starts of names.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PrefixMapping {
    mapping: IndexMap<String, Names>,
}

impl Transformation for PrefixMapping {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        scope.rename(&|field| {
            let found = field.and_then(|field| {
                let mut each = self.mapping.iter();
                each.find_map(|(from, to)| field.strip_prefix(from.as_str()).map(|rest| (to, rest)))
            });
            Ok(found.map(|(to, rest)| to.0.iter().map(|to| format!("{to}{rest}")).collect()))
        })
    }
}

/// `field_name_transform`: every name written another way.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Transform {
    transform_func: Function,
    #[serde(default)]
    mapping: IndexMap<String, Names>,
    #[serde(default)]
    apply_keyword: bool,
}

/// How a name is written. The reference takes a Python function here, which YAML cannot hold.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Function {
    SnakeCase,
    Lower,
    Upper,
}

impl Transformation for Transform {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        scope.rename(&|field| {
            let Some(field) = field else {
                let keywords = self.mapping.iter().find(|(name, _)| is_keyword(name));
                return Ok(keywords
                    .filter(|_| self.apply_keyword)
                    .map(|(_, to)| to.0.clone()));
            };
            if let Some(to) = self.mapping.get(field) {
                return Ok(Some(to.0.clone()));
            }
            Ok(Some(vec![match self.transform_func {
                Function::SnakeCase => snake_case(field),
                Function::Lower => field.to_lowercase(),
                Function::Upper => field.to_uppercase(),
            }]))
        })
    }
}

/// `CommandLine` as `command_line`, `DNSQuery` as `dns_query`, `cs-method` as `cs_method`.
pub(super) fn snake_case(text: &str) -> String {
    let mut snake = String::with_capacity(text.len() + 4);
    let mut before: Option<char> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next_is_lower = chars.peek().is_some_and(|next| next.is_lowercase());
        let starts = before.is_some_and(|before| {
            before.is_lowercase() || before.is_numeric() || (before.is_uppercase() && next_is_lower)
        });
        if c.is_uppercase() && starts {
            snake.push('_');
        }
        match c {
            '-' => snake.push('_'),
            c => snake.extend(c.to_lowercase()),
        }
        before = Some(c);
    }
    snake
}

/// `field_name_suffix`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Suffix {
    suffix: String,
}

impl Transformation for Suffix {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        scope.rename(&|field| Ok(field.map(|field| vec![format!("{field}{}", self.suffix)])))
    }
}

/// `field_name_prefix`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Prefix {
    prefix: String,
}

impl Transformation for Prefix {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        scope.rename(&|field| Ok(field.map(|field| vec![format!("{}{field}", self.prefix)])))
    }
}

/// `add_field`: more names in the rule's `fields`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AddField {
    field: Names,
}

impl Transformation for AddField {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        scope.rule.fields.extend(self.field.0.iter().cloned());
        Ok(())
    }
}

/// `remove_field`: fewer of them; the first of each name goes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RemoveField {
    field: Names,
}

impl Transformation for RemoveField {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        let fields = &mut scope.rule.fields;
        for name in &self.field.0 {
            if let Some(at) = fields.iter().position(|field| field == name) {
                fields.remove(at);
            }
        }
        Ok(())
    }
}

/// `set_field`: others instead.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetField {
    fields: Vec<String>,
}

impl Transformation for SetField {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        scope.rule.fields.clone_from(&self.fields);
        Ok(())
    }
}
