//! `detection`: selections and conditions; also the body of a filter and of an array element.
//!
//! Source: rules specification, section "Detection"; array elements: SEP #212.

use crate::ast::{
    Condition, Detection, ElementBody, ElementSelector, Elements, Field, Search, Selection,
    Selector,
};
use crate::condition;
use crate::diagnostic::Diagnostic;
use crate::item::cover;
use crate::key::Key;
use crate::reader::{Entries, Reader};
use crate::span::{Span, Spanned};
use crate::yaml::Node;
use indexmap::IndexMap;
use indexmap::map::Entry;
use std::collections::HashSet;

impl Reader<'_> {
    /// Selections and conditions; `owner` is the key they stand under.
    pub fn detection(
        &mut self,
        owner: &Spanned<String>,
        entries: Entries,
        span: Span,
    ) -> Detection {
        let mut detection = Detection {
            selections: IndexMap::with_capacity(entries.len()),
            conditions: Vec::new(),
            span,
        };
        if entries.len() > self.limits.selections {
            let limit = self.limits.selections;
            self.report(
                Diagnostic::error(
                    "too-many-selections",
                    owner.span,
                    format!("`{}` has more than {limit} selections", owner.value),
                )
                .help("join them into lists"),
            );
            return detection;
        }
        let mut conditions = None;
        for (key, node) in entries {
            match key.value.as_str() {
                "condition" => conditions = Some((key, node)),
                "timeframe" if matches!(node, Node::Scalar { .. }) => self.report(
                    Diagnostic::warning(
                        "deprecated-timeframe",
                        key.span,
                        "`timeframe` has no effect on a single event",
                    )
                    .help("count over time in a document with `correlation:` and `timespan:`"),
                ),
                _ => {
                    let search = self.selection(&key, node);
                    let name = key.value.clone();
                    if let Entry::Vacant(slot) = detection.selections.entry(name) {
                        slot.insert(Selection { name: key, search });
                    }
                }
            }
        }
        if detection.selections.is_empty() {
            self.report(
                Diagnostic::error(
                    "missing-selection",
                    owner.span,
                    format!("`{}` has no selection", owner.value),
                )
                .help("add one, such as `selection:` with fields and values"),
            );
        }
        match conditions {
            Some((key, node)) => self.conditions(&key, node, &mut detection),
            None => self.report(
                Diagnostic::error(
                    "missing-condition",
                    owner.span,
                    format!("`{}` has no condition", owner.value),
                )
                .help("add `condition:` with the names of selections"),
            ),
        }
        detection
    }

    /// What a search identifier looks for.
    pub(crate) fn selection(&mut self, name: &Spanned<String>, node: Node) -> Search {
        let empty = match &node {
            Node::Mapping(entries, _) => entries.is_empty(),
            Node::Sequence(items, _) => items.is_empty(),
            node => node.is_null(),
        };
        if empty {
            self.report(
                Diagnostic::error(
                    "empty-selection",
                    name.span,
                    format!("`{}` has nothing to look for", name.value),
                )
                .help("add a field and a value, or remove it"),
            );
            return Search::Any(Vec::new(), name.span);
        }
        self.search(node)
    }

    fn search(&mut self, node: Node) -> Search {
        match node {
            Node::Mapping(entries, span) => {
                if entries.is_empty() {
                    self.report(Diagnostic::error(
                        "empty-selection",
                        span,
                        "this map is empty",
                    ));
                }
                let items = entries
                    .into_iter()
                    .map(|(key, node)| self.entry(key, node))
                    .collect();
                Search::All(items, span)
            }
            Node::Sequence(items, span) => {
                if items.is_empty() {
                    self.report(Diagnostic::error(
                        "empty-selection",
                        span,
                        "this list is empty",
                    ));
                }
                if items.iter().all(|i| matches!(i, Node::Scalar { .. })) {
                    return Search::Item(self.keywords(items, true, span));
                }
                let searches = items.into_iter().map(|i| self.search(i)).collect();
                Search::Any(searches, span)
            }
            scalar => {
                let span = scalar.span();
                Search::Item(self.keywords(vec![scalar], false, span))
            }
        }
    }

    /// A key of a selection with its value.
    fn entry(&mut self, key: Spanned<String>, node: Node) -> Search {
        let key = self.key(key);
        let has_map = match &node {
            Node::Mapping(..) => true,
            Node::Sequence(items, _) => items.iter().any(|i| matches!(i, Node::Mapping(..))),
            Node::Scalar { .. } => false,
        };
        if has_map && key.ends_in_selector {
            self.elements(key, node)
        } else {
            Search::Item(self.item(key, node))
        }
    }

    /// `field[any]: {…}`
    fn elements(&mut self, key: Key, node: Node) -> Search {
        if let Some(modifier) = key.modifiers.first() {
            let name = modifier.value.name();
            self.report(
                Diagnostic::error(
                    "modifier-on-map",
                    modifier.span,
                    format!("`{name}` cannot be applied to a map"),
                )
                .help("put it on the fields inside"),
            );
        }
        let span = cover(key.span, node.span());
        // A key that ends in a selector has one.
        let mut field = key.field.unwrap_or_else(|| Field {
            selectors: Vec::new(),
            name: Spanned::new(".".to_owned(), key.span),
        });
        let mut selector = ElementSelector::Any;
        if let Some((name, last)) = field.selectors.pop() {
            field.name = name;
            selector = last;
        }
        let body = match node {
            Node::Mapping(entries, inner)
                if entries.iter().any(|(k, _)| k.value == "condition") =>
            {
                let owner = Spanned::new(field.name.value.clone(), key.span);
                ElementBody::Detection(Box::new(self.detection(&owner, entries, inner)))
            }
            node => ElementBody::Search(Box::new(self.search(node))),
        };
        Search::Elements(Elements {
            field,
            selector,
            body,
            span,
        })
    }

    fn conditions(&mut self, key: &Spanned<String>, node: Node, detection: &mut Detection) {
        match node {
            Node::Sequence(items, span) => {
                if items.is_empty() {
                    self.report(
                        Diagnostic::error(
                            "empty-condition",
                            span,
                            "the list of conditions is empty",
                        )
                        .help("name a selection"),
                    );
                }
                for item in items {
                    self.condition(key, item, detection);
                }
            }
            node => self.condition(key, node, detection),
        }
    }

    fn condition(&mut self, key: &Spanned<String>, node: Node, detection: &mut Detection) {
        if node.is_null() {
            self.report(
                Diagnostic::error("empty-condition", key.span, "the condition is empty")
                    .help("name a selection"),
            );
            return;
        }
        let Some(text) = self.text("condition", node) else {
            return;
        };
        let place = self.place(&text.value, text.span);
        match condition::detection(&text.value, &place, self.limits) {
            Ok(condition) => {
                self.resolve(&condition, detection, &mut HashSet::new());
                detection.conditions.push(condition);
            }
            Err(diagnostic) => self.report(*diagnostic),
        }
    }

    /// Every name must be one, every pattern must select something.
    fn resolve<'c>(
        &mut self,
        condition: &'c Spanned<Condition>,
        detection: &Detection,
        seen: &mut HashSet<&'c Selector>,
    ) {
        match &condition.value {
            // Nesting is bounded by the grammar.
            Condition::And(terms) | Condition::Or(terms) => {
                for term in terms {
                    self.resolve(term, detection, seen);
                }
            }
            Condition::Not(term) => self.resolve(term, detection, seen),
            Condition::Selection(name) => {
                if !detection.selections.contains_key(name) {
                    let names = detection.selections.keys().map(String::as_str);
                    let help = self.hint(name, names);
                    self.report(Diagnostic {
                        help,
                        ..Diagnostic::error(
                            "unknown-selection",
                            condition.span,
                            format!("no selection is named `{name}`"),
                        )
                    });
                }
            }
            Condition::Of(_, selector) => {
                if !seen.insert(selector) || seen.len() > self.limits.selectors + 1 {
                    return;
                }
                if seen.len() > self.limits.selectors {
                    let limit = self.limits.selectors;
                    self.report(Diagnostic::error(
                        "too-many-selectors",
                        condition.span,
                        format!("a condition has at most {limit} different patterns"),
                    ));
                    return;
                }
                if !detection.selections.keys().any(|n| selector.selects(n)) {
                    self.empty_selector(selector, condition.span, detection);
                }
            }
        }
    }

    fn empty_selector(&mut self, selector: &Selector, span: Span, detection: &Detection) {
        let (message, help) = match selector {
            Selector::Them => (
                "`them` means no selection here".to_owned(),
                Some("names that start with `_` are left out of `them`".to_owned()),
            ),
            Selector::Pattern(pattern) => {
                let names = detection.selections.keys().map(String::as_str);
                let stem = pattern.trim_end_matches('*');
                (
                    format!("no selection is named like `{pattern}`"),
                    self.hint(stem, names.chain(["them"])),
                )
            }
        };
        let diagnostic = Diagnostic::error("empty-selector", span, message);
        self.report(Diagnostic { help, ..diagnostic });
    }
}
