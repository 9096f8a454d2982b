//! YAML text to nodes with spans; the only module that knows the YAML crate.
//!
//! Comes in: the text of a file. Goes out: one [`YamlDocument`] per document, aliases and
//! `<<` merge keys resolved within [`Limits`], duplicate keys kept and reported. After a syntax
//! error, reading resumes at the next `---`.

mod written;

use crate::Comment;
use crate::diagnostic::{Diagnostic, Sink};
use crate::limits::Limits;
pub use crate::node::{Node, Style, YamlDocument};
use crate::scalar;
use crate::source::SourceId;
use crate::span::{Span, Spanned};
use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Tag};
use std::collections::{HashMap, HashSet};
pub use written::{Page, Shape, Written, written};

/// Reads every document of `text`; what is wrong goes to `sink`, comments to `comments` where
/// they are wanted.
pub(crate) fn read(
    text: &str,
    source: SourceId,
    limits: &Limits,
    sink: &mut Sink,
    mut comments: Option<&mut Vec<Comment>>,
) -> Vec<YamlDocument> {
    let mut options = granit_parser::options! {
        emit_unresolved_aliases: true,
        flow_nesting_limit: limits.depth,
        block_nesting_limit: limits.depth,
    };
    options.set_emit_comments(comments.is_some());
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut documents = Vec::new();
    let mut builder = Builder::new(text, source, limits);
    let mut errors = sink.errors();
    loop {
        let stopped = match parser.next_event() {
            None | Some(Ok((Event::StreamEnd, _))) => break,
            Some(Ok((Event::DocumentStart(..), span))) => {
                builder.begin(span.start.byte_offset());
                errors = sink.errors();
                false
            }
            Some(Ok((Event::DocumentEnd, _))) => {
                let faulty = sink.errors() != errors;
                documents.extend(builder.finish(faulty));
                false
            }
            Some(Ok((Event::Comment(..), span))) => {
                if let Some(comments) = comments.as_deref_mut() {
                    comments.push(builder.comment(span));
                }
                false
            }
            Some(Ok((event, span))) => !builder.event(event, span, sink),
            Some(Err(error)) => {
                sink.report(builder.syntax(&error));
                builder.touch(error.marker().byte_offset());
                true
            }
        };
        if stopped {
            documents.push(YamlDocument {
                root: None,
                span: builder.document(),
                faulty: true,
            });
            builder.begin(None);
            match parser.proceed_next_document() {
                Ok(true) => {}
                Ok(false) | Err(_) => break,
            }
        }
    }
    documents
}

/// A key of a mapping under construction.
enum Key {
    /// The next node is a key.
    Awaited,
    /// The next node is its value.
    Read(Spanned<String>),
    /// `<<`: the next node is merged in.
    Merge(Span),
    /// Was no text; its value is dropped.
    Bad,
}

type Entries = Vec<(Spanned<String>, Node)>;

enum Content {
    Sequence(Vec<Node>),
    Mapping {
        entries: Entries,
        key: Key,
        merged: Vec<Entries>,
    },
}

struct Open {
    content: Content,
    anchor: usize,
    start: u32,
    end: u32,
    size: Size,
}

/// What copying a node costs.
#[derive(Clone, Copy, Default)]
struct Size {
    nodes: usize,
    bytes: usize,
    depth: usize,
}

enum Anchored {
    Node(Node, Size),
    TooLarge,
}

struct Builder<'a> {
    text: &'a str,
    source: SourceId,
    limits: &'a Limits,
    stack: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    /// Nodes and bytes copied so far in this document.
    copied: Size,
    root: Option<Node>,
    start: u32,
    end: u32,
}

impl<'a> Builder<'a> {
    fn new(text: &'a str, source: SourceId, limits: &'a Limits) -> Self {
        Builder {
            text,
            source,
            limits,
            stack: Vec::new(),
            anchors: HashMap::new(),
            copied: Size::default(),
            root: None,
            start: 0,
            end: 0,
        }
    }

    fn begin(&mut self, at: Option<usize>) {
        self.stack.clear();
        self.anchors.clear();
        self.copied = Size::default();
        self.root = None;
        self.start = at.map_or(self.end, offset);
        self.end = self.start;
    }

    fn touch(&mut self, at: Option<usize>) {
        self.end = self.end.max(at.map_or(0, offset));
    }

