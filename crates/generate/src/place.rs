//! Where in an event a field's value stands.

use serde_json::{Map, Value};

/// Members whose own members have dots in their names.
const DOTTED: [&str; 4] = ["annotations", "labels", "matchLabels", "nodeSelector"];

/// Puts a value where a dotted name leads: into objects, which are made where there are none,
/// and into the first elements of arrays. `is_array` says which paths are arrays though
/// nothing is there yet. False where something else is in the way; nothing is changed then.
pub fn put(event: &mut Value, name: &str, value: Value, is_array: &dyn Fn(&str) -> bool) -> bool {
    let keys = keys(event, name);
    let mut at: &mut Value = event;
    let mut path = String::new();
    let last = keys.len().saturating_sub(1);
    for (place, key) in keys.iter().enumerate() {
        if let Value::Array(elements) = at {
            if elements.is_empty() {
                elements.push(Value::Object(Map::new()));
            }
            match elements.first_mut() {
                Some(first) => at = first,
                None => return false,
            }
        }
        let Value::Object(object) = at else {
            return false;
        };
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(key);
        let array = is_array(&path) || matches!(object.get(*key), Some(Value::Array(_)));
        if place == last {
            let value = match value {
                value @ (Value::Array(_) | Value::Null) => value,
                value if array => Value::Array(vec![value]),
                value => value,
            };
            object.insert((*key).to_owned(), value);
            return true;
        }
        let inner = object
            .entry((*key).to_owned())
            .or_insert_with(|| match array {
                true => Value::Array(vec![Value::Object(Map::new())]),
                false => Value::Object(Map::new()),
            });
        if !matches!(inner, Value::Object(_) | Value::Array(_)) {
            return false;
        }
        at = inner;
    }
    false
}

/// Takes away what a dotted name leads to; objects that are empty then go, too.
pub fn remove(event: &mut Value, name: &str) {
    let keys: Vec<String> = keys(event, name).into_iter().map(str::to_owned).collect();
    remove_at(event, &keys);
}

fn remove_at(at: &mut Value, keys: &[String]) {
    let Some((key, rest)) = keys.split_first() else {
        return;
    };
    match at {
        Value::Array(elements) => elements.iter_mut().for_each(|e| remove_at(e, keys)),
        Value::Object(object) if rest.is_empty() => {
            object.shift_remove(key);
        }
        Value::Object(object) => {
            if let Some(inner) = object.get_mut(key) {
                remove_at(inner, rest);
                let empty = match inner {
                    Value::Object(object) => object.is_empty(),
                    Value::Array(elements) => elements
                        .iter()
                        .all(|e| e.as_object().is_some_and(Map::is_empty)),
                    _ => false,
                };
                if empty {
                    object.shift_remove(key);
                }
            }
        }
        _ => {}
    }
}

/// The keys a name is made of. A key of the event with dots in it is one key.
fn keys<'n>(event: &Value, name: &'n str) -> Vec<&'n str> {
    let mut keys = Vec::new();
    let mut at = Some(event);
    let mut rest = name;
    while !rest.is_empty() {
        if let Some(Value::Array(elements)) = at {
            at = elements.first();
        }
        let object = at.and_then(Value::as_object);
        let spelled = object.and_then(|object| {
            let mut fit: Vec<&str> = object
                .keys()
                .map(String::as_str)
                .filter(|key| {
                    let after = rest.strip_prefix(key);
                    after.is_some_and(|after| after.is_empty() || after.starts_with('.'))
                })
                .collect();
            fit.sort_by_key(|key| key.len());
            fit.pop().and_then(|key| rest.get(..key.len()))
        });
        let dotted = keys.last().is_some_and(|last| DOTTED.contains(last));
        let split = || rest.split_once('.').map_or(rest, |(key, _)| key);
        let key = spelled.unwrap_or_else(|| if dotted { rest } else { split() });
        keys.push(key);
        at = object.and_then(|object| object.get(key));
        rest = rest.get(key.len()..).unwrap_or_default();
        rest = rest.strip_prefix('.').unwrap_or(rest);
    }
    keys
}
