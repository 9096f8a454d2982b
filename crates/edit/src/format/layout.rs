//! Indentation, blanks and empty lines.
//!
//! A map's entries stand four columns right of the key they belong to, as do the items of a
//! list; what an item holds stands two right of its `-`. Lines inside a scalar or a flow
//! collection, and comments, move as what they belong to does.

use super::order::unfinished;
use crate::lines::Lines;
use crate::moves::{block_base, content_line, keeps};
use crate::splice::Splices;
use sigwright_syntax::yaml::{Page, Shape, Style, Written};
use std::collections::HashSet;

/// Columns from a key to what it holds.
const STEP: usize = 4;
/// Columns from a `-` to what it marks.
const DASH: usize = 2;

/// The text laid out.
pub(crate) fn layout(text: &str, page: &Page) -> String {
    let lines = Lines::of(text);
    let mut laying = Laying {
        text,
        places: vec![Place::Free; lines.count()],
        inside: vec![false; lines.count()],
        lines,
        blocks: Vec::new(),
        gaps: Splices::default(),
        odd: false,
    };
    for root in &page.roots {
        laying.guard_all(root);
        // text at the margin might be taken for something else, such as `---`
        if let Shape::Sequence { flow: false, .. } | Shape::Mapping { flow: false, .. } = root.shape
        {
            laying.node(root, Column { old: 0, new: 0 }, 0);
        }
    }
    if laying.odd {
        laying.places.fill(Place::Free);
        laying.gaps = Splices::default();
    } else {
        laying.comments(page);
    }
    laying.finish(page)
}

/// Where a block stands and shall stand.
#[derive(Debug, Clone, Copy)]
struct Column {
    old: usize,
    new: usize,
}

/// What becomes of a line's indentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nothing.
    Free,
    /// A node, a key or a `-` begins it.
    At(usize),
    /// It moves by so much.
    By(isize),
    /// A comment.
    Comment(usize),
}

struct Laying<'a> {
    text: &'a str,
    lines: Lines<'a>,
    places: Vec<Place>,
    /// Lines whose end, with all blanks before it, belongs to a scalar.
    inside: Vec<bool>,
    /// The line of each block scalar's `|`, and where its lines shall stand.
    blocks: Vec<(usize, usize)>,
    gaps: Splices,
    /// Something was met that is not moved, such as an explicit key.
    odd: bool,
}

