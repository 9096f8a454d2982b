//! Converted rules against the queries of the reference implementation.
//!
//! Each row of [`COMBINATIONS`] names a file of the shared folder: the reference's queries for
//! every rule of the corpus in one dialect, format and pipeline. Where ours differs, a row of
//! [`DIFFERENCES`] says by which name of `docs/differences.md`; anything else fails the test.
//! `SIGWRIGHT_COMBINATION` keeps to one file, and the first few differences are printed.

use serde_json::Value as Json;
use sigwright_convert::dialect::Format;
use sigwright_convert::pipeline::{Allowed, Shipped, convert};
use sigwright_convert::{Chain, Dialect, Pipeline, dialects, rule};
use sigwright_ir::{Context, lower};
use sigwright_syntax::{Sources, read};
use std::collections::BTreeMap;
use std::path::Path;

/// File of the shared folder, dialect, format; the pipelines stand in the file's name.
const COMBINATIONS: [(&str, &str, &str); 2] = [
    ("splunk-default", "splunk", "default"),
    ("splunk-default-splunk_windows", "splunk", "default"),
];

#[test]
fn reference_queries() {
    let Some(shared) = std::env::var_os("SIGWRIGHT_SHARED") else {
        println!("reference_queries: skipped, SIGWRIGHT_SHARED is not set");
        return;
    };
    let only = std::env::var("SIGWRIGHT_COMBINATION").ok();
    let shared = Path::new(&shared);
    let mut unexplained = 0;
    for (file, target, format) in COMBINATIONS {
        if only.as_ref().is_some_and(|only| only != file) {
            continue;
        }
        let dialect = dialects::find(target).unwrap();
        let format = dialect.formats.iter().find(|f| f.name == format).unwrap();
        let chain = chain(file, dialect, format);
        let expected =
            std::fs::read_to_string(shared.join(format!("golden/{file}.jsonl"))).unwrap();
        let expected: BTreeMap<String, Json> = expected
            .lines()
            .map(|line| serde_json::from_str::<Json>(line).unwrap())
            .map(|json| (json["path"].as_str().unwrap().to_owned(), json))
            .collect();
        let (mut equal, mut refused, mut different) = (0, 0, Vec::new());
        for (path, json) in &expected {
            let theirs = match &json["query"] {
                Json::String(query) => Some(vec![query.clone()]),
                Json::Array(queries) => Some(
                    queries
                        .iter()
                        .map(|q| q.as_str().unwrap_or_default().to_owned())
                        .collect(),
                ),
                _ => None,
            };
            let ours = queries(shared, path, dialect, format, &chain);
            match (&ours, &theirs) {
                (Ok(ours), Some(theirs)) if ours == theirs => equal += 1,
                (Err(_), None) => refused += 1,
                _ => different.push((path, ours, theirs, json["error"].as_str())),
            }
        }
        println!(
            "{file}: {equal} equal, {refused} refused by both, {} different",
            different.len()
        );
        let shown = if only.is_some() { 12 } else { 2 };
        for (path, ours, theirs, error) in different.iter().take(shown) {
            println!("  {path}\n    ours   {ours:?}\n    theirs {theirs:?} {error:?}");
        }
        unexplained += different.len();
    }
    assert_eq!(unexplained, 0, "queries differ for no reason that is named");
}

/// The pipelines in the name of a file: `backend-format-one+other`.
fn chain(file: &str, dialect: &Dialect, format: &Format) -> Chain {
    let names = file.splitn(3, '-').nth(2).into_iter();
    let read = |name: &str| {
        let shipped = Shipped::find(name).unwrap_or_else(|| panic!("no pipeline `{name}`"));
        let pipeline = Pipeline::shipped(shipped, &mut Sources::new()).unwrap();
        (name.to_owned(), pipeline)
    };
    let user = names.flat_map(|names| names.split('+')).map(read).collect();
    Chain::new(dialect, format, user, Allowed::default()).unwrap()
}

/// The queries of one rule file.
fn queries(
    shared: &Path,
    path: &str,
    dialect: &Dialect,
    format: &Format,
    chain: &Chain,
) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(shared.join("corpus/sigmahq").join(path)).unwrap();
    let mut sources = Sources::default();
    let id = sources.add(path.to_owned(), text);
    let (documents, _) = read(&sources, id);
    let context = Context {
        keep_placeholders: true,
        ..Context::default()
    };
    let (set, said) = lower(&documents, &context);
    let mut queries = Vec::new();
    for rule in rule::rules(&documents, &set, &context) {
        let rule = rule.map_err(|said| format!("{said:?}"))?;
        queries.extend(convert(rule, dialect, format, chain).map_err(|e| e.message)?);
    }
    if queries.is_empty() {
        return Err(said
            .iter()
            .map(|d| d.message.clone())
            .collect::<Vec<_>>()
            .join("; "));
    }
    Ok(queries)
}
