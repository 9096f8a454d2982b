//! The judge: says what a rule means for an event, slowly and obviously.
//!
//! It walks the expressions of a rule set as they are and asks every predicate of every
//! value. Nothing is planned, shared or remembered between calls; every other evaluator is
//! measured against it. `docs/semantics.md` says the same in words.
//!
//! And, or and not are taken from a stack. Only array selectors recurse, one level for each
//! selector around another, which the reader's limit on nesting bounds.

use crate::event::{Event, NodeId};
use crate::fold::fold_char;
use crate::value;
use rustc_hash::FxHashMap;
use sigwright_ir::pred::{Anchor, FieldRef, Part, Pattern, Regex, StrOp};
use sigwright_ir::{ElementSelector, Expr, ExprId, Exprs, FieldId, Op, Predicate};
use sigwright_ir::{RuleId, RuleSet, Subject};
use sigwright_syntax::pattern::DASHES;
use std::borrow::Cow;

/// How often a backtracking regex may step back on one value before it counts as not found.
pub const BACKTRACK_LIMIT: usize = 250_000;

/// Bytes of the longest value a backtracking regex looks at: between two steps back it may
/// read all of the value, so that the first limit alone bounds nothing. The longest command
/// line of Windows, 32,767 characters, fits where it is ASCII.
pub const BACKTRACK_TEXT: usize = 32 << 10;

/// Bytes a field reference may read when it compares every value of one field with every
/// value of another; where it would be more, it counts as not answered.
pub const REFERENCE_BYTES: usize = 256 << 20;

/// Whether an expression holds for an event.
pub fn holds(exprs: &Exprs, root: ExprId, event: &Event) -> bool {
    Judge::new(exprs, Scope::event(event)).holds(root)
}

/// Whether a rule's condition holds for an event, wherever the event comes from; `false`
/// for an id of another set. The log source is [`crate::Origins::sees`]'s to ask.
pub fn matches(rules: &RuleSet, rule: RuleId, event: &Event) -> bool {
    rules
        .rule(rule)
        .is_some_and(|rule| holds(&rules.exprs, rule.root, event))
}

/// How texts are compared: the judge's own way, or a faster one with the same outcome.
pub(crate) trait Texts {
    /// Whether a text fits a pattern.
    fn fits(&self, asked: &StrOp, text: &str) -> bool;
    /// Whether a regex is found in a text.
    fn finds(&self, asked: &Regex, text: &str) -> bool;
}

/// The judge's way.
struct Plainly;

impl Texts for Plainly {
    fn fits(&self, asked: &StrOp, text: &str) -> bool {
        fits(asked, text)
    }

    fn finds(&self, asked: &Regex, text: &str) -> bool {
        compile(asked).is_some_and(|regex| regex.finds(text))
    }
}

/// What names are relative to: an event, or an element of one of its arrays.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'e> {
    pub(crate) event: &'e Event,
    pub(crate) element: Option<NodeId>,
    texts: &'e dyn Texts,
}

impl<'e> Scope<'e> {
    pub(crate) fn event(event: &'e Event) -> Self {
        Self::with(event, &Plainly)
    }

    pub(crate) fn with(event: &'e Event, texts: &'e dyn Texts) -> Self {
        Scope {
            event,
            element: None,
            texts,
        }
    }

    pub(crate) fn element(self, element: NodeId) -> Self {
        Scope {
            element: Some(element),
            ..self
        }
    }

    /// What a field name reaches, arrays handed over whole. `.` is the element at hand.
    pub(crate) fn reached(self, name: &str) -> Vec<NodeId> {
        let mut found = Vec::new();
        match self.element {
            None => self.event.reach(name, &mut |node| found.push(node)),
            Some(element) if name == "." => found.push(element),
            Some(element) => {
                let mut hit = |node| found.push(node);
                self.event.reach_from(element, name, &mut hit);
            }
        }
        found
    }

    pub(crate) fn subject(self, exprs: &Exprs, subject: Subject) -> Vec<NodeId> {
        match subject {
            Subject::Field(field) => self.reached(exprs.field_name(field)),
            Subject::Element => self.element.into_iter().collect(),
            Subject::AnyValue => {
                let mut found = Vec::new();
                match self.element {
                    None => self.event.every_value(&mut |node| found.push(node)),
                    Some(element) => values_in(self.event, element, &mut found),
                }
                found
            }
        }
    }

    /// The members of arrays in place of the arrays, however deep.
    pub(crate) fn flat(self, nodes: &[NodeId]) -> Vec<NodeId> {
        let mut leaves = Vec::new();
        for node in nodes {
            self.event.leaves(*node, &mut |leaf| leaves.push(leaf));
        }
        leaves
    }

