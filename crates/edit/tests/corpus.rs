//! Formatting the public rules: nothing they say changes, and once is enough.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop at what it did not expect"
)]

use sigwright_edit::{format, same_data};
use sigwright_syntax::SourceId;
use std::path::{Path, PathBuf};

fn rules(top: &Path) -> Vec<PathBuf> {
    let mut open = vec![top.to_owned()];
    let mut files = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(path).unwrap().map(|e| e.unwrap().path()));
        } else if path.extension().is_some_and(|e| e == "yml" || e == "yaml") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn format_all(files: &[PathBuf]) -> usize {
    let mut kept = 0;
    for path in files {
        let text = std::fs::read_to_string(path).unwrap();
        let new = match format(&text, SourceId(0)) {
            Ok(new) => new,
            Err(refusal) => panic!("{}: {refusal:?}", path.display()),
        };
        assert_eq!(same_data(&text, &new), Some(true), "{}", path.display());
        assert_eq!(
            format(&new, SourceId(0)).as_ref(),
            Ok(&new),
            "{}",
            path.display()
        );
        if new == text {
            kept += 1;
        } else if let Some(out) = std::env::var_os("FORMATTED") {
            let name = path.to_string_lossy().replace('/', "_");
            std::fs::write(Path::new(&out).join(name), &new).unwrap();
        }
    }
    kept
}

#[test]
fn public_rules_keep_their_meaning_and_most_of_them_their_text() {
    let Some(shared) = std::env::var_os("SIGWRIGHT_SHARED") else {
        println!("skipped: SIGWRIGHT_SHARED is not set");
        return;
    };
    let top = Path::new(&shared).join("corpus/sigmahq");
    let files: Vec<PathBuf> = rules(&top)
        .into_iter()
        .filter(|path| !path.to_string_lossy().contains("regression_data"))
        .collect();
    let kept = format_all(&files);
    println!("{kept} of {} files are in house style", files.len());
    assert!(kept * 10 >= files.len() * 8, "{kept} of {}", files.len());
}
