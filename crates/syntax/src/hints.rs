//! `x-suppress`, `x-activation`, `x-refire`, `x-risk` and `x-variations`: what a rule or
//! correlation asks of its alerts. None of them decides what matches, so that other tools may
//! ignore them; docs/correlation.md states the meaning.
//!
//! Comes in: the attributes of a document. Goes out: [`Hints`], with faults reported as
//! errors, for a hint half read would be silent where it should speak.

use crate::ast::{Level, Search};
use crate::diagnostic::Diagnostic;
use crate::reader::{Reader, listed};
use crate::scalar::Place;
use crate::span::{Span, Spanned};
use crate::yaml::{Node, Style};
use std::collections::HashMap;

/// The names of the hints.
pub(crate) const HINTS: [&str; 5] = [
    "x-suppress",
    "x-activation",
    "x-refire",
    "x-risk",
    "x-variations",
];

/// What the `x-…` attributes of a document say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hints {
    /// `x-suppress`.
    pub suppress: Option<Suppress>,
    /// `x-activation`, seconds.
    pub activation: Option<Spanned<u64>>,
    /// `x-refire`.
    pub refire: Option<Spanned<Refire>>,
    /// `x-risk`.
    pub risk: Option<Risk>,
    /// `x-variations`, in the order they are tried.
    pub variations: Vec<Variation>,
}

/// `x-suppress`: after an alert, the same stays silent.
#[derive(Debug, Clone, PartialEq)]
pub struct Suppress {
    /// `for`, seconds.
    pub span: Spanned<u64>,
    /// `by`: the fields that make two alerts the same.
    pub by: Vec<Spanned<String>>,
}

/// `x-refire`: when a condition that stays true alerts again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refire {
    /// At every instant.
    Always,
    /// So many seconds after the last alert.
    After(u64),
}

/// `x-risk`: how bad an alert is for whom, and in which words.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Risk {
    /// `score`, 0 to 100.
    pub score: Option<Spanned<u8>>,
    /// `message`.
    pub message: Option<Template>,
    /// `entities`.
    pub entities: Vec<Entity>,
}

/// A text with fields to be filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// Its parts in order.
    pub parts: Vec<TemplatePart>,
    /// Where it is written.
    pub span: Span,
}

/// A part of a [`Template`].
#[derive(Debug, Clone, PartialEq)]
pub enum TemplatePart {
    /// Stands as it is; `{{` and `}}` have become braces.
    Text(String),
    /// `{field}`.
    Field(Spanned<String>),
}

/// An entry of `entities`.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    /// `field`: whose values name it.
    pub field: Spanned<String>,
    /// `role`: what part it plays.
    pub role: Option<Spanned<String>>,
}

/// An entry of `x-variations`.
#[derive(Debug, Clone, PartialEq)]
pub struct Variation {
    /// `name`.
    pub name: Spanned<String>,
    /// `title`.
    pub title: Option<Spanned<String>>,
    /// `when`: what the event must satisfy.
    pub when: Option<Search>,
    /// `when-rule`: the correlation that must have alerted on the event.
    pub when_rule: Option<Spanned<String>>,
    /// `level`.
    pub level: Option<Spanned<Level>>,
    /// `score`, 0 to 100.
    pub score: Option<Spanned<u8>>,
}

