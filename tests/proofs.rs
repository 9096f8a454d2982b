//! What is claimed about rules holds for every event: no claim is refuted by an event that
//! was made to refute it.

#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it did not expect"
)]

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value as Json;
use sigwright_engine::{Event, naive};
use sigwright_generate::{Generator, Options, Plain};
use sigwright_ir::pred::TimePart;
use sigwright_ir::pred::{Anchor, Comparison, FieldRef, Number, Part, Pattern, Regex, StrOp};
use sigwright_ir::proof::{Prover, Relations, Values};
use sigwright_ir::{ElementSelector, ExprId, Exprs, Op, Predicate, Subject};
use sigwright_syntax::Sources;
use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;

/// Random cases tried in each test; `PROOF_CASES` says otherwise.
fn cases() -> u32 {
    let asked = std::env::var("PROOF_CASES").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(2_000)
}

/// Few fields, so that predicates meet; the last is inside what the first may be.
const FIELDS: &[&str] = &["a", "b", "a.c"];

/// A predicate not yet in a table: its field, and what it asks.
#[derive(Debug, Clone)]
enum Question {
    Op(Op),
    /// The text of another field.
    Same(usize, Anchor, bool),
}

/// An expression not yet in a table.
#[derive(Debug, Clone)]
enum Tree {
    Field(usize, Question),
    /// The element at hand, inside a selector, a field else.
    Element(Question),
    Keyword(Op),
    And(Vec<Tree>),
    Or(Vec<Tree>),
    Not(Box<Tree>),
    Elements(usize, ElementSelector, Box<Tree>),
}

fn anchor() -> impl Strategy<Value = Anchor> + Clone {
    select(vec![
        Anchor::Whole,
        Anchor::Start,
        Anchor::End,
        Anchor::Contains,
    ])
}

fn string() -> impl Strategy<Value = Op> + Clone {
    let text =
        |text: &'static [&'static str]| select(text).prop_map(|text| Part::Text(text.to_owned()));
    let part = prop_oneof![
        3 => Just(Part::Many),
        2 => Just(Part::One),
        1 => Just(Part::Dash('-')),
        8 => text(&["a", "b", "B", "ab", "aab", "1", "12"]),
        2 => text(&["k", "K", "s", "ſ", "\u{212A}", "ä", "Ä", "-", "–", "/", "true", "false", "10.0.0.1"]),
    ];
    (anchor(), vec(part, 0..5), prop::bool::weighted(0.3)).prop_map(|(anchor, parts, cased)| {
        Op::Str(StrOp::new(anchor, Pattern::from_parts(parts), cased))
    })
}

fn regex() -> impl Strategy<Value = Op> + Clone {
    let pattern = select(vec![
        "a",
        "ab",
        "^a",
        "b$",
        "^ab$",
        "a.b",
        "a.*b",
        ".*b",
        "a.*",
        "^.*b$",
        "(?i)K",
        "(?i)^a.b",
        "(?s)a.b",
        "(?s)^a.*b$",
        "",
        "^$",
        "a|b",
        "a+",
        "[ab]",
        r"1\.",
        r"^12$",
        r"\*",
        "^a.+",
        ".+",
        r"\Aab\z",
        "(?i)ſ",
        ".*^a",
        "a$.*",
        "(?m)^b",
        "^10.0.0.1$",
        "true",
        "(?-i)b",
    ]);
    (pattern, any::<(bool, bool, bool)>()).prop_map(|(pattern, (i, m, s))| {
        Op::Regex(Regex {
            pattern: pattern.to_owned(),
            ignore_case: i,
            multi_line: m,
            dot_all: s,
        })
    })
}

fn number() -> impl Strategy<Value = Number> + Clone {
    select(vec![
        Number::Int(0),
        Number::Int(1),
        Number::Int(12),
        Number::Int(-1),
        Number::Int(9_007_199_254_740_993),
        Number::Float(0.5),
        Number::Float(1.5),
        Number::Float(-0.5),
        Number::Float(1e300),
    ])
}

