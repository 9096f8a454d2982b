//! What is read: trees, types and exact places.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at what it did not expect"
)]

use sigwright_syntax::ast::*;
use sigwright_syntax::{Sources, Span, read};

struct Read {
    sources: Sources,
    documents: Vec<Document>,
}

impl Read {
    /// Reads what must be without fault.
    fn new(text: &str) -> Read {
        let mut sources = Sources::new();
        let id = sources.add("rule.yml", text);
        let (documents, diagnostics) = read(&sources, id);
        assert_eq!(diagnostics, [], "{text}");
        Read { sources, documents }
    }

    fn rule(&self) -> &Rule {
        match &self.documents[0].body {
            Body::Rule(rule) => rule,
            other => panic!("{other:?}"),
        }
    }

    fn correlation(&self) -> &Correlation {
        match &self.documents[0].body {
            Body::Correlation(correlation) => correlation,
            other => panic!("{other:?}"),
        }
    }

    fn text(&self, span: Span) -> &str {
        self.sources.text(span)
    }

    /// The items of the selection `sel`.
    fn items(&self) -> Vec<&Search> {
        match &self.rule().detection.selections["sel"].search {
            Search::All(items, _) | Search::Any(items, _) => items.iter().collect(),
            item => vec![item],
        }
    }

    fn item(&self) -> &Item {
        match self.items()[0] {
            Search::Item(item) => item,
            other => panic!("{other:?}"),
        }
    }
}

fn selection(text: &str) -> Read {
    Read::new(&format!(
        "sigma-version: 3\ntitle: t\nlogsource: {{category: c}}\ndetection:\n  sel:\n    {text}\n  condition: sel\n"
    ))
}

/// An s-expression of the condition, with the places of its terms.
fn condition(text: &str) -> String {
    let read = Read::new(&format!(
        "title: t\nlogsource: {{category: c}}\ndetection:\n  a: {{x: 1}}\n  b: {{x: 2}}\n  c: {{x: 3}}\n  condition: {text}\n"
    ));
    fn show(read: &Read, condition: &sigwright_syntax::Spanned<Condition>) -> String {
        let list = |name: &str, terms: &[sigwright_syntax::Spanned<Condition>]| {
            let terms: Vec<_> = terms.iter().map(|t| show(read, t)).collect();
            format!("({name} {})", terms.join(" "))
        };
        match &condition.value {
            Condition::And(terms) => list("and", terms),
            Condition::Or(terms) => list("or", terms),
            Condition::Not(term) => format!("(not {})", show(read, term)),
            Condition::Selection(name) => {
                assert_eq!(read.text(condition.span).trim_matches(['(', ')']), name);
                name.clone()
            }
            Condition::Of(quantifier, selector) => {
                format!(
                    "[{quantifier:?} {selector:?} `{}`]",
                    read.text(condition.span)
                )
            }
        }
    }
    let shown: Vec<_> = read
        .rule()
        .detection
        .conditions
        .iter()
        .map(|c| show(&read, c))
        .collect();
    shown.join(" | ")
}

#[test]
fn conditions_bind_as_the_specification_says() {
    assert_eq!(condition("a or b and not c"), "(or a (and b (not c)))");
    assert_eq!(condition("a and b and c"), "(and a b c)");
    assert_eq!(condition("(a or b) and c"), "(and (or a b) c)");
    assert_eq!(condition("not (a or b)"), "(not (or a b))");
    assert_eq!(condition("not not a"), "(not (not a))");
    assert_eq!(condition("'a  and\n    b'"), "(and a b)");
    assert_eq!(condition("[a, b or c]"), "a | (or b c)");
    assert_eq!(
        condition("1 of a* or all of them"),
        "(or [One Pattern(\"a*\") `1 of a*`] [All Them `all of them`])"
    );
    assert_eq!(condition("any of b"), "[One Pattern(\"b\") `any of b`]");
}

#[test]
fn selectors_match_names() {
    let selects = |pattern: &str, name: &str| Selector::Pattern(pattern.into()).selects(name);
    assert!(selects("*", "a") && selects("a*", "a") && selects("a*c", "abc"));
    assert!(selects("a*b*c", "a_b_b_c") && selects("**", ""));
    assert!(!selects("a*a", "a") && !selects("a*b*c", "acb") && !selects("a", "ab"));
    assert!(!selects("*", "_a") && selects("_*", "_a"));
    assert!(Selector::Them.selects("a") && !Selector::Them.selects("_a"));
}

#[test]
fn a_key_is_taken_apart_exactly() {
    let read = selection("'Ä.b|contains|all': ['x', y]");
    let item = read.item();
    let field = item.field.as_ref().unwrap();
    assert_eq!(field.name.value, "Ä.b");
    assert_eq!(read.text(field.name.span), "Ä.b");
    let modifiers: Vec<_> = item
        .modifiers
        .iter()
        .map(|m| (m.value, read.text(m.span)))
        .collect();
    assert_eq!(
        modifiers,
        [(Modifier::Contains, "contains"), (Modifier::All, "all")]
    );
    let values: Vec<_> = item.values.iter().map(|v| read.text(v.span)).collect();
    assert_eq!(values, ["'x'", "y"]);
    assert_eq!(read.text(item.key), "'Ä.b|contains|all'");
    assert_eq!(read.text(item.span), "'Ä.b|contains|all': ['x', y]");
    assert!(item.list);
}

