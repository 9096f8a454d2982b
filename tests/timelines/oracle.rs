//! What correlations mean, worked out the slow way: everything is kept, and at every instant
//! every window is looked at anew. Shares nothing with the engine but the plans.

use sigwright_ir::correlation::{Aggregate, Bounds, KeyField, Kind, Measure, Plan, Presence};
use sigwright_ir::hints::Refire;
use sigwright_ir::{CorrelationRule, Reference, RuleSet};
use std::collections::{BTreeMap, BTreeSet};

/// An event: which rules match it, and the texts of its fields.
#[derive(Debug, Clone, Default)]
pub struct Fact {
    pub time: i64,
    /// Places of rules in the set.
    pub rules: Vec<usize>,
    pub fields: BTreeMap<String, Vec<String>>,
}

/// What is compared of an alert.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub struct Said {
    pub time: i64,
    pub title: String,
    pub from: i64,
    /// Names and values of the group, then of the tuple.
    pub group: Vec<(String, String)>,
    pub values: Vec<(String, f64)>,
    pub variation: Option<usize>,
}

/// Something a correlation hears.
#[derive(Debug, Clone)]
struct Seen {
    time: i64,
    /// Equal where it is one event.
    event: (bool, usize),
    reference: usize,
    fields: BTreeMap<String, Vec<String>>,
    /// The tuples or numbers of each measure.
    terms: Vec<Vec<Vec<String>>>,
    tenths: Vec<Vec<i64>>,
}

#[derive(Default)]
struct Group {
    shown: Vec<String>,
    seen: Vec<Seen>,
    last: Option<i64>,
    on: bool,
    alerted: i64,
    open: Option<i64>,
}

/// One correlation and its groups by folded key.
struct Part<'s> {
    rule: &'s CorrelationRule,
    groups: BTreeMap<Vec<String>, Group>,
    /// When each group's silence began.
    silent: BTreeMap<Vec<String>, i64>,
}

/// An alert before hints have their say.
#[derive(Clone)]
struct Raw {
    said: Said,
    key: Vec<String>,
    last: BTreeMap<String, Vec<String>>,
}

pub struct Oracle<'s> {
    set: &'s RuleSet,
    facts: &'s [Fact],
    parts: Vec<Part<'s>>,
    begin: i64,
    alerts: usize,
    pub said: Vec<Said>,
}

/// What the oracle says of `facts` in the order they arrive; `lateness` None for all.
pub fn judge(set: &RuleSet, facts: &[Fact], lateness: Option<i64>) -> Vec<Said> {
    let part = |rule| Part {
        rule,
        groups: BTreeMap::new(),
        silent: BTreeMap::new(),
    };
    let mut oracle = Oracle {
        set,
        facts,
        parts: set.correlations.iter().map(part).collect(),
        begin: facts.iter().take(8).map(|f| f.time).min().unwrap_or(0),
        alerts: 0,
        said: Vec::new(),
    };
    let feeds = |rule: &usize| {
        let mut references = set.correlations.iter().flat_map(|c| &c.references);
        references.any(|r| matches!(r, Reference::Rule(other) if other.index() == *rule))
    };
    let heard = |fact: &Fact| fact.rules.iter().any(feeds);
    for (time, instant) in instants(facts, &heard, lateness) {
        while let Some(end) = oracle.next_end().filter(|end| *end < time) {
            oracle.instant(end, &[]);
        }
        if !instant.is_empty() {
            oracle.instant(time, &instant);
        }
    }
    while let Some(end) = oracle.next_end() {
        oracle.instant(end, &[]);
    }
    oracle.said.sort_by(|a, b| a.partial_cmp(b).unwrap());
    oracle.said
}

