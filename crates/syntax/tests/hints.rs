//! `x-…`: what documents ask of their alerts, and what is wrong with it, at which characters.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop at what it did not expect"
)]

use sigwright_syntax::ast::{Document, Hints, Level, Refire, Search, TemplatePart};
use sigwright_syntax::{Limits, Sources, read, read_within};

const RULE: &str = "logsource: {category: c}\ndetection: {s: {a: 1}, condition: s}\n";
const CORRELATION: &str =
    "correlation: {type: event_count, rules: [r], timespan: 1h, condition: {gte: 2}}\n";
const FILTER: &str =
    "logsource: {category: c}\nfilter: {rules: any, s: {a: 1}, condition: not s}\n";

fn document(body: &str, hints: &str) -> (Document, Vec<String>) {
    let mut sources = Sources::new();
    let id = sources.add("rule.yml", format!("title: t\n{hints}\n{body}"));
    let (mut documents, diagnostics) = read(&sources, id);
    let said = diagnostics
        .iter()
        .map(|d| {
            let mut line = format!("{} `{}`", d.code, sources.text(d.span().unwrap()));
            for label in d.labels.iter().skip(1) {
                line.push_str(&format!(" + `{}`", sources.text(label.span)));
            }
            line
        })
        .collect();
    (documents.remove(0), said)
}

/// The hints of a rule, which must be right.
fn hints(text: &str) -> Hints {
    let (document, said) = document(RULE, text);
    assert_eq!(said, Vec::<String>::new());
    assert!(!document.faulty);
    document.hints
}

/// What is said of hints that are wrong.
fn refused(text: &str) -> Vec<String> {
    let (document, said) = document(RULE, text);
    assert!(document.faulty, "{text}");
    said
}

#[test]
fn hints_are_read() {
    let all = hints(
        "x-suppress: {for: 5d, by: [u, a.b]}\nx-activation: 14d\n\
         x-risk:\n  score: 49\n  message: 'from {user.username}, {{sic}}'\n  \
         entities: [{field: u, role: victim}, {field: a}]\n\
         x-variations:\n  - {name: abroad, when: {cloud: false}, level: LOW, score: 21}\n  \
         - {name: new, title: New One, when-rule: c}\n",
    );
    let suppress = all.suppress.unwrap();
    assert_eq!(suppress.span.value, 5 * 86_400);
    let by: Vec<&str> = suppress.by.iter().map(|f| f.value.as_str()).collect();
    assert_eq!(by, ["u", "a.b"]);
    assert_eq!(all.activation.unwrap().value, 14 * 86_400);
    let risk = all.risk.unwrap();
    assert_eq!(risk.score.unwrap().value, 49);
    let parts: Vec<String> = risk
        .message
        .unwrap()
        .parts
        .iter()
        .map(|part| match part {
            TemplatePart::Text(text) => format!("'{text}'"),
            TemplatePart::Field(field) => field.value.clone(),
        })
        .collect();
    assert_eq!(parts, ["'from '", "user.username", "', {sic}'"]);
    assert_eq!(risk.entities[0].role.as_ref().unwrap().value, "victim");
    assert_eq!(risk.entities[1].role, None);
    let [abroad, new] = all.variations.as_slice() else {
        unreachable!("two were written");
    };
    assert_eq!(abroad.level.unwrap().value, Level::Low);
    assert!(abroad.when.is_some() && abroad.when_rule.is_none());
    assert_eq!(new.title.as_ref().unwrap().value, "New One");
    assert_eq!(new.when_rule.as_ref().unwrap().value, "c");
}

#[test]
fn what_a_variation_asks_is_read_as_a_selection() {
    let when = |text: &str| {
        let all = hints(&format!(
            "sigma-version: 3\nx-variations: [{{name: n, when: {text}}}]"
        ));
        all.variations[0].when.clone().unwrap()
    };
    assert!(
        matches!(when("{a|contains: [x, y], b: 1}"), Search::All(items, _) if items.len() == 2)
    );
    assert!(matches!(when("[{a: 1}, {b: 2}]"), Search::Any(maps, _) if maps.len() == 2));
    let Search::All(items, _) = when("{'rules[any]': {a: 1, b: 2}}") else {
        unreachable!("a map was written");
    };
    assert!(matches!(items[0], Search::Elements(_)));
}

#[test]
fn refire_is_for_correlations() {
    let refire = |value: &str| {
        let (document, said) = document(CORRELATION, &format!("x-refire: {value}"));
        assert_eq!(said, Vec::<String>::new());
        document.hints.refire.unwrap().value
    };
    assert_eq!(refire("always"), Refire::Always);
    assert_eq!(refire("1h"), Refire::After(3_600));
    let (read, said) = document(RULE, "x-refire: 1h");
    assert_eq!(said, ["unused-attribute `1h`"]);
    assert!(!read.faulty);
}

#[test]
fn a_filter_has_no_alerts() {
    let (read, said) = document(FILTER, "x-suppress: {nonsense: true}");
    assert_eq!(said, ["unused-attribute `x-suppress`"]);
    assert!(!read.faulty);
    assert_eq!(read.hints, Hints::default());
}