#[test]
fn values_have_the_types_of_the_table() {
    let value = |text: &str| {
        selection(&format!("a: {text}")).item().values[0]
            .value
            .clone()
    };
    assert_eq!(value("12"), Value::Int(12));
    assert_eq!(value("-0"), Value::Int(0));
    assert_eq!(value("+5"), Value::Int(5));
    assert_eq!(
        value("170141183460469231731687303715884105727"),
        Value::Int(i128::MAX)
    );
    assert_eq!(
        value("170141183460469231731687303715884105728"),
        Value::Float(170141183460469231731687303715884105728.0)
    );
    assert_eq!(value("1.50"), Value::Float(1.5));
    assert_eq!(value("-.5"), Value::Float(-0.5));
    assert_eq!(value("1.0e+3"), Value::Float(1000.0));
    assert_eq!(value("True"), Value::Bool(true));
    assert_eq!(value(""), Value::Null);
    assert_eq!(value("~"), Value::Null);
    assert_eq!(value("''"), Value::Str(String::new()));
    assert_eq!(value("'12'"), Value::Str("12".into()));
    assert_eq!(value("\"a\\tb\""), Value::Str("a\tb".into()));
    for text in [
        "1.2.3", "tRue", "nul", "+", ".", "1e", "é", "y", "-x", "1 2",
    ] {
        assert_eq!(value(text), Value::Str(text.into()), "{text}");
    }
    let re = |text: &str| {
        selection(&format!("a|re: {text}")).item().values[0]
            .value
            .clone()
    };
    assert_eq!(re("010"), Value::Str("010".into()));
    assert_eq!(re("1.50"), Value::Str("1.50".into()));
    let exists = selection("a|exists: yes").item().values[0].value.clone();
    assert_eq!(exists, Value::Bool(true));
}

#[test]
fn keywords_and_lists() {
    let read = selection("- one\n    - 2");
    let item = read.item();
    assert!(item.field.is_none() && item.list && item.modifiers.is_empty());
    assert_eq!(item.values[1].value, Value::Int(2));
    let read = selection("- one\n    - a: 1\n      b: 2\n    - [c, d]");
    let searches = read.items();
    assert!(matches!(searches[0], Search::Item(i) if i.field.is_none() && !i.list));
    assert!(matches!(searches[1], Search::All(items, _) if items.len() == 2));
    assert!(matches!(searches[2], Search::Item(i) if i.values.len() == 2));
    let read = selection("'|all': [a, b]");
    assert_eq!(read.item().modifiers[0].value, Modifier::All);
    assert!(read.item().field.is_none());
}

#[test]
fn array_selectors_become_steps() {
    let read = selection("rules[any].verbs[0]|contains: x");
    let field = read.item().field.clone().unwrap();
    let steps: Vec<_> = field
        .selectors
        .iter()
        .map(|(name, selector)| (name.value.as_str(), read.text(name.span), *selector))
        .collect();
    assert_eq!(
        steps,
        [
            ("rules", "rules", ElementSelector::Any),
            ("verbs", "verbs", ElementSelector::Index(0))
        ]
    );
    assert_eq!(field.name.value, ".");
    let read = selection("a.b[none].c\\[d\\]: x");
    let field = read.item().field.clone().unwrap();
    assert_eq!(field.selectors[0].0.value, "a.b");
    assert_eq!(
        (field.name.value.as_str(), read.text(field.name.span)),
        ("c[d]", "c\\[d\\]")
    );
    let read = selection("a[any].b[all]: {c: 1}");
    let Search::Elements(elements) = read.items()[0] else {
        panic!()
    };
    assert_eq!(elements.selector, ElementSelector::All);
    assert_eq!(elements.field.name.value, "b");
    assert_eq!(elements.field.selectors[0].1, ElementSelector::Any);
    assert!(matches!(elements.body, ElementBody::Search(_)));
    let read = selection("a[all_or_empty]: {s: {c: 1}, condition: not s}");
    let Search::Elements(elements) = read.items()[0] else {
        panic!()
    };
    assert!(matches!(&elements.body, ElementBody::Detection(d) if d.conditions.len() == 1));
}

