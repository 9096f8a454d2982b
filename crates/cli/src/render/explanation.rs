//! Explanations: a rule's text with ✓ and ✗ at every node, as a tree or as JSON.

use super::escape;
use super::paint::Style;
use crate::settings::Look;
use serde_json::{Value, json};
use sigwright_engine::explain::{Explanation, Seen};
use sigwright_ir::OutlineKind;
use sigwright_syntax::{Sources, Span};
use std::io::{self, Write};

/// How many columns of a value are shown.
const VALUE_WIDTH: usize = 120;
/// How deep the tree is drawn; what lies deeper is counted.
const MAX_DEPTH: usize = 64;

/// What is explained: a rule and one event.
#[derive(Debug)]
pub struct Explained<'a> {
    /// The rule's title.
    pub title: &'a str,
    /// Its file.
    pub path: &'a str,
    /// Where the event is, such as `events.ndjson:7`.
    pub event: &'a str,
    /// Why the rule does not see the event, where it does not.
    pub unseen: Option<String>,
    /// The condition.
    pub tree: Option<Explanation>,
}

impl Explained<'_> {
    /// Whether the condition holds.
    pub fn holds(&self) -> bool {
        self.tree.as_ref().is_some_and(|tree| tree.holds)
    }

    /// Whether the rule matches: it sees the event and the condition holds.
    pub fn matches(&self) -> bool {
        self.unseen.is_none() && self.holds()
    }

    /// Writes it for people.
    pub fn pretty(&self, sources: &Sources, look: Look, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "{} {}",
            mark(look, self.matches()),
            look.paint(Style::Strong, escape::line(self.title))
        )?;
        let dim = |text: &str| look.paint(Style::Dim, text);
        writeln!(out, "  {} {}", dim("rule "), escape::line(self.path))?;
        writeln!(out, "  {} {}", dim("event"), escape::line(self.event))?;
        writeln!(out)?;
        if let Some(tree) = &self.tree {
            let mut painter = Painter {
                sources,
                look,
                out: &mut *out,
            };
            painter.node(tree, "  ", 0)?;
            writeln!(out)?;
        }
        if let Some(reason) = &self.unseen {
            writeln!(
                out,
                "  {} log source: {}",
                mark(look, false),
                escape::line(reason)
            )?;
        }
        let verdict = match (self.matches(), self.holds()) {
            (true, _) => look.paint(Style::Good, "the rule matches"),
            (false, true) => look.paint(
                Style::Bad,
                "the condition holds, but the rule does not see events of this log source",
            ),
            (false, false) => look.paint(Style::Bad, "the rule does not match"),
        };
        writeln!(out, "  {verdict}")
    }

    /// Writes it for programs, on one line.
    pub fn json(&self, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
        let value = json!({
            "kind": "explanation",
            "rule": { "title": self.title, "path": self.path },
            "event": self.event,
            "matches": self.matches(),
            "logsource": { "sees": self.unseen.is_none(), "reason": self.unseen },
            "condition": self.tree.as_ref().map(|tree| node_json(tree, sources, 0)),
        });
        serde_json::to_writer(&mut *out, &value)?;
        out.write_all(b"\n")
    }
}

fn mark(look: Look, holds: bool) -> String {
    if holds {
        look.paint(Style::Good, look.glyph("✓", "+"))
    } else {
        look.paint(Style::Bad, look.glyph("✗", "-"))
    }
}

/// What stands at a node.
fn caption(kind: &OutlineKind) -> (&'static str, &str) {
    match kind {
        OutlineKind::And => ("and", ""),
        OutlineKind::Or => ("or", ""),
        OutlineKind::Not => ("not", ""),
        OutlineKind::Selection(name) => ("selection", name),
        OutlineKind::Of(text) => ("of", text),
        OutlineKind::Item(text) => ("item", text),
        OutlineKind::Value(text) => ("value", text),
        OutlineKind::Elements(text) => ("elements", text),
        OutlineKind::Filter(text) => ("filter", text),
    }
}

struct Painter<'a> {
    sources: &'a Sources,
    look: Look,
    out: &'a mut dyn Write,
}

