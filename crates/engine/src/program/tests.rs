//! The program against the judge, on generated expressions and events.

use super::*;
use crate::event::Event;
use crate::{evidence, naive};
use proptest::collection::vec;
use proptest::prelude::*;
use sigwright_ir::pred::{Anchor, Comparison, FieldRef, Number, Part, Pattern, Regex, StrOp};
use sigwright_ir::{
    ElementSelector, ExprId, Exprs, Op, Outline, OutlineKind, Predicate, Rule, Subject,
};
use sigwright_syntax::{SourceId, Span};

/// An expression not yet in a table.
#[derive(Debug, Clone)]
enum Tree {
    Pred(Option<&'static str>, Ask),
    And(Vec<Tree>),
    Or(Vec<Tree>),
    Not(Box<Tree>),
    Elements(&'static str, ElementSelector, Box<Tree>),
}

#[derive(Debug, Clone)]
enum Ask {
    Op(Op),
    Ref(&'static str, Anchor, bool),
}

fn add(tree: &Tree, exprs: &mut Exprs) -> ExprId {
    match tree {
        Tree::Pred(field, ask) => {
            let subject = match field {
                Some(name) => Subject::Field(exprs.field(name)),
                None => Subject::AnyValue,
            };
            let op = match ask {
                Ask::Op(op) => op.clone(),
                Ask::Ref(other, anchor, cased) => Op::FieldRef(FieldRef {
                    field: exprs.field(other),
                    anchor: *anchor,
                    cased: *cased,
                }),
            };
            exprs.pred(Predicate { subject, op })
        }
        Tree::And(parts) => {
            let parts: Vec<_> = parts.iter().map(|p| add(p, exprs)).collect();
            exprs.and(parts)
        }
        Tree::Or(parts) => {
            let parts: Vec<_> = parts.iter().map(|p| add(p, exprs)).collect();
            exprs.or(parts)
        }
        Tree::Not(inner) => {
            let inner = add(inner, exprs);
            exprs.not(inner)
        }
        Tree::Elements(field, selector, body) => {
            let body = add(body, exprs);
            let field = exprs.field(field);
            exprs.elements(field, *selector, body)
        }
    }
}

fn rule(root: ExprId) -> Rule {
    let span = Span::new(SourceId(0), 0, 0);
    Rule {
        meta: Default::default(),
        source: SourceId(0),
        span,
        logsource: Default::default(),
        selections: Default::default(),
        conditions: vec![root],
        root,
        outline: Outline {
            kind: OutlineKind::And,
            span,
            expr: root,
            children: Vec::new().into(),
        },
        hints: Default::default(),
        fingerprint: 0,
        observed: Vec::new(),
        asked: Vec::new(),
    }
}

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a", "b", "a.b", "a.b.c", "c"])
}

fn anchor() -> impl Strategy<Value = Anchor> {
    prop::sample::select(vec![
        Anchor::Whole,
        Anchor::Start,
        Anchor::End,
        Anchor::Contains,
    ])
}

fn word() -> impl Strategy<Value = String> {
    "[aAbBäÄkK\u{212A}1.\\-/–\n]{0,3}"
}

fn pattern() -> impl Strategy<Value = Pattern> {
    let part = prop_oneof![
        4 => word().prop_map(Part::Text),
        1 => Just(Part::One),
        1 => Just(Part::Many),
        1 => Just(Part::Dash('-')),
    ];
    vec(part, 0..4).prop_map(Pattern::from_parts)
}

fn number() -> impl Strategy<Value = Number> {
    prop_oneof![
        (-2i128..3).prop_map(Number::Int),
        Just(Number::Int(1)),
        Just(Number::Float(1.0)),
        Just(Number::Float(1.5)),
        Just(Number::Int(9_007_199_254_740_993)),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let comparison = prop::sample::select(vec![
        Comparison::Lt,
        Comparison::Lte,
        Comparison::Gt,
        Comparison::Gte,
    ]);
    let regex = (
        prop::sample::select(vec![
            "a",
            "^a+b?$",
            "[aA]bÄ",
            "(ab|ba)1",
            "aab",
            "a.b",
            "(?:ab){2}",
            "b(?!a)",
            "(a)\\1",
            "k.?",
            "",
        ]),
        any::<(bool, bool, bool)>(),
    );
    prop_oneof![
        6 => (anchor(), pattern(), any::<bool>())
            .prop_map(|(anchor, pattern, cased)| Op::Str(StrOp { anchor, pattern, cased })),
        1 => number().prop_map(Op::Num),
        1 => any::<bool>().prop_map(Op::Bool),
        1 => Just(Op::Null),
        1 => Just(Op::Exists),
        2 => regex.prop_map(|(pattern, (ignore_case, multi_line, dot_all))| Op::Regex(Regex {
            pattern: pattern.to_owned(), ignore_case, multi_line, dot_all })),
        1 => prop::sample::select(vec!["10.0.0.0/8", "::ffff:10.0.0.0/104", "10.0.0.1/32"])
            .prop_map(|net| Op::Cidr(net.parse().unwrap())),
        1 => (comparison, number()).prop_map(|(cmp, number)| Op::Compare(cmp, number)),
    ]
}

fn tree() -> impl Strategy<Value = Tree> {
    let ask = prop_oneof![
        9 => op().prop_map(Ask::Op),
        1 => (name(), anchor(), any::<bool>()).prop_map(|(f, a, c)| Ask::Ref(f, a, c)),
    ];
    let leaf = prop_oneof![
        8 => (name(), ask).prop_map(|(field, ask)| Tree::Pred(Some(field), ask)),
        1 => op().prop_map(|op| Tree::Pred(None, Ask::Op(op))),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let selector = prop::sample::select(vec![
            ElementSelector::Any,
            ElementSelector::All,
            ElementSelector::AllOrEmpty,
            ElementSelector::None,
            ElementSelector::Index(1),
        ]);
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Tree::And),
            vec(inner.clone(), 0..4).prop_map(Tree::Or),
            inner.clone().prop_map(|t| Tree::Not(Box::new(t))),
            (name(), selector, inner).prop_map(|(f, s, t)| Tree::Elements(f, s, Box::new(t))),
        ]
    })
}

