//! Explanations of correlations: what a log meant to them.

use super::alert::{AlertPrinter, number, pairs, time};
use super::escape;
use super::paint::Style;
use crate::cmd::explain::history::{Heard, History, Matches, Term};
use crate::load::Loaded;
use crate::settings::Look;
use serde_json::{Value, json};
use sigwright_engine::correlate::{Alert, Counts, OpenGroup};
use sigwright_ir::correlation::{Bounds, Presence};
use sigwright_ir::{CorrelationRule, Kind, Reference};
use sigwright_syntax::ast::{Comparison, CorrelationCondition, Meta};
use std::io::{self, Write};

/// How many alerts, groups and terms are shown to people.
const SHOWN: usize = 10;
/// How many are put out as JSON.
const LISTED: usize = 1_000;
/// How many columns of a line are shown to people.
const WIDTH: usize = 200;

/// One correlation and what a log meant to it.
pub struct HistoryShown<'a> {
    pub loaded: &'a Loaded,
    pub history: &'a History,
    pub rule: &'a CorrelationRule,
    pub heard: &'a Heard,
    /// It speaks by itself, not only through others.
    pub speaks: bool,
}

impl HistoryShown<'_> {
    /// Writes it for people.
    pub fn pretty(&self, look: Look, out: &mut dyn Write) -> io::Result<()> {
        let Heard { counts, groups, .. } = self.heard;
        let alerted = self.heard.alerted;
        let mark = match alerted {
            0 => look.paint(Style::Bad, look.glyph("✗", "-")),
            _ => look.paint(Style::Good, look.glyph("✓", "+")),
        };
        let title = escape::line(self.rule.title());
        writeln!(out, "{mark} {}", look.paint(Style::Strong, title))?;
        let mut row = |name: &str, text: &str| {
            let name = look.paint(Style::Dim, format!("{name:<6}"));
            writeln!(out, "  {name} {}", escape::short(text, WIDTH))
        };
        row("rule", self.loaded.path(self.rule.source))?;
        row("wants", &self.wants())?;
        let mut name = "events";
        row(name, &format!("{} read", self.history.events))?;
        name = "";
        for reference in &self.rule.references {
            row(name, &self.matches(*reference))?;
        }
        let mut name = "left";
        for (count, what) in losses(counts) {
            row(name, &format!("{count} {what}"))?;
            name = "";
        }
        let mut name = "alerts";
        for alert in self.heard.alerts.iter().take(SHOWN) {
            row(name, &self.alert(alert))?;
            name = "";
        }
        let more = alerted.saturating_sub(SHOWN as u64);
        if more > 0 {
            row("", &format!("and {more} more"))?;
        }
        let mut name = "silent";
        for (count, what) in silences(counts) {
            row(name, &format!("{count} {what}"))?;
            name = "";
        }
        let mut name = "open";
        for group in groups.iter().take(SHOWN) {
            row(name, &self.group(group))?;
            name = "";
        }
        if self.heard.open > SHOWN {
            let more = self.heard.open - SHOWN;
            row("", &format!("and {more} more groups, none nearer"))?;
        }
        let mut terms: Vec<_> = self.heard.terms.iter().collect();
        terms.sort_by_key(|(_, term)| std::cmp::Reverse(term.last));
        let mut name = "terms";
        for ((group, words), term) in terms.iter().take(SHOWN) {
            row(name, &self.term(group, words, term))?;
            name = "";
        }
        match terms.len().saturating_sub(SHOWN) {
            _ if self.heard.more_terms => row("", "and more than are told apart")?,
            0 => {}
            more => row("", &format!("and {more} that occurred before these"))?,
        }
        writeln!(out)?;
        let verdict = match (alerted, self.speaks) {
            (0, _) => "the correlation does not alert".to_owned(),
            (1, true) => "the correlation alerts once".to_owned(),
            (n, true) => format!("the correlation alerts {n} times"),
            (1, false) => "the correlation alerts once, to others that speak for it".to_owned(),
            (n, false) => format!("the correlation alerts {n} times, to others that speak for it"),
        };
        writeln!(out, "  {verdict}")
    }

    /// Writes it as a line of JSON.
    pub fn json(&self, printer: &AlertPrinter<'_>, out: &mut dyn Write) -> io::Result<()> {
        let Heard { counts, groups, .. } = self.heard;
        let set = &self.loaded.set;
        let references = self.rule.references.iter().map(|reference| {
            let seen = self.seen(*reference).unwrap_or_default();
            let name = called(set, *reference);
            match reference {
                Reference::Rule(_) => json!({
                    "rule": name, "matched": seen.matched,
                    "untimed": seen.untimed, "stages": seen.stages,
                }),
                Reference::Correlation(_) => json!({ "rule": name }),
            }
        });
        let map = |pairs: &[(String, String)]| -> Value {
            let pairs = pairs
                .iter()
                .map(|(k, v)| (k.clone(), Value::from(v.clone())));
            Value::Object(pairs.collect())
        };
        let open = groups.iter().map(|group| {
            let values = group.values.iter().map(|(k, v)| (k.clone(), json!(v)));
            json!({
                "group": map(&group.group),
                "values": Value::Object(values.collect()),
                "holds": group.holds,
                "progress": (f64::from(group.progress) * 1e3).round() / 1e3,
                "missing": self.missing(group),
                "window": {"from": time(group.window.0), "to": time(group.window.1)},
            })
        });
        let terms = self.heard.terms.iter().take(LISTED);
        let terms = terms.map(|((group, words), term)| {
            json!({
                "group": map(group), "term": map(words), "occurred": term.occurred,
                "last": time(term.last), "prior": term.prior,
                "alerts": term.alerts(self.rule),
            })
        });
        let counted = |counts: Vec<(u64, &str)>| -> Value {
            let counts = counts
                .into_iter()
                .map(|(n, what)| (what.to_owned(), json!(n)));
            Value::Object(counts.collect())
        };
        let alerts = self.heard.alerts.iter().map(|alert| {
            let mut line = Vec::new();
            printer.print(alert, &self.history.files, &mut line);
            serde_json::from_slice::<Value>(&line).unwrap_or_default()
        });
        let value = json!({
            "kind": "history",
            "rule": {"title": self.rule.title(), "path": self.loaded.path(self.rule.source)},
            "wants": self.wants(),
            "speaks": self.speaks,
            "events": self.history.events,
            "rules": references.collect::<Vec<_>>(),
            "left": counted(losses(counts)),
            "silent": counted(silences(counts)),
            "alerts": alerts.collect::<Vec<_>>(),
            "alerts_total": self.heard.alerted,
            "groups": open.collect::<Vec<_>>(),
            "groups_total": self.heard.open,
            "terms": terms.collect::<Vec<_>>(),
            "terms_total": self.heard.terms.len(),
        });
        serde_json::to_writer(&mut *out, &value)?;
        out.write_all(b"\n")
    }

    /// The condition as the rule has it, and its window.
    fn wants(&self) -> String {
        let correlation = &self.rule.correlation;
        let condition = match &correlation.condition {
            None => "all of the rules".to_owned(),
            Some(condition) => match &condition.value {
                CorrelationCondition::Threshold { bounds, fields, .. } => {
                    let bounds = bounds.iter();
                    let bounds = bounds.map(|(how, bound)| spelled_bound(*how, bound.value));
                    let bounds = bounds.collect::<Vec<_>>().join(" and ");
                    let fields: Vec<&str> = fields.iter().map(|f| f.value.as_str()).collect();
                    let fields = fields.join(", ");
                    let parts = [bounds, fields].into_iter().filter_map(filled);
                    parts.collect::<Vec<_>>().join(" of ")
                }
                CorrelationCondition::Expression(_) => {
                    self.loaded.sources.text(condition.span).to_owned()
                }
            },
        };
        let span = correlation.timespan.as_ref().map(|span| span.value);
        format!(
            "{} {condition} within {}",
            correlation.kind.value.as_str(),
            spelled(span.unwrap_or_default())
        )
    }

    fn seen(&self, reference: Reference) -> Option<Matches> {
        match reference {
            Reference::Rule(id) => self.history.rules.get(&id).copied(),
            Reference::Correlation(_) => None,
        }
    }

    /// How often a reference matched.
    fn matches(&self, reference: Reference) -> String {
        let name = called(&self.loaded.set, reference);
        let Some(seen) = self.seen(reference) else {
            return format!("{name}, a correlation");
        };
        let mut text = format!("{} of {name}", seen.matched);
        for (count, what) in [
            (seen.untimed, "without a time"),
            (seen.stages, "that do not end their request"),
        ] {
            if count > 0 {
                text.push_str(&format!(", {count} {what}"));
            }
        }
        text
    }

    fn alert(&self, alert: &Alert) -> String {
        let mut parts = vec![time(alert.time).unwrap_or_default()];
        parts.extend(filled(pairs(&alert.group)));
        parts.extend(filled(pairs(&alert.term)));
        parts.extend(filled(measured(&alert.values)));
        if let Some(last) = alert.events.last() {
            let file = self.history.files.get_index(last.place.file as usize);
            let file = file.map_or("", String::as_str);
            parts.push(format!("{file}:{}", last.place.line));
        }
        parts.join("  ")
    }

    fn group(&self, group: &OpenGroup) -> String {
        let mut parts = Vec::new();
        parts.extend(filled(pairs(&group.group)));
        parts.push(self.distance(group));
        let missing = self.missing(group);
        if !missing.is_empty() {
            parts.push(format!("not seen: {}", missing.join(", ")));
        }
        let (_, to) = group.window;
        if !self.rule.plan.kind.slides() {
            let to = time(to).unwrap_or_default();
            parts.push(match group.holds {
                true => format!("alerts if nothing changes it before {to}"),
                false => format!("judged at {to}"),
            });
        } else if group.holds {
            parts.push("holds, and was said".to_owned());
        }
        parts.join("  ")
    }

    /// What is measured, and how much of it is wanted.
    fn distance(&self, group: &OpenGroup) -> String {
        let bounds = match &self.rule.plan.kind {
            Kind::EventCount(bounds)
            | Kind::ValueCount { bounds, .. }
            | Kind::Number { bounds, .. }
            | Kind::Temporal(Presence::AtLeast(bounds))
            | Kind::Ordered(Presence::AtLeast(bounds)) => Some(bounds),
            _ => None,
        };
        match (bounds, group.values.as_slice()) {
            (Some(Bounds(bounds)), [(name, value)]) => {
                let value = number(*value);
                match bounds.as_slice() {
                    [(Comparison::Gte, bound)] => format!("{name} {value} of {}", number(*bound)),
                    _ => format!("{name} {value}"),
                }
            }
            (_, []) => "no value".to_owned(),
            (_, values) => measured(values),
        }
    }

    /// The references that are not in the window, by name.
    fn missing(&self, group: &OpenGroup) -> Vec<&str> {
        let references = self.rule.references.iter().zip(&group.matched);
        references
            .filter(|(_, matched)| !**matched)
            .map(|(reference, _)| called(&self.loaded.set, *reference))
            .collect()
    }

    fn term(&self, group: &[(String, String)], words: &[(String, String)], term: &Term) -> String {
        let mut parts = Vec::new();
        parts.extend(filled(pairs(group)));
        parts.extend(filled(pairs(words)));
        parts.push(format!("last {}", time(term.last).unwrap_or_default()));
        parts.push(format!("prior {}", number(term.prior)));
        parts.push(format!(
            "{} {}",
            term.occurred,
            match term.occurred {
                1 => "occurrence",
                _ => "occurrences",
            }
        ));
        parts.join("  ")
    }
}

