//! A rule in the form that pipelines change: selections, items and values by name, with the
//! places they were written at.

use indexmap::{IndexMap, IndexSet};
use serde_json::Value as Json;
use sigwright_ir::pred::Part;
use sigwright_ir::{Context, Outline, OutlineKind, RuleSet, Written, written};
use sigwright_syntax::ast::{
    self, Body, Detection, Document, LogSource, Meta, Modifier, Quantifier, Selector,
};
use sigwright_syntax::pattern::{DASHES, Pattern};
use sigwright_syntax::{Diagnostic, Diagnostics, Severity, Sources, Span, Spanned};
use std::collections::HashMap;

/// A detection rule on its way to a query.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Title, id, level and the other attributes.
    pub meta: Meta,
    /// Where it was written.
    pub span: Span,
    /// Which log it reads.
    pub logsource: LogSource,
    /// What each search identifier looks for.
    pub selections: IndexMap<String, Search>,
    /// One for each condition of the rule, filters joined; each makes a query of its own.
    pub conditions: Vec<Spanned<Condition>>,
    /// `fields`.
    pub fields: Vec<String>,
    /// Attributes that are none of Sigma's, as JSON.
    pub custom: IndexMap<String, Json>,
    /// What pipelines have set for the dialect, such as a table's name.
    pub state: IndexMap<String, Json>,
    /// Which pipeline items changed it.
    pub applied: IndexSet<String>,
    /// It stands for a correlation: its log source, `fields` and attributes, and no searches.
    pub is_correlation: bool,
}

/// What a search identifier looks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Search {
    /// All must hold.
    All(Vec<Search>),
    /// One must hold.
    Any(Vec<Search>),
    /// A field, or keywords.
    Item(Item),
    /// Elements of an array; the name with its selector, as written.
    Elements(Spanned<String>),
}

/// A field with its values, modifiers applied.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// None for keywords.
    pub field: Option<String>,
    /// In the order written; never empty.
    pub values: Vec<Spanned<Written>>,
    /// Every value must match, not just one.
    pub all: bool,
    /// `startswith` or `endswith`, which a keyword's values do not tell.
    pub tied: bool,
    /// `neq`: the whole item must not hold.
    pub negated: bool,
    /// The key.
    pub key: Span,
    /// Key and values.
    pub span: Span,
    /// Which pipeline items changed it.
    pub applied: IndexSet<String>,
}

/// A condition over search identifiers.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// All must hold.
    And(Vec<Spanned<Condition>>),
    /// One must hold.
    Or(Vec<Spanned<Condition>>),
    /// Must not hold.
    Not(Box<Spanned<Condition>>),
    /// A search identifier.
    Selection(String),
}

/// The rules of a set in convertible form, in the order loaded. `documents` are those the set
/// was lowered from, `context` the one it was lowered with.
///
/// # Errors
/// Per rule: what is wrong with its values.
pub fn rules(
    documents: &[Document],
    set: &RuleSet,
    context: &Context,
) -> Vec<Result<Rule, Diagnostics>> {
    let places: HashMap<Span, &Document> = documents.iter().map(|d| (d.span, d)).collect();
    set.rules
        .iter()
        .map(|lowered| {
            let document = places.get(&lowered.span);
            let filters: Vec<&Document> = filters(&lowered.outline)
                .filter_map(|span| places.get(&span).copied())
                .collect();
            document.map_or_else(|| Err(Vec::new()), |d| Rule::new(d, &filters, context))
        })
        .collect()
}

/// The filters joined to a rule.
fn filters(outline: &Outline) -> impl Iterator<Item = Span> {
    let filter = |o: &&Outline| matches!(o.kind, OutlineKind::Filter(_));
    outline.children.iter().filter(filter).map(|o| o.span)
}

