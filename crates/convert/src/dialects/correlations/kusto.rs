//! Correlations in Kusto.
//!
//! All observations stand in one `let`, a row for each event with a flag for each rule it
//! matches, its group and what is measured. Then:
//! - **Sliding windows**: the instants of each group are joined with the observations of the
//!   timespan that ends there. A window reaches into at most two of the pieces that `bin` cuts
//!   time into, so an instant looks into its own and the one before.
//!   <https://learn.microsoft.com/en-us/kusto/query/join-time-window>
//! - **Windows judged when they close**: `row_window_session` opens one at the first event out of
//!   the last; its end does not belong to a session, so a tick, the least unit of time, is added.
//!   <https://learn.microsoft.com/en-us/kusto/query/row-window-session-function>
//! - **Order**: from each match of the first rule, the earliest match of the next that is not
//!   earlier, and so on.
//! - `count_distinct` counts exactly.
//!   <https://learn.microsoft.com/en-us/kusto/query/count-distinct-aggregation-function>
//!
//! A missing string is the empty string, so an empty value is none. Groups and values are compared
//! in lower case.

use crate::Unsupported;
use crate::correlation::{
    Boolean, Compared, Correlations, LOGIC, Logic, NO_MEASURES, Observed, One, condition_span,
    only_alternative, rules_span, said,
};
use crate::dialects::comparisons;
use indexmap::IndexMap;
use serde_json::Value as Json;
use sigwright_ir::CorrelationRule;
use sigwright_ir::correlation::{
    Aggregate, Bounds, Kind, Measure, Presence, PresenceExpr, StatsExpr,
};
use sigwright_ir::pred::Comparison;
use std::collections::HashSet;

pub(super) const KUSTO: Correlations = Correlations {
    forms: &[],
    whole: Some(query),
    own_state: Some(TABLE),
    not_in: &[],
    head: "",
    group: ("", "", ""),
    key: ("", "", ""),
    aliases: None,
    present: "",
    measures: NO_MEASURES,
    bound: ("", ""),
    comparisons,
    units: &[],
};

/// The state that pipelines keep the table in.
const TABLE: &str = "query_table";

/// The state that pipelines keep the column of the time in.
const TIME: &str = "timestamp_field";

/// The column of the time in all tables of Log Analytics.
/// <https://learn.microsoft.com/en-us/azure/azure-monitor/logs/log-standard-columns>
const TIME_GENERATED: &str = "TimeGenerated";

const NOT: Logic = Logic {
    not: "not",
    ..LOGIC
};

fn query(correlation: &CorrelationRule, observed: &Observed<'_>) -> Result<String, Unsupported> {
    let of = Correlation {
        rule: correlation,
        keys: (0..observed.group.len())
            .map(|n| format!("group_{n}"))
            .collect(),
        span: format!("{}s", correlation.plan.timespan / 1_000_000_000),
    };
    let kind = &correlation.plan.kind;
    let judged = match kind {
        Kind::Ordered(presence) => of.ordered(presence)?,
        Kind::NewTerms { fields, bounds } => of.new_terms(fields.len(), bounds),
        _ if kind.slides() => of.sliding(),
        _ => of.closing(),
    };
    let mut query = format!("let observed = {};\n{judged}", of.observed(observed)?);
    let renamed = of.keys.iter().zip(&observed.group_names);
    let renamed: Vec<String> = renamed
        .map(|(key, name)| format!("{} = {key}", bracketed(name)))
        .collect();
    if !renamed.is_empty() {
        query.push_str(&format!("\n| project-rename {}", renamed.join(", ")));
    }
    query.push_str("\n| sort by at asc");
    Ok(query)
}

