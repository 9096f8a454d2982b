//! What is written, for those who change it: every node where it stands, aliases as aliases,
//! anchors and tags included, and the comments. A [`Node`](crate::yaml::Node) says what a
//! document means instead.

use crate::limits::Limits;
use crate::node::Style;
use crate::source::SourceId;
use crate::span::Span;
use granit_parser::{Event, Parser, ScalarStyle, StructureStyle};

/// A YAML text as it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The root of each document.
    pub roots: Vec<Written>,
    /// Each comment, from its `#` to the end of its line.
    pub comments: Vec<Span>,
}

/// A node where it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// What it is.
    pub shape: Shape,
    /// Where: quotes, brackets and the `|` of a block scalar included, anchor and tag not. A
    /// block scalar ends behind its last line, a block collection with its last entry.
    pub span: Span,
    /// Where its anchor or its tag begins, if it has one; else where it begins itself.
    pub start: u32,
}

/// What a written node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// `*name`
    Alias,
    /// Text, or nothing at all.
    Scalar {
        /// The text after YAML's own unescaping and folding.
        text: String,
        /// How it is written.
        style: Style,
    },
    /// A list.
    Sequence {
        /// In order.
        items: Vec<Written>,
        /// Written as `[…]`
        flow: bool,
    },
    /// A map.
    Mapping {
        /// Keys and values in order, `<<` and duplicates among them.
        entries: Vec<(Written, Written)>,
        /// Written as `{…}`
        flow: bool,
    },
}

impl Written {
    /// Where it is written, anchor and tag included.
    pub fn whole(&self) -> Span {
        Span::new(self.span.source, self.start, self.span.end)
    }
}

/// Reads what is written in `text`; none where it is no valid YAML within the limits.
pub fn written(text: &str, source: SourceId, limits: &Limits) -> Option<Page> {
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        flow_nesting_limit: limits.depth,
        block_nesting_limit: limits.depth,
    };
    let mut reader = Reading {
        text,
        source,
        open: Vec::new(),
        last: 0,
        page: Page {
            roots: Vec::new(),
            comments: Vec::new(),
        },
    };
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, at) = event.ok()?;
        reader.event(event, at);
    }
    reader.open.is_empty().then_some(reader.page)
}

struct Reading<'a> {
    text: &'a str,
    source: SourceId,
    /// Collections that have not ended, and in each mapping the key whose value is awaited.
    open: Vec<(Written, Option<Written>)>,
    /// Where the last thing that is no comment ended.
    last: u32,
    page: Page,
}

