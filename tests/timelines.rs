//! The state machine against an oracle that keeps everything and looks at every window anew:
//! random rules of every type, random timelines. `SIGWRIGHT_TIMELINES` says how many of each
//! type there are.

#[path = "timelines/generate.rs"]
mod generate;
#[path = "timelines/oracle.rs"]
mod oracle;

use generate::{Random, SECOND, TYPES};
use oracle::{Fact, Said};
use sigwright_engine::correlate::{
    Correlator, Lateness, NoStore, Observer, Options, Place, Speech, Wiring,
};
use sigwright_engine::{Event, Matcher, Origins, Program, ProgramOptions};
use sigwright_ir::{RuleId, RuleSet};
use sigwright_syntax::{Severity, Sources};
use std::sync::Arc;

/// Timelines of each type, if nothing is said.
const USUAL: usize = 2_000;
/// Timelines for one set of rules.
const EACH: usize = 4;

fn wanted() -> usize {
    let said = std::env::var("SIGWRIGHT_TIMELINES").ok();
    said.map_or(USUAL, |count| count.parse().expect("a number"))
}

struct Machine {
    set: Arc<RuleSet>,
    wiring: Arc<Wiring>,
    origins: Origins,
    program: Program,
}

impl Machine {
    fn new(text: &str) -> Self {
        let mut sources = Sources::new();
        let id = sources.add("rules.yml", text);
        let (documents, mut diagnostics) = sigwright_syntax::read(&sources, id);
        let (set, more) = sigwright_ir::lower(&documents, &Default::default());
        diagnostics.extend(more);
        let error = diagnostics.iter().find(|d| d.severity == Severity::Error);
        assert!(error.is_none(), "{error:?}\n{text}");
        let set = Arc::new(set);
        let origins = Origins::new(vec![]);
        Machine {
            wiring: Arc::new(Wiring::new(&set, false)),
            program: Program::compile(set.clone(), origins.clone(), ProgramOptions::default()),
            origins,
            set,
        }
    }

    /// What the machine says of events in the order they arrive.
    fn says(&self, events: &[(Fact, String)], lateness: Option<i64>) -> Vec<Said> {
        let options = Options {
            lateness: lateness.map_or(Lateness::All, Lateness::Within),
            ..Options::default()
        };
        let mut machine = Correlator::new(self.set.clone(), self.wiring.clone(), options, NoStore);
        let mut matcher = Matcher::new(&self.program);
        let mut observer = Observer::new(&self.set, &self.wiring, &self.origins);
        let mut found: Vec<RuleId> = Vec::new();
        let mut said = Vec::new();
        let mut say = |speech: Speech<'_>| {
            let Speech::Alert(alert) = speech else { return };
            said.push(Said {
                time: alert.time,
                title: self.set.correlations[alert.correlation].title().to_owned(),
                from: alert.window.0,
                group: [alert.group, alert.term].concat(),
                values: alert.values,
                variation: alert.variation,
            });
            assert!(alert.window.0 <= alert.time && alert.time <= alert.window.1);
        };
        for (number, (fact, json)) in events.iter().enumerate() {
            let event = Event::from_json(json).unwrap();
            found.clear();
            matcher.matches(&event, &mut found);
            let matched: Vec<usize> = found.iter().map(|rule| rule.index()).collect();
            assert_eq!(matched, fact.rules);
            if let Some(begin) = observer.begin(&event, Some(fact.time)) {
                machine.begin(begin);
            }
            let mut seen = false;
            for rule in &found {
                let (number, place) = (
                    number as u64,
                    Place {
                        file: 0,
                        line: number as u64,
                    },
                );
                let observation = observer.observe(*rule, &event, Some(fact.time), number, place);
                if let Some(observation) = observation {
                    machine.push(observation, &mut say);
                    seen = true;
                }
            }
            if !seen {
                machine.tick(number as u64, fact.time, &mut say);
            }
        }
        machine.finish(&mut say);
        said.sort_by(|a, b| a.partial_cmp(b).unwrap());
        said
    }
}

fn facts(events: &[(Fact, String)]) -> Vec<Fact> {
    events.iter().map(|(fact, _)| fact.clone()).collect()
}