    /// The arrays a name reaches, each as its elements. A value that is no array counts as
    /// an array of one, null as an array of none.
    pub(crate) fn arrays(self, name: &str) -> Vec<Vec<NodeId>> {
        self.reached(name)
            .into_iter()
            .map(|node| match self.event.value(node) {
                crate::Value::Array => self.event.elements(node).collect(),
                crate::Value::Null => Vec::new(),
                _ => vec![node],
            })
            .collect()
    }
}

/// Every value inside `node` that is neither array nor object.
fn values_in(event: &Event, node: NodeId, found: &mut Vec<NodeId>) {
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        match event.value(node) {
            crate::Value::Object(_) => open.extend(event.members(node).map(|(_, value)| value)),
            crate::Value::Array => open.extend(event.elements(node)),
            _ => found.push(node),
        }
    }
}

/// Answers for one scope; remembers what it was asked, so that a rule's parts may be asked
/// for after the whole.
pub(crate) struct Judge<'a> {
    pub(crate) exprs: &'a Exprs,
    pub(crate) scope: Scope<'a>,
    known: FxHashMap<ExprId, bool>,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(exprs: &'a Exprs, scope: Scope<'a>) -> Self {
        Judge {
            exprs,
            scope,
            known: FxHashMap::default(),
        }
    }

    /// Whether an expression holds. Every part of it is asked, also where the outcome is
    /// clear before.
    pub(crate) fn holds(&mut self, root: ExprId) -> bool {
        let exprs = self.exprs;
        let mut open = vec![root];
        while let Some(id) = open.last().copied() {
            if self.known.contains_key(&id) {
                open.pop();
                continue;
            }
            let expr = exprs.get(id);
            let children: &[ExprId] = match expr {
                Expr::And(children) | Expr::Or(children) => children,
                Expr::Not(child) => std::slice::from_ref(child),
                _ => &[],
            };
            let before = open.len();
            open.extend(children.iter().filter(|id| !self.known.contains_key(*id)));
            if open.len() > before {
                continue;
            }
            let result = match expr {
                Expr::True => true,
                Expr::False => false,
                Expr::Pred(pred) => exprs
                    .predicate(*pred)
                    .is_some_and(|predicate| asks(exprs, predicate, self.scope)),
                Expr::And(children) => children.iter().all(|child| self.knows(*child)),
                Expr::Or(children) => children.iter().any(|child| self.knows(*child)),
                Expr::Not(child) => !self.knows(*child),
                Expr::Elements {
                    field,
                    selector,
                    body,
                } => elements(exprs, *field, *selector, *body, self.scope),
            };
            self.known.insert(id, result);
            open.pop();
        }
        self.knows(root)
    }

    fn knows(&self, id: ExprId) -> bool {
        self.known.get(&id) == Some(&true)
    }
}

fn elements(
    exprs: &Exprs,
    field: FieldId,
    selector: ElementSelector,
    body: ExprId,
    scope: Scope<'_>,
) -> bool {
    let arrays = scope.arrays(exprs.field_name(field));
    let fits = |element: &NodeId| Judge::new(exprs, scope.element(*element)).holds(body);
    let mut each = arrays.iter().flatten();
    match selector {
        ElementSelector::Any => each.any(fits),
        ElementSelector::All => arrays.iter().flatten().next().is_some() && each.all(fits),
        ElementSelector::AllOrEmpty => each.all(fits),
        ElementSelector::None => !each.any(fits),
        ElementSelector::Index(place) => arrays
            .iter()
            .filter_map(|array| array.get(place as usize))
            .any(fits),
    }
}

/// Whether a predicate holds.
pub(crate) fn asks(exprs: &Exprs, predicate: &Predicate, scope: Scope<'_>) -> bool {
    let reached = scope.subject(exprs, predicate.subject);
    match &predicate.op {
        Op::Exists => !reached.is_empty(),
        Op::Null => scope
            .flat(&reached)
            .iter()
            .all(|node| scope.event.value(*node) == crate::Value::Null),
        _ => !answers(exprs, predicate, scope).is_empty(),
    }
}

/// The values that make a predicate true; for null, those that do not make it false.
pub(crate) fn answers(exprs: &Exprs, predicate: &Predicate, scope: Scope<'_>) -> Vec<NodeId> {
    let reached = scope.subject(exprs, predicate.subject);
    if predicate.op == Op::Exists {
        return reached;
    }
    let op = match predicate.subject {
        Subject::AnyValue => keyword(&predicate.op),
        _ => Cow::Borrowed(&predicate.op),
    };
    let mut leaves = scope.flat(&reached);
    if let Op::FieldRef(other) = &*op {
        let others = scope.flat(&scope.reached(exprs.field_name(other.field)));
        if too_many_pairs(texts(scope, &leaves), texts(scope, &others)) {
            return Vec::new();
        }
    }
    leaves.retain(|node| satisfies(exprs, &op, scope, *node));
    leaves
}

