//! Makes edits on the YAML of a rule: what a lint says about values, items and keys becomes
//! bytes to write. Nothing else in the file changes.

use crate::lines::Lines;
use crate::moves::{Sort, last_byte, last_line, rearranged};
use crate::quote;
use sigwright_syntax::yaml::{Page, Shape, Style, Written, written};
use sigwright_syntax::{Edit, Limits, SourceId, Span};

/// A YAML text that edits are made on. Places are as the reader gives them; of a place inside
/// a node, the smallest node that holds it is meant.
#[derive(Debug)]
pub struct Sheet<'a> {
    text: &'a str,
    source: SourceId,
    lines: Lines<'a>,
    page: Page,
}

/// Where a node stands in what holds it.
#[derive(Debug, Clone, Copy)]
enum Step<'p> {
    Item(&'p Written, usize),
    Key(&'p Written, usize),
    Value(&'p Written, usize),
}

impl<'a> Sheet<'a> {
    /// The sheet of a text; none where it is no valid YAML.
    pub fn new(text: &'a str, source: SourceId) -> Option<Self> {
        let page = written(text, source, &Limits::default())?;
        Some(Sheet {
            text,
            source,
            lines: Lines::of(text),
            page,
        })
    }

    /// Writes another value for the scalar at a place, quoted as it is unless that cannot hold
    /// the new one. None for block scalars, aliases and collections.
    pub fn set(&self, at: Span, value: &str) -> Option<Edit> {
        let (node, _) = self.find(at)?;
        self.scalar(node, value)
    }

    /// Writes another text for the key at a place, or for the key whose value is there.
    pub fn rename(&self, at: Span, name: &str) -> Option<Edit> {
        match self.find(at)?.1? {
            Step::Key(map, nth) | Step::Value(map, nth) => {
                self.scalar(&entries(map).get(nth)?.0, name)
            }
            Step::Item(..) => None,
        }
    }

    fn scalar(&self, node: &Written, value: &str) -> Option<Edit> {
        let Shape::Scalar { style, .. } = node.shape else {
            return None;
        };
        if style == Style::Block {
            return None;
        }
        let flow = self.in_flow(node.span);
        Some(Edit::replace(node.span, quote::write(value, style, flow)))
    }

    /// Takes out the list item or the entry of a map at a place, with its lines and the
    /// comments that are about nothing else. A list or a map that would be left empty goes,
    /// too; none where that is all the document has.
    pub fn remove(&self, at: Span) -> Option<Edit> {
        let mut step = self.find(at)?.1?;
        loop {
            let parent = match step {
                Step::Item(parent, _) | Step::Key(parent, _) | Step::Value(parent, _) => parent,
            };
            if count(parent) > 1 {
                break;
            }
            step = self.holder(parent)?;
        }
        match step {
            Step::Item(list, nth) => match &list.shape {
                Shape::Sequence { items, flow: true } => {
                    let spans: Vec<Span> = items.iter().map(Written::whole).collect();
                    self.unlist(&spans, nth)
                }
                _ => self.remove_item(list, nth),
            },
            Step::Key(map, nth) | Step::Value(map, nth) => match &map.shape {
                Shape::Mapping {
                    entries,
                    flow: true,
                } => {
                    let spans: Vec<Span> = entries.iter().map(whole_entry).collect();
                    self.unlist(&spans, nth)
                }
                _ => self.remove_entry(map, nth),
            },
        }
    }

    /// Takes one of several out of a flow collection, with the comma beside it.
    fn unlist(&self, spans: &[Span], nth: usize) -> Option<Edit> {
        let own = spans.get(nth)?;
        let range = match spans.get(nth + 1) {
            Some(next) => own.start..next.start,
            None => spans.get(nth.checked_sub(1)?)?.end..own.end,
        };
        Some(Edit::remove(Span::new(self.source, range.start, range.end)))
    }

    fn remove_item(&self, list: &Written, nth: usize) -> Option<Edit> {
        let Shape::Sequence { items, .. } = &list.shape else {
            return None;
        };
        let column = self.lines.column(list.span.start as usize);
        let dashes = self.dashes(list, items.len(), column)?;
        let dash = *dashes.get(nth)?;
        let next = dashes.get(nth + 1).copied();
        if !self.lines.leads(dash) {
            // `- - a`: the next one takes the place of the first
            return Some(self.cut(dash, next?));
        }
        let last = match items.get(nth) {
            Some(item) if !item.whole().is_empty() => self.last_line(item),
            _ => self.lines.at(dash),
        };
        Some(self.take_lines(self.lines.at(dash), last, column, next))
    }

    fn remove_entry(&self, map: &Written, nth: usize) -> Option<Edit> {
        let entries = entries(map);
        let entry = entries.get(nth)?;
        let key = entry.0.start as usize;
        let next = entries.get(nth + 1).map(|(key, _)| key.start as usize);
        if !self.lines.leads(key) {
            // `- a: b`: the next one takes the place of the first
            return Some(self.cut(key, next?));
        }
        let last = last_line(&self.lines, entry);
        let column = self.lines.column(key);
        Some(self.take_lines(self.lines.at(key), last, column, next))
    }

    /// Takes lines out; the comments right above them too, unless they may be about more than
    /// these lines, and those below that belong to them.
    fn take_lines(&self, first: usize, last: usize, column: usize, next: Option<usize>) -> Edit {
        let mut end = last + 1;
        while self.comment(end).is_some_and(|at| at > column) {
            end += 1;
        }
        let mut start = first;
        let alone = next.is_none_or(|next| self.lines.at(next) != end);
        while alone
            && let Some(above) = start.checked_sub(1)
            && self.comment(above) == Some(column)
        {
            start = above;
        }
        let from = self.lines.whole(start).start;
        let to = self.lines.whole(end.saturating_sub(1)).end;
        // the last line of a file without a break takes the break before it
        let broken = self.text.get(from..to).is_some_and(|t| t.ends_with('\n'));
        match start.checked_sub(1) {
            Some(before) if !broken => self.cut(self.lines.range(before).end, to),
            _ => self.cut(from, to),
        }
    }

    /// The column of the comment that has a line of its own.
    fn comment(&self, line: usize) -> Option<usize> {
        if line >= self.lines.count() {
            return None;
        }
        let at = self.lines.whole(line).start + self.lines.indent(line);
        let found = self.page.comments.iter().any(|c| c.start as usize == at);
        found.then(|| self.lines.indent(line))
    }

    /// Takes out the comment at a place: its line if it has one of its own.
    pub fn remove_comment(&self, at: Span) -> Option<Edit> {
        let start = at.start as usize;
        let known = self.page.comments.iter().any(|c| c.start == at.start);
        if !known {
            return None;
        }
        let line = self.lines.at(start);
        if self.lines.leads(start) {
            let whole = self.lines.whole(line);
            return Some(self.cut(whole.start, whole.end));
        }
        let before = self.text.get(self.lines.whole(line).start..start)?;
        let kept = before.trim_end_matches([' ', '\t']).len();
        Some(self.cut(
            self.lines.whole(line).start + kept,
            self.lines.range(line).end,
        ))
    }

    /// Writes an entry behind the one whose key or value is at a place. `value` is YAML for one
    /// line, such as [`quote::write`] gives.
    pub fn insert_entry(&self, behind: Span, key: &str, value: &str) -> Option<Edit> {
        let (Step::Key(map, nth) | Step::Value(map, nth)) = self.find(behind)?.1? else {
            return None;
        };
        let entry = entries(map).get(nth)?;
        let flow = matches!(map.shape, Shape::Mapping { flow: true, .. });
        let key = quote::write(key, Style::Plain, flow);
        if flow {
            let end = whole_entry(entry).end as usize;
            return Some(self.put(end, format!(", {key}: {value}")));
        }
        let column = self.lines.column(entry.0.start as usize);
        let last = last_line(&self.lines, entry);
        Some(self.put_line(last, column, &format!("{key}: {value}")))
    }

    /// Writes an item behind the one at a place; `value` as for an entry.
    pub fn insert_item(&self, behind: Span, value: &str) -> Option<Edit> {
        let (node, step) = self.find(behind)?;
        let Step::Item(list, _) = step? else {
            return None;
        };
        if matches!(list.shape, Shape::Sequence { flow: true, .. }) {
            return Some(self.put(node.span.end as usize, format!(", {value}")));
        }
        let column = self.lines.column(list.span.start as usize);
        Some(self.put_line(self.last_line(node), column, &format!("- {value}")))
    }

    /// Orders the entries of the map at a place by `rank`, each with its comments; none where
    /// they are in order, or on one line.
    pub fn order(&self, map: Span, rank: &dyn Fn(&str) -> usize) -> Option<Edit> {
        let map = self.mapping(map)?;
        let Shape::Mapping {
            entries,
            flow: false,
        } = &map.shape
        else {
            return None;
        };
        let rank = |(key, _): &(Written, Written)| match &key.shape {
            Shape::Scalar { text, .. } => rank(text),
            _ => usize::MAX,
        };
        let ranks: Vec<usize> = entries.iter().map(rank).collect();
        let sort = Sort {
            lines: &self.lines,
            page: &self.page,
        };
        let end = self.lines.at(last_byte(map)) + 1;
        let moved = sort.moves(entries, &ranks, end)?;
        let new = rearranged(self.text, &self.lines, vec![moved]);
        self.changed(&new)
    }

    /// The edit that makes `new` of the text: from the first line that differs to the last.
    fn changed(&self, new: &str) -> Option<Edit> {
        let common = |a: &str, b: &str| {
            let pairs = a.split_inclusive('\n').zip(b.split_inclusive('\n'));
            let same = pairs.take_while(|(a, b)| a == b);
            same.map(|(a, _)| a.len()).sum::<usize>()
        };
        let start = common(self.text, new);
        let (old, fresh) = (self.text.get(start..)?, new.get(start..)?);
        let tail = old
            .split_inclusive('\n')
            .rev()
            .zip(fresh.split_inclusive('\n').rev())
            .take_while(|(a, b)| a == b)
            .map(|(a, _)| a.len())
            .sum::<usize>();
        let old_end = old.len().checked_sub(tail)?;
        let fresh = fresh.get(..fresh.len().checked_sub(tail)?)?;
        (old_end > 0).then(|| self.span_edit(start, start + old_end, fresh.to_owned()))
    }

    /// The map at a place, or the one that the key there leads to.
    fn mapping(&self, at: Span) -> Option<&Written> {
        let (node, step) = self.find(at)?;
        match (&node.shape, step) {
            (Shape::Mapping { .. }, _) => Some(node),
            (_, Some(Step::Key(map, nth))) => {
                let (_, value) = entries(map).get(nth)?;
                matches!(value.shape, Shape::Mapping { .. }).then_some(value)
            }
            _ => None,
        }
    }

    fn cut(&self, from: usize, to: usize) -> Edit {
        self.span_edit(from, to, String::new())
    }

    fn put(&self, at: usize, text: String) -> Edit {
        self.span_edit(at, at, text)
    }

    fn span_edit(&self, from: usize, to: usize, text: String) -> Edit {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Edit::replace(Span::new(self.source, offset(from), offset(to)), text)
    }

    /// A line behind another one and behind the comments that belong to that.
    fn put_line(&self, last: usize, column: usize, text: &str) -> Edit {
        let mut end = last + 1;
        while self.comment(end).is_some_and(|at| at > column) {
            end += 1;
        }
        let line = end.saturating_sub(1);
        let whole = self.lines.whole(line);
        let own = self.text.get(whole.clone()).unwrap_or_default();
        let windows = self.text.contains("\r\n");
        let ending = if windows { "\r\n" } else { "\n" };
        let indent = " ".repeat(column);
        match own.ends_with('\n') {
            true => self.put(whole.end, format!("{indent}{text}{ending}")),
            false => self.put(whole.end, format!("{ending}{indent}{text}")),
        }
    }

    /// The last line of a node that says something.
    fn last_line(&self, node: &Written) -> usize {
        crate::moves::content_line(&self.lines, node)
    }

    /// Where the `-` of each item of a block list stands.
    fn dashes(&self, list: &Written, count: usize, column: usize) -> Option<Vec<usize>> {
        let Shape::Sequence { items, .. } = &list.shape else {
            return None;
        };
        let mut dashes = vec![list.span.start as usize];
        for item in items.iter().take(count.saturating_sub(1)) {
            let before = *dashes.last()?;
            let floor = match item.whole().is_empty() {
                true => self.lines.at(before),
                false => self.last_line(item),
            };
            let mut below = (floor + 1..self.lines.count())
                .map(|line| self.lines.whole(line).start + column)
                .filter(|at| self.lines.leads(*at) && self.lines.column(*at) == column);
            dashes.push(below.find(|at| self.text.get(*at..at + 1) == Some("-"))?);
        }
        Some(dashes)
    }

    fn in_flow(&self, at: Span) -> bool {
        let mut nodes: Vec<&Written> = self.page.roots.iter().collect();
        while let Some(node) = nodes.pop() {
            let flow = match &node.shape {
                Shape::Sequence { flow, items } => {
                    nodes.extend(items);
                    *flow
                }
                Shape::Mapping { flow, entries } => {
                    nodes.extend(entries.iter().flat_map(|(key, value)| [key, value]));
                    *flow
                }
                _ => false,
            };
            if flow && holds(node, at) && node.span != at {
                return true;
            }
        }
        false
    }

    /// The smallest node that holds a place, and where it stands.
    fn find(&self, at: Span) -> Option<(&Written, Option<Step<'_>>)> {
        if at.source != self.source {
            return None;
        }
        let mut node = self.page.roots.iter().find(|root| holds(root, at))?;
        let mut step = None;
        loop {
            let inner = children(node).find(|(child, _)| holds(child, at));
            match inner {
                Some((child, place)) => (node, step) = (child, Some(place)),
                None => return Some(self.entry(node, at).unwrap_or((node, step))),
            }
        }
    }

    /// The key of the entry that a place covers with its value.
    fn entry<'p>(&self, map: &'p Written, at: Span) -> Option<(&'p Written, Option<Step<'p>>)> {
        let covered = |entry: &(Written, Written)| {
            let whole = whole_entry(entry);
            whole.start == at.start && at.end <= whole.end
        };
        let nth = entries(map).iter().position(covered)?;
        let (key, _) = entries(map).get(nth)?;
        Some((key, Some(Step::Key(map, nth))))
    }

    /// Where a node itself stands.
    fn holder(&self, node: &Written) -> Option<Step<'_>> {
        let mut nodes: Vec<&Written> = self.page.roots.iter().collect();
        while let Some(parent) = nodes.pop() {
            for (child, place) in children(parent) {
                if std::ptr::eq(child, node) {
                    return Some(place);
                }
                nodes.push(child);
            }
        }
        None
    }
}

