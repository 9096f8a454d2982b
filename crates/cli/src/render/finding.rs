//! Findings: pretty, table, NDJSON.

use super::paint::Style;
use super::{alert, escape, json};
use crate::args::FindingFormat;
use crate::glance;
use crate::load::Loaded;
use crate::settings::Look;
use sigwright_engine::correlate::RiskShown;
use sigwright_engine::evidence::Evidence;
use sigwright_engine::{Event, NodeId, Time};
use sigwright_ir::hints::Variation;
use sigwright_ir::{Rule, RuleId};
use sigwright_syntax::ast::Level;
use std::io::Write;
use std::sync::OnceLock;

/// One rule on one event.
#[derive(Debug, Clone, Copy)]
pub struct Finding<'a> {
    /// The rule.
    pub rule: RuleId,
    /// The event.
    pub event: &'a Event,
    /// When the event happened, as far as known.
    pub time: Option<Time>,
    /// The products of the log it came from, as far as known.
    pub products: &'a [String],
    /// The file it came from.
    pub file: &'a str,
    /// The line its record starts at.
    pub line: u64,
    /// The fields that mattered and their values.
    pub evidence: &'a [Evidence<'a>],
    /// Which of the rule's variations it is.
    pub variation: Option<&'a Variation>,
    /// `x-risk`, filled in.
    pub risk: Option<&'a RiskShown>,
}

/// Writes findings in one form; shared by all workers.
#[derive(Debug)]
pub struct Printer<'a> {
    form: FindingFormat,
    with_event: bool,
    look: Look,
    rules: Vec<Shown<'a>>,
}

/// What is shown of a rule.
#[derive(Debug)]
struct Shown<'a> {
    rule: &'a Rule,
    path: &'a str,
    /// Ready to copy, once it was needed.
    json: OnceLock<Vec<u8>>,
}

/// The columns of a table: heading and width; the last is as wide as it gets.
pub const COLUMNS: [(&str, usize); 6] = [
    ("WHEN", 27),
    ("LEVEL", 13),
    ("RULE", 38),
    ("WHO", 34),
    ("WHAT", 44),
    ("WHERE", 20),
];

/// How many values of one field are shown to people.
const SHOWN_VALUES: usize = 4;
/// How many columns of one value are shown to people.
const VALUE_WIDTH: usize = 160;

impl<'a> Printer<'a> {
    /// A printer of findings of the rules loaded.
    pub fn new(loaded: &'a Loaded, form: FindingFormat, with_event: bool, look: Look) -> Self {
        let rules = loaded
            .set
            .rules
            .iter()
            .map(|rule| Shown {
                rule,
                path: loaded.path(rule.source),
                json: OnceLock::new(),
            })
            .collect();
        Printer {
            form,
            with_event,
            look,
            rules,
        }
    }

    /// What stands above all findings.
    pub fn head(&self) -> Option<String> {
        (self.form == FindingFormat::Table).then(|| {
            let mut line = String::new();
            for (name, width) in COLUMNS {
                line.push_str(&format!("{name:<width$}  "));
            }
            line.push_str("RECORD");
            format!("{}\n", self.look.paint(Style::Strong, line))
        })
    }

    /// The level of a rule.
    pub fn level(&self, rule: RuleId) -> Option<Level> {
        self.rules.get(rule.index())?.level()
    }

    /// Appends one finding.
    pub fn print(&self, finding: &Finding<'_>, out: &mut Vec<u8>) {
        let Some(shown) = self.rules.get(finding.rule.index()) else {
            return;
        };
        match self.form {
            FindingFormat::Ndjson => self.ndjson(shown, finding, out),
            FindingFormat::Table => self.table(shown, finding, out),
            FindingFormat::Pretty => self.pretty(shown, finding, out),
        }
    }