#[test]
fn other_attributes_of_ones_own_are_kept() {
    let (read, said) = document(RULE, "x-supress: {for: 1h}\nx-team: blue");
    assert_eq!(said, ["unknown-key `x-supress`"], "a note: it may be meant");
    assert!(!read.faulty);
    assert_eq!(read.meta.custom.len(), 2);
}

#[test]
fn wrong_hints_are_underlined() {
    for (text, said) in [
        ("x-suppress: 5d", "wrong-type `5d`"),
        ("x-suppress: {by: [u]}", "missing-attribute `x-suppress`"),
        ("x-suppress: {for: 5 days}", "bad-timespan `5 days`"),
        ("x-suppress: {for: 0s}", "bad-timespan `0s`"),
        ("x-suppress: {for: [1h]}", "wrong-type `[1h]`"),
        ("x-suppress: {for: 1h, key: u}", "unknown-key `key`"),
        ("x-suppress: {for: 1h, by: {u: 1}}", "wrong-type `{u: 1}`"),
        ("x-activation: 14", "bad-timespan `14`"),
        ("x-activation: 101y", "bad-timespan `101y`"),
        (
            "x-activation: 99999999999999999999d",
            "bad-timespan `99999999999999999999d`",
        ),
        ("x-refire: sometimes", "bad-timespan `sometimes`"),
        ("x-risk: 49", "wrong-type `49`"),
        ("x-risk: {score: 101}", "bad-score `101`"),
        ("x-risk: {score: 4.5}", "bad-score `4.5`"),
        ("x-risk: {score: -1}", "bad-score `-1`"),
        ("x-risk: {scores: 1}", "unknown-key `scores`"),
        ("x-risk: {message: 5}", "wrong-type `5`"),
        ("x-risk: {message: 'a {b'}", "bad-template `{`"),
        ("x-risk: {message: 'a {b {c}'}", "bad-template `{`"),
        ("x-risk: {message: 'a } b'}", "bad-template `}`"),
        ("x-risk: {message: 'ä {} b'}", "bad-template `{}`"),
        (
            "x-risk: {message: \"\\u00e4 { }\"}",
            "bad-template `\"\\u00e4 { }\"`",
        ),
        (
            "x-risk: {entities: [{role: victim}]}",
            "missing-attribute `{role: victim}`",
        ),
        ("x-risk: {entities: [u]}", "wrong-type `u`"),
        (
            "x-risk: {entities: [{field: u, rule: x}]}",
            "unknown-key `rule`",
        ),
        ("x-variations: [x]", "wrong-type `x`"),
        (
            "x-variations: [{when: {a: 1}}]",
            "missing-attribute `{when: {a: 1}}`",
        ),
        (
            "x-variations: [{name: n, level: low}]",
            "variation-without-condition `n`",
        ),
        ("x-variations: [{name: n, when: [a]}]", "wrong-type `[a]`"),
        (
            "x-variations: [{name: n, when: {}}]",
            "empty-selection `when`",
        ),
        (
            "x-variations: [{name: n, when: {a|contians: 1}}]",
            "unknown-modifier `contians`",
        ),
        (
            "x-variations: [{name: n, when-rule: [c]}]",
            "wrong-type `[c]`",
        ),
        (
            "x-variations: [{name: n, when: {a: 1}, level: lo}]",
            "bad-level `lo`",
        ),
        (
            "x-variations: [{name: n, when: {a: 1}, lvl: low}]",
            "unknown-key `lvl`",
        ),
        (
            "x-variations: [{name: n, when: {a: 1}}, {name: n, when: {a: 2}}]",
            "duplicate-variation `n` + `n`",
        ),
    ] {
        assert_eq!(refused(text), [said], "{text}");
    }
}

#[test]
fn empty_risk_is_a_warning() {
    let (read, said) = document(RULE, "x-risk: {}");
    assert_eq!(said, ["empty-attribute `x-risk`"]);
    assert!(!read.faulty);
}

#[test]
fn a_rule_has_only_so_many_variations() {
    let text = format!(
        "title: t\nx-variations:\n  - {{name: a, when: {{a: 1}}}}\n  - {{name: b, when: {{a: 2}}}}\n{RULE}"
    );
    let mut sources = Sources::new();
    let id = sources.add("rule.yml", text);
    let limits = Limits {
        variations: 1,
        ..Limits::default()
    };
    let (documents, diagnostics) = read_within(&sources, id, &limits);
    assert!(documents[0].faulty);
    assert_eq!(diagnostics[0].code, "too-many-variations");
}

#[test]
fn timespans_are_above_zero_and_at_most_a_century() {
    for (span, code) in [
        ("0s", "bad-timespan"),
        ("101y", "bad-timespan"),
        ("18446744073709551616s", "bad-timespan"),
        ("-1h", "bad-timespan"),
        ("1h30m", "bad-timespan"),
        ("h", "bad-timespan"),
    ] {
        let body = CORRELATION.replace("1h", span);
        let (_, said) = document(&body, "");
        assert_eq!(said, [format!("{code} `{span}`")]);
    }
    let (read, said) = document(&CORRELATION.replace("1h", "100y"), "");
    assert_eq!(said, Vec::<String>::new());
    assert!(!read.faulty);
}
