//! What a run did: counted by the workers, told at the end.

use crate::input::is_io;
use crate::load::Loaded;
use crate::render::escape;
use crate::render::paint::Style;
use crate::settings::{FailOn, Look, Outcome};
use sigwright_engine::correlate;
use sigwright_events::{Fault, Record};
use sigwright_ir::Reference;
use sigwright_syntax::Severity;
use sigwright_syntax::ast::Level;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

/// How many rules are named that something happened to.
const NAMED: usize = 3;

/// How many faults of one kind are shown.
const EXAMPLES: usize = 3;

/// One of the numbers a correlation counts.
type Count = fn(&correlate::Counts) -> u64;

/// Counts; those of batches are added up in the order of the input.
#[derive(Debug, Default)]
pub struct Counts {
    /// Records read.
    pub records: u64,
    /// Events in them.
    pub events: u64,
    /// Events of an unknown log source.
    pub unknown: u64,
    /// Bytes of JSON text.
    pub bytes: u64,
    /// Regular expressions and field references that gave up on a value.
    pub exhausted: u64,
    /// Events in which a key that some rule reads occurs twice.
    pub duplicate_keys: u64,
    /// Carriers whose inner text is no JSON.
    pub closed_carriers: u64,
    /// Findings not printed, for their level.
    pub hidden: u64,
    /// Alerts not printed, for their level.
    pub hidden_alerts: u64,
    /// Findings that only feed correlations.
    pub quiet: u64,
    /// Events a correlation could not place for want of a time, once per rule.
    pub untimed: u64,
    /// Lines that do not end their request, once per rule.
    pub stages: u64,
    /// Events with a field of more values than are kept, once per rule.
    pub cut: u64,
    /// Observations that counted before all older ones were there, since too many waited.
    pub hurried: u64,
    /// Events too far ahead of all others, which wait for the next run.
    pub ahead: u64,
    /// What became of the observations and alerts of each rule.
    pub correlated: Vec<(Reference, correlate::Counts)>,
    findings: BTreeMap<Option<Level>, u64>,
    alerts: BTreeMap<Option<Level>, u64>,
    faults: BTreeMap<&'static str, (u64, Vec<Fault>)>,
    io: bool,
}

impl Counts {
    /// Counts a record.
    pub fn record(&mut self, record: Record<'_>) {
        self.records += 1;
        self.bytes += record.text.len() as u64;
    }

    /// Counts a finding.
    pub fn finding(&mut self, level: Option<Level>) {
        *self.findings.entry(level).or_default() += 1;
    }

    /// Counts an alert.
    pub fn alert(&mut self, level: Option<Level>) {
        *self.alerts.entry(level).or_default() += 1;
    }

    /// Counts a fault; the first of each kind are kept.
    pub fn fault(&mut self, fault: &Fault) {
        self.io |= is_io(fault);
        let (count, examples) = self.faults.entry(fault.code.as_str()).or_default();
        *count += 1;
        if examples.len() < EXAMPLES {
            examples.push(fault.clone());
        }
    }

    /// Adds the counts of a later part.
    pub fn add(&mut self, later: Counts) {
        self.records += later.records;
        self.events += later.events;
        self.unknown += later.unknown;
        self.bytes += later.bytes;
        self.exhausted += later.exhausted;
        self.duplicate_keys += later.duplicate_keys;
        self.hidden += later.hidden;
        self.hidden_alerts += later.hidden_alerts;
        self.closed_carriers += later.closed_carriers;
        self.io |= later.io;
        self.quiet += later.quiet;
        self.untimed += later.untimed;
        self.stages += later.stages;
        self.cut += later.cut;
        for (level, count) in later.alerts {
            *self.alerts.entry(level).or_default() += count;
        }
        for (level, count) in later.findings {
            *self.findings.entry(level).or_default() += count;
        }
        for (code, (count, examples)) in later.faults {
            let (total, kept) = self.faults.entry(code).or_default();
            *total += count;
            kept.extend(examples);
            kept.truncate(EXAMPLES);
        }
    }

    /// How the run ended.
    pub fn outcome(&self, loaded: &Loaded, fail_on: &FailOn) -> Outcome {
        let failed = loaded.worst().is_some_and(|s| fail_on.diagnostic(s))
            || (fail_on.fault() && !self.faults.is_empty())
            || self.findings.keys().any(|level| fail_on.finding(*level))
            || self.alerts.keys().any(|level| fail_on.finding(*level));
        if self.io || !loaded.unreadable.is_empty() {
            Outcome::Broken
        } else if failed {
            Outcome::Failed
        } else {
            Outcome::Clean
        }
    }

