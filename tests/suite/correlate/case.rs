//! The form of a case file: documents of rules, then one document of timelines.
//!
//! Rules `a` to `f`, each matching events whose `is` has its name, need not be written: see
//! [`super::run`].

use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A file of `correlate/`.
pub struct CaseFile {
    /// File name without `.yml`.
    pub name: String,
    /// The rule documents.
    pub rules: String,
    /// The timelines.
    pub cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    cases: Vec<Case>,
}

/// Events in the order they arrive, and what is said.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The reason.
    pub why: String,
    /// How the machine is run.
    #[serde(default)]
    pub options: Options,
    /// The events: `at`, if they have a time, and their members.
    #[serde(default)]
    pub events: Vec<Map<String, Value>>,
    /// The same event again and again, before the others.
    pub repeat: Option<Repeat>,
    /// All that is said.
    pub says: Vec<Said>,
    /// The order of what is said does not matter.
    #[serde(default)]
    pub any_order: bool,
    /// Counters of rules, by title.
    #[serde(default)]
    pub counts: BTreeMap<String, BTreeMap<String, u64>>,
    /// Matches without a time.
    pub untimed: Option<u64>,
    /// Matches on lines that do not end a request.
    pub stages: Option<u64>,
}

/// How the machine is run.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// A duration; without one everything is put in order.
    pub lateness: Option<String>,
    /// Rules speak although correlations refer to them.
    pub generate: bool,
    /// Nothing is said.
    pub train: bool,
}

/// An event many times.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// How many.
    pub times: i64,
    /// How far apart.
    pub every: String,
    /// The event.
    pub event: Map<String, Value>,
}

/// An alert or a finding; what is left out is not compared.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// The correlation, by title.
    pub alert: Option<String>,
    /// The rule, by title.
    pub finding: Option<String>,
    /// When.
    pub at: Option<String>,
    /// From when to when.
    pub window: Option<[String; 2]>,
    /// Names and values.
    pub group: Option<BTreeMap<String, String>>,
    /// Names and values of a tuple.
    pub term: Option<BTreeMap<String, String>>,
    /// What was measured; those named.
    pub values: Option<BTreeMap<String, f64>>,
    /// The lines of the events it names.
    pub lines: Option<Vec<u64>>,
    /// How many events there are.
    pub total: Option<u64>,
    /// The level.
    pub level: Option<String>,
    /// The variation by name; empty: none.
    pub variation: Option<String>,
    /// The score.
    pub score: Option<u8>,
    /// The message.
    pub message: Option<String>,
    /// Field, role and value.
    pub entities: Option<Vec<[String; 3]>>,
}

impl Case {
    /// Each event with its time in nanoseconds, in the order they arrive.
    pub fn timed(&self) -> Vec<(Option<i64>, String)> {
        let mut events = Vec::new();
        if let Some(repeat) = &self.repeat {
            for time in 0..repeat.times {
                let event = Value::Object(repeat.event.clone()).to_string();
                events.push((Some(time * duration(&repeat.every)), event));
            }
        }
        for event in &self.events {
            let mut event = event.clone();
            let at = event.remove("at");
            let time = at.map(|at| duration(at.as_str().unwrap()));
            events.push((time, Value::Object(event).to_string()));
        }
        events
    }
}

/// The nanoseconds of `7d 1s`.
pub fn duration(text: &str) -> i64 {
    let part = |part: &str| {
        let digits = part.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = match &part[digits.len()..] {
            "ns" => 1,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            "d" => 86_400_000_000_000,
            other => panic!("no unit is called `{other}`"),
        };
        digits.parse::<i64>().unwrap() * unit
    };
    text.split(' ').map(part).sum()
}

/// The folder of case files.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("correlate")
}

/// Every case file, by name. `ONLY=part` takes those whose name holds `part`.
pub fn all() -> Vec<CaseFile> {
    let only = std::env::var("ONLY").unwrap_or_default();
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "yml"))
        .filter(|path| path.to_string_lossy().contains(&only))
        .collect();
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> CaseFile {
    let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
    let text = std::fs::read_to_string(path).unwrap();
    let (rules, cases) = text
        .rsplit_once("\n---\n")
        .unwrap_or_else(|| panic!("{name}: no document of cases"));
    let cases: Cases =
        serde_yaml::from_str(cases).unwrap_or_else(|error| panic!("{name}: {error}"));
    CaseFile {
        name,
        rules: rules.to_owned(),
        cases: cases.cases,
    }
}
