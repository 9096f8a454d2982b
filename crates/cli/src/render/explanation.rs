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
/// How many values of one field that do not hold are shown.
const MAX_FAILED: usize = 8;
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
                hints: true,
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
    /// Off below an item that holds: what its other values lack is of no interest.
    hints: bool,
}

impl Painter<'_> {
    fn node(&mut self, node: &Explanation, indent: &str, depth: usize) -> io::Result<()> {
        let look = self.look;
        let inner = format!("{indent}{} ", look.paint(Style::Dim, look.glyph("│", "|")));
        if let Some(value) = leaf(node) {
            return self.leaf(node, value, indent, &inner);
        }
        let (link, children) = parts(node);
        let (word, text) = caption(&node.kind);
        let text = escape::short(text, VALUE_WIDTH);
        let label = match &node.kind {
            OutlineKind::And | OutlineKind::Or | OutlineKind::Not => word.to_owned(),
            OutlineKind::Filter(_) => format!("filter {text}"),
            OutlineKind::Selection(_) => look.paint(Style::Strong, text),
            _ => text,
        };
        let link = look.paint(Style::Dim, link);
        write!(self.out, "{indent}{} {label}{link}", mark(look, node.holds))?;
        self.seen(&node.seen)?;
        writeln!(self.out)?;
        self.hint(node.hint.as_deref(), &inner)?;
        if depth == MAX_DEPTH {
            let count = children.len();
            return writeln!(self.out, "{inner}({count} more below, not shown)");
        }
        let is_value = |child: &&Explanation| matches!(child.kind, OutlineKind::Value(_));
        let mut left = MAX_FAILED;
        let hints = self.hints;
        self.hints &= !(node.holds && matches!(node.kind, OutlineKind::Item(_)));
        for child in children {
            if is_value(&child) && !child.holds {
                if left == 0 {
                    continue;
                }
                left -= 1;
            }
            self.node(child, &inner, depth + 1)?;
        }
        self.hints = hints;
        let failed = children
            .iter()
            .filter(is_value)
            .filter(|c| !c.holds)
            .count();
        if failed > MAX_FAILED {
            let more = failed - MAX_FAILED;
            writeln!(
                self.out,
                "{inner}{} and {more} more values that do not hold",
                mark(look, false)
            )?;
        }
        Ok(())
    }

    /// A line of the rule with what the event has there, the place underlined where it
    /// decides.
    fn leaf(
        &mut self,
        node: &Explanation,
        value: &Explanation,
        indent: &str,
        inner: &str,
    ) -> io::Result<()> {
        let look = self.look;
        let bar = look.glyph("│", "|");
        let quote = Quote::new(self.sources, value.span);
        let text = escape::short(caption(&value.kind).1, VALUE_WIDTH);
        write!(self.out, "{indent}{} ", mark(look, node.holds))?;
        match &quote {
            Some(quote) => {
                let number = look.paint(Style::Dim, format!("{:>3} {bar} ", quote.line));
                write!(self.out, "{number}{}", quote.text)?;
                // the value behind a placeholder and the like
                if !quote.text.contains(&text) {
                    write!(self.out, "  ({text})")?;
                }
            }
            None => write!(self.out, "{text}")?,
        }
        self.seen(if node.seen.is_empty() {
            &value.seen
        } else {
            &node.seen
        })?;
        writeln!(self.out)?;
        // of several values only those that hold are underlined: the others are ruled out
        let alone = !std::ptr::eq(node, value) || !matches!(value.kind, OutlineKind::Value(_));
        if let Some(quote) = quote.filter(|_| alone || value.holds) {
            let style = if node.holds { Style::Good } else { Style::Bad };
            let line = look.glyph("─", "^").repeat(quote.width);
            let margin = look.paint(Style::Dim, format!("{:>3} {bar} ", ""));
            let gap = quote.before;
            writeln!(
                self.out,
                "{inner}{margin}{:gap$}{}",
                "",
                look.paint(style, line)
            )?;
        }
        self.hint(node.hint.as_deref().or(value.hint.as_deref()), inner)
    }

    fn hint(&mut self, hint: Option<&str>, indent: &str) -> io::Result<()> {
        let Some(hint) = hint.filter(|_| self.hints) else {
            return Ok(());
        };
        let word = self.look.paint(Style::Doubtful, "hint:");
        writeln!(self.out, "{indent}{word} {}", escape::line(hint))
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
}

/// The value a node is about, where it is about one: the node itself, or an item's only one.
fn leaf(node: &Explanation) -> Option<&Explanation> {
    match (&node.kind, node.children.as_slice()) {
        (OutlineKind::Item(_), [only]) if matches!(only.kind, OutlineKind::Value(_)) => Some(only),
        (_, []) => Some(node),
        _ => None,
    }
}

/// The children to draw and how they are linked: a selection's map or list is drawn as the
/// selection itself.
fn parts(node: &Explanation) -> (&'static str, &[Explanation]) {
    match (&node.kind, node.children.as_slice()) {
        (OutlineKind::Selection(_), [only]) => match only.kind {
            OutlineKind::And => (" (all of)", &only.children),
            OutlineKind::Or => (" (one of)", &only.children),
            _ => ("", &node.children),
        },
        _ => ("", &node.children),
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
        let part = |from: usize, to: usize| text.get(from..to).unwrap_or("");
        let safe = |part: &str| escape::short(part.trim_end_matches('\r'), VALUE_WIDTH);
        let before = safe(part(from, start).trim_start());
        let marked = safe(part(start, end.min(to)));
        let after = safe(part(end.min(to), to));
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
