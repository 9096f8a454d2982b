//! A page of numbered sentences and its case files name each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The numbered sentences: number, text with its references.
fn sentences(page: &str) -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../docs")
        .join(page);
    let text = std::fs::read_to_string(path).unwrap();
    let mut found: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let number: String = line
            .chars()
            .take_while(|c| c.is_ascii_digit() || *c == '.')
            .collect();
        let numbered = number.split_once('.').is_some_and(|(section, place)| {
            section.parse::<u32>().is_ok() && place.parse::<u32>().is_ok()
        });
        if numbered {
            found.push((number, line.to_owned()));
            inside = true;
        } else if line.starts_with(' ') && inside {
            let (_, text) = found.last_mut().unwrap();
            text.push_str(line);
        } else {
            inside = false;
        }
    }
    found
}

/// Targets of the links in a sentence.
pub fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(link, _)| link))
}

/// Holds a page of `docs` against the case files: every sentence names a test that is there,
/// and every file is named.
pub fn check(page: &str, least: usize, files: Vec<String>) {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let sentences = sentences(page);
    assert!(
        sentences.len() > least,
        "only {} sentences",
        sentences.len()
    );
    let mut faults = Vec::new();
    let mut named = BTreeSet::new();
    let mut numbers = BTreeMap::new();
    for (number, text) in &sentences {
        if numbers.insert(number, ()).is_some() {
            faults.push(format!("{number} occurs twice"));
        }
        let links: Vec<&str> = links(text).collect();
        if links.is_empty() {
            faults.push(format!("{number} names no test"));
        }
        for link in links {
            let (file, function) = link.split_once('#').unwrap_or((link, ""));
            match std::fs::read_to_string(docs.join(file)) {
                Err(_) => faults.push(format!("{number}: no file {file}")),
                Ok(code) if !function.is_empty() && !code.contains(&format!("fn {function}(")) => {
                    faults.push(format!("{number}: no test {function} in {file}"));
                }
                Ok(_) => {}
            }
            named.extend(Path::new(file).file_stem().map(|stem| stem.to_owned()));
        }
    }
    for file in files {
        if !named.contains(std::ffi::OsStr::new(&file)) {
            faults.push(format!("{file}.yml proves no sentence"));
        }
    }
    println!("{} sentences", sentences.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
