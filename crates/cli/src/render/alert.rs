//! Alerts: pretty, table, NDJSON.

use super::finding::{COLUMNS, told};
use super::history::called;
use super::paint::Style;
use super::{escape, json};
use crate::args::FindingFormat;
use crate::load::Loaded;
use crate::settings::Look;
use indexmap::IndexSet;
use sigwright_engine::Time;
use sigwright_engine::correlate::{Alert, Cause, RiskShown};
use sigwright_ir::CorrelationRule;
use sigwright_ir::hints::Variation;
use sigwright_syntax::ast::Level;
use std::io::Write;

/// Writes alerts in one form.
#[derive(Debug)]
pub struct AlertPrinter<'l> {
    loaded: &'l Loaded,
    form: FindingFormat,
    look: Look,
}

/// How many columns of one value are shown to people.
const VALUE_WIDTH: usize = 160;
/// How many events are shown to people.
const SHOWN_EVENTS: usize = 5;

impl<'l> AlertPrinter<'l> {
    /// A printer of alerts of the correlations loaded.
    pub fn new(loaded: &'l Loaded, form: FindingFormat, look: Look) -> Self {
        AlertPrinter { loaded, form, look }
    }

    /// Appends one alert; `files` gives the names of places.
    pub fn print(&self, alert: &Alert, files: &IndexSet<String>, out: &mut Vec<u8>) {
        let Some(rule) = self.loaded.set.correlations.get(alert.correlation) else {
            return;
        };
        let shown = Shown {
            alert,
            rule,
            variation: alert.variation.and_then(|v| rule.hints.variations.get(v)),
            files,
        };
        match self.form {
            FindingFormat::Ndjson => self.ndjson(&shown, out),
            FindingFormat::Table => self.table(&shown, out),
            FindingFormat::Pretty => self.pretty(&shown, out),
        }
    }

    fn ndjson(&self, shown: &Shown<'_>, out: &mut Vec<u8>) {
        let Shown { alert, rule, .. } = shown;
        let _ = write!(
            out,
            "{{\"kind\":\"alert\",\"id\":\"{:032x}\",\"time\":",
            alert.id
        );
        json::optional(time(alert.time).as_deref(), out);
        out.extend_from_slice(b",\"rule\":");
        self.rule(rule, out);
        out.extend_from_slice(b",\"level\":");
        json::optional(alert.level.map(Level::as_str), out);
        if let Some(variation) = shown.variation {
            out.extend_from_slice(b",\"variation\":");
            json::string(&variation.name, out);
        }
        out.extend_from_slice(b",\"group\":");
        texts(&alert.group, out);
        if !alert.term.is_empty() {
            out.extend_from_slice(b",\"term\":");
            texts(&alert.term, out);
        }
        out.extend_from_slice(b",\"values\":{");
        for (i, (name, value)) in alert.values.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            json::string(name, out);
            let _ = write!(out, ":{}", number(*value));
        }
        out.extend_from_slice(b"},\"window\":{\"from\":");
        json::optional(time(alert.window.0).as_deref(), out);
        out.extend_from_slice(b",\"to\":");
        json::optional(time(alert.window.1).as_deref(), out);
        out.extend_from_slice(b"},\"events\":[");
        for (i, cause) in alert.events.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            out.extend_from_slice(b"{\"file\":");
            json::string(shown.file(cause), out);
            let _ = write!(out, ",\"line\":{},\"time\":", cause.place.line);
            json::optional(time(cause.time).as_deref(), out);
            out.extend_from_slice(b",\"rule\":");
            json::string(self.source(cause), out);
            out.push(b'}');
        }
        let _ = write!(out, "],\"events_total\":{}", alert.events_total);
        if let Some(shown) = &alert.risk {
            out.extend_from_slice(b",\"risk\":");
            risk(shown, out);
        }
        out.extend_from_slice(b"}\n");
    }

    fn rule(&self, rule: &CorrelationRule, out: &mut Vec<u8>) {
        let meta = &rule.meta;
        out.extend_from_slice(b"{\"id\":");
        json::optional(meta.id.as_ref().map(|t| t.value.as_str()), out);
        out.extend_from_slice(b",\"name\":");
        json::optional(meta.name.as_ref().map(|t| t.value.as_str()), out);
        out.extend_from_slice(b",\"title\":");
        json::optional(meta.title.as_ref().map(|t| t.value.as_str()), out);
        out.extend_from_slice(b",\"level\":");
        json::optional(meta.level.as_ref().map(|l| l.value.as_str()), out);
        out.extend_from_slice(b",\"path\":");
        json::string(self.loaded.path(rule.source), out);
        out.extend_from_slice(b",\"tags\":[");
        for (i, tag) in meta.tags.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            json::string(&tag.value, out);
        }
        out.extend_from_slice(b"],\"type\":");
        json::string(rule.correlation.kind.value.as_str(), out);
        out.push(b'}');
    }

    /// What the rule behind an event is called.
    fn source(&self, cause: &Cause) -> &str {
        called(&self.loaded.set, cause.source)
    }

    fn table(&self, shown: &Shown<'_>, out: &mut Vec<u8>) {
        let Shown { alert, .. } = shown;
        let dash = |text: String| {
            if text.is_empty() {
                "-".to_owned()
            } else {
                text
            }
        };
        let last = alert.events.last();
        let cells = [
            dash(time(alert.time).unwrap_or_default()),
            alert.level.map_or("-", Level::as_str).to_owned(),
            shown.title(),
            dash(pairs(&alert.group)),
            dash(shown.measured()),
            dash(pairs(&alert.term)),
        ];
        for (i, (cell, (_, width))) in cells.iter().zip(COLUMNS).enumerate() {
            let text = escape::short(cell, width);
            let gap = width.saturating_sub(unicode_width::UnicodeWidthStr::width(text.as_str()));
            let text = match i {
                1 => self.look.paint(Style::Level(alert.level), text),
                _ => text,
            };
            let _ = write!(out, "{text}{:gap$}  ", "");
        }
        match last {
            Some(cause) => {
                let file = escape::line(shown.file(cause));
                let _ = writeln!(out, "{file}:{}", cause.place.line);
            }
            None => out.extend_from_slice(b"-\n"),
        }
    }

    fn pretty(&self, shown: &Shown<'_>, out: &mut Vec<u8>) {
        let Shown { alert, rule, .. } = shown;
        let look = self.look;
        let level = alert.level.map_or("no level", Level::as_str);
        let _ = writeln!(
            out,
            "{} {}",
            look.paint(
                Style::Level(alert.level),
                format!(" {} ", level.to_uppercase())
            ),
            look.paint(Style::Strong, escape::line(&shown.title())),
        );
        let mut row = |name: &str, text: &str| {
            let name = look.paint(Style::Dim, format!("{name:<6}"));
            let _ = writeln!(out, "  {name} {text}");
        };
        row("when", &time(alert.time).unwrap_or_default());
        if let Some(told) = alert.risk.as_ref().and_then(told) {
            row("risk", &escape::short(&told, VALUE_WIDTH));
        }
        if !alert.group.is_empty() {
            row("group", &escape::short(&pairs(&alert.group), VALUE_WIDTH));
        }
        if !alert.term.is_empty() {
            row("new", &escape::short(&pairs(&alert.term), VALUE_WIDTH));
        }
        let measured = shown.measured();
        if !measured.is_empty() {
            let (from, to) = alert.window;
            let span = format!(
                "{measured} from {} to {}",
                time(from).unwrap_or_default(),
                time(to).unwrap_or_default()
            );
            row("why", &escape::short(&span, VALUE_WIDTH));
        }
        row("rule", &escape::line(self.loaded.path(rule.source)));
        let mut name = "events";
        let skipped = alert.events.len().saturating_sub(SHOWN_EVENTS);
        for cause in alert.events.iter().skip(skipped) {
            let file = escape::line(shown.file(cause));
            let text = format!(
                "{} {file}:{} {}",
                time(cause.time).unwrap_or_default(),
                cause.place.line,
                escape::line(self.source(cause))
            );
            row(name, &text);
            name = "";
        }
        let more = alert
            .events_total
            .saturating_sub((alert.events.len() - skipped) as u64);
        if more > 0 {
            row("", &format!("and {more} before"));
        }
        out.push(b'\n');
    }
}

