//! What is wrong, and exactly which characters are.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at what it did not expect"
)]

use sigwright_syntax::{Limits, Severity, Sources, read, read_within};

/// Code and underlined text of every message; warnings start with `?`, notes with `.`.
fn said(text: &str) -> Vec<String> {
    said_within(text, &Limits::default())
}

fn said_within(text: &str, limits: &Limits) -> Vec<String> {
    let mut sources = Sources::new();
    let id = sources.add("rule.yml", text);
    let (documents, diagnostics) = read_within(&sources, id, limits);
    let errors = diagnostics.iter().any(|d| d.severity == Severity::Error);
    assert_eq!(errors, documents.iter().any(|d| d.faulty), "{text}");
    diagnostics
        .iter()
        .map(|d| {
            let mark = match d.severity {
                Severity::Error => "",
                Severity::Warning => "?",
                Severity::Note => ".",
            };
            let mut line = format!("{mark}{} `{}`", d.code, sources.text(d.span().unwrap()));
            for label in d.labels.iter().skip(1) {
                line.push_str(&format!(" + `{}`", sources.text(label.span)));
            }
            if let Some(help) = d.help.as_deref().filter(|h| h.starts_with("did you")) {
                line.push_str(&format!(" {help}"));
            }
            line
        })
        .collect()
}