fn comparison() -> impl Strategy<Value = Comparison> + Clone {
    select(vec![
        Comparison::Lt,
        Comparison::Lte,
        Comparison::Gt,
        Comparison::Gte,
        Comparison::Eq,
        Comparison::Neq,
    ])
}

fn question() -> impl Strategy<Value = Question> + Clone {
    let networks = select(vec![
        "10.0.0.0/8",
        "10.0.0.0/16",
        "10.0.0.1/32",
        "::/0",
        "::ffff:10.0.0.0/104",
        "::ffff:0:0/96",
        "2001:db8::/32",
        "2001:db8::/48",
        "11.0.0.0/8",
    ]);
    let part = select(vec![TimePart::Hour, TimePart::Minute, TimePart::Month]);
    let hours = select(vec![0, 1, 12, 13, 23, 24]).prop_map(Number::Int);
    prop_oneof![
        12 => string().prop_map(Question::Op),
        3 => regex().prop_map(Question::Op),
        2 => number().prop_map(|n| Question::Op(Op::Num(n))),
        2 => (comparison(), number()).prop_map(|(c, n)| Question::Op(Op::Compare(c, n))),
        1 => any::<bool>().prop_map(|b| Question::Op(Op::Bool(b))),
        1 => Just(Question::Op(Op::Null)),
        1 => Just(Question::Op(Op::Exists)),
        1 => networks.prop_map(|n| Question::Op(Op::Cidr(n.parse().unwrap()))),
        1 => (part, comparison(), hours).prop_map(|(p, c, n)| Question::Op(Op::Time(p, c, n))),
        1 => (0..FIELDS.len(), anchor(), any::<bool>())
            .prop_map(|(field, anchor, cased)| Question::Same(field, anchor, cased)),
    ]
}

fn trees() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        12 => (0..FIELDS.len(), question()).prop_map(|(field, q)| Tree::Field(field, q)),
        1 => question().prop_map(Tree::Element),
        1 => prop_oneof![string(), regex()].prop_map(Tree::Keyword),
    ];
    let selector = select(vec![
        ElementSelector::Any,
        ElementSelector::All,
        ElementSelector::AllOrEmpty,
        ElementSelector::None,
        ElementSelector::Index(0),
        ElementSelector::Index(1),
    ]);
    leaf.prop_recursive(3, 12, 4, move |inner| {
        prop_oneof![
            3 => vec(inner.clone(), 2..4).prop_map(Tree::And),
            3 => vec(inner.clone(), 2..4).prop_map(Tree::Or),
            2 => inner.clone().prop_map(|tree| Tree::Not(Box::new(tree))),
            2 => (0..FIELDS.len(), selector.clone(), inner)
                .prop_map(|(field, selector, body)| Tree::Elements(field, selector, Box::new(body))),
        ]
    })
}

fn pred(exprs: &mut Exprs, subject: Subject, question: &Question) -> ExprId {
    let op = match question {
        Question::Op(op) => op.clone(),
        Question::Same(field, anchor, cased) => Op::FieldRef(FieldRef {
            field: exprs.field(FIELDS[*field]),
            anchor: *anchor,
            cased: *cased,
        }),
    };
    exprs.pred(Predicate { subject, op })
}

fn build(exprs: &mut Exprs, tree: &Tree, inside: bool) -> ExprId {
    let all = |exprs: &mut Exprs, parts: &[Tree]| -> Vec<ExprId> {
        parts.iter().map(|p| build(exprs, p, inside)).collect()
    };
    match tree {
        Tree::Field(field, question) => {
            let field = exprs.field(FIELDS[*field]);
            pred(exprs, Subject::Field(field), question)
        }
        Tree::Element(question) => {
            let field = exprs.field(FIELDS[0]);
            let subject = match inside {
                true => Subject::Element,
                false => Subject::Field(field),
            };
            pred(exprs, subject, question)
        }
        Tree::Keyword(op) => pred(exprs, Subject::AnyValue, &Question::Op(op.clone())),
        Tree::And(parts) => {
            let parts = all(exprs, parts);
            exprs.and(parts)
        }
        Tree::Or(parts) => {
            let parts = all(exprs, parts);
            exprs.or(parts)
        }
        Tree::Not(part) => {
            let part = build(exprs, part, inside);
            exprs.not(part)
        }
        Tree::Elements(field, selector, body) => {
            let field = exprs.field(FIELDS[*field]);
            let body = build(exprs, body, true);
            exprs.elements(field, *selector, body)
        }
    }
}