    fn ndjson(&self, shown: &Shown<'_>, finding: &Finding<'_>, out: &mut Vec<u8>) {
        let event = finding.event;
        out.extend_from_slice(b"{\"kind\":\"finding\",\"time\":");
        match finding.time {
            Some(time) => {
                out.push(b'"');
                time.push_rfc3339(out);
                out.push(b'"');
            }
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(b",\"rule\":");
        match finding.variation {
            None => out.extend_from_slice(shown.json()),
            Some(variation) => {
                shown.write_json(Some(variation), out);
                out.extend_from_slice(b",\"variation\":");
                json::string(&variation.name, out);
            }
        }
        out.extend_from_slice(b",\"source\":{\"file\":");
        json::string(finding.file, out);
        out.extend_from_slice(b",\"line\":");
        json::number(finding.line, out);
        out.extend_from_slice(b"},\"fields\":{");
        for (i, field) in fields(finding.evidence).enumerate() {
            if i > 0 {
                out.push(b',');
            }
            json::string(field.name, out);
            out.push(b':');
            let first = out.len();
            let mut several = false;
            for node in field.values(event) {
                if out.len() > first {
                    out.push(b',');
                    several = true;
                }
                json::value(event, node, out);
            }
            if several {
                out.insert(first, b'[');
                out.push(b']');
            }
        }
        out.push(b'}');
        if let Some(risk) = finding.risk {
            out.extend_from_slice(b",\"risk\":");
            alert::risk(risk, out);
        }
        if self.with_event {
            out.extend_from_slice(b",\"event\":");
            match event.whole() {
                Some(node) => json::value(event, node, out),
                None => out.extend_from_slice(b"null"),
            }
        }
        out.extend_from_slice(b"}\n");
    }

    fn table(&self, shown: &Shown<'_>, finding: &Finding<'_>, out: &mut Vec<u8>) {
        let glance = glance::glance(finding.event, finding.products);
        let when = finding.time.map(Time::to_rfc3339);
        let level = shown.level_of(finding.variation);
        let dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let cells = [
            dash(when),
            level.map_or("-", Level::as_str).to_owned(),
            shown.title_of(finding.variation).to_owned(),
            dash(glance.who),
            dash(glance.what),
            dash(glance.from),
        ];
        for (i, (cell, (_, width))) in cells.iter().zip(COLUMNS).enumerate() {
            let text = escape::short(cell, width);
            let gap = width.saturating_sub(unicode_width::UnicodeWidthStr::width(text.as_str()));
            let text = match i {
                1 => self.look.paint(Style::Level(level), text),
                _ => text,
            };
            let _ = write!(out, "{text}{:gap$}  ", "");
        }
        let _ = writeln!(out, "{}:{}", escape::line(finding.file), finding.line);
    }

    fn pretty(&self, shown: &Shown<'_>, finding: &Finding<'_>, out: &mut Vec<u8>) {
        let event = finding.event;
        let look = self.look;
        let glance = glance::glance(event, finding.products);
        let level = shown.level_of(finding.variation);
        let shown_level = level.map_or("no level", Level::as_str).to_uppercase();
        let _ = writeln!(
            out,
            "{} {}",
            look.paint(Style::Level(level), format!(" {shown_level} ")),
            look.paint(
                Style::Strong,
                escape::line(shown.title_of(finding.variation))
            ),
        );
        let mut row = |name: &str, text: &str| {
            let _ = writeln!(
                out,
                "  {} {text}",
                look.paint(Style::Dim, format!("{name:<6}"))
            );
        };
        let mut said = |name: &str, text: Option<String>| {
            if let Some(text) = text {
                row(name, &escape::short(&text, VALUE_WIDTH));
            }
        };
        said("when", finding.time.map(Time::to_rfc3339));
        said("who", glance.who);
        said("what", glance.what);
        said("where", glance.from);
        said("risk", finding.risk.and_then(told));
        let mut name_of_row = "why";
        for field in fields(finding.evidence) {
            let mut text = format!("{} = ", escape::line(field.name));
            let mut values = field.values(event);
            for (i, node) in values.by_ref().take(SHOWN_VALUES).enumerate() {
                if i > 0 {
                    text.push_str(", ");
                }
                let mut value = Vec::new();
                json::value(event, node, &mut value);
                let value = String::from_utf8_lossy(&value);
                text.push_str(&escape::short(&value, VALUE_WIDTH));
            }
            let more = values.count();
            if more > 0 {
                text.push_str(&format!(" and {more} more"));
            }
            row(name_of_row, &text);
            name_of_row = "";
        }
        row("rule", &escape::line(shown.path));
        row(
            "event",
            &format!("{}:{}", escape::line(finding.file), finding.line),
        );
        out.push(b'\n');
    }
}

impl Shown<'_> {
    fn level(&self) -> Option<Level> {
        self.rule.meta.level.as_ref().map(|level| level.value)
    }

