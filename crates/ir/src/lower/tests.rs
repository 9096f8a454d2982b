//! Documents as text, and what they become.

use crate::limits::LIMITS;
use crate::{Context, OutlineKind, Reference, RuleSet, lower};
use sigwright_syntax::{Diagnostic, Severity, Sources, read};

mod correlations;
mod documents;

/// A diagnostic as a line: code, then what it underlines.
type Said = Vec<String>;

/// Reads and lowers `text`, which the reader must find right.
fn lowered_with(text: &str, context: &Context) -> (RuleSet, Vec<Diagnostic>, Said) {
    let mut sources = Sources::new();
    let id = sources.add("test.yml", text);
    let (documents, said) = read(&sources, id);
    let errors: Vec<&Diagnostic> = said
        .iter()
        .filter(|d| d.severity == Severity::Error)
        .collect();
    assert!(errors.is_empty(), "the reader refuses: {errors:?}");
    let (set, said) = lower(&documents, context);
    let lines = said
        .iter()
        .map(|d| format!("{} `{}`", d.code, sources.text(d.span().unwrap())))
        .collect();
    (set, said, lines)
}

fn lowered(text: &str) -> (RuleSet, Said) {
    let (set, _, said) = lowered_with(text, &Context::default());
    (set, said)
}

/// A rule with one selection, `item` being its lines.
fn rule(item: &str) -> String {
    let item = item.replace('\n', "\n        ");
    format!(
        "title: t\nsigma-version: 3\nlogsource:\n    category: test\ndetection:\n    sel:\n        {item}\n    condition: sel\n"
    )
}

/// What the one rule of `text` asks.
fn asked(text: &str) -> String {
    let (set, said) = lowered(text);
    assert!(said.is_empty(), "{said:?}");
    set.exprs.display(set.rules[0].root).to_string()
}

/// What a rule with this selection asks.
fn asks(item: &str) -> String {
    asked(&rule(item))
}

/// What is said of a rule with this selection, which has an error.
fn refuses(item: &str) -> Said {
    let (set, said) = lowered(&rule(item));
    assert!(set.rules.is_empty());
    said
}

#[test]
fn a_map_is_linked_by_and_a_list_by_or() {
    assert_eq!(
        asks("a: x\nb:\n    - y\n    - z"),
        "and\n  a = \"x\"\n  or\n    b = \"y\"\n    b = \"z\""
    );
    assert_eq!(asks("- a: x\n- b: y"), "or\n  a = \"x\"\n  b = \"y\"");
}

#[test]
fn values_keep_their_type() {
    assert_eq!(asks("a: 5"), "a = 5");
    assert_eq!(asks("a: '5'"), "a = \"5\"");
    assert_eq!(asks("a: 2.0"), "a = 2");
    assert_eq!(asks("a: true"), "a = true");
    assert_eq!(asks("a: null"), "a is null");
    assert_eq!(asks("a: []"), "a is null");
    assert_eq!(asks("a: ''"), "a = \"\"");
    assert_eq!(asks("a: '*'"), "a contains \"\"");
}