/// JSON text with duplicate and dotted keys.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => word().prop_map(|w| serde_json::to_string(&w).unwrap()),
        2 => prop::sample::select(vec![
            "1", "1.0", "-0", "0", "2", "1e0", "1.5", "9007199254740993", "true", "null", "\"true\"",
            "\"1\"", "\"1.5\"", "\"10.0.0.1\"", "\"::ffff:10.0.0.1\"", "\"abab1\"", "\"aabÄ\"",
        ]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let key = prop::sample::select(vec!["a", "b", "c", "a.b", "b.c", "a.b.c", "A"]);
        prop_oneof![
            1 => vec(inner.clone(), 0..4).prop_map(|v| format!("[{}]", v.join(","))),
            3 => vec((key, inner), 0..5).prop_map(|members| {
                let members: Vec<_> =
                    members.into_iter().map(|(k, v)| format!("{k:?}:{v}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Whatever is switched off, the findings are the judge's.
    #[test]
    fn the_program_agrees_with_the_judge(
        trees in vec(tree(), 1..6),
        events in vec(json(), 1..5),
    ) {
        let mut set = RuleSet::default();
        for tree in &trees {
            let root = add(tree, &mut set.exprs);
            set.rules.push(rule(root));
        }
        let set = Arc::new(set);
        let on = ProgramOptions::default();
        for options in [
            on.clone(),
            ProgramOptions { candidates: false, ..on.clone() },
            ProgramOptions { literals: false, ..on.clone() },
            ProgramOptions { regex_gates: false, ..on.clone() },
            ProgramOptions { memo: false, ..on },
        ] {
            let label = format!("{options:?}");
            let program = Program::compile(set.clone(), Origins::new(Vec::new()), options);
            let mut matcher = Matcher::new(&program);
            let mut found = Vec::new();
            // the second time, what values answer is remembered
            for text in events.iter().chain(&events) {
                let event = Event::from_json(text).unwrap();
                matcher.matches(&event, &mut found);
                let expected: Vec<RuleId> = set
                    .iter()
                    .map(|(id, _)| id)
                    .filter(|id| naive::matches(&set, *id, &event))
                    .collect();
                prop_assert_eq!(&found, &expected, "{} {}", label, text);
                for id in found.iter().copied() {
                    let mut quick = Vec::new();
                    let finder = evidence::Finder::new(&set);
                    finder.find_after(&mut matcher, id, &event, &mut quick);
                    prop_assert_eq!(
                        quick,
                        evidence::evidence(&set, id, &event),
                        "{} {}", label, text
                    );
                }
            }
        }
    }
}
