//! Recorded Windows event logs against their JSON exports: what is read from the one is what
//! is read from the other.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail where it stands"
)]

use serde_json::Value;
use sigwright_events::{Batch, ReadOptions, Reader};
use std::path::{Path, PathBuf};

fn read(path: &Path) -> Vec<Value> {
    let mut reader = Reader::open(&[path.to_owned()], ReadOptions::default());
    let mut batch = Batch::new();
    let mut records = Vec::new();
    while reader.read(&mut batch) {
        assert_eq!(batch.faults(), [], "{}", path.display());
        records.extend(
            batch
                .records()
                .map(|r| serde_json::from_str::<Value>(r.text).unwrap()),
        );
    }
    records
}

fn logs(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            logs(&path, found);
        } else if path.extension().is_some_and(|e| e == "evtx") {
            found.push(path);
        }
    }
}

/// What was changed in exporting: braces around GUIDs were left out, letters changed their case,
/// times have more or fewer digits, and text was trimmed.
fn as_exported(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(key, value)| (key, as_exported(value)))
            .collect(),
        Value::String(text) => Value::String(exported_text(&text)),
        other => other,
    }
}

fn exported_text(text: &str) -> String {
    let text = text.trim().to_lowercase();
    let text = text.as_str();
    let time =
        text.ends_with('z') && text.get(10..11) == Some("t") && text.get(19..20) == Some(".");
    if let (true, Some(micros)) = (time, text.get(..26)) {
        return format!("{micros}Z");
    }
    match text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
    {
        Some(guid) if guid.len() == 36 => guid.to_owned(),
        _ => text.to_owned(),
    }
}

#[test]
fn event_logs_read_as_their_exports_do() {
    let Some(shared) = std::env::var_os("SIGWRIGHT_SHARED") else {
        println!("skipped: SIGWRIGHT_SHARED is not set");
        return;
    };
    let mut found = Vec::new();
    let folder = Path::new(&shared).join("corpus/sigmahq/regression_data");
    logs(&folder, &mut found);
    assert!(found.len() > 100);
    for log in found {
        let raw: Vec<_> = read(&log).into_iter().map(as_exported).collect();
        let export: Vec<_> = read(&log.with_extension("json"));
        let export: Vec<_> = export.into_iter().map(as_exported).collect();
        assert_eq!(raw, export, "{}", log.display());
    }
}