/// How many values there are, and the bytes of their texts.
fn texts(scope: Scope<'_>, nodes: &[NodeId]) -> (usize, usize) {
    let length = |node: &NodeId| scope.event.value(*node).text().map_or(0, str::len);
    (nodes.len(), nodes.iter().map(length).sum())
}

/// Whether comparing all values on one side with all on the other, each side given as their
/// number and bytes, is more than [`REFERENCE_BYTES`]. A comparison costs 16 bytes of its own.
pub(crate) fn too_many_pairs(ours: (usize, usize), theirs: (usize, usize)) -> bool {
    let pairs = ours.0.saturating_mul(theirs.0).saturating_mul(16);
    let bytes = ours
        .1
        .saturating_mul(theirs.0)
        .max(theirs.1.saturating_mul(ours.0));
    pairs.max(bytes) > REFERENCE_BYTES
}

/// What a keyword asks of each value: a plain one, number or text, to be contained in it.
fn keyword(op: &Op) -> Cow<'_, Op> {
    let contains = |pattern: Pattern, cased: bool| {
        Cow::Owned(Op::Str(StrOp {
            anchor: Anchor::Contains,
            pattern,
            cased,
        }))
    };
    match op {
        Op::Str(asked) if asked.anchor == Anchor::Whole => {
            contains(asked.pattern.clone(), asked.cased)
        }
        Op::Num(number) => contains(Pattern::literal(number.to_string()), false),
        _ => Cow::Borrowed(op),
    }
}

/// Whether one value, not an array, gives the answer asked for.
pub(crate) fn satisfies(exprs: &Exprs, op: &Op, scope: Scope<'_>, node: NodeId) -> bool {
    let found = scope.event.value(node);
    match op {
        Op::Null => found == crate::Value::Null,
        Op::Exists => true,
        Op::Num(number) => value::equals_number(found, number),
        Op::Bool(asked) => value::equals_bool(found, *asked),
        Op::Compare(comparison, number) => value::compares(found, *comparison, number),
        _ => found.text().is_some_and(|text| match op {
            Op::Str(asked) => scope.texts.fits(asked, text),
            Op::Regex(regex) => scope.texts.finds(regex, text),
            Op::Cidr(network) => value::in_network(text, network),
            Op::FieldRef(other) => refers(exprs, other, scope, text),
            Op::Time(part, comparison, number) => {
                value::time_compares(text, *part, *comparison, number)
            }
            _ => false,
        }),
    }
}

fn refers(exprs: &Exprs, other: &FieldRef, scope: Scope<'_>, text: &str) -> bool {
    let reached = scope.reached(exprs.field_name(other.field));
    scope.flat(&reached).into_iter().any(|node| {
        let Some(theirs) = scope.event.value(node).text() else {
            return false;
        };
        if theirs.is_empty() && other.anchor != Anchor::Whole {
            return false;
        }
        scope.texts.fits(
            &StrOp {
                anchor: other.anchor,
                pattern: Pattern::literal(theirs),
                cased: other.cased,
            },
            text,
        )
    })
}

/// A pattern, one step for each character it asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    Char(char),
    Dash,
    One,
    Many,
    /// An unreplaced placeholder: no character is it.
    Never,
}

/// Whether a text fits a pattern: a table of which steps are done after which characters,
/// so that the cost is the product of the two lengths, whatever the pattern.
pub(crate) fn fits(asked: &StrOp, text: &str) -> bool {
    let fold = |c: char| if asked.cased { c } else { fold_char(c) };
    let mut steps = Vec::new();
    if matches!(asked.anchor, Anchor::End | Anchor::Contains) {
        steps.push(Step::Many);
    }
    for part in asked.pattern.parts() {
        match part {
            Part::Text(text) => steps.extend(text.chars().map(|c| Step::Char(fold(c)))),
            Part::One => steps.push(Step::One),
            Part::Many => steps.push(Step::Many),
            Part::Dash(_) => steps.push(Step::Dash),
            Part::Placeholder(_) => steps.push(Step::Never),
        }
    }
    if matches!(asked.anchor, Anchor::Start | Anchor::Contains) {
        steps.push(Step::Many);
    }
    // done[i]: the characters so far fit the first i steps
    let mut done = vec![false; steps.len() + 1];
    if let Some(start) = done.first_mut() {
        *start = true;
    }
    skip_many(&steps, &mut done);
    for c in text.chars().map(fold) {
        let mut next = vec![false; done.len()];
        for (i, step) in steps.iter().enumerate() {
            if done.get(i) != Some(&true) {
                continue;
            }
            let to = match step {
                Step::Many => i,
                Step::One => i + 1,
                Step::Char(asked) if *asked == c => i + 1,
                Step::Dash if DASHES.contains(&c) => i + 1,
                _ => continue,
            };
            if let Some(slot) = next.get_mut(to) {
                *slot = true;
            }
        }
        skip_many(&steps, &mut next);
        done = next;
    }
    done.last() == Some(&true)
}