impl Rule {
    /// The rule of a document with filters joined to it.
    ///
    /// # Errors
    /// What is wrong with its values.
    pub fn new(
        document: &Document,
        filters: &[&Document],
        context: &Context,
    ) -> Result<Rule, Diagnostics> {
        let Body::Rule(rule) = &document.body else {
            return Err(Vec::new());
        };
        let mut reader = Reader {
            context,
            prefix: String::new(),
            spellings: 0,
            said: Vec::new(),
        };
        let mut selections = reader.selections(&rule.detection);
        let mut conditions = reader.conditions(&rule.detection);
        for (number, filter) in filters.iter().enumerate() {
            let Body::Filter(filter) = &filter.body else {
                continue;
            };
            reader.prefix = format!("_filter_{number}_");
            selections.extend(reader.selections(&filter.detection));
            let theirs = reader.conditions(&filter.detection);
            for condition in &mut conditions {
                let span = condition.span;
                let mut parts = vec![condition.clone()];
                parts.extend(theirs.iter().cloned());
                *condition = Spanned::new(Condition::And(parts), span);
            }
        }
        if reader.said.is_empty() {
            Ok(Rule {
                meta: document.meta.clone(),
                span: document.span,
                logsource: rule.logsource.clone(),
                selections,
                conditions,
                fields: document
                    .meta
                    .fields
                    .iter()
                    .map(|f| f.value.clone())
                    .collect(),
                custom: IndexMap::new(),
                state: IndexMap::new(),
                applied: IndexSet::new(),
                is_correlation: false,
            })
        } else {
            Err(reader.said)
        }
    }
}

/// What a map of fields and values looks for, keys with modifiers as in a rule; a key that is
/// null stands for keywords. All of it has the place `at`.
///
/// # Errors
/// What is wrong with it, in sentences.
pub fn parsed(conditions: &Json, at: Span) -> Result<Search, Vec<String>> {
    let Json::Object(entries) = conditions else {
        return Err(vec!["conditions are a map of fields and values".to_owned()]);
    };
    let mut parts = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        let search = match (key.as_str(), value) {
            ("null" | "~" | "", Json::Array(_)) => value.clone(),
            ("null" | "~" | "", value) => Json::Array(vec![value.clone()]),
            (key, value) => Json::Object([(key.to_owned(), value.clone())].into_iter().collect()),
        };
        let detection = serde_json::json!({"added": search, "condition": "added"});
        let mut sources = Sources::new();
        // JSON is YAML
        let rule = serde_json::json!({
            "title": "added",
            "logsource": {"category": "any"},
            "detection": detection,
        });
        let id = sources.add("", rule.to_string());
        let (documents, said) = sigwright_syntax::read(&sources, id);
        let errors = |said: &[Diagnostic]| -> Vec<String> {
            let errors = said.iter().filter(|d| d.severity == Severity::Error);
            errors.map(|d| d.message.clone()).collect()
        };
        let wrong = errors(&said);
        let context = Context {
            keep_placeholders: true,
            ..Context::default()
        };
        let rule = documents.first().map(|d| Rule::new(d, &[], &context));
        let mut rule = match (rule, wrong.is_empty()) {
            (Some(Ok(rule)), true) => rule,
            (Some(Err(said)), true) => return Err(errors(&said)),
            _ => return Err(wrong),
        };
        parts.extend(rule.selections.shift_remove("added"));
    }
    let mut search = match parts.len() {
        1 => parts.pop().unwrap_or(Search::All(Vec::new())),
        _ => Search::All(parts),
    };
    search.place(at);
    Ok(search)
}

impl Search {
    /// Gives all of it one place.
    pub fn place(&mut self, span: Span) {
        match self {
            Search::All(parts) | Search::Any(parts) => {
                parts.iter_mut().for_each(|part| part.place(span));
            }
            Search::Elements(name) => name.span = span,
            Search::Item(item) => {
                item.key = span;
                item.span = span;
                item.values.iter_mut().for_each(|value| value.span = span);
            }
        }
    }
}

