//! Random rules and events over a small alphabet, so that they meet often.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};
use std::fmt::Write;

/// Names of fields; the longer ones also reach into objects and arrays.
const NAMES: &[&str] = &["a", "b", "a.b", "a.b.c", "b.a", "k8s.io/x", "A"];

/// Texts that rules ask for and events hold.
fn word() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        8 => "[aAbBxkÄäſKσς1]{0,3}",
        2 => r"[a\\*? \n/–-]{0,4}",
        2 => select(vec![
            "", " ", "1", "10", "-1", "1.5", "1e1", "true", "False", "null", "*", "\\",
            "10.0.0.7", "::ffff:10.0.0.7", "2001:db8::7", "2026-03-01T23:10:00Z", "1772406600",
            "a -b", "a /b", "x –b y", "YWI=", "eGFi", "eHhhYg==", "ß", "ss", "🦀", "e\u{301}",
        ]).prop_map(str::to_owned),
    ]
}

/// A number as a log spells it.
fn number() -> impl Strategy<Value = String> {
    select(vec![
        "0",
        "-0",
        "1",
        "10",
        "1.0",
        "1.5",
        "15e-1",
        "1e1",
        "-1",
        "9007199254740993",
        "9007199254740992",
        "1772406600",
        "1e400",
        "0.1",
        "0.10000000000000001",
    ])
    .prop_map(str::to_owned)
}

/// JSON text, with duplicate keys, dotted keys and odd spellings.
pub fn event() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        1 => Just("null".to_owned()),
        1 => any::<bool>().prop_map(|b| b.to_string()),
        3 => number(),
        6 => word().prop_map(|text| Json::from(text).to_string()),
    ];
    let value = leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|list| format!("[{}]", list.join(","))),
            object(inner),
        ]
    });
    prop_oneof![9 => object(value.clone()), 1 => value]
}

fn object(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let key = select(vec![
        "a", "b", "c", "a.b", "b.c", "k8s", "io/x", "k8s.io/x", "A", "x",
    ]);
    vec((key, value), 0..5).prop_map(|members| {
        let mut text = String::from("{");
        for (place, (key, value)) in members.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            let _ = write!(text, "{comma}\"{key}\": {value}");
        }
        text + "}"
    })
}

fn plain() -> impl Strategy<Value = Json> + Clone {
    prop_oneof![
        6 => word().prop_map(Json::from),
        1 => select(vec![json!(0), json!(1), json!(10), json!(-1), json!(1.5), json!(0.1)]),
        1 => Just(json!(9_007_199_254_740_993_i64)),
        1 => any::<bool>().prop_map(Json::from),
        1 => Just(Json::Null),
    ]
}

fn text() -> impl Strategy<Value = Json> + Clone {
    word().prop_map(Json::from)
}

fn listed<S: Strategy<Value = Json> + Clone>(value: S) -> impl Strategy<Value = Json> {
    prop_oneof![3 => value.clone(), 2 => vec(value, 1..4).prop_map(Json::from)]
}

