//! Correlations: what the state machine does per second, and what its groups weigh.

use crate::engines::Engine;
use crate::inputs::{Input, Kind};
use crate::measure::{self, own_cpu};
use crate::report::{Table, count, figure};
use crate::{Trouble, median};
use sigwright_engine::correlate::{
    Correlator, Lateness, NoStore, Observation, Observer, Options, Place, Wiring,
};
use sigwright_engine::{Event, Matcher, Origins, Program, ProgramOptions};
use sigwright_ir::RuleSet;
use sigwright_syntax::{Severity, Sources};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

/// The first argument that makes this program fill a machine with groups and print what they
/// weigh.
pub const WEIGH: &str = "weigh-groups";

/// Events that the state machine is given.
const EVENTS: u64 = 1_000_000;
/// Events that programs are given, whose time may grow with the square.
const SHARED: u64 = 20_000;
const MILLISECOND: i64 = 1_000_000;
/// 2026-01-01T00:00:00Z
const START: i64 = 1_767_225_600_000_000_000;

/// One correlation and the events for it.
struct Case {
    name: &'static str,
    correlation: &'static str,
    /// Which rule the event of a number matches, its user and its value.
    event: fn(u64) -> (char, u64, u64),
    /// Whether other engines know the type.
    shared: bool,
}

fn spread(number: u64) -> u64 {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20
}

const CASES: &[Case] = &[
    Case {
        name: "event_count, 10,000 groups",
        correlation: "type: event_count\n  rules: [a]\n  group-by: [user]\n  timespan: 10m\n  condition: {gte: 50}",
        event: |n| ('a', spread(n) % 10_000, 0),
        shared: true,
    },
    Case {
        name: "event_count, one group",
        correlation: "type: event_count\n  rules: [a]\n  timespan: 1h\n  condition: {gte: 2000000}",
        event: |_| ('a', 0, 0),
        shared: true,
    },
    Case {
        name: "value_count, all values different",
        correlation: "type: value_count\n  rules: [a]\n  timespan: 1h\n  condition: {field: value, gte: 2000000}",
        event: |n| ('a', 0, n),
        shared: true,
    },
    Case {
        name: "value_count, above its bound all the time",
        correlation: "type: value_count\n  rules: [a]\n  timespan: 1h\n  condition: {field: value, gte: 100}",
        event: |n| ('a', 0, n),
        shared: true,
    },
    Case {
        name: "value_sum",
        correlation: "type: value_sum\n  rules: [a]\n  group-by: [user]\n  timespan: 1m\n  condition: {field: value, gte: 1000000000}",
        event: |n| ('a', spread(n) % 100, n % 1_000),
        shared: true,
    },
    Case {
        name: "value_percentile",
        correlation: "type: value_percentile\n  rules: [a]\n  group-by: [user]\n  timespan: 1m\n  condition: {field: value, percentile: 95, gte: 1000000000}",
        event: |n| ('a', spread(n) % 100, spread(n) % 1_000),
        shared: true,
    },
    Case {
        name: "temporal",
        correlation: "type: temporal\n  rules: [a, b, c]\n  group-by: [user]\n  timespan: 1m",
        event: |n| (if n % 2 == 0 { 'a' } else { 'b' }, spread(n) % 10_000, 0),
        shared: true,
    },
    Case {
        name: "temporal_ordered, long repeats",
        correlation: "type: temporal_ordered\n  rules: [a, b, c]\n  timespan: 1h",
        event: |n| (if n % 2 == 0 { 'a' } else { 'b' }, 0, 0),
        shared: true,
    },
    Case {
        // what a search that goes back tries again and again
        name: "temporal_ordered, the last step too early",
        correlation: "type: temporal_ordered\n  rules: [a, b, c]\n  timespan: 1h",
        event: |n| {
            (
                if n < 10 {
                    'a'
                } else if n < 20 {
                    'c'
                } else {
                    'b'
                },
                0,
                0,
            )
        },
        shared: true,
    },
    Case {
        name: "new_terms, all different",
        correlation: "type: new_terms\n  rules: [a]\n  timespan: 30d\n  condition: {field: value, eq: 0}",
        event: |n| ('a', 0, n),
        shared: false,
    },
    Case {
        name: "stats, three aggregates",
        correlation: "type: stats\n  rules: [a]\n  group-by: [user]\n  timespan: 1m\n  aggregates: {n: {count: '*'}, kinds: {count_distinct: value}, most: {max: value}}\n  condition: n > 1000000 and kinds > 5 and most > 10",
        event: |n| ('a', spread(n) % 100, n % 1_000),
        shared: false,
    },
];

