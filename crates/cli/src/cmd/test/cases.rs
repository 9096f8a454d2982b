//! The file of cases beside a rule.

use super::is_called;
use crate::args::LatenessArg;
use crate::load::read_text;
use crate::settings::{LogSourceOverride, duration};
use serde::Deserialize;
use sigwright_engine::Time;
use sigwright_engine::correlate::Lateness;
use sigwright_ir::Rule;
use std::collections::BTreeMap;
use std::path::Path;

/// What a cases file says.
#[derive(Debug)]
pub struct CasesFile {
    /// Events and whether they must match.
    pub cases: Vec<Case>,
    /// What must be said in the course of time.
    pub timeline: Vec<Timeline>,
    /// As the flag `--logsource`.
    pub logsource: Option<LogSourceOverride>,
    /// As the flag `--ignore-logsource`.
    pub ignore_logsource: bool,
    /// As the flag `--lists`, beside the cases file.
    pub lists: Option<String>,
    /// As the flag `--networks`, beside the cases file.
    pub networks: Option<String>,
}

/// Events and whether they must match.
#[derive(Debug)]
pub struct Case {
    /// What it is called.
    pub name: Option<String>,
    /// The reason for the verdict.
    pub why: String,
    /// The verdict.
    pub expected: Expected,
    /// The events.
    pub events: Events,
}

/// Which rules of the file must match.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Expected {
    /// All of them, or none.
    All(bool),
    /// These, by id, name or title, and no other.
    These(Vec<String>),
}

impl Expected {
    /// Whether this rule must match.
    pub fn wants(&self, rule: &Rule) -> bool {
        match self {
            Expected::All(all) => *all,
            Expected::These(names) => names.iter().any(|name| is_called(&rule.meta, name)),
        }
    }
}

/// Where the events of a case are.
#[derive(Debug)]
pub enum Events {
    /// In the cases file, as JSON texts.
    Inline(Vec<String>),
    /// In a file beside it.
    File(String),
}

/// Events in time and what must be said of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timeline {
    /// What it is called.
    pub name: Option<String>,
    /// The reason for the verdict.
    pub why: String,
    /// As the flag `--lateness`.
    #[serde(default = "all", deserialize_with = "lateness")]
    pub lateness: Lateness,
    /// As the flag `--generate`.
    #[serde(default)]
    pub generate: bool,
    /// As the flag `--cluster`.
    pub cluster: Option<String>,
    /// In place of the file's `networks`.
    pub networks: Option<String>,
    /// What an earlier run with `--train` read.
    #[serde(default)]
    pub train: Vec<Lesson>,
    /// Moments, in the order in which their events are read.
    pub steps: Vec<Step>,
}

impl Timeline {
    /// Nothing happens in it, and nothing is expected: it cannot fail.
    fn is_empty(&self) -> bool {
        let nothing = |step: &Step| step.event.is_none() && step.alerts.is_empty();
        self.steps.iter().all(nothing)
    }
}

/// An event to learn from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// Its time.
    pub at: At,
    /// The event.
    pub event: serde_json::Value,
}

/// A moment.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When it is: the event's time.
    pub at: At,
    /// The event; none where only time passes.
    pub event: Option<serde_json::Value>,
    /// All that must be said then.
    #[serde(default, deserialize_with = "entries")]
    pub alerts: Vec<Said>,
}

/// When a step is, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum At {
    /// Since 1970.
    Moment(i64),
    /// Since the timeline begins.
    After(i64),
}

impl TryFrom<String> for At {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.contains('T') {
            return match Time::parse(&text) {
                Some(time) => Ok(At::Moment(time.as_nanos())),
                None => Err(format!("`{text}` is no time as RFC 3339 has it")),
            };
        }
        match duration(&text) {
            Ok(nanos) => Ok(At::After(nanos)),
            Err(why) => Err(format!("`{text}` is no time and no duration: {why}")),
        }
    }
}

/// What is said at a step: a rule, and what is to be compared of its alert or finding. What
/// is left out is not compared; of maps, only the names given.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// By id, name or title.
    pub rule: String,
    /// How bad it is.
    pub level: Option<String>,
    /// Which variation; empty or `none`: none holds.
    pub variation: Option<String>,
    /// Values of the group.
    #[serde(default)]
    pub group: BTreeMap<String, String>,
    /// Values of the term.
    #[serde(default)]
    pub term: BTreeMap<String, String>,
    /// What was measured.
    #[serde(default)]
    pub values: BTreeMap<String, f64>,
    /// How many events are behind it.
    pub events: Option<u64>,
    /// Score and message.
    #[serde(default)]
    pub risk: SaidRisk,
}

/// What is to be compared of `x-risk`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaidRisk {
    /// The number.
    pub score: Option<u8>,
    /// The message with its fields filled in.
    pub message: Option<String>,
}

/// An entry of `alerts`.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "an alert is a rule's name, or `rule` with any of `level`, `variation`, \
                 `group`, `term`, `values`, `events`, `risk`"
)]
enum Entry {
    Rule(String),
    One(Said),
}

