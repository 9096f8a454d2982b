//! What samples of logs have shown about the fields that rules ask for.

use sigwright_syntax::Span;
use sigwright_syntax::ast::{
    Body, Detection, Document, ElementBody, ElementSelector, Field, Item, LogSource, Modifier,
    Search, Value,
};
use std::collections::HashMap;

/// Log sources by their names, and what was seen of each. Without any, nothing is said.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    logs: HashMap<[Option<String>; 3], Seen>,
}

/// What the events of a log source have shown.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// How many were looked at.
    pub events: u64,
    /// Names that rules ask for and no event has, each with the name most like it that some
    /// event has.
    pub missing: HashMap<String, Option<String>>,
}

impl Fields {
    /// So many events of a log source tell which fields it has.
    pub const ENOUGH: u64 = 100;

    /// Notes what was seen of a log source.
    pub fn add(&mut self, logsource: &LogSource, seen: Seen) {
        self.logs.insert(Fields::key(logsource), seen);
    }

    /// What was seen of a log source, where it is enough to judge by.
    pub fn of(&self, logsource: &LogSource) -> Option<&Seen> {
        let seen = match self.logs.is_empty() {
            true => None,
            false => self.logs.get(&Fields::key(logsource)),
        };
        seen.filter(|seen| seen.events >= Fields::ENOUGH)
    }

    /// Product, category and service in small letters: equal for log sources that are one.
    pub fn key(logsource: &LogSource) -> [Option<String>; 3] {
        [&logsource.product, &logsource.category, &logsource.service]
            .map(|part| part.as_ref().map(|name| name.value.to_ascii_lowercase()))
    }
}

/// A field that a rule or filter needs a value of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The whole name: inside an array selector that of the array and, behind a dot, its own.
    pub name: String,
    /// How much of it is the name of the array around it, without the dot; 0 for none.
    pub outer: usize,
    /// Where its own part is written.
    pub span: Span,
}

/// The fields of a rule or filter, in the order written. An item that holds where there is
/// nothing (`exists: false`, null) needs no value.
pub fn asked(document: &Document) -> Vec<Asked> {
    let mut fields = Vec::new();
    match &document.body {
        Body::Rule(rule) => detection(&rule.detection, "", &mut fields),
        Body::Filter(filter) => detection(&filter.detection, "", &mut fields),
        Body::Correlation(_) => {}
    }
    fields
}

fn detection(detection: &Detection, outer: &str, fields: &mut Vec<Asked>) {
    for selection in detection.selections.values() {
        search(&selection.search, outer, fields);
    }
}

fn search(what: &Search, outer: &str, fields: &mut Vec<Asked>) {
    match what {
        Search::All(parts, _) | Search::Any(parts, _) => {
            for part in parts {
                search(part, outer, fields);
            }
        }
        Search::Item(item) => {
            if let Some(field) = &item.field {
                name(field, outer, !wants_nothing(item), fields);
            }
        }
        Search::Elements(elements) => {
            let without = [ElementSelector::None, ElementSelector::AllOrEmpty];
            let needed = !without.contains(&elements.selector);
            let array = name(&elements.field, outer, needed, fields);
            match &elements.body {
                ElementBody::Search(inner) => search(inner, &array, fields),
                ElementBody::Detection(inner) => detection(inner, &array, fields),
            }
        }
    }
}

/// Puts down a name and returns it whole.
fn name(field: &Field, outer: &str, needed: bool, fields: &mut Vec<Asked>) -> String {
    let mut whole = outer.to_owned();
    let steps = field.selectors.iter().map(|(name, _)| name);
    for step in steps.chain([&field.name]) {
        let outer = whole.len();
        if step.value == "." {
            continue;
        }
        if outer > 0 {
            whole.push('.');
        }
        whole.push_str(&step.value);
        if needed {
            fields.push(Asked {
                name: whole.clone(),
                outer,
                span: step.span,
            });
        }
    }
    whole
}

fn wants_nothing(item: &Item) -> bool {
    let exists = item.modifiers.iter().any(|m| m.value == Modifier::Exists);
    item.values.iter().any(|value| match &value.value {
        Value::Null => true,
        Value::Bool(wanted) => exists && !wanted,
        _ => exists,
    })
}
