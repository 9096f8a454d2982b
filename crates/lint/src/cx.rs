//! What lints may look at: rules as written and as understood, never files.

use crate::config::{Levels, Options};
use crate::fields::Fields;
use crate::meaning::Meaning;
use jiff::civil::Date;
use sigwright_ir::RuleSet;
use sigwright_syntax::ast::{
    self, Body, Detection, Document, ElementBody, Item, LogSource, Modifier, Search, Value,
};
use sigwright_syntax::yaml::{Node, YamlDocument};
use sigwright_syntax::{Comment, Edit, SourceId, Sources, Span, Spanned};
use std::collections::HashMap;
use std::ops::Range;

/// All rules of a run.
#[derive(Debug)]
pub struct Rules<'a> {
    /// The texts.
    pub sources: &'a Sources,
    /// The files, in the order they were read.
    pub files: &'a [File],
    /// All documents, in that order.
    pub documents: &'a [Document],
    /// What those without errors mean.
    pub set: &'a RuleSet,
    /// The day it is, for rules that are too young for their status.
    pub today: Date,
    /// What has been proved about them.
    pub meaning: Meaning<'a>,
    /// What samples of logs have shown.
    pub fields: Fields,
    by_source: HashMap<SourceId, usize>,
    by_start: HashMap<(SourceId, u32), usize>,
}

/// A rule file as read.
#[derive(Debug, Clone, Default)]
pub struct File {
    /// Which text it is.
    pub source: SourceId,
    /// Its documents, as places in [`field@Rules::documents`].
    pub documents: Range<usize>,
    /// Its documents as YAML.
    pub trees: Vec<YamlDocument>,
    /// Its comments.
    pub comments: Vec<Comment>,
}

impl<'a> Rules<'a> {
    /// Rules as read and lowered.
    pub fn new(
        sources: &'a Sources,
        files: &'a [File],
        documents: &'a [Document],
        set: &'a RuleSet,
        today: Date,
    ) -> Self {
        let by_source = files.iter().enumerate().map(|(i, file)| (file.source, i));
        let by_start = documents.iter().enumerate();
        let by_start = by_start.map(|(i, d)| ((d.span.source, d.span.start), i));
        Rules {
            sources,
            files,
            documents,
            set,
            today,
            meaning: Meaning::new(set),
            fields: Fields::default(),
            by_source: by_source.collect(),
            by_start: by_start.collect(),
        }
    }

    /// The same rules, with what samples of logs have shown.
    #[must_use]
    pub fn with_fields(self, fields: Fields) -> Self {
        Rules { fields, ..self }
    }

    /// The place of a file in `files`.
    pub fn file(&self, source: SourceId) -> Option<usize> {
        self.by_source.get(&source).copied()
    }

    /// The document that starts where a rule of the set does.
    pub fn document_of(&self, span: Span) -> Option<&'a Document> {
        let place = *self.by_start.get(&(span.source, span.start))?;
        self.documents.get(place)
    }

    /// The files with the options of each; `levels` has an entry for each, in their order.
    pub(crate) fn files<'r>(&'r self, levels: &'r [Levels]) -> impl Iterator<Item = FileCx<'r>> {
        let files = self.files.iter().zip(levels);
        files.map(move |(file, levels)| FileCx {
            rules: self,
            options: &levels.options,
            file,
        })
    }

    pub(crate) fn documents<'r>(
        &'r self,
        levels: &'r [Levels],
    ) -> impl Iterator<Item = DocumentCx<'r>> {
        self.files(levels).flat_map(move |cx| {
            let documents = cx.documents().iter();
            documents.map(move |document| DocumentCx {
                rules: self,
                options: cx.options,
                file: cx.file,
                document,
            })
        })
    }

    pub(crate) fn meanings<'r>(
        &'r self,
        levels: &'r [Levels],
    ) -> impl Iterator<Item = MeaningCx<'r>> {
        self.set.rules.iter().filter_map(move |rule| {
            Some(MeaningCx {
                rules: self,
                options: &levels.get(self.file(rule.source)?)?.options,
                rule,
                document: self.document_of(rule.span)?,
            })
        })
    }
}

/// A file, with what is around it.
#[derive(Debug, Clone, Copy)]
pub struct FileCx<'a> {
    /// All rules.
    pub rules: &'a Rules<'a>,
    /// What may be set.
    pub options: &'a Options,
    /// The file.
    pub file: &'a File,
}

