//! Files that public rules do not have: anchors, block scalars with indicators, several
//! documents, flow collections, line ends of all kinds. Formatting them once is enough and
//! changes nothing they say.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop at what it did not expect"
)]

use proptest::prelude::*;
use sigwright_edit::{Refusal, format, same_data};
use sigwright_syntax::SourceId;

/// Formats, checks what holds of every file, and gives the new text.
fn formatted(text: &str) -> String {
    let new = match format(text, SourceId(0)) {
        Ok(new) => new,
        Err(refusal) => panic!("{refusal:?}\n{text}"),
    };
    assert_eq!(same_data(text, &new), Some(true), "{new}");
    assert_eq!(format(&new, SourceId(0)).as_ref(), Ok(&new), "again\n{new}");
    new
}

/// Each case: a name, what is written, and what is written in house style.
const CASES: &[(&str, &str, &str)] = &[
    (
        "keys in order, comments with them",
        "# about the level\nlevel: low\ntitle: A\n# in between\n\nstatus: test # s\nid: x\nown: 1\ndetection:\n  condition: s\n  # about s\n  s:\n    a: 1\nlogsource:\n  product: p\n  # - commented out\n",
        "title: A\nid: x\nown: 1\n# in between\n\nstatus: test # s\nlogsource:\n    product: p\n    # - commented out\ndetection:\n    # about s\n    s:\n        a: 1\n    condition: s\n# about the level\nlevel: low\n",
    ),
    (
        "lists at the margin and wide dashes",
        "title: A\ntags:\n- a\n# b comes next\n-   b\n-\n    c: 1\n    d:\n     - e\n-   f: 1\n    g: 2\n- - h\n  - i\n-    - j\n     - k\ndetection:\n  s:\n  - x|re:   'y'\n    z:\n    - 1\n  condition:   s\n",
        "title: A\ntags:\n    - a\n    # b comes next\n    - b\n    -\n      c: 1\n      d:\n          - e\n    - f: 1\n      g: 2\n    - - h\n      - i\n    - - j\n      - k\ndetection:\n    s:\n        - x|re: 'y'\n          z:\n              - 1\n    condition: s\n",
    ),
    (
        "quotes",
        "title: 'A'\nauthor: '@me'\nid: \"x\"\ndate: '2024-01-01'\nreferences: ['a', 'b, c']\nlogsource:\n    product: \"p\"\n    definition: 'says'\ndetection:\n    s:\n        a: plain\n        b: 12\n        c: \"12\"\n        d: \"it's\"\n        e: \"\\t\"\n        f: 'it''s'\n        g: null\n        h: 00012\n        i: [yes, 1, \"x\"]\n        j: C:\\x # not a comment#\n        k: !!str 5\n        l: &a foo\n        m: *a\n    condition: 's'\nx-own: 'kept'\n",
        "title: A\nauthor: '@me'\nid: x\ndate: '2024-01-01'\nreferences: [a, 'b, c']\nlogsource:\n    product: p\n    definition: 'says'\ndetection:\n    s:\n        a: 'plain'\n        b: 12\n        c: '12'\n        d: \"it's\"\n        e: \"\\t\"\n        f: 'it''s'\n        g: null\n        h: '00012'\n        i: ['yes', 1, 'x']\n        j: 'C:\\x' # not a comment#\n        k: !!str 5\n        l: &a foo\n        m: *a\n    condition: s\nx-own: 'kept'\n",
    ),
    (
        "block scalars",
        "description: |\n  one  \n\n    two\n  # no comment\n\n\n\ntitle: A\na: |2\n    deep\n  text\nb: >-\n      folded\n\n      text\n   # a comment\nc: |+\n  kept\n\n\nd: |\n\n    late\ne:\n- |\n  in a list\n- >\n    wide\ndetection:\n  s: x\n  condition: |\n        s\n        and s\n",
        "title: A\na: |2\n    deep\n  text\nb: >-\n    folded\n\n    text\n   # a comment\nc: |+\n    kept\n\n\nd: |\n\n    late\ne:\n    - |\n      in a list\n    - >\n      wide\ndescription: |\n    one  \n\n      two\n    # no comment\ndetection:\n    s: 'x'\n    condition: |\n        s\n        and s\n",
    ),
    (
        "text over several lines",
        "title: a\n  b   \n    c\n\n  d\ndescription: \"x\n  y\\\n  \\ z\"\nown: 'x\n\n  y'\nflow: {a: 1,\n  b: [1,\n    2],  \n}\ndetection:\n  s: one\n   two\n  t:\n    - three\n      four\n  condition: s\n      or\n      t\n",
        "title: a\n  b\n    c\n\n  d\ndescription: \"x\n  y\\\n  \\ z\"\nown: 'x\n\n  y'\nflow: {a: 1,\n  b: [1,\n    2],\n}\ndetection:\n    s: one\n     two\n    t:\n        - three\n          four\n    condition: s\n        or\n        t\n",
    ),
    (
        "several documents",
        "%YAML 1.2\n---\ntitle: A\ndetection:\n  s: a\n  condition: s\n...\n# between\n---   # two\nlevel: low\ntitle: B\ncorrelation:\n  type: event_count\n--- {title: C}\n---\nno: rule\nlist:\n- x\n",
        "%YAML 1.2\n---\ntitle: A\ndetection:\n    s: 'a'\n    condition: s\n...\n# between\n---   # two\ntitle: B\ncorrelation:\n    type: event_count\nlevel: low\n--- {title: C}\n---\nno: rule\nlist:\n    - x\n",
    ),
    (
        "anchors, aliases and merges keep their places",
        "level: low\ntitle: &t A\nbase: &b\n  a: x\n  list: &l\n  - 1\nother:\n  <<: *b\n  k: *t\n  *t : v\n  l:   *l\ndetection:\n  s: &s\n    - a: b\n  condition: s\n",
        "level: low\ntitle: &t A\nbase: &b\n    a: x\n    list: &l\n        - 1\nother:\n    <<: *b\n    k: *t\n    *t : v\n    l: *l\ndetection:\n    s: &s\n        - a: 'b'\n    condition: s\n",
    ),
    (
        "empty lines and blanks",
        "\n\n# head\n\n\n\ntitle:   A   \nid:\tx\t# said  \n \t\nstatus : test\n\n\nlevel:\n\n\n",
        "# head\n\ntitle: A\nid: x\t# said\n\nstatus: test\n\nlevel:\n",
    ),
    (
        "explicit keys stay as they are",
        "title: A  \n? odd\n:   value\ndetection:\n  s: x\n  condition: s\n",
        "title: A\n? odd\n:   value\ndetection:\n  s: 'x'\n  condition: s\n",
    ),
    ("nothing", "", ""),
    ("a comment alone", "# x  \n\n", "# x\n"),
    ("nothing but a number", "12", "12\n"),
];

