//! What a transformation works in: a rule, its step, and what the run has seen so far.

use super::Step;
use super::external::Allowed;
use crate::Unsupported;
use crate::rule::{Item, Rule, Search};
use indexmap::{IndexMap, IndexSet};
use serde_json::Value as Json;
use sigwright_ir::Written;
use sigwright_syntax::Spanned;
use sigwright_syntax::pattern::{Part, Pattern};
use std::collections::{HashMap, HashSet};

/// What one rule's way through all pipelines has seen.
#[derive(Debug)]
pub(super) struct Run<'c> {
    pub vars: &'c IndexMap<String, Json>,
    pub allowed: &'c Allowed,
    /// Which steps have renamed to a name of the rule's `fields`.
    pub renamed: HashMap<String, IndexSet<String>>,
    /// Names that a step has mapped, and what it mapped them to.
    pub mapped: HashSet<String>,
}

impl<'c> Run<'c> {
    pub fn new(vars: &'c IndexMap<String, Json>, allowed: &'c Allowed) -> Run<'c> {
        Run {
            vars,
            allowed,
            renamed: HashMap::new(),
            mapped: HashSet::new(),
        }
    }
}

/// A rule, the step that changes it, and the run.
pub(super) struct Scope<'s, 'c> {
    pub rule: &'s mut Rule,
    pub step: &'s Step,
    pub run: &'s mut Run<'c>,
}

/// What a value or a name becomes: None leaves it alone; the error is a sentence.
pub(super) type Became<T> = Result<Option<Vec<T>>, String>;

/// What becomes of an item.
pub(super) enum Fate {
    /// It stays as it was.
    Kept,
    /// It was changed in place.
    Changed,
    /// It gives way to something else.
    Replaced(Search),
    /// It goes.
    Dropped,
}

impl Scope<'_, '_> {
    /// Hands each item that the step's conditions select to `change`.
    pub fn items(
        &mut self,
        change: &mut dyn FnMut(&mut Self, &mut Item) -> Result<Fate, Unsupported>,
    ) -> Result<(), Unsupported> {
        let mut selections = std::mem::take(&mut self.rule.selections);
        let mut walked = Ok(());
        for search in selections.values_mut() {
            walked = self.walk(search, change).map(|keep| {
                if !keep {
                    *search = Search::All(Vec::new());
                }
            });
            if walked.is_err() {
                break;
            }
        }
        self.rule.selections = selections;
        walked
    }

    /// Whether the search stays.
    fn walk(
        &mut self,
        search: &mut Search,
        change: &mut dyn FnMut(&mut Self, &mut Item) -> Result<Fate, Unsupported>,
    ) -> Result<bool, Unsupported> {
        match search {
            Search::All(parts) | Search::Any(parts) => {
                let mut kept = Vec::with_capacity(parts.len());
                for mut part in std::mem::take(parts) {
                    if self.walk(&mut part, change)? {
                        kept.push(part);
                    }
                }
                *parts = kept;
                Ok(true)
            }
            Search::Elements(_) => Ok(true),
            Search::Item(item) => {
                if !self.selects(item)? {
                    return Ok(true);
                }
                match change(self, item)? {
                    Fate::Kept => {}
                    Fate::Changed => {
                        item.applied.insert(self.step.id.clone());
                    }
                    Fate::Replaced(mut by) => {
                        mark(&mut by, &self.step.id);
                        *search = by;
                    }
                    Fate::Dropped => return Ok(false),
                }
                Ok(true)
            }
        }
    }

    /// Whether the step's conditions on items and fields hold for an item.
    fn selects(&self, item: &Item) -> Result<bool, Unsupported> {
        let at = |message| Unsupported::new(item.key, message);
        let by_item = self
            .step
            .items
            .hold(|condition| condition.holds(item, self.rule))
            .map_err(at)?;
        Ok(by_item
            && self
                .step
                .fields
                .hold(|condition| condition.holds(item, self.rule, self.run))
                .map_err(at)?)
    }

    /// Whether the step's conditions on fields hold for a bare name.
    fn selects_name(&self, name: Option<&str>) -> Result<bool, Unsupported> {
        self.step
            .fields
            .hold(|condition| condition.names(name, self.rule, self.run))
            .map_err(|message| Unsupported::new(self.rule.span, message))
    }

    /// Gives fields other names, in items, references between fields, and `fields`; None leaves
    /// a name alone.
    pub fn rename(
        &mut self,
        names: &dyn Fn(Option<&str>) -> Became<String>,
    ) -> Result<(), Unsupported> {
        let mut fields = Vec::new();
        for field in std::mem::take(&mut self.rule.fields) {
            fields.extend(self.renamed(field, names)?);
        }
        self.rule.fields = fields;
        self.items(&mut |scope, item| scope.rename_item(item, names))
    }