/// What did not count, in words.
pub fn losses(counts: &Counts) -> Vec<(u64, &'static str)> {
    kept([
        (counts.late, "too late"),
        (counts.ungrouped, "without a value for the group"),
        (counts.unmeasured, "without a value to measure"),
        (counts.clipped, "with more values than are looked at"),
        (counts.full, "beyond what a group holds"),
        (counts.evicted, "groups given up to stay within the limits"),
        (
            counts.forgotten,
            "terms forgotten to stay within the limits",
        ),
    ])
}

/// What was not said, in words.
pub fn silences(counts: &Counts) -> Vec<(u64, &'static str)> {
    kept([
        (counts.suppressed, "suppressed"),
        (counts.inactive, "before the activation"),
        (counts.covered, "said by a variation of another rule"),
    ])
}

fn kept<const N: usize>(counts: [(u64, &'static str); N]) -> Vec<(u64, &'static str)> {
    let counts = counts.into_iter();
    counts.filter(|(count, _)| *count > 0).collect()
}

/// What a reference is called: its name, or what else it is known by.
pub fn called(set: &sigwright_ir::RuleSet, reference: Reference) -> &str {
    let meta = match reference {
        Reference::Rule(id) => set.rule(id).map(|rule| &rule.meta),
        Reference::Correlation(index) => set.correlations.get(index).map(|rule| &rule.meta),
    };
    meta.map_or("", name)
}

/// The name of a rule, or what else it is known by.
pub fn name(meta: &Meta) -> &str {
    let name = meta.name.as_ref().map(|name| name.value.as_str());
    name.unwrap_or_else(|| meta.shown())
}

fn measured(values: &[(String, f64)]) -> String {
    let values = values.iter();
    let values = values.map(|(name, value)| format!("{name} {}", number(*value)));
    values.collect::<Vec<_>>().join(", ")
}

fn filled(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn spelled_bound(how: Comparison, bound: f64) -> String {
    let how = match how {
        Comparison::Lt => "lt",
        Comparison::Lte => "lte",
        Comparison::Gt => "gt",
        Comparison::Gte => "gte",
        Comparison::Eq => "eq",
        Comparison::Neq => "neq",
    };
    format!("{how} {}", number(bound))
}

/// Seconds in the largest unit that fits.
fn spelled(seconds: u64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let fits = |(unit, _): &&(u64, &str)| seconds >= *unit && seconds.is_multiple_of(*unit);
    let (unit, name) = units.iter().find(fits).unwrap_or(&(1, "s"));
    format!("{}{name}", seconds / unit)
}
