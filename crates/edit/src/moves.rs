//! Moves the entries of maps, each with the comments above it and all its lines.

use crate::lines::Lines;
use sigwright_syntax::yaml::{Page, Shape, Style, Written};
use std::ops::Range;

/// The last byte of a node.
pub(crate) fn last_byte(node: &Written) -> usize {
    (node.span.end as usize).saturating_sub(1)
}

/// The last line of an entry that says something.
pub(crate) fn last_line(lines: &Lines<'_>, (key, value): &(Written, Written)) -> usize {
    let key = lines.at(last_byte(key));
    match value.whole().is_empty() {
        true => key,
        false => key.max(content_line(lines, value)),
    }
}

/// The last line of a node that says something: empty lines at the end of a block scalar do
/// only where its `+` keeps them.
pub(crate) fn content_line(lines: &Lines<'_>, node: &Written) -> usize {
    match &node.shape {
        Shape::Sequence { items, flow: false } => match items.last() {
            Some(item) if !item.whole().is_empty() => content_line(lines, item),
            _ => lines.at(last_byte(node)),
        },
        Shape::Mapping {
            entries,
            flow: false,
        } => match entries.last() {
            Some(entry) => last_line(lines, entry),
            None => lines.at(last_byte(node)),
        },
        Shape::Scalar {
            style: Style::Block,
            ..
        } => block_end(lines, node),
        _ => lines.at(last_byte(node)),
    }
}

/// A move: the lines of a block, and the order in which its parts stand from now on.
pub(crate) struct Move {
    parts: Vec<Range<usize>>,
    order: Vec<usize>,
}

/// The line in a block scalar by whose indentation that of the others is measured.
pub(crate) fn block_base(lines: &Lines<'_>, node: &Written) -> Option<usize> {
    let first = lines.at(node.span.start as usize);
    let mut inside = first + 1..=lines.at(last_byte(node));
    inside.find(|line| !lines.text(*line).trim_matches(' ').is_empty())
}

/// Whether the header of a block scalar keeps the empty lines at its end.
pub(crate) fn keeps(lines: &Lines<'_>, node: &Written) -> bool {
    let start = node.span.start as usize;
    let header = lines.text(lines.at(start)).get(lines.column(start)..);
    let header = header.unwrap_or_default().split('#').next();
    header.is_some_and(|header| header.contains('+'))
}

/// The last line of a block scalar that says something.
fn block_end(lines: &Lines<'_>, node: &Written) -> usize {
    let first = lines.at(node.span.start as usize);
    let Some(base) = block_base(lines, node).map(|base| lines.indent(base)) else {
        return lines.at(last_byte(node));
    };
    let empty = |line: usize| {
        // what is indented deeper is a line of blanks
        lines.text(line).trim_matches(' ').is_empty() && lines.indent(line) <= base
    };
    let mut last = lines.at(last_byte(node));
    while !keeps(lines, node) && last > first && empty(last) {
        last -= 1;
    }
    last
}

/// Sorts the entries of block maps.
pub(crate) struct Sort<'a> {
    /// The lines of the text.
    pub(crate) lines: &'a Lines<'a>,
    /// What is written there.
    pub(crate) page: &'a Page,
}

impl Sort<'_> {
    /// How the entries that end before the line `end` move; none where they stand in order.
    pub(crate) fn moves(
        &self,
        entries: &[(Written, Written)],
        ranks: &[usize],
        end: usize,
    ) -> Option<Move> {
        let mut order: Vec<usize> = (0..entries.len()).collect();
        order.sort_by_key(|nth| ranks.get(*nth));
        if order.is_sorted() {
            return None;
        }
        let keys: Vec<usize> = entries.iter().map(|(key, _)| key.start as usize).collect();
        let own_line = entries
            .iter()
            .all(|(key, _)| !key.whole().is_empty() && self.lines.leads(key.start as usize));
        if !own_line {
            return None;
        }
        let firsts: Vec<usize> = keys.iter().map(|key| self.lines.at(*key)).collect();
        let mut starts = Vec::new();
        for (nth, first) in firsts.iter().enumerate() {
            let floor = match nth {
                0 => 0,
                nth => last_line(self.lines, entries.get(nth - 1)?) + 1,
            };
            starts.push(self.above(*first, floor, nth == 0));
        }
        let ends = starts.iter().skip(1).copied().chain([end]);
        let parts = starts.iter().copied().zip(ends).map(|(from, to)| from..to);
        Some(Move {
            parts: parts.collect(),
            order,
        })
    }

    /// The first of the comment lines right above a line, at its column; above the first
    /// entry of a document what a blank line parts from it stays.
    fn above(&self, line: usize, floor: usize, first: bool) -> usize {
        let column = self.lines.indent(line);
        let mut top = line;
        while let Some(before) = top.checked_sub(1).filter(|before| *before >= floor) {
            let comment = self.lines.whole(before).start + self.lines.indent(before);
            let comments = &self.page.comments;
            let is_comment = comments.iter().any(|c| c.start as usize == comment);
            let blank = !first && self.lines.blank(before);
            if is_comment && self.lines.indent(before) <= column || blank {
                top = before;
            } else {
                break;
            }
        }
        top
    }
}

/// The text with the parts of each move in their new order; inner moves first. Its last line
/// has a break, too.
pub(crate) fn rearranged(text: &str, lines: &Lines<'_>, moves: Vec<Move>) -> String {
    let mut order: Vec<usize> = (0..lines.count()).collect();
    for Move { parts, order: new } in moves {
        let (Some(first), Some(last)) = (parts.first(), parts.last()) else {
            continue;
        };
        let block = first.start..last.end;
        let own = |part: &Range<usize>| order.get(part.clone()).unwrap_or_default().to_vec();
        let moved: Vec<usize> = new
            .iter()
            .filter_map(|nth| parts.get(*nth))
            .flat_map(own)
            .collect();
        if let Some(place) = order.get_mut(block)
            && place.len() == moved.len()
        {
            place.copy_from_slice(&moved);
        }
    }
    if order.is_sorted() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 1);
    for line in order {
        out.push_str(text.get(lines.range(line)).unwrap_or_default());
        out.push('\n');
    }
    out
}