/// A name of a column, whatever is in it.
fn bracketed(name: &str) -> String {
    format!("['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// A correlation on its way to a query.
struct Correlation<'c> {
    rule: &'c CorrelationRule,
    /// The columns of the group.
    keys: Vec<String>,
    /// The length of a window.
    span: String,
}

/// What is computed over a window, and what must be true of that.
struct Measured {
    /// Each `name = aggregate`.
    aggregates: Vec<String>,
    /// What is made of those, `name = expression`.
    made: Vec<String>,
    condition: String,
}

impl Correlation<'_> {
    /// The observations: a branch for each table and set of names.
    fn observed(&self, observed: &Observed<'_>) -> Result<String, Unsupported> {
        type Branch<'o> = (String, &'o str, &'o [String]);
        let mut branches: IndexMap<Branch<'_>, Vec<(usize, &One)>> = IndexMap::new();
        for (n, one) in observed.rules().iter().enumerate() {
            let state = |key| one.rule.state.get(key).and_then(Json::as_str);
            let table = state(TABLE).filter(|table| !table.is_empty());
            let branch = (
                table.unwrap_or("union *").to_owned(),
                state(TIME).unwrap_or(TIME_GENERATED),
                &*one.fields,
            );
            branches.entry(branch).or_default().push((n, one));
        }
        let counts = !matches!(
            self.rule.plan.kind,
            Kind::Temporal(_) | Kind::Ordered(_) | Kind::ValueCount { .. }
        );
        let mut tables: Vec<&str> = branches.keys().map(|(table, ..)| &**table).collect();
        tables.sort_unstable();
        let twice = tables.windows(2).any(|two| two.first() == two.get(1));
        if counts && twice {
            let message = "Kusto cannot tell that one event is matched by several rules that call \
                           the fields of the correlation differently";
            return Err(Unsupported::new(rules_span(self.rule), message));
        }
        let branches: Vec<String> = branches
            .iter()
            .map(|((table, time, fields), rules)| {
                let asked: Vec<String> = rules
                    .iter()
                    .map(|(_, one)| format!("({})", one.condition))
                    .collect();
                let mut columns = vec![format!("at = {time}")];
                let any = |n: usize| rules.iter().find(|(of, _)| *of == n);
                columns.extend((0..observed.rules().len()).map(|n| match any(n) {
                    Some((_, one)) => format!("is_{n} = ({})", one.condition),
                    None => format!("is_{n} = false"),
                }));
                let (group, measured) = fields.split_at(self.keys.len().min(fields.len()));
                columns.extend(
                    group
                        .iter()
                        .zip(&self.keys)
                        .map(|(field, key)| format!("{key} = tolower(tostring({field}))")),
                );
                for (n, field) in measured.iter().enumerate() {
                    columns.push(match self.is_number(n) {
                        true => format!("value_{n} = toreal(tostring({field}))"),
                        false => format!("value_{n} = tolower(tostring({field}))"),
                    });
                }
                let asked = asked.join(" or ");
                format!("{table}\n| where {asked}\n| project {}", columns.join(", "))
            })
            .collect();
        let mut text = match &*branches {
            [one] => one.clone(),
            several => format!("union\n({})", several.join("),\n(")),
        };
        let mut wanted = vec!["isnotnull(at)".to_owned()];
        wanted.extend(self.keys.iter().map(|key| format!("isnotempty({key})")));
        if !matches!(self.rule.plan.kind, Kind::Stats { .. }) {
            wanted.extend((0..self.rule.plan.kind.fields().len()).map(
                |n| match self.is_number(n) {
                    true => format!("isnotnull(value_{n})"),
                    false => format!("isnotempty(value_{n})"),
                },
            ));
        }
        text.push_str(&format!("\n| where {}", wanted.join(" and ")));
        Ok(text)
    }

    /// Whether a measured field is looked at as a number.
    fn is_number(&self, n: usize) -> bool {
        match &self.rule.plan.kind {
            Kind::Number { .. } => true,
            Kind::Stats { aggregates, .. } => {
                let mut each = aggregates.values().flat_map(|aggregate| {
                    let distinct = matches!(aggregate, Aggregate::CountDistinct(_));
                    aggregate.fields().iter().map(move |_| !distinct)
                });
                each.nth(n).unwrap_or(false)
            }
            _ => false,
        }
    }

    /// Columns, the group's first.
    fn by(&self, more: &[&str]) -> String {
        let keys = self.keys.iter().map(String::as_str);
        let all: Vec<&str> = keys.chain(more.iter().copied()).collect();
        all.join(", ")
    }

    /// Joins rows that have a time `from` with the observations from then on, or up to then.
    fn joined(&self, from: &str, back: bool, what: &str, keys: &[&str]) -> String {
        let span = &self.span;
        let other = match back {
            true => format!("bin({from}, {span}) - {span}"),
            false => format!("bin({from}, {span}) + {span}"),
        };
        let on = self.by(&[keys, &["near"]].concat());
        let columns = self.by(&[keys, &["near = bin(at, "]].concat());
        format!(
            "| extend near = pack_array(bin({from}, {span}), {other})\n\
             | mv-expand near to typeof(datetime)\n\
             | join kind=inner ({what} {columns}{span}), seen = at{}) on {on}",
            self.carried(keys)
        )
    }

    /// The columns that are measured.
    fn carried(&self, keys: &[&str]) -> String {
        let mut carried = String::new();
        if matches!(self.rule.plan.kind, Kind::Ordered(_)) {
            return carried;
        }
        for n in 0..self.rule.references.len() {
            carried.push_str(&format!(", is_{n}"));
        }
        for n in 0..self.rule.plan.kind.fields().len() {
            let name = format!("value_{n}");
            if !keys.contains(&&*name) {
                carried.push_str(&format!(", {name}"));
            }
        }
        carried
    }

    /// Judged at each instant, over the window that ends there.
    fn sliding(&self) -> String {
        let measured = self.measured();
        let span = &self.span;
        format!(
            "observed\n| distinct {}\n{}\n| where seen between (at - {span} .. at)\n{}",
            self.by(&["at"]),
            self.joined("at", true, "observed | project", &[]),
            measured.judged(&self.by(&["at"]))
        )
    }

    /// Judged when a window closes.
    fn closing(&self) -> String {
        let (measured, span) = (self.measured(), &self.span);
        let sorted: Vec<String> = self.keys.iter().map(|key| format!("{key} asc, ")).collect();
        let others = self.keys.iter().map(|key| format!("{key} != prev({key})"));
        let others: Vec<String> = others.collect();
        let restart = match others.is_empty() {
            true => String::new(),
            false => format!(", {}", others.join(" or ")),
        };
        format!(
            "observed\n| sort by {}at asc\n\
             | extend opened = row_window_session(at, {span} + 1tick, {span} + 1tick{restart})\n\
             {}\n| extend at = opened + {span}",
            sorted.concat(),
            measured.judged(&self.by(&["opened"]))
        )
    }

    /// How often each tuple was there before.
    fn new_terms(&self, fields: usize, bounds: &Bounds) -> String {
        let values: Vec<String> = (0..fields).map(|n| format!("value_{n}")).collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let rows = self.by(&[&values[..], &["at"]].concat());
        let span = &self.span;
        let measured = Measured {
            aggregates: vec!["prior = countif(seen < at)".to_owned()],
            made: Vec::new(),
            condition: bounded("prior", bounds),
        };
        format!(
            "observed\n| distinct {rows}\n{}\n| where seen between (at - {span} .. at)\n{}",
            self.joined("at", true, "observed | project", &values),
            measured.judged(&rows)
        )
    }

    /// All rules one after the other.
    fn ordered(&self, presence: &Presence) -> Result<String, Unsupported> {
        let plan = &self.rule.plan;
        let steps: Vec<usize> = match presence {
            Presence::AtLeast(bounds)
                if bounds.lower_only() && bounds.least_of(plan.steps.len() as u64) =>
            {
                plan.steps.clone()
            }
            Presence::Expr(expr) => {
                let present = only_alternative(expr).unwrap_or_default();
                let steps = plan.steps.iter().copied();
                steps.filter(|step| present.contains(step)).collect()
            }
            Presence::AtLeast(_) => Vec::new(),
        };
        let Some((first, rest)) = steps.split_first() else {
            let message =
                "of an order, Kusto can say only that all rules match one after the other";
            return Err(Unsupported::new(condition_span(self.rule), message));
        };
        let different: HashSet<&usize> = steps.iter().collect();
        if different.len() < steps.len() {
            let message = "Kusto cannot tell two matches of one rule at one time apart";
            return Err(Unsupported::new(rules_span(self.rule), message));
        }
        let span = &self.span;
        let mut text = format!(
            "observed\n| where is_{first}\n| distinct {}\n| extend opened = at",
            self.by(&["at"])
        );
        for step in rest {
            let what = format!("observed | where is_{step} | project");
            text.push_str(&format!(
                "\n{}\n| where seen between (at .. opened + {span})\n\
                 | summarize at = min(seen) by {}",
                self.joined("opened", false, &what, &[]),
                self.by(&["opened"])
            ));
        }
        text.push_str(&format!(
            "\n| summarize opened = max(opened) by {}",
            self.by(&["at"])
        ));
        Ok(text)
    }

    fn measured(&self) -> Measured {
        let one = |name: &str, aggregate: String, bounds: &Bounds| Measured {
            aggregates: vec![format!("{name} = {aggregate}")],
            made: Vec::new(),
            condition: bounded(name, bounds),
        };
        match &self.rule.plan.kind {
            Kind::EventCount(bounds) | Kind::NewTerms { bounds, .. } => {
                one("event_count", "count()".to_owned(), bounds)
            }
            Kind::ValueCount { fields, bounds } => {
                one("value_count", distinct(0, fields.len()), bounds)
            }
            Kind::Number {
                measure, bounds, ..
            } => match measure {
                Measure::Sum => one("value_sum", "sum(value_0)".to_owned(), bounds),
                Measure::Avg => one("value_avg", "avg(value_0)".to_owned(), bounds),
                // nearest rank; `percentile` is an estimate
                Measure::Percentile(p) => Measured {
                    aggregates: vec!["numbers = make_list(value_0)".to_owned()],
                    made: vec![
                        "numbers = array_sort_asc(numbers)".to_owned(),
                        format!(
                            "value_percentile = todouble(numbers[max_of(toint(ceiling({p} * \
                             array_length(numbers) / 100.0)), 1) - 1])"
                        ),
                    ],
                    condition: bounded("value_percentile", bounds),
                },
            },
            Kind::Temporal(presence) | Kind::Ordered(presence) => {
                let rules = 0..self.rule.references.len();
                let seen = rules
                    .clone()
                    .map(|n| format!("seen_{n} = countif(is_{n}) > 0"));
                let (made, condition) = match presence {
                    Presence::AtLeast(bounds) => {
                        let all: Vec<String> = rules.map(|n| format!("toint(seen_{n})")).collect();
                        let count = format!("event_type_count = {}", all.join(" + "));
                        (vec![count], bounded("event_type_count", bounds))
                    }
                    Presence::Expr(expr) => (Vec::new(), matched(expr)),
                };
                Measured {
                    aggregates: seen.collect(),
                    made,
                    condition,
                }
            }
            Kind::Stats {
                aggregates,
                condition,
            } => stats(aggregates, condition),
        }
    }
}

