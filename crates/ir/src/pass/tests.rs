//! Passes keep the truth table of an expression, atoms being predicates.

use super::*;
use crate::pred::{Op, Predicate, Subject};
use proptest::prelude::*;

const ATOMS: usize = 6;

/// An expression over atoms, not yet in a table.
#[derive(Debug, Clone)]
enum Tree {
    True,
    False,
    Atom(usize),
    And(Vec<Tree>),
    Or(Vec<Tree>),
    Not(Box<Tree>),
}

fn trees() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        8 => (0..ATOMS).prop_map(Tree::Atom),
        1 => Just(Tree::True),
        1 => Just(Tree::False),
    ];
    leaf.prop_recursive(5, 60, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..5).prop_map(Tree::And),
            proptest::collection::vec(inner.clone(), 1..5).prop_map(Tree::Or),
            inner.prop_map(|tree| Tree::Not(Box::new(tree))),
        ]
    })
}

fn atom(exprs: &mut Exprs, index: usize) -> ExprId {
    let field = exprs.field(&format!("f{index}"));
    exprs.pred(Predicate {
        subject: Subject::Field(field),
        op: Op::Exists,
    })
}

fn build(exprs: &mut Exprs, tree: &Tree) -> ExprId {
    match tree {
        Tree::True => Exprs::TRUE,
        Tree::False => Exprs::FALSE,
        Tree::Atom(index) => atom(exprs, *index),
        Tree::And(parts) => {
            let parts: Vec<ExprId> = parts.iter().map(|p| build(exprs, p)).collect();
            exprs.and(parts)
        }
        Tree::Or(parts) => {
            let parts: Vec<ExprId> = parts.iter().map(|p| build(exprs, p)).collect();
            exprs.or(parts)
        }
        Tree::Not(part) => {
            let part = build(exprs, part);
            exprs.not(part)
        }
    }
}

fn tree_holds(tree: &Tree, truths: usize) -> bool {
    match tree {
        Tree::True => true,
        Tree::False => false,
        Tree::Atom(index) => truths >> index & 1 == 1,
        Tree::And(parts) => parts.iter().all(|p| tree_holds(p, truths)),
        Tree::Or(parts) => parts.iter().any(|p| tree_holds(p, truths)),
        Tree::Not(part) => !tree_holds(part, truths),
    }
}

fn expr_holds(exprs: &Exprs, id: ExprId, truths: usize) -> bool {
    match exprs.get(id) {
        Expr::True => true,
        Expr::False => false,
        Expr::Pred(id) => {
            let Subject::Field(field) = exprs.predicate(*id).unwrap().subject else {
                panic!("an atom without a field");
            };
            let name = exprs.field_name(field).strip_prefix('f').unwrap();
            let index: usize = name.parse().unwrap();
            truths >> index & 1 == 1
        }
        Expr::And(parts) => parts.iter().all(|p| expr_holds(exprs, *p, truths)),
        Expr::Or(parts) => parts.iter().any(|p| expr_holds(exprs, *p, truths)),
        Expr::Not(part) => !expr_holds(exprs, *part, truths),
        Expr::Elements { .. } => panic!("no elements were built"),
    }
}

/// The invariants that [`Exprs`] promises.
fn sound(exprs: &Exprs, id: ExprId) {
    let parts = match exprs.get(id) {
        Expr::And(parts) | Expr::Or(parts) => parts.as_ref(),
        Expr::Not(part) => {
            assert!(!matches!(
                exprs.get(*part),
                Expr::Not(_) | Expr::True | Expr::False
            ));
            std::slice::from_ref(part)
        }
        _ => return,
    };
    let kind = std::mem::discriminant(exprs.get(id));
    for part in parts {
        let inner = exprs.get(*part);
        assert!(!matches!(inner, Expr::True | Expr::False));
        assert_ne!(std::mem::discriminant(inner), kind);
        sound(exprs, *part);
    }
    assert!(parts.len() > 1 || matches!(exprs.get(id), Expr::Not(_)));
}

proptest! {
    #[test]
    fn constructors_keep_meaning(tree in trees()) {
        let mut exprs = Exprs::new();
        let root = build(&mut exprs, &tree);
        sound(&exprs, root);
        for truths in 0..1 << ATOMS {
            prop_assert_eq!(expr_holds(&exprs, root, truths), tree_holds(&tree, truths));
        }
    }

    #[test]
    fn each_pass_keeps_meaning(tree in trees()) {
        for pass in PASSES {
            let mut exprs = Exprs::new();
            let root = build(&mut exprs, &tree);
            let after = apply(&mut exprs, &[*pass], root);
            sound(&exprs, after);
            for truths in 0..1 << ATOMS {
                let (before, after) = (
                    expr_holds(&exprs, root, truths),
                    expr_holds(&exprs, after, truths),
                );
                prop_assert_eq!(before, after, "{}", pass.name);
            }
        }
    }

    #[test]
    fn all_passes_keep_meaning_and_settle(tree in trees()) {
        let mut exprs = Exprs::new();
        let root = build(&mut exprs, &tree);
        let after = run(&mut exprs, root);
        sound(&exprs, after);
        prop_assert_eq!(run(&mut exprs, after), after);
        for truths in 0..1 << ATOMS {
            prop_assert_eq!(expr_holds(&exprs, root, truths), expr_holds(&exprs, after, truths));
        }
    }
}

/// Rewrites by one pass, written as trees over `f0`, `f1` and `f2`.
fn rewritten(name: &str, before: Tree, after: Tree) {
    let pass = PASSES.iter().find(|pass| pass.name == name).unwrap();
    let mut exprs = Exprs::new();
    let before = build(&mut exprs, &before);
    let after = build(&mut exprs, &after);
    let got = apply(&mut exprs, &[*pass], before);
    assert_eq!(
        exprs.display(got).to_string(),
        exprs.display(after).to_string()
    );
}

use Tree::{And, Atom, Not, Or};

#[test]
fn dedupe_keeps_the_first_of_each() {
    rewritten(
        "dedupe",
        Or(vec![Atom(1), Atom(0), Atom(1), Atom(0)]),
        Or(vec![Atom(1), Atom(0)]),
    );
}

#[test]
fn complement_finds_what_cannot_and_what_must_be() {
    let both = vec![Atom(0), Atom(1), Not(Box::new(Atom(0)))];
    rewritten("complement", And(both.clone()), Tree::False);
    rewritten("complement", Or(both), Tree::True);
}

#[test]
fn absorb_drops_what_is_said_already() {
    rewritten(
        "absorb",
        Or(vec![Atom(0), And(vec![Atom(1), Atom(0)]), Atom(2)]),
        Or(vec![Atom(0), Atom(2)]),
    );
    rewritten(
        "absorb",
        And(vec![Or(vec![Atom(1), Atom(0)]), Atom(0)]),
        Atom(0),
    );
}

#[test]
fn passes_reach_the_bodies_of_array_selectors() {
    let mut exprs = Exprs::new();
    let twice = build(&mut exprs, &Or(vec![Atom(0), Atom(0)]));
    let once = build(&mut exprs, &Atom(0));
    let field = exprs.field("list");
    let any = crate::ElementSelector::Any;
    let before = exprs.elements(field, any, twice);
    let after = exprs.elements(field, any, once);
    assert_eq!(run(&mut exprs, before), after);
}
