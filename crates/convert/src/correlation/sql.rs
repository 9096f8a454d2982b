//! Correlations in SQL, all of them: one neutral [`Question`], written in steps of standard SQL
//! with window functions; what engines spell differently is a [`Timeline`].
//!
//! A row is an alert, as docs/correlation.md defines it.

mod condition;
mod measured;
mod observed;
mod question;
mod script;
mod timeline;

pub use timeline::{Follow, Timeline};

use super::observed::called;
use super::{Correlated, Target, condition_span, rules_span};
use crate::Unsupported;
use crate::dialect::{Dialect, Nested};
use crate::print::{Piece, Printer, fill};
use crate::query::Query;
use crate::rule::Rule;
use indexmap::{IndexMap, IndexSet};
use measured::Windows;
use observed::{Seen, observe};
use question::Question;
use script::{Script, Spacing};
use sigwright_ir::correlation::KeyField;
use sigwright_ir::{CorrelationRule, Reference, RuleSet};
use sigwright_syntax::Diagnostics;
use std::collections::HashMap;

/// The query of a correlation.
pub(super) fn convert(
    correlation: &CorrelationRule,
    set: &RuleSet,
    rules: &[Result<Rule, Diagnostics>],
    target: &Target<'_>,
) -> Result<Correlated, Diagnostics> {
    let dialect = target.dialect.in_format(target.format.name);
    let said = |unsupported: Unsupported| -> Diagnostics { vec![unsupported.into()] };
    let timeline = dialect.sql.and_then(|sql| sql.timeline);
    let nested = dialect.sql.and_then(|sql| sql.nested);
    let timeline = timeline.filter(|timeline| timeline.each.is_some() == nested.is_some());
    let timeline = timeline.ok_or_else(|| {
        let (title, form) = (dialect.title, target.format.name);
        let message = format!("the form `{form}` of {title} takes no correlations");
        said(Unsupported::new(correlation.correlation.kind.span, message))
    })?;
    let mut writing = Writing {
        set,
        rules,
        target,
        dialect,
        timeline,
        nested,
        script: Script::default(),
        alerts: HashMap::new(),
        first: None,
    };
    let alerts = writing.alerts(correlation)?;
    let stands_for = stands_for(correlation, writing.first.as_ref());
    let (last, unsaid) = writing.last(correlation, &alerts);
    let query = writing.script.finish(&last);
    let finished = (target.format.query)(&stands_for, 0, query)
        .and_then(|query| target.chain.postprocess(&stands_for, query));
    Ok(Correlated {
        query: finished.map_err(said)?,
        loses: &[],
        unsaid,
    })
}

/// The alerts of a correlation as a step.
#[derive(Clone)]
struct Alerts<'s> {
    step: String,
    /// Its columns.
    columns: String,
    /// The names of its fields and their columns.
    fields: Vec<(&'s str, String)>,
    /// How many of them make the group; the others the term.
    group: usize,
    /// How it shows its measures: names and expressions.
    shown: Vec<(String, String)>,
    /// `timestamp_format` of the events.
    format: Option<String>,
}

/// A query in the making.
struct Writing<'s, 't> {
    set: &'s RuleSet,
    rules: &'s [Result<Rule, Diagnostics>],
    target: &'t Target<'t>,
    dialect: &'t Dialect,
    timeline: &'static Timeline,
    nested: Option<Nested>,
    script: Script,
    /// Of correlations that others observe, by their place in the set.
    alerts: HashMap<usize, Alerts<'s>>,
    /// The first rule, changed by the pipelines.
    first: Option<Rule>,
}