impl<'a> FileCx<'a> {
    /// The path as it was given, with `/` between its parts.
    pub fn path(&self) -> String {
        path(self.rules.sources, self.file.source)
    }

    /// Its documents.
    pub fn documents(&self) -> &'a [Document] {
        self.rules
            .documents
            .get(self.file.documents.clone())
            .unwrap_or(&[])
    }
}

fn path(sources: &Sources, source: SourceId) -> String {
    let name = sources
        .get(source)
        .map_or("", |source| source.name.as_str());
    name.replace('\\', "/")
}

/// A document, with what is around it.
#[derive(Debug, Clone, Copy)]
pub struct DocumentCx<'a> {
    /// All rules.
    pub rules: &'a Rules<'a>,
    /// What may be set.
    pub options: &'a Options,
    /// Its file.
    pub file: &'a File,
    /// The document.
    pub document: &'a Document,
}

impl<'a> DocumentCx<'a> {
    /// The path of its file, with `/` between its parts.
    pub fn path(&self) -> String {
        path(self.rules.sources, self.file.source)
    }

    /// Its attributes as written; none where the document has no tree of its own.
    pub fn attributes(&self) -> &'a [(Spanned<String>, Node)] {
        let span = self.document.span;
        let tree = self
            .file
            .trees
            .iter()
            .find(|tree| tree.span.start == span.start);
        match tree.and_then(|tree| tree.root.as_ref()) {
            Some(Node::Mapping(entries, _)) => entries,
            _ => &[],
        }
    }

    /// An attribute as written.
    pub fn attribute(&self, name: &str) -> Option<&'a (Spanned<String>, Node)> {
        self.attributes().iter().find(|(key, _)| key.value == name)
    }

    /// The place of an attribute's name, or else of what the document begins with: where to
    /// say that something is missing.
    pub fn heading(&self, name: &str) -> Span {
        let named = self.attribute(name).or(self.attribute("title"));
        let first = named.or(self.attributes().first());
        first.map_or(self.document.span.slice(0, 1), |(key, _)| key.span)
    }

    /// The characters a place covers.
    pub fn text(&self, span: Span) -> &'a str {
        self.rules.sources.text(span)
    }

    /// What stands between the quotes of a scalar, or all of it where there are none.
    pub fn content(&self, span: Span) -> Span {
        let text = self.text(span);
        let quoted = text.len() > 1
            && ((text.starts_with('\'') && text.ends_with('\''))
                || (text.starts_with('"') && text.ends_with('"')));
        match quoted {
            true => span.slice(1, text.len() - 1),
            false => span,
        }
    }

    /// The place of a value's characters, where the file spells them as they are.
    pub fn letters(&self, value: &str, span: Span) -> Option<Span> {
        let content = self.content(span);
        (self.text(content) == value).then_some(content)
    }

    /// Whether an attribute is missing, or has no value; not for what is no rule at all.
    pub fn lacks(&self, name: &str) -> bool {
        self.attribute("title").is_some()
            && self.attribute(name).is_none_or(|(_, node)| match node {
                Node::Sequence(items, _) => items.is_empty(),
                Node::Scalar { text, .. } => node.is_null() || text.trim().is_empty(),
                Node::Mapping(entries, _) => entries.is_empty(),
            })
    }

    /// The tags of a namespace: what follows its dot, and the place of the whole tag.
    pub fn tags(&self, namespace: &'static str) -> impl Iterator<Item = (&'a str, Span)> {
        let cx = *self;
        cx.document.meta.tags.iter().filter_map(move |tag| {
            let rest = tag.value.strip_prefix(namespace)?.strip_prefix('.')?;
            Some((rest, cx.content(tag.span)))
        })
    }

    /// Takes out an entry of a list or a map with its line; nothing where more stands there.
    pub fn without_line(&self, span: Span) -> Option<Edit> {
        let bytes = self.rules.sources.get(span.source)?.text.as_bytes();
        let blank = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\r' | b'-');
        let before = bytes.get(..span.start as usize)?.iter().rev();
        let indent = before.clone().take_while(blank).count();
        let rest = bytes.get(span.end as usize..)?.iter();
        let behind = rest
            .clone()
            .take_while(|byte| **byte != b'-')
            .take_while(blank)
            .count();
        let starts = before.clone().nth(indent).is_none_or(|byte| *byte == b'\n');
        let hyphens = before.take(indent).filter(|byte| **byte == b'-').count();
        let broken = rest.clone().nth(behind);
        let ends = broken.is_none_or(|byte| *byte == b'\n');
        let start = span.start.checked_sub(u32::try_from(indent).ok()?)?;
        let end = span.end + u32::try_from(behind + usize::from(broken.is_some())).ok()?;
        (starts && ends && hyphens < 2).then(|| Edit::remove(Span::new(span.source, start, end)))
    }

    /// The document as a detection rule.
    pub fn rule(&self) -> Option<RuleCx<'a>> {
        match &self.document.body {
            Body::Rule(rule) => Some(RuleCx { cx: *self, rule }),
            _ => None,
        }
    }

    /// Which log the rule or filter is for.
    pub fn logsource(&self) -> Option<&'a LogSource> {
        match &self.document.body {
            Body::Rule(rule) => Some(&rule.logsource),
            Body::Filter(filter) => Some(&filter.logsource),
            Body::Correlation(_) => None,
        }
    }

    /// What the rule or filter searches for.
    pub fn detection(&self) -> Option<&'a Detection> {
        match &self.document.body {
            Body::Rule(rule) => Some(&rule.detection),
            Body::Filter(filter) => Some(&filter.detection),
            Body::Correlation(_) => None,
        }
    }

    /// Calls `each` with every item of the rule or filter, in the order written.
    pub fn items(&self, each: &mut dyn FnMut(&ItemCx<'a>)) {
        if let Some(detection) = self.detection() {
            self.detection_items(detection, false, each);
        }
    }

    fn detection_items(
        &self,
        detection: &'a Detection,
        element: bool,
        each: &mut dyn FnMut(&ItemCx<'a>),
    ) {
        for selection in detection.selections.values() {
            self.search_items(&selection.search, element, each);
        }
    }

    fn search_items(&self, search: &'a Search, element: bool, each: &mut dyn FnMut(&ItemCx<'a>)) {
        match search {
            Search::All(parts, _) | Search::Any(parts, _) => {
                for part in parts {
                    self.search_items(part, element, each);
                }
            }
            Search::Item(item) => each(&ItemCx {
                cx: *self,
                item,
                element,
            }),
            Search::Elements(elements) => match &elements.body {
                ElementBody::Search(search) => self.search_items(search, true, each),
                ElementBody::Detection(detection) => self.detection_items(detection, true, each),
            },
        }
    }
}

