//! What is said of an instant: alerts and findings that neither suppression, activation,
//! training nor another rule's variation keeps silent, each with its variation and its risk.

use super::alert::{RiskShown, Speech};
use super::hints::risk;
use super::key::{clip, stable_hash};
use super::machine::{Correlator, Item};
use super::observation::{Fields, VALUE_END};
use super::station::Fired;
use super::store::Store;
use super::wiring::{Voice, names};
use crate::fold::fold;
use sigwright_ir::hints::{Hints, Variation};
use sigwright_ir::{CorrelationRule, Reference, RuleId, RuleSet};

impl<S: Store> Correlator<S> {
    /// Says what may be said of what fired and of findings that waited.
    pub(super) fn speak(&mut self, time: i64, say: &mut dyn FnMut(Speech<'_>)) {
        let fired = std::mem::take(&mut self.fired);
        let items = std::mem::take(&mut self.items);
        for (place, one) in fired.iter().enumerate() {
            self.speak_alert(place, one, &fired, &items, say);
        }
        for item in &items {
            if let Reference::Rule(rule) = item.source
                && self.wiring.voice(rule) == Voice::Waits
            {
                self.speak_finding(rule, item, &fired, say);
            }
        }
        self.fired = fired;
        self.items = items;
        let (set, rules) = (&self.set, self.set.rules.len());
        let span = |owner: usize| {
            let hints = match owner.checked_sub(rules) {
                None => set.rules.get(owner).map(|rule| &rule.hints),
                Some(index) => set.correlations.get(index).map(|rule| &rule.hints),
            };
            let suppress = hints.and_then(|hints| hints.suppress.as_ref());
            suppress.map_or(0, |suppress| suppress.span)
        };
        let gone = self.suppressions.trim(self.options.suppressed, time, span);
        if S::KEEPS {
            self.spoken_again.extend(gone);
            self.unburden();
        }
    }

    fn speak_alert(
        &mut self,
        place: usize,
        one: &Fired,
        fired: &[Fired],
        items: &[Item],
        say: &mut dyn FnMut(Speech<'_>),
    ) {
        let (set, wiring) = (self.set.clone(), self.wiring.clone());
        let index = one.alert.correlation;
        let Some(rule) = set.correlations.get(index) else {
            return;
        };
        if !wiring.speaks(index) {
            return;
        }
        let time = one.alert.time;
        let silent = self.inactive(&rule.hints, one.last.observation.scope, time);
        let covered = self.is_covered(place, fired, items);
        let Some(counts) = self.stations.get_mut(one.rank).map(|s| &mut s.counts) else {
            return;
        };
        if self.options.train {
            counts.trained += 1;
            return;
        }
        if silent {
            counts.inactive += 1;
            return;
        }
        if covered {
            counts.covered += 1;
            return;
        }
        let mut values = |field: &str| alert_values(&set, rule, one, field);
        if let Some(suppress) = &rule.hints.suppress {
            let (key, made_of) = match suppress.by.is_empty() {
                true => (
                    one.key,
                    joined(one.alert.group.iter().map(|(_, value)| value)),
                ),
                false => suppress_key(&suppress.by, &mut values),
            };
            let key = (set.rules.len() + index, key);
            let made_of = S::KEEPS.then_some(made_of.as_slice());
            if !self.suppressions.speaks(key, time, suppress.span, made_of) {
                counts.suppressed += 1;
                return;
            }
        }
        counts.spoken += 1;
        let holds = |variation: &Variation| self.holds(variation, &one.last, fired);
        let variation = rule.hints.variations.iter().position(holds);
        let chosen = variation.and_then(|v| rule.hints.variations.get(v));
        let mut alert = one.alert.clone();
        alert.variation = variation;
        alert.level = chosen.and_then(|v| v.level).or(alert.level);
        let score = chosen.and_then(|v| v.score);
        alert.risk = match &rule.hints.risk {
            Some(text) => Some(risk(text, score, &mut values)),
            None => score.map(|score| RiskShown {
                score: Some(score),
                ..Default::default()
            }),
        };
        say(Speech::Alert(Box::new(alert)));
    }

    fn speak_finding(
        &mut self,
        rule: RuleId,
        item: &Item,
        fired: &[Fired],
        say: &mut dyn FnMut(Speech<'_>),
    ) {
        let set = self.set.clone();
        let Some(hints) = set.rule(rule).map(|rule| &rule.hints) else {
            return;
        };
        let observation = &item.observation;
        let silent = self.inactive(hints, observation.scope, observation.time);
        let Some(counts) = self.counts.get_mut(rule.index()) else {
            return;
        };
        counts.observed += 1;
        if self.options.train {
            counts.trained += 1;
            return;
        }
        if silent {
            counts.inactive += 1;
            return;
        }
        if let Some(suppress) = &hints.suppress {
            let names = names(&set, item.source);
            let (key, made_of) = suppress_key(&suppress.by, &mut |field| {
                field_values(&names, &observation.fields, field)
            });
            let (key, span) = ((rule.index(), key), suppress.span);
            let made_of = S::KEEPS.then_some(made_of.as_slice());
            if !self
                .suppressions
                .speaks(key, observation.time, span, made_of)
            {
                counts.suppressed += 1;
                return;
            }
        }
        counts.spoken += 1;
        let holds = |variation: &Variation| self.holds(variation, item, fired);
        let variation = hints.variations.iter().position(holds);
        say(Speech::Finding {
            observation,
            variation,
        });
    }

    /// Whether the log of `scope` is too young at `time`.
    fn inactive(&self, hints: &Hints, scope: u64, time: i64) -> bool {
        let Some(span) = hints.activation else {
            return false;
        };
        let begin = self.begins.get(&scope).map(|(begin, _)| begin.time);
        match begin {
            Some(begin) => time.saturating_sub(begin) < span,
            None => !self.is_full_of_logs(),
        }
    }

    /// Whether a variation holds of an event.
    fn holds(&self, variation: &Variation, item: &Item, fired: &[Fired]) -> bool {
        let observation = &item.observation;
        let when = variation.when.is_none_or(|when| {
            let asked = self.set.rule(observation.rule).map(|rule| &rule.asked);
            let bit = asked.and_then(|asked| asked.iter().position(|other| *other == when));
            bit.is_some_and(|bit| {
                observation.variations.checked_shr(bit as u32).unwrap_or(0) & 1 == 1
            })
        });
        let when_rule = variation.when_rule.is_none_or(|asked| {
            fired.iter().any(|other| {
                let rule = self.set.correlations.get(asked);
                other.alert.correlation == asked
                    && other.newest.binary_search(&observation.event).is_ok()
                    && rule.is_some_and(|rule| {
                        let scope = other.last.observation.scope;
                        !self.inactive(&rule.hints, scope, other.alert.time)
                    })
            })
        });
        when && when_rule
    }

    /// Whether another rule that asks for this alert reports one of its events.
    fn is_covered(&self, place: usize, fired: &[Fired], items: &[Item]) -> bool {
        let Some(one) = fired.get(place) else {
            return false;
        };
        let asks = |hints: &Hints| {
            let mut variations = hints.variations.iter();
            variations.any(|v| v.when_rule == Some(one.alert.correlation))
        };
        if !self.asked.contains(&one.alert.correlation) {
            return false;
        }
        let by_rule = items.iter().any(|item| {
            let Reference::Rule(rule) = item.source else {
                return false;
            };
            self.set.rule(rule).is_some_and(|rule| asks(&rule.hints))
                && self.wiring.voice(rule) == Voice::Waits
                && one.newest.binary_search(&item.observation.event).is_ok()
        });
        by_rule
            || fired.iter().any(|other| {
                let index = other.alert.correlation;
                let rule = self.set.correlations.get(index);
                rule.is_some_and(|rule| asks(&rule.hints))
                    && self.wiring.speaks(index)
                    && other
                        .newest
                        .iter()
                        .any(|e| one.newest.binary_search(e).is_ok())
            })
    }
}

/// A field's values for an alert: of its group, of its term, of its last event.
fn alert_values(set: &RuleSet, rule: &CorrelationRule, one: &Fired, field: &str) -> Vec<String> {
    let alert = &one.alert;
    let own = alert.group.iter().chain(&alert.term);
    let own = own.filter(|(name, _)| name == field);
    if let Some((_, value)) = own.into_iter().next() {
        return vec![value.clone()];
    }
    let source = one.last.source;
    let names = names(set, source);
    let name = aliased(set, rule, source, field);
    field_values(&names, &one.last.observation.fields, name)
}

/// What a correlation's field is called in one of its references.
fn aliased<'a>(
    set: &'a RuleSet,
    rule: &'a CorrelationRule,
    source: Reference,
    field: &'a str,
) -> &'a str {
    let Some(aliases) = rule.correlation.aliases.get(field) else {
        return field;
    };
    let meta = match source {
        Reference::Rule(rule) => set.rule(rule).map(|rule| &rule.meta),
        Reference::Correlation(other) => set.correlations.get(other).map(|rule| &rule.meta),
    };
    let known = meta.into_iter().flat_map(|meta| [&meta.id, &meta.name]);
    let known = known.flatten().find_map(|own| {
        let mut aliases = aliases.iter();
        aliases.find_map(|(rule, name)| is_same(rule, &own.value).then_some(name))
    });
    known.map_or(field, |name| name.value.as_str())
}

/// Whether two texts name the same rule; ids may have braces, no dashes, and be in any case.
fn is_same(one: &str, other: &str) -> bool {
    let bare = |id: &str| -> String {
        let kept = id.chars().filter(|c| !matches!(c, '{' | '}' | '-'));
        kept.map(|c| c.to_ascii_lowercase()).collect()
    };
    one == other || one.len() >= 32 && bare(one) == bare(other)
}

fn field_values(names: &[&str], fields: &Fields, field: &str) -> Vec<String> {
    let place = names.iter().position(|name| *name == field);
    let values = place.map(|place| fields.values(place));
    values.into_iter().flatten().map(str::to_owned).collect()
}

/// The key by which alerts are the same, and its values for people.
fn suppress_key(by: &[String], values: &mut dyn FnMut(&str) -> Vec<String>) -> (u128, Vec<u8>) {
    let mut parts: Vec<Vec<u8>> = Vec::with_capacity(by.len());
    let mut shown = Vec::with_capacity(by.len());
    for field in by {
        let values = values(field);
        let mut part = Vec::new();
        for value in &values {
            part.extend_from_slice(fold(&clip(value)).as_bytes());
            part.push(VALUE_END);
        }
        parts.push(part);
        shown.push(clip(&values.join(", ")).into_owned());
    }
    (stable_hash(parts.iter().map(Vec::as_slice)), joined(&shown))
}

/// Values side by side, as keys have them.
fn joined<'v>(values: impl IntoIterator<Item = &'v String>) -> Vec<u8> {
    let mut joined = Vec::new();
    for value in values {
        joined.extend_from_slice(value.as_bytes());
        joined.push(VALUE_END);
    }
    joined
}
