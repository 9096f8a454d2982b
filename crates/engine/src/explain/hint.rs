//! Hints: what would have to differ, in rule or event, for a value to be found.

use crate::event::{Event, NodeId, Value};
use crate::naive::{self, Scope};
use crate::value::{address, is_json_number, time_part};
use sigwright_ir::pred::{Anchor, Part, Pattern, Regex, StrOp};
use sigwright_ir::{Exprs, Op, Predicate, Subject};

/// Bytes of the longest text a hint is looked for in: a rule may ask 100,000 values of it.
const LONGEST: usize = 4 << 10;

/// Why a name reaches nothing: perhaps the event has one that is nearly the same.
pub(super) fn missing(scope: Scope<'_>, name: &str) -> String {
    let mut best = None;
    names(scope, &mut |found, _| {
        let rank = if found.eq_ignore_ascii_case(name) {
            2
        } else if ends_with_name(found, name) || ends_with_name(name, found) {
            1
        } else {
            return;
        };
        if best.as_ref().is_none_or(|(known, _)| *known < rank) {
            best = Some((rank, found.to_owned()));
        }
    });
    match best {
        Some((2, found)) => {
            format!("the event has no `{name}`, but `{found}`: names are case-sensitive")
        }
        Some((_, found)) => format!("the event has no `{name}`, but `{found}`"),
        None => format!("the event has no `{name}`"),
    }
}

/// `long` is `short` with keys in front.
fn ends_with_name(long: &str, short: &str) -> bool {
    let (long, short) = (long.to_lowercase(), short.to_lowercase());
    long.strip_suffix(short.as_str())
        .is_some_and(|front| front.ends_with('.'))
}

/// Every name of the event (or element), keys joined with dots.
fn names(scope: Scope<'_>, each: &mut dyn FnMut(&str, NodeId)) {
    let event = scope.event;
    let mut open: Vec<(String, NodeId)> = Vec::new();
    match scope.element {
        Some(element) => open.push((String::new(), element)),
        None => {
            open.extend(event.roots().iter().map(|root| (String::new(), *root)));
            open.extend(event.fields().map(|(name, node)| (name.to_owned(), node)));
        }
    }
    while let Some((name, node)) = open.pop() {
        if !name.is_empty() {
            each(&name, node);
        }
        match event.value(node) {
            Value::Object(_) => open.extend(
                event
                    .members(node)
                    .map(|(key, value)| (crate::evidence::join(&name, key), value)),
            ),
            Value::Array => open.extend(event.elements(node).map(|e| (name.clone(), e))),
            _ => {}
        }
    }
}

/// What keeps the values that are there from answering.
pub(super) fn value(exprs: &Exprs, predicate: &Predicate, scope: Scope<'_>) -> Option<String> {
    let nodes = match predicate.subject {
        Subject::Field(field) => scope.reached(exprs.field_name(field)),
        Subject::Element => scope.element.into_iter().collect(),
        Subject::AnyValue => return None,
    };
    let event = scope.event;
    let mut leaves = Vec::new();
    for node in nodes {
        event.leaves(node, &mut |leaf| leaves.push(leaf));
    }
    leaves
        .into_iter()
        .find_map(|leaf| one(event, leaf, &predicate.op))
}

fn one(event: &Event, leaf: NodeId, op: &Op) -> Option<String> {
    let found = event.value(leaf);
    let text = match (found, op) {
        (_, Op::Null | Op::Exists) => return None,
        (Value::Null, _) => return Some("the event's value is null".to_owned()),
        (Value::Object(_), _) => {
            let inside = event.members(leaf).next().map(|(key, _)| key.to_owned());
            return Some(match inside {
                Some(key) => {
                    format!("the event's value is an object: name what is in it, such as `.{key}`")
                }
                None => "the event's value is an empty object".to_owned(),
            });
        }
        (found, _) => found.text().filter(|text| text.len() <= LONGEST)?,
    };
    match op {
        Op::Str(asked) => string(asked, text),
        Op::Num(_) if matches!(found, Value::String(_)) && is_json_number(text.trim()) => {
            Some(format!("the event's value is text, spelled `{text}`"))
        }
        Op::Compare(..) if !is_json_number(text) => Some(format!("`{text}` is no number")),
        Op::Regex(regex) => regular(regex, text),
        Op::Time(part, ..) => Some(match time_part(text, *part) {
            Some(found) => format!("that part of `{text}` is {found}, in UTC"),
            None => format!("`{text}` is no point in time"),
        }),
        Op::Cidr(_) if address(text).is_none() => Some(format!("`{text}` is no address")),
        _ => None,
    }
}

fn string(asked: &StrOp, text: &str) -> Option<String> {
    let with = |cased: bool, anchor: Anchor, text: &str| {
        let pattern = asked.pattern.clone();
        naive::fits(
            &StrOp {
                anchor,
                pattern,
                cased,
            },
            text,
        )
    };
    if asked.cased && with(false, asked.anchor, text) {
        return Some("it differs in case only, and the rule says `cased`".to_owned());
    }
    if asked.pattern.is_empty() {
        return None;
    }
    if let Some(pattern) = unescaped(&asked.pattern) {
        let wild = StrOp {
            pattern,
            ..asked.clone()
        };
        if naive::fits(&wild, text) {
            return Some(
                "the rule's wildcard is escaped: `\\\\*` is a backslash and a wildcard".to_owned(),
            );
        }
    }
    if with(asked.cased, asked.anchor, text.trim()) {
        return Some("the event's value has white space around it".to_owned());
    }
    if asked.anchor != Anchor::Contains && with(asked.cased, Anchor::Contains, text) {
        return Some("the event's value contains it, with more around it".to_owned());
    }
    None
}

/// The pattern with its literal stars and question marks as wildcards behind a backslash;
/// `None` where it has none.
fn unescaped(pattern: &Pattern) -> Option<Pattern> {
    let mut changed = Pattern::default();
    let mut found = false;
    for part in pattern.parts() {
        let Part::Text(text) = part else {
            changed.push(part.clone());
            continue;
        };
        for c in text.chars() {
            let wild = match c {
                '*' => Part::Many,
                '?' => Part::One,
                c => {
                    changed.push(Part::Text(c.to_string()));
                    continue;
                }
            };
            found = true;
            changed.push(Part::Text("\\".to_owned()));
            changed.push(wild);
        }
    }
    found.then_some(changed)
}

fn regular(asked: &Regex, text: &str) -> Option<String> {
    let with = |change: fn(&mut Regex)| {
        let mut changed = asked.clone();
        change(&mut changed);
        changed != *asked && naive::compile(&changed).is_some_and(|regex| regex.finds(text))
    };
    if with(|regex| regex.ignore_case = true) {
        return Some("it differs in case only: `re|i` would find it".to_owned());
    }
    if with(|regex| regex.dot_all = true) {
        return Some("`.` stops at line ends: `re|s` would find it".to_owned());
    }
    if with(|regex| regex.multi_line = true) {
        return Some("`^` and `$` mean the whole value: `re|m` would find it".to_owned());
    }
    None
}
