//! The rules a correlation observes, as queries, and what its fields are called in them.

use super::Target;
use super::forms::Correlations;
use crate::Unsupported;
use crate::print::{self, Printer, fill};
use crate::rule::{Condition, Item, Rule, Search};
use indexmap::{IndexMap, IndexSet};
use sigwright_ir::correlation::KeyField;
use sigwright_ir::{CorrelationRule, Written};
use sigwright_syntax::{Span, Spanned};

/// The rules, converted.
#[derive(Debug)]
pub struct Observed<'r> {
    rules: Vec<One>,
    title: &'r str,
    span: Span,
    /// The group's fields, as the language spells them.
    pub group: Vec<String>,
    /// The same as they are called.
    pub group_names: Vec<String>,
    /// The measured fields.
    pub measured: Vec<String>,
    /// A field is called otherwise in one of the rules.
    pub renamed: bool,
}

/// One rule.
#[derive(Debug)]
pub struct One {
    /// Its name, escaped for a string in quotes.
    pub name: String,
    /// Its query.
    pub query: String,
    head: String,
    /// What it asks, without what stands before that.
    pub condition: String,
    aliases: String,
    /// The group's fields and the measured ones, as they are called in this rule.
    pub fields: Vec<String>,
    /// The rule, changed by the pipelines.
    pub rule: Rule,
}

impl One {
    /// What templates are filled with; `n` is its place among the steps.
    pub fn values(&self, n: usize) -> [(&'static str, String); 6] {
        [
            ("query", self.query.clone()),
            ("condition", self.condition.clone()),
            ("rule", self.name.clone()),
            ("aliases", self.aliases.clone()),
            ("n", n.to_string()),
            ("next", (n + 1).to_string()),
        ]
    }

    /// Its condition and its name, as cases of ES|QL.
    pub fn typed(&self) -> String {
        format!("{}, \"{}\"", self.condition, self.name)
    }
}

impl<'r> Observed<'r> {
    /// Converts the rules that a correlation refers to.
    pub(super) fn of(
        correlation: &CorrelationRule,
        rules: &[&Rule],
        language: &Correlations,
        target: &Target<'r>,
    ) -> Result<Observed<'r>, Unsupported> {
        let mut observed = Observed {
            rules: Vec::new(),
            title: target.dialect.title,
            span: super::rules_span(correlation),
            group: Vec::new(),
            group_names: Vec::new(),
            measured: Vec::new(),
            renamed: false,
        };
        let keys = correlation.plan.group_by.iter();
        let measured = correlation.plan.kind.fields();
        let mut names: Vec<Vec<String>> = Vec::new();
        let all: Vec<&KeyField> = keys.chain(measured.iter().copied()).collect();
        for key in &all {
            names.push(called(key, rules, correlation, target)?);
        }
        let printer = Printer::new(target.dialect);
        let mut renamed: Vec<bool> = Vec::new();
        for (index, (key, names)) in all.iter().zip(&names).enumerate() {
            let first = names.first();
            let same = names.iter().all(|name| Some(name) == first);
            let alias = key.in_reference.iter().any(|name| *name != key.name);
            let rename = !same || (alias && language.aliases.is_some());
            observed.renamed |= rename;
            if rename && language.aliases.is_none() && language.whole.is_none() {
                let message = format!(
                    "{} cannot call a field by another name in a correlation, \
                     and `{}` has a different one in each rule",
                    observed.title, key.name
                );
                return Err(Unsupported::new(place(correlation, key), message));
            }
            let name = match (rename, first) {
                (false, Some(name)) => name,
                _ => &key.name,
            };
            renamed.push(rename);
            match index < correlation.plan.group_by.len() {
                true => {
                    observed.group.push(printer.field(name));
                    observed.group_names.push(name.clone());
                }
                false => observed.measured.push(printer.field(name)),
            }
        }
        for (reference, rule) in rules.iter().enumerate() {
            let mut rule = (*rule).clone();
            target.chain.apply(&mut rule)?;
            let conditions = std::mem::take(&mut rule.conditions);
            rule.conditions = vec![one_of(conditions, rule.span)];
            let mut queries = print::queries(&rule, target.dialect, None)?;
            let (Some(query), true) = (queries.pop(), queries.is_empty()) else {
                let message = "a rule of a correlation must be one query, and this has several";
                return Err(Unsupported::new(rule.span, message));
            };
            let (head, condition) = match query.split_once(language.head) {
                Some((head, condition)) if !language.head.is_empty() => {
                    (format!("{head}{}", language.head), condition.to_owned())
                }
                _ => (String::new(), query.clone()),
            };
            let aliased: Vec<String> = all
                .iter()
                .zip(&names)
                .zip(&renamed)
                .filter(|(_, rename)| **rename)
                .filter_map(|((key, names), _)| Some((key, names.get(reference)?)))
                .filter(|(key, name)| key.name != **name)
                .map(|(key, name)| {
                    let values = [
                        ("alias", &*printer.field(&key.name)),
                        ("field", &*printer.field(name)),
                    ];
                    fill(language.aliases.map_or("", |(_, each, _)| each), &values)
                })
                .collect();
            let aliases = match (language.aliases, aliased.is_empty()) {
                (Some((before, _, between)), false) => {
                    format!("{before}{}", aliased.join(between))
                }
                _ => String::new(),
            };
            let meta = &rule.meta;
            let name = meta.name.as_ref().or(meta.id.as_ref());
            let name = name.map_or_else(|| format!("rule_{reference}"), |n| n.value.clone());
            let fields = names.iter().filter_map(|names| names.get(reference));
            observed.rules.push(One {
                name: name.replace('\\', "\\\\").replace('"', "\\\""),
                query,
                head,
                condition,
                aliases,
                fields: fields.map(|name| printer.field(name)).collect(),
                rule,
            });
        }
        Ok(observed)
    }

