//! Evidence: the values of an event that made a rule true, and where the rule asks for them.

use crate::event::{Event, NodeId, Value};
use crate::fold::fold_into;
use crate::naive::{self, Compiled, Judge, Scope, Texts};
use crate::program::{Glob, Matcher};
use rustc_hash::{FxHashMap, FxHashSet};
use sigwright_ir::pred::{Anchor, Regex, StrOp};
use sigwright_ir::{
    Expr, ExprId, Exprs, FieldId, Op, Outline, OutlineKind, Predicate, RuleId, RuleSet, Subject,
};
use sigwright_syntax::Span;
use std::borrow::Cow;
use std::cell::RefCell;

/// Pieces of evidence for one finding; the verdict rests on all of the event, evidence is for
/// the reader.
pub const MOST: usize = 200;

/// Values, or elements of arrays, given as evidence for one value of a rule.
pub const EACH: usize = 20;

/// A value that answered a question of a rule of the set `'r`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Evidence<'r> {
    /// The rule's name for the field; inside an array selector with the element's place,
    /// such as `rules[0].verbs`; for a keyword the keys that lead to the value.
    pub field: Cow<'r, str>,
    /// The value.
    pub node: NodeId,
    /// The value in the rule that it answers.
    pub span: Span,
}

/// The values that made a rule true, in the order of the rule's text, each once for every
/// value of the rule it answers. Empty where the rule does not hold, and where it holds for
/// what is absent only: what a `not` keeps out leaves no evidence. The first [`EACH`] values
/// for each value of the rule are given, and [`MOST`] in all.
///
/// For many events, keep a [`Finder`].
pub fn evidence<'r>(rules: &'r RuleSet, rule: RuleId, event: &Event) -> Vec<Evidence<'r>> {
    Finder::new(rules).find(rule, event)
}

/// Finds evidence in one event after the other; remembers compiled regexes.
pub struct Finder<'r> {
    rules: &'r RuleSet,
    texts: Quickly,
}

impl<'r> Finder<'r> {
    /// A finder for the rules of a set.
    pub fn new(rules: &'r RuleSet) -> Self {
        Finder {
            rules,
            texts: Quickly::default(),
        }
    }

    /// Whether a rule's condition holds for an event: what [`naive::matches`] says, sooner.
    pub fn holds(&self, rule: RuleId, event: &Event) -> bool {
        let scope = Scope::with(event, &self.texts);
        self.rules
            .rule(rule)
            .is_some_and(|rule| Judge::new(&self.rules.exprs, scope).holds(rule.root))
    }

    /// What [`evidence`] finds.
    pub fn find(&self, rule: RuleId, event: &Event) -> Vec<Evidence<'r>> {
        let scope = Scope::with(event, &self.texts);
        let mut found = Vec::new();
        let mut judge = Judge::new(&self.rules.exprs, scope);
        self.search(&mut judge, rule, &mut found);
        found
    }

    /// Puts into `found`, cleared first, what [`evidence`] finds, for the event that `matcher`
    /// was last given: what it knows of the event is not asked again. For rules about fields
    /// nothing is allocated once warm.
    pub fn find_after(
        &self,
        matcher: &mut Matcher<'_>,
        rule: RuleId,
        event: &Event,
        found: &mut Vec<Evidence<'r>>,
    ) {
        found.clear();
        let scope = Scope::with(event, &self.texts);
        let exprs = &self.rules.exprs;
        let flat = matcher.flat_evidence(rule, scope, &mut |field, node, span| {
            if found.len() < MOST {
                let field = Cow::Borrowed(exprs.field_name(field));
                found.push(Evidence { field, node, span });
            }
        });
        if flat {
            once(found);
            return;
        }
        let mut matched = Matched {
            matcher,
            exprs,
            scope,
        };
        self.search(&mut matched, rule, found);
    }

    fn search<'a>(&self, known: &mut dyn Known<'a>, rule: RuleId, found: &mut Vec<Evidence<'_>>) {
        if let Some(rule) = self.rules.rule(rule)
            && known.holds(rule.root)
        {
            collect(known, &rule.outline, &mut Place::default(), found);
        }
        once(found);
    }
}

/// Keeps each piece of evidence once, where it comes first.
fn once(found: &mut Vec<Evidence<'_>>) {
    let mut at = 0;
    while let Some(evidence) = found.get(at) {
        let same = |earlier: &Evidence<'_>| {
            (earlier.node, earlier.span) == (evidence.node, evidence.span)
                && earlier.field == evidence.field
        };
        if found.iter().take(at).any(same) {
            found.remove(at);
        } else {
            at += 1;
        }
    }
}

/// Who says what holds of the event or element at hand.
trait Known<'a> {
    fn exprs(&self) -> &'a Exprs;
    fn scope(&self) -> Scope<'a>;
    fn holds(&mut self, expr: ExprId) -> bool;
}

impl<'a> Known<'a> for Judge<'a> {
    fn exprs(&self) -> &'a Exprs {
        self.exprs
    }

    fn scope(&self) -> Scope<'a> {
        self.scope
    }

    fn holds(&mut self, expr: ExprId) -> bool {
        Judge::holds(self, expr)
    }
}

