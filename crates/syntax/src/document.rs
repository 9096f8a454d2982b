//! One document: what kind it is, and its metadata.
//!
//! Metadata does not change what matches, so its faults are warnings; a title is the exception.

use crate::ast::{Body, Document, Level, Meta, Related};
use crate::diagnostic::{Diagnostic, Severity};
use crate::hints::{HINTS, Hints};
use crate::reader::{Entries, Reader, listed};
use crate::rule::first_line;
use crate::span::{Span, Spanned};
use crate::yaml::{Node, YamlDocument};

/// The highest major version of the specification that is understood.
const NEWEST: u32 = 3;

const STATUS: [&str; 5] = [
    "stable",
    "test",
    "experimental",
    "deprecated",
    "unsupported",
];

const RELATIONS: [&str; 6] = [
    "correlation",
    "derived",
    "merged",
    "obsolete",
    "renamed",
    "similar",
];

/// Attributes of a document.
const KNOWN: [&str; 21] = [
    "title",
    "id",
    "name",
    "status",
    "level",
    "description",
    "author",
    "date",
    "modified",
    "license",
    "taxonomy",
    "references",
    "tags",
    "fields",
    "falsepositives",
    "scope",
    "related",
    "logsource",
    "detection",
    "correlation",
    "filter",
];

type Attribute = Option<(Spanned<String>, Node)>;

/// The attributes that are not metadata.
#[derive(Default)]
struct Parts {
    logsource: Attribute,
    detection: Attribute,
    correlation: Attribute,
    filter: Attribute,
    generate: Attribute,
    hints: Entries,
}

