//! Conditions, outlines, filters, correlations and names.

use super::*;
use sigwright_syntax::ast::{Body, Search};

/// A rule with these lines under `detection`.
fn detects(lines: &str) -> String {
    let lines = lines.replace('\n', "\n    ");
    format!("title: t\nlogsource:\n    category: test\ndetection:\n    {lines}\n")
}

const ABC: &str = "a: {f: a}\nb_1: {f: b}\nb_2: {f: c}\n_d: {f: d}\n";

fn condition(condition: &str) -> String {
    asked(&detects(&format!("{ABC}condition: {condition}")))
}

#[test]
fn conditions_name_selections_alone_and_by_pattern() {
    assert_eq!(condition("a"), "f = \"a\"");
    assert_eq!(condition("1 of b_*"), "or\n  f = \"b\"\n  f = \"c\"");
    assert_eq!(condition("all of b_*"), "and\n  f = \"b\"\n  f = \"c\"");
    assert_eq!(
        condition("1 of them"),
        "or\n  f = \"a\"\n  f = \"b\"\n  f = \"c\""
    );
    assert_eq!(condition("1 of _*"), "f = \"d\"");
    assert_eq!(
        condition("a and not (1 of b_* or _d)"),
        "and\n  f = \"a\"\n  not\n    or\n      f = \"b\"\n      f = \"c\"\n      f = \"d\""
    );
}

#[test]
fn several_conditions_are_linked_by_or_and_kept_apart() {
    let (set, said) = lowered(&detects(&format!("{ABC}condition: [a, a or _d]")));
    assert!(said.is_empty());
    let rule = &set.rules[0];
    assert_eq!(rule.conditions.len(), 2);
    assert_eq!(
        set.exprs.display(rule.root).to_string(),
        "or\n  f = \"a\"\n  f = \"d\""
    );
    // What the text says is not simplified.
    assert_eq!(
        set.exprs.display(rule.outline.expr).to_string(),
        "or\n  f = \"a\"\n  f = \"a\"\n  f = \"d\""
    );
    assert_eq!(
        rule.selections.keys().collect::<Vec<_>>(),
        ["a", "b_1", "b_2", "_d"]
    );
}

#[test]
fn an_outline_follows_the_text() {
    let text =
        detects("s:\n    f|contains: [x, y]\n    g: z\nt: {h: 1}\ncondition: s and not 1 of t*");
    let (set, said) = lowered(&text);
    assert!(said.is_empty());
    fn shown(outline: &crate::Outline, text: &str, depth: usize, lines: &mut Vec<String>) {
        let range = outline.span.start as usize..outline.span.end as usize;
        let at = text.get(range).unwrap();
        let at = at.split_whitespace().collect::<Vec<_>>().join(" ");
        lines.push(format!("{}{:?} {at}", "  ".repeat(depth), outline.kind));
        for child in outline.children.iter() {
            shown(child, text, depth + 1, lines);
        }
    }
    let mut lines = Vec::new();
    shown(&set.rules[0].outline, &text, 0, &mut lines);
    assert_eq!(
        lines,
        [
            "And s and not 1 of t*",
            "  Selection(\"s\") s",
            "    And f|contains: [x, y] g: z",
            "      Item(\"f|contains\") f|contains: [x, y]",
            "        Value(\"x\") x",
            "        Value(\"y\") y",
            "      Item(\"g\") g: z",
            "        Value(\"z\") z",
            "  Not not 1 of t*",
            "    Of(\"1 of t*\") 1 of t*",
            "      Selection(\"t\") h: 1",
            "        Item(\"h\") h: 1",
            "          Value(\"1\") 1",
        ]
    );
}

#[test]
fn a_condition_may_not_multiply_its_selections_without_end() {
    let names: String = (0..2_000).map(|n| format!("s{n}: {{f: {n}}}\n")).collect();
    let terms = vec!["1 of s*"; 20_000].join(" or ");
    let (set, said) = lowered(&detects(&format!("{names}condition: {terms}")));
    assert!(set.rules.is_empty());
    assert!(said[0].starts_with("condition-too-large"), "{}", said.len());
    // As many terms that do not multiply are fine.
    let flat = vec!["s0"; 100_000].join(" and ");
    let (set, said) = lowered(&detects(&format!("{names}condition: {flat}")));
    assert_eq!((set.rules.len(), said.len()), (1, 0));
    assert_eq!(set.exprs.display(set.rules[0].root).to_string(), "f = 0");
}

