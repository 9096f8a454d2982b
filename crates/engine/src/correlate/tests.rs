//! What the machine does, from events to speech.

use super::*;
use crate::{Event, Matcher, Origins, Program, ProgramOptions};
use sigwright_ir::{Reference, RuleId, RuleSet};
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

const OTHERS: &str = "---\ntitle: distinct\ncorrelation:\n  type: value_count\n  rules: [a, b]\n  group-by: [user]\n  timespan: 8s\n  condition: {field: ip, gte: 2}\n---\ntitle: order\ncorrelation:\n  type: temporal_ordered\n  rules: [a, b, a]\n  group-by: [user]\n  timespan: 9s\n---\ntitle: absent\ncorrelation:\n  type: temporal\n  rules: [a, b]\n  timespan: 5s\n  condition: a and not b\n---\ntitle: sums\ncorrelation:\n  type: value_sum\n  rules: [a]\n  timespan: 7s\n  condition: {field: size, gte: 5}\nx-refire: 3s\n";

fn everything() -> Run {
    let suppress = "x-suppress: {for: 6s, by: [user]}";
    Run::new(&format!(
        "{}{}{}{COUNT}{NOT_AFTER}{NEW}{CHAIN}{OTHERS}",
        rule("a", ""),
        rule("b", ""),
        rule("c", suppress),
    ))
}

mod limits;
mod restored;