/// The instants in the order in which they count, each a list of events; where there are
/// none, time has come so far.
fn instants(
    facts: &[Fact],
    heard: &impl Fn(&Fact) -> bool,
    lateness: Option<i64>,
) -> Vec<(i64, Vec<usize>)> {
    let mut waiting: Vec<usize> = Vec::new();
    let mut instants: Vec<(i64, Vec<usize>)> = Vec::new();
    let mut release = |waiting: &mut Vec<usize>, before: i64| {
        let mut times: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        waiting.retain(|event| {
            let goes = facts[*event].time < before;
            if goes {
                times.entry(facts[*event].time).or_default().push(*event);
            }
            !goes
        });
        instants.extend(times);
        instants.push((before, Vec::new()));
    };
    let mut times: Vec<i64> = Vec::new();
    for (event, fact) in facts.iter().enumerate() {
        if heard(fact) {
            waiting.push(event);
        }
        times.push(fact.time);
        let mut last = times[times.len().saturating_sub(63)..].to_vec();
        last.sort_unstable();
        if let Some(lateness) = lateness.filter(|_| last.len() >= 8) {
            release(&mut waiting, last[(last.len() - 1) / 2] - lateness);
        }
    }
    release(&mut waiting, i64::MAX);
    instants
}

fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// All combinations of one value of each field, by what they are when folded; none where a
/// field has no value.
fn tuples(fields: &BTreeMap<String, Vec<String>>, names: &[String]) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = vec![Vec::new()];
    for name in names {
        let values = fields.get(name).cloned().unwrap_or_default();
        let with = |tuple: &Vec<String>| {
            let tuple = tuple.clone();
            values
                .iter()
                .map(move |value| [tuple.clone(), vec![value.clone()]].concat())
                .collect::<Vec<_>>()
        };
        all = all.iter().flat_map(with).collect();
    }
    let mut done = BTreeSet::new();
    all.retain(|tuple| done.insert(tuple.iter().map(|text| fold(text)).collect::<Vec<_>>()));
    all
}

fn tenths(texts: Option<&Vec<String>>) -> Vec<i64> {
    let number = |text: &String| text.parse::<f64>().ok();
    let numbers = texts.into_iter().flatten().filter_map(number);
    numbers
        .map(|number| (number * 10.0).round() as i64)
        .collect()
}

