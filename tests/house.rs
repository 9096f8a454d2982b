//! The shape of the workspace: which crate may know which.

#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it did not expect"
)]

use std::path::Path;

/// Each crate with the crates of this workspace it may depend on, as `docs/architecture.md`
/// draws them.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("attack", &[]),
    ("syntax", &[]),
    ("ir", &["syntax"]),
    ("convert", &["attack", "ir", "syntax"]),
    ("edit", &["syntax"]),
    ("engine", &["ir", "syntax"]),
    ("events", &["engine"]),
    ("lint", &["attack", "ir", "syntax"]),
    ("generate", &["engine", "ir", "syntax"]),
    ("sample", &[]),
    ("state", &["engine"]),
    ("verify", &["convert", "engine", "generate", "ir"]),
    (
        "cli",
        &[
            "attack", "convert", "edit", "engine", "events", "generate", "ir", "lint", "sample",
            "state", "syntax", "verify",
        ],
    ),
];

/// The crates of this workspace that a manifest names under `[dependencies]`.
fn dependencies(manifest: &str) -> Vec<&str> {
    let (_, rest) = manifest
        .split_once("\n[dependencies]\n")
        .unwrap_or_default();
    let section = rest.split("\n[").next().unwrap_or_default();
    section
        .lines()
        .filter_map(|line| line.strip_prefix("sigwright-"))
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .collect()
}

#[test]
fn crates_know_only_what_lies_below_them() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let mut found = 0;
    for entry in std::fs::read_dir(crates).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let row = MAY_KNOW.iter().find(|(known, _)| *known == name);
        let (_, allowed) = row.unwrap_or_else(|| panic!("no row for the crate `{name}`"));
        let manifest = std::fs::read_to_string(path.join("Cargo.toml")).unwrap();
        for dependency in dependencies(&manifest) {
            assert!(
                allowed.contains(&dependency),
                "`{name}` must not know `{dependency}`"
            );
            found += 1;
        }
    }
    // an empty reading of the manifests proves nothing
    let all: usize = MAY_KNOW.iter().map(|(_, allowed)| allowed.len()).sum();
    assert_eq!(found, all, "a row allows what no manifest names");
}

/// Only `cli` prints; libraries give messages to their caller.
#[test]
fn libraries_print_nothing() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    for (name, _) in MAY_KNOW.iter().filter(|(name, _)| *name != "cli") {
        let mut open = vec![crates.join(name).join("src")];
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(std::fs::read_dir(path).unwrap().map(|e| e.unwrap().path()));
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod").next().unwrap_or_default();
            for printer in ["println!", "print!(", "dbg!"] {
                let test = path.ends_with("tests.rs");
                assert!(
                    test || !code.contains(printer),
                    "{}: {printer}",
                    path.display()
                );
            }
        }
    }
}
