//! How events are written.

use crate::args::{CasesFormat, GenerateArgs};
use serde::Serialize;
use serde_json::{Map, Value, json};
use sigwright_engine::Time;
use sigwright_generate::{Case, Timeline};
use sigwright_ir::{CorrelationRule, Reference, Rule, RuleSet};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

/// The cases of one rule file.
pub struct FileOfCases<'m> {
    /// Rules see events of any log.
    pub any_log: bool,
    /// Each with what is expected of the file's rules.
    pub cases: Vec<(&'m Case, Expected)>,
    /// Those of the file's correlations.
    pub timelines: Vec<(&'m Timeline, String)>,
}

impl FileOfCases<'_> {
    /// There is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty() && self.timelines.is_empty()
    }
}

/// Which rules of the file match.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Expected {
    /// The only one does, or not.
    All(bool),
    /// These.
    These(Vec<String>),
}

/// What cases call a rule: its id, or else its title.
pub fn name(rule: &Rule) -> &str {
    let id = rule.meta.id.as_ref().map(|id| id.value.as_str());
    id.unwrap_or_else(|| rule.title())
}

#[derive(Serialize)]
struct Written<'m> {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    ignore_logsource: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cases: Vec<WrittenCase<'m>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    timeline: Vec<WrittenTimeline<'m>>,
}

#[derive(Serialize)]
struct WrittenTimeline<'m> {
    why: &'m str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    generate: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    train: Vec<WrittenStep<'m>>,
    steps: Vec<WrittenStep<'m>>,
}

#[derive(Serialize)]
struct WrittenStep<'m> {
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'m Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alerts: Vec<String>,
}

fn moment(nanos: i64) -> String {
    Time::from_nanos(nanos).map_or_else(String::new, Time::to_rfc3339)
}

#[derive(Serialize)]
struct WrittenCase<'m> {
    why: &'m str,
    r#match: &'m Expected,
    event: &'m Value,
}

impl<'m> Written<'m> {
    fn of(set: &RuleSet, file: &'m FileOfCases<'m>) -> Self {
        let cases = file.cases.iter().map(|(case, expected)| WrittenCase {
            why: &case.why,
            r#match: expected,
            event: &case.event,
        });
        Written {
            ignore_logsource: file.any_log,
            cases: cases.collect(),
            timeline: file
                .timelines
                .iter()
                .map(|(t, why)| timeline(set, t, why))
                .collect(),
        }
    }
}

fn timeline<'m>(set: &RuleSet, timeline: &'m Timeline, why: &'m str) -> WrittenTimeline<'m> {
    let lessons = timeline.lessons.iter().map(|(time, event)| WrittenStep {
        at: moment(*time),
        event: Some(event),
        alerts: Vec::new(),
    });
    let steps = timeline.steps.iter().map(|step| WrittenStep {
        at: moment(step.time),
        event: step.event.as_ref(),
        alerts: step.said.iter().map(|by| called(set, *by)).collect(),
    });
    WrittenTimeline {
        why,
        generate: timeline.generate,
        train: lessons.collect(),
        steps: steps.collect(),
    }
}

/// What cases call a rule or correlation.
fn called(set: &RuleSet, by: Reference) -> String {
    let name = match by {
        Reference::Rule(id) => set.rule(id).map(name),
        Reference::Correlation(index) => set.correlations.get(index).map(correlation_name),
    };
    name.unwrap_or_default().to_owned()
}

/// [`name`], of a correlation.
pub fn correlation_name(rule: &CorrelationRule) -> &str {
    let id = rule.meta.id.as_ref().map(|id| id.value.as_str());
    id.unwrap_or_else(|| rule.title())
}

fn text(set: &RuleSet, file: &FileOfCases<'_>) -> io::Result<String> {
    serde_yaml::to_string(&Written::of(set, file)).map_err(io::Error::other)
}