#[test]
fn affixes_and_wildcards_meet_in_one_form() {
    assert_eq!(asks("a|contains: x"), "a contains \"x\"");
    assert_eq!(asks("a: '*x*'"), "a contains \"x\"");
    assert_eq!(asks("a|startswith: x"), "a startswith \"x\"");
    assert_eq!(asks("a|endswith: '*x'"), "a endswith \"x\"");
    assert_eq!(asks("a|startswith|endswith: x"), "a contains \"x\"");
    assert_eq!(asks(r"a|contains: 'x\*'"), r#"a contains "x\*""#);
}

#[test]
fn all_links_by_and_neq_negates_the_linked_item() {
    assert_eq!(
        asks("a|contains|all: [x, y]"),
        "and\n  a contains \"x\"\n  a contains \"y\""
    );
    assert_eq!(
        asks("a|neq: [x, y]"),
        "not\n  or\n    a = \"x\"\n    a = \"y\""
    );
    assert_eq!(
        asks("a|all|neq: [x, y]"),
        "not\n  and\n    a = \"x\"\n    a = \"y\""
    );
}

#[test]
fn cased_is_kept_through_encodings() {
    assert_eq!(asks("a|cased: x"), "a = \"x\" cased");
    assert_eq!(asks("a|cased|base64: x"), "a = \"eA==\" cased");
    assert_eq!(
        asks("a|base64|contains|cased: x"),
        "a contains \"eA==\" cased"
    );
}

#[test]
fn windash_is_a_class_from_each_of_the_five() {
    for dash in ['-', '/', '–', '—', '―'] {
        assert_eq!(
            asks(&format!("a|windash|contains: ' {dash}f'")),
            "a contains \" [-]f\""
        );
    }
    assert_eq!(asks("a|windash: 'a-b --c -? -'"), "a = \"a-b -[-]c -? -\"");
    assert_eq!(
        asks("a|contains|windash: '-f /g'"),
        "a contains \"[-]f [-]g\""
    );
}

#[test]
fn many_dashes_cost_nothing_until_they_are_encoded() {
    let many = " -a".repeat(100);
    assert_eq!(
        asks(&format!("a|windash: '{many}'")),
        format!("a = \"{}\"", " [-]a".repeat(100))
    );
    assert_eq!(
        refuses(&format!("a|windash|base64: '{many}'")),
        ["too-many-variants `base64`"]
    );
    assert_eq!(
        asks("a|windash|base64: '-x'").matches("a = ").count(),
        5,
        "each dash has a Base64 of its own"
    );
}

#[test]
fn encodings_apply_in_the_order_written() {
    assert_eq!(asks("a|base64: foo"), "a = \"Zm9v\"");
    assert_eq!(asks("a|base64|base64: abc"), "a = \"WVdKag==\"");
    assert_eq!(asks("a|wide|base64: ab"), "a = \"YQBiAA==\"");
    assert_eq!(asks("a|utf16|base64: ab"), "a = \"//5hAGIA\"");
    assert_eq!(asks("a|utf16be: ab"), "a = \"\\u{0}a\\u{0}b\"");
    assert_eq!(
        asks("a|base64|utf16le: a"),
        "a = \"Y\\u{0}Q\\u{0}=\\u{0}=\\u{0}\""
    );
    assert_eq!(
        asks("a|wide|contains: 'a*b'"),
        "a contains \"a\\u{0}*b\\u{0}\""
    );
}

#[test]
fn base64offset_is_found_anywhere_at_three_offsets() {
    let found = "or\n  a contains \"Zm9vYmFy\"\n  a contains \"Zvb2Jhc\"\n  a contains \"mb29iYX\"";
    assert_eq!(asks("a|base64offset|contains: foobar"), found);
    assert_eq!(asks("a|base64offset: foobar"), found);
    // The alternatives stay alternatives where the values are linked by AND.
    let both = asks("a|base64offset|contains|all: [foobar, bazbaz]");
    assert!(
        both.starts_with("and\n  or\n    a contains \"Zm9vYmFy\""),
        "{both}"
    );
}

#[test]
fn encodings_refuse_what_they_cannot_encode() {
    assert_eq!(refuses("a|base64: 'x*'"), ["wildcards `base64`"]);
    assert_eq!(
        refuses("a|base64offset: x"),
        ["value-too-short `base64offset`"]
    );
    assert_eq!(
        refuses("a|base64offset|endswith: foobar"),
        ["modifier-conflict `endswith`"]
    );
    assert_eq!(refuses("a|utf16: ab"), ["not-text `ab`"]);
    assert_eq!(refuses("a|wide: 'ä'"), ["not-text `'ä'`"]);
    assert_eq!(asks("a|wide|base64: 'ä'"), "a = \"5AA=\"");
}

#[test]
fn regular_expressions_carry_flags_and_ends() {
    assert_eq!(asks("a|re: 'x.*y'"), "a matches /x.*y/");
    assert_eq!(asks("a|re|i|m|s: 'x/y'"), "a matches /x\\/y/ims");
    assert_eq!(asks("a|re|contains: x"), "a matches /x/");
    assert_eq!(asks("a|re|startswith: 'x|y'"), "a matches /\\A(?:x|y)/");
    assert_eq!(asks("a|re|endswith: 'x|y'"), "a matches /(?:x|y)\\z/");
    assert_eq!(asks("a|re: '(?<!x)y'"), "a matches /(?<!x)y/");
    assert_eq!(asks("a|re: 'x++'"), "a matches /x++/");
    assert_eq!(asks("a|re: 123"), "a matches /123/");
}

#[test]
fn a_wrong_regular_expression_is_underlined_where_it_is_wrong() {
    assert_eq!(refuses("a|re: '(x|y'"), ["invalid-regex `(`"]);
    assert_eq!(refuses("a|re: x[z-a]"), ["invalid-regex `z-a`"]);
    assert_eq!(refuses("a|re: '*a'"), ["invalid-regex `*`"]);
    // An escape of YAML moves the places: the whole value.
    assert_eq!(refuses("a|re: \"\\x28x\""), ["invalid-regex `\"\\x28x\"`"]);
    assert_eq!(refuses("a|re: 'it''s ('"), ["invalid-regex `'it''s ('`"]);
}

#[test]
fn regular_expressions_that_explode_are_refused_at_once() {
    let code = |item: &str| refuses(item)[0].split(' ').next().unwrap().to_owned();
    assert_eq!(code(r"a|re: '(\w{1000}){1000}'"), "regex-too-large");
    assert_eq!(code(r"a|re: '(?!x)(\w{1000}){1000}'"), "regex-too-large");
    let nested = format!("{}a{}", "(".repeat(500), ")".repeat(500));
    assert_eq!(code(&format!("a|re: '{nested}'")), "invalid-regex");
    assert_eq!(
        code(&format!("a|re: '{}'", "a".repeat(LIMITS.pattern + 1))),
        "pattern-too-long"
    );
    // Linear in the engine, so nothing is wrong with it.
    assert_eq!(asks("a|re: '(a+)+$'"), "a matches /(a+)+$/");
    // Each is small, together they are not.
    let many: Vec<String> = (0..20_000).map(|n| format!("'a{n}'")).collect();
    assert_eq!(
        code(&format!("a|re: [{}]", many.join(", "))),
        "regex-too-large"
    );
}

#[test]
fn networks_are_read_or_refused_with_the_reason() {
    assert_eq!(asks("a|cidr: 10.0.0.0/8"), "a in 10.0.0.0/8");
    assert_eq!(asks("a|cidr: 10.0.0.1"), "a in 10.0.0.1/32");
    assert_eq!(asks("a|cidr: 10.0.0.0/255.0.0.0"), "a in 10.0.0.0/8");
    assert_eq!(asks("a|cidr: 10.0.0.0/0.255.255.255"), "a in 10.0.0.0/8");
    assert_eq!(asks("a|cidr: 'fe80::/10'"), "a in fe80::/10");
    assert_eq!(asks("a|cidr: '::ffff:10.0.0.0/104'"), "a in 10.0.0.0/8");
    for wrong in ["10.0.0.1/8", "10.0.0.0/33", "010.0.0.1", "10.0.0.0/+8", "x"] {
        assert_eq!(
            refuses(&format!("a|cidr: {wrong}")),
            [format!("invalid-cidr `{wrong}`")]
        );
    }
    let text = rule("a|cidr: 10.1.0.1/8");
    let (_, said, _) = lowered_with(&text, &Context::default());
    assert!(said[0].message.contains("`10.0.0.0/8`"), "{said:?}");
}

#[test]
fn comparisons_times_presence_and_other_fields() {
    assert_eq!(asks("a|gte: 5"), "a >= 5");
    assert_eq!(asks("a|lt: 1.5"), "a < 1.5");
    assert_eq!(asks("a|hour: 5"), "hour of a = 5");
    assert_eq!(asks("a|hour|gt: 5"), "hour of a > 5");
    assert_eq!(asks("a|exists: true"), "a exists");
    assert_eq!(asks("a|exists: false"), "not\n  a exists");
    assert_eq!(asks("a|fieldref: b"), "a = field b");
    assert_eq!(asks("a|fieldref|endswith: b"), "a endswith field b");
    assert_eq!(
        asks("a|fieldref|contains|cased: b c"),
        "a contains field \"b c\" cased"
    );
}

#[test]
fn keywords_are_found_anywhere_in_a_value() {
    assert_eq!(
        asks("- x\n- y*z\n- 5"),
        "or\n  * contains \"x\"\n  * contains \"y*z\"\n  * contains \"5\""
    );
    assert_eq!(asks("'|startswith': x"), "* startswith \"x\"");
    assert_eq!(asks("'|re': x"), "* matches /x/");
    assert_eq!(
        asks("'|all': [x, y]"),
        "and\n  * contains \"x\"\n  * contains \"y\""
    );
    assert_eq!(refuses("'|cidr': 10.0.0.0/8"), ["needs-field `10.0.0.0/8`"]);
    let (set, said) = lowered(&rule("- ''"));
    assert_eq!(
        (set.rules.len(), said.as_slice()),
        (1, &["empty-keyword `''`".to_owned()][..])
    );
}

#[test]
fn array_selectors_in_both_forms_are_the_same() {
    let block = "a[any]:\n    b: x\n    c: y";
    assert_eq!(asks(block), "any of a\n  and\n    b = \"x\"\n    c = \"y\"");
    assert_eq!(asks("a[any].b: x"), asks("a[any]:\n    b: x"));
    assert_eq!(
        asks("a[all].b[0].c|contains: [x, y]"),
        "all of a\n  element 0 of b\n    or\n      c contains \"x\"\n      c contains \"y\""
    );
    assert_eq!(asks("a[none]: x"), "none of a\n  . = \"x\"");
    assert_eq!(
        asks("a[all_or_empty]:\n    .|startswith: x"),
        "all or empty of a\n  . startswith \"x\""
    );
    // What is negated is asked of the element, as in the block form.
    assert_eq!(asks("a[any].b|neq: x"), "any of a\n  not\n    b = \"x\"");
}

#[test]
fn an_array_selector_may_have_a_condition_of_its_own() {
    assert_eq!(
        asks("a[any]:\n    s:\n        b: x\n    t:\n        c: y\n    condition: s and not t"),
        "any of a\n  and\n    b = \"x\"\n    not\n      c = \"y\""
    );
}

#[test]
fn the_element_is_only_there_inside_a_selector() {
    assert_eq!(refuses(".: x"), ["no-element `.`"]);
}

/// Lists by name.
fn lists(lists: &[(&str, &[&str])]) -> Context {
    let owned = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect();
    Context {
        lists: lists
            .iter()
            .map(|(name, values)| ((*name).to_owned(), owned(values)))
            .collect(),
        ..Context::default()
    }
}

fn asks_with(item: &str, context: &Context) -> String {
    let (set, _, said) = lowered_with(&rule(item), context);
    assert!(said.is_empty(), "{said:?}");
    set.exprs.display(set.rules[0].root).to_string()
}

#[test]
fn placeholders_are_filled_before_other_modifiers() {
    let context = lists(&[("x", &["p*", r"q\*"]), ("y", &["1", "2"])]);
    assert_eq!(
        asks_with("a|expand: 'c:/%x%'", &context),
        "or\n  a startswith \"c:/p\"\n  a = \"c:/q\\*\""
    );
    assert_eq!(
        asks_with("a|contains|expand: '%y%'", &context),
        "or\n  a contains \"1\"\n  a contains \"2\""
    );
    assert_eq!(
        asks_with("a|expand|base64: '%y%'", &context),
        "or\n  a = \"MQ==\"\n  a = \"Mg==\""
    );
    assert_eq!(
        asks_with("a|contains|all|expand: ['%y%', z]", &context),
        "and\n  a contains \"1\"\n  a contains \"2\"\n  a contains \"z\""
    );
    assert_eq!(
        asks_with("a|expand: '%y%-%y%'", &context)
            .matches("a = ")
            .count(),
        4
    );
    assert_eq!(asks_with(r"a|expand: '50\% %'", &context), "a = \"50% %\"");
    assert_eq!(asks_with("a: '%y%'", &context), "a = \"%y%\"");
}

#[test]
fn placeholders_in_networks_and_regular_expressions() {
    let context = lists(&[("nets", &["10.0.0.0/8", "10.1.2.3"]), ("x", &["a.b", "c*"])]);
    assert_eq!(
        asks_with("a|cidr|expand: '%nets%'", &context),
        "or\n  a in 10.0.0.0/8\n  a in 10.1.2.3/32"
    );
    assert_eq!(
        asks_with(r"a|re|expand: '^%x%\\%$'", &context),
        "or\n  a matches /^(?:a\\.b)\\\\%$/\n  a matches /^(?:c(?s:.*))\\\\%$/"
    );
}

#[test]
fn missing_and_empty_lists_are_told_at_the_placeholder() {
    let context = lists(&[("admins", &["root"]), ("none", &[])]);
    let (set, said, lines) = lowered_with(&rule("a|expand: 'x-%admin%'"), &context);
    assert!(set.rules.is_empty());
    assert_eq!(lines, ["unknown-list `%admin%`"]);
    assert_eq!(said[0].help.as_deref(), Some("did you mean `%admins%`?"));
    for item in ["a|expand: '%none%'", "a|all|expand: ['%none%', y]"] {
        let (set, _, lines) = lowered_with(&rule(item), &context);
        assert_eq!(lines, ["empty-placeholder `%none%`"]);
        assert_eq!(set.exprs.display(set.rules[0].root).to_string(), "false");
    }
}

#[test]
fn a_product_of_lists_is_refused_before_it_is_made() {
    let long: Vec<String> = (0..10_000).map(|n| n.to_string()).collect();
    let mut context = Context::default();
    context.lists.insert("x".to_owned(), long);
    let (set, _, lines) = lowered_with(&rule("a|expand: '%x%%x%%x%%x%%x%%x%'"), &context);
    assert!(set.rules.is_empty());
    assert_eq!(lines, ["too-many-variants `'%x%%x%%x%%x%%x%%x%'`"]);
}

#[test]
fn values_of_a_document_are_counted_over_its_items() {
    let long: Vec<String> = (0..600_000).map(|n| n.to_string()).collect();
    let mut context = Context::default();
    context.lists.insert("x".to_owned(), long);
    let text = rule("a|expand: '%x%'\nb|expand: '%x%'");
    let (set, _, lines) = lowered_with(&text, &context);
    assert!(set.rules.is_empty());
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("too-many-values"), "{lines:?}");
}