    /// Writes the summary.
    pub fn print(
        &self,
        loaded: &Loaded,
        took: Duration,
        look: Look,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let row = |out: &mut dyn Write, name: &str, text: &str| {
            writeln!(
                out,
                "{} {text}",
                look.paint(Style::Dim, format!("{name:<8}"))
            )
        };
        row(out, "rules", &rules(loaded, look))?;
        let mut events = number(self.events, "event");
        if self.records != self.events {
            events.push_str(&format!(" in {}", number(self.records, "record")));
        }
        row(out, "events", &events)?;
        if self.unknown > 0 {
            let text = number(self.unknown, "event") + " of an unknown log source";
            row(out, "", &look.paint(Style::Doubtful, text))?;
            let hint = "  say which it is with --logsource, or show them to every rule with \
                        --ignore-logsource";
            row(out, "", hint)?;
        }
        let mut findings = by_level(&self.findings, look);
        for (count, what) in [
            (self.hidden, "not printed"),
            (self.quiet, "for correlations only"),
        ] {
            if count > 0 {
                findings.push_str(&format!(" ({} {what})", grouped(count)));
            }
        }
        row(out, "findings", &findings)?;
        if !loaded.set.correlations.is_empty() {
            let mut alerts = by_level(&self.alerts, look);
            if self.hidden_alerts > 0 {
                alerts.push_str(&format!(" ({} not printed)", grouped(self.hidden_alerts)));
            }
            row(out, "alerts", &alerts)?;
        }
        for text in self.kept_silent(loaded) {
            row(out, "", &text)?;
        }
        if self.faults.is_empty() {
            row(out, "faults", "none")?;
        }
        let mut name = "faults";
        for (code, (count, examples)) in &self.faults {
            let head = look.paint(Style::Bad, format!("{} {code}", grouped(*count)));
            row(out, name, &head)?;
            name = "";
            for fault in examples {
                row(out, "", &format!("  {}", escape::line(&fault.to_string())))?;
            }
            let more = count.saturating_sub(examples.len() as u64);
            if more > 0 {
                row(out, "", &format!("  and {} more", grouped(more)))?;
            }
        }
        for (count, what) in [
            (
                self.exhausted,
                "values that a regular expression or field reference gave up on: taken as not matching",
            ),
            (
                self.duplicate_keys,
                "events with a key twice that a rule reads: both values count",
            ),
        ] {
            if count > 0 {
                row(out, "note", &format!("{} {what}", grouped(count)))?;
            }
        }
        let seconds = took.as_secs_f64();
        let rate = |n: u64| n as f64 / seconds.max(1e-9);
        let text = format!(
            "{} events/s, {:.1} MB/s, {seconds:.2} s",
            grouped(rate(self.events) as u64),
            rate(self.bytes) / 1e6
        );
        row(out, "rate", &text)
    }

    /// What correlations and hints did with observations and alerts besides letting them by.
    fn kept_silent(&self, loaded: &Loaded) -> Vec<String> {
        let mut texts = Vec::new();
        let sum = |of: fn(&correlate::Counts) -> u64| -> u64 {
            self.correlated.iter().map(|(_, counts)| of(counts)).sum()
        };
        for (count, one, many) in [
            (
                sum(|c| c.suppressed),
                "suppressed (`x-suppress`)",
                "suppressed (`x-suppress`)",
            ),
            (
                sum(|c| c.inactive),
                "silent while learning (`x-activation`)",
                "silent while learning (`x-activation`)",
            ),
            (
                sum(|c| c.trained),
                "learnt from (`--train`)",
                "learnt from (`--train`)",
            ),
            (
                sum(|c| c.covered),
                "said by a rule of which it is a variation",
                "said by a rule of which they are a variation",
            ),
            (
                self.untimed,
                "event without a time is in no correlation",
                "events without a time are in no correlation",
            ),
            (
                self.stages,
                "line before the end of a Kubernetes request does not count in correlations",
                "lines before the end of a Kubernetes request do not count in correlations",
            ),
            (
                self.cut,
                "event has more than 100 values in a field: the first ones count in correlations",
                "events have more than 100 values in a field: the first ones count in correlations",
            ),
            (
                self.hurried,
                "event counted before all older ones were read: too many were waiting",
                "events counted before all older ones were read: too many were waiting",
            ),
            (
                self.ahead,
                "event dated more than a day ahead of the others waits for the next run",
                "events dated more than a day ahead of the others wait for the next run",
            ),
        ] {
            if count > 0 {
                texts.push(several(count, one, many));
            }
        }
        let losses: [(Count, &str, &str); 7] = [
            (|c| c.late, "event came too late", "events came too late"),
            (
                |c| c.ungrouped,
                "event lacks a field to group by",
                "events lack a field to group by",
            ),
            (
                |c| c.unmeasured,
                "event lacks the field that is measured",
                "events lack the field that is measured",
            ),
            (
                |c| c.clipped,
                "event is in more groups, or holds more tuples, than are looked at",
                "events are in more groups, or hold more tuples, than are looked at",
            ),
            (
                |c| c.full,
                "event found its group full",
                "events found their group full",
            ),
            (
                |c| c.evicted,
                "group was given up to stay within the limits",
                "groups were given up to stay within the limits",
            ),
            (
                |c| c.forgotten,
                "term was forgotten to stay within the limits",
                "terms were forgotten to stay within the limits",
            ),
        ];
        for (of, one, many) in losses {
            let counts = self.correlated.iter();
            let mut hit: Vec<(u64, &str)> = counts
                .map(|(reference, counts)| (of(counts), title(loaded, *reference)))
                .filter(|(count, _)| *count > 0)
                .collect();
            // those most concerned first
            hit.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
            if !hit.is_empty() {
                let total = hit.iter().map(|(count, _)| count).sum();
                texts.push(format!("{}: {}", several(total, one, many), named(&hit)));
            }
        }
        texts
    }
}