fn entries<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<Said>, D::Error> {
    let entries = Vec::<Entry>::deserialize(from)?.into_iter();
    Ok(entries
        .map(|entry| match entry {
            Entry::One(said) => said,
            Entry::Rule(rule) => Said {
                rule,
                ..Said::default()
            },
        })
        .collect())
}

fn all() -> Lateness {
    Lateness::All
}

fn lateness<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Lateness, D::Error> {
    let text = String::deserialize(from)?;
    let told: Result<LatenessArg, _> = text.parse();
    told.map(|LatenessArg(lateness)| lateness)
        .map_err(serde::de::Error::custom)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(default)]
    cases: Vec<RawCase>,
    #[serde(default)]
    timeline: Vec<Timeline>,
    logsource: Option<String>,
    #[serde(default)]
    ignore_logsource: bool,
    lists: Option<String>,
    networks: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCase {
    name: Option<String>,
    why: String,
    #[serde(rename = "match")]
    expected: Expected,
    event: Option<serde_json::Value>,
    events: Option<RawEvents>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawEvents {
    File(String),
    Inline(Vec<serde_json::Value>),
}

/// Reads a cases file; the error is a sentence.
pub fn read(path: &Path) -> Result<CasesFile, String> {
    let text = read_text(path)?;
    parse(&text)
}

fn parse(text: &str) -> Result<CasesFile, String> {
    let raw: RawFile = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
    if raw.cases.is_empty() && raw.timeline.is_empty() {
        return Err("there is no case in it".to_owned());
    }
    if let Some(empty) = raw.timeline.iter().find(|t| t.steps.is_empty()) {
        let name = empty.name.as_deref().unwrap_or("a timeline");
        return Err(format!("`{name}` has no steps"));
    }
    if let Some(empty) = raw.timeline.iter().find(|t| t.is_empty()) {
        let name = empty.name.as_deref().unwrap_or("a timeline");
        return Err(format!("`{name}` has no event"));
    }
    let whys = raw.cases.iter().map(|c| &c.why);
    if whys
        .chain(raw.timeline.iter().map(|t| &t.why))
        .any(|why| why.trim().is_empty())
    {
        return Err("a case without a reason: `why` is empty".to_owned());
    }
    let logsource = raw.logsource.as_deref().map(str::parse).transpose()?;
    let cases = raw.cases.into_iter().map(case).collect::<Result<_, _>>()?;
    Ok(CasesFile {
        cases,
        timeline: raw.timeline,
        logsource,
        ignore_logsource: raw.ignore_logsource,
        lists: raw.lists,
        networks: raw.networks,
    })
}

fn case(raw: RawCase) -> Result<Case, String> {
    let events = match (raw.event, raw.events) {
        (Some(event), None) => Events::Inline(vec![event.to_string()]),
        (None, Some(RawEvents::Inline(events))) => {
            Events::Inline(events.iter().map(ToString::to_string).collect())
        }
        (None, Some(RawEvents::File(name))) => Events::File(name),
        _ => {
            let name = raw.name.unwrap_or(raw.why);
            return Err(format!("`{name}` needs one of `event`, `events`"));
        }
    };
    Ok(Case {
        name: raw.name,
        why: raw.why,
        expected: raw.expected,
        events,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_of_events_are_read() {
        let file = parse(
            "cases:\n\
             - { why: one, match: true, event: { b: 1, a: [x, null] } }\n\
             - { why: two, match: [r], events: [ { a: 1 }, { a: 2 } ] }\n\
             - { why: three, match: false, events: more.ndjson }\n\
             timeline:\n- { why: later, steps: [ { at: 0s, event: {}, alerts: [r] } ] }\n",
        )
        .unwrap();
        let texts: Vec<String> = file
            .cases
            .iter()
            .map(|c| format!("{:?}", c.events))
            .collect();
        assert_eq!(texts[0], r#"Inline(["{\"b\":1,\"a\":[\"x\",null]}"])"#);
        assert_eq!(texts[1], r#"Inline(["{\"a\":1}", "{\"a\":2}"])"#);
        assert_eq!(texts[2], r#"File("more.ndjson")"#);
        assert_eq!(file.timeline.len(), 1);
    }

    #[test]
    fn what_could_pass_by_mistake_is_refused() {
        for text in [
            "cases: []",
            "{}",
            "cases: [ { why: x, match: true } ]",
            "cases: [ { why: ' ', match: true, event: {} } ]",
            "cases: [ { why: x, event: {} } ]",
            "cases: [ { why: x, match: true, event: {}, events: f } ]",
            "cases: [ { why: x, match: true, event: {}, matches: no } ]",
            "case: [ { why: x, match: true, event: {} } ]",
            "timeline: [ { why: x, steps: [] } ]",
            "timeline: [ { why: x, steps: [ { at: 0s } ] } ]",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
