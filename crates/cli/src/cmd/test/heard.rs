//! What was said at a moment of a timeline, beside what was expected.

use super::cases::Said;
use crate::cmd::explain::is_called;
use crate::render::history::{losses, name, silences};
use sigwright_engine::correlate::{Counts, RiskShown};
use sigwright_ir::Reference;
use sigwright_syntax::ast::{Level, Meta};
use std::collections::BTreeMap;

/// An alert or a finding, as far as it is compared.
#[derive(Debug)]
pub struct Heard {
    /// Which rule said it.
    pub from: Reference,
    /// When it was said, in nanoseconds since 1970.
    pub time: i64,
    /// The step of its newest event.
    pub step: Option<usize>,
    /// How bad it is.
    pub level: Option<Level>,
    /// Which variation it is, by name.
    pub variation: Option<String>,
    /// Names and values of the group.
    pub group: Vec<(String, String)>,
    /// Names and values of the term.
    pub term: Vec<(String, String)>,
    /// What was measured.
    pub values: Vec<(String, f64)>,
    /// How many events are behind it.
    pub events: u64,
    /// Score and message.
    pub risk: Option<RiskShown>,
}

impl Heard {
    /// Whether what was said is what was expected.
    pub fn is(&self, meta: &Meta, said: &Said) -> bool {
        let texts = |wanted: &BTreeMap<String, String>, had: &[(String, String)]| {
            let mut wanted = wanted.iter();
            wanted.all(|(name, value)| had.iter().any(|(n, v)| n == name && v == value))
        };
        let values = |(name, value): (&String, &f64)| {
            let near = |had: f64| (had - value).abs() <= value.abs() * 1e-9;
            self.values.iter().any(|(n, had)| n == name && near(*had))
        };
        let risk = self.risk.as_ref();
        let score = risk.and_then(|risk| risk.score);
        let message = risk.and_then(|risk| risk.message.as_deref());
        is_called(meta, &said.rule)
            && said
                .level
                .as_ref()
                .is_none_or(|level| self.level.map(Level::as_str) == Some(level))
            && said
                .variation
                .as_deref()
                .is_none_or(|name| self.variation.as_deref() == variation(name))
            && texts(&said.group, &self.group)
            && texts(&said.term, &self.term)
            && said.values.iter().all(values)
            && said.events.is_none_or(|events| self.events == events)
            && said.risk.score.is_none_or(|wanted| score == Some(wanted))
            && said
                .risk
                .message
                .as_deref()
                .is_none_or(|wanted| message == Some(wanted))
    }

    /// What was said, in as many words as an entry could expect it with.
    pub fn shown(&self, meta: &Meta) -> String {
        let mut parts = vec![name(meta).to_owned()];
        parts.extend(self.level.map(|level| format!("level {}", level.as_str())));
        parts.extend(
            self.variation
                .as_ref()
                .map(|name| format!("variation {name}")),
        );
        let pairs = |pairs: &[(String, String)]| {
            let pairs = pairs.iter().map(|(name, value)| format!("{name} {value}"));
            pairs.collect::<Vec<_>>()
        };
        parts.extend(pairs(&self.group));
        parts.extend(pairs(&self.term));
        parts.extend(
            self.values
                .iter()
                .map(|(name, value)| format!("{name} {value}")),
        );
        if let Reference::Correlation(_) = self.from {
            parts.push(format!("events {}", self.events));
        }
        if let Some(risk) = &self.risk {
            parts.extend(risk.score.map(|score| format!("score {score}")));
            parts.extend(
                risk.message
                    .as_ref()
                    .map(|text| format!("message `{text}`")),
            );
        }
        parts.join(", ")
    }
}

/// The name of the variation that must hold.
fn variation(name: &str) -> Option<&str> {
    Some(name).filter(|name| !matches!(*name, "" | "none"))
}

/// What is expected, in words.
pub fn expected(said: &Said) -> String {
    let mut parts = vec![said.rule.clone()];
    parts.extend(said.level.as_ref().map(|level| format!("level {level}")));
    parts.extend(said.variation.as_ref().map(|name| match variation(name) {
        Some(name) => format!("variation {name}"),
        None => "no variation".to_owned(),
    }));
    let texts = said.group.iter().chain(&said.term);
    parts.extend(texts.map(|(name, value)| format!("{name} {value}")));
    parts.extend(
        said.values
            .iter()
            .map(|(name, value)| format!("{name} {value}")),
    );
    parts.extend(said.events.map(|events| format!("events {events}")));
    parts.extend(said.risk.score.map(|score| format!("score {score}")));
    parts.extend(
        said.risk
            .message
            .as_ref()
            .map(|text| format!("message `{text}`")),
    );
    parts.join(", ")
}

/// How much an entry says.
pub fn weight(said: &Said) -> usize {
    let told = [
        said.level.is_some(),
        said.variation.is_some(),
        said.events.is_some(),
        said.risk.score.is_some(),
        said.risk.message.is_some(),
    ];
    let maps = said.group.len() + said.term.len() + said.values.len();
    maps + told.into_iter().filter(|told| *told).count()
}

/// What became of observations, in words.
pub fn fates(counts: &Counts) -> Vec<String> {
    let observed = (counts.observed > 0).then_some((counts.observed, "observed"));
    let rest = losses(counts).into_iter().chain(silences(counts));
    let all = observed.into_iter().chain(rest);
    all.map(|(count, what)| format!("{count} {what}")).collect()
}