impl Oracle<'_> {
    /// When the first of the open windows ends.
    fn next_end(&self) -> Option<i64> {
        let ends = self.parts.iter().flat_map(|part| {
            let span = part.rule.plan.timespan;
            let open = part.groups.values().filter_map(|group| group.open);
            open.map(move |open| open + span)
        });
        ends.min()
    }

    fn instant(&mut self, time: i64, events: &[usize]) {
        let mut alerts: Vec<(usize, usize, Raw)> = Vec::new();
        let mut done: BTreeSet<usize> = BTreeSet::new();
        while done.len() < self.parts.len() {
            let ready = |index: &usize| {
                let mut references = self.parts[*index].rule.references.iter();
                !done.contains(index)
                    && references.all(|reference| match reference {
                        Reference::Rule(_) => true,
                        Reference::Correlation(other) => done.contains(other),
                    })
            };
            let index = (0..self.parts.len()).find(ready).unwrap();
            let mut seen: Vec<Seen> = Vec::new();
            let plan = &self.parts[index].rule.plan;
            for (reference, source) in self.parts[index].rule.references.iter().enumerate() {
                let mut add = |event, fields: &BTreeMap<String, Vec<String>>| {
                    seen.push(Seen {
                        time,
                        event,
                        reference,
                        fields: fields.clone(),
                        terms: Vec::new(),
                        tenths: Vec::new(),
                    });
                };
                match source {
                    Reference::Rule(rule) => {
                        for event in events {
                            if self.facts[*event].rules.contains(&rule.index()) {
                                add((false, *event), &self.facts[*event].fields);
                            }
                        }
                    }
                    Reference::Correlation(other) => {
                        for (_, number, raw) in alerts.iter().filter(|(of, ..)| of == other) {
                            let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
                            for (name, value) in &raw.said.group {
                                fields.entry(name.clone()).or_default().push(value.clone());
                            }
                            add((true, *number), &fields);
                        }
                    }
                }
            }
            seen.sort_by_key(|seen| (seen.event, seen.reference));
            seen.retain_mut(|seen| measure(plan, seen));
            for raw in self.correlate(index, time, &seen) {
                self.alerts += 1;
                alerts.push((index, self.alerts, raw));
            }
            done.insert(index);
        }
        for (index, _, raw) in alerts {
            self.speak(index, raw);
        }
    }

    /// What a correlation makes of an instant.
    fn correlate(&mut self, index: usize, time: i64, seen: &[Seen]) -> Vec<Raw> {
        let part = &mut self.parts[index];
        let (rule, plan) = (part.rule, &part.rule.plan);
        let mut raws = Vec::new();
        let mut touched: BTreeSet<Vec<String>> = BTreeSet::new();
        for seen in seen {
            let name = |field: &KeyField| field.in_reference[seen.reference].clone();
            let names: Vec<String> = plan.group_by.iter().map(name).collect();
            for shown in tuples(&seen.fields, &names) {
                let key: Vec<String> = shown.iter().map(|text| fold(text)).collect();
                let group = part.groups.entry(key.clone()).or_insert_with(|| Group {
                    shown,
                    ..Group::default()
                });
                if !touched.contains(&key) && group.last.is_some_and(|last| last >= time) {
                    continue;
                }
                group.last = Some(time);
                group.seen.push(seen.clone());
                touched.insert(key);
            }
        }
        let slides = plan.kind.slides();
        for (key, group) in &mut part.groups {
            let here = touched.contains(key);
            let inside = |seen: &[Seen], from: i64, to: i64| -> Vec<Seen> {
                let inside = seen.iter().filter(|s| from <= s.time && s.time <= to);
                inside.cloned().collect()
            };
            let raw = |group: &Group, from: i64, values, tuple: Vec<(String, String)>| {
                let names = plan.group_by.iter().map(|field| field.name.clone());
                let last = group.seen.iter().filter(|s| s.time >= from);
                let newest = last.clone().map(|s| s.time).max();
                let last = last.clone().find(|s| Some(s.time) == newest).unwrap();
                Raw {
                    said: Said {
                        time,
                        title: rule.title().to_owned(),
                        from,
                        group: names.zip(group.shown.clone()).chain(tuple).collect(),
                        values,
                        variation: None,
                    },
                    key: key.clone(),
                    last: last.fields.clone(),
                }
            };
            if let Kind::NewTerms { fields, bounds } = &plan.kind {
                let names = |tuple: &[String]| {
                    let names = fields.iter().map(|field| field.name.clone());
                    names.zip(tuple.to_vec()).collect::<Vec<_>>()
                };
                let folded = |tuple: &[String]| -> Vec<String> {
                    tuple.iter().map(|text| fold(text)).collect()
                };
                let mut done = BTreeSet::new();
                for seen in group.seen.iter().filter(|s| here && s.time == time) {
                    for tuple in &seen.terms[0] {
                        if !done.insert(folded(tuple)) {
                            continue;
                        }
                        let before = inside(&group.seen, time - plan.timespan, time - 1);
                        let prior = before.iter().filter(|s| {
                            let mut terms = s.terms[0].iter();
                            terms.any(|other| folded(other) == folded(tuple))
                        });
                        let prior: BTreeSet<_> = prior.map(|s| (s.time, s.event)).collect();
                        let prior = prior.len() as f64;
                        if bounds.holds(prior) {
                            let values = vec![("prior".to_owned(), prior)];
                            let mut raw = raw(group, time - plan.timespan, values, names(tuple));
                            // the alert is about the tuple, and so is its event
                            raw.last = seen.fields.clone();
                            raws.push(raw);
                        }
                    }
                }
                continue;
            }
            if slides && here {
                let from = time - plan.timespan;
                let before = inside(&group.seen, from, time - 1);
                let was = group.on && holds(plan, &before).is_some();
                let now = holds(plan, &inside(&group.seen, from, time));
                let again = match rule.hints.refire {
                    Refire::Once => false,
                    Refire::After(span) => time - group.alerted >= span,
                    Refire::Always => true,
                };
                group.on = now.is_some();
                if let Some(values) = now.filter(|_| !was || again) {
                    group.alerted = time;
                    raws.push(raw(group, from, values, Vec::new()));
                }
            }
            if !slides {
                if here && group.open.is_none() {
                    group.open = Some(time);
                }
                if let Some(open) = group.open.filter(|open| open + plan.timespan == time) {
                    if let Some(values) = holds(plan, &inside(&group.seen, open, time)) {
                        raws.push(raw(group, open, values, Vec::new()));
                    }
                    group.open = None;
                    group.last = Some(time);
                }
            }
        }
        raws
    }

    /// Hints: who is not yet active, who was just heard, which variation it is.
    fn speak(&mut self, index: usize, raw: Raw) {
        let mut above = self
            .set
            .correlations
            .iter()
            .filter(|above| above.references.contains(&Reference::Correlation(index)));
        if above.clone().next().is_some() && !above.any(|above| above.correlation.generate) {
            return;
        }
        let part = &mut self.parts[index];
        let hints = &part.rule.hints;
        let mut said = raw.said;
        if hints
            .activation
            .is_some_and(|span| said.time - self.begin < span)
        {
            return;
        }
        if let Some(suppress) = &hints.suppress {
            let since = part.silent.get(&raw.key);
            if since.is_some_and(|since| (said.time - since).abs() < suppress.span) {
                return;
            }
            part.silent.insert(raw.key, said.time);
        }
        let flag = raw.last.get("flag").cloned().unwrap_or_default();
        said.variation = (!hints.variations.is_empty() && flag.contains(&"yes".to_owned()))
            .then_some(0)
            .filter(|_| {
                self.set.correlations[index].hints.variations[0]
                    .when
                    .is_some()
            });
        self.said.push(said);
    }
}

