//! Rules at work: events in, what is said out.

use super::case::{Options, duration};
use sigwright_engine::correlate::{
    Correlator, Lateness, NoStore, Observer, Options as Bounds, Place, Speech, Unseen, Voice,
    Wiring,
};
use sigwright_engine::{Event, Matcher, Origins, Program};
use sigwright_ir::{Reference, RuleId, RuleSet};
use sigwright_syntax::ast::Body;
use sigwright_syntax::{Diagnostics, Severity, Sources};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// An alert or a finding.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spoken {
    pub alert: Option<String>,
    pub finding: Option<String>,
    pub id: u128,
    pub time: Option<i64>,
    pub window: Option<(i64, i64)>,
    pub group: BTreeMap<String, String>,
    pub term: BTreeMap<String, String>,
    pub values: BTreeMap<String, f64>,
    pub lines: Vec<u64>,
    pub total: u64,
    pub level: String,
    pub variation: String,
    pub score: Option<u8>,
    pub message: String,
    pub entities: Vec<[String; 3]>,
}

/// Rules, and the machine that runs them.
pub struct Run {
    pub set: Arc<RuleSet>,
    wiring: Arc<Wiring>,
    machine: Correlator,
    train: bool,
    /// What was matched and not observed.
    pub unseen: Unseen,
}

impl Run {
    /// Rules without errors.
    pub fn new(rules: &str, options: &Options) -> Run {
        let set = Arc::new(load(rules));
        let wiring = Arc::new(Wiring::new(&set, options.generate));
        let bounds = Bounds {
            lateness: match &options.lateness {
                None => Lateness::All,
                Some(text) => Lateness::Within(duration(text)),
            },
            train: options.train,
            ..Bounds::default()
        };
        Run {
            machine: Correlator::new(set.clone(), wiring.clone(), bounds, NoStore),
            train: options.train,
            set,
            wiring,
            unseen: Unseen::default(),
        }
    }

    /// What is said of events that arrive in this order.
    pub fn spoken(&mut self, events: &[(Option<i64>, String)], order: &[usize]) -> Vec<Spoken> {
        let origins = Origins::new(vec![]);
        let options = Default::default();
        let program = Program::compile(self.set.clone(), origins.clone(), options);
        let mut matcher = Matcher::new(&program);
        let mut observer = Observer::new(&self.set, &self.wiring, &origins);
        let (mut found, mut spoken) = (Vec::new(), Vec::new());
        for index in order {
            let (time, text) = &events[*index];
            let event = Event::from_json(text).unwrap();
            matcher.matches(&event, &mut found);
            if let Some(begin) = observer.begin(&event, *time) {
                self.machine.begin(begin);
            }
            let place = Place {
                file: 0,
                line: *index as u64 + 1,
            };
            let mut seen = false;
            for rule in &found {
                let observed = observer.observe(*rule, &event, *time, *index as u64, place);
                let voice = self.wiring.voice(*rule);
                let waits = voice == Voice::Waits && observed.is_some();
                if voice != Voice::Never && !waits && !self.train {
                    spoken.push(self.finding(*rule, *time, None));
                }
                if let Some(observation) = observed {
                    seen = true;
                    let set = &self.set;
                    self.machine
                        .push(observation, &mut |speech| spoken.push(say(set, &speech)));
                }
            }
            if let Some(time) = time.filter(|_| !seen) {
                let set = &self.set;
                self.machine.tick(*index as u64, time, &mut |speech| {
                    spoken.push(say(set, &speech))
                });
            }
        }
        let set = &self.set;
        self.machine
            .finish(&mut |speech| spoken.push(say(set, &speech)));
        self.unseen = observer.unseen();
        spoken
    }

    fn finding(&self, rule: RuleId, time: Option<i64>, variation: Option<usize>) -> Spoken {
        finding(&self.set, rule, time, variation)
    }

    /// A counter of a rule or correlation.
    pub fn count(&self, title: &str, name: &str) -> u64 {
        let rule = self.set.iter().find(|(_, rule)| rule.title() == title);
        let mut correlations = self.set.correlations.iter();
        let reference = match rule {
            Some((id, _)) => Reference::Rule(id),
            None => Reference::Correlation(correlations.position(|c| c.title() == title).unwrap()),
        };
        let counts = serde_json::to_value(self.machine.counts(reference)).unwrap();
        let count = counts.get(name).and_then(serde_json::Value::as_u64);
        count.unwrap_or_else(|| panic!("no counter is called `{name}`"))
    }
}

/// The rules that need not be written.
const IMPLIED: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// Reads and lowers rules, with those that they refer to and that need not be written.
pub fn read(rules: &str) -> (RuleSet, Diagnostics) {
    let mut sources = Sources::new();
    let id = sources.add("rules.yml", rules);
    let (mut documents, mut diagnostics) = sigwright_syntax::read(&sources, id);
    let (mut named, mut wanted) = (HashSet::new(), HashSet::new());
    for document in &documents {
        named.extend(document.meta.name.as_ref().map(|name| name.value.clone()));
        if let Body::Correlation(correlation) = &document.body {
            wanted.extend(correlation.rules.iter().map(|rule| rule.value.clone()));
        }
    }
    for name in IMPLIED {
        if wanted.contains(name) && !named.contains(name) {
            let id = sources.add(
                name,
                format!(
                    "title: {name}\nname: {name}\nlogsource: {{ product: test }}\n\
                     detection: {{ s: {{ is: {name} }}, condition: s }}"
                ),
            );
            documents.extend(sigwright_syntax::read(&sources, id).0);
        }
    }
    let (set, more) = sigwright_ir::lower(&documents, &Default::default());
    diagnostics.extend(more);
    (set, diagnostics)
}

/// Rules that must be right.
fn load(rules: &str) -> RuleSet {
    let (set, diagnostics) = read(rules);
    let wrong = diagnostics.iter().find(|d| d.severity == Severity::Error);
    assert!(wrong.is_none(), "{wrong:?}\n{rules}");
    set
}

fn say(set: &RuleSet, speech: &Speech<'_>) -> Spoken {
    let alert = match speech {
        Speech::Finding {
            observation,
            variation,
        } => return finding(set, observation.rule, Some(observation.time), *variation),
        Speech::Alert(alert) => alert,
    };
    let rule = &set.correlations[alert.correlation];
    let risk = alert.risk.clone().unwrap_or_default();
    Spoken {
        alert: Some(rule.title().to_owned()),
        finding: None,
        id: alert.id,
        time: Some(alert.time),
        window: Some(alert.window),
        group: alert.group.iter().cloned().collect(),
        term: alert.term.iter().cloned().collect(),
        values: alert.values.iter().cloned().collect(),
        lines: alert.events.iter().map(|event| event.place.line).collect(),
        total: alert.events_total,
        level: alert
            .level
            .map_or_else(String::new, |l| l.as_str().to_owned()),
        variation: alert
            .variation
            .map_or_else(String::new, |v| rule.hints.variations[v].name.clone()),
        score: risk.score,
        message: risk.message.unwrap_or_default(),
        entities: risk
            .entities
            .into_iter()
            .map(|(field, role, value)| [field, role.unwrap_or_default(), value])
            .collect(),
    }
}

fn finding(set: &RuleSet, rule: RuleId, time: Option<i64>, variation: Option<usize>) -> Spoken {
    let rule = set.rule(rule).unwrap();
    Spoken {
        finding: Some(rule.title().to_owned()),
        time,
        variation: variation.map_or_else(String::new, |v| rule.hints.variations[v].name.clone()),
        ..Spoken::default()
    }
}
