//! `docs/semantics.md` and the case files name each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The numbered sentences: number, text with its references.
fn sentences() -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/semantics.md");
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
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(link, _)| link))
}

#[test]
fn every_sentence_names_a_test_and_every_case_file_is_named() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let sentences = sentences();
    assert!(sentences.len() > 80, "only {} sentences", sentences.len());
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
    for file in super::case::all() {
        if !named.contains(std::ffi::OsStr::new(&file.name)) {
            faults.push(format!("{}.yml proves no sentence", file.name));
        }
    }
    println!("{} sentences", sentences.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_readme_names_cases_that_exist() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let named: Vec<&str> = links(&text).collect();
    assert!(named.len() > 50, "only {} links", named.len());
    for link in named {
        assert!(folder.join(link).exists(), "no file {link}");
    }
}