#[test]
fn logic_nests_only_so_deep() {
    // Deeper than the reader lets a text be.
    let mut sources = Sources::new();
    let id = sources.add("test.yml", rule("f: x"));
    let (mut documents, _) = read(&sources, id);
    let span = documents[0].span;
    let Body::Rule(rule) = &mut documents[0].body else {
        panic!("not a rule");
    };
    let selection = &mut rule.detection.selections["sel"];
    for _ in 0..LIMITS.depth {
        selection.search = Search::All(vec![selection.search.clone()], span);
    }
    let (set, said) = lower(&documents, &Context::default());
    assert!(set.rules.is_empty());
    let codes: Vec<&str> = said.iter().map(|d| d.code).collect();
    assert_eq!(codes, ["logic-too-deep"]);
}

#[test]
fn equal_expressions_are_shared_across_rules() {
    let (set, _) = lowered(&format!("{}---\n{}", rule("a: x"), rule("a: x")));
    assert_eq!(set.rules[0].root, set.rules[1].root);
    assert_eq!(set.exprs.predicates().len(), 1);
}

fn named(name: &str, logsource: &str) -> String {
    format!(
        "title: {name} rule\nname: {name}\nlogsource: {logsource}\ndetection: {{s: {{f: {name}}}, condition: s}}\n"
    )
}

fn filter(rules: &str, logsource: &str) -> String {
    format!(
        "title: keep out\nlogsource: {logsource}\nfilter:\n    rules: {rules}\n    s: {{u: x}}\n    s2: {{u: y}}\n    condition: not 1 of s*\n"
    )
}

const WINDOWS: &str = "{product: windows, category: test}";

fn roots(parts: &[String]) -> (Vec<String>, Said) {
    let (set, said) = lowered(&parts.join("---\n"));
    let roots = set.rules.iter().map(|rule| {
        let text = set.exprs.display(rule.root).to_string();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    });
    (roots.collect(), said)
}

const FILTERED: &str = "and f = \"one\" not or u = \"x\" u = \"y\"";

#[test]
fn a_filter_touches_the_rules_it_names() {
    let (one, two) = (named("one", WINDOWS), named("two", WINDOWS));
    let by_name = filter("[one]", "{product: windows}");
    let expected = vec![FILTERED.to_owned(), "f = \"two\"".to_owned()];
    let (found, said) = roots(&[one.clone(), two.clone(), by_name.clone()]);
    assert_eq!((found, said.len()), (expected.clone(), 0));
    // Wherever it stands.
    assert_eq!(roots(&[by_name, one, two]).0, expected);
}

#[test]
fn a_filter_for_any_rule_touches_those_whose_log_source_it_covers() {
    let other = "{product: linux, category: test}";
    let rules = [named("one", WINDOWS), named("two", other)];
    let (found, said) = roots(&[rules.concat_with(), filter("any", "{product: Windows}")]);
    assert_eq!(found, [FILTERED, "f = \"two\""]);
    assert!(said.is_empty());
    let narrow = "{product: windows, category: test, service: x}";
    let (found, said) = roots(&[rules.concat_with(), filter("any", narrow)]);
    assert_eq!(found, ["f = \"one\"", "f = \"two\""]);
    assert_eq!(said, ["idle-filter `keep out`"]);
}

trait Concat {
    fn concat_with(&self) -> String;
}

impl Concat for [String; 2] {
    fn concat_with(&self) -> String {
        self.join("---\n")
    }
}

#[test]
fn a_filter_that_names_nobody_is_an_error_of_the_filter() {
    let one = named("one", WINDOWS);
    let (found, said) = roots(&[one.clone(), filter("[oen]", "{product: windows}")]);
    assert_eq!(found, ["f = \"one\""]);
    assert_eq!(said, ["unknown-rule `oen`"]);
    let (_, said) = roots(&[one.clone(), filter("[one rule]", "{product: windows}")]);
    assert_eq!(said, ["unknown-rule `one rule`"]);
    let (_, said) = roots(&[one, filter("[one]", "{product: linux}")]);
    assert_eq!(said, ["idle-filter `one`"]);
}

#[test]
fn a_filter_is_part_of_the_outline() {
    let text = [named("one", WINDOWS), filter("any", WINDOWS)].join("---\n");
    let (set, _) = lowered(&text);
    let outline = &set.rules[0].outline;
    assert_eq!(outline.kind, OutlineKind::And);
    assert_eq!(
        outline.children[1].kind,
        OutlineKind::Filter("keep out".to_owned())
    );
    assert_eq!(outline.expr, set.rules[0].root);
    // The conditions are those of the text.
    assert_eq!(
        set.exprs.display(set.rules[0].conditions[0]).to_string(),
        "f = \"one\""
    );
}