/// A detection rule as written.
#[derive(Debug, Clone, Copy)]
pub struct RuleCx<'a> {
    /// Its document.
    pub cx: DocumentCx<'a>,
    /// Its body.
    pub rule: &'a ast::Rule,
}

/// An item as written.
#[derive(Debug, Clone, Copy)]
pub struct ItemCx<'a> {
    /// The document it is in.
    pub cx: DocumentCx<'a>,
    /// The item.
    pub item: &'a Item,
    /// True inside an array selector, where names are relative to an element.
    pub element: bool,
}

impl<'a> ItemCx<'a> {
    /// The field's name; None for keywords.
    pub fn field(&self) -> Option<&'a Spanned<String>> {
        self.item.field.as_ref().map(|field| &field.name)
    }

    /// Whether it has a modifier.
    pub fn has(&self, modifier: Modifier) -> bool {
        self.item.modifiers.iter().any(|m| m.value == modifier)
    }

    /// Its texts in which `*` and `?` stand for other characters.
    pub fn patterns(&self) -> impl Iterator<Item = (&'a str, Span)> {
        const TAKEN: [Modifier; 3] = [Modifier::Re, Modifier::Cidr, Modifier::FieldRef];
        let plain = !TAKEN.into_iter().any(|modifier| self.has(modifier));
        let values = self.item.values.iter().filter(move |_| plain);
        values.filter_map(|value| match &value.value {
            Value::Str(text) => Some((text.as_str(), value.span)),
            _ => None,
        })
    }

    /// What its field is called, for messages.
    pub fn shown(&self) -> &'a str {
        self.field().map_or("keywords", |name| name.value.as_str())
    }
}

/// A rule as understood.
#[derive(Debug, Clone, Copy)]
pub struct MeaningCx<'a> {
    /// All rules.
    pub rules: &'a Rules<'a>,
    /// What may be set.
    pub options: &'a Options,
    /// The rule.
    pub rule: &'a sigwright_ir::Rule,
    /// What it was read from.
    pub document: &'a Document,
}
