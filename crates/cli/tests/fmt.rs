//! `sigwright fmt`, and fixes made by `sigwright lint`.

#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it did not expect"
)]

mod common;

use common::Place;
use std::fs;
use std::path::Path;

const MESSY: &str = "level: low\r\ntitle: T\r\ndetection:\r\n  s: x  # said\r\n  condition: s\r\nlogsource: {product: p}\r\n";
const NEAT: &str = "title: T\r\nlogsource: {product: p}\r\ndetection:\r\n    s: 'x'  # said\r\n    condition: s\r\nlevel: low\r\n";

#[test]
fn files_are_written_only_where_they_must_be() {
    let place = Place::new("fmt-writes");
    place.file("a/messy.yml", MESSY).file("a/neat.yml", NEAT);
    let before = fs::metadata(place.path("a/neat.yml"))
        .unwrap()
        .modified()
        .unwrap();

    let ran = place.run(&["fmt", "--check", "a"]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (1, "a/messy.yml\n"),
        "{ran:?}"
    );
    assert_eq!(
        fs::read_to_string(place.path("a/messy.yml")).unwrap(),
        MESSY
    );

    let ran = place.run(&["fmt", "a"]);
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (0, "1 of 2 files formatted\n"),
        "{ran:?}"
    );
    assert_eq!(fs::read_to_string(place.path("a/messy.yml")).unwrap(), NEAT);
    let after = fs::metadata(place.path("a/neat.yml"))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(before, after);

    let ran = place.run(&["fmt", "--check", "a"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{ran:?}");
}

#[test]
fn a_diff_keeps_every_byte_and_writes_nothing() {
    let place = Place::new("fmt-diff");
    place.file("messy.yml", MESSY);
    let ran = place.run(&["fmt", "--diff", "messy.yml"]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.out.starts_with("--- a/messy.yml\n+++ b/messy.yml\n@@ "),
        "{ran:?}"
    );
    assert!(ran.out.contains("\n+    s: 'x'  # said\r\n"), "{ran:?}");
    assert_eq!(fs::read_to_string(place.path("messy.yml")).unwrap(), MESSY);
    assert_eq!(
        place.run(&["fmt", "--diff", "--check", "messy.yml"]).code,
        1
    );
}

#[test]
fn standard_input_goes_to_standard_output() {
    let place = Place::new("fmt-stdin");
    let ran = place.run_with(&["fmt", "-"], MESSY.as_bytes());
    assert_eq!(
        (ran.code, ran.out.as_str(), ran.err.as_str()),
        (0, NEAT, "")
    );
    let ran = place.run_with(&["fmt", "--check", "-"], MESSY.as_bytes());
    assert_eq!((ran.code, ran.out.as_str()), (1, "<stdin>\n"));
    let ran = place.run_with(&["fmt", "-"], b"a: [");
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("this is not valid YAML"), "{ran:?}");
    let ran = place.run_with(&["fmt", "-"], b"\xff");
    assert_eq!(ran.code, 2, "{ran:?}");
}

#[test]
fn what_is_not_there_is_told_and_the_rest_is_done() {
    let place = Place::new("fmt-missing");
    place.file("messy.yml", MESSY);
    let ran = place.run(&["fmt", "nowhere.yml", "messy.yml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("nowhere.yml"), "{ran:?}");
    assert_eq!(fs::read_to_string(place.path("messy.yml")).unwrap(), NEAT);
}

#[test]
fn shipped_rules_are_in_house_style() {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
    let place = Place::new("fmt-rules");
    let ran = place.run(&["fmt", "--check", rules.to_str().unwrap()]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{ran:?}");
}

const CAPITALS: &str = "title: T\nstatus: test\ntags:\n    # why\n    - attack.Execution  # capitals\nlogsource:\n    product: p\ndetection:\n    s:\n        a: '7'\n    condition: s\nlevel: low\n";

#[test]
fn fixes_are_shown_and_made_and_nothing_else_changes() {
    let place = Place::new("lint-fix");
    place.file("r.yml", CAPITALS);
    let safe = CAPITALS.replace("Execution", "execution");
    let only = [
        "lint",
        "--no-config",
        "--off",
        "all",
        "--warning",
        "bad-tag",
        "--note",
        "number-as-text",
    ];
    let run = |more: &[&str]| {
        let arguments: Vec<&str> = only.iter().chain(more).copied().collect();
        place.run(&arguments)
    };
    let text = || fs::read_to_string(place.path("r.yml")).unwrap();

    let ran = run(&["--diff", "r.yml"]);
    assert!(
        ran.out.contains(
            "\n-    - attack.Execution  # capitals\n+    - attack.execution  # capitals\n"
        ),
        "{ran:?}"
    );
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (0, "1 fix to make in 1 file\n")
    );
    assert_eq!(text(), CAPITALS);

    let ran = run(&["--fix", "--format", "short", "r.yml"]);
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (0, "1 fix made in 1 file\n"),
        "{ran:?}"
    );
    assert!(ran.out.contains("number-as-text"), "{ran:?}");
    assert_eq!(text(), safe);

    let ran = run(&["--diff", "--fix=unsafe", "r.yml"]);
    assert!(ran.out.contains("\n+        a: 7\n"), "{ran:?}");
    let ran = run(&["--fix=unsafe", "--format", "short", "r.yml"]);
    assert_eq!(
        (ran.out.as_str(), ran.err.as_str()),
        ("", "1 fix made in 1 file\n")
    );
    assert_eq!(text(), safe.replace("'7'", "7"));
}