#[test]
fn correlations_are_read_whole() {
    let read = Read::new(
        "title: t\ngenerate: true\ncorrelation:\n  type: value_count\n  rules: one\n  group-by: [u, h]\n  \
         timespan: 2d\n  condition: {gt: 1, lte: 10, field: [x, y]}\n  aliases: {u: {one: user}}\n",
    );
    let correlation = read.correlation();
    assert_eq!(correlation.kind.value, CorrelationKind::ValueCount);
    assert_eq!(correlation.rules[0].value, "one");
    assert_eq!(correlation.timespan.unwrap().value, 172_800);
    assert!(correlation.generate);
    assert_eq!(correlation.aliases["u"]["one"].value, "user");
    let Some(CorrelationCondition::Threshold { bounds, fields, .. }) =
        correlation.condition.as_ref().map(|c| &c.value)
    else {
        panic!()
    };
    let bounds: Vec<_> = bounds.iter().map(|(c, n)| (*c, n.value)).collect();
    assert_eq!(bounds, [(Comparison::Gt, 1.0), (Comparison::Lte, 10.0)]);
    assert_eq!(fields.len(), 2);

    let read = Read::new(
        "title: t\ncorrelation:\n  type: temporal_ordered\n  timespan: 1M\n  condition: a and not b-2\n",
    );
    let rules: Vec<_> = read
        .correlation()
        .rules
        .iter()
        .map(|r| r.value.as_str())
        .collect();
    assert_eq!(rules, ["a", "b-2"]);

    let read = Read::new(
        "title: t\ncorrelation:\n  type: stats\n  rules: [r]\n  timespan: 1w\n  aggregates:\n    n: {count: '*'}\n    \
         d: {count_distinct: [x]}\n  condition: n >= 5 and d != 2.5\n",
    );
    let correlation = read.correlation();
    assert_eq!(correlation.aggregates["n"].value, Aggregate::Count(None));
    let Some(CorrelationCondition::Expression(tree)) =
        correlation.condition.as_ref().map(|c| &c.value)
    else {
        panic!()
    };
    let CorrelationExpr::And(terms) = &tree.value else {
        panic!()
    };
    assert_eq!(
        terms[1].value,
        CorrelationExpr::Compare("d".into(), Comparison::Neq, 2.5)
    );
    assert_eq!(read.text(terms[0].span), "n >= 5");

    let read = Read::new(
        "title: t\ncorrelation: {type: new_terms, rules: [r], timespan: 7d, condition: {field: x}}\n",
    );
    let Some(CorrelationCondition::Threshold { bounds, .. }) =
        read.correlation().condition.as_ref().map(|c| &c.value)
    else {
        panic!()
    };
    assert_eq!((bounds[0].0, bounds[0].1.value), (Comparison::Eq, 0.0));
}

#[test]
fn several_documents_in_a_file() {
    let read = Read::new(
        "title: a\nlogsource: {category: c}\ndetection: {s: {x: 1}, condition: s}\n---\n---\n\
         title: f\nlogsource: {category: c}\nfilter: {rules: any, s: {x: 1}, condition: not s}\nx-note: [1]\n...\n# end\n",
    );
    assert_eq!(read.documents.len(), 2);
    let document = &read.documents[1];
    assert!(matches!(&document.body, Body::Filter(f) if f.rules == FilterRules::Any));
    assert!(read.text(document.span).starts_with("title: f"));
    assert!(read.text(document.span).ends_with("x-note: [1]"));
    let (key, node) = &document.meta.custom["x-note"];
    assert_eq!((read.text(*key), read.text(node.span())), ("x-note", "[1]"));
}

#[test]
fn metadata_is_kept() {
    let read = Read::new(
        "title: t\nid: b2a4ee50-9ea4-4a3c-8d4c-0f2d33c0c3b5\nlevel: High\ntags: [attack.t1059]\ndate: 2024-01-31\n\
         references:\n  - https://example.org\nrelated: [{id: b2a4ee50-9ea4-4a3c-8d4c-0f2d33c0c3b6, type: similar}]\n\
         logsource: {product: p, definition: d}\ndetection: {s: {x: 1}, condition: s}\n",
    );
    let meta = &read.documents[0].meta;
    assert_eq!(meta.level.unwrap().value, Level::High);
    assert_eq!(meta.date.as_ref().unwrap().value, "2024-01-31");
    assert_eq!(meta.related[0].kind.value, "similar");
    assert_eq!(read.text(meta.tags[0].span), "attack.t1059");
    assert_eq!(
        read.rule().logsource.definition.as_ref().unwrap().value,
        "d"
    );
}

#[test]
fn the_table_of_modifiers_is_whole() {
    use sigwright_syntax::modifier::MODIFIERS;
    let mut names: Vec<&str> = MODIFIERS
        .iter()
        .flat_map(|row| [Some(row.name), row.alias])
        .flatten()
        .collect();
    assert_eq!(MODIFIERS.len(), 30);
    names.sort_unstable();
    names.dedup();
    // 30 and the aliases `ignorecase`, `multiline`, `dotall` and `wide`.
    assert_eq!(names.len(), 34);
    for row in MODIFIERS {
        assert_eq!(row.modifier.name(), row.name);
        assert_eq!(Modifier::from_name(row.name), Some(row.modifier));
    }
}