/// Reads what an observation gives the measures; false where there is nothing to observe.
fn measure(plan: &Plan, seen: &mut Seen) -> bool {
    let reference = seen.reference;
    let name = move |field: &KeyField| field.in_reference[reference].clone();
    match &plan.kind {
        Kind::ValueCount { fields, .. } | Kind::NewTerms { fields, .. } => {
            let names: Vec<String> = fields.iter().map(name).collect();
            seen.terms = vec![tuples(&seen.fields, &names)];
            !seen.terms[0].is_empty()
        }
        Kind::Number { field, .. } => {
            seen.tenths = vec![tenths(seen.fields.get(&name(field)))];
            !seen.tenths[0].is_empty()
        }
        Kind::Stats { aggregates, .. } => {
            let mut terms = Vec::new();
            let mut numbers = Vec::new();
            for aggregate in aggregates.values() {
                let names: Vec<String> = aggregate.fields().iter().map(name).collect();
                let first = names.first().and_then(|name| seen.fields.get(name));
                let distinct = matches!(aggregate, Aggregate::CountDistinct(_));
                terms.push(match distinct {
                    true => tuples(&seen.fields, &names),
                    false => Vec::new(),
                });
                numbers.push(match distinct {
                    true => Vec::new(),
                    false => tenths(first),
                });
            }
            (seen.terms, seen.tenths) = (terms, numbers);
            true
        }
        Kind::EventCount(_) | Kind::Temporal(_) | Kind::Ordered(_) => true,
    }
}

fn distinct(window: &[Seen], measure: usize) -> f64 {
    let tuples = window.iter().flat_map(|seen| &seen.terms[measure]);
    let folded = tuples.map(|tuple| tuple.iter().map(|text| fold(text)).collect::<Vec<_>>());
    folded.collect::<BTreeSet<_>>().len() as f64
}

/// The numbers of each event: those of the first rule, in the order of the references, that
/// has any.
fn numbers(window: &[Seen], measure: usize) -> Vec<i64> {
    let mut done = BTreeSet::new();
    let mut all = Vec::new();
    for seen in window
        .iter()
        .filter(|seen| !seen.tenths[measure].is_empty())
    {
        if done.insert((seen.time, seen.event)) {
            all.extend(&seen.tenths[measure]);
        }
    }
    all.sort_unstable();
    all
}

fn events<'w>(window: impl Iterator<Item = &'w Seen>) -> f64 {
    window
        .map(|seen| (seen.time, seen.event))
        .collect::<BTreeSet<_>>()
        .len() as f64
}

fn sum(numbers: &[i64]) -> Option<f64> {
    (!numbers.is_empty()).then(|| numbers.iter().sum::<i64>() as f64 / 10.0)
}

