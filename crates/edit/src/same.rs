//! Whether two texts say the same.

use sigwright_syntax::ast::Value;
use sigwright_syntax::scalar;
use sigwright_syntax::yaml::{Node, YamlDocument, written};
use sigwright_syntax::{Diagnostic, Limits, SourceId, Sources, read_yaml};

/// Whether two YAML texts hold the same documents and the same comments; the order of keys and
/// of comments, and how a scalar is quoted, do not count. None where one is no valid YAML.
pub fn same_data(one: &str, other: &str) -> Option<bool> {
    let (one, other) = (data(one)?, data(other)?);
    Some(one == other)
}

/// Whether two nodes hold the same; the order of keys and the quotes do not count.
pub fn same_value(one: &Node, other: &Node) -> bool {
    meaning(one) == meaning(other)
}

type Documents = Vec<Data>;

/// What a node means.
#[derive(Debug, PartialEq)]
enum Data {
    Scalar(Value),
    Sequence(Vec<Data>),
    /// Sorted by key; values of equal keys in the order written.
    Mapping(Vec<(String, Data)>),
}

fn data(text: &str) -> Option<(Documents, Vec<String>)> {
    let (documents, said) = read(text);
    if said.iter().any(|said| said.code == "yaml-syntax") {
        return None;
    }
    let documents = documents
        .into_iter()
        .map(|document| document.root.as_ref().map(meaning))
        .collect::<Option<_>>()?;
    let page = written(text, SourceId(0), &Limits::default())?;
    let mut comments: Vec<String> = page
        .comments
        .iter()
        .map(|at| text.get(at.start as usize..at.end as usize))
        .map(|comment| comment.unwrap_or_default().trim_end().to_owned())
        .collect();
    comments.sort();
    Some((documents, comments))
}

fn meaning(node: &Node) -> Data {
    match node {
        Node::Scalar { text, style, .. } => Data::Scalar(scalar::resolve(text, *style)),
        Node::Sequence(items, _) => Data::Sequence(items.iter().map(meaning).collect()),
        Node::Mapping(entries, _) => {
            let mut entries: Vec<(String, Data)> = entries
                .iter()
                .map(|(key, node)| (key.value.clone(), meaning(node)))
                .collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Data::Mapping(entries)
        }
    }
}

fn read(text: &str) -> (Vec<YamlDocument>, Vec<Diagnostic>) {
    let mut sources = Sources::new();
    let source = sources.add("", text);
    read_yaml(&sources, source, &Limits::default())
}

/// What keeps a text from being read as YAML.
pub(crate) fn syntax_errors(text: &str, source: SourceId) -> Vec<Diagnostic> {
    let (_, mut said) = read(text);
    for label in said.iter_mut().flat_map(|said| &mut said.labels) {
        label.span.source = source;
    }
    said.retain(|said| said.severity == sigwright_syntax::Severity::Error);
    said
}
