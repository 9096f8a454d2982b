//! Reads Sigma documents: text in, a tree with exact positions and diagnostics out.
//!
//! ```
//! use sigwright_syntax::{Sources, read};
//!
//! let mut sources = Sources::new();
//! let id = sources.add("shell.yml", "\
//! title: Shell in a Container
//! logsource: {product: kubernetes, service: audit}
//! detection:
//!     selection: {objectRef.subresource: exec}
//!     condition: selction
//! ");
//! let (documents, diagnostics) = read(&sources, id);
//! assert!(documents[0].faulty);
//! assert_eq!(diagnostics[0].code, "unknown-selection");
//! assert_eq!(sources.text(diagnostics[0].span().unwrap()), "selction");
//! assert_eq!(diagnostics[0].help.as_deref(), Some("did you mean `selection`?"));
//! ```

mod action;
pub mod ast;
mod condition;
mod correlation;
mod detection;
pub mod diagnostic;
mod document;
mod filter;
pub mod fix;
mod hints;
mod item;
mod key;
pub mod limits;
pub mod modifier;
mod node;
pub mod pattern;
mod reader;
mod rule;
pub mod scalar;
pub mod source;
pub mod span;
pub mod suggest;
pub mod yaml;

pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use fix::{Edit, Fix, Safety};
pub use limits::Limits;
pub use source::{Source, SourceId, Sources};
pub use span::{Span, Spanned};

use diagnostic::Sink;
use reader::Reader;
use yaml::YamlDocument;

/// Reads every document of a rule file. Goes on after a fault and reports all of them; a
/// document with an error comes out with [`ast::Document::faulty`] set. Messages are in the
/// order of their places.
pub fn read(sources: &Sources, id: SourceId) -> (Vec<ast::Document>, Diagnostics) {
    read_within(sources, id, &Limits::default())
}

/// Like [`read`], with limits of one's own.
pub fn read_within(
    sources: &Sources,
    id: SourceId,
    limits: &Limits,
) -> (Vec<ast::Document>, Diagnostics) {
    let (mut reader, documents) = open(sources, id, limits, None);
    let documents = reader.documents(documents);
    let end = reader.end();
    (documents, reader.sink.finish(end))
}

/// Everything a rule file holds.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Its documents, as rules, correlations and filters.
    pub documents: Vec<ast::Document>,
    /// Its documents as YAML, before they were taken for rules; a document and its tree have
    /// the same span, except where several documents make one rule (`action: global`).
    pub trees: Vec<YamlDocument>,
    /// In the order of their places.
    pub comments: Vec<Comment>,
    /// What is wrong, in the order of places.
    pub diagnostics: Diagnostics,
}

/// A comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment {
    /// From its `#` to the end of the line.
    pub span: Span,
    /// True where nothing stands before it on its line.
    pub own_line: bool,
}

/// Like [`read_within`], with the YAML trees and the comments.
pub fn read_fully(sources: &Sources, id: SourceId, limits: &Limits) -> Reading {
    let mut comments = Vec::new();
    let (mut reader, trees) = open(sources, id, limits, Some(&mut comments));
    let documents = reader.documents(trees.clone());
    let end = reader.end();
    Reading {
        documents,
        trees,
        comments,
        diagnostics: reader.sink.finish(end),
    }
}

/// Reads the YAML of a file only: what every document holds, before it is taken for a rule.
pub fn read_yaml(
    sources: &Sources,
    id: SourceId,
    limits: &Limits,
) -> (Vec<YamlDocument>, Diagnostics) {
    let (reader, documents) = open(sources, id, limits, None);
    let end = reader.end();
    (documents, reader.sink.finish(end))
}

fn open<'a>(
    sources: &'a Sources,
    id: SourceId,
    limits: &'a Limits,
    comments: Option<&mut Vec<Comment>>,
) -> (Reader<'a>, Vec<YamlDocument>) {
    let text = sources.get(id).map_or("", |source| source.text.as_str());
    let mut reader = Reader {
        text,
        source: id,
        limits,
        sink: Sink::new(limits.messages),
        hints: limits.hints,
        arrays: false,
    };
    // Offsets are 32 bits wide, whatever the limit says.
    let limit = limits.file_bytes.min(u32::MAX as usize / 2);
    if text.len() > limit {
        let span = Span::new(id, 0, 0);
        reader.report(
            Diagnostic::error(
                "file-too-large",
                span,
                format!("the file has {} bytes, more than {limit}", text.len()),
            )
            .help("split it"),
        );
        let document = YamlDocument {
            root: None,
            span,
            faulty: true,
        };
        return (reader, vec![document]);
    }
    let documents = yaml::read(text, id, limits, &mut reader.sink, comments);
    (reader, documents)
}
