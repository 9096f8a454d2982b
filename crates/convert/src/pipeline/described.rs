//! A rule in lines that can be compared: what a step did to it.

use crate::pattern;
use crate::rule::{Condition, Item, Rule, Search};
use serde_json::Value as Json;
use sigwright_ir::Written;
use sigwright_ir::pred::Anchor;
use sigwright_syntax::Spanned;

/// Something about a rule that a step has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it is: `logsource`, `condition`, `selection: …`, `state: …`.
    pub what: String,
    /// As it was; None where it was not there.
    pub before: Option<String>,
    /// As it is; None where it is no longer there.
    pub after: Option<String>,
}

/// What differs between a rule before and after a step.
pub fn described(before: &Rule, after: &Rule) -> Vec<Change> {
    let (before, after) = (lines(before), lines(after));
    let find = |lines: &[(String, String)], what: &str| {
        let found = lines.iter().find(|(known, _)| known == what);
        found.map(|(_, text)| text.clone())
    };
    let mut changes = Vec::new();
    for (what, text) in &before {
        let now = find(&after, what);
        if now.as_ref() != Some(text) {
            changes.push(Change {
                what: what.clone(),
                before: Some(text.clone()),
                after: now,
            });
        }
    }
    for (what, text) in after {
        if find(&before, &what).is_none() {
            changes.push(Change {
                what,
                before: None,
                after: Some(text),
            });
        }
    }
    changes
}

/// Everything a step can change, each with a name of its own.
fn lines(rule: &Rule) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    let source = &rule.logsource;
    let parts = [
        ("category", &source.category),
        ("product", &source.product),
        ("service", &source.service),
    ];
    let parts = parts.iter().filter_map(|(name, part)| {
        let part = part.as_ref()?;
        Some(format!("{name}={}", part.value))
    });
    lines.push(("logsource".to_owned(), parts.collect::<Vec<_>>().join(" ")));
    for (name, search) in &rule.selections {
        let mut place = Vec::new();
        items(search, name, &mut place, &mut lines);
    }
    for (i, condition) in rule.conditions.iter().enumerate() {
        let what = match rule.conditions.len() {
            1 => "condition".to_owned(),
            _ => format!("condition {}", i + 1),
        };
        lines.push((what, spelled(condition, false)));
    }
    if !rule.fields.is_empty() {
        lines.push(("fields".to_owned(), rule.fields.join(", ")));
    }
    for (sort, map) in [("state", &rule.state), ("attribute", &rule.custom)] {
        for (key, value) in map {
            let value = match value {
                Json::String(text) => text.clone(),
                other => other.to_string(),
            };
            lines.push((format!("{sort} {key}"), value));
        }
    }
    lines
}

/// The items of a search, named by where they stand in it.
fn items(search: &Search, name: &str, place: &mut Vec<usize>, lines: &mut Vec<(String, String)>) {
    let what = || {
        let place: Vec<String> = place.iter().map(|i| (i + 1).to_string()).collect();
        match place.is_empty() {
            true => name.to_owned(),
            false => format!("{name} {}", place.join(".")),
        }
    };
    match search {
        Search::Item(item) => lines.push((what(), item_text(item))),
        Search::Elements(array) => lines.push((what(), format!("{}[…]", array.value))),
        Search::All(parts) | Search::Any(parts) => {
            if parts.is_empty() {
                lines.push((what(), "nothing".to_owned()));
            }
            for (i, part) in parts.iter().enumerate() {
                place.push(i);
                items(part, name, place, lines);
                place.pop();
            }
        }
    }
}

/// An item in the manner of a rule, on one line.
fn item_text(item: &Item) -> String {
    let mut text = item.field.clone().unwrap_or_else(|| "keywords".to_owned());
    if item.all {
        text.push_str("|all");
    }
    if item.negated {
        text.push_str("|neq");
    }
    let values: Vec<String> = item.values.iter().map(|v| value(&v.value)).collect();
    text.push_str(": ");
    match values.as_slice() {
        [one] => text.push_str(one),
        several => text.push_str(&format!("[{}]", several.join(", "))),
    }
    text
}

fn value(written: &Written) -> String {
    match written {
        Written::Text { pattern, .. } => format!("'{}'", pattern::sigma(pattern)),
        Written::Number(n) => n.to_string(),
        Written::Bool(b) => b.to_string(),
        Written::Null => "null".to_owned(),
        Written::Exists(wanted) => format!("exists: {wanted}"),
        Written::Regex(regex, _) => format!("/{}/", regex.flagged()),
        Written::Cidr(network) => network.to_string(),
        Written::Compare(comparison, n) => {
            format!("{} {n}", format!("{comparison:?}").to_lowercase())
        }
        Written::FieldRef { name, anchor, .. } => match anchor {
            Anchor::Whole => format!("field {name}"),
            anchor => format!("field {name} ({})", format!("{anchor:?}").to_lowercase()),
        },
        Written::Time(part, comparison, n) => format!("{part:?} {comparison:?} {n}").to_lowercase(),
        Written::AnyOf(each) => {
            let each: Vec<String> = each.iter().map(value).collect();
            format!("one of {}", each.join(" "))
        }
        Written::Expression(text) => format!("query {text}"),
    }
}

fn spelled(condition: &Spanned<Condition>, grouped: bool) -> String {
    let joined = |parts: &[Spanned<Condition>], between: &str| {
        let parts: Vec<String> = parts.iter().map(|part| spelled(part, true)).collect();
        match grouped && parts.len() > 1 {
            true => format!("({})", parts.join(between)),
            false => parts.join(between),
        }
    };
    match &condition.value {
        Condition::And(parts) => joined(parts, " and "),
        Condition::Or(parts) => joined(parts, " or "),
        Condition::Not(part) => format!("not {}", spelled(part, true)),
        Condition::Selection(name) => name.clone(),
    }
}