/// The rules of a correlation. They have ids, since not every engine knows rules by name.
fn rules(correlation: &str) -> String {
    let id = |name: char| format!("5e0c9f5a-3b1d-4c52-8f0e-00000000000{name}");
    let mut text = String::new();
    let mut listed = String::new();
    for line in correlation.lines() {
        let Some(names) = line.trim().strip_prefix("rules: ") else {
            let _ = writeln!(listed, "{line}");
            continue;
        };
        listed.push_str("  rules:\n");
        for name in names.chars().filter(char::is_ascii_lowercase) {
            let _ = writeln!(listed, "    - {}", id(name));
            let _ = write!(
                text,
                "title: {name}\nid: {}\nstatus: test\nlogsource: {{product: test}}\n\
                 detection:\n  sel: {{kind: {name}}}\n  condition: sel\n---\n",
                id(name)
            );
        }
    }
    let _ = write!(
        text,
        "title: state\nstatus: test\nlevel: low\ncorrelation:\n  {listed}"
    );
    text
}

/// A set of rules, ready for the machine.
struct Machine {
    set: Arc<RuleSet>,
    wiring: Arc<Wiring>,
    origins: Origins,
}

impl Machine {
    fn new(correlation: &str) -> Result<Self, Trouble> {
        let mut sources = Sources::new();
        let id = sources.add("state.yml", rules(correlation));
        let (documents, mut said) = sigwright_syntax::read(&sources, id);
        let (set, more) = sigwright_ir::lower(&documents, &Default::default());
        said.extend(more);
        if let Some(error) = said.iter().find(|d| d.severity == Severity::Error) {
            return Err(Trouble::of("reading rules", &error.message));
        }
        let set = Arc::new(set);
        Ok(Machine {
            wiring: Arc::new(Wiring::new(&set, false)),
            set,
            origins: Origins::new(vec![]),
        })
    }

    fn correlator(&self) -> Correlator {
        let options = Options {
            lateness: Lateness::Within(1_000 * MILLISECOND),
            groups: 2_000_000,
            terms: 2_000_000,
            memory: 4 << 30,
            held: 4_000_000,
            ..Options::default()
        };
        Correlator::new(self.set.clone(), self.wiring.clone(), options, NoStore)
    }

    /// Gives each observation of so many events to `take`.
    fn observe(
        &self,
        events: u64,
        event_of: impl Fn(u64) -> (char, u64, u64),
        mut take: impl FnMut(Observation),
    ) {
        let origins = self.origins.clone();
        let program = Program::compile(self.set.clone(), origins, ProgramOptions::default());
        let mut matcher = Matcher::new(&program);
        let mut observer = Observer::new(&self.set, &self.wiring, &self.origins);
        let mut event = Event::new();
        let mut found = Vec::new();
        for number in 0..events {
            let json = line(number, event_of(number));
            if event.read_json(&json).is_err() {
                continue;
            }
            found.clear();
            matcher.matches(&event, &mut found);
            let time = Some(time(number));
            for rule in &found {
                let place = Place {
                    file: 0,
                    line: number + 1,
                };
                if let Some(one) = observer.observe(*rule, &event, time, number, place) {
                    take(one);
                }
            }
        }
    }
}

fn time(number: u64) -> i64 {
    START + i64::try_from(number).unwrap_or(0) * MILLISECOND
}

fn line(number: u64, (kind, user, value): (char, u64, u64)) -> String {
    let (seconds, rest) = (number / 1_000, number % 1_000);
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!(
        "{{\"@timestamp\":\"2026-01-01T{hours:02}:{minutes:02}:{seconds:02}.{rest:03}Z\",\
         \"kind\":\"{kind}\",\"user\":\"user{user}\",\"value\":{value}}}"
    )
}

/// A machine, and observations for it that were made before.
pub struct Stage {
    machine: Machine,
    observations: Vec<Observation>,
}

impl Stage {
    /// One for each type of correlation, with so many events.
    ///
    /// # Errors
    /// Where the rules do not load.
    pub fn all(events: u64) -> Result<Vec<(&'static str, Stage)>, Trouble> {
        let stages = CASES
            .iter()
            .map(|case| Ok((case.name, Stage::new(case, events)?)));
        stages.collect()
    }

    fn new(case: &Case, events: u64) -> Result<Self, Trouble> {
        let machine = Machine::new(case.correlation)?;
        let mut observations = Vec::new();
        machine.observe(events, case.event, |one| observations.push(one));
        Ok(Stage {
            machine,
            observations,
        })
    }

    /// The observations, to be given to [`Stage::run`].
    pub fn observations(&self) -> Vec<Observation> {
        self.observations.clone()
    }

    /// Correlates, and says how many alerts there were.
    pub fn run(&self, observations: Vec<Observation>) -> u64 {
        let mut correlator = self.machine.correlator();
        let mut said = 0;
        for observation in observations {
            correlator.push(observation, &mut |_| said += 1);
        }
        correlator.finish(&mut |_| said += 1);
        said
    }
}

/// Events per processor second through the machine alone.
fn rate(case: &Case) -> Result<f64, Trouble> {
    let mut stage = Stage::new(case, EVENTS)?;
    let observations = std::mem::take(&mut stage.observations);
    let start = own_cpu();
    stage.run(observations);
    Ok(EVENTS as f64 / (own_cpu() - start))
}

