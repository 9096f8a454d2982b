//! Transformations that fill in placeholders.

use super::scope::Scope;
use super::transformations::Transformation;
use crate::Unsupported;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value as Json;
use sigwright_ir::Written;
use sigwright_syntax::pattern::{Part, Pattern};

/// How many values placeholders may make of one.
const MOST: usize = 100_000;

/// Which placeholders a step fills.
#[derive(Debug, Default)]
pub(super) struct Which {
    pub include: Option<Vec<String>>,
    pub exclude: Option<Vec<String>>,
}

impl Which {
    fn includes(&self, name: &str) -> bool {
        let has = |names: &Vec<String>| names.iter().any(|known| known == name);
        self.include.as_ref().is_none_or(has) && !self.exclude.as_ref().is_some_and(has)
    }

    /// Both at once are refused.
    pub fn new(
        include: Option<Vec<String>>,
        exclude: Option<Vec<String>>,
    ) -> Result<Which, String> {
        match include.is_some() && exclude.is_some() {
            true => Err("`include` and `exclude` exclude each other".to_owned()),
            false => Ok(Which { include, exclude }),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WhichKeys {
    include: Option<Vec<String>>,
    exclude: Option<Vec<String>>,
}

impl TryFrom<WhichKeys> for Which {
    type Error = String;

    fn try_from(keys: WhichKeys) -> Result<Which, String> {
        Which::new(keys.include, keys.exclude)
    }
}

/// What a placeholder stands for.
type Forms = Vec<Pattern>;

/// Puts the patterns that `of` gives in the place of each placeholder of the strings.
pub(super) fn fill(
    scope: &mut Scope<'_, '_>,
    which: &Which,
    of: &dyn Fn(&Scope<'_, '_>, &str) -> Result<Forms, String>,
) -> Result<(), Unsupported> {
    scope.values(&mut |scope, _, value| {
        let Written::Text { pattern, cased } = value else {
            return Ok(None);
        };
        let ours = |part: &Part| matches!(part, Part::Placeholder(n) if which.includes(n));
        if !pattern.parts().iter().any(ours) {
            return Ok(None);
        }
        let mut forms = vec![Pattern::default()];
        for part in pattern.parts() {
            match part {
                Part::Placeholder(name) if which.includes(name) => {
                    let values = of(scope, name)?;
                    if forms.len().saturating_mul(values.len()) > MOST {
                        return Err(format!("placeholders make more than {MOST} values of this"));
                    }
                    let with = |form: &Pattern| {
                        let form = form.clone();
                        values.iter().map(move |value| {
                            let parts = form.parts().iter().chain(value.parts());
                            Pattern::from_parts(parts.cloned())
                        })
                    };
                    forms = forms.iter().flat_map(with).collect();
                }
                part => forms.iter_mut().for_each(|form| form.push(part.clone())),
            }
        }
        let text = |pattern| Written::Text {
            pattern,
            cased: *cased,
        };
        Ok(Some(forms.into_iter().map(text).collect()))
    })
}

/// `wildcard_placeholders`: `*` for each.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, try_from = "WhichKeys")]
pub(super) struct Wildcards(Which);

impl TryFrom<WhichKeys> for Wildcards {
    type Error = String;

    fn try_from(keys: WhichKeys) -> Result<Wildcards, String> {
        Which::try_from(keys).map(Wildcards)
    }
}

impl Transformation for Wildcards {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        fill(scope, &self.0, &|_, _| {
            Ok(vec![Pattern::from_parts([Part::Many])])
        })
    }
}

/// `value_placeholders`: the values of `vars`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, try_from = "WhichKeys")]
pub(super) struct Values(Which);

impl TryFrom<WhichKeys> for Values {
    type Error = String;

    fn try_from(keys: WhichKeys) -> Result<Values, String> {
        Which::try_from(keys).map(Values)
    }
}

impl Transformation for Values {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        fill(scope, &self.0, &|scope, name| {
            let values = scope
                .run
                .vars
                .get(name)
                .ok_or_else(|| format!("`vars` of the pipelines has no `{name}`"))?;
            let values = match values {
                Json::Array(values) => values.as_slice(),
                one => std::slice::from_ref(one),
            };
            if values.is_empty() {
                return Err(format!("`{name}` of `vars` has no values"));
            }
            values
                .iter()
                .map(|value| match value {
                    Json::String(text) => Ok(Pattern::parse(text)),
                    Json::Number(n) => Ok(Pattern::literal(n.to_string())),
                    _ => Err(format!(
                        "`{name}` of `vars` has a value that is no text and no number"
                    )),
                })
                .collect()
        })
    }
}

/// `query_expression_placeholders`: an expression of the target's language, such as a look-up
/// in a list it holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, try_from = "ExpressionKeys")]
pub(super) struct Expressions {
    expression: String,
    mapping: IndexMap<String, String>,
    which: Which,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpressionKeys {
    expression: String,
    #[serde(default)]
    mapping: IndexMap<String, String>,
    include: Option<Vec<String>>,
    exclude: Option<Vec<String>>,
}

impl TryFrom<ExpressionKeys> for Expressions {
    type Error = String;

    fn try_from(keys: ExpressionKeys) -> Result<Expressions, String> {
        Ok(Expressions {
            expression: keys.expression,
            mapping: keys.mapping,
            which: Which::new(keys.include, keys.exclude)?,
        })
    }
}

impl Transformation for Expressions {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        scope.values(&mut |_, _, value| {
            let Written::Text { pattern, .. } = value else {
                return Ok(None);
            };
            match pattern.parts() {
                [Part::Placeholder(name)] if self.which.includes(name) => {
                    let id = self.mapping.get(name).unwrap_or(name);
                    let expression = self.expression.replace("{id}", id);
                    Ok(Some(vec![Written::Expression(expression)]))
                }
                parts => {
                    let ours = |part: &&Part| {
                        matches!(part, Part::Placeholder(name) if self.which.includes(name))
                    };
                    match parts.iter().find(ours) {
                        Some(Part::Placeholder(name)) => Err(format!(
                            "the placeholder `{name}` must be the whole value, to become an \
                             expression"
                        )),
                        _ => Ok(None),
                    }
                }
            }
        })
    }
}
