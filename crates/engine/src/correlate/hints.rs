//! Who may speak: suppression, activation, and the words of a message.

use super::alert::RiskShown;
use sigwright_ir::hints::{Risk, TemplatePart};
use std::collections::HashMap;

/// Values of one field that a message shows.
const SHOWN: usize = 4;

/// Whose key, and which.
pub(crate) type Silent = (usize, u128);

/// Keys that are silent for a while: whose, which, and since when.
#[derive(Debug, Default)]
pub(crate) struct Suppressions {
    since: HashMap<Silent, i64>,
    /// What the store does not know yet: the values that make the key.
    dirty: HashMap<Silent, Box<[u8]>>,
    /// Bytes of those.
    spelled: usize,
    /// How many were forgotten while they were silent.
    pub forgotten: u64,
}

impl Suppressions {
    /// Whether a key may speak at `time`; if so, it is silent from then on. `values` are those
    /// that make the key, given where they are to be kept.
    pub fn speaks(&mut self, key: Silent, time: i64, span: i64, values: Option<&[u8]>) -> bool {
        let silent = self
            .since
            .get(&key)
            .is_some_and(|since| time.abs_diff(*since) < span.unsigned_abs());
        if silent {
            return false;
        }
        self.since.insert(key, time);
        if let Some(values) = values {
            self.spelled += values.len();
            self.dirty.insert(key, values.into());
        }
        true
    }

    /// Puts back one of an earlier run.
    pub fn restore(&mut self, key: Silent, since: i64) {
        self.since.insert(key, since);
    }

    /// Keeps to `room` keys: first those that may speak again go, by `span` of the owner, then
    /// those silent longest. What is forgotten may speak again. Returns what went.
    pub fn trim(&mut self, room: usize, now: i64, span: impl Fn(usize) -> i64) -> Vec<Silent> {
        if self.since.len() <= room {
            return Vec::new();
        }
        let mut gone = Vec::new();
        self.since.retain(|key, since| {
            let over = now.saturating_sub(*since) >= span(key.0);
            if over {
                gone.push(*key);
            }
            !over
        });
        let most = self.since.len().saturating_sub(room - room / 16);
        if most > 0 {
            let mut all: Vec<(i64, Silent)> = self
                .since
                .iter()
                .map(|(key, since)| (*since, *key))
                .collect();
            all.sort_unstable();
            for (_, key) in all.into_iter().take(most) {
                self.since.remove(&key);
                self.forgotten += 1;
                gone.push(key);
            }
        }
        gone
    }

    /// About how many bytes the values take that are kept for [`Suppressions::changes`].
    pub fn spelled(&self) -> usize {
        self.spelled
    }

    /// What changed since the last call: the key, since when it is silent, and its values.
    pub fn changes(&mut self) -> Vec<(Silent, i64, Box<[u8]>)> {
        let dirty = std::mem::take(&mut self.dirty);
        self.spelled = 0;
        let now = |(key, values)| Some((key, *self.since.get(&key)?, values));
        dirty.into_iter().filter_map(now).collect()
    }
}

/// `x-risk` in words; `values` gives a field's values.
pub fn risk(
    risk: &Risk,
    score: Option<u8>,
    values: &mut dyn FnMut(&str) -> Vec<String>,
) -> RiskShown {
    let message = risk.message.as_ref().map(|template| {
        let mut message = String::new();
        for part in &template.0 {
            match part {
                TemplatePart::Text(text) => message.push_str(text),
                TemplatePart::Field(field) => message.push_str(&listed(field, values(field))),
            }
        }
        message
    });
    let mut entities = Vec::new();
    for entity in &risk.entities {
        for value in values(&entity.field).into_iter().take(SHOWN) {
            entities.push((entity.field.clone(), entity.role.clone(), value));
        }
    }
    RiskShown {
        score: score.or(risk.score),
        message,
        entities,
    }
}

/// Some of a field's values, or its name in angle brackets where there is none.
fn listed(field: &str, mut values: Vec<String>) -> String {
    if values.is_empty() {
        return format!("<{field}>");
    }
    values.truncate(SHOWN);
    values.join(", ")
}