impl Reading<'_> {
    fn event(&mut self, event: Event<'_>, at: granit_parser::Span) {
        let range = at.byte_range().unwrap_or(0..0);
        let mut span = Span::new(self.source, offset(range.start), offset(range.end));
        let tag = at.tag_span().and_then(|tag| tag.byte_range());
        let start = tag.map_or(span.start, |tag| offset(tag.start).min(span.start));
        let node = |shape, span| Written { shape, span, start };
        let aside = matches!(event, Event::Comment(..) | Event::DocumentStart(false, _));
        match event {
            Event::Comment(..) => self.page.comments.push(span),
            Event::Anchor(..) => self.anchored(span.start),
            Event::Alias(_) | Event::UnresolvedAlias(_) => self.add(node(Shape::Alias, span)),
            Event::Scalar(value, style, ..) => {
                let style = match style {
                    ScalarStyle::SingleQuoted => Style::Single,
                    ScalarStyle::DoubleQuoted => Style::Double,
                    ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
                    _ => Style::Plain,
                };
                let value = match style == Style::Plain && span.is_empty() {
                    true => String::new(),
                    false => value.into_owned(),
                };
                if style == Style::Block {
                    span = self.block(span);
                }
                let start = start.min(span.start);
                let shape = Shape::Scalar { text: value, style };
                self.add(Written { shape, span, start });
            }
            Event::SequenceStart(style, ..) => {
                let (items, flow) = (Vec::new(), style == StructureStyle::Flow);
                if !flow {
                    span.start = self.dash(span.start);
                    span.end = span.end.max(span.start);
                }
                let start = start.min(span.start);
                let node = |shape, span| Written { shape, span, start };
                self.open
                    .push((node(Shape::Sequence { items, flow }, span), None));
            }
            Event::MappingStart(style, ..) => {
                let (entries, flow) = (Vec::new(), style == StructureStyle::Flow);
                self.open
                    .push((node(Shape::Mapping { entries, flow }, span), None));
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some((mut node, _)) = self.open.pop() {
                    if !span.is_empty() {
                        node.span.end = span.end;
                    }
                    self.add(node);
                }
            }
            _ => {}
        }
        if !aside && !span.is_empty() {
            self.last = self.last.max(span.end);
        }
    }

    /// The first `-` of a block list. The reader gives the first item of one that is indented no
    /// deeper than its key.
    fn dash(&self, given: u32) -> u32 {
        if !matches!(self.open.last(), Some((_, Some(_)))) {
            return given;
        }
        let before = self.text.get(self.last as usize..given as usize);
        let mut at = self.last;
        for (nth, line) in before.unwrap_or_default().split_inclusive('\n').enumerate() {
            let text = line.trim_start_matches(' ');
            let marks = text.strip_prefix('-');
            let marks =
                marks.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
            if nth > 0 && marks {
                return at + offset(line.len() - text.len());
            }
            at += offset(line.len());
        }
        given
    }

    /// A block scalar from its `|` on, given the place of its lines.
    fn block(&self, lines: Span) -> Span {
        let before = self.text.get(self.last as usize..lines.start as usize);
        let mut start = lines.start;
        let mut blank = true;
        let mut chars = before.unwrap_or_default().char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '#' if blank => drop(chars.find(|(_, c)| matches!(c, '\n' | '\r'))),
                '|' | '>' if blank => {
                    start = self.last + offset(at);
                    break;
                }
                _ => {}
            }
            blank = c.is_ascii_whitespace() || c == '#';
        }
        // behind the last line stands the indentation of what follows
        let raw = self.text.get(start as usize..lines.end as usize);
        let raw = raw.unwrap_or_default();
        let kept = raw.trim_end_matches([' ', '\t']);
        let end = match kept.ends_with(['\n', '\r']) {
            true => start + offset(kept.len()),
            false => lines.end,
        };
        Span::new(self.source, start, end)
    }

    /// The node that came last has an anchor, which begins here.
    fn anchored(&mut self, start: u32) {
        let root = self.page.roots.last_mut();
        let node = match self.open.last_mut() {
            None => root,
            Some((node, key)) => match (&mut node.shape, key) {
                (_, Some(key)) => Some(key),
                (Shape::Sequence { items, .. }, None) if !items.is_empty() => items.last_mut(),
                (Shape::Mapping { entries, .. }, None) if !entries.is_empty() => {
                    entries.last_mut().map(|(_, value)| value)
                }
                _ => Some(node),
            },
        };
        if let Some(node) = node {
            node.start = node.start.min(start);
        }
    }

    fn add(&mut self, node: Written) {
        let Some((parent, key)) = self.open.last_mut() else {
            self.page.roots.push(node);
            return;
        };
        // nothing at all stands behind its `-` or `:`
        parent.span.end = parent.span.end.max(node.span.end);
        match &mut parent.shape {
            Shape::Sequence { items, .. } => items.push(node),
            Shape::Mapping { entries, .. } => match key.take() {
                None => *key = Some(node),
                Some(key) => entries.push((key, node)),
            },
            _ => {}
        }
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[allow(
    clippy::string_slice,
    clippy::panic,
    reason = "a test may stop at what it did not expect"
)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# head
title: &t 'x'  # said twice
list: &l
    - !!str a
    - &b b
    - *t
    - {k: [1, 2]}
    -
text: |
    one

    # two

empty: >- # nothing | to see
last: &x |2+
      indented

none:
--- # second
&r
a: b
";

    fn texts(node: &Written, out: &mut Vec<String>) {
        let whole = node.whole();
        let text = &TEXT[whole.start as usize..whole.end as usize];
        match &node.shape {
            Shape::Sequence { items, .. } => items.iter().for_each(|item| texts(item, out)),
            Shape::Mapping { entries, .. } => entries.iter().for_each(|(key, value)| {
                texts(key, out);
                texts(value, out);
            }),
            _ => out.push(text.to_owned()),
        }
    }

    #[test]
    fn every_node_stands_where_it_is_written() {
        let page = written(TEXT, SourceId(0), &Limits::default()).unwrap();
        let mut out = Vec::new();
        page.roots.iter().for_each(|root| texts(root, &mut out));
        let text = "|\n    one\n\n    # two\n\n";
        assert_eq!(
            out,
            [
                "title",
                "&t 'x'",
                "list",
                "!!str a",
                "&b b",
                "*t",
                "k",
                "1",
                "2",
                "",
                "text",
                text,
                "empty",
                ">- # nothing | to see\n",
                "last",
                "&x |2+\n      indented\n\n",
                "none",
                "",
                "a",
                "b"
            ]
        );
        let comments: Vec<&str> = page
            .comments
            .iter()
            .map(|c| &TEXT[c.start as usize..c.end as usize])
            .collect();
        assert_eq!(
            comments,
            ["# head", "# said twice", "# nothing | to see", "# second"]
        );
    }

    #[test]
    fn anchors_of_collections_belong_to_them() {
        let page = written(TEXT, SourceId(0), &Limits::default()).unwrap();
        let Shape::Mapping { entries, .. } = &page.roots[0].shape else {
            panic!("no map");
        };
        let list = &entries[1].1;
        assert!(TEXT[list.start as usize..].starts_with("&l\n    - "));
        assert!(TEXT[list.span.start as usize..].starts_with("- !!str"));
        assert!(TEXT[page.roots[1].start as usize..].starts_with("&r\na: b"));
    }

    #[test]
    fn a_list_begins_with_its_first_dash() {
        for text in [
            "a:\n- b\n",
            "a: # - no\n# - no\n- - b\n",
            "a: &l\n-\n  b\n",
            "a:\n  - -1\n",
            "- a:\n  -  b\n- - - c\n",
        ] {
            let page = written(text, SourceId(0), &Limits::default()).unwrap();
            let mut lists = vec![&page.roots[0]];
            while let Some(node) = lists.pop() {
                match &node.shape {
                    Shape::Sequence { items, .. } => {
                        let first = text[node.span.start as usize..].chars().next();
                        assert_eq!(first, Some('-'), "{text}");
                        assert!(node.span.start < items[0].start, "{text}");
                        lists.extend(items);
                    }
                    Shape::Mapping { entries, .. } => lists.extend(entries.iter().map(|e| &e.1)),
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn what_is_no_yaml_is_not_read() {
        assert_eq!(written("a: [", SourceId(0), &Limits::default()), None);
        let deep = "[".repeat(1_000);
        assert_eq!(written(&deep, SourceId(0), &Limits::default()), None);
    }
}