/// An event that a matcher has gone through.
struct Matched<'a, 'm, 'p> {
    matcher: &'m mut Matcher<'p>,
    exprs: &'a Exprs,
    scope: Scope<'a>,
}

impl<'a> Known<'a> for Matched<'a, '_, '_> {
    fn exprs(&self) -> &'a Exprs {
        self.exprs
    }

    fn scope(&self) -> Scope<'a> {
        self.scope
    }

    fn holds(&mut self, expr: ExprId) -> bool {
        self.matcher.holds(expr, self.scope.event)
    }
}

/// Texts compared by search where the pattern allows, which is nearly always.
#[derive(Default)]
pub(crate) struct Quickly {
    regexes: RefCell<FxHashMap<Regex, Option<Compiled>>>,
    globs: RefCell<FxHashMap<StrOp, Glob>>,
    /// The last text asked for, and its folded form.
    last: RefCell<(String, String)>,
    /// A literal, folded.
    literal: RefCell<String>,
}

impl Texts for Quickly {
    fn fits(&self, asked: &StrOp, text: &str) -> bool {
        if asked.cased {
            return self.prepared(asked, text);
        }
        let mut last = self.last.borrow_mut();
        let (plain, folded) = &mut *last;
        if plain != text {
            plain.clear();
            plain.push_str(text);
            folded.clear();
            fold_into(text, folded);
        }
        self.prepared(asked, folded)
    }

    fn finds(&self, asked: &Regex, text: &str) -> bool {
        if let Some(regex) = self.regexes.borrow().get(asked) {
            return regex.as_ref().is_some_and(|regex| regex.finds(text));
        }
        let regex = naive::compile(asked);
        let found = regex.as_ref().is_some_and(|regex| regex.finds(text));
        self.regexes.borrow_mut().insert(asked.clone(), regex);
        found
    }
}

impl Quickly {
    /// Whether a text, folded where case does not count, fits a pattern.
    fn prepared(&self, asked: &StrOp, text: &str) -> bool {
        let Some(literal) = asked.pattern.as_literal() else {
            let mut globs = self.globs.borrow_mut();
            if let Some(glob) = globs.get(asked) {
                return glob.is_match(text);
            }
            let glob = Glob::new(asked.anchor, &asked.pattern, asked.cased);
            let fits = glob.is_match(text);
            globs.insert(asked.clone(), glob);
            return fits;
        };
        if asked.cased {
            return stands(asked.anchor, text, literal);
        }
        let mut folded = self.literal.borrow_mut();
        folded.clear();
        fold_into(literal, &mut folded);
        stands(asked.anchor, text, &folded)
    }
}

/// Whether a literal stands in a text where the anchor says.
fn stands(anchor: Anchor, text: &str, literal: &str) -> bool {
    match anchor {
        Anchor::Whole => text == literal,
        Anchor::Start => text.starts_with(literal),
        Anchor::End => text.ends_with(literal),
        Anchor::Contains => text.contains(literal),
    }
}

/// The event or an element of it, being searched for evidence.
#[derive(Default)]
struct Place {
    /// The element's name; empty for the event.
    prefix: String,
    /// The parts searched already: a condition may name one selection many times.
    done: FxHashSet<*const Outline>,
}

impl Place {
    fn named(prefix: String) -> Self {
        Place {
            prefix,
            ..Place::default()
        }
    }
}

fn collect<'a>(
    known: &mut dyn Known<'a>,
    outline: &Outline,
    place: &mut Place,
    found: &mut Vec<Evidence<'_>>,
) {
    if outline.kind == OutlineKind::Not || !known.holds(outline.expr) {
        return;
    }
    if outline.children.is_empty() {
        drill(known, outline.expr, outline.span, &place.prefix, found);
        return;
    }
    if !place.done.insert(outline.children.as_ptr()) {
        return;
    }
    if let OutlineKind::Elements(_) = outline.kind {
        let Expr::Elements { field, body, .. } = known.exprs().get(outline.expr) else {
            return;
        };
        for (mut inner, prefix) in fitting(known, *field, *body, &place.prefix) {
            let mut place = Place::named(prefix);
            for child in outline.children.iter() {
                collect(&mut inner, child, &mut place, found);
            }
        }
        return;
    }
    for child in outline.children.iter() {
        collect(known, child, place, found);
    }
}

/// The elements that satisfy the body, each with its own judge and name.
fn fitting<'a>(
    known: &dyn Known<'a>,
    field: FieldId,
    body: ExprId,
    prefix: &str,
) -> Vec<(Judge<'a>, String)> {
    let (exprs, scope) = (known.exprs(), known.scope());
    let name = exprs.field_name(field);
    let mut fitting = Vec::new();
    for array in scope.arrays(name) {
        for (place, element) in array.into_iter().enumerate() {
            let mut inner = Judge::new(exprs, scope.element(element));
            if fitting.len() < EACH && inner.holds(body) {
                fitting.push((inner, format!("{}[{place}]", join(prefix, name))));
            }
        }
    }
    fitting
}