    fn level_of(&self, variation: Option<&Variation>) -> Option<Level> {
        variation.and_then(|v| v.level).or(self.level())
    }

    fn title_of<'v>(&'v self, variation: Option<&'v Variation>) -> &'v str {
        variation.map_or_else(|| self.rule.title(), |variation| &variation.title)
    }

    fn json(&self) -> &[u8] {
        self.json.get_or_init(|| {
            let mut out = Vec::new();
            self.write_json(None, &mut out);
            out
        })
    }

    fn write_json(&self, variation: Option<&Variation>, out: &mut Vec<u8>) {
        let meta = &self.rule.meta;
        out.extend_from_slice(b"{\"id\":");
        json::optional(meta.id.as_ref().map(|t| t.value.as_str()), out);
        out.extend_from_slice(b",\"name\":");
        json::optional(meta.name.as_ref().map(|t| t.value.as_str()), out);
        out.extend_from_slice(b",\"title\":");
        let title = variation.map(|variation| variation.title.as_str());
        json::optional(title.or(meta.title.as_ref().map(|t| t.value.as_str())), out);
        out.extend_from_slice(b",\"level\":");
        json::optional(self.level_of(variation).map(Level::as_str), out);
        out.extend_from_slice(b",\"path\":");
        json::string(self.path, out);
        out.extend_from_slice(b",\"tags\":[");
        for (i, tag) in meta.tags.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            json::string(&tag.value, out);
        }
        out.extend_from_slice(b"]}");
    }
}

/// Score and message in words.
pub fn told(risk: &RiskShown) -> Option<String> {
    let score = risk.score.map(|score| score.to_string());
    match (score, &risk.message) {
        (Some(score), Some(message)) => Some(format!("{score}: {message}")),
        (score, message) => score.or_else(|| message.clone()),
    }
}

/// Appends one way to show a finding that must wait until it is known which of its rule's
/// variations it is.
pub fn pack(variation: Option<usize>, text: &[u8], packed: &mut Vec<u8>) {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes();
    packed.extend_from_slice(&number(variation.map_or(0, |v| v + 1)));
    packed.extend_from_slice(&number(text.len()));
    packed.extend_from_slice(text);
}

/// The way of those packed that shows this variation; empty where none does.
pub fn unpack(packed: &[u8], variation: Option<usize>) -> &[u8] {
    let mut rest = packed;
    while let Some((head, after)) = rest.split_at_checked(8) {
        let number = |at: usize| {
            let bytes = head.get(at..at + 4).and_then(|b| b.try_into().ok());
            u32::from_le_bytes(bytes.unwrap_or_default()) as usize
        };
        let Some((text, after)) = after.split_at_checked(number(4)) else {
            break;
        };
        if number(0) == variation.map_or(0, |v| v + 1) {
            return text;
        }
        rest = after;
    }
    &[]
}

/// A field that mattered.
struct Field<'f> {
    name: &'f str,
    /// Where it first occurs, and what comes after.
    evidence: &'f [Evidence<'f>],
}

/// The fields in the order they first occur. Evidence is short: looking it through again
/// costs less than a table.
fn fields<'f>(evidence: &'f [Evidence<'f>]) -> impl Iterator<Item = Field<'f>> {
    (0..evidence.len()).filter_map(move |at| {
        let (before, after) = evidence.split_at_checked(at)?;
        let name: &str = &after.first()?.field;
        (!before.iter().any(|e| e.field == name)).then_some(Field {
            name,
            evidence: after,
        })
    })
}

impl<'f> Field<'f> {
    fn nodes(&self) -> impl Iterator<Item = NodeId> + use<'f> {
        let name = self.name;
        let of_this = self.evidence.iter().filter(move |e| e.field == name);
        of_this.map(|e| e.node)
    }

    /// Its values, of those that are written alike the first.
    fn values(&self, event: &'f Event) -> impl Iterator<Item = NodeId> {
        self.nodes().enumerate().filter_map(move |(i, node)| {
            let mut before = self.nodes().take(i);
            (!before.any(|earlier| json::same(event, earlier, node))).then_some(node)
        })
    }
}
