//! Rules, correlations and filters after lowering.

use crate::correlation::Plan;
use crate::expr::Exprs;
use crate::hints::Hints;
use crate::pred::{ExprId, RuleId};
use indexmap::{IndexMap, IndexSet};
use sigwright_syntax::ast::{Correlation, LogSource, Meta};
use sigwright_syntax::{SourceId, Span};
use std::sync::Arc;

/// Everything loaded: detection rules ready to evaluate, correlations checked and kept.
#[derive(Debug, Clone, Default)]
pub struct RuleSet {
    /// Shared by all rules.
    pub exprs: Exprs,
    /// Rules without errors, filters applied, in the order read.
    pub rules: Vec<Rule>,
    /// Correlations without errors, in the order read.
    pub correlations: Vec<CorrelationRule>,
    /// How many filters without errors were applied.
    pub filters: usize,
}

impl RuleSet {
    /// The rule behind an id.
    pub fn rule(&self, id: RuleId) -> Option<&Rule> {
        self.rules.get(id.index())
    }

    /// All rules with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (RuleId, &Rule)> {
        self.rules
            .iter()
            .enumerate()
            .map(|(i, r)| (RuleId::from(i), r))
    }

    /// The fields that are read of events by some of its rules: to match them, to show what
    /// made them match, and for correlations and hints.
    pub fn reads<'r>(&self, rules: impl IntoIterator<Item = &'r Rule>) -> IndexSet<String> {
        let (mut roots, mut fields) = (Vec::new(), IndexSet::new());
        for rule in rules {
            // the outline may name what the passes have found not to matter
            roots.extend([rule.root, rule.outline.expr]);
            roots.extend(&rule.asked);
            fields.extend(rule.observed.iter().cloned());
        }
        let read = self.exprs.reads(roots);
        fields.extend(
            read.into_iter()
                .map(|field| self.exprs.field_name(field).to_owned()),
        );
        fields
    }

    /// The rules whose findings depend on what came before: see [`Hints::stateful`].
    pub fn stateful(&self) -> impl Iterator<Item = RuleId> {
        self.iter()
            .filter(|(_, rule)| rule.hints.stateful())
            .map(|(id, _)| id)
    }
}

/// A detection rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Title, id, level and so on.
    pub meta: Meta,
    /// The file it came from.
    pub source: SourceId,
    /// The document.
    pub span: Span,
    /// Which log it reads.
    pub logsource: LogSource,
    /// Each search identifier's expression.
    pub selections: IndexMap<String, ExprId>,
    /// One per condition, filters not included: what the text says, unoptimised.
    pub conditions: Vec<ExprId>,
    /// What is evaluated: the conditions OR-linked, filters applied, passes run.
    pub root: ExprId,
    /// How `root` follows from the text, for explanations; same meaning as `root`.
    pub outline: Outline,
    /// What it asks of its alerts.
    pub hints: Hints,
    /// Equal where it matches the same events of the same logs and keeps the same state.
    pub fingerprint: u128,
    /// The fields whose values its hints, and correlations it feeds, need of an event it
    /// matches.
    pub observed: Vec<String>,
    /// What the variations of the rule, and of correlations it feeds, ask of such an event.
    pub asked: Vec<ExprId>,
}

impl Rule {
    /// The title, or the id, or `untitled`.
    pub fn title(&self) -> &str {
        self.meta.shown()
    }
}

/// A rule's logic in the shape of its text.
#[derive(Debug, Clone)]
pub struct Outline {
    /// What this line of the text is.
    pub kind: OutlineKind,
    /// Where it is written.
    pub span: Span,
    /// What it means.
    pub expr: ExprId,
    /// Its parts; shared, since a condition may name one selection many times.
    pub children: Arc<[Outline]>,
}

/// What an [`Outline`] node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutlineKind {
    /// All children must hold.
    And,
    /// One child must hold.
    Or,
    /// The only child must not hold.
    Not,
    /// A search identifier; its child is what it searches for.
    Selection(String),
    /// `1 of x*` and the like; children are the selections meant.
    Of(String),
    /// `field|modifier`: the children are its values, linked by `all`.
    Item(String),
    /// A value, as the rule states it.
    Value(String),
    /// An array selector; the child is asked of elements.
    Elements(String),
    /// A filter document, by title; the child is its condition.
    Filter(String),
}

/// A correlation whose references were found.
#[derive(Debug, Clone)]
pub struct CorrelationRule {
    /// Title, id, level and so on.
    pub meta: Meta,
    /// The file it came from.
    pub source: SourceId,
    /// The document.
    pub span: Span,
    /// As read.
    pub correlation: Correlation,
    /// What `rules` names, in order, each once.
    pub references: Vec<Reference>,
    /// What it means.
    pub plan: Plan,
    /// What it asks of its alerts.
    pub hints: Hints,
}

impl CorrelationRule {
    /// The title, or the id, or `untitled`.
    pub fn title(&self) -> &str {
        self.meta.shown()
    }
}

/// What a correlation refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reference {
    /// A detection rule.
    Rule(RuleId),
    /// Another correlation, by its place in [`RuleSet::correlations`].
    Correlation(usize),
}
