use super::*;
use crate::evidence::evidence;
use sigwright_syntax::Sources;

fn load(detection: &str) -> (RuleSet, Sources) {
    let mut sources = Sources::new();
    let text = format!(
        "title: T\nsigma-version: 3\nlogsource: {{product: p, service: s}}\ndetection:\n{detection}"
    );
    let id = sources.add("t.yml", text);
    let (documents, diagnostics) = sigwright_syntax::read(&sources, id);
    let (rules, more) = sigwright_ir::lower(&documents, &Default::default());
    assert_eq!(rules.rules.len(), 1, "{diagnostics:?} {more:?}");
    (rules, sources)
}

fn explained(detection: &str, event: &str) -> Explanation {
    let (rules, _) = load(detection);
    let event = Event::from_json(event).unwrap();
    explain(&rules, RuleId(0), &event).unwrap()
}

/// Every hint of an explanation, in order.
fn hints(node: &Explanation) -> Vec<String> {
    let mut found: Vec<String> = node.hint.iter().cloned().collect();
    found.extend(node.children.iter().flat_map(hints));
    found
}

fn hint(item: &str, event: &str) -> String {
    hints(&explained(
        &format!("  sel: {{{item}}}\n  condition: sel\n"),
        event,
    ))
    .join("; ")
}

