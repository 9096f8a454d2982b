//! What leaves the machine.

use super::key::{folded_key, stable_hash, texts};
use super::observation::{Observation, Place};
use super::trail::Step;
use sigwright_ir::{CorrelationRule, Reference};
use sigwright_syntax::ast::Level;

/// A correlation's condition became true.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// The same whenever the same input is read.
    pub id: u128,
    /// Which correlation, by its place in the rule set.
    pub correlation: usize,
    /// How bad it is: the variation's level or the correlation's.
    pub level: Option<Level>,
    /// When it became true, in nanoseconds since 1970.
    pub time: i64,
    /// The window's first and last moment; both belong to it.
    pub window: (i64, i64),
    /// The group: names and values, as first seen.
    pub group: Vec<(String, String)>,
    /// The tuple of a `new_terms` correlation: names and values.
    pub term: Vec<(String, String)>,
    /// What was measured, by name.
    pub values: Vec<(String, f64)>,
    /// The newest events in the window, oldest first.
    pub events: Vec<Cause>,
    /// How many events there are in all, as far as they were kept count of.
    pub events_total: u64,
    /// Which variation it is, by its place among the correlation's.
    pub variation: Option<usize>,
    /// Score, message and entities.
    pub risk: Option<RiskShown>,
}

/// An event, or another correlation's alert, that an alert rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cause {
    /// When, in nanoseconds since 1970.
    pub time: i64,
    /// Where it was read; of an alert, where its last event was.
    pub place: Place,
    /// Which rule matched.
    pub source: Reference,
}

/// `x-risk`, filled in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RiskShown {
    /// The variation's score or the correlation's.
    pub score: Option<u8>,
    /// The message with its fields' values.
    pub message: Option<String>,
    /// Field, role and value of each entity; one entry per value.
    pub entities: Vec<(String, Option<String>, String)>,
}

/// What the machine has to say.
#[derive(Debug)]
pub enum Speech<'a> {
    /// A correlation alerts.
    Alert(Box<Alert>),
    /// The finding of a rule that had to wait may be shown.
    Finding {
        /// What was observed, with the text given to it.
        observation: &'a Observation,
        /// Which of the rule's variations it is.
        variation: Option<usize>,
    },
}

/// Where and when a group fired.
pub(crate) struct Firing<'a> {
    pub correlation: usize,
    pub rule: &'a CorrelationRule,
    pub time: i64,
    pub from: i64,
    pub group: &'a [u8],
    /// Names and folded values.
    pub term: Vec<(String, String)>,
    pub term_key: &'a [u8],
}

impl Firing<'_> {
    pub fn alert(&self, values: Vec<(String, f64)>, steps: &[Step], total: u64) -> Alert {
        let meta = &self.rule.meta;
        let identity = super::snapshot::identity(meta);
        // a title is nobody's own
        let nameless = meta.id.is_none() && meta.name.is_none();
        let meaning = nameless.then(|| self.rule.plan.fingerprint.to_be_bytes());
        let events: Vec<Cause> = steps
            .iter()
            .filter(|step| step.time >= self.from)
            .filter_map(|step| {
                let source = self.rule.references.get(step.reference as usize)?;
                Some(Cause {
                    time: step.time,
                    place: step.place,
                    source: *source,
                })
            })
            .collect();
        let names = self.rule.plan.group_by.iter().map(|f| f.name.clone());
        Alert {
            id: stable_hash(
                [
                    identity.as_bytes(),
                    &folded_key(self.group),
                    self.term_key,
                    &self.time.to_be_bytes(),
                ]
                .into_iter()
                .chain(meaning.iter().map(|meaning| &meaning[..])),
            ),
            correlation: self.correlation,
            level: meta.level.as_ref().map(|level| level.value),
            time: self.time,
            window: (self.from, self.time),
            group: names.zip(texts(self.group).map(str::to_owned)).collect(),
            term: self.term.clone(),
            values,
            events_total: total.max(events.len() as u64),
            events,
            variation: None,
            risk: None,
        }
    }
}
