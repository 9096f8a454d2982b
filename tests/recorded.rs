//! Recorded events fire the rules they were recorded for, with every public rule loaded and
//! no mapping named: from the raw event logs and from their JSON exports.

use sigwright_engine::{Event, Matcher, Program, ProgramOptions};
use sigwright_events::{Batch, Decoder, ReadOptions, Reader, origins};
use sigwright_syntax::Sources;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn files(folder: &Path, fits: &dyn Fn(&Path) -> bool, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, fits, found);
        } else if fits(&path) {
            found.push(path);
        }
    }
}

/// The ids of the rules a recording is for.
fn ids(info: &Path) -> Vec<String> {
    let info: serde_yaml::Value = serde_yaml::from_str(&fs::read_to_string(info).unwrap()).unwrap();
    let rules = info.get("rule_metadata").unwrap().as_sequence().unwrap();
    rules
        .iter()
        .map(|rule| rule.get("id").unwrap().as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn recorded_events_fire_their_rules() {
    let Some(shared) = std::env::var_os("SIGWRIGHT_SHARED").map(PathBuf::from) else {
        println!("recorded_events_fire_their_rules: skipped, SIGWRIGHT_SHARED is not set");
        return;
    };
    let corpus = shared.join("corpus/sigmahq");
    let recordings = corpus.join("regression_data");
    let mut sources = Sources::new();
    let mut rules = Vec::new();
    let rule = |path: &Path| {
        path.extension().is_some_and(|e| e == "yml") && !path.starts_with(&recordings)
    };
    files(&corpus, &rule, &mut rules);
    assert_eq!(rules.len(), 2_244);
    let mut documents = Vec::new();
    for path in &rules {
        let text = fs::read_to_string(path).unwrap();
        let id = sources.add(path.display().to_string(), text);
        documents.extend(sigwright_syntax::read(&sources, id).0);
    }
    let (set, _) = sigwright_ir::lower(&documents, &Default::default());
    let names: Vec<String> = set.exprs.field_names().map(|(_, n)| n.to_owned()).collect();
    let decoder = Decoder::new(names.iter().map(String::as_str));
    let program = Program::compile(Arc::new(set), origins(None), ProgramOptions::default());
    let mut matcher = Matcher::new(&program);

    let mut cases = Vec::new();
    let info = |path: &Path| path.file_name().is_some_and(|name| name == "info.yml");
    files(&recordings, &info, &mut cases);
    assert_eq!(cases.len(), 120);
    let mut fired: BTreeMap<String, usize> = BTreeMap::new();
    let mut silent = Vec::new();
    for case in &cases {
        let mut recorded = Vec::new();
        let log = |path: &Path| path.extension().is_some_and(|e| e != "yml");
        files(case.parent().unwrap(), &log, &mut recorded);
        assert!(!recorded.is_empty(), "{}", case.display());
        for path in recorded {
            let found = matches(&decoder, &mut matcher, &program, &path);
            let kind = path.extension().unwrap().to_string_lossy().into_owned();
            let missing: Vec<String> = ids(case)
                .into_iter()
                .filter(|id| !found.contains(id))
                .collect();
            if missing.is_empty() {
                *fired.entry(kind).or_default() += 1;
            } else {
                silent.push((path, missing));
            }
        }
    }
    println!("recordings that fire their rule, by kind: {fired:?}");
    assert_eq!(silent, []);
}

/// The ids of the rules that match some event of a file.
fn matches(
    decoder: &Decoder,
    matcher: &mut Matcher<'_>,
    program: &Program,
    path: &Path,
) -> BTreeSet<String> {
    let mut reader = Reader::open(&[path.to_owned()], ReadOptions::default());
    let (mut batch, mut event) = (Batch::new(), Event::new());
    let mut rules = Vec::new();
    let mut found = BTreeSet::new();
    while reader.read(&mut batch) {
        assert_eq!(batch.faults(), [], "{}", path.display());
        for record in batch.records() {
            decoder
                .decode(record.text, &mut event, &mut |event| {
                    matcher.matches(event, &mut rules);
                    for rule in rules.iter().filter_map(|id| program.rules().rule(*id)) {
                        found.extend(rule.meta.id.as_ref().map(|id| id.value.clone()));
                    }
                })
                .unwrap();
        }
    }
    found
}
