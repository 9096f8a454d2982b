//! Comments that allow what a lint finds: `# allow: lone-wildcard, duplicate-tag`.
//!
//! Behind something it allows what is found on that line; on a line of its own, what is found in
//! the entry that follows; before the first entry of a document, in all of the document.
//! Errors of the reader cannot be allowed. What allows nothing is itself reported.

use crate::cx::{File, Rules};
use crate::table::{Level, Sink, at, find};
use sigwright_syntax::yaml::Node;
use sigwright_syntax::{Comment, Diagnostic, Diagnostics, Edit, Fix, Severity, Sources, Span};

/// The lint that reports suppressions which allow nothing.
pub(crate) const UNUSED: &str = "unused-suppression";

/// A name allowed somewhere.
#[derive(Debug)]
struct Suppression {
    /// The name, where it is written.
    name: Span,
    /// The whole comment.
    comment: Comment,
    /// How many names the comment has.
    names: usize,
    /// Where it holds.
    scope: Span,
    used: bool,
}

/// Takes out what is allowed and reports what was allowed for nothing.
pub(crate) fn apply(rules: &Rules<'_>, mut sink: Sink<'_>) -> Diagnostics {
    for file in rules.files {
        let mut suppressions = suppressions(file, rules.sources);
        if suppressions.is_empty() {
            continue;
        }
        sink.list()
            .retain(|said| !allowed(said, &mut suppressions, rules.sources));
        let Some((place, _)) = find(UNUSED) else {
            continue;
        };
        sink.lint(place);
        for unused in suppressions.iter().filter(|s| !s.used) {
            let name = rules.sources.text(unused.name);
            // a lint that is off here cannot have found anything
            let off =
                find(name).is_some_and(|(place, _)| sink.level(place, file.source) == Level::Off);
            if !off {
                sink.report(report(unused, name));
            }
        }
    }
    sink.finish()
}

fn allowed(said: &Diagnostic, suppressions: &mut [Suppression], sources: &Sources) -> bool {
    let Some(span) = said.span() else {
        return false;
    };
    if said.severity == Severity::Error && find(said.code).is_none() {
        return false;
    }
    let mut found = false;
    for suppression in suppressions {
        let holds = suppression.scope.source == span.source
            && suppression.scope.start <= span.start
            && span.start <= suppression.scope.end;
        if holds && sources.text(suppression.name) == said.code {
            suppression.used = true;
            found = true;
        }
    }
    found
}

fn report(unused: &Suppression, name: &str) -> Diagnostic {
    if find(name).is_none() {
        let names = crate::LINTS.iter().map(|lint| lint.name);
        let help = match sigwright_syntax::suggest::closest(name, names) {
            Some(close) => format!("did you mean `{close}`?"),
            None => "`sigwright lint --list` shows all lints".to_owned(),
        };
        return at(unused.name, format!("no lint is called `{name}`")).help(help);
    }
    let said = at(unused.name, format!("`{name}` finds nothing to allow here"));
    if unused.names > 1 {
        return said.help("take the name out of the comment");
    }
    said.help("remove the comment").fix(Fix::safe(
        "remove the comment",
        vec![Edit::remove(unused.comment.span)],
    ))
}

/// What the comments of a file allow.
fn suppressions(file: &File, sources: &Sources) -> Vec<Suppression> {
    let mut list = Vec::new();
    let text = sources
        .get(file.source)
        .map_or("", |source| source.text.as_str());
    for comment in &file.comments {
        let Some(names) = names(sources.text(comment.span)) else {
            continue;
        };
        let scope = scope(file, comment, text);
        for name in &names {
            list.push(Suppression {
                name: comment.span.slice(name.0, name.1),
                comment: *comment,
                names: names.len(),
                scope,
                used: false,
            });
        }
    }
    list
}

/// Where the names stand in a comment that allows something; what follows ` -- ` is a reason.
fn names(comment: &str) -> Option<Vec<(usize, usize)>> {
    let rest = comment
        .trim_start_matches('#')
        .trim_start()
        .strip_prefix("allow:")?;
    let rest = rest.split(" -- ").next().unwrap_or(rest);
    let mut at = comment.find("allow:")? + "allow:".len();
    let mut names = Vec::new();
    for part in rest.split(',') {
        let name = part.trim();
        if !name.is_empty() {
            let start = at + (part.len() - part.trim_start().len());
            names.push((start, start + name.len()));
        }
        at += part.len() + 1;
    }
    Some(names)
}

/// Where a comment holds.
fn scope(file: &File, comment: &Comment, text: &str) -> Span {
    let at = comment.span;
    let line_start = text
        .get(..at.start as usize)
        .and_then(|before| before.rfind('\n'))
        .map_or(0, |end| end + 1);
    let line = Span::new(at.source, u32::try_from(line_start).unwrap_or(0), at.end);
    if !comment.own_line {
        return line;
    }
    let tree = file.trees.iter().find(|tree| tree.span.end > at.end);
    let Some(root) = tree.and_then(|tree| tree.root.as_ref()) else {
        return line;
    };
    if root.span().start > at.end {
        return root.span();
    }
    let mut next: Option<Span> = None;
    entries(root, &mut |entry| {
        let nearer = next.is_none_or(|best| {
            entry.start < best.start || (entry.start == best.start && entry.end > best.end)
        });
        if entry.start > at.end && nearer {
            next = Some(entry);
        }
    });
    next.unwrap_or(line)
}

/// Every entry of maps and lists, at any depth.
fn entries(node: &Node, each: &mut dyn FnMut(Span)) {
    match node {
        Node::Scalar { .. } => {}
        Node::Sequence(items, _) => {
            for item in items {
                each(item.span());
                entries(item, each);
            }
        }
        Node::Mapping(pairs, _) => {
            for (key, value) in pairs {
                each(key.span.to(value.span()));
                entries(value, each);
            }
        }
    }
}
