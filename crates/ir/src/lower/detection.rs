//! Selections and conditions.

use super::Lowering;
use crate::limits::LIMITS;
use crate::pred::ExprId;
use crate::rule::{Outline, OutlineKind};
use crate::{Expr, Exprs};
use indexmap::IndexMap;
use sigwright_syntax::ast::{
    Condition, Detection, ElementBody, ElementSelector, Elements, Item, Quantifier, Search,
    Selector,
};
use sigwright_syntax::{Diagnostic, Span, Spanned, suggest};
use std::collections::HashMap;
use std::sync::Arc;

/// Where in a document's logic we are.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Scope {
    /// Names are relative to an array's element.
    pub(super) in_element: bool,
    /// Levels above this one.
    depth: usize,
}

impl Scope {
    fn element(self) -> Scope {
        Scope {
            in_element: true,
            ..self
        }
    }
}

/// A detection, lowered.
pub(super) struct Lowered {
    /// None for a selection with an error.
    pub(super) selections: IndexMap<String, Option<Outline>>,
    /// Those without errors.
    pub(super) conditions: Vec<Outline>,
}

/// The selections a condition may name.
struct Names<'s> {
    selections: &'s IndexMap<String, Option<Outline>>,
    /// Selectors met before, with what they select.
    groups: HashMap<(Quantifier, Selector), Group>,
}

/// The selections a selector means, linked.
type Group = (ExprId, Arc<[Outline]>);

/// How parts are linked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Link {
    And,
    Or,
}

