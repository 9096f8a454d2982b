//! What events of a log look like: skeletons, one file per kind of log, and where in them the
//! fields stand that rules ask for.

use crate::place;
use crate::search::Assignment;
use crate::value::Slot;
use serde_json::Value;
use sigwright_syntax::ast::LogSource;
use std::sync::LazyLock;

/// The files of skeletons. In each: `event`, what an event has that matters to no rule;
/// `fields`, the path below which fields stand; `names`, the paths of fields that stand
/// elsewhere, a name that ends in a dot for all that begin with it; `arrays`, the paths that
/// are arrays; `keywords`, where text without a name stands; `time`, where the time stands, each path;
/// `sourcetype`, what Splunk calls such a log; and `logs`, which logs look like this, each with
/// what its events have besides (`set`). Paths are dotted.
const FILES: [&str; 13] = [
    include_str!("logs/kubernetes.json"),
    include_str!("logs/windows.json"),
    include_str!("logs/aws.json"),
    include_str!("logs/azure.json"),
    include_str!("logs/azure_risk.json"),
    include_str!("logs/gcp.json"),
    include_str!("logs/workspace.json"),
    include_str!("logs/m365.json"),
    include_str!("logs/services.json"),
    include_str!("logs/linux.json"),
    include_str!("logs/network.json"),
    include_str!("logs/web.json"),
    include_str!("logs/any.json"),
];

/// How many shapes of a log source are tried.
const MOST: usize = 8;

/// What the events of a log look like.
#[derive(Debug)]
pub struct Shape {
    product: Option<String>,
    category: Option<String>,
    service: Option<String>,
    event: Value,
    fields: String,
    names: Vec<(String, String)>,
    arrays: Vec<String>,
    keywords: String,
    time: String,
    /// What Splunk calls such a log.
    pub sourcetype: String,
}

static SHAPES: LazyLock<Vec<Shape>> =
    LazyLock::new(|| FILES.iter().flat_map(|file| read(file)).collect());

fn read(file: &str) -> Vec<Shape> {
    let file: Value = serde_json::from_str(file).unwrap_or_default();
    let text = |from: &Value, key: &str| {
        let text = from.get(key).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let names: Vec<(String, String)> = file
        .get("names")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, path)| (name.clone(), path.as_str().unwrap_or_default().to_owned()))
        .collect();
    let arrays: Vec<String> = file
        .get("arrays")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|path| path.as_str().map(str::to_owned))
        .collect();
    let logs = file.get("logs").and_then(Value::as_array);
    let logs = logs.into_iter().flatten().map(|log| {
        let name = |key: &str| log.get(key).and_then(Value::as_str).map(str::to_owned);
        let mut event = file.get("event").cloned().unwrap_or_default();
        let set = log.get("set").and_then(Value::as_object);
        for (path, value) in set.into_iter().flatten() {
            match value {
                Value::Null => place::remove(&mut event, path),
                value => {
                    place::put(&mut event, path, value.clone(), &|_| false);
                }
            }
        }
        let either = |key: &str| match name(key) {
            Some(own) => own,
            None => text(&file, key),
        };
        Shape {
            product: name("product"),
            category: name("category"),
            service: name("service"),
            event,
            fields: either("fields"),
            names: names.clone(),
            arrays: arrays.clone(),
            keywords: either("keywords"),
            time: either("time"),
            sourcetype: either("sourcetype"),
        }
    });
    logs.collect()
}

/// The shapes that events of a log source may have, the likeliest first; any other log's last.
pub fn of(logsource: &LogSource) -> Vec<&'static Shape> {
    let mut fit: Vec<(usize, &Shape)> = SHAPES
        .iter()
        .filter_map(|shape| {
            let mut missed = 0;
            for (asked, has) in [
                (&logsource.product, &shape.product),
                (&logsource.category, &shape.category),
                (&logsource.service, &shape.service),
            ] {
                match (asked.as_ref().map(|a| a.value.as_str()), has.as_deref()) {
                    (Some(asked), Some(has)) if asked.eq_ignore_ascii_case(has) => {}
                    (Some(_), Some(_)) => return None,
                    // the log does not say, or the rule does not ask
                    (Some(_), None) => missed += 4,
                    (None, Some(_)) => missed += 1,
                    (None, None) => {}
                }
            }
            Some((missed, shape))
        })
        .collect();
    fit.sort_by_key(|(missed, _)| *missed);
    fit.truncate(MOST);
    let any = SHAPES
        .last()
        .filter(|any| !fit.iter().any(|(_, shape)| std::ptr::eq(*shape, *any)));
    fit.into_iter().map(|(_, shape)| shape).chain(any).collect()
}