#[test]
fn near_misses_are_named() {
    for (item, event, expected) in [
        (
            "Image: x",
            r#"{"image":"x"}"#,
            "the event has no `Image`, but `image`: names are case-sensitive",
        ),
        (
            "Image: x",
            r#"{"process":{"image":"x"}}"#,
            "the event has no `Image`, but `process.image`",
        ),
        ("a.b: x", r#"{"b":"x"}"#, "the event has no `a.b`, but `b`"),
        ("a: x", r#"{"b":"x"}"#, "the event has no `a`"),
        (
            "a|cased: X",
            r#"{"a":"x"}"#,
            "it differs in case only, and the rule says `cased`",
        ),
        (
            "a: x",
            r#"{"a":"x "}"#,
            "the event's value has white space around it",
        ),
        (
            "a: x",
            r#"{"a":"x y"}"#,
            "the event's value contains it, with more around it",
        ),
        ("a: x", r#"{"a":null}"#, "the event's value is null"),
        (
            "a: x",
            r#"{"a":{"b":"x"}}"#,
            "the event's value is an object: name what is in it, such as `.b`",
        ),
        ("a: 5", r#"{"a":"05"}"#, ""),
        (
            "a: 5",
            r#"{"a":"5.0"}"#,
            "the event's value is text, spelled `5.0`",
        ),
        ("a|gt: 5", r#"{"a":"six"}"#, "`six` is no number"),
        (
            "a|re: X",
            r#"{"a":"x"}"#,
            "it differs in case only: `re|i` would find it",
        ),
        (
            "a|re: 'x.y'",
            r#"{"a":"x\ny"}"#,
            "`.` stops at line ends: `re|s` would find it",
        ),
        (
            "a|re: '^y'",
            r#"{"a":"x\ny"}"#,
            "`^` and `$` mean the whole value: `re|m` would find it",
        ),
        (
            "a|cidr: 10.0.0.0/8",
            r#"{"a":"10.0.0.1:80"}"#,
            "`10.0.0.1:80` is no address",
        ),
        (
            "a|hour: 3",
            r#"{"a":"2026-01-01T04:00:00Z"}"#,
            "that part of `2026-01-01T04:00:00Z` is 4, in UTC",
        ),
        ("a|hour: 3", r#"{"a":"3"}"#, "`3` is no point in time"),
        (
            r"a: 'c:\*.exe'",
            r#"{"a":"c:\\x.exe"}"#,
            r"the rule's wildcard is escaped: `\\*` is a backslash and a wildcard",
        ),
        ("a: x", r#"{"a":"x"}"#, ""),
    ] {
        assert_eq!(hint(item, event), expected, "{item} {event}");
    }
}

#[test]
fn every_node_is_asked_and_shown() {
    let node = explained(
        "  one: {a: 1}\n  two: {b: [x, y]}\n  condition: one or not two\n",
        r#"{"a":1,"b":"Y"}"#,
    );
    assert_eq!((&node.kind, node.holds), (&OutlineKind::Or, true));
    let [one, not] = node.children.as_slice() else {
        panic!("{node:#?}");
    };
    assert_eq!(one.kind, OutlineKind::Selection("one".to_owned()));
    assert_eq!((&not.kind, not.holds), (&OutlineKind::Not, false));
    let item = &not.children[0].children[0];
    assert_eq!(item.kind, OutlineKind::Item("b".to_owned()));
    assert_eq!(
        item.seen,
        [Seen {
            field: "b".to_owned(),
            value: Some("Y".to_owned())
        }]
    );
    let values: Vec<bool> = item.children.iter().map(|value| value.holds).collect();
    assert_eq!(values, [false, true]);
}

#[test]
fn a_selection_named_twice_is_explained_once() {
    let node = explained(
        "  one: {a: 1}\n  two: {b: 1}\n  condition: (one and two) or (one and not two)\n",
        r#"{"a":1,"b":2}"#,
    );
    let again = hints(&node)
        .iter()
        .filter(|h| *h == "explained above")
        .count();
    assert_eq!(again, 2, "{node:#?}");
}

#[test]
fn elements_are_explained_one_by_one() {
    let node = explained(
        "  sel:\n    list[any]: {a: 1, b: 2}\n  condition: sel\n",
        r#"{"list":[{"a":1,"b":1},{"a":1,"b":2}]}"#,
    );
    let mut labels = Vec::new();
    let mut open = vec![&node];
    while let Some(node) = open.pop() {
        if let OutlineKind::Elements(label) = &node.kind {
            labels.push((label.clone(), node.holds));
        }
        open.extend(node.children.iter().rev());
    }
    assert!(
        labels.contains(&("list[0]".to_owned(), false)),
        "{labels:?}"
    );
    assert!(labels.contains(&("list[1]".to_owned(), true)), "{labels:?}");
}

#[test]
fn the_log_source_is_compared() {
    let (rules, _) = load("  sel: {a: 1}\n  condition: sel\n");
    let mut origins = Origins::new(Vec::new());
    let origin = origins.add(crate::Origin {
        products: vec!["q".to_owned()],
        services: vec!["s".to_owned(), "t".to_owned()],
        complete: true,
        ..Default::default()
    });
    let mut event = Event::from_json("{}").unwrap();
    assert_eq!(unseen(&rules.rules[0], &event, &origins), None);
    event.origin = origin;
    assert_eq!(
        unseen(&rules.rules[0], &event, &origins).as_deref(),
        Some(
            "the rule reads product `p`, service `s`; \
             the event is from product `q`, service `s` or `t`"
        )
    );
}

#[test]
fn evidence_is_what_answered() {
    let (rules, sources) = load(concat!(
        "  sel:\n    verb: [get, delete]\n    user.name|contains|all: [e, v]\n",
        "    list[any]: {x: 1}\n",
        "  kw: [needle]\n  skip: {robot: true}\n",
        "  condition: (sel or kw) and not skip\n",
    ));
    let event = Event::from_json(
        r#"{"verb":"DELETE","user":{"name":["bob","eve"]},"list":[{"x":2},{"x":1}],"m":{"n":["a needle"]}}"#,
    )
    .unwrap();
    let found: Vec<(String, String, &str)> = evidence(&rules, RuleId(0), &event)
        .into_iter()
        .map(|e| {
            (
                e.field.into_owned(),
                event.raw(e.node).to_owned(),
                sources.text(e.span),
            )
        })
        .collect();
    let expected = [
        ("verb", "DELETE", "delete"),
        ("user.name", "eve", "e"),
        ("user.name", "eve", "v"),
        ("list[1].x", "1", "1"),
        ("m.n", "a needle", "needle"),
    ];
    assert_eq!(
        found,
        expected.map(|(f, v, s)| (f.to_owned(), v.to_owned(), s))
    );
    let event = Event::from_json(r#"{"m":"needle","robot":true}"#).unwrap();
    assert_eq!(evidence(&rules, RuleId(0), &event), []);
}
