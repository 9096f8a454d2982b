//! Indentation, blanks and empty lines.
//!
//! A map's entries stand four columns right of the key they belong to, as do the items of a
//! list; what an item holds stands two right of its `-`. Lines inside a scalar or a flow
//! collection, and comments, move as what they belong to does.

use super::order::ends_in_block;
use crate::lines::Lines;
use crate::splice::Splices;
use sigwright_syntax::yaml::{Page, Shape, Style, Written};

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
        gaps: Splices::default(),
        odd: false,
    };
    for root in &page.roots {
        laying.node(root, Column { old: 0, new: 0 }, 0);
    }
    if laying.odd {
        // `? key` has no place in house style, but blanks at the ends of lines have none either
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
    gaps: Splices,
    /// An explicit key was met.
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
            Shape::Sequence { items, flow } => match flow {
                true => {
                    self.keep_with(node, parent);
                    items.iter().for_each(|item| self.inner(item));
                }
                false => self.sequence(node, items, at),
            },
            Shape::Mapping { entries, flow } => match flow {
                true => {
                    self.keep_with(node, parent);
                    for (key, value) in entries {
                        self.inner(key);
                        self.inner(value);
                    }
                }
                false => self.mapping(node, entries, at),
            },
        }
    }

    /// Inside a flow collection only the ends of lines matter.
    fn inner(&mut self, node: &Written) {
        match &node.shape {
            Shape::Alias => {}
            Shape::Scalar { style, .. } => self.guard(node, *style),
            Shape::Sequence { items, .. } => items.iter().for_each(|item| self.inner(item)),
            Shape::Mapping { entries, .. } => {
                for (key, value) in entries {
                    self.inner(key);
                    self.inner(value);
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
                let header = self.lines.text(first);
                let keep = self.text(start, self.lines.range(first).end);
                let keep = keep.split('#').next().is_some_and(|h| h.contains('+'));
                debug_assert!(!header.is_empty());
                for line in first + 1..=last {
                    self.inside_line(line);
                }
                // blank lines at the end say nothing unless the header keeps them
                let mut line = last;
                while !keep && line > first && self.lines.blank(line) {
                    if let Some(inside) = self.inside.get_mut(line) {
                        *inside = false;
                    }
                    line -= 1;
                }
            }
            _ => (first..last).for_each(|line| self.inside_line(line)),
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
        self.guard(node, style);
        if style != Style::Block {
            return self.keep_with(node, parent);
        }
        let first = self.lines.at(node.span.start as usize);
        let last = self.lines.at((node.span.end as usize).saturating_sub(1));
        let content =
            (first + 1..=last).find(|line| !self.lines.text(*line).trim_matches(' ').is_empty());
        let header = self.text(node.span.start as usize, self.lines.range(first).end);
        let explicit = header.split('#').next().unwrap_or_default();
        let explicit = explicit.contains(|c: char| c.is_ascii_digit());
        let Some(content) = content else {
            return;
        };
        let base = self.lines.indent(content);
        let by = match explicit {
            true => parent.new as isize - parent.old as isize,
            false => at as isize - base as isize,
        };
        for line in first + 1..=last {
            let only_blanks = self.lines.text(line).trim_matches(' ').is_empty();
            let by = match only_blanks && self.lines.indent(line) <= base {
                true => -(self.lines.indent(line) as isize),
                false => by,
            };
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
            if let Shape::Scalar { style, .. } = &key.shape {
                self.guard(key, *style);
            }
            let colon = key.span.end as usize;
            if !value.whole().is_empty() {
                let wide = matches!(key.shape, Shape::Alias);
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
            let above = (0..line)
                .rev()
                .find_map(|line| self.placed(line).map(|at| (line, at)));
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
            let new = match above {
                Some((from, at)) if self.in_block(from, line) => new.min(at.new + STEP - 1),
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

    /// Whether lines of a block scalar stand between two lines.
    fn in_block(&self, from: usize, to: usize) -> bool {
        (from + 1..to).any(|line| matches!(self.places.get(line), Some(Place::By(_))))
    }

    fn finish(mut self, page: &Page) -> String {
        let mut splices = std::mem::take(&mut self.gaps);
        for line in 0..self.lines.count() {
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
        self.empty_lines(&mut splices);
        let mut out = splices.apply(self.text);
        let unfinished = !self.text.ends_with('\n') && page.roots.last().is_some_and(ends_in_block);
        if !out.is_empty() && !out.ends_with('\n') && !unfinished {
            out.push('\n');
        }
        out
    }

    /// Removes empty lines but one of several, and all at the beginning and the end.
    fn empty_lines(&self, splices: &mut Splices) {
        let mut before = true;
        let mut run = Vec::new();
        for line in 0..self.lines.count() {
            if self.lines.blank(line) && self.inside.get(line) != Some(&true) {
                run.push(line);
                continue;
            }
            let keep = usize::from(!before);
            for line in run.drain(..).skip(keep) {
                splices.replace(self.lines.whole(line), "");
            }
            before = false;
        }
        for line in run {
            splices.replace(self.lines.whole(line), "");
        }
    }
}
