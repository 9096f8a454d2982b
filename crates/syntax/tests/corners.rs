//! The corner cases of the reference implementation: each is refused or read as there, or
//! listed here with the reason. Needs `SIGWRIGHT_SHARED`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at what it did not expect"
)]

use sigwright_syntax::{Sources, read};
use std::collections::BTreeMap;
use std::path::Path;

/// Refused there, read here.
const READ: &[(&str, &str)] = &[
    (
        NO_EFFECT,
        "rule/title int|rule/title 257|rule/id=1|rule/id=5|rule/status=1|rule/level=foo",
    ),
    (
        NO_EFFECT,
        "rule/date='2024-1-1'|rule/date=2024-13-01|rule/date=01/01/2024|rule/modified=x",
    ),
    (
        NO_EFFECT,
        "rule/tags=[nodot]|rule/tags=[1]|rule/references=abc|rule/fields=a|rule/scope=a",
    ),
    (
        NO_EFFECT,
        "rule/author=[a]|rule/description=1|rule/license=[a]|rule/taxonomy=''|rule/taxonomy=1",
    ),
    (
        NO_EFFECT,
        "rule/name=''|rule/name=1|rule/related=abc|rule/related=[{id: x, type: derived}]|rule/related=[abc]",
    ),
    (
        "plain scalars that YAML versions read differently are text",
        "value/.inf|value/.nan|value/date value|value/datetime value|detection/date kw",
    ),
    (
        "a name may look like a number or a truth value; the reference crashes",
        "field/mod/int field name|field/mod/true field|condition/int det name|condition/selector over int names",
    ),
    (
        "the reference crashes; an empty regular expression is found everywhere",
        "re/re contains empty",
    ),
    ("`utf16le` is in the specification", "encoding/utf16le"),
    ("any text has a UTF-16 form", "encoding/utf16be nonascii"),
    (
        "names that start with `not` are names",
        "condition/not_x|condition/not_x and a",
    ),
    (
        "a pattern may hold what a name may hold",
        "condition/1 of sel-*",
    ),
    (
        "names may hold letters of any language",
        "condition/det name unicode",
    ),
    ("the specification has ranges", "correlation/cond two ops"),
    (
        "checked when the rule is lowered",
        "re/re lookbehind var|re/re wildcard * kept|cidr/cidr bad|cidr/cidr 33",
    ),
    (
        "checked where the names of rules are found",
        "correlation/temporal ext missing ref|correlation/temporal ext unknown|correlation/ext hyphen",
    ),
];

const NO_EFFECT: &str = "does not change what matches: a warning";

/// Read there, refused here.
const REFUSED: &[(&str, &str)] = &[
    (
        "a duplicate key hides a value",
        "field/mod/dup key|rule/dup top key",
    ),
    ("null is no regular expression", "re/re null"),
    (
        "a pattern that selects nothing is a slip",
        "condition/all of nope_*|condition/a and 1 of nope_*|condition/1 of THEM",
    ),
    (
        "operators are whole words",
        "condition/a andb|condition/nota",
    ),
    (
        "an unknown attribute of a correlation may be meant to change what matches",
        "correlation/ignore-case group",
    ),
    (
        "a correlation needs rules",
        "correlation/temporal no rules no cond",
    ),
];

fn by_name(table: &'static [(&'static str, &'static str)]) -> BTreeMap<&'static str, &'static str> {
    let rows = table.iter();
    rows.flat_map(|(why, names)| names.split('|').map(move |name| (name, *why)))
        .collect()
}

#[test]
fn corner_cases_are_classified_as_by_the_reference_or_for_a_reason() {
    let Some(shared) = std::env::var_os("SIGWRIGHT_SHARED") else {
        println!("skipped: SIGWRIGHT_SHARED is not set");
        return;
    };
    let file = Path::new(&shared).join("golden/corner-cases.jsonl");
    let text = std::fs::read_to_string(file).unwrap();
    let (read_here, refused_here) = (by_name(READ), by_name(REFUSED));
    let (mut same, mut different, mut silent) = (0, 0, Vec::new());
    for line in text.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let name = format!(
            "{}/{}",
            case["group"].as_str().unwrap(),
            case["name"].as_str().unwrap()
        );
        let mut sources = Sources::new();
        let id = sources.add(name.clone(), case["yaml"].as_str().unwrap());
        let (documents, diagnostics) = read(&sources, id);
        let refused = documents.iter().any(|d| d.faulty);
        let theirs = case["trees"].is_null();
        let why = match (refused, theirs) {
            (false, true) => read_here.get(name.as_str()),
            (true, false) => refused_here.get(name.as_str()),
            _ => {
                same += 1;
                continue;
            }
        };
        assert!(
            why.is_some(),
            "{name}: refused {refused}, there {theirs}: {diagnostics:#?}"
        );
        different += 1;
        if why == Some(&NO_EFFECT) && diagnostics.is_empty() {
            silent.push(name);
        }
    }
    println!("{same} alike, {different} different for a reason");
    assert_eq!(silent, Vec::<String>::new());
    assert_eq!(different, read_here.len() + refused_here.len());
    assert_eq!(same + different, 379);
}