/// What the parts of an expression that hold were answered by.
fn drill<'a>(
    known: &mut dyn Known<'a>,
    expr: ExprId,
    span: Span,
    prefix: &str,
    found: &mut Vec<Evidence<'_>>,
) {
    if !known.holds(expr) {
        return;
    }
    let (exprs, scope) = (known.exprs(), known.scope());
    match exprs.get(expr) {
        Expr::True | Expr::False | Expr::Not(_) => {}
        // neither holds the other: smart constructors flatten, so this goes two levels deep
        Expr::And(children) | Expr::Or(children) => {
            for child in children {
                drill(known, *child, span, prefix, found);
            }
        }
        Expr::Elements { field, body, .. } => {
            for (mut inner, prefix) in fitting(known, *field, *body, prefix) {
                drill(&mut inner, *body, span, &prefix, found);
            }
        }
        Expr::Pred(pred) => {
            let Some(predicate) = exprs.predicate(*pred) else {
                return;
            };
            for node in answers(exprs, predicate, scope).into_iter().take(EACH) {
                if found.len() >= MOST {
                    return;
                }
                let field = match predicate.subject {
                    Subject::Field(field) => join(prefix, exprs.field_name(field)),
                    Subject::Element => prefix.to_owned(),
                    Subject::AnyValue => path(scope.event, node).unwrap_or_default(),
                };
                let field = Cow::Owned(field);
                found.push(Evidence { field, node, span });
            }
        }
    }
}

/// The values that make a predicate true, which is known to be true: where there is only one
/// value it needs no asking.
fn answers(exprs: &Exprs, predicate: &Predicate, scope: Scope<'_>) -> Vec<NodeId> {
    if !matches!(predicate.op, Op::Null | Op::Exists) {
        let leaves = scope.flat(&scope.subject(exprs, predicate.subject));
        if leaves.len() == 1 {
            return leaves;
        }
    }
    naive::answers(exprs, predicate, scope)
}

pub(crate) fn join(prefix: &str, name: &str) -> String {
    match (prefix, name) {
        ("", name) => name.to_owned(),
        (prefix, ".") => prefix.to_owned(),
        (prefix, name) => format!("{prefix}.{name}"),
    }
}

/// The keys from the whole event to one of its values, joined with dots; places in arrays
/// are left out, as they are in the names of rules.
pub(crate) fn path(event: &Event, sought: NodeId) -> Option<String> {
    let mut at = event.whole()?;
    let mut name = String::new();
    while at != sought {
        let (key, inner) = match event.value(at) {
            Value::Array => ("", event.elements(at).find(|e| event.holds(*e, sought))?),
            _ => event.members(at).find(|(_, v)| event.holds(*v, sought))?,
        };
        if !key.is_empty() {
            name = join(&name, key);
        }
        at = inner;
    }
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sigwright_ir::pred::Pattern;

    /// An event of a stranger may hold a match in every one of its values.
    #[test]
    fn evidence_is_bounded() {
        let mut sources = sigwright_syntax::Sources::new();
        let keywords: Vec<String> = (0..30).map(|n| format!("k{n}")).collect();
        let text = format!(
            "title: T\nlogsource: {{product: p}}\ndetection:\n  kw: [x]\n  more: [{}]\n  \
             all: {{a: x}}\n  condition: all of them\n",
            keywords.join(", ")
        );
        let id = sources.add("t.yml", text);
        let (documents, _) = sigwright_syntax::read(&sources, id);
        let (rules, _) = sigwright_ir::lower(&documents, &Default::default());
        let many = |text: &str| vec![format!("\"{text}\""); 1_000].join(",");
        let event = format!(
            r#"{{"a":[{}],"b":[{}]}}"#,
            many("x"),
            many(&keywords.join(" "))
        );
        let event = Event::from_json(&event).unwrap();
        let found = evidence(&rules, RuleId(0), &event);
        assert_eq!(found.len(), MOST);
        let of_a = found
            .iter()
            .filter(|evidence| evidence.field == "a")
            .count();
        assert!(of_a >= EACH, "{of_a}");
    }

    proptest! {
        /// The fast comparison has the outcome of the judge's.
        #[test]
        fn quick_is_as_judged(
            anchor in prop::sample::select(vec![
                Anchor::Whole, Anchor::Start, Anchor::End, Anchor::Contains,
            ]),
            pattern in r"[aAbÄäς*?\\\n]{0,5}",
            cased: bool,
            texts in prop::collection::vec("[aAbBÄäσΣ*?\\\\\n]{0,6}", 1..4),
        ) {
            let asked = StrOp { anchor, pattern: Pattern::parse(&pattern), cased };
            let quickly = Quickly::default();
            for text in texts {
                let judged = naive::fits(&asked, &text);
                prop_assert_eq!(quickly.fits(&asked, &text), judged, "{:?} {:?}", asked, text);
            }
        }
    }
}
