//! Conditions of steps, and how several of them are linked.

use super::expression::Expression;
use super::scope::Run;
use crate::rule::{Item, Rule};
use sigwright_ir::Written;
use std::fmt;

/// Asks a whole rule.
pub(super) trait RuleCondition: fmt::Debug + Send + Sync {
    /// Whether it holds; the error is a sentence for whoever wrote the pipeline.
    fn holds(&self, rule: &Rule, run: &Run<'_>) -> Result<bool, String>;
}

/// Asks an item of a rule.
pub(super) trait ItemCondition: fmt::Debug + Send + Sync {
    /// Whether it holds; `rule` is without its selections.
    fn holds(&self, item: &Item, rule: &Rule) -> Result<bool, String>;
}

/// Asks a field's name.
pub(super) trait FieldCondition: fmt::Debug + Send + Sync {
    /// Whether it holds for a bare name; None is a keyword's.
    fn names(&self, name: Option<&str>, rule: &Rule, run: &Run<'_>) -> Result<bool, String>;

    /// Whether it holds for an item: for its field, or a field it refers to.
    fn holds(&self, item: &Item, rule: &Rule, run: &Run<'_>) -> Result<bool, String> {
        if self.names(item.field.as_deref(), rule, run)? {
            return Ok(true);
        }
        for value in &item.values {
            if let Written::FieldRef { name, .. } = &value.value
                && self.names(Some(name), rule, run)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// How conditions are linked.
#[derive(Debug, Default)]
pub(super) enum Link {
    #[default]
    All,
    Any,
    /// Over their names.
    Expression(Expression),
}

/// The conditions of one sort that a step has.
#[derive(Debug)]
pub(super) struct Conditions<C: ?Sized> {
    /// With their names, or numbers.
    pub each: Vec<(String, Box<C>)>,
    pub link: Link,
    pub negated: bool,
}

impl<C: ?Sized> Default for Conditions<C> {
    fn default() -> Self {
        Conditions {
            each: Vec::new(),
            link: Link::All,
            negated: false,
        }
    }
}

impl<C: ?Sized> Conditions<C> {
    /// Whether they hold, asking each with `holds`; none always hold.
    pub fn hold(&self, holds: impl Fn(&C) -> Result<bool, String>) -> Result<bool, String> {
        if self.each.is_empty() {
            return Ok(true);
        }
        let held = match &self.link {
            Link::All => {
                let mut all = true;
                for (_, condition) in &self.each {
                    all = all && holds(condition)?;
                }
                all
            }
            Link::Any => {
                let mut any = false;
                for (_, condition) in &self.each {
                    any = any || holds(condition)?;
                }
                any
            }
            Link::Expression(expression) => expression.holds(&|name| {
                let named = self.each.iter().find(|(known, _)| known == name);
                named.map_or(Ok(false), |(_, condition)| holds(condition))
            })?,
        };
        Ok(held != self.negated)
    }
}