/// Bytes this process has in memory.
fn resident() -> Option<f64> {
    let text = fs::read_to_string("/proc/self/statm").ok()?;
    let pages: f64 = text.split(' ').nth(1)?.parse().ok()?;
    Some(pages * 4_096.0)
}

/// Is the process of its own: a million groups of two events each, and what they weigh.
///
/// # Errors
/// Where the rules do not load.
pub fn weigh() -> Result<(), Trouble> {
    let correlation = "type: event_count\n  rules: [a]\n  group-by: [user]\n  timespan: 2h\n  condition: {gte: 5}";
    let machine = Machine::new(correlation)?;
    let mut correlator = machine.correlator();
    let before = resident().unwrap_or(0.0);
    machine.observe(
        2_000_000,
        |n| ('a', n % 1_000_000, 0),
        |one| {
            correlator.push(one, &mut |_| {});
        },
    );
    let (groups, accounted) = correlator.groups(0);
    let after = resident().unwrap_or(0.0);
    println!("{groups} {accounted} {}", after - before);
    Ok(())
}

/// The whole figure.
///
/// # Errors
/// Where rules do not load or nothing can be written.
pub fn figure_of_state(
    sigwright: &Engine,
    rivals: &[Engine],
    runs: u32,
    out: &Path,
) -> Result<String, Trouble> {
    let mut head = vec!["type", "events per CPU second"];
    let rivals: Vec<&Engine> = rivals.iter().take(1).collect();
    let against = rivals.first().map(|rival| format!("{} takes", rival.name));
    head.extend(against.as_deref());
    let mut table = Table::new(&head);
    for case in CASES {
        eprintln!("measuring: {}", case.name);
        let rates: Result<Vec<f64>, Trouble> = (0..runs).map(|_| rate(case)).collect();
        let mut row = vec![case.name.to_owned()];
        row.push(median(&rates?).map_or_else(String::new, figure));
        for rival in &rivals {
            row.push(match case.shared {
                true => ratio(case, sigwright, rival, out)
                    .unwrap_or_else(|trouble| format!("failed: {trouble}")),
                false => "no such type".to_owned(),
            });
        }
        table.row(row);
    }
    let this = std::env::current_exe().map_err(|e| Trouble::of("finding this program", e))?;
    let weighed = std::process::Command::new(this).arg(WEIGH).output();
    let weighed = weighed.map_err(|error| Trouble::of("weighing groups", error))?;
    let said = String::from_utf8_lossy(&weighed.stdout).into_owned();
    let numbers: Vec<f64> = said
        .split_whitespace()
        .filter_map(|n| n.parse().ok())
        .collect();
    let memory = match numbers.as_slice() {
        [groups, accounted, resident] => format!(
            "{} live groups of two events each: {} MB resident, {} MB as accounted\n",
            figure(*groups),
            figure(resident / 1e6),
            figure(accounted / 1e6)
        ),
        _ => "groups could not be weighed\n".to_owned(),
    };
    Ok(format!(
        "## State\n\n{} events through the state machine, one thread; programs over {} events, loading taken off\n\n{table}\n{memory}",
        count(usize::try_from(EVENTS).unwrap_or(0)),
        count(usize::try_from(SHARED).unwrap_or(0)),
    ))
}

/// What the other takes against what Sigwright takes, both programs over the same file.
fn ratio(case: &Case, sigwright: &Engine, rival: &Engine, out: &Path) -> Result<String, Trouble> {
    let folder = out.join("state");
    let made = |error| Trouble::of(folder.display(), error);
    fs::create_dir_all(&folder).map_err(made)?;
    let rules_path = folder.join("rules.yml");
    fs::write(&rules_path, rules(case.correlation)).map_err(made)?;
    let write = |name: &str, events: u64| {
        let path = folder.join(name);
        let mut file = std::io::BufWriter::new(fs::File::create(&path).map_err(made)?);
        for number in 0..events {
            writeln!(file, "{}", line(number, (case.event)(number))).map_err(made)?;
        }
        file.flush().map_err(made)?;
        Ok::<_, Trouble>(path)
    };
    let (whole, one) = (write("events.ndjson", SHARED)?, write("one.ndjson", 1)?);
    let input = Input {
        kind: Kind::K8s,
        path: whole.clone(),
        one: one.clone(),
        events: SHARED,
        bytes: 0,
        captured: false,
    };
    let sigwright = sigwright.clone().with_every_rule();
    let net = |engine: &Engine| {
        let cost = measure::run(&engine.command(&rules_path, &whole, &input), &[0])?;
        let load = measure::run(&engine.command(&rules_path, &one, &input), &[0])?;
        Ok::<_, Trouble>((cost.cpu - load.cpu).max(0.001))
    };
    let (ours, theirs) = (net(&sigwright)?, net(rival)?);
    Ok(format!(
        "{:.1}× ({theirs:.2} s against {ours:.3} s)",
        theirs / ours
    ))
}