/// A YAML document for a rule file.
pub fn yaml(
    set: &RuleSet,
    path: &str,
    file: &FileOfCases<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    write!(
        out,
        "--- # {}\n{}",
        crate::render::escape::line(path),
        text(set, file)?
    )
}

/// A file of cases in a directory, where the rule file is below the arguments. The error
/// inside is a sentence.
pub fn file(
    set: &RuleSet,
    folder: &Path,
    args: &GenerateArgs,
    rule: &str,
    file: &FileOfCases<'_>,
) -> io::Result<Result<(), String>> {
    let rule = Path::new(rule);
    let below = args.rules.iter().filter(|argument| argument.is_dir());
    let below = below.filter_map(|argument| rule.strip_prefix(argument).ok());
    let short = below.min_by_key(|path| path.components().count());
    let short = short.unwrap_or_else(|| Path::new(rule.file_name().unwrap_or(rule.as_os_str())));
    let plain = |part: &Component<'_>| matches!(part, Component::Normal(_));
    let short: PathBuf = short.components().filter(plain).collect();
    let path = folder.join(short).with_extension("cases.yml");
    if path.exists() && !args.force {
        return Ok(Err(format!(
            "{}: it is there; --force writes over it",
            path.display()
        )));
    }
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::write(&path, text(set, file)?)?;
    Ok(Ok(()))
}

/// An event as a line is made of it.
pub struct Line<'m> {
    /// What the rule or correlation is called.
    pub rule: &'m str,
    /// Which of its events it is, from 1.
    pub number: usize,
    /// The rule matches, or the correlation alerts.
    pub hit: bool,
    /// What makes it so.
    pub why: &'m str,
    /// The event.
    pub event: &'m Value,
    /// When it was, where it says so (RFC 3339).
    pub time: Option<String>,
    /// What Splunk calls such a log.
    pub sourcetype: &'m str,
}

impl<'m> Line<'m> {
    /// Of a rule's event.
    pub fn of(args: &GenerateArgs, rule: &'m Rule, number: usize, case: &'m Case) -> Self {
        Line {
            rule: name(rule),
            number: number + 1,
            hit: case.hit,
            why: &case.why,
            event: if args.flat { &case.flat } else { &case.event },
            time: case.shape.time(&case.event),
            sourcetype: &case.shape.sourcetype,
        }
    }
}

/// A line, or as many as the format has for an event.
pub fn line(args: &GenerateArgs, line: &Line<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Line {
        rule,
        number,
        why,
        event,
        sourcetype,
        ..
    } = line;
    let expect = if line.hit { "match" } else { "no-match" };
    match args.format {
        CasesFormat::SplunkHec => {
            let mut entry = Map::new();
            let time = line.time.as_deref().and_then(Time::parse);
            if let Some(time) = time {
                let millis = time.as_nanos() / 1_000_000;
                entry.insert("time".to_owned(), json!(millis as f64 / 1_000.0));
            }
            entry.insert("source".to_owned(), json!("sigwright"));
            entry.insert("sourcetype".to_owned(), json!(sourcetype));
            entry.insert("event".to_owned(), (*event).clone());
            let fields = json!({
                "sigwright_rule": rule,
                "sigwright_expect": expect,
                "sigwright_why": why,
            });
            entry.insert("fields".to_owned(), fields);
            writeln!(out, "{}", Value::Object(entry))
        }
        CasesFormat::ElasticsearchBulk => {
            let action = json!({
                "create": { "_index": args.index, "_id": format!("{rule}-{number}-{expect}") },
            });
            let mut event = (*event).clone();
            if let (Value::Object(members), Some(time)) = (&mut event, &line.time) {
                members
                    .entry("@timestamp")
                    .or_insert_with(|| Value::from(time.as_str()));
            }
            writeln!(out, "{action}\n{event}")
        }
        CasesFormat::Ndjson | CasesFormat::Cases => {
            let line = json!({ "rule": rule, "expect": expect, "why": why, "event": event });
            writeln!(out, "{line}")
        }
    }
}