impl Laying<'_> {
    fn text(&self, from: usize, to: usize) -> &str {
        self.text.get(from..to).unwrap_or_default()
    }

    fn begin(&mut self, offset: usize, column: usize) {
        if self.lines.leads(offset) {
            let line = self.lines.at(offset);
            if let Some(place @ Place::Free) = self.places.get_mut(line) {
                *place = Place::At(column);
            }
        } else {
            let line = self.lines.whole(self.lines.at(offset)).start;
            let tabs = self.text(line, offset).trim_matches([' ', '\t']).is_empty();
            self.odd |= tabs;
        }
    }

    /// Places a node that belongs to a block at `parent`; where it begins a line, at column
    /// `at`.
    fn node(&mut self, node: &Written, parent: Column, at: usize) {
        if !node.whole().is_empty() {
            self.begin(node.start as usize, at);
            self.begin(node.span.start as usize, at);
        }
        match &node.shape {
            Shape::Alias => {}
            Shape::Scalar { style, .. } => self.scalar(node, *style, parent, at),
            Shape::Sequence { items, flow: false } => self.sequence(node, items, at),
            Shape::Mapping {
                entries,
                flow: false,
            } => self.mapping(node, entries, at),
            Shape::Sequence { .. } | Shape::Mapping { .. } => self.keep_with(node, parent),
        }
    }

    /// Keeps the ends of lines that belong to scalars.
    fn guard_all(&mut self, node: &Written) {
        match &node.shape {
            Shape::Alias => {}
            Shape::Scalar { style, .. } => self.guard(node, *style),
            Shape::Sequence { items, .. } => items.iter().for_each(|item| self.guard_all(item)),
            Shape::Mapping { entries, .. } => {
                for (key, value) in entries {
                    self.guard_all(key);
                    self.guard_all(value);
                }
            }
        }
    }

    /// Keeps the ends of the lines that a scalar spans.
    fn guard(&mut self, node: &Written, style: Style) {
        let (start, end) = (node.span.start as usize, node.span.end as usize);
        let first = self.lines.at(start);
        let last = self.lines.at(end.saturating_sub(1).max(start));
        match style {
            Style::Block => {
                // empty lines at the end say nothing unless the header keeps them
                let mut end = content_line(&self.lines, node);
                while keeps(&self.lines, node)
                    && end + 1 < self.lines.count()
                    && self.lines.blank(end + 1)
                {
                    end += 1;
                }
                (first + 1..=end).for_each(|line| self.inside_line(line));
            }
            // blanks at the end of a line of plain text are no part of it, empty lines are
            Style::Plain => {
                let empty = (first..last).filter(|line| self.lines.blank(*line));
                let empty: Vec<usize> = empty.collect();
                empty.into_iter().for_each(|line| self.inside_line(line));
            }
            Style::Single | Style::Double => {
                (first..last).for_each(|line| self.inside_line(line));
            }
        }
    }

    fn inside_line(&mut self, line: usize) {
        if let Some(inside) = self.inside.get_mut(line) {
            *inside = true;
        }
    }

    /// The lines of a node after its first move with its parent.
    fn keep_with(&mut self, node: &Written, parent: Column) {
        let by = parent.new as isize - parent.old as isize;
        self.shift(node, by);
    }

    fn shift(&mut self, node: &Written, by: isize) {
        let first = self.lines.at(node.span.start as usize);
        let end = (node.span.end as usize).saturating_sub(1);
        for line in first + 1..=self.lines.at(end) {
            if let Some(place) = self.places.get_mut(line) {
                *place = Place::By(by);
            }
        }
    }

    fn scalar(&mut self, node: &Written, style: Style, parent: Column, at: usize) {
        if style != Style::Block {
            return self.keep_with(node, parent);
        }
        let first = self.lines.at(node.span.start as usize);
        let last = self.lines.at((node.span.end as usize).saturating_sub(1));
        let content = block_base(&self.lines, node);
        let header = self.text(node.span.start as usize, self.lines.range(first).end);
        let explicit = header.split('#').next().unwrap_or_default();
        let explicit = explicit.contains(|c: char| c.is_ascii_digit());
        let Some(content) = content else {
            // how deep empty lines stand may be all that such a scalar says
            self.odd |= last > first;
            return;
        };
        let base = self.lines.indent(content);
        let by = match explicit {
            true => parent.new as isize - parent.old as isize,
            false => at as isize - base as isize,
        };
        let new = base.saturating_add_signed(by);
        self.blocks.push((first, new));
        for line in first + 1..=last {
            let only_blanks = self.lines.text(line).trim_matches(' ').is_empty();
            let by = match only_blanks && self.lines.indent(line) <= base {
                true => -(self.lines.indent(line) as isize),
                false => by,
            };
            let outside = !explicit && !only_blanks && self.lines.indent(line) < base;
            self.odd |= outside;
            if let Some(place) = self.places.get_mut(line) {
                *place = Place::By(by);
            }
        }
    }

    fn sequence(&mut self, node: &Written, items: &[Written], at: usize) {
        let column = self.lines.column(node.span.start as usize);
        let mut dash = node.span.start as usize;
        for (nth, item) in items.iter().enumerate() {
            if nth > 0 {
                let Some(next) = self.dash_after(dash, column) else {
                    self.odd = true;
                    return;
                };
                dash = next;
            }
            self.begin(dash, at);
            if !item.whole().is_empty() {
                self.gap(dash + 1, item.start as usize, " ");
            }
            let parent = Column {
                old: column,
                new: at,
            };
            self.node(item, parent, at + DASH);
        }
    }

    /// The next line below that has a `-` at this column.
    fn dash_after(&self, dash: usize, column: usize) -> Option<usize> {
        let below = self.lines.at(dash) + 1..self.lines.count();
        below
            .filter(|line| matches!(self.places.get(*line), Some(Place::Free | Place::At(_))))
            .map(|line| self.lines.whole(line).start + column)
            .find(|offset| {
                self.lines.leads(*offset)
                    && self.text(*offset, offset + 1) == "-"
                    && self
                        .text(offset + 1, self.text.len())
                        .chars()
                        .next()
                        .is_none_or(|c| c.is_ascii_whitespace())
            })
    }

    fn mapping(&mut self, node: &Written, entries: &[(Written, Written)], at: usize) {
        let column = self.lines.column(node.span.start as usize);
        let parent = Column {
            old: column,
            new: at,
        };
        for (key, value) in entries {
            if !self.implicit(key, column) {
                self.odd = true;
                return;
            }
            self.begin(key.start as usize, at);
            let colon = key.span.end as usize;
            if !value.whole().is_empty() {
                // a colon is a sign that names may have
                let wide = matches!(key.shape, Shape::Alias) || key.span.is_empty();
                self.gap(colon, value.start as usize, if wide { " : " } else { ": " });
            }
            self.node(value, parent, at + STEP);
        }
    }

    /// Whether a key stands at the column of its map, without a `?`.
    fn implicit(&self, key: &Written, column: usize) -> bool {
        self.lines.column(key.start as usize) == column && !key.whole().is_empty()
    }

    /// Writes `new` between two things on one line that only blanks and a colon part.
    fn gap(&mut self, from: usize, to: usize, new: &str) {
        let between = self.text(from, to);
        if between.trim_matches([' ', '\t']) == new.trim() && between != new {
            self.gaps.replace(from..to, new);
        }
    }

    /// Places the comments that have a line of their own.
    fn comments(&mut self, page: &Page) {
        for comment in page.comments.iter().rev() {
            let offset = comment.start as usize;
            let line = self.lines.at(offset);
            if !self.lines.leads(offset) || self.places.get(line) != Some(&Place::Free) {
                continue;
            }
            let old = self.lines.indent(line);
            let below = (line + 1..self.lines.count()).find_map(|line| self.placed(line));
            let above = (0..line).rev().find(|line| self.placed(*line).is_some());
            let block = self.blocks.iter().rev().find(|(header, _)| *header < line);
            let new = match below {
                Some(below) if below.old == old => below.new,
                _ => {
                    let holder = (0..line)
                        .rev()
                        .filter_map(|line| self.placed(line))
                        .find(|above| above.old <= old);
                    let holder = holder.or(below).unwrap_or(Column { old, new: old });
                    (old + holder.new).saturating_sub(holder.old)
                }
            };
            // right behind a block scalar it must not become a line of it
            let new = match block {
                Some((header, base)) if above.is_none_or(|above| above <= *header) => {
                    new.min(base.saturating_sub(1))
                }
                _ => new,
            };
            if let Some(place) = self.places.get_mut(line) {
                *place = Place::Comment(new);
            }
        }
    }

    /// Where a line stands and shall stand, if a node begins it.
    fn placed(&self, line: usize) -> Option<Column> {
        match self.places.get(line) {
            Some(Place::At(new)) => Some(Column {
                old: self.lines.indent(line),
                new: *new,
            }),
            _ => None,
        }
    }

    fn finish(mut self, page: &Page) -> String {
        let mut splices = std::mem::take(&mut self.gaps);
        let surplus = self.surplus();
        for line in &surplus {
            splices.replace(self.lines.whole(*line), "");
        }
        for line in (0..self.lines.count()).filter(|line| !surplus.contains(line)) {
            let indent = self.lines.indent(line);
            let new = match self.places.get(line) {
                Some(Place::At(new) | Place::Comment(new)) => *new,
                Some(Place::By(by)) => indent.saturating_add_signed(*by),
                _ => indent,
            };
            let range = self.lines.range(line);
            let text = self.lines.text(line);
            let kept = match self.inside.get(line) {
                Some(true) => text.len(),
                _ => text.trim_end_matches([' ', '\t']).len(),
            };
            if new != indent && kept > 0 {
                let start = range.start;
                splices.replace(start..start + indent.min(kept), " ".repeat(new));
            }
            if kept < text.len() {
                splices.replace(range.start + kept..range.end, "");
            }
        }
        let mut out = splices.apply(self.text);
        let unfinished = page
            .roots
            .last()
            .is_some_and(|root| unfinished(self.text, root));
        if !out.is_empty() && !out.ends_with('\n') && !unfinished {
            out.push('\n');
        }
        out
    }

    /// Empty lines that go: all but one of several, and those at the beginning and the end.
    fn surplus(&self) -> HashSet<usize> {
        let mut surplus = HashSet::new();
        let mut run = Vec::new();
        let mut keep = 0;
        for line in 0..self.lines.count() {
            if self.lines.blank(line) && self.inside.get(line) != Some(&true) {
                run.push(line);
            } else {
                surplus.extend(run.drain(..).skip(keep));
                keep = 1;
            }
        }
        surplus.extend(run);
        surplus
    }
}
