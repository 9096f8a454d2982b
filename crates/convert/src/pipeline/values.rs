//! Transformations of values.

use super::condition_items::number;
use super::fields::snake_case;
use super::keys::{Matcher, Names, Replacement, Scalar};
use super::scope::{Became, Scope};
use super::transformations::Transformation;
use crate::Unsupported;
use crate::pattern;
use indexmap::IndexMap;
use serde::Deserialize;
use sigwright_ir::Written;
use sigwright_ir::pred::{Anchor, Regex};
use sigwright_syntax::pattern::{Part, Pattern};

/// A string in which case does not count.
fn text(pattern: Pattern) -> Written {
    Written::Text {
        pattern,
        cased: false,
    }
}

/// Hands each string to `change`.
fn strings(
    scope: &mut Scope<'_, '_>,
    change: &dyn Fn(&Pattern) -> Became<Written>,
) -> Result<(), Unsupported> {
    scope.values(&mut |_, _, value| match value {
        Written::Text { pattern, cased } => {
            let became = change(pattern)?;
            Ok(became.map(|mut values| {
                for value in &mut values {
                    if let Written::Text { cased: to, .. } = value {
                        *to = *cased;
                    }
                }
                values
            }))
        }
        _ => Ok(None),
    })
}

/// `replace_string`: what a regular expression finds, replaced.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReplaceString {
    regex: Matcher,
    replacement: Replacement,
    #[serde(default)]
    skip_special: bool,
    #[serde(default)]
    interpret_special: bool,
}

impl ReplaceString {
    /// The string with its wildcards spelled out, or each run of literal text by itself.
    fn replaced(&self, pattern: &Pattern) -> Result<Pattern, String> {
        if !self.skip_special {
            let spelled = pattern::sigma(pattern);
            let replaced = self.regex.replace_all(&spelled, &self.replacement)?;
            return Ok(with_placeholders(&doubled(&replaced), pattern));
        }
        let mut became = Pattern::default();
        for part in pattern.parts() {
            let Part::Text(literal) = part else {
                became.push(part.clone());
                continue;
            };
            let replaced = self.regex.replace_all(literal, &self.replacement)?;
            match self.interpret_special {
                false => became.push(Part::Text(replaced)),
                true => {
                    let read = Pattern::parse(&doubled(&replaced));
                    read.parts().iter().for_each(|p| became.push(p.clone()));
                }
            }
        }
        Ok(became)
    }
}

/// With every backslash doubled that does not stand before a wildcard.
fn doubled(text: &str) -> String {
    let mut doubled = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        doubled.push(c);
        if c == '\\' && !matches!(chars.peek(), Some('*' | '?')) {
            doubled.push('\\');
        }
    }
    doubled
}

/// Reads a string; where it was made of one with placeholders, they are placeholders again.
fn with_placeholders(text: &str, before: &Pattern) -> Pattern {
    let names: Vec<&String> = before
        .parts()
        .iter()
        .filter_map(|part| match part {
            Part::Placeholder(name) => Some(name),
            _ => None,
        })
        .collect();
    let read = Pattern::parse(text);
    if names.is_empty() {
        return read;
    }
    let mut became = Pattern::default();
    for part in read.parts() {
        let Part::Text(literal) = part else {
            became.push(part.clone());
            continue;
        };
        let mut rest = literal.as_str();
        let next = |rest: &str| {
            let found = names
                .iter()
                .filter_map(|name| rest.find(&format!("%{name}%")).map(|at| (at, *name)));
            found.min()
        };
        while let Some((at, name)) = next(rest) {
            let (start, end) = (rest.get(..at), rest.get(at + name.len() + 2..));
            became.push(Part::Text(start.unwrap_or_default().to_owned()));
            became.push(Part::Placeholder(name.clone()));
            rest = end.unwrap_or_default();
        }
        became.push(Part::Text(rest.to_owned()));
    }
    became
}

impl Transformation for ReplaceString {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        scope.values(&mut |_, _, value| {
            Ok(match value {
                Written::Text { pattern, cased } => Some(vec![Written::Text {
                    pattern: self.replaced(pattern)?,
                    cased: *cased,
                }]),
                Written::Number(n) => {
                    Some(vec![text(self.replaced(&Pattern::literal(n.to_string()))?)])
                }
                _ => None,
            })
        })
    }
}

/// `map_string`: whole strings for others.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MapString {
    mapping: IndexMap<String, Names>,
}