/// From the tree of the text to the convertible form.
struct Reader<'c> {
    context: &'c Context,
    /// Before the names of a filter's selections.
    prefix: String,
    /// How many `windash` has made of the rule's values so far.
    spellings: usize,
    said: Diagnostics,
}

/// The most spellings `windash` may make of one value; each dash multiplies them.
const SPELLINGS_OF_A_VALUE: usize = 1_024;
/// The most it may make of all values of a rule.
const SPELLINGS_OF_A_RULE: usize = 50_000;

impl Reader<'_> {
    fn selections(&mut self, detection: &Detection) -> IndexMap<String, Search> {
        let mut selections = IndexMap::new();
        for (name, selection) in &detection.selections {
            let search = self.search(&selection.search);
            selections.insert(format!("{}{name}", self.prefix), search);
        }
        selections
    }

    fn search(&mut self, search: &ast::Search) -> Search {
        match search {
            ast::Search::All(parts, _) => {
                Search::All(parts.iter().map(|part| self.search(part)).collect())
            }
            ast::Search::Any(parts, _) => {
                Search::Any(parts.iter().map(|part| self.search(part)).collect())
            }
            ast::Search::Item(item) => self.item(item),
            ast::Search::Elements(elements) => Search::Elements(elements.field.name.clone()),
        }
    }

    fn item(&mut self, item: &ast::Item) -> Search {
        if let Some(field) = &item.field
            && !field.selectors.is_empty()
        {
            return Search::Elements(field.name.clone());
        }
        let has = |wanted: Modifier| item.modifiers.iter().any(|m| m.value == wanted);
        let values = written(item, self.context).unwrap_or_else(|said| {
            self.said.extend(said);
            Vec::new()
        });
        Search::Item(Item {
            field: item.field.as_ref().map(|f| f.name.value.clone()),
            values: values.into_iter().filter_map(|v| self.spelled(v)).collect(),
            all: has(Modifier::All),
            tied: has(Modifier::StartsWith) || has(Modifier::EndsWith),
            negated: has(Modifier::Neq),
            key: item.key,
            span: item.span,
            applied: IndexSet::new(),
        })
    }

    /// The value with each dash of `windash` spelled out in all its forms, where they are few
    /// enough; they are counted before any is made.
    fn spelled(&mut self, value: Spanned<Written>) -> Option<Spanned<Written>> {
        let made = spellings(&value.value);
        self.spellings = self.spellings.saturating_add(made.saturating_sub(1));
        let (limit, of) = if made > SPELLINGS_OF_A_VALUE {
            (SPELLINGS_OF_A_VALUE, "this value")
        } else if self.spellings > SPELLINGS_OF_A_RULE {
            (SPELLINGS_OF_A_RULE, "the values of this rule")
        } else {
            return Some(Spanned::new(dashes(value.value), value.span));
        };
        if self.said.is_empty() {
            let message = format!("`windash` spells {of} in more than {limit} ways");
            let said = Diagnostic::error("not-convertible", value.span, message);
            self.said
                .push(said.help("write fewer dashes in one value, or a regular expression"));
        }
        None
    }

    fn conditions(&mut self, detection: &Detection) -> Vec<Spanned<Condition>> {
        let names: Vec<&str> = detection.selections.keys().map(String::as_str).collect();
        let conditions = detection.conditions.iter();
        conditions.map(|c| self.condition(c, &names)).collect()
    }

    fn condition(
        &mut self,
        condition: &Spanned<ast::Condition>,
        names: &[&str],
    ) -> Spanned<Condition> {
        let span = condition.span;
        let mut each = |parts: &[Spanned<ast::Condition>]| {
            parts
                .iter()
                .map(|part| self.condition(part, names))
                .collect()
        };
        let condition = match &condition.value {
            ast::Condition::And(parts) => Condition::And(each(parts)),
            ast::Condition::Or(parts) => Condition::Or(each(parts)),
            ast::Condition::Not(part) => Condition::Not(Box::new(self.condition(part, names))),
            ast::Condition::Selection(name) => Condition::Selection(self.named(name)),
            ast::Condition::Of(quantifier, selector) => {
                return self.of(*quantifier, selector, span, names);
            }
        };
        Spanned::new(condition, span)
    }

    fn of(
        &mut self,
        quantifier: Quantifier,
        selector: &Selector,
        span: Span,
        names: &[&str],
    ) -> Spanned<Condition> {
        let selected = names.iter().filter(|name| selector.selects(name));
        let parts = selected
            .map(|name| Spanned::new(Condition::Selection(self.named(name)), span))
            .collect();
        Spanned::new(
            match quantifier {
                Quantifier::One => Condition::Or(parts),
                Quantifier::All => Condition::And(parts),
            },
            span,
        )
    }

    fn named(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }
}

