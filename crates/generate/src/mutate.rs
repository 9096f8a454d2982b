//! Events changed a little, and made small again.

use crate::text;
use serde_json::{Map, Value, json};

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A stream of its own for every seed.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 if `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.bits()) * bound as u128) >> 64) as usize
    }
}

/// Values that are read in more than one way.
const ODD: [&str; 24] = [
    "null",
    "true",
    "\"TRUE\"",
    "0",
    "-0",
    "1e3",
    "1000.0",
    "\"1000\"",
    "9007199254740993",
    "123456789012345678901234567890",
    "\"\"",
    "\" \"",
    "\"%\"",
    "\"_\"",
    "\"a\\nb\"",
    "\"\\u0085\"",
    "\"É\"",
    "\"ſK\"",
    "\"İ\"",
    "\"::ffff:10.0.0.1\"",
    "[]",
    "{}",
    "[null,[\"x\"]]",
    "{\"x\":\"y\"}",
];

/// An event like this one, with one or several fields otherwise: values nearly the same, of
/// another kind, in arrays, missing; names with dots as objects or as they are.
pub fn mutated(event: &Value, random: &mut Random) -> Value {
    let Value::Object(members) = event else {
        return event.clone();
    };
    let mut members = members.clone();
    for _ in 0..=random.below(3) {
        let place = random.below(members.len());
        let Some(name) = members.keys().nth(place).cloned() else {
            break;
        };
        match random.below(12) {
            0 => {
                members.shift_remove(&name);
            }
            1 => nest(&mut members, &name),
            2 => {
                // the value of another field
                let other = random.below(members.len());
                let value = members.values().nth(other).cloned().unwrap_or_default();
                members.insert(name, value);
            }
            _ => {
                if let Some(value) = members.get_mut(&name) {
                    *value = changed(value, random);
                }
            }
        }
    }
    Value::Object(members)
}

/// The same event told in other ways: every text in the other case; every value in arrays; every
/// dotted name as objects.
pub fn retold(event: &Value) -> Vec<Value> {
    let Value::Object(members) = event else {
        return Vec::new();
    };
    let each = |tell: fn(&Value) -> Value| {
        let told = members.iter();
        Value::Object(
            told.map(|(name, value)| (name.clone(), tell(value)))
                .collect(),
        )
    };
    let mut nested = members.clone();
    for name in members.keys() {
        nest(&mut nested, name);
    }
    let other_case = |value: &Value| match value {
        Value::String(text) => Value::from(turned(text)),
        value => value.clone(),
    };
    let mut told = vec![
        each(other_case),
        each(|value| json!([null, [value]])),
        each(|value| json!(["other", value])),
        Value::Object(nested),
    ];
    told.retain(|one| one != event);
    told
}

fn changed(value: &Value, random: &mut Random) -> Value {
    let odd = |random: &mut Random| {
        let text = ODD.get(random.below(ODD.len())).unwrap_or(&"null");
        serde_json::from_str(text).unwrap_or_default()
    };
    match (random.below(8), value) {
        (0, value) => json!([value]),
        (1, value) => json!([null, [value], odd(random)]),
        (2, _) => odd(random),
        (3, Value::String(text)) => Value::from(turned(text)),
        (4, Value::String(text)) => Value::from(format!("{text}{text}")),
        (5, Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        (_, Value::String(text)) => {
            let near = text::near(text);
            let one = near.get(random.below(near.len()));
            Value::from(one.cloned().unwrap_or_default())
        }
        (_, Value::Array(values)) => match values.get(random.below(values.len())) {
            Some(one) => one.clone(),
            None => odd(random),
        },
        (3, Value::Number(number)) => Value::from(number.to_string()),
        (4, Value::Number(number)) => json!(number.as_f64().map(|n| n + 0.5)),
        (_, Value::Number(number)) => json!(number.as_i64().map(|n| n.saturating_add(1))),
        (_, Value::Bool(is)) => json!(!is),
        (_, _) => odd(random),
    }
}

/// Upper case for lower and the other way round.
fn turned(text: &str) -> String {
    let turn = |c: char| -> String {
        match c.is_lowercase() {
            true => c.to_uppercase().collect(),
            false => c.to_lowercase().collect(),
        }
    };
    text.chars().map(turn).collect()
}

/// Makes objects of a name with dots.
fn nest(members: &mut Map<String, Value>, name: &str) {
    if !name.contains('.') {
        return;
    }
    if let Some(value) = members.shift_remove(name) {
        let mut event = Value::Object(std::mem::take(members));
        let placed = crate::place::put(&mut event, name, value.clone(), &|_| false);
        if let Value::Object(object) = event {
            *members = object;
        }
        if !placed {
            members.insert(name.to_owned(), value);
        }
    }
}

/// The smallest event found for which it is still so.
pub fn smallest(event: &Value, still: &mut dyn FnMut(&Value) -> bool) -> Value {
    let mut small = event.clone();
    // what is taken away can make room for more
    for _ in 0..8 {
        let mut fewer = false;
        let mut place = 0;
        while let Some(less) = smaller(&small, place) {
            if still(&less) {
                small = less;
                fewer = true;
            } else {
                place += 1;
            }
        }
        if !fewer {
            break;
        }
    }
    small
}

/// The event with one thing less: the place-th of what can be taken away or cut in half.
fn smaller(value: &Value, place: usize) -> Option<Value> {
    let mut place = place;
    less(value, &mut place)
}

fn less(value: &Value, place: &mut usize) -> Option<Value> {
    let mut now = || {
        let now = *place == 0;
        *place = place.wrapping_sub(1);
        now
    };
    match value {
        Value::Object(members) => {
            for name in members.keys() {
                if now() {
                    let mut fewer = members.clone();
                    fewer.shift_remove(name);
                    return Some(Value::Object(fewer));
                }
            }
            for (name, inner) in members {
                if let Some(inner) = less(inner, place) {
                    let mut fewer = members.clone();
                    fewer.insert(name.clone(), inner);
                    return Some(Value::Object(fewer));
                }
            }
            None
        }
        Value::Array(values) => {
            for at in 0..values.len() {
                if now() {
                    let mut fewer = values.clone();
                    fewer.remove(at);
                    return Some(Value::Array(fewer));
                }
            }
            if let ([one], true) = (values.as_slice(), now()) {
                return Some(one.clone());
            }
            for (at, inner) in values.iter().enumerate() {
                if let Some(inner) = less(inner, place) {
                    let mut fewer = values.clone();
                    if let Some(slot) = fewer.get_mut(at) {
                        *slot = inner;
                    }
                    return Some(Value::Array(fewer));
                }
            }
            None
        }
        Value::String(text) => {
            let chars: Vec<char> = text.chars().collect();
            let half = chars.len() / 2;
            let (first, second) = chars.split_at(half);
            let one_less = chars.split_last().map(|(_, rest)| rest);
            let behind = chars.split_first().map(|(_, rest)| rest);
            for part in [Some(first), Some(second), one_less, behind]
                .into_iter()
                .flatten()
            {
                if part.len() < chars.len() && now() {
                    return Some(Value::from(part.iter().collect::<String>()));
                }
            }
            None
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_matter_goes() {
        let event = json!({ "a": "one two three", "b": [1, { "c": "x" }], "d": null });
        let mut still = |event: &Value| event["a"].as_str().is_some_and(|a| a.contains("two"));
        assert_eq!(smallest(&event, &mut still), json!({ "a": "two" }));
        let mut still = |event: &Value| event.to_string().contains("\"c\"");
        let small = smallest(&event, &mut still);
        assert_eq!(small, json!({ "b": { "c": "" } }));
    }

    #[test]
    fn the_same_seed_gives_the_same_event() {
        let event = json!({ "a.b": "one", "c": 5, "d": [true] });
        let run = |seed| {
            let mut random = Random::new(seed);
            (0..50)
                .map(|_| mutated(&event, &mut random).to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
    }
}
