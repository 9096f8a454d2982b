//! Every public rule is read without an error, and both YAML readers see the same tree.
//! Needs `SIGWRIGHT_SHARED`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at what it did not expect"
)]

use sigwright_syntax::ast::Value;
use sigwright_syntax::yaml::Node;
use sigwright_syntax::{Limits, Severity, Sources, read, read_yaml, scalar};
use std::path::{Path, PathBuf};

fn rules() -> Option<Vec<PathBuf>> {
    let Some(shared) = std::env::var_os("SIGWRIGHT_SHARED") else {
        println!("skipped: SIGWRIGHT_SHARED is not set");
        return None;
    };
    let corpus = Path::new(&shared).join("corpus/sigmahq");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(corpus).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("rules") {
            walk(&path, &mut files);
        }
    }
    files.sort();
    Some(files)
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|e| e == "yml") {
            files.push(path);
        }
    }
}

#[test]
fn every_rule_is_read() {
    let Some(files) = rules() else { return };
    let mut sources = Sources::new();
    let ids: Vec<_> = files
        .iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            sources.add(path.to_string_lossy(), text)
        })
        .collect();
    let start = std::time::Instant::now();
    let mut documents = 0;
    let mut wrong = Vec::new();
    let mut other = std::collections::BTreeMap::<&str, usize>::new();
    for id in ids {
        let (read, diagnostics) = read(&sources, id);
        documents += read.len();
        if read.is_empty() || read.iter().any(|d| d.faulty) {
            wrong.push(format!("{}: faulty", sources.get(id).unwrap().name));
        }
        for diagnostic in diagnostics {
            let span = diagnostic.span().unwrap();
            if diagnostic.severity == Severity::Error {
                wrong.push(format!(
                    "{}: {} `{}`",
                    sources.get(id).unwrap().name,
                    diagnostic.message,
                    sources.text(span)
                ));
            }
            *other.entry(diagnostic.code).or_default() += 1;
        }
    }
    println!(
        "{} files, {documents} documents, {:?}, messages {other:?}",
        files.len(),
        start.elapsed()
    );
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(files.len(), 2244);
}

/// What our table makes of a node, in the other reader's terms.
fn value(node: &Node) -> serde_yaml::Value {
    match node {
        Node::Scalar { text, style, .. } => match scalar::resolve(text, *style) {
            Value::Null => serde_yaml::Value::Null,
            Value::Bool(b) => b.into(),
            Value::Int(n) => i64::try_from(n).unwrap().into(),
            Value::Float(f) => f.into(),
            Value::Str(s) => s.into(),
        },
        Node::Sequence(items, _) => items.iter().map(value).collect::<Vec<_>>().into(),
        Node::Mapping(entries, _) => {
            let mut map = serde_yaml::Mapping::new();
            for (key, node) in entries {
                map.insert(key.value.clone().into(), value(node));
            }
            serde_yaml::Value::Mapping(map)
        }
    }
}

#[test]
fn both_readers_agree() {
    let Some(files) = rules() else { return };
    let mut compared = 0;
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let theirs: Vec<serde_yaml::Value> = serde_yaml::Deserializer::from_str(&text)
            .map(|d| serde::Deserialize::deserialize(d).unwrap())
            .collect();
        let mut sources = Sources::new();
        let id = sources.add("rule", text);
        let (documents, diagnostics) = read_yaml(&sources, id, &Limits::default());
        assert!(diagnostics.is_empty(), "{}", path.display());
        let ours: Vec<_> = documents
            .iter()
            .filter_map(|d| d.root.as_ref().map(value))
            .collect();
        assert_eq!(ours, theirs, "{}", path.display());
        compared += ours.len();
    }
    println!("{compared} documents compared");
}