/// How many values `dashes` makes of one.
fn spellings(value: &Written) -> usize {
    match value {
        Written::Text { pattern, .. } => {
            let dashes = pattern
                .parts()
                .iter()
                .filter(|p| matches!(p, Part::Dash(_)));
            dashes.fold(1, |made: usize, _| made.saturating_mul(DASHES.len()))
        }
        Written::AnyOf(each) => each.iter().map(spellings).fold(0, usize::saturating_add),
        _ => 1,
    }
}

/// The value with each dash of `windash` spelled out in all its forms.
fn dashes(value: Written) -> Written {
    match value {
        Written::Text { pattern, cased } => {
            let mut forms = vec![Pattern::default()];
            for part in pattern.parts() {
                match part {
                    Part::Dash(_) => {
                        let one = |form: &Pattern| {
                            let form = form.clone();
                            DASHES.map(move |dash| {
                                let mut form = form.clone();
                                form.push(Part::Text(dash.to_string()));
                                form
                            })
                        };
                        forms = forms.iter().flat_map(one).collect();
                    }
                    part => forms.iter_mut().for_each(|form| form.push(part.clone())),
                }
            }
            let text = |pattern| Written::Text { pattern, cased };
            match forms.len() {
                1 => text(forms.pop().unwrap_or_default()),
                _ => Written::AnyOf(forms.into_iter().map(text).collect()),
            }
        }
        Written::AnyOf(each) => Written::AnyOf(each.into_iter().map(dashes).collect()),
        other => other,
    }
}

/// A message about a rule as a diagnostic at its place.
impl From<crate::Unsupported> for Diagnostic {
    fn from(unsupported: crate::Unsupported) -> Diagnostic {
        Diagnostic::error("not-convertible", unsupported.span, unsupported.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windash(dashes: usize, values: usize) -> Result<Rule, Diagnostics> {
        let values = vec![" -a".repeat(dashes); values];
        let rule = serde_json::json!({
            "title": "dashes",
            "logsource": {"category": "any"},
            "detection": {"s": {"x|windash|contains": values}, "condition": "s"},
        });
        let mut sources = Sources::new();
        let id = sources.add("", rule.to_string());
        let (documents, _) = sigwright_syntax::read(&sources, id);
        Rule::new(&documents[0], &[], &Context::default())
    }

    #[test]
    fn spellings_of_dashes_are_bounded() {
        let rule = windash(4, 1).unwrap();
        let item = match &rule.selections["s"] {
            Search::All(parts) => match &parts[0] {
                Search::Item(item) => item,
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        };
        assert!(matches!(&item.values[0].value, Written::AnyOf(each) if each.len() == 625));
        for (dashes, values, why) in [
            (5, 1, "this value in more than 1024 ways"),
            (12, 1, "this value in more than 1024 ways"),
            (4, 100, "the values of this rule in more than 50000 ways"),
        ] {
            let said = windash(dashes, values).unwrap_err();
            assert!(said[0].message.contains(why), "{said:?}");
        }
    }
}