/// A `*` may stand for no character at all.
fn skip_many(steps: &[Step], done: &mut [bool]) {
    for (i, step) in steps.iter().enumerate() {
        if *step == Step::Many
            && done.get(i) == Some(&true)
            && let Some(slot) = done.get_mut(i + 1)
        {
            *slot = true;
        }
    }
}

/// A compiled regex.
pub(crate) enum Compiled {
    Plain(regex::Regex),
    Fancy(fancy_regex::Regex),
}

/// Compiles a regex; `None` for one that no engine takes, which is found nowhere.
pub(crate) fn compile(asked: &Regex) -> Option<Compiled> {
    let pattern = asked.flagged();
    if let Ok(regex) = regex::Regex::new(&pattern) {
        return Some(Compiled::Plain(regex));
    }
    fancy_regex::RegexBuilder::new(&pattern)
        .backtrack_limit(BACKTRACK_LIMIT)
        .build()
        .ok()
        .map(Compiled::Fancy)
}

impl Compiled {
    /// Whether it is found in a text; where a limit on backtracking is hit, it is not.
    pub(crate) fn finds(&self, text: &str) -> bool {
        match self {
            Compiled::Plain(regex) => regex.is_match(text),
            Compiled::Fancy(_) if text.len() > BACKTRACK_TEXT => false,
            Compiled::Fancy(regex) => regex.is_match(text).unwrap_or(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sigwright_ir::pred::Number;

    /// Neither depth nor the product of ways through an expression costs more than its size.
    #[test]
    fn deep_expressions_are_judged_without_recursion() {
        let mut exprs = Exprs::new();
        let (a, b) = (exprs.field("a"), exprs.field("b"));
        let mut is = |field, number| {
            exprs.pred(Predicate {
                subject: Subject::Field(field),
                op: Op::Num(Number::Int(number)),
            })
        };
        let (one, two) = (is(a, 1), is(b, 2));
        let mut deep = one;
        for _ in 0..100_000 {
            let both = exprs.and([deep, two]);
            let not = exprs.not(both);
            deep = exprs.or([not, one]);
        }
        let event = Event::from_json(r#"{"a":1,"b":2}"#).unwrap();
        assert!(holds(&exprs, deep, &event));
        let none = exprs.and([deep, Exprs::FALSE]);
        assert!(!holds(&exprs, none, &event));
    }

    #[test]
    fn added_fields_are_reached_beside_the_members() {
        let mut event = Event::from_json(r#"{"user":"eve","data":{"image":"x"}}"#).unwrap();
        let root = event.whole().and_then(|whole| event.member(whole, "data"));
        event.add_root(root.unwrap());
        let bob = event.add_text("bob");
        event.add_field("user", bob);
        let agent = event.add_text("curl");
        event.add_field("request.agent", agent);
        let mut exprs = Exprs::new();
        let names = ["user", "image", "data.image", "request.agent"];
        let fields = names.map(|name| exprs.field(name));
        let mut asks = |subject, text: &str| {
            let root = exprs.pred(Predicate {
                subject,
                op: Op::Str(StrOp {
                    anchor: Anchor::Whole,
                    pattern: Pattern::literal(text),
                    cased: false,
                }),
            });
            holds(&exprs, root, &event)
        };
        let [user, image, data_image, agent] = fields.map(Subject::Field);
        assert!(asks(user, "eve") && asks(user, "bob"), "both");
        assert!(asks(image, "x") && asks(data_image, "x"), "both ways");
        assert!(asks(agent, "curl"));
        assert!(asks(Subject::AnyValue, "x"));
        assert!(!asks(Subject::AnyValue, "bob"), "no value of the event");
    }

    #[test]
    fn an_id_of_another_set_matches_nothing() {
        let event = Event::from_json("{}").unwrap();
        assert!(!matches(&RuleSet::default(), RuleId(0), &event));
    }
}
