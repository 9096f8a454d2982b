//! What has been proved about the rules of a run, worked out when a lint first asks.

use sigwright_ir::fold::fold;
use sigwright_ir::pred::Anchor;
use sigwright_ir::proof::{Fact, Proof, Prover, Relations, Remark, Values, Within};
use sigwright_ir::{Expr, ExprId, Exprs, Op, Outline, OutlineKind, Rule, RuleSet, Subject};
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

    /// Whether a rule matches only events in which nothing but null is under a name.
    pub(crate) fn missing(&self, rule: &Rule, name: &str) -> bool {
        let exprs = &self.set.exprs;
        let asks = |id: &ExprId, wanted: &Op| match exprs.get(*id) {
            Expr::Pred(pred) => exprs.predicate(*pred).is_some_and(|predicate| {
                let field = match predicate.subject {
                    Subject::Field(field) => exprs.field_name(field),
                    _ => "",
                };
                predicate.op == *wanted && field == name
            }),
            _ => false,
        };
        let parts = match exprs.get(rule.root) {
            Expr::And(parts) => parts,
            _ => std::slice::from_ref(&rule.root),
        };
        parts.iter().any(|part| match exprs.get(*part) {
            Expr::Not(inner) => asks(inner, &Op::Exists),
            _ => asks(part, &Op::Null),
        })
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

/// Members of a Kubernetes audit event that are no lists: type `Event` of `audit.k8s.io/v1`.
const KUBERNETES: &[&str] = &[
    "auditID",
    "level",
    "objectRef.apiGroup",
    "objectRef.apiVersion",
    "objectRef.name",
    "objectRef.namespace",
    "objectRef.resource",
    "objectRef.subresource",
    "requestURI",
    "responseStatus.code",
    "responseStatus.reason",
    "responseStatus.status",
    "stage",
    "user.uid",
    "user.username",
    "userAgent",
    "verb",
];

/// Members of a CloudTrail record that are no lists: its user guide, "record contents".
const CLOUDTRAIL: &[&str] = &[
    "awsRegion",
    "errorCode",
    "eventCategory",
    "eventName",
    "eventSource",
    "eventType",
    "recipientAccountId",
    "sourceIPAddress",
    "userAgent",
    "userIdentity.arn",
    "userIdentity.principalId",
    "userIdentity.type",
    "userIdentity.userName",
];

/// How many values the fields of a log have. Windows and Sysmon record one under a name.
pub(crate) fn values(logsource: &LogSource) -> Values {
    match logsource.product.as_ref().map(|p| p.value.as_str()) {
        Some("windows") => Values::One { but: LISTS },
        Some("kubernetes") => Values::OneFor { fields: KUBERNETES },
        Some("aws") => Values::OneFor { fields: CLOUDTRAIL },
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

/// The values one of which a field has wherever a rule matches, folded; None where they are
/// not all known.
pub(crate) fn pinned(exprs: &Exprs, rule: &Rule, name: &str) -> Option<Vec<String>> {
    let parts = match exprs.get(rule.root) {
        Expr::And(parts) => parts,
        _ => std::slice::from_ref(&rule.root),
    };
    parts.iter().find_map(|part| listed(exprs, *part, name))
}

/// The values a choice of predicates about one field names.
fn listed(exprs: &Exprs, choice: ExprId, name: &str) -> Option<Vec<String>> {
    let one = |id: &ExprId| {
        let Expr::Pred(pred) = exprs.get(*id) else {
            return None;
        };
        let predicate = exprs.predicate(*pred)?;
        let Subject::Field(field) = predicate.subject else {
            return None;
        };
        let text = match &predicate.op {
            Op::Str(asked) if asked.anchor == Anchor::Whole && !asked.cased => {
                fold(asked.pattern.as_literal()?).into_owned()
            }
            // a number may be spelled in many ways, and each counts for itself
            _ => return None,
        };
        (exprs.field_name(field) == name).then_some(text)
    };
    match exprs.get(choice) {
        Expr::Or(parts) => parts.iter().map(one).collect(),
        _ => Some(vec![one(&choice)?]),
    }
}