impl Reader<'_> {
    /// All documents of a file.
    pub fn documents(&mut self, documents: Vec<YamlDocument>) -> Vec<Document> {
        let old = documents
            .iter()
            .any(|d| d.root.as_ref().is_some_and(|n| n.get("action").is_some()));
        if old {
            return self.with_actions(documents);
        }
        documents.into_iter().map(|d| self.document(d)).collect()
    }

    /// One document: its kind, its metadata and its body.
    pub fn document(&mut self, document: YamlDocument) -> Document {
        let errors = self.sink.errors();
        let span = document.span;
        let (meta, body, hints) = match document.root {
            Some(Node::Mapping(entries, _)) => self.attributes(entries, span),
            Some(other) => {
                self.report(
                    Diagnostic::error(
                        "not-a-rule",
                        span.slice(0, first_line(self.raw(span))),
                        format!("a rule is a map, not {}", other.kind()),
                    )
                    .help("start with `title:`"),
                );
                (Meta::default(), self.nothing(span), Hints::default())
            }
            // Said when the YAML was read.
            None => (Meta::default(), self.nothing(span), Hints::default()),
        };
        Document {
            meta,
            body,
            hints,
            span,
            faulty: document.faulty || self.sink.errors() != errors,
        }
    }

    /// The body of a document that has none.
    fn nothing(&mut self, span: Span) -> Body {
        Body::Rule(crate::ast::Rule {
            logsource: Default::default(),
            detection: crate::ast::Detection {
                selections: Default::default(),
                conditions: Vec::new(),
                span,
            },
        })
    }

    fn attributes(&mut self, entries: Entries, span: Span) -> (Meta, Body, Hints) {
        let mut meta = Meta::default();
        let mut parts = Parts::default();
        let first = entries.first().map_or(span, |(key, _)| key.span);
        for (key, node) in entries {
            self.attribute(key, node, &mut meta, &mut parts);
        }
        self.arrays = meta.sigma_version.is_some_and(|v| v.value >= 3);
        if meta.title.is_none() {
            self.report(
                Diagnostic::error("missing-title", first, "`title` is missing")
                    .help("name what the rule finds"),
            );
        }
        let attributes = std::mem::take(&mut parts.hints);
        let body = self.body(parts, span, first);
        if matches!(body, Body::Filter(_)) {
            for (key, _) in attributes {
                self.idle_hint(&key, "a filter");
            }
            return (meta, body, Hints::default());
        }
        let hints = self.hints(attributes);
        if let (Body::Rule(_), Some(refire)) = (&body, &hints.refire) {
            let key = Spanned::new("x-refire".to_owned(), refire.span);
            self.idle_hint(&key, "a rule over single events");
        }
        (meta, body, hints)
    }

    fn idle_hint(&mut self, key: &Spanned<String>, on: &str) {
        self.report(Diagnostic::warning(
            "unused-attribute",
            key.span,
            format!("`{}` has no effect on {on}", key.value),
        ));
    }

    fn body(&mut self, parts: Parts, span: Span, first: Span) -> Body {
        let Parts {
            logsource,
            detection,
            correlation,
            filter,
            generate,
            hints: _,
        } = parts;
        let kinds: Vec<&Spanned<String>> = [&detection, &correlation, &filter]
            .into_iter()
            .flatten()
            .map(|(key, _)| key)
            .collect();
        if let [one, other, ..] = kinds.as_slice() {
            let diagnostic = Diagnostic::error(
                "several-kinds",
                other.span,
                format!(
                    "a document has `{}` or `{}`, not both",
                    one.value, other.value
                ),
            )
            .also(one.span, "")
            .help("write two documents with `---` between them");
            self.report(diagnostic);
        }
        if let Some((key, node)) = correlation {
            return Body::Correlation(self.correlation(&key, node, generate, span));
        }
        if let Some((key, node)) = filter {
            return Body::Filter(self.filter(&key, node, logsource, span));
        }
        if detection.is_none() {
            self.report(
                Diagnostic::error("missing-detection", first, "`detection` is missing")
                    .help("a rule has `detection`, a correlation `correlation`, a filter `filter`"),
            );
        }
        Body::Rule(self.rule(logsource, detection, span))
    }

    fn attribute(&mut self, key: Spanned<String>, node: Node, meta: &mut Meta, parts: &mut Parts) {
        let name = key.value.as_str();
        match name {
            "title" => self.title(&key, node, meta),
            "id" => {
                meta.id = self.prose(name, node);
                if let Some(id) = &meta.id {
                    self.check_uuid("id", id);
                }
            }
            "name" => {
                meta.name = self.prose(name, node).filter(|n| !n.value.is_empty());
                if meta.name.is_none() {
                    self.empty(&key);
                }
            }
            "status" => self.status(node, meta),
            "level" => self.level(node, meta),
            "description" => meta.description = self.prose(name, node),
            "author" => meta.author = self.prose(name, node),
            "date" => meta.date = self.date(name, node),
            "modified" => meta.modified = self.date(name, node),
            "license" => meta.license = self.prose(name, node),
            "taxonomy" => {
                meta.taxonomy = self.prose(name, node).filter(|n| !n.value.is_empty());
                if meta.taxonomy.is_none() {
                    self.empty(&key);
                }
            }
            "references" => meta.references = self.prose_list(name, node),
            "tags" => {
                meta.tags = self.prose_list(name, node);
                self.check_tags(&meta.tags);
            }
            "fields" => meta.fields = self.prose_list(name, node),
            "falsepositives" => meta.falsepositives = self.prose_list(name, node),
            "scope" => meta.scope = self.prose_list(name, node),
            "related" => meta.related = self.related(node),
            "sigma-version" => meta.sigma_version = self.version(node),
            "logsource" => parts.logsource = Some((key, node)),
            "detection" => parts.detection = Some((key, node)),
            "correlation" => parts.correlation = Some((key, node)),
            "filter" => parts.filter = Some((key, node)),
            "generate" => parts.generate = Some((key, node)),
            hint if HINTS.contains(&hint) => parts.hints.push((key, node)),
            _ => {
                let known = KNOWN.into_iter().chain(HINTS);
                if let Some(close) = self.closest(name, known).filter(|_| name.len() > 3) {
                    self.report(
                        Diagnostic::note(
                            "unknown-key",
                            key.span,
                            format!("`{name}` is kept as an attribute of its own"),
                        )
                        .help(format!("did you mean `{close}`?")),
                    );
                }
                let Spanned { value, span } = key;
                meta.custom.insert(value, (span, node));
            }
        }
    }

    fn title(&mut self, key: &Spanned<String>, node: Node, meta: &mut Meta) {
        if node.is_null() || matches!(&node, Node::Scalar { text, .. } if text.trim().is_empty()) {
            self.report(
                Diagnostic::error("missing-title", key.span, "`title` is empty")
                    .help("name what the rule finds"),
            );
            // Said once.
            meta.title = Some(Spanned::new(String::new(), node.span()));
            return;
        }
        if !matches!(node, Node::Scalar { .. }) {
            self.wrong_type(Severity::Error, "title", "text", &node);
            meta.title = Some(Spanned::new(String::new(), node.span()));
            return;
        }
        meta.title = self.prose("title", node);
        if let Some(title) = &meta.title {
            let length = title.value.chars().count();
            if length > 256 {
                self.report(
                    Diagnostic::warning(
                        "long-title",
                        title.span,
                        format!("the title has {length} characters"),
                    )
                    .because("at most 256"),
                );
            }
        }
    }

    fn empty(&mut self, key: &Spanned<String>) {
        self.report(Diagnostic::warning(
            "empty-attribute",
            key.span,
            format!("`{}` is empty", key.value),
        ));
    }

    /// One of a few names; what else it says is kept as it stands.
    fn one_of(&mut self, name: &str, code: &'static str, value: &Spanned<String>, known: &[&str]) {
        let diagnostic = Diagnostic::warning(
            code,
            value.span,
            format!("`{}` is not a {name}", value.value),
        );
        let help = self
            .hint(&value.value, known.iter().copied())
            .unwrap_or_else(|| format!("one of {}", listed(known)));
        self.report(diagnostic.help(help));
    }

    fn status(&mut self, node: Node, meta: &mut Meta) {
        meta.status = self.prose("status", node);
        if let Some(status) = &meta.status
            && !STATUS.iter().any(|s| status.value.eq_ignore_ascii_case(s))
        {
            self.one_of("status", "bad-status", status, &STATUS);
        }
    }

    fn level(&mut self, node: Node, meta: &mut Meta) {
        let Some(text) = self.prose("level", node) else {
            return;
        };
        let level = Level::ALL
            .into_iter()
            .find(|level| text.value.eq_ignore_ascii_case(level.as_str()));
        match level {
            Some(level) => meta.level = Some(Spanned::new(level, text.span)),
            None => {
                let names = Level::ALL.map(Level::as_str);
                self.one_of("level", "bad-level", &text, &names);
            }
        }
    }

    fn date(&mut self, name: &str, node: Node) -> Option<Spanned<String>> {
        let date = self.prose(name, node)?;
        if !is_date(&date.value) {
            self.report(
                Diagnostic::warning(
                    "bad-date",
                    date.span,
                    format!("`{}` is not a date", date.value),
                )
                .help("write `YYYY-MM-DD`"),
            );
        }
        Some(date)
    }

    fn check_uuid(&mut self, name: &str, id: &Spanned<String>) {
        if !is_uuid(&id.value) {
            self.report(
                Diagnostic::warning(
                    "bad-id",
                    id.span,
                    format!("`{name}` is not a UUID: `{}`", id.value),
                )
                .help("generate a random one (version 4)"),
            );
        }
    }

    fn check_tags(&mut self, tags: &[Spanned<String>]) {
        for tag in tags {
            if !tag.value.contains('.') {
                self.report(
                    Diagnostic::warning(
                        "bad-tag",
                        tag.span,
                        format!("the tag `{}` has no namespace", tag.value),
                    )
                    .help("such as `attack.t1059`"),
                );
            }
        }
    }

    fn related(&mut self, node: Node) -> Vec<Related> {
        let items = match node {
            Node::Sequence(items, _) => items,
            node if node.is_null() => return Vec::new(),
            node => {
                self.wrong_type(Severity::Warning, "related", "a list", &node);
                return Vec::new();
            }
        };
        let mut related = Vec::new();
        for item in items {
            let span = item.span();
            let Node::Mapping(entries, _) = item else {
                self.wrong_type(
                    Severity::Warning,
                    "related[]",
                    "a map with `id` and `type`",
                    &item,
                );
                continue;
            };
            let (mut id, mut kind) = (None, None);
            for (key, node) in entries {
                match key.value.as_str() {
                    "id" => id = self.prose("id", node),
                    "type" => kind = self.prose("type", node),
                    _ => {}
                }
            }
            if let Some(id) = &id {
                self.check_uuid("id", id);
            }
            if let Some(kind) = &kind
                && !RELATIONS.iter().any(|r| kind.value.eq_ignore_ascii_case(r))
            {
                self.one_of("relation", "bad-relation", kind, &RELATIONS);
            }
            match (id, kind) {
                (Some(id), Some(kind)) => related.push(Related { id, kind }),
                _ => self.report(Diagnostic::warning(
                    "bad-relation",
                    span,
                    "an entry of `related` has `id` and `type`",
                )),
            }
        }
        related
    }

    fn version(&mut self, node: Node) -> Option<Spanned<u32>> {
        let text = self.text("sigma-version", node)?;
        let major = text.value.split('.').next().unwrap_or("");
        let Ok(major) = major.parse::<u32>() else {
            self.report(
                Diagnostic::error(
                    "bad-version",
                    text.span,
                    format!("`{}` is not a version", text.value),
                )
                .help("write the major version, such as `3`"),
            );
            return None;
        };
        if major > NEWEST {
            self.report(
                Diagnostic::error(
                    "bad-version",
                    text.span,
                    format!("version {major} of Sigma is not known"),
                )
                .because(format!("the newest known is {NEWEST}")),
            );
        }
        Some(Spanned::new(major, text.span))
    }
}