impl Transformation for MapString {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        strings(scope, &|pattern| {
            let to = self.mapping.get(&pattern::sigma(pattern));
            Ok(to.map(|to| to.0.iter().map(|t| text(Pattern::parse(t))).collect()))
        })
    }
}

/// `regex`: strings as regular expressions, for languages whose strings mind case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ToRegex {
    #[serde(default)]
    method: RegexMethod,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RegexMethod {
    Plain,
    IgnoreCaseFlag,
    #[default]
    IgnoreCaseBrackets,
}

impl Transformation for ToRegex {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        strings(scope, &|pattern| {
            if pattern.is_empty() {
                return Ok(None);
            }
            let mut regex = String::new();
            for part in pattern.parts() {
                match part {
                    Part::Text(literal) if self.method == RegexMethod::IgnoreCaseBrackets => {
                        literal.chars().for_each(|c| bracketed(c, &mut regex));
                    }
                    Part::Placeholder(name) => {
                        return Err(format!(
                            "the placeholder `{name}` must be filled before a regular \
                             expression is made of the string"
                        ));
                    }
                    part => {
                        let part = Pattern::from_parts([part.clone()]);
                        regex.push_str(&pattern::regex(&part, ""));
                    }
                }
            }
            let regex = Regex {
                pattern: regex,
                ignore_case: self.method == RegexMethod::IgnoreCaseFlag,
                multi_line: false,
                dot_all: false,
            };
            Ok(Some(vec![Written::Regex(regex, Anchor::Whole)]))
        })
    }
}

/// A letter in both its cases.
fn bracketed(c: char, regex: &mut String) {
    if c.is_alphabetic() {
        regex.push('[');
        regex.extend(c.to_lowercase());
        regex.extend(c.to_uppercase());
        regex.push(']');
    } else {
        let literal = Pattern::literal(c.to_string());
        regex.push_str(&pattern::regex(&literal, ""));
    }
}

/// `set_value`: one value whatever it was.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, try_from = "SetValueKeys")]
pub(super) struct SetValue(Written);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SetValueKeys {
    value: Scalar,
    force_type: Option<Type>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Type {
    Str,
    Num,
}

impl TryFrom<SetValueKeys> for SetValue {
    type Error = String;

    fn try_from(keys: SetValueKeys) -> Result<SetValue, String> {
        Ok(SetValue(match (keys.force_type, keys.value) {
            (None, Scalar::Null) => Written::Null,
            (None, Scalar::Bool(b)) => Written::Bool(b),
            (None, Scalar::Number(n)) => Written::Number(n),
            (None | Some(Type::Str), Scalar::Text(value)) => text(Pattern::parse(&value)),
            (Some(_), Scalar::Null | Scalar::Bool(_)) => {
                return Err("`force_type` takes text and numbers only".to_owned());
            }
            (Some(Type::Str), value) => text(Pattern::literal(value.text())),
            (Some(Type::Num), value) => {
                let wrong = || format!("`{}` is no number", value.text());
                Written::Number(number(&value.text()).ok_or_else(wrong)?)
            }
        }))
    }
}

impl Transformation for SetValue {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        scope.values(&mut |_, _, _| Ok(Some(vec![self.0.clone()])))
    }
}

/// `convert_type`: numbers as text, or text as numbers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConvertType {
    target_type: Type,
}

impl Transformation for ConvertType {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        scope.values(&mut |_, _, value| {
            Ok(match (self.target_type, value) {
                (Type::Str, Written::Number(n)) => {
                    Some(vec![text(Pattern::literal(n.to_string()))])
                }
                (Type::Num, Written::Text { pattern, .. }) => {
                    let spelled = pattern::sigma(pattern);
                    let read = number(&spelled).map(Written::Number);
                    let wrong = || format!("`{spelled}` is no number, and a pipeline wants one");
                    Some(vec![read.ok_or_else(wrong)?])
                }
                _ => None,
            })
        })
    }
}

/// `case`: text in another case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    #[serde(default)]
    method: CaseMethod,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CaseMethod {
    #[default]
    Lower,
    Upper,
    SnakeCase,
}

impl Transformation for Case {
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported> {
        strings(scope, &|pattern| {
            let parts = pattern.parts().iter().map(|part| match part {
                Part::Text(literal) => Part::Text(match self.method {
                    CaseMethod::Lower => literal.to_lowercase(),
                    CaseMethod::Upper => literal.to_uppercase(),
                    CaseMethod::SnakeCase => snake_case(literal),
                }),
                part => part.clone(),
            });
            Ok(Some(vec![text(Pattern::from_parts(parts))]))
        })
    }
}