fn mean(numbers: &[i64]) -> Option<f64> {
    let count = numbers.len() as f64;
    (!numbers.is_empty()).then(|| numbers.iter().sum::<i64>() as f64 / (10.0 * count))
}

/// The most of the steps that events can stand for in this order, by trying everything.
fn longest(steps: &[usize], window: &[Seen], after: i64, used: &mut Vec<usize>) -> usize {
    let Some((step, rest)) = steps.split_first() else {
        return 0;
    };
    let mut best = longest(rest, window, after, used);
    for (place, seen) in window.iter().enumerate() {
        if best == steps.len() {
            break;
        }
        if seen.reference == *step && seen.time >= after && !used.contains(&place) {
            used.push(place);
            best = best.max(1 + longest(rest, window, seen.time, used));
            used.pop();
        }
    }
    best
}

/// What was measured in a window, if it satisfies the condition.
fn holds(plan: &Plan, window: &[Seen]) -> Option<Vec<(String, f64)>> {
    let one = |name: &str, value: Option<f64>, bounds: &Bounds| {
        let value = value.filter(|value| bounds.holds(*value))?;
        Some(vec![(name.to_owned(), value)])
    };
    let has = |reference: usize| window.iter().any(|seen| seen.reference == reference);
    let references = || {
        let references = window.iter().map(|seen| seen.reference);
        references.collect::<BTreeSet<_>>().len() as f64
    };
    match &plan.kind {
        Kind::EventCount(bounds) => one("count", Some(events(window.iter())), bounds),
        Kind::ValueCount { bounds, .. } => one("distinct", Some(distinct(window, 0)), bounds),
        Kind::Number {
            measure, bounds, ..
        } => {
            let numbers = numbers(window, 0);
            match measure {
                Measure::Sum => one("sum", sum(&numbers), bounds),
                Measure::Avg => one("avg", mean(&numbers), bounds),
                Measure::Percentile(percent) => {
                    let place = (*percent as usize * numbers.len()).div_ceil(100).max(1);
                    let value = numbers.get(place - 1).map(|tenths| *tenths as f64 / 10.0);
                    let name = match *percent == 50.0 {
                        true => "median",
                        false => "percentile",
                    };
                    one(name, value, bounds)
                }
            }
        }
        Kind::Temporal(Presence::AtLeast(bounds)) => one("rules", Some(references()), bounds),
        Kind::Temporal(Presence::Expr(expr)) => expr
            .holds(&has)
            .then(|| vec![("rules".to_owned(), references())]),
        Kind::Ordered(Presence::AtLeast(bounds)) => {
            let longest = longest(&plan.steps, window, i64::MIN, &mut Vec::new());
            one("steps", Some(longest as f64), bounds)
        }
        Kind::Ordered(Presence::Expr(expr)) => {
            let alternatives = expr.disjuncts(64).unwrap();
            let found = alternatives.iter().any(|one| {
                let steps = plan.steps.iter().copied();
                let steps: Vec<usize> = steps.filter(|s| one.present.contains(s)).collect();
                !one.absent.iter().any(|reference| has(*reference))
                    && longest(&steps, window, i64::MIN, &mut Vec::new()) == steps.len()
            });
            found.then(|| vec![("rules".to_owned(), references())])
        }
        Kind::Stats {
            aggregates,
            condition,
        } => {
            let value = |place: usize| match &aggregates[place] {
                Aggregate::Count(None) => Some(events(window.iter())),
                Aggregate::Count(Some(reference)) => {
                    Some(events(window.iter().filter(|s| s.reference == *reference)))
                }
                Aggregate::CountDistinct(_) => Some(distinct(window, place)),
                Aggregate::Sum(_) => sum(&numbers(window, place)),
                Aggregate::Avg(_) => mean(&numbers(window, place)),
                Aggregate::Min(_) => numbers(window, place).first().map(|n| *n as f64 / 10.0),
                Aggregate::Max(_) => numbers(window, place).last().map(|n| *n as f64 / 10.0),
            };
            let values = || {
                let all = aggregates.keys().enumerate();
                all.filter_map(|(place, name)| Some((name.clone(), value(place)?)))
            };
            condition.holds(&value).then(|| values().collect())
        }
        Kind::NewTerms { .. } => None,
    }
}