impl Reader<'_> {
    /// The hints among a document's attributes, which are in the order written.
    pub(crate) fn hints(&mut self, attributes: Vec<(Spanned<String>, Node)>) -> Hints {
        let mut hints = Hints::default();
        for (key, node) in attributes {
            match key.value.as_str() {
                "x-suppress" => hints.suppress = self.suppress(&key, node),
                "x-activation" => hints.activation = self.duration(&key.value, node),
                "x-refire" => hints.refire = self.refire(&key, node),
                "x-risk" => hints.risk = self.risk(&key, node),
                "x-variations" => hints.variations = self.variations(&key, node),
                _ => {}
            }
        }
        hints
    }

    fn suppress(&mut self, key: &Spanned<String>, node: Node) -> Option<Suppress> {
        let (entries, _) = self.map(&key.value, node)?;
        let (mut span, mut by) = (None, Vec::new());
        let mut said = false;
        for (inner, node) in entries {
            match inner.value.as_str() {
                "for" => {
                    said = true;
                    span = self.duration("for", node);
                }
                "by" => by = self.text_list("by", node),
                _ => self.unknown_key(&inner, &key.value, &["for", "by"]),
            }
        }
        if !said {
            self.incomplete(key.span, &key.value, "for", "such as `for: 1h`");
        }
        Some(Suppress { span: span?, by })
    }

    fn refire(&mut self, key: &Spanned<String>, node: Node) -> Option<Spanned<Refire>> {
        if let Node::Scalar { text, span, .. } = &node
            && text == "always"
        {
            return Some(Spanned::new(Refire::Always, *span));
        }
        let after = self.duration(&key.value, node)?;
        Some(Spanned::new(Refire::After(after.value), after.span))
    }

    fn risk(&mut self, key: &Spanned<String>, node: Node) -> Option<Risk> {
        const KEYS: [&str; 3] = ["score", "message", "entities"];
        let (entries, _) = self.map(&key.value, node)?;
        let mut risk = Risk::default();
        if entries.is_empty() {
            self.report(
                Diagnostic::warning("empty-attribute", key.span, "`x-risk` is empty")
                    .help(format!("it has {}", listed(&KEYS))),
            );
        }
        for (inner, node) in entries {
            match inner.value.as_str() {
                "score" => risk.score = self.score(node),
                "message" => risk.message = self.template("message", node),
                "entities" => risk.entities = self.entities(node),
                _ => self.unknown_key(&inner, &key.value, &KEYS),
            }
        }
        Some(risk)
    }

    fn score(&mut self, node: Node) -> Option<Spanned<u8>> {
        let span = node.span();
        let text = self.text("score", node)?;
        let digits = text.value.bytes().all(|b| b.is_ascii_digit());
        let score = text
            .value
            .parse::<u8>()
            .ok()
            .filter(|s| digits && *s <= 100);
        if score.is_none() {
            self.report(
                Diagnostic::error(
                    "bad-score",
                    span,
                    format!("`{}` is not a score", text.value),
                )
                .help("a whole number from 0 to 100"),
            );
        }
        score.map(|score| Spanned::new(score, span))
    }

    fn entities(&mut self, node: Node) -> Vec<Entity> {
        const KEYS: [&str; 2] = ["field", "role"];
        let mut entities = Vec::new();
        for (entries, span) in self.maps("entities", node) {
            let (mut field, mut role) = (None, None);
            let said = entries.iter().any(|(key, _)| key.value == "field");
            for (key, node) in entries {
                match key.value.as_str() {
                    "field" => field = self.text("field", node),
                    "role" => role = self.text("role", node),
                    _ => self.unknown_key(&key, "entities", &KEYS),
                }
            }
            if !said {
                let help = "such as `field: user.username`";
                self.incomplete(span, "entities", "field", help);
            }
            entities.extend(field.map(|field| Entity { field, role }));
        }
        entities
    }

    fn variations(&mut self, key: &Spanned<String>, node: Node) -> Vec<Variation> {
        let mut variations: Vec<Variation> = Vec::new();
        let mut names: HashMap<String, Span> = HashMap::new();
        let entries = self.maps(&key.value, node);
        let most = self.limits.variations;
        if entries.len() > most {
            self.report(
                Diagnostic::error(
                    "too-many-variations",
                    key.span,
                    format!("a rule has at most {most} variations"),
                )
                .because(format!("here are {}", entries.len())),
            );
            return variations;
        }
        for (entries, span) in entries {
            let Some(variation) = self.variation(key, entries, span) else {
                continue;
            };
            let name = &variation.name;
            match names.get(&name.value) {
                Some(first) => self.report(
                    Diagnostic::error(
                        "duplicate-variation",
                        name.span,
                        format!("two variations are called `{}`", name.value),
                    )
                    .also(*first, "the other one"),
                ),
                None => drop(names.insert(name.value.clone(), name.span)),
            }
            variations.push(variation);
        }
        variations
    }

    fn variation(
        &mut self,
        key: &Spanned<String>,
        entries: crate::reader::Entries,
        span: Span,
    ) -> Option<Variation> {
        const KEYS: [&str; 6] = ["name", "title", "when", "when-rule", "level", "score"];
        let mut name = None;
        let said = |wanted: &str| entries.iter().any(|(key, _)| key.value == wanted);
        let (named, asks) = (said("name"), said("when") || said("when-rule"));
        let (mut title, mut when, mut when_rule) = (None, None, None);
        let (mut level, mut score) = (None, None);
        for (inner, node) in entries {
            match inner.value.as_str() {
                "name" => name = self.text("name", node),
                "title" => title = self.text("title", node),
                "when" => when = self.when(&inner, node),
                "when-rule" => when_rule = self.text("when-rule", node),
                "level" => level = self.strict_level(node),
                "score" => score = self.score(node),
                _ => self.unknown_key(&inner, &key.value, &KEYS),
            }
        }
        let place = name
            .as_ref()
            .map_or(span, |name: &Spanned<String>| name.span);
        if !named {
            let help = "such as `name: from abroad`";
            self.incomplete(span, &key.value, "name", help);
        }
        if !asks {
            self.report(
                Diagnostic::error(
                    "variation-without-condition",
                    place,
                    "this variation does not say when it holds",
                )
                .help("add `when:` with fields and values, or `when-rule:` with a correlation"),
            );
        }
        Some(Variation {
            name: name?,
            title,
            when,
            when_rule,
            level,
            score,
        })
    }

    /// A map as in a selection, or a list of such maps.
    fn when(&mut self, key: &Spanned<String>, node: Node) -> Option<Search> {
        let maps = match &node {
            Node::Mapping(..) => true,
            Node::Sequence(items, _) => items.iter().all(|i| matches!(i, Node::Mapping(..))),
            Node::Scalar { .. } => false,
        };
        if !maps {
            let wanted = "a map of fields and values";
            self.wrong_type(crate::Severity::Error, &key.value, wanted, &node);
            return None;
        }
        Some(self.selection(key, node))
    }

    fn strict_level(&mut self, node: Node) -> Option<Spanned<Level>> {
        let text = self.text("level", node)?;
        let level = Level::ALL
            .into_iter()
            .find(|level| text.value.eq_ignore_ascii_case(level.as_str()));
        if level.is_none() {
            let names = Level::ALL.map(Level::as_str);
            let error = Diagnostic::error(
                "bad-level",
                text.span,
                format!("`{}` is not a level", text.value),
            );
            let help = self
                .hint(&text.value, names)
                .unwrap_or_else(|| format!("one of {}", listed(&names)));
            self.report(error.help(help));
        }
        level.map(|level| Spanned::new(level, text.span))
    }

    /// A list of maps; a single map counts as a list of one.
    fn maps(&mut self, name: &str, node: Node) -> Vec<(crate::reader::Entries, Span)> {
        match node {
            Node::Sequence(items, _) => items
                .into_iter()
                .filter_map(|item| self.map(name, item))
                .collect(),
            node => self.map(name, node).into_iter().collect(),
        }
    }

    fn incomplete(&mut self, at: Span, of: &str, name: &str, help: &str) {
        self.report(
            Diagnostic::error("missing-attribute", at, format!("`{of}` has no `{name}`"))
                .help(help),
        );
    }

    /// `text {field} text`, braces doubled where they are meant as such.
    fn template(&mut self, name: &str, node: Node) -> Option<Template> {
        if let Node::Scalar {
            style: Style::Plain,
            ..
        } = &node
            && node.kind() != "text"
        {
            self.wrong_type(crate::Severity::Error, name, "text", &node);
            return None;
        }
        let text = self.text(name, node)?;
        let place = self.place(&text.value, text.span);
        match template(&text, &place) {
            Ok(parts) => Some(Template {
                parts,
                span: text.span,
            }),
            Err(error) => {
                self.report(*error);
                None
            }
        }
    }
}

