use super::*;
use proptest::prelude::*;

fn texts(event: &Event, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    event.reach(name, &mut |node| {
        event.leaves(node, &mut |leaf| {
            found.push(event.value(leaf).text().unwrap_or("null").to_owned())
        })
    });
    found
}

#[test]
fn names_are_joined_keys() {
    let event = Event::from_json(
        r#"{"a":{"b.c":1,"b":{"c":[2,{"c":9},[3]]}},"a.b":{"c":null},"a.b.c":"x","a.bc":7}"#,
    )
    .unwrap();
    assert_eq!(
        texts(&event, "a.b.c"),
        ["1", "2", r#"{"c":9}"#, "3", "null", "x"]
    );
    assert_eq!(texts(&event, "a.b.c.c"), ["9"]);
    assert_eq!(texts(&event, "b"), [] as [&str; 0]);
}

#[test]
fn arrays_on_the_way_are_entered_and_duplicates_followed() {
    let event = Event::from_json(r#"{"a":[{"b":1},{"b":2}],"a":{"b":3}}"#).unwrap();
    assert_eq!(texts(&event, "a.b"), ["1", "2", "3"]);
}

#[test]
fn escapes_and_lone_surrogates() {
    let event = Event::from_json(r#"{"k\n":"a\u00e4\ud83e\udd80\ud800x\/"}"#).unwrap();
    assert_eq!(texts(&event, "k\n"), ["aä🦀\u{FFFD}x/"]);
    assert!(event.is_lossy());
}

#[test]
fn deep_nesting_is_refused_without_recursion() {
    let deep = "[".repeat(100_000);
    let error = Event::from_json(&deep).unwrap_err();
    assert_eq!(error.message, "nested too deeply");
    assert_eq!(error.offset, Event::MAX_DEPTH);
}

#[test]
fn what_is_no_json_is_refused() {
    for text in [
        "",
        "{",
        "[1,]",
        "{\"a\"}",
        "{\"a\":}",
        "01",
        "1.",
        "-",
        "1e",
        "tru",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "{} {}",
        "{,}",
        "[1 2]",
        "{\"a\":1,}",
        "nul",
        "\u{feff}{}",
    ] {
        assert!(Event::from_json(text).is_err(), "{text}");
    }
}

proptest! {
    /// Our reader accepts what serde_json writes and reads the same values from it.
    #[test]
    fn reads_what_serde_json_writes(value in json()) {
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let event = Event::from_json(&text).unwrap();
            prop_assert_eq!(rebuild(&event, event.whole().unwrap()), value.clone());
        }
    }

    /// It never panics, and accepts no more than serde_json does (but for what is documented).
    #[test]
    fn agrees_on_what_is_json(text in r#"[\[\]{},:"0-9a-z\\ \-.eE+]{0,24}"#) {
        let ours = Event::from_json(&text).is_ok();
        let theirs = serde_json::from_str::<serde_json::Value>(&text).is_ok();
        if ours != theirs {
            // serde_json refuses numbers beyond f64 and lone surrogates; we keep them
            prop_assert!(ours && (text.contains(['e', 'E']) || text.contains("\\u")), "{}", text);
        }
    }
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(".{0,9}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn rebuild(event: &Event, node: NodeId) -> serde_json::Value {
    match event.value(node) {
        Value::Null => serde_json::Value::Null,
        Value::Bool(b) => b.into(),
        Value::Number(n) => serde_json::from_str(n).unwrap(),
        Value::String(s) => s.into(),
        Value::Array => event.elements(node).map(|e| rebuild(event, e)).collect(),
        Value::Object(_) => event
            .members(node)
            .map(|(key, value)| (key.to_owned(), rebuild(event, value)))
            .collect(),
    }
}

#[test]
fn adds_fields_spelled_in_the_event() {
    let mut event = Event::from_json(
        r#"{"name":"a\tb.c","in":{"x":1,"\u0079":2,"but":3,"path":4},"path":"one/zwei/\u00fc"}"#,
    )
    .unwrap();
    let root = event.whole().unwrap();
    let [name, inner, path] = ["name", "in", "path"].map(|k| event.member(root, k).unwrap());
    event.clear_roots();
    event.add_field_spelled(name, path);
    event.add_members(inner, "but", root);
    let part = event.add_part(path, 4..8).unwrap();
    event.add_field("part", part);
    assert_eq!(event.add_part(path, 4..10), None);
    let names: Vec<_> = event.fields().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(names, ["a\tb.c", "x", "y", "part"]);
    let mut seen = Vec::new();
    for name in ["a\tb.c", "x", "y", "part", "but"] {
        event.reach(name, &mut |n| seen.push(event.value(n).text()));
    }
    assert_eq!(
        seen,
        [Some("one/zwei/ü"), Some("1"), Some("2"), Some("zwei")]
    );
}

#[test]
fn everything_holds_every_value() {
    let long = format!(r"{}\n", "z".repeat(80));
    let text = format!(
        r#"{{"{long}":["x\\y",1e5,"{long}1",true,{{"b":"plain","c":"\u00e4"}}],"d":{{"e":[null,"\n","{long}2","{}"]}}}}"#,
        "y".repeat(100)
    );
    let mut event = Event::from_json(&text).unwrap();
    let inner = event.at(event.whole().unwrap(), &["d"]).unwrap();
    for whole in [None, Some(inner)] {
        if let Some(whole) = whole {
            event.set_whole(whole);
        }
        let texts: Vec<&str> = event.everything().unwrap().collect();
        let mut values = 0;
        event.every_value(&mut |node| {
            values += 1;
            let value = event.value(node).text().unwrap_or_default();
            assert!(texts.iter().any(|text| text.contains(value)), "{value}");
        });
        assert_eq!(values, if whole.is_none() { 10 } else { 4 });
        let twice = texts.iter().any(|text| text.contains(&long));
        assert!(!twice, "long strings are searched as decoded");
        let outside = texts.iter().any(|text| text.contains("plain"));
        assert_eq!(outside, whole.is_none());
    }
    let record = format!(r#"{{"one":{{"a":1}},"others":"{}"}}"#, r"\n".repeat(100));
    let mut event = Event::from_json(&record).unwrap();
    let one = event.at(event.whole().unwrap(), &["one"]).unwrap();
    event.set_whole(one);
    assert!(event.everything().is_none(), "mostly of others");
}