/// The rules that something happened to, and how often where there are several.
fn named(hit: &[(u64, &str)]) -> String {
    if let [(_, title)] = hit {
        return escape::line(title).to_string();
    }
    let first = hit.iter().take(NAMED);
    let mut text = first
        .map(|(count, title)| format!("{} ({})", escape::line(title), grouped(*count)))
        .collect::<Vec<_>>()
        .join(", ");
    if hit.len() > NAMED {
        text.push_str(&format!(" and {} more", hit.len() - NAMED));
    }
    text
}

fn by_level(counts: &BTreeMap<Option<Level>, u64>, look: Look) -> String {
    let total: u64 = counts.values().sum();
    if total == 0 {
        return "none".to_owned();
    }
    let by_level: Vec<String> = counts
        .iter()
        .rev()
        .map(|(level, count)| {
            let name = level.map_or("without level", Level::as_str);
            look.paint(Style::Level(*level), format!("{} {name}", grouped(*count)))
        })
        .collect();
    format!("{}: {}", grouped(total), by_level.join(", "))
}

fn title(loaded: &Loaded, reference: Reference) -> &str {
    match reference {
        Reference::Rule(id) => loaded.set.rule(id).map_or("", |rule| rule.title()),
        Reference::Correlation(other) => {
            let correlation = loaded.set.correlations.get(other);
            correlation.map_or("", |c| c.meta.shown())
        }
    }
}

fn rules(loaded: &Loaded, look: Look) -> String {
    let mut text = format!("{} run", grouped(loaded.set.rules.len() as u64));
    if loaded.set.filters > 0 {
        text.push_str(&format!(
            ", {}",
            number(loaded.set.filters as u64, "filter")
        ));
    }
    if !loaded.set.correlations.is_empty() {
        text.push_str(&format!(
            ", {}",
            number(loaded.set.correlations.len() as u64, "correlation")
        ));
    }
    if loaded.faulty > 0 {
        let left = format!("{} with errors left out", grouped(loaded.faulty as u64));
        text.push_str(&format!(", {}", look.paint(Style::Bad, left)));
    }
    let warnings = loaded.said(Severity::Warning);
    if warnings > 0 {
        text.push_str(&format!(", {}", number(warnings as u64, "warning")));
    }
    text
}

fn number(count: u64, noun: &str) -> String {
    let end = if count == 1 { "" } else { "s" };
    format!("{} {noun}{end}", grouped(count))
}

fn several(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// `1234567` as `1,234,567`.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }

    #[test]
    fn the_rules_most_concerned_are_named() {
        assert_eq!(named(&[(7, "a")]), "a");
        assert_eq!(named(&[(1_007, "a"), (2, "b")]), "a (1,007), b (2)");
        let many = [(9, "a"), (8, "b"), (8, "c"), (1, "d"), (1, "e")];
        assert_eq!(named(&many), "a (9), b (8), c (8) and 2 more");
        assert_eq!(several(1, "event", "events"), "1 event");
        assert_eq!(several(1_000, "event", "events"), "1,000 events");
    }
}