/// The parts of a template.
fn template(text: &Spanned<String>, place: &Place) -> Result<Vec<TemplatePart>, Box<Diagnostic>> {
    let fault = |from: usize, to: usize, message: &str, help: &str| {
        let span = place.part(from, to);
        Err(Box::new(
            Diagnostic::error("bad-template", span, message).help(help),
        ))
    };
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut chars = text.value.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        match (c, next) {
            ('{', Some('{')) | ('}', Some('}')) => {
                plain.push(c);
                chars.next();
            }
            ('}', _) => {
                return fault(
                    at,
                    at + 1,
                    "nothing was opened here",
                    "for a brace write `}}`",
                );
            }
            ('{', _) => {
                let rest = text.value.get(at + 1..).unwrap_or_default();
                let end = rest
                    .find(['{', '}'])
                    .filter(|end| rest.get(*end..).is_some_and(|rest| rest.starts_with('}')));
                let Some(end) = end else {
                    return fault(
                        at,
                        at + 1,
                        "this brace is not closed",
                        "for a brace write `{{`",
                    );
                };
                let field = rest.get(..end).unwrap_or_default();
                if field.trim().is_empty() {
                    let help = "such as `{user.username}`";
                    return fault(at, at + end + 2, "no field is named here", help);
                }
                if !plain.is_empty() {
                    parts.push(TemplatePart::Text(std::mem::take(&mut plain)));
                }
                let span = place.part(at + 1, at + 1 + end);
                parts.push(TemplatePart::Field(Spanned::new(field.to_owned(), span)));
                while chars.next_if(|(here, _)| *here < at + end + 2).is_some() {}
            }
            _ => plain.push(c),
        }
    }
    if !plain.is_empty() {
        parts.push(TemplatePart::Text(plain));
    }
    Ok(parts)
}