fn holds(node: &Written, at: Span) -> bool {
    let whole = node.whole();
    whole.start <= at.start && at.end <= whole.end && !whole.is_empty()
}

fn children<'p>(node: &'p Written) -> Box<dyn Iterator<Item = (&'p Written, Step<'p>)> + 'p> {
    match &node.shape {
        Shape::Sequence { items, .. } => {
            let items = items.iter().enumerate();
            Box::new(items.map(move |(nth, item)| (item, Step::Item(node, nth))))
        }
        Shape::Mapping { entries, .. } => {
            let entries = entries.iter().enumerate();
            Box::new(entries.flat_map(move |(nth, (key, value))| {
                [(key, Step::Key(node, nth)), (value, Step::Value(node, nth))]
            }))
        }
        _ => Box::new(std::iter::empty()),
    }
}

fn entries(map: &Written) -> &[(Written, Written)] {
    match &map.shape {
        Shape::Mapping { entries, .. } => entries,
        _ => &[],
    }
}

fn count(node: &Written) -> usize {
    match &node.shape {
        Shape::Sequence { items, .. } => items.len(),
        Shape::Mapping { entries, .. } => entries.len(),
        _ => 0,
    }
}

fn whole_entry((key, value): &(Written, Written)) -> Span {
    match value.whole().is_empty() {
        true => key.whole(),
        false => key.whole().to(value.whole()),
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::string_slice,
    reason = "a test may stop at what it did not expect"
)]
mod tests;