    fn document(&self) -> Span {
        Span::new(self.source, self.start, self.end.max(self.start))
    }

    /// The document read; None where it was empty.
    fn finish(&mut self, faulty: bool) -> Option<YamlDocument> {
        let root = self.root.take()?;
        if root.is_null() && !faulty {
            return None;
        }
        let span = root.span();
        Some(YamlDocument {
            root: Some(root),
            span,
            faulty,
        })
    }

    fn span(&self, span: granit_parser::Span) -> Span {
        let range = span.byte_range().unwrap_or(0..0);
        Span::new(self.source, offset(range.start), offset(range.end))
    }

    fn comment(&self, span: granit_parser::Span) -> Comment {
        let span = self.span(span);
        let before = self.text.get(..span.start as usize).unwrap_or("");
        let line = before.rsplit('\n').next().unwrap_or("");
        Comment {
            span,
            own_line: line.trim_start_matches('\u{feff}').trim().is_empty(),
        }
    }

    /// Takes in one event; false where the rest of the document must be left out.
    fn event(&mut self, event: Event<'_>, at: granit_parser::Span, sink: &mut Sink) -> bool {
        let span = self.span(at);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let node = self.scalar(text.into_owned(), style, tag.as_deref(), span, sink);
                let size = Size {
                    nodes: 1,
                    bytes: match &node {
                        Node::Scalar { text, .. } => text.len(),
                        _ => 0,
                    },
                    depth: 0,
                };
                self.anchor(anchor, &node, size);
                self.add(node, size, sink);
                true
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.check_tag(tag.as_deref(), "seq", span, sink);
                self.open(Content::Sequence(Vec::new()), anchor, span, sink)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.check_tag(tag.as_deref(), "map", span, sink);
                let content = Content::Mapping {
                    entries: Vec::new(),
                    key: Key::Awaited,
                    merged: Vec::new(),
                };
                self.open(content, anchor, span, sink)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.close(span, sink);
                true
            }
            Event::Alias(id) => self.alias(id, span, sink),
            Event::UnresolvedAlias(name) => {
                let raw = self.raw(span);
                sink.report(
                    Diagnostic::error(
                        "unknown-anchor",
                        span,
                        format!("no anchor is named `{name}`"),
                    )
                    .because("an unquoted `*` refers to a YAML anchor")
                    .help(format!("if a wildcard is meant, quote it: `'{raw}'`")),
                );
                let node = Node::Scalar {
                    text: raw.to_owned(),
                    style: Style::Single,
                    span,
                };
                self.add(node, Size::default(), sink);
                true
            }
            _ => true,
        }
    }

    fn raw(&self, span: Span) -> &'a str {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }

    fn open(&mut self, content: Content, anchor: usize, span: Span, sink: &mut Sink) -> bool {
        if self.stack.len() >= self.limits.depth {
            sink.report(self.too_deep(span));
            return false;
        }
        self.stack.push(Open {
            content,
            anchor,
            start: span.start,
            end: span.end,
            size: Size {
                nodes: 1,
                bytes: 0,
                depth: 1,
            },
        });
        true
    }

    fn too_deep(&self, span: Span) -> Diagnostic {
        Diagnostic::error(
            "nesting-too-deep",
            span,
            format!(
                "lists and maps are nested more than {} deep",
                self.limits.depth
            ),
        )
        .help("the rest of this document is not read")
    }

    fn close(&mut self, span: Span, sink: &mut Sink) {
        let Some(open) = self.stack.pop() else {
            return;
        };
        // A flow collection ends at its bracket, a block collection with its last entry.
        let end = if span.is_empty() { open.end } else { span.end };
        let span = Span::new(self.source, open.start, end);
        let node = match open.content {
            Content::Sequence(items) => Node::Sequence(items, span),
            Content::Mapping {
                mut entries,
                merged,
                ..
            } => {
                report_duplicates(&entries, sink);
                merge(&mut entries, merged);
                Node::Mapping(entries, span)
            }
        };
        self.anchor(open.anchor, &node, open.size);
        self.add(node, open.size, sink);
    }

    /// Puts a finished node where it belongs.
    fn add(&mut self, node: Node, size: Size, sink: &mut Sink) {
        let span = node.span();
        let Some(parent) = self.stack.last_mut() else {
            self.end = self.end.max(span.end);
            self.root = Some(node);
            return;
        };
        // An alias stands in another place than what it copies; see `alias`.
        parent.end = parent.end.max(span.end);
        parent.size.nodes += size.nodes;
        parent.size.bytes += size.bytes;
        parent.size.depth = parent.size.depth.max(size.depth + 1);
        match &mut parent.content {
            Content::Sequence(items) => items.push(node),
            Content::Mapping {
                entries,
                key,
                merged,
            } => match std::mem::replace(key, Key::Awaited) {
                Key::Awaited => *key = as_key(node, sink),
                Key::Read(name) => entries.push((name, node)),
                Key::Merge(at) => merge_source(node, at, merged, sink),
                Key::Bad => {}
            },
        }
    }

    fn scalar(
        &self,
        mut text: String,
        style: ScalarStyle,
        tag: Option<&Tag>,
        mut span: Span,
        sink: &mut Sink,
    ) -> Node {
        let mut style = match style {
            ScalarStyle::SingleQuoted => Style::Single,
            ScalarStyle::DoubleQuoted => Style::Double,
            ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
            _ => Style::Plain,
        };
        if style == Style::Plain && span.is_empty() {
            text.clear();
        }
        if style == Style::Block {
            let kept = self.raw(span).trim_end().len();
            span = span.slice(0, kept);
        }
        if let Some(tag) = tag {
            match tag.core_suffix() {
                Some("str") => {
                    if style == Style::Plain {
                        style = Style::Single;
                    }
                }
                Some("null" | "bool" | "int" | "float") => style = Style::Plain,
                _ => unsupported_tag(tag, span, sink),
            }
        }
        Node::Scalar { text, style, span }
    }

    fn check_tag(&self, tag: Option<&Tag>, own: &str, span: Span, sink: &mut Sink) {
        if let Some(tag) = tag
            && tag.core_suffix() != Some(own)
        {
            unsupported_tag(tag, span, sink);
        }
    }

    /// Remembers what an anchor names, within the budget.
    fn anchor(&mut self, id: usize, node: &Node, size: Size) {
        if id == 0 {
            return;
        }
        let anchored = if self.afford(size) {
            Anchored::Node(node.clone(), size)
        } else {
            Anchored::TooLarge
        };
        self.anchors.insert(id, anchored);
    }

    fn afford(&mut self, size: Size) -> bool {
        let nodes = self.copied.nodes.saturating_add(size.nodes);
        let bytes = self.copied.bytes.saturating_add(size.bytes);
        if nodes > self.limits.alias_nodes || bytes > self.limits.alias_bytes {
            return false;
        }
        self.copied.nodes = nodes;
        self.copied.bytes = bytes;
        true
    }

    fn alias(&mut self, id: usize, span: Span, sink: &mut Sink) -> bool {
        let size = match self.anchors.get(&id) {
            Some(Anchored::Node(_, size)) => Some(*size),
            Some(Anchored::TooLarge) => None,
            None => {
                sink.report(
                    Diagnostic::error("alias-loop", span, "this alias refers to itself")
                        .because("it stands inside what its anchor names"),
                );
                return false;
            }
        };
        let Some(size) = size.filter(|size| self.afford(*size)) else {
            sink.report(
                Diagnostic::error(
                    "alias-too-large",
                    span,
                    "the aliases of this document copy too much",
                )
                .because(format!(
                    "more than {} nodes or {} bytes in all",
                    self.limits.alias_nodes, self.limits.alias_bytes
                ))
                .help("write the values out, or split the document"),
            );
            return false;
        };
        if self.stack.len() + size.depth > self.limits.depth {
            sink.report(self.too_deep(span));
            return false;
        }
        if let Some(Anchored::Node(node, _)) = self.anchors.get(&id) {
            let node = node.clone();
            if let Some(parent) = self.stack.last_mut() {
                parent.end = parent.end.max(span.end);
            }
            self.add(node, size, sink);
        }
        true
    }

    fn syntax(&self, error: &ScanError) -> Diagnostic {
        let mut at = error.marker().byte_offset().unwrap_or(self.text.len());
        if matches!(error.kind(), ErrorKind::TabInBlockIndentation)
            && self
                .text
                .get(..at)
                .is_some_and(|before| before.ends_with('\t'))
        {
            at -= 1;
        }
        let rest = self.text.get(at..).unwrap_or("");
        let found = rest.chars().next();
        let width = match found {
            Some('\n' | '\r') | None => 0,
            Some(c) => c.len_utf8(),
        };
        let span = Span::new(self.source, offset(at), offset(at + width));
        if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
            return self.too_deep(span);
        }
        let help = match (error.kind(), found) {
            (ErrorKind::TabInBlockIndentation, _) | (_, Some('\t')) => {
                Some("indent with spaces, YAML allows no tabs there")
            }
            (ErrorKind::MappingValueNotAllowed, _) => {
                Some("quote a value that holds `: `, and check the indentation")
            }
            (ErrorKind::UnknownQuotedScalarEscape, _) => {
                Some("between double quotes a backslash escapes; use single quotes for plain text")
            }
            (_, Some('*' | '%' | '@' | '`' | '&' | '!' | '{' | '[' | '|' | '>' | '-')) => {
                Some("quote a value that starts with a sign of YAML's own, such as `*` or `%`")
            }
            _ => None,
        };
        let info = error.info();
        let diagnostic = Diagnostic::error("yaml-syntax", span, "this is not valid YAML")
            .because(info.replace("`%'", "`%`"));
        match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn unsupported_tag(tag: &Tag, span: Span, sink: &mut Sink) {
    sink.report(
        Diagnostic::error(
            "unsupported-tag",
            span,
            format!("the YAML tag `{}` has no meaning in a rule", tag.original()),
        )
        .help("leave the tag out, or quote the value if the `!` belongs to it"),
    );
}