/// `n` events `kind: a`, each of another user, a nanosecond's worth of seconds apart.
fn flood(from: i64, n: i64) -> Vec<(i64, String)> {
    (0..n)
        .map(|i| (from + i / 1000, format!(r#""kind":"a","user":"u{i}""#)))
        .collect()
}

#[test]
fn a_group_near_firing_survives_a_flood_of_others() {
    let count = COUNT.replace("10s", "1h").replace("gte: 3", "gte: 10");
    let run = Run::new(&(rule("a", "") + &count));
    let victim = r#""kind":"a","user":"victim""#;
    let mut events: Vec<(i64, String)> = (0..9).map(|at| (at, victim.to_owned())).collect();
    events.extend(flood(10, 100_000));
    events.push((200, victim.to_owned()));
    let events: Vec<(i64, &str)> = events.iter().map(|(at, e)| (*at, e.as_str())).collect();
    let limit = |groups, memory| Options {
        groups,
        memory,
        ..Options::default()
    };
    for options in [limit(1_000, 256 << 20), limit(1_000_000, 1 << 20)] {
        let (lines, machine) = run.says_with(options.clone(), &events);
        assert_eq!(lines, ["many@200 victim count=10"]);
        let (groups, bytes) = machine.groups(0);
        assert!(groups <= options.groups && bytes <= options.memory);
        assert!(machine.counts(Reference::Correlation(0)).evicted > 90_000);
    }
}

#[test]
fn groups_whose_window_is_past_go_first_and_uncounted() {
    let run = Run::new(&(rule("a", "") + COUNT));
    let mut events = flood(0, 1000);
    events.extend(flood(100, 1000));
    let events: Vec<(i64, &str)> = events.iter().map(|(at, e)| (*at, e.as_str())).collect();
    let options = Options {
        groups: 1000,
        ..Options::default()
    };
    let (_, machine) = run.says_with(options, &events);
    assert_eq!(machine.counts(Reference::Correlation(0)).evicted, 0);
}

#[test]
fn a_date_in_the_far_future_moves_no_clock() {
    let run = Run::new(&(rule("a", "") + COUNT));
    let ann = r#""kind":"a","user":"ann""#;
    let far = r#""kind":"a","user":"far""#;
    let events = [
        (1, ann),
        (4_000_000_000, far),
        (2, ann),
        (4_000_000_000, far),
        (9, ann),
        (3, ann),
    ];
    let options = Options {
        lateness: Lateness::Within(5 * SECOND),
        ..Options::default()
    };
    let (lines, machine) = run.says_with(options, &events);
    assert_eq!(lines, ["many@3 ann count=3"]);
    assert_eq!(machine.counts(Reference::Correlation(0)).late, 0);
}

const HOUR: i64 = 3600;

fn live() -> Options {
    Options {
        lateness: Lateness::Within(300 * SECOND),
        ..Options::default()
    }
}

#[test]
fn a_host_an_hour_fast_among_many_ends_no_window_of_others() {
    let absent = COUNT.replace("gte: 3", "lt: 2").replace("many", "few");
    let text = rule("a", "") + &rule("c", "") + &absent + "---\n" + &COUNT.replace("[a]", "[c]");
    let run = Run::new(&text);
    let hosts: Vec<String> = (0..40)
        .map(|host| format!(r#""kind":"a","user":"{host}""#))
        .collect();
    let fast = r#""kind":"c","user":"fast""#;
    let mut events: Vec<(i64, &str)> = Vec::new();
    for round in 0..20 {
        // each host twice, the second time five seconds later: never fewer than two
        for (place, host) in hosts.iter().enumerate() {
            events.push((round * 60 + place as i64 / 10, host));
        }
        events.push((round * 60 + HOUR, fast));
        for (place, host) in hosts.iter().enumerate() {
            events.push((round * 60 + 5 + place as i64 / 10, host));
        }
        events.push((round * 60 + 5 + HOUR, fast));
    }
    let (lines, machine) = run.says_with(live(), &events);
    assert_eq!(lines, Vec::<String>::new());
    for correlation in 0..2 {
        let counts = machine.counts(Reference::Correlation(correlation));
        assert_eq!(counts.late, 0);
    }
}

#[test]
fn four_dates_in_the_far_future_take_no_lateness_away() {
    let run = Run::new(&(rule("a", "") + COUNT));
    let far = r#""kind":"a","user":"far""#;
    let users: Vec<String> = (0..1000)
        .map(|user| format!(r#""kind":"a","user":"{}""#, user / 2))
        .collect();
    let mut events = vec![(4_000_000_000, far); 4];
    // pairs, the second ten seconds back
    events.extend(users.iter().enumerate().map(|(place, user)| {
        let back = 10 * (place as i64 % 2);
        (1000 + 5 * place as i64 - back, user.as_str())
    }));
    let options = Options {
        lateness: Lateness::Within(10 * SECOND),
        ..Options::default()
    };
    let run_two = Run::new(&(rule("a", "") + &COUNT.replace("gte: 3", "gte: 2")));
    let (lines, machine) = run_two.says_with(options.clone(), &events);
    assert_eq!(lines.len(), 501);
    assert_eq!(machine.counts(Reference::Correlation(0)).late, 0);
    assert_eq!(run.says_with(options, &events).0.len(), 1);
}

#[test]
fn events_that_no_rule_matches_move_the_clock() {
    let few = COUNT.replace("gte: 3", "lt: 3").replace("many", "few");
    let run = Run::new(&(rule("a", "") + COUNT + "---\n" + &few));
    let ann = r#""kind":"a","user":"ann""#;
    let bob = r#""kind":"a","user":"bob""#;
    let mut lines = Vec::new();
    let mut machine = run.machine(live(), NoStore);
    let events = [(1, ann), (2, ann), (3, ann), (3, bob)];
    for observation in run.observe(&events) {
        machine.push(observation, &mut |speech| lines.push(run.line(&speech)));
    }
    for number in 0..100 {
        let time = (4 + 10 * number) * SECOND;
        machine.tick(100 + number as u64, time, &mut |speech| {
            lines.push(run.line(&speech));
        });
    }
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(lines[0], "many@3 ann count=3");
    assert!(lines[1].starts_with("few@") && lines[1].contains(" bob"));
}

#[test]
fn what_is_far_in_the_future_waits_in_the_store_whatever_is_open() {
    let run = Run::new(&(rule("a", "") + COUNT));
    let ann = r#""kind":"a","user":"ann""#;
    let other = r#""kind":"a","user":"other""#;
    for lateness in [live().lateness, Lateness::All] {
        let options = Options {
            lateness,
            ..Options::default()
        };
        let mut events = vec![(0, ann), (4_000_000_000, ann)];
        events.extend((0..20).map(|at| (at, other)));
        let mut lines = Vec::new();
        let mut machine = run.machine(options.clone(), Memory::default());
        for observation in run.observe(&events) {
            machine.push(observation, &mut |_| ());
        }
        machine.pause(&mut |_| ());
        assert_eq!(machine.waiting(), 1);
        machine.save().unwrap();
        let store = std::mem::take(machine.store_mut());
        let mut machine = run.machine(options, store);
        machine.restore().unwrap();
        // the next log, three days later, has but few events
        machine.start_anew();
        let later = 3 * 24 * HOUR;
        for observation in run.observe(&[(later, ann), (later + 1, ann), (later + 2, ann)]) {
            machine.push(observation, &mut |_| ());
        }
        machine.pause(&mut |speech| lines.push(run.line(&speech)));
        let expected = format!("many@{} ann count=3", later + 2);
        assert_eq!(lines, [expected]);
        assert_eq!(machine.waiting(), 1);
        assert_eq!(machine.counts(Reference::Correlation(0)).late, 0);
    }
}

#[test]
fn what_comes_too_late_does_not_count_and_is_counted() {
    let run = Run::new(&(rule("a", "") + COUNT));
    let ann = r#""kind":"a","user":"ann""#;
    let bob = r#""kind":"a","user":"bob""#;
    let mut events = vec![(1, ann)];
    events.extend((20..60).map(|at| (at, ann)));
    events.extend([(19, ann), (19, bob)]);
    let options = Options {
        lateness: Lateness::Within(SECOND),
        ..Options::default()
    };
    let (lines, machine) = run.says_with(options, &events);
    assert_eq!(lines, ["many@22 ann count=3"]);
    assert_eq!(machine.counts(Reference::Correlation(0)).late, 1);
}

#[test]
fn too_many_that_wait_go_on_before_their_time() {
    let run = Run::new(&(rule("a", "") + COUNT));
    let events: Vec<(i64, &str)> = (0..10).map(|at| (at, r#""kind":"a","user":"x""#)).collect();
    let options = Options {
        waiting: 4,
        ..Options::default()
    };
    let (lines, machine) = run.says_with(options, &events);
    assert_eq!(lines, ["many@2 x count=3"]);
    assert!(machine.hurried() > 0);
}

#[test]
fn a_window_with_an_upper_bound_is_judged_when_it_closes() {
    let few = NOT_AFTER
        .trim_start_matches("---\n")
        .replace("[a, b]", "[a]");
    let run = Run::new(&(rule("a", "") + &few));
    let ann = r#""kind":"a","user":"ann""#;
    // [1, 8] holds three, [9, 16] two: the one at 16 is within
    let lines = run.says(&[(1, ann), (2, ann), (8, ann), (9, ann), (16, ann)]);
    assert_eq!(lines, ["few@16 ann count=2"]);
    let mut machine = run.machine(Options::default(), NoStore);
    for observation in run.observe(&[(1, ann)]) {
        machine.push(observation, &mut |_| ());
    }
    let mut said = 0;
    machine.pause(&mut |_| said += 1);
    assert_eq!(said, 0, "windows stay open");
}

#[test]
fn alerts_feed_correlations_behind_them_at_their_own_time() {
    let chain = "---\ntitle: twice\ncorrelation:\n  type: event_count\n  rules: [few]\n  group-by: [user]\n  timespan: 20s\n  condition: {gte: 2}\n";
    let few = NOT_AFTER
        .trim_start_matches("---\n")
        .replace("[a, b]", "[a]");
    let run = Run::new(&(rule("a", "") + &few + chain));
    let ann = r#""kind":"a","user":"Ann""#;
    let (lines, machine) = run.says_with(Options::default(), &[(1, ann), (9, ann)]);
    // `few` is silent: a correlation speaks for it
    assert_eq!(lines, ["twice@16 Ann count=2"]);
    assert_eq!(machine.counts(Reference::Correlation(0)).spoken, 0);
}

#[test]
fn a_term_is_new_once_and_each_match_refreshes_it() {
    let text = NEW
        .trim_start_matches("---\n")
        .replace("x-suppress: {for: 9s}\n", "");
    let run = Run::new(&(rule("b", "") + &text.replace("lte: 1", "eq: 0")));
    let at = |user: &str, ip: &str| format!(r#""kind":"b","user":"{user}","ip":{ip}"#);
    let one = at("ann", r#""1""#);
    let two = at("ann", r#"["1","2"]"#);
    let events = [
        (0, &*one),
        (20, &*one),
        (30, &*two),
        (30, &*two),
        (51, &*one),
        (60, r#""kind":"b","user":"ann""#),
    ];
    let (lines, machine) = run.says_with(Options::default(), &events);
    assert_eq!(
        lines,
        [
            "new@0 ann 1 prior=0",
            "new@30 ann 2 prior=0",
            "new@51 ann 1 prior=0"
        ]
    );
    assert_eq!(machine.counts(Reference::Correlation(0)).unmeasured, 1);
}

#[test]
fn without_a_store_the_terms_seen_longest_ago_are_forgotten() {
    let text = NEW
        .trim_start_matches("---\n")
        .replace("[user]", "[kind]")
        .replace("20s", "1h");
    let text = text
        .replace("lte: 1", "eq: 0")
        .replace("x-suppress: {for: 9s}\n", "");
    let run = Run::new(&(rule("b", "") + &text));
    let term = |i: i64| (i, format!(r#""kind":"b","ip":"{i}""#));
    let mut events: Vec<(i64, String)> = (0..1000).map(term).collect();
    events.push((1001, term(999).1));
    events.push((1002, term(0).1));
    let events: Vec<(i64, &str)> = events.iter().map(|(at, e)| (*at, e.as_str())).collect();
    let options = Options {
        terms: 500,
        ..Options::default()
    };
    let (lines, machine) = run.says_with(options.clone(), &events);
    assert_eq!(lines.len(), 1001, "one alert twice, none lost");
    assert!(machine.terms(0) <= 500 && machine.counts(Reference::Correlation(0)).forgotten > 0);
    let (lines, machine) = run.says_to(Memory::default(), options, &events);
    assert_eq!(lines.len(), 1000, "the store remembers");
    assert!(machine.terms(0) <= 500);
}

#[test]
fn terms_with_many_occurrences_keep_to_the_memory() {
    let rare = "title: rare\ncorrelation:\n  type: new_terms\n  rules: [a]\n  timespan: 1d\n  condition: {field: ip, lte: 900}\n";
    let run = Run::new(&(rule("a", "") + rare));
    let events: Vec<(i64, String)> = (0..20_000)
        .map(|n| (n, format!(r#""kind":"a","ip":"{}""#, n % 40)))
        .collect();
    let events: Vec<(i64, &str)> = events.iter().map(|(at, e)| (*at, e.as_str())).collect();
    let options = Options {
        memory: 40_000,
        ..Options::default()
    };
    let (lines, machine) = run.says_with(options, &events);
    // a forgotten term is rare again: none is missed
    assert_eq!(lines.len(), 20_000);
    let counts = machine.counts(Reference::Correlation(0));
    assert!(counts.forgotten > 0 && machine.terms(0) < 40, "{counts:?}");
}

#[test]
fn the_same_key_is_silent_for_a_while_and_not_longer() {
    let run = Run::new(&rule("c", "x-suppress: {for: 10s, by: [user]}"));
    let ann = r#""kind":"c","user":"Ann""#;
    let upper = r#""kind":"c","user":"ANN""#;
    let bob = r#""kind":"c","user":"bob""#;
    let (lines, machine) = run.says_with(
        Options::default(),
        &[(0, ann), (5, bob), (9, upper), (10, upper), (19, ann)],
    );
    assert_eq!(lines, ["c@0", "c@5", "c@10"]);
    let counts = machine.counts(Reference::Rule(0usize.into()));
    assert_eq!(
        (counts.observed, counts.spoken, counts.suppressed),
        (5, 3, 2)
    );
}

#[test]
fn a_variation_asks_a_correlation_that_then_is_silent_for_that_event() {
    let new = NEW
        .trim_start_matches("---\n")
        .replace("x-suppress: {for: 9s}\n", "")
        .replace("title: new", "title: new\nname: new")
        .replace("lte: 1", "eq: 0")
        .replace("rules: [b]", "rules: [b]\n  generate: true");
    let hints = "level: low\nx-variations:\n  - {name: Unusual, when-rule: new, level: high}\n  - {name: Named, when: {user: bob}, level: medium}";
    let run = Run::new(&(rule("b", hints) + &new));
    let at = |user: &str, ip: &str| format!(r#""kind":"b","user":"{user}","ip":"{ip}""#);
    let (ann, bob) = (at("ann", "1"), at("bob", "1"));
    let events = [(0, &*ann), (1, &*ann), (2, &*bob), (3, &*bob)];
    let (lines, machine) = run.says_with(Options::default(), &events);
    assert_eq!(
        lines,
        [
            "b@0 variation=0",
            "b@1",
            "b@2 variation=0",
            "b@3 variation=1"
        ]
    );
    assert_eq!(machine.counts(Reference::Correlation(0)).covered, 2);
}

#[test]
fn a_rule_is_silent_while_its_log_is_young() {
    let run = Run::new(&rule("c", "x-activation: 10s"));
    let c = r#""kind":"c""#;
    let mut machine = run.machine(Options::default(), NoStore);
    let mut lines = Vec::new();
    let scope = run.observe(&[(0, c)])[0].scope;
    for (at, time) in [5, 1].into_iter().enumerate() {
        let (name, time) = (at.to_string(), time * SECOND);
        machine.begin(Begin { scope, name, time });
    }
    for observation in run.observe(&[(10, c), (11, c)]) {
        machine.push(observation, &mut |speech| lines.push(run.line(&speech)));
    }
    machine.finish(&mut |speech| lines.push(run.line(&speech)));
    assert_eq!(lines, ["c@11"]);
    assert_eq!(machine.counts(Reference::Rule(0usize.into())).inactive, 1);
}

#[test]
fn training_is_silent_and_learns() {
    let text = NEW
        .trim_start_matches("---\n")
        .replace("x-suppress: {for: 9s}\n", "");
    let run = Run::new(&(rule("b", "") + &text.replace("lte: 1", "eq: 0")));
    let b = r#""kind":"b","user":"ann","ip":"1""#;
    let train = Options {
        train: true,
        ..Options::default()
    };
    let mut machine = run.machine(train, Memory::default());
    for observation in run.observe(&[(0, b)]) {
        machine.push(observation, &mut |_| panic!("said something"));
    }
    machine.pause(&mut |_| panic!("said something"));
    assert_eq!(machine.counts(Reference::Correlation(0)).trained, 1);
    machine.save().unwrap();
    let mut live = run.machine(Options::default(), std::mem::take(machine.store_mut()));
    live.restore().unwrap();
    for observation in run.observe(&[(5, b)]) {
        live.push(observation, &mut |_| panic!("said something"));
    }
    live.finish(&mut |_| panic!("not new"));
}

#[test]
fn a_line_that_does_not_end_its_request_is_not_correlated() {
    let run = Run::new(&(rule("a", "") + COUNT));
    let a = |stage: &str| format!(r#""kind":"a","user":"x","auditID":"1","stage":"{stage}""#);
    let (received, complete) = (a("RequestReceived"), a("ResponseComplete"));
    assert_eq!(run.observe(&[(0, &received), (1, &complete)]).len(), 1);
}

#[test]
fn an_alert_says_why_and_has_an_id_that_stays() {
    let risk = "x-risk: {score: 40, message: 'by {user} from {ip}, {{{none}}}', entities: [{field: user, role: attacker}]}\n";
    let run = Run::new(&(rule("a", "") + COUNT + risk));
    let a = r#""kind":"a","user":"Ann","ip":["1","2"]"#;
    let alert = || {
        let mut machine = run.machine(Options::default(), NoStore);
        let mut alerts = Vec::new();
        let mut say = |speech: Speech<'_>| match speech {
            Speech::Alert(alert) => alerts.push(*alert),
            Speech::Finding { .. } => panic!("no finding waits"),
        };
        for observation in run.observe(&[(1, a), (2, a), (3, a)]) {
            machine.push(observation, &mut say);
        }
        machine.finish(&mut say);
        alerts.remove(0)
    };
    let one = alert();
    assert_eq!(one, alert());
    assert_eq!(one.window, (-7 * SECOND, 3 * SECOND));
    assert_eq!(one.group, [("user".to_owned(), "Ann".to_owned())]);
    let lines: Vec<(i64, u64)> = one
        .events
        .iter()
        .map(|e| (e.time / SECOND, e.place.line))
        .collect();
    assert_eq!((lines, one.events_total), (vec![(1, 1), (2, 2), (3, 3)], 3));
    let risk = one.risk.unwrap();
    assert_eq!(risk.message.unwrap(), "by Ann from 1, 2, {<none>}");
    assert_eq!((risk.score, risk.entities.len()), (Some(40), 1));
}

#[test]
fn rules_of_one_title_alert_under_ids_of_their_own() {
    let nameless = |least: u32| COUNT.replace("gte: 3", &format!("gte: {least}"));
    let ids = |text: String| {
        let run = Run::new(&(rule("a", "") + &text));
        let mut machine = run.machine(Options::default(), NoStore);
        let mut ids = Vec::new();
        let a = r#""kind":"a","user":"Ann""#;
        for observation in run.observe(&[(1, a), (1, a), (1, a)]) {
            machine.push(observation, &mut |_| {});
        }
        machine.finish(&mut |speech| {
            if let Speech::Alert(alert) = speech {
                ids.push(alert.id);
            }
        });
        ids
    };
    let both = ids(format!("{}---\n{}", nameless(1), nameless(2)));
    assert_eq!(both.len(), 2);
    assert_ne!(both[0], both[1]);
    assert_eq!(both, [ids(nameless(1)), ids(nameless(2))].concat());
}

#[test]
fn values_beyond_those_that_are_kept_are_counted() {
    let run = Run::new(&(rule("a", "") + COUNT));
    let cut = |values: usize| {
        let values = vec!["\"x\""; values].join(",");
        let event = Event::from_json(&format!(r#"{{"kind":"a","user":[{values}]}}"#)).unwrap();
        let mut observer = Observer::new(&run.set, &run.wiring, &run.origins);
        observer.observe(RuleId::from(0), &event, Some(0), 0, Place::default());
        observer.unseen().cut
    };
    assert_eq!((cut(100), cut(101)), (0, 1));
}
