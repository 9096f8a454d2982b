//! What has been proved about the rules of a run, worked out when a lint first asks.

use sigwright_ir::proof::{Fact, Proof, Prover, Relations, Remark, Values, Within};
use sigwright_ir::{Expr, ExprId, Exprs, Outline, OutlineKind, Rule, RuleSet};
use sigwright_syntax::ast::LogSource;
use sigwright_syntax::{Diagnostic, Span};
use std::cell::OnceCell;

/// Facts that are shown of one proof.
const SHOWN: usize = 3;

/// Fields of Windows events that may be lists: unnamed data of an event, in its order.
const LISTS: &[&str] = &["Data", "EventData.Data", "EventData"];

/// Proofs about the rules of a set.
#[derive(Debug)]
pub struct Meaning<'a> {
    set: &'a RuleSet,
    relations: OnceCell<Relations>,
    reviews: OnceCell<Vec<Vec<Remark>>>,
}

impl<'a> Meaning<'a> {
    pub(crate) fn new(set: &'a RuleSet) -> Self {
        Meaning {
            set,
            relations: OnceCell::new(),
            reviews: OnceCell::new(),
        }
    }

    /// The prover over the expressions of all rules.
    pub(crate) fn prover(&self) -> Prover<'_> {
        let relations = self
            .relations
            .get_or_init(|| Relations::of(&self.set.exprs));
        Prover::new(&self.set.exprs, relations)
    }

    /// What is said against each rule, in their order.
    pub(crate) fn reviews(&self) -> impl Iterator<Item = (&'a Rule, &[Remark])> {
        let reviews = self.reviews.get_or_init(|| {
            let rules = self.set.rules.iter();
            rules
                .map(|rule| self.prover().review(&rule.outline, values(&rule.logsource)))
                .collect()
        });
        self.set.rules.iter().zip(reviews.iter().map(Vec::as_slice))
    }

    /// The rules that others cover.
    pub(crate) fn within(&self) -> Vec<Within> {
        self.prover().within(self.set)
    }

    /// Says by a message what a proof rests on, in a rule or several.
    pub(crate) fn explain(&self, mut said: Diagnostic, proof: &Proof, of: &[&Rule]) -> Diagnostic {
        let exprs = &self.set.exprs;
        let outlines: Vec<&Outline> = of.iter().map(|rule| &rule.outline).collect();
        let places = |id: ExprId| {
            let mut found = Vec::new();
            for outline in &outlines {
                places(exprs, outline, id, &mut found);
            }
            found
        };
        let pred = |id| {
            let atom = proof.atoms.iter().copied();
            let mut atom =
                atom.filter(|atom| matches!(exprs.get(*atom), Expr::Pred(p) if *p == id));
            atom.next().map(places).unwrap_or_default()
        };
        for fact in proof.facts.iter().take(SHOWN) {
            let (first, second) = match fact {
                Fact::Implies(one, two) => (
                    (pred(*one), "where this holds,"),
                    (pred(*two), "this holds"),
                ),
                Fact::Presence(one, two) => (
                    (pred(*one), "this asks for a value,"),
                    (pred(*two), "this for whether there is one"),
                ),
                Fact::Apart(one, two) => (
                    (pred(*one), "a value that is this"),
                    (pred(*two), "is not this"),
                ),
                Fact::Empty(one) => ((pred(*one), "no value is so"), (Vec::new(), "")),
                Fact::Elements(one, two) => (
                    (places(*one), "what this says of elements"),
                    (places(*two), "decides this"),
                ),
                Fact::NoElement(one) => ((places(*one), "no element is so"), (Vec::new(), "")),
            };
            for (spans, text) in [first, second] {
                if let Some(span) = spans.first() {
                    said = label(said, *span, text);
                }
            }
        }
        if proof.facts.is_empty() {
            for atom in proof.atoms.iter().take(SHOWN) {
                let found = places(*atom);
                if let [first, .., last] = found.as_slice() {
                    said = label(said, *first, "this is asked here");
                    said = label(said, *last, "and here");
                }
            }
        }
        said
    }
}

/// A second place, unless it is there already.
fn label(said: Diagnostic, span: Span, text: &str) -> Diagnostic {
    match said.labels.iter().any(|label| label.span == span) {
        true => said,
        false => said.also(span, text),
    }
}

/// How many values the fields of a log have. Windows and Sysmon record one under a name.
pub(crate) fn values(logsource: &LogSource) -> Values {
    let product = logsource.product.as_ref().map(|p| p.value.as_str());
    match product {
        Some("windows") => Values::One { but: LISTS },
        _ => Values::Many,
    }
}

/// Where an outline asks a predicate, or a selector.
fn places(exprs: &Exprs, outline: &Outline, atom: ExprId, found: &mut Vec<Span>) {
    let holds = match outline.kind {
        OutlineKind::Value(_) => asks(exprs, outline.expr, atom),
        OutlineKind::Elements(_) => outline.expr == atom,
        _ => false,
    };
    if holds && !found.contains(&outline.span) {
        found.push(outline.span);
    }
    for child in outline.children.iter() {
        places(exprs, child, atom, found);
    }
}

/// Whether an expression of a value has a predicate in it.
fn asks(exprs: &Exprs, value: ExprId, atom: ExprId) -> bool {
    value == atom
        || match exprs.get(value) {
            Expr::And(parts) | Expr::Or(parts) => parts.iter().any(|part| asks(exprs, *part, atom)),
            Expr::Not(part) => asks(exprs, *part, atom),
            _ => false,
        }
}

/// How a part of a rule is spoken of.
pub(crate) fn named(part: &Outline) -> String {
    match &part.kind {
        OutlineKind::Selection(name) | OutlineKind::Item(name) | OutlineKind::Elements(name) => {
            format!("`{name}`")
        }
        OutlineKind::Of(label) => format!("`{label}`"),
        OutlineKind::Filter(title) => format!("the filter `{title}`"),
        OutlineKind::Value(value) => format!("`{value}`"),
        OutlineKind::Not => match part.children.first() {
            Some(child) => format!("`not` before {}", named(child)),
            None => "`not`".to_owned(),
        },
        OutlineKind::And | OutlineKind::Or => "this part".to_owned(),
    }
}