impl Lowering<'_> {
    /// Selections, then the conditions over them. None after an error.
    pub(super) fn detection(&mut self, detection: &Detection, scope: Scope) -> Option<Lowered> {
        let scope = self.deeper(scope, detection.span)?;
        let mut selections = IndexMap::with_capacity(detection.selections.len());
        for (name, selection) in &detection.selections {
            let outline = self.search(&selection.search, scope);
            if self.spent(selection.name.span) {
                return None;
            }
            selections.insert(name.clone(), outline);
        }
        let mut names = Names {
            selections: &selections,
            groups: HashMap::new(),
        };
        let mut conditions = Vec::with_capacity(detection.conditions.len());
        for condition in &detection.conditions {
            conditions.extend(self.condition(condition, &mut names, scope));
        }
        let whole = conditions.len() == detection.conditions.len() && !conditions.is_empty();
        whole.then_some(Lowered {
            selections,
            conditions,
        })
    }

    /// One level further down, unless that is too deep.
    fn deeper(&mut self, scope: Scope, span: Span) -> Option<Scope> {
        if scope.depth >= LIMITS.depth {
            self.report(
                Diagnostic::error("logic-too-deep", span, "this is nested too deeply")
                    .because(format!("more than {} levels", LIMITS.depth))
                    .help("name the inner part as a selection of its own"),
            );
            return None;
        }
        Some(Scope {
            depth: scope.depth + 1,
            ..scope
        })
    }

    pub(super) fn search(&mut self, search: &Search, scope: Scope) -> Option<Outline> {
        let scope = self.deeper(scope, search.span())?;
        match search {
            Search::All(parts, span) => self.group(Link::And, parts, *span, scope),
            Search::Any(parts, span) => self.group(Link::Or, parts, *span, scope),
            Search::Item(item) => self.selected_item(item, scope),
            Search::Elements(elements) => self.elements(elements, scope),
        }
    }

    fn group(&mut self, link: Link, parts: &[Search], span: Span, scope: Scope) -> Option<Outline> {
        let mut children = Vec::with_capacity(parts.len());
        for part in parts {
            children.extend(self.search(part, scope));
            if self.spent(span) {
                return None;
            }
        }
        if parts.is_empty() {
            self.report(Diagnostic::error(
                "empty-selection",
                span,
                "there is nothing to look for here",
            ));
        }
        if children.len() != parts.len() {
            return None;
        }
        self.linked_outline(link, children, span)
    }

    /// The children under one roof; a single one needs none.
    fn linked_outline(
        &mut self,
        link: Link,
        mut children: Vec<Outline>,
        span: Span,
    ) -> Option<Outline> {
        if children.len() < 2 {
            return children.pop();
        }
        let expr = self.link(link, children.iter().map(|c| c.expr));
        Some(Outline {
            kind: match link {
                Link::And => OutlineKind::And,
                Link::Or => OutlineKind::Or,
            },
            span,
            expr,
            children: children.into(),
        })
    }

    fn link(&mut self, link: Link, exprs: impl Iterator<Item = ExprId>) -> ExprId {
        match link {
            Link::And => self.exprs.and(exprs),
            Link::Or => self.exprs.or(exprs),
        }
    }

    /// An item with the array selectors of its field name around it: the short form of the
    /// blocks `a[any]: {b[0]: {c: value}}`, so `neq` stays inside the innermost.
    fn selected_item(&mut self, item: &Item, scope: Scope) -> Option<Outline> {
        let steps = item.field.as_ref().map_or(&[][..], |f| &f.selectors);
        self.check_element_names(steps, scope)?;
        let inside = match steps.is_empty() {
            true => scope,
            false => scope.element(),
        };
        let inner = self.item(item, inside)?;
        Some(self.wrapped(steps, inner))
    }

    fn elements(&mut self, elements: &Elements, scope: Scope) -> Option<Outline> {
        let mut steps = elements.field.selectors.clone();
        steps.push((elements.field.name.clone(), elements.selector));
        self.check_element_names(&steps, scope)?;
        let inner = match &elements.body {
            ElementBody::Search(search) => self.search(search, scope.element())?,
            ElementBody::Detection(detection) => {
                let lowered = self.detection(detection, scope.element())?;
                self.one_of(lowered.conditions)?
            }
        };
        Some(self.wrapped(&steps, inner))
    }

    /// `.` as an array is only there inside an element.
    fn check_element_names(
        &mut self,
        steps: &[(Spanned<String>, ElementSelector)],
        scope: Scope,
    ) -> Option<()> {
        match steps.first() {
            Some((name, _)) if name.value == "." && !scope.in_element => {
                self.report(Diagnostic::error(
                    "no-element",
                    name.span,
                    "`.` stands for an array's element, and there is none here",
                ));
                None
            }
            _ => Some(()),
        }
    }

    fn wrapped(&mut self, steps: &[(Spanned<String>, ElementSelector)], inner: Outline) -> Outline {
        steps.iter().rev().fold(inner, |inner, (name, selector)| {
            let field = self.exprs.field(&name.value);
            Outline {
                kind: OutlineKind::Elements(format!("{}[{}]", name.value, shown(*selector))),
                span: name.span,
                expr: self.exprs.elements(field, *selector, inner.expr),
                children: [inner].into(),
            }
        })
    }

    fn condition(
        &mut self,
        condition: &Spanned<Condition>,
        names: &mut Names<'_>,
        scope: Scope,
    ) -> Option<Outline> {
        let scope = self.deeper(scope, condition.span)?;
        match &condition.value {
            Condition::And(parts) => self.terms(Link::And, parts, condition.span, names, scope),
            Condition::Or(parts) => self.terms(Link::Or, parts, condition.span, names, scope),
            Condition::Not(part) => {
                let child = self.condition(part, names, scope)?;
                Some(Outline {
                    kind: OutlineKind::Not,
                    span: condition.span,
                    expr: self.exprs.not(child.expr),
                    children: [child].into(),
                })
            }
            Condition::Selection(name) => self.named(name, condition.span, names),
            Condition::Of(quantifier, selector) => {
                self.of(*quantifier, selector, condition.span, names)
            }
        }
    }

    fn terms(
        &mut self,
        link: Link,
        parts: &[Spanned<Condition>],
        span: Span,
        names: &mut Names<'_>,
        scope: Scope,
    ) -> Option<Outline> {
        let mut children = Vec::with_capacity(parts.len());
        for part in parts {
            children.extend(self.condition(part, names, scope));
        }
        if children.len() != parts.len() {
            return None;
        }
        // Counted before they are joined, since a part may stand for many.
        let terms: usize = children
            .iter()
            .map(|child| terms(&self.exprs, link, child.expr))
            .fold(0, usize::saturating_add);
        self.count(terms, span)?;
        self.linked_outline(link, children, span)
    }

    fn count(&mut self, terms: usize, span: Span) -> Option<()> {
        self.terms = self.terms.saturating_add(terms);
        if self.terms <= LIMITS.terms {
            return Some(());
        }
        self.report(
            Diagnostic::error(
                "condition-too-large",
                span,
                "this condition names too many selections",
            )
            .because(format!("more than {} terms", LIMITS.terms))
            .help("name each selection once"),
        );
        None
    }

    fn named(&mut self, name: &str, span: Span, names: &Names<'_>) -> Option<Outline> {
        match names.selections.get(name) {
            Some(Some(selection)) => Some(selected(name, span, selection)),
            Some(None) => None,
            None => {
                let known = names.selections.keys().map(String::as_str);
                let error = Diagnostic::error(
                    "unknown-selection",
                    span,
                    format!("no selection is called `{name}`"),
                );
                self.report(match suggest::closest(name, known) {
                    Some(close) => error.help(format!("did you mean `{close}`?")),
                    None => error,
                });
                None
            }
        }
    }

    fn of(
        &mut self,
        quantifier: Quantifier,
        selector: &Selector,
        span: Span,
        names: &mut Names<'_>,
    ) -> Option<Outline> {
        let (how_many, link) = match quantifier {
            Quantifier::One => ("1", Link::Or),
            Quantifier::All => ("all", Link::And),
        };
        let what = match selector {
            Selector::Them => "them",
            Selector::Pattern(pattern) => pattern,
        };
        let kind = OutlineKind::Of(format!("{how_many} of {what}"));
        let key = (quantifier, selector.clone());
        if let Some((expr, children)) = names.groups.get(&key) {
            return Some(Outline {
                kind,
                span,
                expr: *expr,
                children: Arc::clone(children),
            });
        }
        let mut children = Vec::new();
        let mut found = 0;
        for (name, selection) in names.selections {
            if !selector.selects(name) {
                continue;
            }
            found += 1;
            if let Some(selection) = selection {
                children.push(selected(name, selection.span, selection));
            }
        }
        if found == 0 {
            let them = names.selections.keys().all(|n| n.starts_with('_'));
            self.report(
                Diagnostic::error(
                    "empty-selector",
                    span,
                    format!("no selection is meant by `{what}`"),
                )
                .help(match them {
                    true => "`them` and `*` leave out names that start with `_`",
                    false => "the names of selections are case-sensitive; `*` stands for any run of characters",
                }),
            );
            return None;
        }
        if children.len() != found {
            return None;
        }
        let count: usize = children
            .iter()
            .map(|child| terms(&self.exprs, link, child.expr))
            .fold(0, usize::saturating_add);
        self.count(count, span)?;
        let expr = self.link(link, children.iter().map(|c| c.expr));
        let children: Arc<[Outline]> = children.into();
        names.groups.insert(key, (expr, Arc::clone(&children)));
        Some(Outline {
            kind,
            span,
            expr,
            children,
        })
    }
}

/// A selection as a condition names it.
fn selected(name: &str, span: Span, selection: &Outline) -> Outline {
    Outline {
        kind: OutlineKind::Selection(name.to_owned()),
        span,
        expr: selection.expr,
        children: [selection.clone()].into(),
    }
}

/// How many terms an expression adds to a group linked by `link`.
fn terms(exprs: &Exprs, link: Link, expr: ExprId) -> usize {
    match (exprs.get(expr), link) {
        (Expr::And(parts), Link::And) | (Expr::Or(parts), Link::Or) => parts.len(),
        _ => 1,
    }
}

fn shown(selector: ElementSelector) -> String {
    match selector {
        ElementSelector::Any => "any".to_owned(),
        ElementSelector::All => "all".to_owned(),
        ElementSelector::AllOrEmpty => "all_or_empty".to_owned(),
        ElementSelector::None => "none".to_owned(),
        ElementSelector::Index(index) => index.to_string(),
    }
}