#[test]
fn a_filter_with_an_error_filters_nothing() {
    let bad = filter("any", WINDOWS).replace("u: x", "u|cidr: x");
    let (found, said) = roots(&[named("one", WINDOWS), bad]);
    assert_eq!(found, ["f = \"one\""]);
    assert_eq!(said, ["invalid-cidr `x`"]);
}

fn correlation(name: &str, rules: &str) -> String {
    format!(
        "title: {name} correlation\nname: {name}\ncorrelation:\n    type: event_count\n    rules: {rules}\n    group-by: [u]\n    timespan: 5m\n    condition: {{gte: 2}}\n"
    )
}

fn temporal(extra: &str) -> String {
    format!(
        "title: c\nname: c\ncorrelation:\n    type: temporal\n    group-by: [u]\n    timespan: 5m\n    {extra}\n"
    )
}

#[test]
fn correlations_refer_to_rules_and_to_each_other() {
    let id = "B2A4EE50-9EA4-4A3C-8D4C-0F2D33C0C3B5";
    let one = named("one", WINDOWS).replace("name: one", &format!("name: one\nid: {id}"));
    let text = [
        correlation("outer", "[inner, one]"),
        one,
        correlation("inner", "[b2a4ee50-9ea4-4a3c-8d4c-0f2d33c0c3b5]"),
    ];
    let (set, said) = lowered(&text.join("---\n"));
    assert!(said.is_empty(), "{said:?}");
    let references = |index: usize| set.correlations[index].references.clone();
    assert_eq!(
        references(0),
        [Reference::Correlation(1), Reference::Rule(crate::RuleId(0))]
    );
    assert_eq!(references(1), [Reference::Rule(crate::RuleId(0))]);
}

#[test]
fn a_wrong_reference_stops_the_correlation_alone() {
    let text = [
        named("one", WINDOWS),
        correlation("c", "[one, tow]"),
        correlation("d", "[one]"),
        correlation("e", "[c]"),
    ];
    let (set, said) = lowered(&text.join("---\n"));
    assert_eq!(said, ["unknown-rule `tow`", "reference-to-error `c`"]);
    assert_eq!((set.rules.len(), set.correlations.len()), (1, 1));
}

#[test]
fn a_correlation_of_a_rule_with_an_error_cannot_run() {
    let bad = named("one", WINDOWS).replace("f: one", "f|cidr: x");
    let (set, said) = lowered(&[bad, correlation("c", "[one]")].join("---\n"));
    assert_eq!(said, ["invalid-cidr `x`", "reference-to-error `one`"]);
    assert!(set.correlations.is_empty());
}

#[test]
fn cycles_are_told_once_with_every_place() {
    let text = [
        correlation("a", "[b]"),
        correlation("b", "[c]"),
        correlation("c", "[a]"),
        correlation("behind", "[a]"),
        correlation("self", "[self]"),
    ];
    let (set, said, lines) = lowered_with(&text.join("---\n"), &Context::default());
    assert!(set.correlations.is_empty());
    assert_eq!(lines, ["correlation-cycle `b`", "correlation-cycle `self`"]);
    assert_eq!(said[0].labels.len(), 3);
}

#[test]
fn a_chain_of_correlations_is_only_so_long() {
    let mut text = vec![named("r", WINDOWS), correlation("c0", "[r]")];
    text.extend((1..3_000).map(|n| correlation(&format!("c{n}"), &format!("[c{}]", n - 1))));
    let (set, said) = lowered(&text.join("---\n"));
    assert_eq!(set.correlations.len(), LIMITS.chain);
    assert_eq!(said.len(), 3_000 - LIMITS.chain);
    assert_eq!(said[0], "chain-too-long `c15`");
}

#[test]
fn a_boolean_condition_names_rules() {
    let rules = [named("one", WINDOWS), named("two", WINDOWS)].join("---\n");
    let with = |extra: &str| lowered(&format!("{rules}---\n{}", temporal(extra)));
    let (set, said) = with("condition: one and not two");
    assert!(said.is_empty(), "{said:?}");
    assert_eq!(set.correlations[0].references.len(), 2);
    let (_, said) = with("rules: [one]\n    aliases: {u: {two: x}}");
    assert_eq!(said, ["unknown-rule `x`"]);
}