impl Painter<'_> {
    fn node(&mut self, node: &Explanation, indent: &str, depth: usize) -> io::Result<()> {
        let look = self.look;
        // an item with a single value reads better on one line
        let single = match (&node.kind, node.children.as_slice()) {
            (OutlineKind::Item(_), [only]) if matches!(only.kind, OutlineKind::Value(_)) => {
                Some(only)
            }
            _ => None,
        };
        let (word, text) = caption(&node.kind);
        let text = escape::short(text, VALUE_WIDTH);
        let label = match &node.kind {
            OutlineKind::And | OutlineKind::Or | OutlineKind::Not => word.to_owned(),
            OutlineKind::Of(_) | OutlineKind::Value(_) => text,
            OutlineKind::Elements(_) => text,
            OutlineKind::Filter(_) => format!("filter {text}"),
            OutlineKind::Selection(_) => look.paint(Style::Strong, text),
            OutlineKind::Item(_) => match single.map(|only| caption(&only.kind).1) {
                Some(value) => format!("{text}: {}", escape::short(value, VALUE_WIDTH)),
                None => format!("{text}:"),
            },
        };
        write!(self.out, "{indent}{} {label}", mark(look, node.holds))?;
        let seen = if node.seen.is_empty() {
            single.map_or(&[][..], |only| &only.seen)
        } else {
            &node.seen
        };
        self.seen(seen)?;
        writeln!(self.out)?;
        let leaf = single.is_some() || node.children.is_empty();
        let inner = format!("{indent}{} ", look.paint(Style::Dim, look.glyph("│", "|")));
        if leaf {
            self.quote(single.unwrap_or(node), &inner)?;
        }
        if let Some(hint) = node
            .hint
            .as_ref()
            .or_else(|| single.and_then(|only| only.hint.as_ref()))
        {
            let hint = escape::line(hint);
            writeln!(
                self.out,
                "{inner}{} {hint}",
                look.paint(Style::Doubtful, "hint:")
            )?;
        }
        if leaf {
            return Ok(());
        }
        if depth == MAX_DEPTH {
            let count = node.children.len();
            return writeln!(self.out, "{inner}({count} more below, not shown)");
        }
        for child in &node.children {
            self.node(child, &inner, depth + 1)?;
        }
        Ok(())
    }

    /// The event's values, beside the rule's.
    fn seen(&mut self, seen: &[Seen]) -> io::Result<()> {
        if seen.is_empty() {
            return Ok(());
        }
        let look = self.look;
        let values: Vec<String> = seen
            .iter()
            .map(|seen| {
                let field = escape::line(&seen.field).into_owned();
                match &seen.value {
                    Some(value) => {
                        format!("{field} = {}", escape::short(value, VALUE_WIDTH))
                    }
                    None => format!("{field} is missing"),
                }
            })
            .collect();
        let arrow = look.paint(Style::Dim, look.glyph("←", "<-"));
        write!(self.out, "  {arrow} {}", values.join(", "))
    }

    /// The line of the rule, with its number, and the place underlined.
    fn quote(&mut self, node: &Explanation, indent: &str) -> io::Result<()> {
        let Some(quote) = Quote::new(self.sources, node.span) else {
            return Ok(());
        };
        let look = self.look;
        let number = format!("{:>4} ", quote.line);
        let bar = look.glyph("│", "|");
        let style = if node.holds { Style::Good } else { Style::Bad };
        let underline = look.glyph("─", "^").repeat(quote.width);
        writeln!(
            self.out,
            "{indent}{}{}",
            look.paint(Style::Dim, format!("{number}{bar} ")),
            quote.text
        )?;
        writeln!(
            self.out,
            "{indent}{}{:before$}{}",
            look.paint(Style::Dim, format!("{:>4} {bar} ", "")),
            "",
            look.paint(style, underline),
            before = quote.before,
        )
    }
}

/// A line of a rule file and the part of it that is meant.
struct Quote {
    line: usize,
    text: String,
    before: usize,
    width: usize,
}

impl Quote {
    fn new(sources: &Sources, span: Span) -> Option<Self> {
        use unicode_width::UnicodeWidthStr;
        let text = &sources.get(span.source)?.text;
        let (start, end) = (span.start as usize, span.end as usize);
        let from = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
        let rest = text.get(start..)?;
        let to = rest.find('\n').map_or(text.len(), |at| start + at);
        let safe = |from: usize, to: usize| {
            let part = text.get(from..to).unwrap_or("");
            escape::short(part.trim_end_matches('\r'), VALUE_WIDTH)
        };
        let marked = safe(start, end.min(to));
        let before = safe(from, start);
        // the indentation of the rule tells nothing here
        let cut = before.len() - before.trim_start().len();
        let before = before.trim_start().to_owned();
        let _ = cut;
        let after = safe(end.min(to), to);
        Some(Quote {
            line: sources.position(span).0,
            before: before.width(),
            width: marked.width().max(1),
            text: format!("{before}{marked}{after}").trim_end().to_owned(),
        })
    }
}

fn node_json(node: &Explanation, sources: &Sources, depth: usize) -> Value {
    let (line, column) = sources.position(node.span);
    let (kind, text) = caption(&node.kind);
    let seen: Vec<Value> = node
        .seen
        .iter()
        .map(|seen| json!({ "field": seen.field, "value": seen.value }))
        .collect();
    let children: Vec<Value> = if depth == MAX_DEPTH {
        Vec::new()
    } else {
        node.children
            .iter()
            .map(|child| node_json(child, sources, depth + 1))
            .collect()
    };
    json!({
        "kind": kind,
        "text": text,
        "holds": node.holds,
        "line": line,
        "column": column,
        "span": [node.span.start, node.span.end],
        "seen": seen,
        "hint": node.hint,
        "children": children,
        "omitted": node.children.len() - children.len(),
    })
}
