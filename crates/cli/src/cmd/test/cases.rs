//! The file of cases beside a rule.

use super::is_called;
use crate::load::read_text;
use crate::settings::LogSourceOverride;
use serde::Deserialize;
use sigwright_ir::Rule;
use std::path::Path;

/// What a cases file says.
#[derive(Debug)]
pub struct CasesFile {
    /// Events and whether they must match.
    pub cases: Vec<Case>,
    /// Cases of correlations.
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
            Expected::These(names) => names.iter().any(|name| is_called(rule, name)),
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

/// A case of a correlation: kept for when there is state to run it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timeline {
    /// What it is called.
    pub name: Option<String>,
    /// The reason for the verdict.
    pub why: String,
    /// Events in order.
    steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read to be checked; run once there is state")]
struct Step {
    at: String,
    event: serde_json::Value,
    #[serde(default)]
    alerts: Vec<Said>,
}

/// What is said at a step: the rule's name, or more of it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
#[expect(dead_code, reason = "read to be checked; run once there is state")]
enum Said {
    /// By id, name or title.
    Rule(String),
    /// What is left out is not compared.
    One(OneSaid),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read to be checked; run once there is state")]
struct OneSaid {
    rule: String,
    level: Option<String>,
    /// Empty: none holds.
    variation: Option<String>,
    group: Option<std::collections::BTreeMap<String, String>>,
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
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