#[test]
fn a_boolean_condition_and_the_list_name_the_same_rules() {
    let id = "b2a4ee50-9ea4-4a3c-8d4c-0f2d33c0c3b5";
    let one = named("one", WINDOWS).replace("name: one", &format!("name: one\nid: {id}"));
    let rules = [one, named("two", WINDOWS), named("three", WINDOWS)].join("---\n");
    let with = |extra: &str| lowered(&format!("{rules}---\n{}", temporal(extra)));
    // by id or by name, whichever each of the two uses
    let (set, said) = with(&format!(
        "rules: [{id}, two]\n    condition: one and not two"
    ));
    assert!(said.is_empty(), "{said:?}");
    assert_eq!(set.correlations[0].references.len(), 2);
    let (_, said) = with("rules: [one, two]\n    condition: one and thre");
    assert_eq!(said, ["unlisted-rule `thre`", "unused-rule `two`"]);
    let (_, said) = with("rules: [one]\n    condition: one or three");
    assert_eq!(said, ["unlisted-rule `three`"]);
}

#[test]
fn an_aggregate_counts_a_listed_rule() {
    let id = "b2a4ee50-9ea4-4a3c-8d4c-0f2d33c0c3b5";
    let one = named("one", WINDOWS).replace("name: one", &format!("name: one\nid: {id}"));
    let counted = |rule: &str| {
        let stats = temporal(&format!(
            "rules: [{id}]\n    aggregates: {{n: {{count: {rule}}}}}\n    condition: n > 1"
        ))
        .replace("type: temporal", "type: stats");
        lowered(&[one.clone(), named("two", WINDOWS), stats].join("---\n")).1
    };
    assert!(counted("one").is_empty());
    assert_eq!(counted("two"), ["unlisted-rule `n`"]);
}

#[test]
fn names_and_ids_are_taken_once() {
    let id = "id: b2a4ee50-9ea4-4a3c-8d4c-0f2d33c0c3b5\n";
    let same = format!("{id}{}", named("one", WINDOWS));
    let (set, said) = lowered(&[same.clone(), same, correlation("c", "[one]")].join("---\n"));
    assert_eq!(
        said,
        [
            "duplicate-id `b2a4ee50-9ea4-4a3c-8d4c-0f2d33c0c3b5`",
            "duplicate-name `one`",
            "ambiguous-rule `one`"
        ]
    );
    // Both rules run; what cannot choose between them does not.
    assert_eq!((set.rules.len(), set.correlations.len()), (2, 0));
}

#[test]
fn messages_about_references_are_counted() {
    let names: Vec<String> = (0..10_000).map(|n| format!("name{n}")).collect();
    let names = format!("[{}]", names.join(", "));
    let known = named("name", WINDOWS);
    for text in [correlation("c", &names), filter(&names, WINDOWS)] {
        let (set, said) = lowered(&[known.clone(), text].join("---\n"));
        assert_eq!(said.len(), LIMITS.messages + 1);
        assert!(set.correlations.is_empty());
    }
}

#[test]
fn filters_are_joined_to_rules_only_so_often() {
    let mut text: Vec<String> = (0..2_000)
        .map(|n| named(&format!("r{n}"), WINDOWS))
        .collect();
    text.extend((0..1_000).map(|_| filter("any", WINDOWS)));
    let start = std::time::Instant::now();
    let (set, said) = lowered(&text.join("---\n"));
    assert_eq!(set.rules.len(), 2_000);
    assert_eq!(said.len(), 1_000 - LIMITS.filtered / 2_000);
    assert!(said.iter().all(|s| s == "too-many-filtered `keep out`"));
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

#[test]
fn many_wrong_names_are_told_in_time() {
    let mut text: Vec<String> = (0..1_500)
        .map(|n| named(&format!("a_name_of_some_length_that_is_known_{n}"), WINDOWS))
        .collect();
    text.extend((0..3_000).map(|n| {
        correlation(
            &format!("c{n}"),
            &format!("[a_name_of_some_length_that_is_wrong_{n}]"),
        )
    }));
    let start = std::time::Instant::now();
    let (set, said, _) = lowered_with(&text.join("---\n"), &Context::default());
    assert!(set.correlations.is_empty());
    assert_eq!(said.len(), 3_000);
    assert_eq!(
        said.iter().filter(|d| d.help.is_some()).count(),
        LIMITS.hints
    );
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn regular_expressions_of_all_rules_are_counted_together() {
    // 300 short rules, each of whose expressions is within the limit of one
    let text: Vec<String> = (0..300)
        .map(|n| rule(&format!("f|re: '{n}\\w{{100}}'")))
        .collect();
    let (set, said) = lowered(&text.join("---\n"));
    assert!(set.rules.len() > 50, "{}", set.rules.len());
    assert_eq!(said.len(), 300 - set.rules.len());
    assert!(!said.is_empty() && said.iter().all(|s| s.starts_with("regex-too-large")));
    // the same expression is compiled once, however many rules have it
    let same: Vec<String> = (0..300).map(|_| rule("f|re: '\\w{100}'")).collect();
    assert_eq!(lowered(&same.join("---\n")).0.rules.len(), 300);
}