    /// All rules, in order.
    pub fn rules(&self) -> &[One] {
        &self.rules
    }

    /// The rules at these places, with their places among the steps.
    pub(super) fn steps<'o>(
        &'o self,
        steps: &'o [usize],
    ) -> impl Iterator<Item = (usize, &'o One)> {
        let steps = steps.iter().enumerate();
        steps.filter_map(|(n, step)| Some((n, self.rules.get(*step)?)))
    }

    /// A template with what a rule has for it.
    pub(super) fn filled(
        &self,
        reference: usize,
        template: &str,
        values: &[(&str, String)],
    ) -> String {
        self.rules.get(reference).map_or_else(String::new, |rule| {
            super::filled(template, values, &rule.values(reference))
        })
    }

    /// The message that the language cannot say a correlation's condition.
    pub fn cannot(&self, correlation: &CorrelationRule, what: &str) -> Unsupported {
        let message = format!("{} cannot express {what}", self.title);
        Unsupported::new(super::condition_span(correlation), message)
    }

    /// What a rule is called.
    pub fn name(&self, reference: usize) -> &str {
        self.rules.get(reference).map_or("", |rule| &rule.name)
    }

    /// What all their queries begin with.
    pub fn head(&self) -> Result<String, Unsupported> {
        let head = self.rules.first().map_or("", |rule| &rule.head);
        match self.rules.iter().all(|rule| rule.head == head) {
            true => Ok(head.to_owned()),
            false => Err(Unsupported::new(
                self.span,
                format!(
                    "{} cannot correlate rules that read different places",
                    self.title
                ),
            )),
        }
    }

    /// A rule in place of the correlation, for formats and what comes after them.
    pub(super) fn stands_for(&self, correlation: &CorrelationRule, used: Option<&str>) -> Rule {
        let first = self.rules.first().map(|one| &one.rule);
        let mut state = first.map_or_else(IndexMap::new, |first| first.state.clone());
        state.retain(|key, _| Some(&**key) != used);
        let logsource = first.map(|first| first.logsource.clone());
        Rule {
            meta: correlation.meta.clone(),
            span: correlation.span,
            logsource: logsource.unwrap_or_default(),
            selections: IndexMap::new(),
            conditions: Vec::new(),
            fields: Vec::new(),
            custom: IndexMap::new(),
            state,
            applied: IndexSet::new(),
            is_correlation: true,
        }
    }
}

/// One condition that holds where one of these does.
fn one_of(mut conditions: Vec<Spanned<Condition>>, span: Span) -> Spanned<Condition> {
    match (conditions.len(), conditions.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            conditions.extend(last);
            Spanned::new(Condition::Or(conditions), span)
        }
    }
}

/// Where a correlation names a field.
fn place(correlation: &CorrelationRule, key: &KeyField) -> Span {
    let written = &correlation.correlation;
    let named = written
        .group_by
        .iter()
        .find(|field| field.value == key.name);
    let aliased = written.aliases.get(&key.name);
    let aliased = aliased.and_then(|rules| rules.values().next());
    aliased
        .or(named)
        .map_or_else(|| super::condition_span(correlation), |field| field.span)
}

/// What a field is called in each rule after its pipelines: a search for it is put beside the
/// rule's own and read back.
pub(super) fn called(
    key: &KeyField,
    rules: &[&Rule],
    correlation: &CorrelationRule,
    target: &Target<'_>,
) -> Result<Vec<String>, Unsupported> {
    const PROBE: &str = "_correlated";
    let span = place(correlation, key);
    let mut names = Vec::with_capacity(rules.len());
    for (rule, name) in rules.iter().zip(&key.in_reference) {
        let mut rule = (*rule).clone();
        rule.selections.insert(
            PROBE.to_owned(),
            Search::Item(Item {
                field: Some(name.clone()),
                values: vec![Spanned::new(Written::Exists(true), span)],
                all: false,
                tied: false,
                negated: false,
                key: span,
                span,
                applied: IndexSet::new(),
            }),
        );
        target.chain.apply(&mut rule)?;
        match rule.selections.get(PROBE) {
            Some(Search::Item(Item {
                field: Some(name), ..
            })) => names.push(name.clone()),
            _ => {
                let message = format!("the pipelines give `{name}` no single name");
                return Err(Unsupported::new(span, message));
            }
        }
    }
    Ok(names)
}
