use super::*;
use sigwright_syntax::Sources;

const TEXT: &str = "\
title: 'Some Title'  # said
tags:
    # about a
    - a
    - b  # beside b
      # still b
    # about c

    - 'c'
    -
only:
    - one
logsource: {product: x, service: \"y\"}
detection:
    sel:
        - k: v
          l|re: 'a.b'
        - m: n
    condition: sel
    other: |
        text

last: 1
";

fn at(text: &str, what: &str) -> Span {
    let start = text.find(what).unwrap();
    let offset = |at: usize| u32::try_from(at).unwrap();
    Span::new(SourceId(0), offset(start), offset(start + what.len()))
}

fn write(text: &str, edit: Option<Edit>) -> String {
    let Edit { span, text: new } = edit.expect("an edit");
    let mut text = text.to_owned();
    text.replace_range(span.start as usize..span.end as usize, &new);
    text
}

/// What an edit of `TEXT` replaces, and with what.
fn change(edit: impl Fn(&Sheet<'_>) -> Option<Edit>) -> (String, String) {
    let sheet = Sheet::new(TEXT, SourceId(0)).unwrap();
    let edit = edit(&sheet).expect("an edit");
    let mut sources = Sources::new();
    sources.add("", TEXT);
    assert!(Sheet::new(&write(TEXT, Some(edit.clone())), SourceId(0)).is_some());
    (sources.text(edit.span).to_owned(), edit.text)
}

fn removed(what: &str) -> String {
    let (old, new) = change(|sheet| sheet.remove(at(TEXT, what)));
    assert_eq!(new, "", "{what}");
    old
}

#[test]
fn a_scalar_keeps_its_quotes_where_they_can_hold_it() {
    let set = |what: &str, to: &str| change(|sheet| sheet.set(at(TEXT, what), to)).1;
    assert_eq!(set("'Some Title'", "It's"), "'It''s'");
    assert_eq!(set("'Some Title'", "a\nb"), "\"a\\nb\"");
    assert_eq!(set("\"y\"", "a\\b"), "\"a\\\\b\"");
    assert_eq!(set("one", "two"), "two");
    assert_eq!(set("one", "*two"), "'*two'");
    assert_eq!(set("one", "12"), "'12'");
    assert_eq!(set("x", "a, b"), "'a, b'");
    assert_eq!(set("one", "a, b"), "a, b");
}

#[test]
fn a_key_is_renamed_from_its_place_or_that_of_its_value() {
    assert_eq!(
        change(|sheet| sheet.rename(at(TEXT, "l|re"), "l|cased")),
        ("l|re".to_owned(), "l|cased".to_owned())
    );
    let by_value = change(|sheet| sheet.rename(at(TEXT, "'Some Title'"), "name"));
    assert_eq!(by_value, ("title".to_owned(), "name".to_owned()));
}

fn spot(before: &str, what: &str) -> Span {
    let start = TEXT.find(before).unwrap() + before.len();
    assert!(TEXT[start..].starts_with(what));
    let offset = |at: usize| u32::try_from(at).unwrap();
    Span::new(SourceId(0), offset(start), offset(start + what.len()))
}

#[test]
fn an_item_goes_with_its_line_and_the_comments_that_are_about_it() {
    let gone = |before: &str, what: &str| {
        let (old, new) = change(|sheet| sheet.remove(spot(before, what)));
        assert_eq!(new, "", "{what}");
        old
    };
    // what stands above several items stays
    assert_eq!(
        gone("    - ", "a"),
        "    - a
"
    );
    assert_eq!(
        gone("    - a\n    - ", "b"),
        "    - b  # beside b\n      # still b\n"
    );
    assert_eq!(gone("\n\n    - ", "'c'"), "    - 'c'\n");
}

#[test]
fn an_entry_goes_with_its_lines() {
    assert_eq!(removed("'Some Title'"), "title: 'Some Title'  # said\n");
    assert_eq!(removed("other: |"), "    other: |\n        text\n");
    assert_eq!(removed("last"), "last: 1\n");
    assert_eq!(
        removed("logsource"),
        "logsource: {product: x, service: \"y\"}\n"
    );
}

#[test]
fn what_would_be_left_empty_goes_too() {
    assert_eq!(removed("one"), "only:\n    - one\n");
    assert_eq!(removed("m: n"), "        - m: n\n");
    let sheet = Sheet::new("a:\n  - b\n", SourceId(0)).unwrap();
    assert_eq!(sheet.remove(at("a:\n  - b\n", "b")), None);
}

#[test]
fn the_first_entry_behind_a_dash_makes_room_for_the_next() {
    assert_eq!(removed("k: v"), "k: v\n          ");
    assert_eq!(removed("l|re"), "          l|re: 'a.b'\n");
}

#[test]
fn a_member_of_a_flow_collection_goes_with_its_comma() {
    assert_eq!(removed("product"), "product: x, ");
    assert_eq!(removed("\"y\""), ", service: \"y\"");
}

#[test]
fn a_comment_goes_with_its_line_or_the_blanks_before_it() {
    let gone = |what: &str| change(|sheet| sheet.remove_comment(at(TEXT, what))).0;
    assert_eq!(gone("# about a"), "    # about a\n");
    assert_eq!(gone("# said"), "  # said");
}

#[test]
fn what_is_inserted_stands_at_the_column_of_its_neighbour() {
    let entry = |what: &str| change(|sheet| sheet.insert_entry(at(TEXT, what), "new", "'x'")).1;
    assert_eq!(entry("condition"), "    new: 'x'\n");
    assert_eq!(entry("m: n"), "          new: 'x'\n");
    assert_eq!(entry("service"), ", new: 'x'");
    assert_eq!(entry("other"), "    new: 'x'\n");
    let whole_entry = change(|sheet| sheet.insert_entry(at(TEXT, "k: v"), "new", "1"));
    assert_eq!(whole_entry.1, "          new: 1\n");
    let item = change(|sheet| sheet.insert_item(spot("    - a\n    - ", "b"), "x"));
    assert_eq!(item.1, "    - x\n");
    assert!(
        write(
            TEXT,
            Sheet::new(TEXT, SourceId(0))
                .unwrap()
                .insert_item(spot("    - a\n    - ", "b"), "x")
        )
        .contains("      # still b\n    - x\n    # about c\n")
    );
}

#[test]
fn a_file_without_a_last_break_and_one_of_windows_stay_so() {
    let text = "a: 1\r\nb: 2";
    let sheet = Sheet::new(text, SourceId(0)).unwrap();
    assert_eq!(
        write(text, sheet.insert_entry(at(text, "b"), "c", "3")),
        "a: 1\r\nb: 2\r\nc: 3"
    );
    assert_eq!(
        write(text, sheet.insert_entry(at(text, "a"), "c", "3")),
        "a: 1\r\nc: 3\r\nb: 2"
    );
    assert_eq!(write(text, sheet.remove(at(text, "b"))), "a: 1");
    assert_eq!(write(text, sheet.remove(at(text, "a"))), "b: 2");
}

#[test]
fn entries_are_ordered_with_their_comments() {
    let text = "z: 1\n# about b\nb:\n    # in b\n    - 1\n# about a\na: 2  # a\nend: 3\n";
    let sheet = Sheet::new(text, SourceId(0)).unwrap();
    let all = Span::new(SourceId(0), 0, u32::try_from(text.len() - 1).unwrap());
    let rank = |key: &str| usize::from(key != "a") + usize::from(key == "end");
    let edit = sheet.order(all, &rank).unwrap();
    assert_eq!(
        write(text, Some(edit)),
        "# about a\na: 2  # a\nz: 1\n# about b\nb:\n    # in b\n    - 1\nend: 3\n"
    );
    assert_eq!(sheet.order(all, &|_| 0), None);
}
