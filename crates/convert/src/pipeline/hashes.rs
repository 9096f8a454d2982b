//! Transformations that take values apart: hashes, and whatever a regular expression names.

use super::condition_items::number;
use super::keys::Matcher;
use super::scope::{Fate, Scope};
use super::transformations::Transformation;
use crate::Unsupported;
use crate::pattern;
use crate::rule::{Item, Search};
use indexmap::IndexMap;
use serde::Deserialize;
use sigwright_ir::Written;
use sigwright_syntax::pattern::Pattern;
use sigwright_syntax::{Span, Spanned};

/// `hashes_fields`: `SHA1=…` of a field like `Hashes` as fields of their own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HashesFields {
    valid_hash_algos: Vec<String>,
    #[serde(default)]
    field_prefix: String,
    #[serde(default)]
    drop_algo_prefix: bool,
    #[serde(default = "hash_fields")]
    field_to_parse: Vec<String>,
}

fn hash_fields() -> Vec<String> {
    vec!["Hashes".to_owned(), "Hash".to_owned()]
}

/// Algorithms known by the length of what they make, in hexadecimal digits.
const LENGTHS: [(usize, &str); 4] = [(32, "MD5"), (40, "SHA1"), (64, "SHA256"), (128, "SHA512")];

impl HashesFields {
    /// The algorithm and the hash; None where the algorithm is none of the valid ones.
    fn hash(&self, value: &str) -> Option<(String, String)> {
        let wild = |c| matches!(c, '*' | '?');
        let separator = if value.contains('|') { '|' } else { '=' };
        let parts: Vec<&str> = value.split(separator).collect();
        let (algorithm, hash) = match parts.as_slice() {
            [algorithm, hash] => (
                algorithm.trim_start_matches('*').to_uppercase(),
                hash.trim_matches(wild),
            ),
            _ => {
                let hash = parts.first()?.trim_matches(wild);
                let known = LENGTHS.iter().find(|(length, _)| *length == hash.len())?;
                (known.1.to_owned(), hash)
            }
        };
        let valid = self.valid_hash_algos.contains(&algorithm);
        valid.then(|| (algorithm, hash.to_owned()))
    }

    fn field(&self, algorithm: &str) -> String {
        match self.drop_algo_prefix {
            true => self.field_prefix.clone(),
            false => format!("{}{algorithm}", self.field_prefix),
        }
    }
}

impl Transformation for HashesFields {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        scope.items(&mut |_, item| {
            let parsed = item
                .field
                .as_ref()
                .is_some_and(|field| self.field_to_parse.contains(field));
            let Some(values) = parsed.then(|| literals(item)).flatten() else {
                return Ok(Fate::Kept);
            };
            let mut fields: IndexMap<String, Vec<Spanned<Written>>> = IndexMap::new();
            for (value, span) in values {
                let Some((algorithm, hash)) = self.hash(&value) else {
                    // with all of them, or none, a hash left out changes what the rule means
                    if item.all || item.negated {
                        return Err(Unsupported::new(
                            span,
                            format!(
                                "`{value}` is no hash of {}",
                                self.valid_hash_algos.join(", ")
                            ),
                        ));
                    }
                    continue;
                };
                let values = fields.entry(self.field(&algorithm)).or_default();
                values.push(Spanned::new(text(&hash), span));
            }
            if fields.is_empty() {
                return Err(Unsupported::new(
                    item.span,
                    format!(
                        "none of the hashes is of {}",
                        self.valid_hash_algos.join(", ")
                    ),
                ));
            }
            let parts = fields
                .into_iter()
                .map(|(field, values)| {
                    Search::Item(Item {
                        field: (field != "keyword").then_some(field),
                        values,
                        ..item.clone()
                    })
                })
                .collect();
            Ok(Fate::Replaced(match item.all || item.negated {
                true => Search::All(parts),
                false => Search::Any(parts),
            }))
        })
    }
}

fn text(text: &str) -> Written {
    Written::Text {
        pattern: Pattern::parse(text),
        cased: false,
    }
}

/// The values as Sigma spells them; None where one is no string.
fn literals(item: &Item) -> Option<Vec<(String, Span)>> {
    let values = item.values.iter();
    values
        .map(|value| match &value.value {
            Written::Text { pattern, .. } => Some((pattern::sigma(pattern), value.span)),
            _ => None,
        })
        .collect()
}

/// `extract_fields`: the named groups of a regular expression as fields of their own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, try_from = "ExtractFieldsKeys")]
pub(super) struct ExtractFields {
    regex: Matcher,
    field_prefix: Option<String>,
    preserve_unmatched: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExtractFieldsKeys {
    regex: Matcher,
    field_prefix: Option<String>,
    #[serde(default)]
    preserve_unmatched: bool,
}

impl TryFrom<ExtractFieldsKeys> for ExtractFields {
    type Error = String;

    fn try_from(keys: ExtractFieldsKeys) -> Result<Self, String> {
        if keys.regex.groups().is_empty() {
            return Err("the regular expression names no group, as `(?P<name>…)` does".to_owned());
        }
        Ok(ExtractFields {
            regex: keys.regex,
            field_prefix: keys.field_prefix,
            preserve_unmatched: keys.preserve_unmatched,
        })
    }
}

/// What a captured text is: null, a number, or text.
fn captured(value: &str) -> Written {
    if ["null", "none", ""].contains(&value.to_lowercase().as_str()) {
        return Written::Null;
    }
    if value != "0" && value.starts_with('0') {
        return text(value);
    }
    number(value).map_or_else(|| text(value), Written::Number)
}

impl ExtractFields {
    /// What one value becomes; None where it is dropped.
    fn taken_apart(
        &self,
        item: &Item,
        value: &str,
        whole: &Spanned<Written>,
    ) -> Result<Option<Search>, Unsupported> {
        let groups = self
            .regex
            .captures_start(value)
            .map_err(|message| Unsupported::new(whole.span, message))?;
        let Some(groups) = groups else {
            return Ok(self.preserve_unmatched.then(|| {
                Search::Item(Item {
                    values: vec![whole.clone()],
                    ..item.clone()
                })
            }));
        };
        let items: Vec<Search> = groups
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| {
                Search::Item(Item {
                    field: Some(match &self.field_prefix {
                        Some(prefix) => format!("{prefix}.{name}"),
                        None => name,
                    }),
                    values: vec![Spanned::new(captured(&value), whole.span)],
                    all: false,
                    negated: false,
                    ..item.clone()
                })
            })
            .collect();
        Ok((!items.is_empty()).then_some(Search::All(items)))
    }
}

impl Transformation for ExtractFields {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        scope.items(&mut |_, item| {
            let Some(values) = literals(item) else {
                return Ok(Fate::Kept);
            };
            let mut parts = Vec::new();
            for ((value, _), whole) in values.iter().zip(&item.values) {
                let part = self.taken_apart(item, value, whole)?;
                if part.is_none() && item.all {
                    return Err(Unsupported::new(
                        whole.span,
                        format!("no group of the step's regular expression is in `{value}`"),
                    ));
                }
                parts.extend(part);
            }
            if parts.is_empty() {
                return Ok(Fate::Kept);
            }
            if item.negated {
                return Err(Unsupported::new(
                    item.span,
                    "fields cannot be taken out of an item with `neq`",
                ));
            }
            Ok(Fate::Replaced(match item.all {
                true => Search::All(parts),
                false => Search::Any(parts),
            }))
        })
    }
}
