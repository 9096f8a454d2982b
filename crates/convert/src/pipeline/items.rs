//! A field that a log does not have, said by others it has.

use super::read::{Params, Reader};
use super::scope::{Fate, Scope};
use super::transformations::Transformation;
use crate::Unsupported;
use crate::rule::{Item, Search, parsed};
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value as Json;
use sigwright_ir::Written;
use sigwright_syntax::pattern::Part;

/// `map_detection_item`: what each value of an item stands for. The reference has no such step.
#[derive(Debug)]
pub(super) struct MapItem {
    mapping: IndexMap<String, Search>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    mapping: IndexMap<String, Json>,
}

impl MapItem {
    /// Reads its keys.
    pub fn read(reader: &mut Reader<'_>, params: &Params<'_>) -> Option<Box<dyn Transformation>> {
        let keys: Keys = reader.typed(params)?;
        let at = params
            .get("mapping")
            .map_or(params.span(), |(_, node)| node.span());
        let mut mapping = IndexMap::new();
        for (value, detection) in keys.mapping {
            match parsed(&detection, at) {
                Ok(search) => {
                    mapping.insert(value.to_lowercase(), search);
                }
                Err(messages) => {
                    for message in messages {
                        reader.error(at, message);
                    }
                    return None;
                }
            }
        }
        Some(Box::new(MapItem { mapping }))
    }

    fn mapped(&self, item: &Item) -> Result<Search, Unsupported> {
        let field = item.field.as_deref().unwrap_or("keywords");
        if item.negated {
            return Err(Unsupported::new(
                item.key,
                format!("`{field}` is said by other fields, which `neq` cannot deny: use `not`"),
            ));
        }
        let mut parts = Vec::with_capacity(item.values.len());
        for value in &item.values {
            let search = named(&value.value).and_then(|name| self.mapping.get(&name));
            let Some(search) = search else {
                let known: Vec<String> = self.mapping.keys().map(|k| format!("`{k}`")).collect();
                return Err(Unsupported::new(
                    value.span,
                    format!(
                        "of the values of `{field}`, only {} are known",
                        known.join(", ")
                    ),
                ));
            };
            let mut search = search.clone();
            search.place(value.span);
            parts.push(search);
        }
        Ok(match item.all {
            _ if parts.len() == 1 => parts.swap_remove(0),
            true => Search::All(parts),
            false => Search::Any(parts),
        })
    }
}

/// A value as the key of a mapping: whole texts, numbers, truth values and null.
fn named(value: &Written) -> Option<String> {
    match value {
        Written::Text { pattern, .. } => match pattern.parts() {
            [] => Some(String::new()),
            [Part::Text(text)] => Some(text.to_lowercase()),
            _ => None,
        },
        Written::Number(n) => Some(n.to_string()),
        Written::Bool(b) => Some(b.to_string()),
        Written::Null => Some("null".to_owned()),
        _ => None,
    }
}

impl Transformation for MapItem {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        scope.items(&mut |_, item| self.mapped(item).map(Fate::Replaced))
    }
}