/// A rule with this detection.
fn rule(detection: &str) -> String {
    let mut text = String::from("title: Ä 🦀\nlogsource: {category: test}\ndetection:\n");
    for line in detection.lines() {
        text.push_str("    ");
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// A rule with one item; says what is said about it.
fn item(item: &str) -> Vec<String> {
    said(&rule(&format!("sel:\n  {item}\ncondition: sel")))
}

/// A rule with selections `sel_1`, `sel_2`, `_hidden`, `not_x` and this condition.
fn condition(condition: &str) -> Vec<String> {
    let selections = "sel_1: {a: 1}\nsel_2: {a: 2}\n_hidden: {a: 3}\nnot_x: {a: 4}\n";
    said(&rule(&format!("{selections}condition: {condition}")))
}

const NOTHING: [&str; 0] = [];

#[test]
fn a_rule_without_fault_says_nothing() {
    assert_eq!(item("a|contains|all: [x, 'y']"), NOTHING);
    assert_eq!(item("a: null"), NOTHING);
    assert_eq!(item("a:"), NOTHING);
    assert_eq!(item("a: ''"), NOTHING);
    assert_eq!(said(""), NOTHING);
    assert_eq!(said("# only a comment\n"), NOTHING);
    assert_eq!(said("---\n---\n"), NOTHING);
}

#[test]
fn yaml_faults() {
    assert_eq!(
        said("a: [1, 2\n---\nb: ]"),
        ["yaml-syntax `[`", "yaml-syntax `]`"]
    );
    assert_eq!(said("a:\n\tb: 1"), ["yaml-syntax `\t`"]);
    assert_eq!(said("a: b: c"), ["yaml-syntax `:`"]);
    assert_eq!(said("a: %x%"), ["yaml-syntax `%`"]);
    assert_eq!(said("- a\n- b"), ["not-a-rule `- a`"]);
    assert_eq!(said("just text"), ["not-a-rule `just text`"]);
    assert_eq!(item("a: *\\cmd.exe"), ["unknown-anchor `*\\cmd.exe`"]);
    assert_eq!(item("a: !x y"), ["unsupported-tag `y`"]);
    assert_eq!(item("a: !!str 12"), NOTHING);
    assert_eq!(item("[a, b]: 12\n  c: 1"), ["key-not-text `[a, b]`"]);
    assert_eq!(item("a: &x [*x]"), ["alias-loop `*x`"]);
}

#[test]
fn a_document_after_a_syntax_error_is_read() {
    let text = format!("a: '\n---\n{}", rule("sel: {a: 1}\ncondition: sle"));
    assert_eq!(
        said(&text.replace('\'', "]")),
        [
            "yaml-syntax `]`",
            "unknown-selection `sle` did you mean `sel`?"
        ]
    );
}

#[test]
fn duplicate_keys_show_both_places() {
    assert_eq!(
        item("a|contains: 'ü'\n  b: 1\n  a|contains: y"),
        ["duplicate-key `a|contains` + `a|contains`"]
    );
    let mut sources = Sources::new();
    let id = sources.add("rule.yml", rule("é: {a: 🦀}\né: {b: 1}\ncondition: é"));
    let (_, diagnostics) = read(&sources, id);
    let lines: Vec<_> = diagnostics[0]
        .labels
        .iter()
        .map(|l| sources.position(l.span))
        .collect();
    assert_eq!(lines, [(5, 5), (4, 5)]);
}

#[test]
fn document_faults() {
    assert_eq!(
        said("description: x"),
        [
            "missing-title `description`",
            "missing-detection `description`",
            "missing-logsource `description: x`"
        ]
    );
    assert_eq!(
        said("title:\nlogsource: {}\ndetection: [a]"),
        [
            "missing-title `title`",
            "missing-logsource `logsource`",
            "wrong-type `[a]`"
        ]
    );
    assert_eq!(
        said("title: t\nlogsource: {definition: x}\ndetection: {condition: sel}"),
        [
            "missing-logsource `logsource`",
            "missing-selection `detection`",
            "unknown-selection `sel`"
        ]
    );
    assert_eq!(
        said(&format!(
            "{}correlation: {{}}\n",
            rule("sel: {a: 1}\ncondition: sel")
        ))[0],
        "several-kinds `correlation` + `detection`"
    );
}

#[test]
fn metadata_faults_are_warnings() {
    let meta = |line: &str| said(&format!("{line}\n{}", rule("sel: {a: 1}\ncondition: sel")));
    assert_eq!(meta("id: 12"), ["?wrong-type `12`", "?bad-id `12`"]);
    assert_eq!(
        meta("id: '{b2a4ee50-9ea4-4a3c-8d4c-0f2d33c0c3b5}'"),
        NOTHING
    );
    assert_eq!(meta("id: b2a4ee509ea44a3c8d4c0f2d33c0c3b5"), NOTHING);
    assert_eq!(
        meta("status: stabel"),
        ["?bad-status `stabel` did you mean `stable`?"]
    );
    assert_eq!(meta("level: HIGH"), NOTHING);
    assert_eq!(
        meta("level: hgih"),
        ["?bad-level `hgih` did you mean `high`?"]
    );
    assert_eq!(meta("date: 2024-02-30"), ["?bad-date `2024-02-30`"]);
    assert_eq!(meta("date: 2024-02-29"), NOTHING);
    assert_eq!(meta("date: 2024/2/9"), NOTHING);
    assert_eq!(meta("modified: 09.02.2024"), ["?bad-date `09.02.2024`"]);
    assert_eq!(meta("tags: [attack.t1059, nodot]"), ["?bad-tag `nodot`"]);
    assert_eq!(meta("tags: a.b"), ["?wrong-type `a.b`"]);
    assert_eq!(meta("author: [x]"), ["?wrong-type `[x]`"]);
    assert_eq!(meta("name: ''"), ["?empty-attribute `name`"]);
    assert_eq!(meta("related: [{id: x, type: derived}]"), ["?bad-id `x`"]);
    assert_eq!(meta("related: [x]"), ["?wrong-type `x`"]);
    assert_eq!(
        meta("related: [{id: b2a4ee50-9ea4-4a3c-8d4c-0f2d33c0c3b5, type: derivd}]"),
        ["?bad-relation `derivd` did you mean `derived`?"]
    );
    assert_eq!(
        meta("falsepositive: [x]"),
        [".unknown-key `falsepositive` did you mean `falsepositives`?"]
    );
    assert_eq!(meta("x-risk: {score: 1}"), NOTHING);
    assert_eq!(meta("sigma-version: 9"), ["bad-version `9`"]);
    assert_eq!(meta("sigma-version: new"), ["bad-version `new`"]);
    assert_eq!(meta("sigma-version: 2.1.0"), NOTHING);
    let long = format!("title: {}", "x".repeat(257));
    let text = rule("sel: {a: 1}\ncondition: sel").replace("title: Ä 🦀", &long);
    assert_eq!(said(&text), [format!("?long-title `{}`", "x".repeat(257))]);
}

#[test]
fn selection_faults() {
    let selection = |text: &str| said(&rule(&format!("sel{text}\ncondition: sel")));
    assert_eq!(selection(":"), ["empty-selection `sel`"]);
    assert_eq!(selection(": {}"), ["empty-selection `sel`"]);
    assert_eq!(selection(": []"), ["empty-selection `sel`"]);
    assert_eq!(selection(": [a, {}]"), ["empty-selection `{}`"]);
    assert_eq!(selection(": [a, null]"), ["null-keyword `null`"]);
    assert_eq!(selection(": [a, [b, c], {d: e}]"), NOTHING);
    assert_eq!(selection(": keyword"), NOTHING);
    assert_eq!(
        said(&rule("sel: {a: 1}\ntimeframe: 5m\ncondition: sel")),
        ["?deprecated-timeframe `timeframe`"]
    );
    assert_eq!(
        said(&rule("sel: {a: 1}")),
        ["missing-condition `detection`"]
    );
    assert_eq!(
        said(&rule("sel: {a: 1}\ncondition:")),
        ["empty-condition `condition`"]
    );
    assert_eq!(
        said(&rule("sel: {a: 1}\ncondition: []")),
        ["empty-condition `[]`"]
    );
    assert_eq!(
        said(&rule("sel: {a: 1}\ncondition: {a: 1}")),
        ["wrong-type `{a: 1}`"]
    );
    assert_eq!(
        said(&rule("sel: {a: 1}\ncondition: [sel, sol]")),
        ["unknown-selection `sol` did you mean `sel`?"]
    );
}

#[test]
fn value_faults() {
    assert_eq!(item("a: {b: c}"), ["map-as-value `{b: c}`"]);
    assert_eq!(item("a: [b, [c]]"), ["nested-list `[c]`"]);
    assert_eq!(item("a: []"), ["?empty-list `[]`"]);
    assert_eq!(item("a: [b, null]"), ["?null-in-list `null`"]);
    assert_eq!(item("a: [b, ~]"), ["?null-in-list `~`"]);
    for text in [
        "yes", "Off", "010", "00000429", "0x1F", "1_000", "12:30:45", "1e3", ".inf",
    ] {
        assert_eq!(
            item(&format!("a: {text}")),
            [format!(".ambiguous-scalar `{text}`")]
        );
        assert_eq!(item(&format!("a: '{text}'")), NOTHING);
    }
    assert_eq!(item("a: 2024-01-31"), [".ambiguous-scalar `2024-01-31`"]);
}

#[test]
fn modifier_faults() {
    assert_eq!(
        item("a|contians: x"),
        ["unknown-modifier `contians` did you mean `contains`?"]
    );
    assert_eq!(
        item("'a|Contains': x"),
        ["unknown-modifier `Contains` did you mean `contains`?"]
    );
    assert_eq!(item("a||re: x"), ["unknown-modifier `a||re`"]);
    assert_eq!(item("a|contains|: x"), ["unknown-modifier `a|contains|`"]);
    assert_eq!(
        item("a|contains|re: x"),
        ["modifier-order `re` + `contains`"]
    );
    assert_eq!(item("a|i: x"), ["modifier-order `i`"]);
    assert_eq!(
        item("a|i|re: x"),
        ["modifier-order `i`", "modifier-order `re` + `i`"]
    );
    assert_eq!(item("a|re|i|m|s|all: [x, y]"), NOTHING);
    assert_eq!(item("a|all|re: [x, y]"), NOTHING);
    assert_eq!(item("a|re|contains: x"), NOTHING);
    assert_eq!(
        item("a|re|windash: x"),
        ["modifier-conflict `windash` + `re`"]
    );
    assert_eq!(item("a|re|cased: x"), ["modifier-conflict `cased` + `re`"]);
    assert_eq!(
        item("a|contains|base64: x"),
        ["modifier-order `base64` + `contains`"]
    );
    assert_eq!(item("a|wide|base64offset|contains: x"), NOTHING);
    assert_eq!(item("a|base64|base64: x"), NOTHING);
    assert_eq!(
        item("a|cidr|contains: 10.0.0.0/8"),
        ["modifier-conflict `contains` + `cidr`"]
    );
    assert_eq!(
        item("a|startswith|fieldref: b"),
        ["modifier-order `fieldref` + `startswith`"]
    );
    assert_eq!(item("a|fieldref|startswith|cased: b"), NOTHING);
    assert_eq!(item("a|fieldref: b*"), ["wildcard-in-field-name `b*`"]);
    assert_eq!(
        item("a|exists|contains: true"),
        [
            "modifier-conflict `contains` + `exists`",
            "modifier-value `true` + `contains`"
        ]
    );
    assert_eq!(
        item("a|exists: 'true'"),
        ["modifier-value `'true'` + `exists`"]
    );
    assert_eq!(item("a|exists: yes"), NOTHING);
    assert_eq!(item("'|exists': true"), ["modifier-needs-field `exists`"]);
    assert_eq!(item("'|fieldref': b"), ["modifier-needs-field `fieldref`"]);
    assert_eq!(item("a|gt: '5'"), ["modifier-value `'5'` + `gt`"]);
    assert_eq!(item("a|gt: [1, x, 3.5]"), ["modifier-value `x` + `gt`"]);
    assert_eq!(
        item("a|contains: [x, 1]"),
        ["modifier-value `1` + `contains`"]
    );
    assert_eq!(
        item("a|contains: null"),
        ["modifier-value `null` + `contains`"]
    );
    assert_eq!(item("a|re: 123"), NOTHING);
    assert_eq!(item("a|cidr: 10"), ["modifier-value `10` + `cidr`"]);
    assert_eq!(item("a|hour|gte: 5"), NOTHING);
    assert_eq!(item("a|hour: 25"), ["?impossible-time `25`"]);
    assert_eq!(item("a|gte|hour: 5"), ["modifier-order `hour` + `gte`"]);
    assert_eq!(item("a|neq|neq: 5"), ["?repeated-modifier `neq` + `neq`"]);
    assert_eq!(item("a|contains|all: x"), ["?all-single-value `all`"]);
    assert_eq!(item("a|expand: x"), ["?no-placeholder `x` + `expand`"]);
    assert_eq!(
        item("a|expand: '\\%x%'"),
        ["?no-placeholder `'\\%x%'` + `expand`"]
    );
    assert_eq!(item("a|contains|expand: 'a %x% b'"), NOTHING);
}

#[test]
fn condition_faults() {
    for fine in [
        "sel_1",
        "not_x and sel_1",
        "sel_1 and (sel_2 or not _hidden)",
        "1 of sel_*",
        "any of them or all of sel*",
        "not 1 of s*_1",
        "[sel_1, sel_2]",
        "not not sel_1",
        "1 of _*",
    ] {
        assert_eq!(condition(fine), NOTHING, "{fine}");
    }
    for (text, expected) in [
        (
            "sel_1 and sel_3",
            "unknown-selection `sel_3` did you mean `sel_1`?",
        ),
        ("Sel_1", "unknown-selection `Sel_1` did you mean `sel_1`?"),
        ("sel_1 and 1 of nope_*", "empty-selector `1 of nope_*`"),
        (
            "1 of THEM",
            "empty-selector `1 of THEM` did you mean `them`?",
        ),
        ("sel_1 AND sel_2", "condition-syntax `AND`"),
        ("sel_1 Or sel_2", "condition-syntax `Or`"),
        ("NOT sel_1", "condition-syntax `NOT`"),
        ("1 OF sel_*", "condition-syntax `1 OF`"),
        ("ALL of sel_*", "condition-syntax `ALL of`"),
        ("2 of sel_*", "condition-syntax `2 of`"),
        ("sel_1 sel_2", "condition-syntax `sel_2`"),
        ("sel_1 andb", "condition-syntax `andb`"),
        ("sel_1 and", "condition-syntax `d`"),
        ("and sel_1", "condition-syntax `and`"),
        ("sel_1 and or sel_2", "condition-syntax `or`"),
        ("(sel_1", "condition-syntax `(`"),
        ("sel_1)", "condition-syntax `)`"),
        ("()", "condition-syntax `)`"),
        ("''", "empty-condition `''`"),
        ("sel_1, sel_2", "condition-syntax `,`"),
        ("'sel_1 & sel_2'", "condition-syntax `&`"),
        ("sel_*", "condition-syntax `*`"),
        ("1 of sel_?", "condition-syntax `?`"),
        ("1 of (sel_1, sel_2)", "condition-syntax `(`"),
        ("1 of", "condition-syntax `1 of`"),
        ("'sel_1 # x'", "condition-syntax `#`"),
        (
            "sel_1 | count() > 5",
            "deprecated-aggregation `| count() > 5`",
        ),
        (
            "'sel_1 | near sel_2'",
            "deprecated-aggregation `| near sel_2`",
        ),
    ] {
        assert_eq!(condition(text), [expected], "{text}");
    }
}

#[test]
fn a_condition_over_several_lines_is_underlined_exactly() {
    for text in [
        "|\n    sel_1\n    and nope",
        ">-\n    sel_1\n    and nope\n\n",
        "sel_1\n  and   nope",
        "'sel_1\n\n  and nope'",
        ">-\r\n    sel_1\r\n    and nope\r\n",
    ] {
        let said = condition(text);
        assert_eq!(said.len(), 1, "{text}");
        assert!(said[0].starts_with("unknown-selection `nope`"), "{said:?}");
    }
    // With escapes the whole scalar is underlined.
    assert_eq!(
        condition("\"sel_1 and \\x6eope\""),
        ["unknown-selection `\"sel_1 and \\x6eope\"`"]
    );
}

#[test]
fn array_selectors() {
    let v3 = |item: &str| {
        let text = rule(&format!("sel:\n  {item}\ncondition: sel"));
        said(&format!("sigma-version: 3\n{text}"))
    };
    assert_eq!(v3("'rules[any]': {verbs: get, resources: pods}"), NOTHING);
    assert_eq!(v3("rules[all].verbs[0]|contains: get"), NOTHING);
    assert_eq!(v3("rules[none]:\n    - a: 1\n    - b: 2"), NOTHING);
    assert_eq!(
        v3(
            "rules[all_or_empty]:\n    one: {a: 1}\n    two: {b: 1}\n    condition: one and not tow"
        ),
        ["unknown-selection `tow` did you mean `two`?"]
    );
    assert_eq!(v3("codes[any]:\n    .|gte: 500"), NOTHING);
    assert_eq!(v3("rules[each]: {a: 1}"), ["array-selector `[each]`"]);
    assert_eq!(
        v3("rules[an]: x"),
        ["array-selector `[an]` did you mean `[any]`?"]
    );
    assert_eq!(v3("rules[any: x"), ["array-selector `[any`"]);
    assert_eq!(v3("rules[any]x: y"), ["array-selector `x`"]);
    assert_eq!(v3("rules\\[any\\]: x"), NOTHING);
    assert_eq!(v3("rules: {a: 1}"), ["map-as-value `{a: 1}`"]);
    assert_eq!(
        v3("rules[any]|contains: {a: b}"),
        ["modifier-on-map `contains`"]
    );
    assert_eq!(item("rules[any].a: x"), ["?array-selector-off `[any]`"]);
    assert_eq!(
        item("rules[0]: {a: 1}"),
        ["?array-selector-off `[0]`", "map-as-value `{a: 1}`"]
    );
}

fn correlation(body: &str) -> Vec<String> {
    let mut text = String::from("title: t\ncorrelation:\n");
    for line in body.lines() {
        text.push_str("    ");
        text.push_str(line);
        text.push('\n');
    }
    said(&text)
}

#[test]
fn correlation_faults() {
    let count = "type: event_count\nrules: [a]\ngroup-by: [u]\ntimespan: 5m\n";
    let with = |line: &str| correlation(&format!("{count}{line}"));
    assert_eq!(with("condition: {gt: 100, lte: 200}"), NOTHING);
    assert_eq!(with("condition: {gte: 1.5}\ngenerate: true"), NOTHING);
    assert_eq!(
        with("condition: {gte: x}"),
        ["missing-comparison `condition`", "wrong-type `x`"]
    );
    assert_eq!(
        with("condition: {get: 1}"),
        [
            "missing-comparison `condition`",
            "unknown-key `get` did you mean `gt`?"
        ]
    );
    assert_eq!(with(""), ["missing-attribute `correlation`"]);
    assert_eq!(with("condition: a and b"), ["wrong-type `a and b`"]);
    assert_eq!(
        with("condition: {gte: 1}\ngenerate: 'yes'"),
        ["wrong-type `'yes'`"]
    );
    assert_eq!(
        with("condition: {gte: 1}\ntimespam: 5m"),
        ["unknown-key `timespam` did you mean `timespan`?"]
    );
    assert_eq!(
        with("condition: {gte: 1, field: x}"),
        ["?unused-attribute `field`"]
    );
    assert_eq!(
        with("condition: {gte: 1}\naliases: {x: y}"),
        ["wrong-type `y`"]
    );
    for span in [
        "5min",
        "-5m",
        "1.5h",
        "m",
        "300",
        "0s",
        "+5m",
        "99999999999999999999d",
    ] {
        let text = count.replace("5m", &format!("'{span}'"));
        assert_eq!(
            correlation(&format!("{text}condition: {{gte: 1}}")),
            [format!("bad-timespan `'{span}'`")]
        );
    }
    assert_eq!(
        correlation("type: value_cuont\nrules: a\ntimespan: 1h"),
        ["unknown-correlation-type `value_cuont` did you mean `value_count`?"]
    );
    assert_eq!(
        correlation("type: value_count\nrules: []\ntimespan: 1h\ncondition: {gte: 3}"),
        ["missing-rules `rules`", "missing-field `condition`"]
    );
    assert_eq!(
        correlation(
            "type: value_percentile\nrules: [a]\ntimespan: 1h\ncondition: {gte: 3, field: x, percentile: 150}"
        ),
        ["bad-percentile `150`"]
    );
    assert_eq!(
        correlation("timespan: 1h\nrules: [a]"),
        ["missing-attribute `correlation`"]
    );
}

#[test]
fn boolean_correlations() {
    let temporal = |line: &str| {
        correlation(&format!(
            "type: temporal\ntimespan: 5m\nrules: [rule_a, rule_b]\ncondition: {line}"
        ))
    };
    assert_eq!(temporal("rule_a and not (rule_b or rule_a)"), NOTHING);
    assert_eq!(temporal("rule_a AND rule_b"), ["condition-syntax `AND`"]);
    assert_eq!(
        correlation("type: temporal_ordered\ntimespan: 5m\ncondition: a and b"),
        NOTHING
    );
    assert_eq!(
        correlation("type: temporal\ntimespan: 5m"),
        ["missing-attribute `correlation`"]
    );
    let stats = |line: &str| {
        correlation(&format!(
            "type: stats\ntimespan: 5m\nrules: [a, b]\naggregates:\n  total: {{count: '*'}}\n  \
             names: {{count_distinct: [x, y]}}\n  bad: {{count: b}}\ncondition: {line}"
        ))
    };
    assert_eq!(
        stats("total>=75 and (names < 3.5 or not bad != 0)"),
        NOTHING
    );
    assert_eq!(
        stats("totel > 5"),
        ["unknown-aggregate `totel > 5` did you mean `total`?"]
    );
    assert_eq!(stats("total"), ["condition-syntax `total`"]);
    assert_eq!(stats("total > many"), ["condition-syntax `many`"]);
    assert_eq!(stats("total >"), ["condition-syntax `total >`"]);
    assert_eq!(stats("{gte: 1}"), ["wrong-type `{gte: 1}`"]);
    assert_eq!(
        correlation("type: new_terms\nrules: [a]\ntimespan: 7d\ncondition: {field: [x, y]}"),
        NOTHING
    );
    assert_eq!(
        correlation(
            "type: stats\nrules: [a]\ntimespan: 7d\naggregates: {n: {count: c}, m: {summ: x}, 'o p': {sum: x}}\ncondition: n > 1"
        ),
        ["unknown-key `summ` did you mean `sum`?", "bad-name `'o p'`"]
    );
}

#[test]
fn filter_faults() {
    let filter = |body: &str| {
        let mut text = String::from("title: t\nlogsource: {category: test}\nfilter:\n");
        for line in body.lines() {
            text.push_str(&format!("    {line}\n"));
        }
        said(&text)
    };
    assert_eq!(
        filter("rules: Any\nsel: {a: 1}\ncondition: not sel"),
        NOTHING
    );
    assert_eq!(
        filter("rules: [x, y]\nsel: {a: 1}\ncondition: not sel"),
        NOTHING
    );
    assert_eq!(
        filter("rules: []\nsel: {a: 1}\ncondition: not sel"),
        ["missing-rules `rules`"]
    );
    assert_eq!(
        filter("sel: {a: 1}\ncondition: not sel"),
        ["missing-rules `filter`"]
    );
    assert_eq!(
        filter("rules: any\nsel: {a: 1}"),
        ["missing-condition `filter`"]
    );
    assert_eq!(
        filter("rules: any\nsel: {a: 1}\ncondition: [sel]"),
        ["wrong-type `[sel]`"]
    );
}

#[test]
fn actions_of_sigma_1() {
    let text = "action: global\ntitle: t\nlogsource: {product: windows}\ndetection: {condition: sel}\n---\n\
                logsource: {service: x}\ndetection: {sel: {a: 1}}\n---\naction: repeat\ndetection: {sel: {a: 2}}\n---\n\
                action: reset\n---\ntitle: u\n";
    let said = said(text);
    assert_eq!(
        said,
        [
            "?deprecated-action `action`",
            "?deprecated-action `action`",
            "?deprecated-action `action`",
            "missing-detection `title`",
            "missing-logsource `title: u`"
        ]
    );
    let mut sources = Sources::new();
    let id = sources.add("rule.yml", text);
    let (documents, _) = read(&sources, id);
    let products: Vec<_> = documents
        .iter()
        .map(|d| match &d.body {
            sigwright_syntax::ast::Body::Rule(rule) => (
                rule.logsource.product.as_ref().map(|p| p.value.clone()),
                rule.detection.conditions.len(),
            ),
            _ => unreachable!(),
        })
        .collect();
    let windows = || Some("windows".to_owned());
    assert_eq!(products, [(windows(), 1), (windows(), 1), (None, 0)]);
    assert_eq!(
        said_within(
            text,
            &Limits {
                action_nodes: 25,
                ..Limits::default()
            }
        )[2],
        "action-too-large `action`"
    );
}
