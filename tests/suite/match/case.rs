//! The form of a case file: rule documents, then one document of cases.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A file of `match/`.
pub struct CaseFile {
    /// File name without `.yml`.
    pub name: String,
    /// Path, for messages.
    pub path: String,
    /// The rule documents; see [`complete`].
    pub rules: String,
    /// The last document.
    pub cases: Cases,
}

/// The last document of a file.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Cases {
    /// What the rules do with events.
    pub cases: Vec<Case>,
    /// Errors that must be reported.
    #[serde(deserialize_with = "one_or_many")]
    pub rejects: Vec<Rejection>,
    /// Warnings and notes that must be reported.
    #[serde(deserialize_with = "one_or_many")]
    pub warns: Vec<Rejection>,
    /// How many rules are left.
    pub keeps: Option<usize>,
    /// The lists behind placeholders.
    pub lists: BTreeMap<String, Vec<String>>,
}

/// One event and what becomes of it.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Case {
    /// The event, as YAML.
    pub event: Option<serde_json::Value>,
    /// The event, as raw JSON text.
    pub json: Option<String>,
    /// Whether the rule holds.
    pub finds: Option<bool>,
    /// The event is no event: reading it is refused.
    pub refused: bool,
    /// The reason, where it needs one.
    pub why: Option<String>,
    /// The rule by title, where there are several.
    pub rule: Option<String>,
    /// Instead of an event: the log it would be from.
    pub log: Option<Log>,
    /// Whether the rule reads that log.
    pub sees: Option<bool>,
}

impl Case {
    /// The event as JSON text.
    pub fn text(&self) -> String {
        match (&self.json, &self.event) {
            (Some(json), _) => json.clone(),
            (None, Some(event)) => event.to_string(),
            (None, None) => "null".to_owned(),
        }
    }
}

/// A log, and what the table of logs knows.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// Products whose events are always recognised.
    pub recognised: Vec<String>,
    /// `None` for an event nobody recognised.
    pub origin: Option<LogOrigin>,
}

/// [`sigwright_engine::Origin`], in YAML.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct LogOrigin {
    /// `products`
    pub products: Vec<String>,
    /// `categories`
    pub categories: Vec<String>,
    /// `services`
    pub services: Vec<String>,
    /// `complete`
    pub complete: bool,
}

/// A diagnostic by its code, and what it underlines.
pub struct Rejection {
    /// The code.
    pub code: String,
    /// The characters underlined.
    pub at: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Code(String),
    At { code: String, at: String },
    Many(Vec<Written>),
}

fn one_or_many<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<Rejection>, D::Error> {
    fn flat(written: Written, to: &mut Vec<Rejection>) {
        match written {
            Written::Code(code) => to.push(Rejection { code, at: None }),
            Written::At { code, at } => to.push(Rejection { code, at: Some(at) }),
            Written::Many(list) => list.into_iter().for_each(|one| flat(one, to)),
        }
    }
    let mut list = Vec::new();
    flat(Written::deserialize(from)?, &mut list);
    Ok(list)
}

/// The folder of case files.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("match")
}

/// Every case file, by name. `ONLY=part` takes those whose name holds `part`.
pub fn all() -> Vec<CaseFile> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "yml"))
        .collect();
    paths.sort();
    paths.iter().map(read).collect()
}

fn read(path: &PathBuf) -> CaseFile {
    let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
    let text = std::fs::read_to_string(path).unwrap();
    let (rules, cases) = text
        .rsplit_once("\n---\n")
        .unwrap_or_else(|| panic!("{name}: no document of cases"));
    let cases: Cases =
        serde_yaml::from_str(cases).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(
        !(cases.cases.is_empty() && cases.rejects.is_empty() && cases.keeps.is_none()),
        "{name}: nothing is asked"
    );
    CaseFile {
        rules: complete(rules),
        path: path.display().to_string(),
        cases,
        name,
    }
}

/// Adds the attributes every document needs and no case is about.
fn complete(rules: &str) -> String {
    let documents = rules.split("\n---\n").map(|document| {
        let has = |key: &str| document.lines().any(|line| line.starts_with(key));
        let mut document = document.trim_end_matches('\n').to_owned();
        if !has("title:") {
            document.push_str("\ntitle: Case");
        }
        if !has("logsource:") && !has("correlation:") {
            document.push_str("\nlogsource: { product: test }");
        }
        document + "\n"
    });
    documents.collect::<Vec<_>>().join("---\n")
}