fn as_key(node: Node, sink: &mut Sink) -> Key {
    match node {
        Node::Scalar { text, style, span } => match (style, text.as_str()) {
            (Style::Plain, "<<") => Key::Merge(span),
            // A null key is an empty name, as the reference implementation reads it.
            (Style::Plain, text) if scalar::is_null(text, style) => {
                Key::Read(Spanned::new(String::new(), span))
            }
            _ => Key::Read(Spanned::new(text, span)),
        },
        other => {
            sink.report(
                Diagnostic::error(
                    "key-not-text",
                    other.span(),
                    format!("a key is text, not {}", other.kind()),
                )
                .help("quote the key"),
            );
            Key::Bad
        }
    }
}

fn merge_source(node: Node, at: Span, merged: &mut Vec<Entries>, sink: &mut Sink) {
    match node {
        Node::Mapping(entries, _) => merged.push(entries),
        Node::Sequence(items, _) => {
            for item in items {
                match item {
                    Node::Mapping(entries, _) => merged.push(entries),
                    other => not_mergeable(&other, at, sink),
                }
            }
        }
        other => not_mergeable(&other, at, sink),
    }
}

fn not_mergeable(node: &Node, at: Span, sink: &mut Sink) {
    sink.report(
        Diagnostic::error(
            "bad-merge",
            at,
            format!("`<<` merges maps, not {}", node.kind()),
        )
        .help("refer to an anchored map: `<<: *name`"),
    );
}

