//! The order of keys. An entry moves with the comments above it and all its lines.

use crate::lines::Lines;
use crate::moves::{Sort, last_byte, rearranged};
use sigwright_syntax::yaml::{Page, Shape, Style, Written};

/// The keys of a document, in the order of SigmaHQ's rule conventions, and where the public
/// rules put the others that they have. A key that is not here stays behind the one it follows.
pub(crate) const KEYS: &[&str] = &[
    "title",
    "id",
    "related",
    "status",
    "description",
    "references",
    "author",
    "date",
    "modified",
    "tags",
    "logsource",
    "detection",
    "correlation",
    "filter",
    "fields",
    "falsepositives",
    "level",
    "regression_tests_path",
    "simulation",
];

/// The same for a detection and a filter: first comes what is not here.
const LAST: &[&str] = &["timeframe", "condition"];

/// The keys that make a document one of Sigma's.
const KINDS: [&str; 3] = ["detection", "correlation", "filter"];

/// The entries of a document of Sigma's that is written in block style.
pub(crate) fn sigma(root: &Written) -> Option<&[(Written, Written)]> {
    let Shape::Mapping {
        entries,
        flow: false,
    } = &root.shape
    else {
        return None;
    };
    let kind = |key: &&str| entries.iter().any(|(k, _)| name(k) == Some(key));
    KINDS.iter().any(kind).then_some(entries)
}

/// The text of a key.
pub(crate) fn name(key: &Written) -> Option<&str> {
    match &key.shape {
        Shape::Scalar { text, .. } => Some(text),
        _ => None,
    }
}

/// The text with its entries in order.
pub(crate) fn order(text: &str, page: &Page) -> String {
    let lines = Lines::of(text);
    let mut moves = Vec::new();
    for (nth, root) in page.roots.iter().enumerate() {
        let Some(entries) = sigma(root) else {
            continue;
        };
        // an alias may not stand before its anchor, and a block scalar that lacks the last
        // break of the file says something else where it has one
        if has_alias(root) || unfinished(text, root) {
            continue;
        }
        let end = page.roots.get(nth + 1).map(|next| next.start as usize);
        let end = content_end(&lines, root, end.unwrap_or(text.len()));
        let sort = Sort {
            lines: &lines,
            page,
        };
        for (key, value) in entries {
            if let (
                Some("detection" | "filter"),
                Shape::Mapping {
                    entries,
                    flow: false,
                },
            ) = (name(key), &value.shape)
            {
                let own = entries.iter().map(|(key, _)| {
                    let last = LAST.iter().position(|k| name(key) == Some(k));
                    match (name(key), last) {
                        (Some("rules"), _) => 0,
                        (_, Some(last)) => last + 2,
                        _ => 1,
                    }
                });
                let end = lines.at(last_byte(value)) + 1;
                moves.extend(sort.moves(entries, &own.collect::<Vec<_>>(), end));
            }
        }
        let mut rank = 0;
        let ranks = entries.iter().map(|(key, _)| {
            let known = KEYS.iter().position(|k| name(key) == Some(k));
            rank = known.map_or(rank, |known| known + 1);
            rank
        });
        let ranks: Vec<usize> = ranks.collect();
        moves.extend(sort.moves(entries, &ranks, end));
    }
    rearranged(text, &lines, moves)
}

/// Whether the text ends in a block scalar whose last line has no break: with one it may say
/// something else.
pub(crate) fn unfinished(text: &str, root: &Written) -> bool {
    !text.trim_end_matches(' ').ends_with('\n') && ends_in_block(root)
}

fn ends_in_block(node: &Written) -> bool {
    match &node.shape {
        Shape::Alias => false,
        Shape::Scalar { style, .. } => *style == Style::Block,
        Shape::Sequence { items, flow } => !flow && items.last().is_some_and(ends_in_block),
        Shape::Mapping { entries, flow } => {
            !flow
                && entries
                    .last()
                    .is_some_and(|(_, value)| ends_in_block(value))
        }
    }
}

fn has_alias(node: &Written) -> bool {
    match &node.shape {
        Shape::Alias => true,
        Shape::Scalar { .. } => false,
        Shape::Sequence { items, .. } => items.iter().any(has_alias),
        Shape::Mapping { entries, .. } => {
            let mut nodes = entries.iter().flat_map(|(key, value)| [key, value]);
            nodes.any(has_alias)
        }
    }
}

/// The line behind the last one of a document: comments that follow at the margin behind an
/// empty line belong to no entry.
fn content_end(lines: &Lines<'_>, root: &Written, limit: usize) -> usize {
    let mut end = lines.at(last_byte(root)) + 1;
    let limit = lines.at(limit.saturating_sub(1)) + 1;
    let mut line = end;
    while line < limit && (lines.blank(line) || lines.indent(line) > 0) {
        if !lines.blank(line) {
            end = line + 1;
        }
        line += 1;
    }
    end
}