#[test]
fn a_pattern_has_a_length() {
    let item = format!("a: '{}'", "?".repeat(50_000));
    let said = refuses(&item);
    assert!(said[0].starts_with("pattern-too-long"), "{said:?}");
}

#[test]
fn wildcards_for_one_character_are_counted() {
    let item = |count: usize| format!("a: '{}b'", "aa?".repeat(count));
    let said = refuses(&item(LIMITS.wildcards + 1));
    assert!(said[0].starts_with("too-many-wildcards"), "{said:?}");
    assert!(asks(&item(LIMITS.wildcards)).starts_with("a "));
}

#[test]
fn every_error_of_a_rule_is_told_and_others_still_run() {
    let bad = rule("a|cidr: x\nb|re: '('\nc|base64: '*'");
    let text = format!("{bad}---\n{}", rule("a: x"));
    let (set, said) = lowered(&text);
    assert_eq!(
        said,
        [
            "invalid-cidr `x`",
            "invalid-regex `(`",
            "wildcards `base64`"
        ]
    );
    assert_eq!(set.rules.len(), 1);
}

#[test]
fn messages_about_a_document_are_counted() {
    let many = vec!["x"; 100_000].join(", ");
    let said = refuses(&format!("a|cidr: [{many}]"));
    assert_eq!(said.len(), LIMITS.messages + 1);
    assert_eq!(said.last().unwrap(), "too-many-messages `x`");
    let context = lists(&[("admins", &["root"])]);
    let many = vec!["'%admin%'"; 10_000].join(", ");
    let (set, _, said) = lowered_with(&rule(&format!("a|expand: [{many}]")), &context);
    assert!(set.rules.is_empty());
    assert_eq!(said.len(), LIMITS.messages + 1);
}