/// The shape of these that an event was made in: the one with most of its members.
pub fn like(logsource: &LogSource, event: &Value) -> Option<&'static Shape> {
    let members = event.as_object()?;
    of(logsource)
        .into_iter()
        .filter(|shape| !shape.time.is_empty())
        .rev()
        .max_by_key(|shape| {
            let own = shape.event.as_object().into_iter().flatten();
            own.filter(|(key, _)| members.contains_key(*key)).count()
        })
}

/// How an assignment becomes an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dress {
    /// What the log usually has stands wherever it may.
    Usual,
    /// Nothing stands where the rule looks, but what it asks for.
    Sparse,
    /// As before, under the names that rules use.
    Named,
}

impl Dress {
    /// All, the most real first.
    pub const ALL: [Dress; 3] = [Dress::Usual, Dress::Sparse, Dress::Named];
}

impl Shape {
    /// The path of a field.
    fn path(&self, name: &str, dress: Dress) -> String {
        if dress != Dress::Named {
            for (known, path) in &self.names {
                if known == name {
                    return path.clone();
                }
                let inside = known
                    .ends_with('.')
                    .then(|| name.strip_prefix(known.as_str()));
                if let Some(rest) = inside.flatten() {
                    return format!("{path}{rest}");
                }
            }
        }
        match self.fields.as_str() {
            "" => name.to_owned(),
            // what the frame of an event is made of stands where it is
            _ if self
                .event
                .get(name.split('.').next().unwrap_or(name))
                .is_some() =>
            {
                name.to_owned()
            }
            fields => format!("{fields}.{name}"),
        }
    }

    /// An event with this in it; `None` where it finds no place. `read` are the fields that
    /// the rule looks at.
    pub fn event(&self, made: &Assignment, read: &[String], dress: Dress) -> Option<Value> {
        let mut event = self.event.clone();
        let is_array = |path: &str| self.arrays.iter().any(|array| array == path);
        for name in read {
            match made.fields.get(name) {
                Some(Slot::Is(_)) => {}
                Some(Slot::Free) | None if dress == Dress::Usual => {}
                _ => place::remove(&mut event, &self.path(name, dress)),
            }
        }
        // a field before those inside it
        let mut fields: Vec<(&String, &Value)> = made
            .fields
            .iter()
            .filter_map(|(name, slot)| match slot {
                Slot::Is(value) => Some((name, value)),
                Slot::Absent | Slot::Free => None,
            })
            .collect();
        fields.sort_by_key(|(name, _)| name.len());
        for (name, value) in fields {
            let path = self.path(name, dress);
            if !place::put(&mut event, &path, value.clone(), &is_array) {
                event.as_object_mut()?.insert(name.clone(), value.clone());
            }
        }
        let anywhere = match made.anywhere.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            several => Some(Value::Array(several.to_vec())),
        };
        if let Some(value) = anywhere {
            let path = match self.keywords.as_str() {
                "" => self.path("message", dress),
                path => path.to_owned(),
            };
            if !place::put(&mut event, &path, value, &is_array) {
                return None;
            }
        }
        Some(event)
    }

    /// Puts a time (RFC 3339) wherever events of the log have theirs.
    pub fn set_time(&self, event: &mut Value, time: &str) {
        for path in self.time.split_whitespace() {
            place::put(event, path, Value::from(time), &|_| false);
        }
    }

    /// The time an event of the log says.
    pub fn time(&self, event: &Value) -> Option<String> {
        let mut at = event;
        for key in self.time.split_whitespace().next()?.split('.') {
            at = at.get(key)?;
        }
        at.as_str().map(str::to_owned)
    }

    /// Whether it is a log of its own, and not the shape for any.
    pub fn is_known(&self) -> bool {
        self.product.is_some() || self.category.is_some() || self.service.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_read() {
        for file in FILES {
            let json: Value = serde_json::from_str(file).unwrap();
            assert_eq!(read(file).len(), json["logs"].as_array().unwrap().len());
            assert!(!read(file).is_empty());
        }
        assert!(!SHAPES.last().unwrap().is_known());
    }
}