impl Measured {
    fn judged(&self, by: &str) -> String {
        let mut text = format!("| summarize {} by {by}", self.aggregates.join(", "));
        for made in &self.made {
            text.push_str(&format!("\n| extend {made}"));
        }
        format!("{text}\n| where {}", self.condition)
    }
}

/// How many different tuples of values from a place on.
fn distinct(from: usize, fields: usize) -> String {
    let values: Vec<String> = (from..from + fields)
        .map(|n| format!("value_{n}"))
        .collect();
    match &*values {
        [one] => format!("count_distinctif({one}, isnotempty({one}))"),
        several => {
            let all = several.iter().map(|value| format!("isnotempty({value})"));
            let all: Vec<String> = all.collect();
            format!(
                "count_distinctif(tostring(pack_array({})), {})",
                several.join(", "),
                all.join(" and ")
            )
        }
    }
}

fn bounded(name: &str, bounds: &Bounds) -> String {
    let each = bounds.0.iter();
    let each: Vec<String> = each
        .map(|(op, bound)| compared(name, *op, *bound))
        .collect();
    each.join(" and ")
}

fn compared(name: &str, op: Comparison, bound: f64) -> String {
    format!("{name} {} {bound}", super::comparisons(op))
}

fn matched(expr: &PresenceExpr) -> String {
    let seen = |rule: &usize| format!("(seen_{rule})");
    said(&Boolean::of_rules(expr), 0, &NOT, &seen)
}

