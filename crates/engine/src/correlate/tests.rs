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
        self.says_to(NoStore, options, events)
    }

    pub fn says_to<S: Store>(
        &self,
        store: S,
        options: Options,
        events: &[(i64, &str)],
    ) -> (Vec<String>, Correlator<S>) {
        let mut machine = self.machine(options, store);
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

const NOT_AFTER: &str = "---\ntitle: few\nname: few\ncorrelation:\n  type: event_count\n  rules: [a, b]\n  group-by: [user]\n  timespan: 7s\n  condition: {lt: 3}\n";
const NEW: &str = "---\ntitle: new\ncorrelation:\n  type: new_terms\n  rules: [b]\n  group-by: [user]\n  timespan: 20s\n  condition: {field: ip, lte: 1}\nx-suppress: {for: 9s}\n";
const CHAIN: &str = "---\ntitle: chain\ncorrelation:\n  type: event_count\n  rules: [few]\n  timespan: 30s\n  condition: {gte: 3}\n";

fn everything() -> Run {
    let suppress = "x-suppress: {for: 6s, by: [user]}";
    Run::new(&format!(
        "{}{}{}{COUNT}{NOT_AFTER}{NEW}{CHAIN}",
        rule("a", ""),
        rule("b", ""),
        rule("c", suppress),
    ))
}

mod restored {
    use super::*;
    use proptest::prelude::*;

    fn timeline() -> impl Strategy<Value = Vec<(i64, String)>> {
        let event = (0i64..4, -6i64..1, 0usize..3, 0usize..4, 0usize..3);
        prop::collection::vec(event, 1..120).prop_map(|events| {
            let mut now = 1000;
            let mut timeline = Vec::new();
            for (step, back, kind, user, ip) in events {
                now += step;
                let kind = ["a", "b", "c"][kind];
                let user = ["ann", "Bob", "BOB", "cyd"][user];
                let members = format!(r#""kind":"{kind}","user":"{user}","ip":"10.0.0.{ip}""#);
                timeline.push((now + back.max(-step - 3), members));
            }
            timeline
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        /// However often a run is cut, saved and taken up again, it says the same.
        #[test]
        fn says_the_same(
            events in timeline(),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
            saves in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
            lateness in 0i64..6,
            groups in prop::sample::select(vec![2usize, 1000]),
            waiting in prop::sample::select(vec![5usize, 1000]),
        ) {
            let run = everything();
            let events: Vec<(i64, &str)> = events.iter().map(|(at, e)| (*at, e.as_str())).collect();
            let options = Options {
                lateness: Lateness::Within(lateness * SECOND),
                groups,
                terms: groups,
                waiting,
                ..Options::default()
            };
            let observations = run.observe(&events);
            let store = Memory::default();
            let (whole, machine) = run.says_to(store, options.clone(), &events);
            let at = |places: &[prop::sample::Index]| -> Vec<usize> {
                places.iter().map(|index| index.index(observations.len() + 1)).collect()
            };
            let (cuts, saves) = (at(&cuts), at(&saves));
            let mut lines = Vec::new();
            let mut say = |speech: Speech<'_>| lines.push(run.line(&speech));
            let mut cut = run.machine(options.clone(), Memory::default());
            for (place, observation) in observations.into_iter().enumerate() {
                if saves.contains(&place) {
                    cut.save().unwrap();
                }
                if cuts.contains(&place) {
                    cut.save().unwrap();
                    let store = std::mem::take(cut.store_mut());
                    cut = run.machine(options.clone(), store);
                    let restored = cut.restore().unwrap();
                    prop_assert_eq!(restored.found.len(), 7);
                }
                cut.push(observation, &mut say);
            }
            cut.finish(&mut say);
            prop_assert_eq!(lines, whole);
            for index in 0..run.set.correlations.len() {
                let of = Reference::Correlation(index);
                prop_assert_eq!(cut.counts(of), machine.counts(of));
            }
        }
    }

    #[test]
    fn a_damaged_record_is_refused() {
        let run = everything();
        let mut machine = run.machine(Options::default(), Memory::default());
        for observation in run.observe(&[(1, r#""kind":"a","user":"x""#)]) {
            machine.push(observation, &mut |_| ());
        }
        machine.pause(&mut |_| ());
        machine.save().unwrap();
        let store = std::mem::take(machine.store_mut());
        let mut groups = 0;
        for (key, value) in &store.0 {
            groups += usize::from(key.kind == Kind::Group);
            for broken in [&value[..value.len() - 1], &[&value[..], &[0]].concat()] {
                let mut store = store.clone();
                store.0.insert(*key, broken.to_vec());
                assert!(run.machine(Options::default(), store).restore().is_err());
            }
        }
        assert_eq!(groups, 2);
    }

    #[test]
    fn a_changed_rule_starts_cold_and_others_go_on() {
        let run = everything();
        let mut machine = run.machine(Options::default(), Memory::default());
        let a = r#""kind":"a","user":"x""#;
        for observation in run.observe(&[(1, a), (2, a)]) {
            machine.push(observation, &mut |_| ());
        }
        machine.pause(&mut |_| ());
        machine.save().unwrap();
        let store = std::mem::take(machine.store_mut());
        let title = |run: &Run, of: &Reference| match of {
            Reference::Rule(rule) => run.set.rule(*rule).unwrap().title().to_owned(),
            Reference::Correlation(index) => run.set.correlations[*index].title().to_owned(),
        };
        let text = format!("{}{}{COUNT}{NOT_AFTER}", rule("a", ""), rule("b", ""));
        let other = Run::new(&text.replace("lt: 3", "lt: 4"));
        let mut machine = other.machine(Options::default(), store);
        let restored = machine.restore().unwrap();
        let titles =
            |list: &[Reference]| list.iter().map(|of| title(&other, of)).collect::<Vec<_>>();
        assert_eq!(titles(&restored.found), ["a", "b", "many"]);
        assert_eq!(titles(&restored.changed), ["few"]);
        assert_eq!(restored.gone, ["c", "chain", "new"]);
        let mut lines = Vec::new();
        for observation in other.observe(&[(3, a)]) {
            machine.push(observation, &mut |speech| lines.push(other.line(&speech)));
        }
        machine.finish(&mut |speech| lines.push(other.line(&speech)));
        assert_eq!(lines, ["many@3 x count=3", "few@10 x count=1"]);
    }
}
