//! What documents call each other: ids and names, across all files.

use crate::limits::LIMITS;
use sigwright_syntax::ast::{Body, Document, Meta};
use sigwright_syntax::{Diagnostic, Diagnostics, Span, Spanned, suggest};
use std::cell::Cell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Ids and names of rules and correlations.
pub(crate) struct Names<'d> {
    documents: &'d [Document],
    ids: HashMap<String, Vec<usize>>,
    names: HashMap<&'d str, Vec<usize>>,
    /// Where each title is first; nothing is named by one, but some try.
    titles: HashMap<&'d str, Span>,
    /// How many wrong references may still be compared with all names.
    hints: Cell<usize>,
}

impl<'d> Names<'d> {
    /// Collects what may be referred to; documents with errors too, so that a reference to
    /// one is not called unknown. Warns where two documents go by the same id or name.
    pub(crate) fn collect(documents: &'d [Document], diagnostics: &mut Diagnostics) -> Self {
        let mut names = Names {
            documents,
            ids: HashMap::new(),
            names: HashMap::new(),
            titles: HashMap::new(),
            hints: Cell::new(LIMITS.hints),
        };
        // Filters have ids and names as well, which must be theirs alone, though nothing
        // refers to them.
        let mut first_ids: HashMap<String, Span> = HashMap::new();
        let mut first_names: HashMap<&str, Span> = HashMap::new();
        for (index, document) in documents.iter().enumerate() {
            let Meta {
                id, name, title, ..
            } = &document.meta;
            if let Some(title) = title {
                names.titles.entry(&title.value).or_insert(title.span);
            }
            if let Some(id) = id {
                let key = normal(&id.value);
                twice(
                    "duplicate-id",
                    "id",
                    id,
                    first_ids.entry(key.clone()),
                    diagnostics,
                );
                if !matches!(document.body, Body::Filter(_)) {
                    names.ids.entry(key).or_default().push(index);
                }
            }
            if let Some(name) = name {
                let key = name.value.as_str();
                twice(
                    "duplicate-name",
                    "name",
                    name,
                    first_names.entry(key),
                    diagnostics,
                );
                if !matches!(document.body, Body::Filter(_)) {
                    names.names.entry(key).or_default().push(index);
                }
            }
        }
        names
    }

    /// The document at a place.
    pub(crate) fn document(&self, index: usize) -> Option<&'d Document> {
        self.documents.get(index)
    }

    /// The documents that go by the name or, if there are none, by the id `text`.
    pub(crate) fn find(&self, text: &str) -> &[usize] {
        let named = self.names.get(text);
        named
            .or_else(|| self.ids.get(&normal(text)))
            .map_or(&[], Vec::as_slice)
    }

    /// The document that `reference` names; the error says why there is none, or not one.
    pub(crate) fn resolve(&self, reference: &Spanned<String>) -> Result<usize, Box<Diagnostic>> {
        let text = reference.value.as_str();
        match self.find(text) {
            [] => Err(Box::new(self.unknown(reference))),
            [one] => Ok(*one),
            several => {
                let mut error = Diagnostic::error(
                    "ambiguous-rule",
                    reference.span,
                    format!("`{text}` names more than one rule"),
                );
                for index in several.iter().take(2) {
                    if let Some(span) = self.documents.get(*index).and_then(own_name) {
                        error = error.also(span, "one is here");
                    }
                }
                Err(Box::new(error))
            }
        }
    }

    fn unknown(&self, reference: &Spanned<String>) -> Diagnostic {
        let text = reference.value.as_str();
        let error = Diagnostic::error(
            "unknown-rule",
            reference.span,
            format!("no rule has the id or name `{text}`"),
        );
        if let Some(title) = self.titles.get(text) {
            return error
                .also(*title, "this is a title")
                .help("refer to a rule by its `id` or `name`");
        }
        let Some(left) = self.hints.get().checked_sub(1) else {
            return error;
        };
        self.hints.set(left);
        let ids = self.documents.iter().filter_map(|d| d.meta.id.as_ref());
        let known = self
            .names
            .keys()
            .copied()
            .chain(ids.map(|id| id.value.as_str()));
        match suggest::closest(text, known) {
            Some(close) => error.help(format!("did you mean `{close}`?")),
            None => error.help("the rule must be among the files that are read"),
        }
    }
}

fn own_name(document: &Document) -> Option<Span> {
    let meta = &document.meta;
    let place = meta.name.as_ref().or(meta.id.as_ref());
    place.map(|name| name.span)
}

/// An id in one spelling: letters in lower case, without braces and dashes.
fn normal(id: &str) -> String {
    id.chars()
        .filter(|c| !matches!(c, '{' | '}' | '-'))
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

fn twice<K>(
    code: &'static str,
    what: &str,
    place: &Spanned<String>,
    entry: Entry<'_, K, Span>,
    diagnostics: &mut Diagnostics,
) {
    match entry {
        Entry::Vacant(entry) => {
            entry.insert(place.span);
        }
        Entry::Occupied(first) => diagnostics.push(
            Diagnostic::warning(
                code,
                place.span,
                format!("the {what} `{}` is taken", place.value),
            )
            .also(*first.get(), "here already")
            .help(format!(
                "give each document {} of its own",
                match what {
                    "id" => "an id",
                    _ => "a name",
                }
            )),
        ),
    }
}
