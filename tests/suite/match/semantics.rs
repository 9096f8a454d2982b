//! The pages of the semantics and the case files name each other.

use super::sentences::{check, links};
use std::path::Path;

#[test]
fn every_sentence_names_a_test_and_every_case_file_is_named() {
    let files = super::case::all()
        .into_iter()
        .map(|file| file.name)
        .collect();
    check("semantics.md", 80, files);
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