#[test]
fn odd_files_are_written_so() {
    let mut wrong = String::new();
    for (name, text, expected) in CASES {
        let new = formatted(text);
        if new != *expected {
            wrong.push_str(&format!("== {name}\n-- expected\n{expected}-- got\n{new}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn line_ends_stay_as_most_of_them_are() {
    for (_, text, expected) in CASES {
        let windows = |text: &str| text.replace('\n', "\r\n");
        if text.contains('\n') {
            assert_eq!(formatted(&windows(text)), windows(expected));
        }
    }
    assert_eq!(
        formatted("title: A\r\nid: x\nlevel: low\r\n"),
        "title: A\r\nid: x\r\nlevel: low\r\n"
    );
    assert_eq!(formatted("title: A\rid: x\n"), "title: A\nid: x\n");
}

#[test]
fn a_byte_order_mark_stays() {
    for (_, text, expected) in CASES {
        if !text.starts_with(['%', '\n']) && !text.is_empty() {
            let with = |text: &str| format!("\u{feff}{text}");
            assert_eq!(formatted(&with(text)), with(expected));
        }
    }
}

#[test]
fn a_block_scalar_without_a_last_break_keeps_its_value() {
    let text = "title: A\ndescription: |\n    no break";
    assert_eq!(formatted(text), text);
    let text = "correlation: c\ntitle: A\ndescription: |\n    no break";
    assert_eq!(formatted(text), text);
    let text = "description: |\n  a break\ncorrelation: c\ntitle: A";
    assert_eq!(
        formatted(text),
        "title: A\ndescription: |\n    a break\ncorrelation: c\n"
    );
}

#[test]
fn what_is_no_yaml_is_refused_with_the_reason() {
    for text in ["a: [", "a: b: c", "a: 'x", "a:\n\t- b", "{", "&"] {
        match format(text, SourceId(7)) {
            Err(Refusal::NotYaml(said)) => {
                assert_eq!(said[0].span().unwrap().source, SourceId(7));
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

/// A file of those above with some characters put in, taken out or written over.
fn damaged() -> impl Strategy<Value = String> {
    let signs = " \n\t-:#'\"|>&*{}[],?!ax1\\\u{e9}";
    let sign = prop::sample::select(signs.chars().collect::<Vec<_>>());
    let change = (any::<prop::sample::Index>(), 0..3usize, 0..5usize, sign);
    let case = prop::sample::select(CASES.to_vec());
    (case, prop::collection::vec(change, 0..6)).prop_map(|((_, text, _), changes)| {
        let mut chars: Vec<char> = text.chars().collect();
        for (at, kind, count, sign) in changes {
            let at = at.index(chars.len() + 1);
            let end = (at + count).min(chars.len());
            match kind {
                0 => drop(chars.splice(at..at, std::iter::repeat_n(sign, count))),
                1 => drop(chars.drain(at..end)),
                _ => drop(chars.splice(at..end, std::iter::repeat_n(sign, count))),
            }
        }
        chars.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: std::env::var("SIGWRIGHT_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(2_000),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn damaged_files_are_refused_or_keep_what_they_say(text in damaged()) {
        match format(&text, SourceId(0)) {
            Err(Refusal::NotYaml(said)) => prop_assert!(!said.is_empty()),
            Err(Refusal::WouldChange) => prop_assert!(false, "it would have changed"),
            Ok(new) => {
                prop_assert_eq!(same_data(&text, &new), Some(true));
                prop_assert_eq!(format(&new, SourceId(0)), Ok(new), "again");
            }
        }
    }
}
