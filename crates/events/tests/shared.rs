//! Real logs, kept outside the repository: `SIGWRIGHT_SHARED` says where.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are tests, though not marked as such"
)]

use sigwright_engine::{Event, OriginId};
use sigwright_events::{Batch, Decoder, ReadOptions, Reader, origins};
use sigwright_syntax::ast::{Body, LogSource};
use sigwright_syntax::source::Sources;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of real logs; says so and gives nothing where it is not set.
fn shared() -> Option<PathBuf> {
    let path = std::env::var_os("SIGWRIGHT_SHARED").map(PathBuf::from);
    if path.is_none() {
        println!("skipped: SIGWRIGHT_SHARED is not set");
    }
    path
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Calls `each` for every event of a file.
fn decode(decoder: &Decoder, path: &Path, each: &mut dyn FnMut(&mut Event)) {
    let mut reader = Reader::open(&[path.to_owned()], ReadOptions::default());
    let mut batch = Batch::new();
    let mut event = Event::new();
    while reader.read(&mut batch) {
        assert_eq!(batch.faults(), [], "{}", path.display());
        for record in batch.records() {
            decoder.decode(record.text, &mut event, each).unwrap();
        }
    }
}

/// The name of a log, for people.
fn name(id: OriginId) -> String {
    let table = origins(None);
    let origin = table.get(id).unwrap();
    [&origin.products, &origin.services, &origin.categories]
        .map(|names| names.join("+"))
        .join("/")
}

const UNKNOWN: OriginId = OriginId(0);

fn count(decoder: &Decoder, paths: &[PathBuf]) -> BTreeMap<OriginId, usize> {
    let mut counts = BTreeMap::new();
    for path in paths {
        let before = counts.get(&UNKNOWN).copied().unwrap_or(0);
        decode(decoder, path, &mut |event| {
            *counts.entry(event.origin).or_insert(0) += 1;
            assert!(
                sigwright_events::time::event_time(event).is_some(),
                "no time in {}",
                path.display()
            );
        });
        let unknown = counts.get(&UNKNOWN).copied().unwrap_or(0) - before;
        if unknown > 0 {
            println!("{unknown} unknown in {}", path.display());
        }
    }
    counts
}

fn show(title: &str, counts: &BTreeMap<OriginId, usize>) {
    println!("== {title}: {} events", counts.values().sum::<usize>());
    for (id, count) in counts {
        println!("{count:7} {}", name(*id));
    }
}

#[test]
fn every_log_is_recognised() {
    let Some(shared) = shared() else { return };
    let decoder = Decoder::new([]);
    for (folder, extension, unknown) in [
        ("events/k8s-audit", "ndjson", 0),
        ("events/cloud-audit", "ndjson", 0),
        ("events/windows", "ndjson", 0),
        ("corpus/sigmahq/regression_data", "json", 0),
    ] {
        let counts = count(&decoder, &files(&shared.join(folder), extension));
        show(folder, &counts);
        assert_eq!(
            counts.get(&UNKNOWN).copied().unwrap_or(0),
            unknown,
            "{folder}"
        );
    }
    assert_eq!(decoder.unreadable(), 0);
}

/// The same events of one cluster, as Azure wraps them and unwrapped by others.
#[test]
fn wrapped_and_unwrapped_twins_are_alike() {
    let Some(shared) = shared() else { return };
    let names = [
        "auditID",
        "stage",
        "verb",
        "requestURI",
        "user.username",
        "user.groups",
        "sourceIPs",
        "userAgent",
        "objectRef.resource",
        "objectRef.namespace",
        "objectRef.name",
        "responseStatus.code",
        "annotations.authorization.k8s.io/decision",
        "stageTimestamp",
        "effective.username",
        "source.ip",
        "source.scope",
        "outcome",
    ];
    let decoder = Decoder::new(names);
    let read = |file: &str| {
        let mut events = BTreeMap::new();
        decode(&decoder, &shared.join(file), &mut |event| {
            let values: Vec<Vec<String>> = names
                .iter()
                .map(|name| {
                    let mut values = Vec::new();
                    event.reach(name, &mut |node| {
                        event.leaves(node, &mut |leaf| {
                            values.push(event.value(leaf).text().unwrap_or("null").to_owned());
                        });
                    });
                    values
                })
                .collect();
            let key = values.iter().take(2).flatten().cloned().collect::<String>();
            events.insert(key, values);
        });
        events
    };
    let wrapped = read("events/cloud-audit/azure-aks-sysdig.ndjson");
    let unwrapped = read("events/k8s-audit/sysdig-aks.ndjson");
    assert!(wrapped.len() > 20);
    let mut twins = 0;
    for (id, values) in &wrapped {
        if let Some(twin) = unwrapped.get(id) {
            assert_eq!(values, twin);
            twins += 1;
        }
    }
    println!("{twins} twins of {} and {}", wrapped.len(), unwrapped.len());
    assert_eq!(twins, wrapped.len());
}

/// Every rule's log source in the corpus, by the rule's id.
fn log_sources(corpus: &Path) -> HashMap<String, LogSource> {
    let mut found = HashMap::new();
    for folder in ["rules", "rules-emerging-threats", "rules-threat-hunting"] {
        for path in files(&corpus.join(folder), "yml") {
            let mut sources = Sources::new();
            let source = sources.add("rule", fs::read_to_string(&path).unwrap());
            let (documents, _) = sigwright_syntax::read(&sources, source);
            for document in documents {
                if let (Some(id), Body::Rule(rule)) = (document.meta.id, document.body) {
                    found.insert(id.value, rule.logsource);
                }
            }
        }
    }
    found
}

#[test]
fn rules_see_the_events_recorded_for_them() {
    let Some(shared) = shared() else { return };
    let corpus = shared.join("corpus/sigmahq");
    let rules = log_sources(&corpus);
    let table = origins(None);
    let decoder = Decoder::new([]);
    let (mut cases, mut recordings) = (0, 0);
    for info in files(&corpus.join("regression_data"), "yml") {
        let folder = info.parent().unwrap();
        let json = ["json", "evtx", "raw"].map(|extension| files(folder, extension));
        let text = fs::read_to_string(&info).unwrap();
        // after `rule_metadata:`, a list of maps that begin with the id
        let (_, metadata) = text.split_once("rule_metadata:").unwrap();
        let ids = metadata
            .lines()
            .filter_map(|line| line.trim().strip_prefix("- id:"));
        for id in ids {
            let id = id.trim();
            let logsource = rules
                .get(id)
                .unwrap_or_else(|| panic!("no rule {id} for {}", info.display()));
            for path in json.iter().flatten() {
                let mut events = 0;
                decode(&decoder, path, &mut |event| {
                    events += 1;
                    assert!(
                        table.sees(logsource, event.origin),
                        "{id} does not see {} in {}",
                        name(event.origin),
                        path.display()
                    );
                });
                assert!(events > 0, "no event in {}", path.display());
                recordings += 1;
            }
            cases += 1;
        }
    }
    println!("{cases} cases, {recordings} recordings seen by their rules");
    assert!(cases >= 120);
}