/// Several measures. Without a number a measure has no value, and no comparison with it holds.
fn stats(aggregates: &IndexMap<String, Aggregate>, condition: &StatsExpr) -> Measured {
    let mut field = 0;
    let mut text = Vec::with_capacity(aggregates.len());
    for (name, aggregate) in aggregates {
        let value = format!("value_{field}");
        let number = |function: &str| {
            format!("iff(countif(isnotnull({value})) > 0, {function}({value}), real(null))")
        };
        let aggregated = match aggregate {
            Aggregate::Count(None) => "count()".to_owned(),
            Aggregate::Count(Some(rule)) => format!("countif(is_{rule})"),
            Aggregate::CountDistinct(fields) => distinct(field, fields.len()),
            Aggregate::Sum(_) => number("sum"),
            Aggregate::Avg(_) => number("avg"),
            Aggregate::Min(_) => number("min"),
            Aggregate::Max(_) => number("max"),
        };
        field += aggregate.fields().len();
        text.push(format!("{} = {aggregated}", bracketed(name)));
    }
    let leaf = |(at, op, bound): &Compared| {
        let name = aggregates
            .get_index(*at)
            .map_or("", |(name, _)| name.as_str());
        format!(
            "(coalesce({}, false))",
            compared(&bracketed(name), *op, *bound)
        )
    };
    Measured {
        aggregates: text,
        made: Vec::new(),
        condition: said(&Boolean::of_stats(condition), 0, &NOT, &leaf),
    }
}