/// Eight, four, four, four and twelve hexadecimal digits; hyphens and braces may be missing.
fn is_uuid(text: &str) -> bool {
    let text = text
        .strip_prefix('{')
        .and_then(|t| t.strip_suffix('}'))
        .unwrap_or(text);
    let digits = text.bytes().filter(u8::is_ascii_hexdigit).count();
    let hyphens = text.bytes().filter(|b| *b == b'-').count();
    let placed = [8, 13, 18, 23]
        .iter()
        .all(|at| text.as_bytes().get(*at) == Some(&b'-'));
    digits == 32 && digits + hyphens == text.len() && (hyphens == 0 || (hyphens == 4 && placed))
}

/// `YYYY-MM-DD`, the `YYYY/M/D` of Sigma 1, and either with a time after it.
fn is_date(text: &str) -> bool {
    let day = text.split(['T', ' ']).next().unwrap_or("");
    let slash = day.contains('/');
    let mut parts = day.split(if slash { '/' } else { '-' });
    let mut part = |least: usize, most: usize| {
        parts
            .next()
            .filter(|p| (least..=most).contains(&p.len()))
            .filter(|p| p.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|p| p.parse::<u32>().ok())
    };
    let least = if slash { 1 } else { 2 };
    let (Some(year), Some(month), Some(day)) = (part(4, 4), part(least, 2), part(least, 2)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    };
    parts.next().is_none() && (1..=days).contains(&day)
}