/// A value of an event: what the predicates ask for, and what nearly is.
fn leaf() -> impl Strategy<Value = String> + Clone {
    let text = prop_oneof![
        4 => "[abBkK1]{0,4}",
        2 => select(vec![
            "", "a-b", "a–b", "a/b", "-a", "ab\nb", "a\nb", "ſ", "\u{212A}", "ä", "Ä", "s", "S", "*",
            "true", "TRUE", "false", "falſe", "10.0.0.1", "::ffff:10.0.0.1", "10.1.0.0", "11.0.0.1",
            "2001:db8::1", "2001:DB8:1::1", "::1", "1", "12", "1.5", "1e1", "-1", "0.5", "1.",
            "2026-03-01T12:00:00Z", "2026-01-01T23:01:13Z", "aab12",
        ]).prop_map(str::to_owned),
    ];
    prop_oneof![
        8 => text.prop_map(|text| Json::from(text).to_string()),
        2 => select(vec!["0", "1", "12", "1.0", "12e0", "-1", "1.5", "15e-1", "0.5", "-0.5", "9007199254740993", "1e300", "1e301"])
            .prop_map(str::to_owned),
        1 => any::<bool>().prop_map(|b| b.to_string()),
    ]
}

fn many() -> impl Strategy<Value = String> + Clone {
    let leaf = prop_oneof![6 => leaf().boxed(), 1 => Just("null".to_owned()).boxed()];
    let one = prop_oneof![
        3 => leaf.clone(),
        1 => leaf.clone().prop_map(|value| format!(r#"{{"c":{value}}}"#)),
        1 => (leaf.clone(), leaf).prop_map(|(c, a)| format!(r#"{{"c":{c},"a":{a},"b":"ab"}}"#)),
    ];
    prop_oneof![
        3 => one.clone(),
        2 => vec(one.clone(), 0..4).prop_map(|all| format!("[{}]", all.join(","))),
        1 => vec(one, 0..3).prop_map(|all| format!("[[{}],null]", all.join(","))),
    ]
}

/// Events in which a field may have any number of values.
fn events() -> impl Strategy<Value = String> {
    vec((select(vec!["a", "b", "a.c", "x"]), many()), 0..4).prop_map(|members| {
        let members: Vec<String> = members
            .iter()
            .map(|(key, value)| format!(r#""{key}":{value}"#))
            .collect();
        format!("{{{}}}", members.join(","))
    })
}

/// Events in which each field has at most one.
fn single() -> impl Strategy<Value = String> {
    let value = prop_oneof![8 => leaf().boxed(), 1 => Just("null".to_owned()).boxed()];
    vec(prop::option::weighted(0.8, value), FIELDS.len()).prop_map(|values| {
        let members: Vec<String> = FIELDS
            .iter()
            .zip(values)
            .filter_map(|(key, value)| Some(format!(r#""{key}":{}"#, value?)))
            .collect();
        format!("{{{}}}", members.join(","))
    })
}

/// Claims made, so that a prover that claims nothing does not pass.
#[derive(Debug, Default)]
struct Claims {
    implied: Cell<u32>,
    never: Cell<u32>,
    always: Cell<u32>,
    entailed: Cell<u32>,
}

fn count(cell: &Cell<u32>) {
    cell.set(cell.get() + 1);
}

/// At least one claim in so many cases.
fn enough(cell: &Cell<u32>, one_in: u32) {
    assert!(cell.get() >= cases() / one_in, "only {} claims", cell.get());
}

/// Tries every claim about some expressions on events.
fn hold(
    trees: &[Tree],
    texts: &[String],
    values: Values,
    claims: &Claims,
) -> Result<(), TestCaseError> {
    let mut exprs = Exprs::new();
    let roots: Vec<ExprId> = trees
        .iter()
        .map(|tree| build(&mut exprs, tree, false))
        .collect();
    let events: Vec<Event> = texts.iter().map(|t| Event::from_json(t).unwrap()).collect();
    let relations = Relations::of(&exprs);
    let prover = Prover::new(&exprs, &relations);
    let holds = |id: ExprId| -> Vec<bool> {
        events
            .iter()
            .map(|event| naive::holds(&exprs, id, event))
            .collect()
    };
    let shown = |id: ExprId| exprs.display(id).to_string();
    let truths: Vec<Vec<bool>> = roots.iter().map(|id| holds(*id)).collect();
    for (root, truths) in roots.iter().zip(&truths) {
        if prover.never(*root, values).is_some() {
            count(&claims.never);
            let found = truths.iter().position(|t| *t).map(|at| &texts[at]);
            prop_assert!(
                found.is_none(),
                "never true:\n{}\nbut\n{found:?}",
                shown(*root)
            );
        }
        if prover.always(*root, values).is_some() {
            count(&claims.always);
            let found = truths.iter().position(|t| !*t).map(|at| &texts[at]);
            prop_assert!(
                found.is_none(),
                "always true:\n{}\nbut not\n{found:?}",
                shown(*root)
            );
        }
    }
    for (narrow, ours) in roots.iter().zip(&truths) {
        for (broad, theirs) in roots.iter().zip(&truths) {
            if narrow == broad || prover.entails(*narrow, *broad, values).is_none() {
                continue;
            }
            count(&claims.entailed);
            let found = ours
                .iter()
                .zip(theirs)
                .position(|(ours, theirs)| *ours && !*theirs);
            let found = found.map(|at| &texts[at]);
            prop_assert!(
                found.is_none(),
                "{}\nimplies\n{}\nbut not in\n{found:?}",
                shown(*narrow),
                shown(*broad)
            );
        }
    }
    Ok(())
}

fn run(values: Values, texts: impl Strategy<Value = String> + 'static) -> Claims {
    let claims = Claims::default();
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(cases())
    });
    let strategy = (vec(trees(), 3), vec(texts, 12));
    runner
        .run(&strategy, |(trees, texts)| {
            hold(&trees, &texts, values, &claims)
        })
        .unwrap_or_else(|error| panic!("{error}"));
    println!("{values:?}: {claims:?}");
    claims
}

#[test]
fn claims_about_any_values_hold() {
    let claims = run(Values::Many, events());
    enough(&claims.never, 100);
    enough(&claims.always, 200);
    enough(&claims.entailed, 10);
}

#[test]
fn claims_about_single_values_hold() {
    let claims = run(Values::ONE, single());
    enough(&claims.never, 50);
    enough(&claims.entailed, 10);
}

/// One predicate against another of the same field, far more often than rules would.
#[test]
fn predicates_imply_and_exclude_what_is_claimed() {
    let claims = Claims::default();
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(cases())
    });
    let strategy = (vec(question(), 6), vec(leaf(), 12));
    let outcome = runner.run(&strategy, |(questions, texts)| {
        let mut exprs = Exprs::new();
        let field = exprs.field("a");
        let ids: Vec<ExprId> = questions
            .iter()
            .map(|question| pred(&mut exprs, Subject::Field(field), question))
            .collect();
        let relations = Relations::of(&exprs);
        let prover = Prover::new(&exprs, &relations);
        let preds: Vec<_> = exprs.predicates().map(|(id, _)| id).collect();
        let events: Vec<Event> = texts
            .iter()
            .map(|text| Event::from_json(&format!(r#"{{"a":{text}}}"#)).unwrap())
            .collect();
        let mut exprs_again = exprs.clone();
        let ask: Vec<ExprId> = preds
            .iter()
            .map(|id| exprs_again.pred(exprs.predicate(*id).unwrap().clone()))
            .collect();
        let truths: Vec<Vec<bool>> = ask
            .iter()
            .map(|id| {
                events
                    .iter()
                    .map(|event| naive::holds(&exprs, *id, event))
                    .collect()
            })
            .collect();
        for (one, ours) in preds.iter().zip(&truths) {
            for (other, theirs) in preds.iter().zip(&truths) {
                if one == other {
                    continue;
                }
                let both: Vec<(bool, bool)> =
                    ours.iter().copied().zip(theirs.iter().copied()).collect();
                if prover.implies(*one, *other) {
                    count(&claims.implied);
                    let found = both.iter().position(|(ours, theirs)| *ours && !*theirs);
                    prop_assert!(
                        found.is_none(),
                        "{one:?} implies {other:?}: {questions:?} {ids:?} {found:?}"
                    );
                }
                if prover.apart(*one, *other) {
                    count(&claims.never);
                    let found = both.iter().position(|(ours, theirs)| *ours && *theirs);
                    prop_assert!(
                        found.is_none(),
                        "{one:?} excludes {other:?}: {questions:?} {found:?}"
                    );
                }
            }
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    println!("predicates: {claims:?}");
    enough(&claims.implied, 2);
    enough(&claims.never, 1);
}

/// Public rules of which one is said to find all that another finds: every event made for the
/// narrower one is found by the broader one.
#[test]
fn pairs_of_public_rules_hold() {
    let Some(shared) = std::env::var_os("SIGWRIGHT_SHARED") else {
        println!("pairs_of_public_rules_hold: skipped, SIGWRIGHT_SHARED is not set");
        return;
    };
    let mut sources = Sources::new();
    let mut documents = Vec::new();
    let mut open = vec![PathBuf::from(shared).join("corpus/sigmahq")];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            if !path.ends_with("regression_data") {
                open.extend(std::fs::read_dir(path).unwrap().map(|e| e.unwrap().path()));
                open.sort();
            }
        } else if path.extension().is_some_and(|e| e == "yml") {
            let text = std::fs::read_to_string(&path).unwrap();
            let id = sources.add(path.display().to_string(), text);
            documents.extend(sigwright_syntax::read(&sources, id).0);
        }
    }
    let set = Arc::new(sigwright_ir::lower(&documents, &Default::default()).0);
    let relations = Relations::of(&set.exprs);
    let pairs = Prover::new(&set.exprs, &relations).within(&set);
    let options = Options {
        limit: 50,
        hits_only: true,
        ..Options::default()
    };
    let mut generator = Generator::new(set.clone(), options);
    let (mut tried, mut equal) = (0u32, 0u32);
    for pair in &pairs {
        let mut ways = vec![(pair.narrow, pair.broad)];
        if pair.equal {
            equal += 1;
            ways.push((pair.broad, pair.narrow));
        }
        for (narrow, broad) in ways {
            for case in generator.rule(narrow, &Plain::default()).cases {
                for text in [case.event.to_string(), case.flat.to_string()] {
                    let event = Event::from_json(&text).unwrap();
                    if naive::matches(&set, narrow, &event) {
                        tried += 1;
                        let title = |id| set.rule(id).map_or("", |rule| rule.title());
                        assert!(
                            naive::matches(&set, broad, &event),
                            "`{}` is not found by `{}`: {text}",
                            title(narrow),
                            title(broad)
                        );
                    }
                }
            }
        }
    }
    println!(
        "{} rules, {} pairs, {equal} of them equal, {tried} events",
        set.rules.len(),
        pairs.len()
    );
    assert!(pairs.len() >= 40 && tried as usize > pairs.len());
}
