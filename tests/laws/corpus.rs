//! Public rules on recorded events: the program finds what the judge finds.

use super::programs;
use sigwright_engine::{Event, Matcher, naive};
use sigwright_ir::{Context, RuleSet};
use sigwright_syntax::Sources;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn files(folder: &Path, ending: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path
                .extension()
                .is_some_and(|e| ending.iter().any(|ending| e == *ending))
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn rules(shared: &Path) -> RuleSet {
    let mut sources = Sources::new();
    let mut documents = Vec::new();
    let corpus = shared.join("corpus/sigmahq");
    for path in files(&corpus, &["yml"]) {
        if path
            .components()
            .any(|c| c.as_os_str() == "regression_data")
        {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let id = sources.add(path.display().to_string(), text);
        documents.extend(sigwright_syntax::read(&sources, id).0);
    }
    sigwright_ir::lower(&documents, &Context::default()).0
}

/// The events of a file that holds one JSON value, or one on each line.
fn events(path: &Path, most: usize) -> Vec<Event> {
    let Ok(text) = std::fs::read_to_string(path) else {
        return Vec::new();
    };
    let mut events: Vec<Event> = match Event::from_json(&text) {
        Ok(event) => vec![event],
        Err(_) => text
            .lines()
            .take(most)
            .filter_map(|line| Event::from_json(line).ok())
            .collect(),
    };
    // a recorded Windows event keeps what rules ask for two levels down
    for event in &mut events {
        for part in ["EventData", "System", "UserData"] {
            let node = event
                .whole()
                .and_then(|whole| event.at(whole, &["Event", part]));
            if let Some(node) = node {
                event.add_root(node);
            }
        }
    }
    events
}

#[test]
fn real_rules_on_real_events() {
    let Some(shared) = std::env::var_os("SIGWRIGHT_SHARED").map(PathBuf::from) else {
        println!("real_rules_on_real_events: skipped, SIGWRIGHT_SHARED is not set");
        return;
    };
    let set = rules(&shared);
    let mut all = Vec::new();
    for path in files(&shared.join("corpus/sigmahq/regression_data"), &["json"]) {
        all.extend(events(&path, 1));
    }
    for path in files(&shared.join("events"), &["json", "jsonl", "ndjson"]) {
        all.extend(events(&path, 10));
    }
    let (mut asked, mut fired, mut found) = (0u64, BTreeSet::new(), Vec::new());
    for (name, program) in programs(&set) {
        let mut matcher = Matcher::new(&program);
        for (place, event) in all.iter().enumerate() {
            found.clear();
            matcher.matches(event, &mut found);
            fired.extend(found.iter().copied());
            let found: BTreeSet<_> = found.iter().copied().collect();
            // every rule found, and of the others each in its turn: the judge is slow
            let turn = if name == "everything on" { 20 } else { 200 };
            for (id, rule) in set.iter() {
                if found.contains(&id) || (id.index() + place) % turn == 0 {
                    asked += 1;
                    assert_eq!(
                        found.contains(&id),
                        naive::matches(&set, id, event),
                        "{name}: {} on event {place}",
                        rule.title()
                    );
                }
            }
        }
    }
    println!(
        "{} rules, {} events, {asked} verdicts compared, {} rules found something",
        set.rules.len(),
        all.len(),
        fired.len()
    );
    assert!(
        fired.len() > 100,
        "only {} rules found something",
        fired.len()
    );
}