/// An alert with what is needed to show it.
struct Shown<'a> {
    alert: &'a Alert,
    rule: &'a CorrelationRule,
    variation: Option<&'a Variation>,
    files: &'a IndexSet<String>,
}

impl Shown<'_> {
    fn title(&self) -> String {
        match self.variation {
            Some(variation) => variation.title.clone(),
            None => self.rule.meta.shown().to_owned(),
        }
    }

    fn file(&self, cause: &Cause) -> &str {
        let file = self.files.get_index(cause.place.file as usize);
        file.map_or("", String::as_str)
    }

    /// What was measured, in words.
    fn measured(&self) -> String {
        let values = self.alert.values.iter();
        let values: Vec<String> = values
            .map(|(name, value)| format!("{name} = {}", number(*value)))
            .collect();
        values.join(", ")
    }
}

/// `x-risk` as a JSON object.
pub fn risk(risk: &RiskShown, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"score\":");
    match risk.score {
        Some(score) => json::number(u64::from(score), out),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(b",\"message\":");
    json::optional(risk.message.as_deref(), out);
    out.extend_from_slice(b",\"entities\":[");
    for (i, (field, role, value)) in risk.entities.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        out.extend_from_slice(b"{\"field\":");
        json::string(field, out);
        out.extend_from_slice(b",\"role\":");
        json::optional(role.as_deref(), out);
        out.extend_from_slice(b",\"value\":");
        json::string(value, out);
        out.push(b'}');
    }
    out.extend_from_slice(b"]}");
}

fn texts(pairs: &[(String, String)], out: &mut Vec<u8>) {
    out.push(b'{');
    for (i, (name, value)) in pairs.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        json::string(name, out);
        out.push(b':');
        json::string(value, out);
    }
    out.push(b'}');
}

/// Names and values in one line.
pub fn pairs(pairs: &[(String, String)]) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    pairs.join(", ")
}

/// A moment as RFC 3339 has it.
pub fn time(nanos: i64) -> Option<String> {
    Time::from_nanos(nanos).map(Time::to_rfc3339)
}

/// A number as JSON spells it, whole ones without a fraction.
pub fn number(value: f64) -> String {
    match value.is_finite() {
        true => value.to_string(),
        false => "null".to_owned(),
    }
}