/// Adds merged entries; a key of the map's own wins, then the earlier source (YAML merge key).
fn merge(entries: &mut Entries, merged: Vec<Entries>) {
    if merged.is_empty() {
        return;
    }
    let mut seen: HashSet<String> = entries.iter().map(|(key, _)| key.value.clone()).collect();
    for (key, node) in merged.into_iter().flatten() {
        if seen.insert(key.value.clone()) {
            entries.push((key, node));
        }
    }
}

fn report_duplicates(entries: &Entries, sink: &mut Sink) {
    // Nearly every map is small: comparing pairs then costs less than hashing.
    if entries.len() <= 12 {
        for (i, (key, _)) in entries.iter().enumerate() {
            let first = entries.iter().take(i).find(|(k, _)| k.value == key.value);
            if let Some((first, _)) = first {
                sink.report(duplicate(key, first.span));
            }
        }
        return;
    }
    let mut seen: HashMap<&str, Span> = HashMap::with_capacity(entries.len());
    for (key, _) in entries {
        match seen.get(key.value.as_str()) {
            Some(first) => sink.report(duplicate(key, *first)),
            None => {
                seen.insert(&key.value, key.span);
            }
        }
    }
}

fn duplicate(key: &Spanned<String>, first: Span) -> Diagnostic {
    Diagnostic::error(
        "duplicate-key",
        key.span,
        format!("the key `{}` is already in this map", key.value),
    )
    .because("again here")
    .also(first, "first here")
    .help("a map keeps one value per key; rename one, or use a list of maps")
}