/// With the groups of some alerts in one spelling.
fn spelled_alike(mut said: Vec<Said>, which: impl Fn(&Said) -> bool) -> Vec<Said> {
    for one in said.iter_mut().filter(|one| which(one)) {
        for (_, value) in &mut one.group {
            *value = value.to_lowercase();
        }
    }
    said.sort_by(|a, b| a.partial_cmp(b).unwrap());
    said
}

/// Runs `count` timelines of a type; how many alerts there were.
fn compare(kind: usize, count: usize) -> usize {
    let mut alerts = 0;
    for round in 0..count.div_ceil(EACH) {
        let seed = (kind * 1_000_003 + round) as u64;
        let mut random = Random(seed);
        let text = generate::rules(&mut random, kind);
        let machine = Machine::new(&text);
        for part in 0..EACH.min(count - round * EACH) {
            // now and then more than the clock looks at
            let many = part == 2 && round % 8 == 0;
            let mut events = generate::timeline(&mut random, if many { 120 } else { 30 });
            let mut lateness = None;
            match part {
                // as it happened, and in any order at all
                0 => {}
                1 => random.shuffle(&mut events),
                // some come late, and some too late
                2 => {
                    lateness = Some(random.below(6) as i64 * SECOND);
                    for _ in 0..events.len() / 4 {
                        let from = random.below(events.len());
                        let to = (from + random.below(10)).min(events.len() - 1);
                        let event = events.remove(from);
                        events.insert(to, event);
                    }
                }
                // one is dated in the far future
                _ => {
                    lateness = Some(2 * SECOND);
                    let far = random.below(events.len());
                    events[far].0.time += 1_000_000 * SECOND;
                }
            }
            // which of several alerts of an instant comes first is nowhere said, and with it
            // the spelling that a correlation of alerts sees first
            let chained = |one: &Said| one.title == "two";
            let expected = oracle::judge(&machine.set, &facts(&events), lateness);
            let expected = spelled_alike(expected, chained);
            let said = spelled_alike(machine.says(&events, lateness), chained);
            let lines = || -> String {
                let line = |(fact, json): &(Fact, String)| {
                    format!("{:>5} {json}\n", (fact.time / (SECOND / 10)) % 100_000)
                };
                events.iter().map(line).collect()
            };
            assert_eq!(
                said,
                expected,
                "left: the machine, right: the oracle; seed {seed}, {part}, lateness {lateness:?}\n{text}\n{}",
                lines()
            );
            alerts += said.len();
        }
    }
    alerts
}

#[test]
fn every_type_agrees_with_the_oracle() {
    let count = wanted();
    let run = |kind: usize| {
        let alerts = compare(kind, count);
        println!(
            "{}: {count} timelines, {alerts} alerts, as the oracle says",
            TYPES[kind]
        );
        assert!(alerts > count / 20, "{}: hardly any alerts", TYPES[kind]);
    };
    std::thread::scope(|scope| {
        for half in 0..2 {
            scope.spawn(move || (half..TYPES.len()).step_by(2).for_each(run));
        }
    });
}

/// Within the lateness bound the order of arrival changes nothing.
#[test]
fn arrivals_may_be_shuffled_within_the_lateness() {
    for round in 0..wanted() / 10 {
        let mut random = Random(round as u64 ^ 0xABCD_EF00);
        let text = generate::rules(&mut random, round % TYPES.len());
        if text.contains("x-activation") || text.contains("x-variations") {
            // the first event to arrive, and the first read of equal ones, matter to these
            continue;
        }
        let machine = Machine::new(&text);
        let mut events = generate::timeline(&mut random, 60);
        let lateness = 3 * SECOND;
        let in_order = machine.says(&events, Some(lateness));
        // each arrives up to the bound after it happened
        let delay = |random: &mut Random| random.below(31) as i64 * SECOND / 10;
        let mut arrivals: Vec<(i64, (Fact, String))> = events
            .drain(..)
            .map(|event| (event.0.time + delay(&mut random), event))
            .collect();
        arrivals.sort_by_key(|(arrival, _)| *arrival);
        let events: Vec<(Fact, String)> = arrivals.into_iter().map(|(_, event)| event).collect();
        // the spelling of a group is that of its first event, and two may be first
        let shown = |said| spelled_alike(said, |_| true);
        assert_eq!(
            shown(machine.says(&events, Some(lateness))),
            shown(in_order),
            "round {round}\n{text}"
        );
    }
}