/// Modifiers and values that go with them.
fn question() -> BoxedStrategy<(String, Json)> {
    let with = |modifiers: &'static [&'static str], values: BoxedStrategy<Json>| {
        (select(modifiers), values)
            .prop_map(|(modifiers, values)| (modifiers.to_owned(), values))
            .boxed()
    };
    let numbers = select(vec![json!(0), json!(1), json!(10), json!(1.5), json!(-1)]);
    let parts = select(vec![
        json!(1),
        json!(3),
        json!(9),
        json!(10),
        json!(23),
        json!(2026),
    ]);
    prop_oneof![
        4 => with(&["", "|neq"], listed(plain()).boxed()),
        4 => with(
            &["|contains", "|startswith", "|endswith", "|cased", "|contains|cased",
              "|endswith|cased", "|contains|neq", "|startswith|neq"],
            listed(text()).boxed(),
        ),
        1 => with(&["|contains|all", "|endswith|all", "|contains|all|cased"],
            vec(text(), 2..4).prop_map(Json::from).boxed()),
        2 => with(
            &["|windash", "|contains|windash", "|windash|contains", "|windash|startswith"],
            listed(select(vec![json!("-b"), json!("a /b"), json!("* –b"), json!("--b"),
                json!("a-b"), json!("―b ?")])).boxed(),
        ),
        2 => with(
            &["|re", "|re|i", "|re|s", "|re|m", "|re|i|m|s", "|re|neq"],
            listed(select(vec![
                json!("a"), json!("^a"), json!("b$"), json!("^$"), json!("a.b"), json!("[^a]"),
                json!("(a|bb)x?"), json!("a{2}"), json!("\\d+"), json!("^\\w*$"), json!("ä"),
                json!("(?i)K"), json!("a(?!b)"), json!("(.)\\1"), json!("\\ba"), json!("\\\\"),
                json!(""), json!("(?s-m:^.*$)"), json!("x|"),
            ])).boxed(),
        ),
        1 => with(&["|cidr", "|cidr|neq"], listed(select(vec![
            json!("10.0.0.0/8"), json!("10.0.0.7"), json!("2001:db8::/32"), json!("::/0"),
        ])).boxed()),
        2 => with(&["|gt", "|gte", "|lt", "|lte", "|lte|neq"], listed(numbers).boxed()),
        1 => with(&["|exists"], any::<bool>().prop_map(Json::from).boxed()),
        2 => with(
            &["|fieldref", "|fieldref|cased", "|fieldref|startswith", "|fieldref|endswith",
              "|fieldref|contains", "|fieldref|neq"],
            listed(select(NAMES).prop_map(Json::from)).boxed(),
        ),
        1 => with(&["|base64", "|base64offset|contains", "|wide|base64offset|contains"],
            listed(select(vec![json!("ab"), json!("aä"), json!("xab")])).boxed()),
        1 => with(
            &["|minute", "|hour", "|day", "|week", "|month", "|year", "|hour|gte", "|day|lt"],
            listed(parts).boxed(),
        ),
    ]
    .boxed()
}

/// A selection: a map, a list of maps, keywords, or a map over array elements.
fn selection() -> BoxedStrategy<Json> {
    let item = (select(NAMES), question())
        .prop_map(|(name, (modifiers, values))| (format!("{name}{modifiers}"), values));
    let map = vec(item, 1..4).prop_map(|items| Json::Object(items.into_iter().collect()));
    let own = question().prop_map(|(modifiers, values)| json!({format!(".{modifiers}"): values}));
    let body = prop_oneof![3 => map.clone(), 1 => own];
    let selector = select(vec!["any", "all", "all_or_empty", "none", "0", "1"]);
    let inner = (select(NAMES), selector.clone(), body)
        .prop_map(|(name, selector, body)| json!({format!("{name}[{selector}]"): body}));
    let outer = (select(NAMES), selector, inner.clone())
        .prop_map(|(name, selector, body)| json!({format!("{name}[{selector}]"): body}));
    let keyword = "[aAbkÄ1x*?]{1,2}".prop_map(Json::from);
    let keywords = prop_oneof![3 => keyword.clone(), 1 => Just(json!(1))];
    prop_oneof![
        6 => map.clone(),
        2 => vec(map, 1..3).prop_map(Json::from),
        1 => vec(keywords, 1..3).prop_map(Json::from),
        1 => vec(keyword, 2..3).prop_map(|all| json!({"|all": all})),
        2 => inner,
        1 => outer,
    ]
    .boxed()
}

fn condition() -> impl Strategy<Value = String> {
    let leaf = select(vec![
        "s0",
        "s1",
        "s2",
        "_s",
        "1 of s*",
        "all of s*",
        "1 of them",
        "all of them",
        "1 of _*",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) and {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} or ({b})")),
            inner.prop_map(|a| format!("not ({a})")),
        ]
    })
}

/// A rule document; JSON is YAML.
pub fn rule() -> impl Strategy<Value = String> {
    let selections = [selection(), selection(), selection(), selection()];
    (selections, vec(condition(), 1..3)).prop_map(|([s0, s1, s2, s], conditions)| {
        json!({
            "title": "Generated",
            "sigma-version": 3,
            "logsource": {"product": "test"},
            "detection": {"s0": s0, "s1": s1, "s2": s2, "_s": s, "condition": conditions},
        })
        .to_string()
    })
}
