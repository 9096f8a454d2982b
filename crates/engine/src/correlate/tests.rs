//! What the machine does, from events to speech.

use super::*;
use crate::{Event, Matcher, Origins, Program, ProgramOptions};
use sigwright_ir::{Reference, RuleSet};
use sigwright_syntax::Sources;
use std::sync::Arc;

pub(crate) fn load(text: &str) -> Arc<RuleSet> {
    let mut sources = Sources::new();
    let id = sources.add("rules.yml", text);
    let (documents, diagnostics) = sigwright_syntax::read(&sources, id);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let (set, diagnostics) = sigwright_ir::lower(&documents, &Default::default());
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    Arc::new(set)
}

/// A rule that matches events with `kind: NAME`.
pub(crate) fn rule(name: &str, more: &str) -> String {
    format!(
        "title: {name}\nname: {name}\nlogsource: {{product: test}}\n{more}\ndetection:\n  sel: {{kind: {name}}}\n  condition: sel\n---\n"
    )
}

/// What a machine said: alerts as `TITLE@SECONDS group values`, findings as `RULE@SECONDS`.
pub(crate) struct Run {
    pub set: Arc<RuleSet>,
    pub wiring: Arc<Wiring>,
    origins: Origins,
}

pub(crate) const SECOND: i64 = 1_000_000_000;

impl Run {
    pub fn new(text: &str) -> Self {
        let set = load(text);
        Run {
            wiring: Arc::new(Wiring::new(&set, false)),
            set,
            origins: Origins::new(vec![]),
        }
    }

    /// The observations of events `(seconds, JSON members)`.
    pub fn observe(&self, events: &[(i64, &str)]) -> Vec<Observation> {
        let origins = self.origins.clone();
        let program = Program::compile(self.set.clone(), origins, ProgramOptions::default());
        let mut matcher = Matcher::new(&program);
        let mut observer = Observer::new(&self.set, &self.wiring, &self.origins);
        let mut found = Vec::new();
        let mut observations = Vec::new();
        for (number, (seconds, members)) in events.iter().enumerate() {
            let event = Event::from_json(&format!("{{{members}}}")).unwrap();
            matcher.matches(&event, &mut found);
            for rule in &found {
                observations.extend(observer.observe(
                    *rule,
                    &event,
                    Some(seconds * SECOND),
                    number as u64,
                    Place {
                        file: 0,
                        line: number as u64 + 1,
                    },
                ));
            }
        }
        observations
    }

    pub fn machine<S: Store>(&self, options: Options, store: S) -> Correlator<S> {
        Correlator::new(self.set.clone(), self.wiring.clone(), options, store)
    }

    pub fn line(&self, speech: &Speech<'_>) -> String {
        match speech {
            Speech::Alert(alert) => {
                let rule = &self.set.correlations[alert.correlation];
                let title = &rule.meta.title.as_ref().unwrap().value;
                let mut line = format!("{title}@{}", alert.time / SECOND);
                for (_, value) in alert.group.iter().chain(&alert.term) {
                    line.push_str(&format!(" {value}"));
                }
                for (name, value) in &alert.values {
                    line.push_str(&format!(" {name}={value}"));
                }
                if let Some(variation) = alert.variation {
                    line.push_str(&format!(" variation={variation}"));
                }
                line
            }
            Speech::Finding {
                observation,
                variation,
            } => {
                let rule = &self.set.rules[observation.rule.index()];
                let mut line = format!("{}@{}", rule.title(), observation.time / SECOND);
                if let Some(variation) = variation {
                    line.push_str(&format!(" variation={variation}"));
                }
                line
            }
        }
    }

    pub fn says_with(&self, options: Options, events: &[(i64, &str)]) -> (Vec<String>, Correlator) {
        let mut machine = self.machine(options, NoStore);
        let mut lines = Vec::new();
        let mut say = |speech: Speech<'_>| lines.push(self.line(&speech));
        for observation in self.observe(events) {
            machine.push(observation, &mut say);
        }
        machine.finish(&mut say);
        (lines, machine)
    }

    pub fn says(&self, events: &[(i64, &str)]) -> Vec<String> {
        self.says_with(Options::default(), events).0
    }
}

pub(crate) const COUNT: &str = "title: many\ncorrelation:\n  type: event_count\n  rules: [a]\n  group-by: [user]\n  timespan: 10s\n  condition: {gte: 3}\n";

#[test]
fn counts_events_in_a_sliding_window_once_per_episode() {
    let run = Run::new(&(rule("a", "") + COUNT));
    let a = r#""kind":"a","user":"Ann""#;
    let b = r#""kind":"a","user":"bob""#;
    let upper = r#""kind":"a","user":"ANN""#;
    let events = [
        (0, a),
        (5, b),
        (5, upper),
        (10, a),
        (12, a),
        (40, a),
        (41, a),
        (52, a),
        (50, a),
    ];
    let (lines, machine) = run.says_with(Options::default(), &events);
    assert_eq!(
        lines,
        [
            "many@10 Ann count=3",
            "many@12 Ann count=3",
            "many@50 Ann count=3"
        ]
    );
    let counts = machine.counts(Reference::Correlation(0));
    assert_eq!((counts.observed, counts.spoken), (9, 3));
}