impl<'s> Writing<'s, '_> {
    /// Writes the steps that lead to a correlation's alerts. Chains are no circles and 16 long
    /// at most, which holds of every set.
    fn alerts(&mut self, correlation: &'s CorrelationRule) -> Result<Alerts<'s>, Diagnostics> {
        let question = Question::of(correlation).map_err(|what| {
            let message = format!("{} cannot look for {what}", self.dialect.title);
            vec![Unsupported::new(condition_span(correlation), message).into()]
        })?;
        let mut seen = Vec::with_capacity(correlation.references.len());
        let mut format = None;
        for (reference, of) in correlation.references.iter().enumerate() {
            seen.push(match of {
                Reference::Rule(id) => {
                    let rule = match self.rules.get(id.index()) {
                        Some(Ok(rule)) => rule,
                        Some(Err(said)) => return Err(said.clone()),
                        None => continue,
                    };
                    let (one, of) = self
                        .rule(correlation, &question, reference, rule)
                        .map_err(|unsupported| vec![unsupported.into()])?;
                    format = format.or(of);
                    one
                }
                Reference::Correlation(other) => {
                    let Some(observed) = self.set.correlations.get(*other) else {
                        continue;
                    };
                    let alerts = match self.alerts.get(other) {
                        Some(alerts) => alerts.clone(),
                        None => self.alerts(observed)?,
                    };
                    self.alerts.insert(*other, alerts.clone());
                    format = format.or_else(|| alerts.format.clone());
                    self.chained(&question, reference, &alerts)
                }
            });
        }
        let keys = 0..question.keys.len().max(1);
        let keys: Vec<String> = keys.map(|key| format!("k{key}")).collect();
        let observed = observe(&question, &seen, &keys, self.timeline, &mut self.script);
        let (step, tells_events) = observed.ok_or_else(|| -> Diagnostics {
            let message = format!(
                "{} cannot count an event of several rules once where they call a field of JSON differently",
                self.dialect.title
            );
            vec![Unsupported::new(rules_span(correlation), message).into()]
        })?;
        let windows = Windows {
            question: &question,
            timeline: self.timeline,
            comparisons: self.dialect.ops.comparisons,
            keys,
            tells_events,
        };
        let step = windows.alerts(&step, &mut self.script);
        let columns = windows.columns();
        let shown = question.shown.iter();
        let shown = shown.map(|(name, number)| (name.clone(), windows.number(number, "m")));
        let fields = question.keys.iter().zip(&windows.keys);
        Ok(Alerts {
            step,
            columns,
            fields: fields
                .map(|(key, column)| (key.name.as_str(), column.clone()))
                .collect(),
            group: question.group,
            shown: shown.collect(),
            format,
        })
    }

    /// What is seen of a rule, and `timestamp_format`.
    fn rule(
        &mut self,
        correlation: &CorrelationRule,
        question: &Question<'_>,
        reference: usize,
        rule: &Rule,
    ) -> Result<(Seen, Option<String>), Unsupported> {
        let printer = Printer::new(self.dialect);
        let target = self.target;
        let field = |key: &KeyField| -> Result<String, Unsupported> {
            let one = KeyField {
                name: key.name.clone(),
                in_reference: key
                    .in_reference
                    .get(reference)
                    .cloned()
                    .into_iter()
                    .collect(),
            };
            let names = called(&one, &[rule], correlation, target)?;
            Ok(names.into_iter().next().unwrap_or_default())
        };
        let spelled = |name: &str, numbers: bool| match self.nested {
            Some(nested) => values(&printer, &nested, name),
            None => self.column(numbers, &printer.field(name)),
        };
        let keys = question.keys.iter();
        let keys = keys.map(|key| Ok(spelled(&field(key)?, false)));
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        let columns = question.columns.iter();
        let columns = columns.map(|column| Ok(spelled(&field(column.field)?, column.numbers)));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let mut rule = rule.clone();
        self.target.chain.apply(&mut rule)?;
        let mut conditions = Vec::new();
        for query in Query::whole(&rule)? {
            let query = self.dialect.prepared(query)?;
            match printer.query(&query)? {
                Piece::Text(text) => conditions.push(text),
                Piece::After(deferred) => {
                    return Err(printer.cannot(deferred.span, "this in a correlation"));
                }
            }
        }
        let condition = match conditions.as_slice() {
            [] => {
                let message =
                    "the pipelines leave nothing of this rule, which the correlation needs";
                return Err(Unsupported::new(rule.span, message));
            }
            [one] => one.clone(),
            several => format!("({})", several.join(") OR (")),
        };
        let state = |name: &str| rule.state.get(name).and_then(|value| value.as_str());
        let from = state("table").unwrap_or("logs").to_owned();
        let time = state("timestamp_field").unwrap_or("timestamp");
        let time = match self.nested {
            Some(nested) => {
                let values = values(&printer, &nested, time);
                format!("(SELECT MIN(v) FROM ({values}) n)")
            }
            None => printer.field(time),
        };
        let format = state("timestamp_format").map(str::to_owned);
        let time = match (format.as_deref(), format.as_deref().and_then(per_second)) {
            (None | Some("iso"), _) => fill(self.timeline.micros, &[("field", &time)]),
            (_, Some(per)) => fill(
                self.timeline.scaled,
                &[("field", &time), ("per", &per.to_string())],
            ),
            (Some(other), None) => {
                let message = format!(
                    "`timestamp_format` is `{other}`; known are iso, seconds, milliseconds, \
                     microseconds, nanoseconds"
                );
                return Err(Unsupported::new(rules_span(correlation), message));
            }
        };
        self.first.get_or_insert(rule);
        let seen = Seen {
            from,
            condition: Some(condition),
            time,
            keys,
            columns,
            nested: self.nested.is_some(),
        };
        Ok((seen, format))
    }

    fn column(&self, numbers: bool, field: &str) -> String {
        let template = match numbers {
            true => self.timeline.number,
            false => self.timeline.folded,
        };
        fill(template, &[("field", field)])
    }

    /// What is seen of another correlation: its alerts, with their fields.
    fn chained(&self, question: &Question<'_>, reference: usize, alerts: &Alerts<'_>) -> Seen {
        let column = |key: &KeyField| {
            let wanted = key.in_reference.get(reference);
            let mut fields = alerts.fields.iter();
            let found = fields.find(|(name, _)| wanted.is_some_and(|wanted| wanted == name));
            found.map_or_else(|| "NULL".to_owned(), |(_, column)| column.clone())
        };
        let columns = question.columns.iter().map(|measured| {
            let column = column(measured.field);
            self.column(measured.numbers, &column)
        });
        Seen {
            from: alerts.step.clone(),
            condition: None,
            time: "t".to_owned(),
            keys: question.keys.iter().map(|key| column(key)).collect(),
            columns: columns.collect(),
            nested: false,
        }
    }

    /// The last step, and the hints it says nothing of.
    fn last(
        &mut self,
        correlation: &CorrelationRule,
        alerts: &Alerts<'_>,
    ) -> (String, Vec<&'static str>) {
        let mut unsaid = super::hints(&correlation.hints);
        unsaid.retain(|hint| *hint != "x-refire");
        let mut from = alerts.step.clone();
        if let Some(suppress) = &correlation.hints.suppress {
            let by = suppress.by.iter().map(|name| {
                let mut fields = alerts.fields.iter();
                fields
                    .find(|(field, _)| field == name)
                    .map(|(_, column)| column.clone())
            });
            let mut by: Option<Vec<String>> = by.collect();
            if suppress.by.is_empty() {
                let group = alerts.fields.iter().take(alerts.group);
                by = Some(group.map(|(_, column)| column.clone()).collect());
            }
            // what is in the newest event alone, rows do not tell
            if let Some(mut by) = by {
                unsaid.retain(|hint| *hint != "x-suppress");
                let order = alerts.fields.iter().map(|(_, column)| column.clone());
                let order: Vec<String> = order.collect();
                let mut columns = alerts.columns.clone();
                if by.is_empty() {
                    let one = format!("SELECT {columns}, 0 AS everything FROM {from}");
                    from = self.script.add("all_alerts", one);
                    columns.push_str(", everything");
                    by.push("everything".to_owned());
                }
                from = self.script.spaced(
                    "heard",
                    self.timeline,
                    &Spacing {
                        rows: &from,
                        columns: &columns,
                        group: &by,
                        order: &order,
                        distance: suppress.span / 1_000,
                        fresh: None,
                    },
                );
            }
        }
        let mut names: IndexSet<String> = IndexSet::new();
        let mut columns = Vec::new();
        let mut add = |name: &str, value: &str| {
            let mut name = name.to_owned();
            while names.contains(&name.to_lowercase()) {
                name.push('_');
            }
            names.insert(name.to_lowercase());
            columns.push(format!("{value} AS {}", self.quoted(&name)));
        };
        add("time", &self.time("t", alerts.format.as_deref()));
        add("window_start", &self.time("f", alerts.format.as_deref()));
        for (name, column) in &alerts.fields {
            add(name, column);
        }
        for (name, value) in &alerts.shown {
            add(name, value);
        }
        (
            format!("SELECT {} FROM {from} ORDER BY t", columns.join(", ")),
            unsaid,
        )
    }

    /// A time as it stood in the events.
    fn time(&self, column: &str, format: Option<&str>) -> String {
        match format.and_then(per_second) {
            None => fill(self.timeline.shown, &[("micros", column)]),
            Some(1_000_000) => column.to_owned(),
            Some(per @ 1_000_000_000..) => format!("{column} * {}", per / 1_000_000),
            Some(per) => format!("{column} / {}.0", 1_000_000 / per),
        }
    }

    fn quoted(&self, name: &str) -> String {
        let quote = self.dialect.fields.quote;
        let quoted = self.dialect.fields.quote.repeat(2);
        format!("{quote}{}{quote}", name.replace(quote, &quoted))
    }
}

/// The query of all values that a name reaches in nested JSON.
fn values(printer: &Printer<'_>, nested: &Nested, name: &str) -> String {
    let name = crate::dialects::sql::literal(printer, name);
    fill(nested.values, &[("name", &name)])
}

/// How many of a unit of time a second has.
fn per_second(format: &str) -> Option<u64> {
    Some(match format {
        "seconds" => 1,
        "milliseconds" => 1_000,
        "microseconds" => 1_000_000,
        "nanoseconds" => 1_000_000_000,
        _ => return None,
    })
}

/// A rule in place of the correlation, for formats and what comes after them.
fn stands_for(correlation: &CorrelationRule, first: Option<&Rule>) -> Rule {
    Rule {
        meta: correlation.meta.clone(),
        span: correlation.span,
        logsource: first
            .map(|first| first.logsource.clone())
            .unwrap_or_default(),
        selections: IndexMap::new(),
        conditions: Vec::new(),
        fields: Vec::new(),
        custom: IndexMap::new(),
        state: first.map_or_else(IndexMap::new, |first| first.state.clone()),
        applied: IndexSet::new(),
        is_correlation: true,
    }
}