    /// What a bare name becomes.
    fn renamed(
        &mut self,
        field: String,
        names: &dyn Fn(Option<&str>) -> Became<String>,
    ) -> Result<Vec<String>, Unsupported> {
        let to = names(Some(&field)).map_err(|m| Unsupported::new(self.rule.span, m))?;
        let Some(to) = to else {
            return Ok(vec![field]);
        };
        if !self.selects_name(Some(&field))? {
            return Ok(vec![field]);
        }
        if to.len() != 1 || to.first() != Some(&field) {
            let mut by = self.run.renamed.remove(&field).unwrap_or_default();
            by.insert(self.step.id.clone());
            for name in &to {
                self.run.renamed.insert(name.clone(), by.clone());
            }
        }
        Ok(to)
    }

    fn rename_item(
        &mut self,
        item: &mut Item,
        names: &dyn Fn(Option<&str>) -> Became<String>,
    ) -> Result<Fate, Unsupported> {
        let mut fate = Fate::Kept;
        let refers = |v: &Spanned<Written>| matches!(v.value, Written::FieldRef { .. });
        if item.values.iter().any(refers) {
            let mut values = Vec::with_capacity(item.values.len());
            for value in std::mem::take(&mut item.values) {
                let Written::FieldRef {
                    name,
                    anchor,
                    cased,
                } = value.value
                else {
                    values.push(value);
                    continue;
                };
                for renamed in self.renamed(name, names)? {
                    let renamed = Written::FieldRef {
                        name: renamed,
                        anchor,
                        cased,
                    };
                    values.push(Spanned::new(renamed, value.span));
                }
            }
            item.values = values;
            fate = Fate::Changed;
        }
        let to = names(item.field.as_deref()).map_err(|m| Unsupported::new(item.key, m))?;
        let Some(to) = to else {
            return Ok(fate);
        };
        if !self.selects_name(item.field.as_deref())? {
            return Ok(fate);
        }
        if item.field.is_none() {
            for value in &mut item.values {
                open(&mut value.value);
            }
        }
        let mapped = item.field.iter().chain(&to).cloned();
        self.run.mapped.extend(mapped);
        if let [to] = to.as_slice() {
            item.field = Some(to.clone());
            return Ok(Fate::Changed);
        }
        // a field that may be any of several is absent, or not equal, only where all are
        let absent =
            |v: &Spanned<Written>| matches!(v.value, Written::Null | Written::Exists(false));
        let all = item.negated || item.values.iter().all(absent);
        let parts = to
            .into_iter()
            .map(|name| {
                Search::Item(Item {
                    field: Some(name),
                    ..item.clone()
                })
            })
            .collect();
        Ok(Fate::Replaced(match all {
            true => Search::All(parts),
            false => Search::Any(parts),
        }))
    }

    /// Hands each value of the items that the step selects to `change`: None leaves it alone,
    /// an error is said at the value.
    pub fn values(
        &mut self,
        change: &mut dyn FnMut(&mut Self, &Item, &Written) -> Became<Written>,
    ) -> Result<(), Unsupported> {
        self.items(&mut |scope, item| {
            let mut changed = false;
            let mut values = Vec::with_capacity(item.values.len());
            for value in &item.values {
                let became = changed_value(scope, item, &value.value, change)
                    .map_err(|message| Unsupported::new(value.span, message))?;
                match became {
                    None => values.push(value.clone()),
                    Some(several) => {
                        changed = true;
                        let at = |one| Spanned::new(one, value.span);
                        values.extend(several.into_iter().map(at));
                    }
                }
            }
            if !changed {
                return Ok(Fate::Kept);
            }
            if values.is_empty() {
                return Err(Unsupported::new(
                    item.span,
                    format!("the step `{}` leaves no value of this item", scope.step.id),
                ));
            }
            item.values = values;
            Ok(Fate::Changed)
        })
    }
}

/// What a value becomes; the variants of an encoding are changed one by one.
fn changed_value<S>(
    scope: &mut S,
    item: &Item,
    value: &Written,
    change: &mut dyn FnMut(&mut S, &Item, &Written) -> Became<Written>,
) -> Became<Written> {
    let Written::AnyOf(each) = value else {
        return change(scope, item, value);
    };
    let mut changed = false;
    let mut variants = Vec::with_capacity(each.len());
    for one in each {
        match changed_value(scope, item, one, change)? {
            None => variants.push(one.clone()),
            Some(several) => {
                changed = true;
                variants.extend(several);
            }
        }
    }
    Ok(changed.then(|| vec![Written::AnyOf(variants)]))
}

/// Marks every item as changed by a step.
pub(super) fn mark(search: &mut Search, id: &str) {
    match search {
        Search::All(parts) | Search::Any(parts) => parts.iter_mut().for_each(|p| mark(p, id)),
        Search::Item(item) => {
            item.applied.insert(id.to_owned());
        }
        Search::Elements(_) => {}
    }
}

/// A keyword is found anywhere in a value; so is what it becomes.
fn open(value: &mut Written) {
    match value {
        Written::Text { pattern, .. } => {
            let parts = pattern.parts().iter().cloned();
            let ends = || std::iter::once(Part::Many);
            *pattern = Pattern::from_parts(ends().chain(parts).chain(ends()));
        }
        Written::AnyOf(each) => each.iter_mut().for_each(open),
        _ => {}
    }
}
