//! Texts that values begin or end with, all asked by one walk from that end.
//!
//! A radix tree: the walk stops at the first byte that no text has there, so that a path costs
//! the few bytes of its last part, however long it is.

/// Which end of a value the texts stand at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Start,
    Last,
}

/// Texts at one end of a value, each with the bits it sets.
#[derive(Debug)]
pub(super) struct Affixes {
    end: End,
    nodes: Vec<Node>,
    /// Of each edge, the byte nearest to the end; sorted within a node.
    firsts: Vec<u8>,
    edges: Vec<Edge>,
    bits: Vec<u32>,
}

/// Ranges of `edges` and of `bits`.
#[derive(Debug, Default)]
struct Node {
    edges: (u32, u32),
    bits: (u32, u32),
}

#[derive(Debug)]
struct Edge {
    /// The bytes behind the first, as they stand in the value.
    rest: Box<[u8]>,
    to: u32,
}

/// A text, from its end of the value on, and its bits.
type Text = (Vec<u8>, Vec<u32>);

/// A node to be laid out: its texts share their first `depth` bytes.
struct Open<'t> {
    node: usize,
    depth: usize,
    texts: &'t [Text],
}

impl Affixes {
    /// A tree of texts, none of them empty; `None` without any.
    pub(super) fn new(
        end: End,
        texts: impl IntoIterator<Item = (String, Vec<u32>)>,
    ) -> Option<Self> {
        let mut sorted: Vec<Text> = texts
            .into_iter()
            .map(|(text, bits)| {
                let mut bytes = text.into_bytes();
                if end == End::Last {
                    bytes.reverse();
                }
                (bytes, bits)
            })
            .collect();
        if sorted.is_empty() {
            return None;
        }
        sorted.sort();
        let mut tree = Affixes {
            end,
            nodes: vec![Node::default()],
            firsts: Vec::new(),
            edges: Vec::new(),
            bits: Vec::new(),
        };
        let mut open = vec![Open {
            node: 0,
            depth: 0,
            texts: &sorted,
        }];
        while let Some(next) = open.pop() {
            tree.lay(next, &mut open);
        }
        Some(tree)
    }

    fn lay<'t>(&mut self, node: Open<'t>, open: &mut Vec<Open<'t>>) {
        let Open {
            node,
            depth,
            mut texts,
        } = node;
        let first_bit = self.bits.len();
        while let [(text, bits), others @ ..] = texts
            && text.len() == depth
        {
            self.bits.extend_from_slice(bits);
            texts = others;
        }
        let first_edge = self.edges.len();
        while let Some((text, _)) = texts.first()
            && let Some(byte) = text.get(depth)
        {
            let many = texts.partition_point(|(other, _)| other.get(depth) == Some(byte));
            let (group, others) = texts.split_at_checked(many).unwrap_or((texts, &[]));
            texts = others;
            let last = group.last().map_or(text, |(last, _)| last);
            let common = text
                .iter()
                .zip(last)
                .take_while(|(one, other)| one == other)
                .count();
            let mut rest = text.get(depth + 1..common).unwrap_or_default().to_vec();
            if self.end == End::Last {
                rest.reverse();
            }
            self.nodes.push(Node::default());
            self.firsts.push(*byte);
            self.edges.push(Edge {
                rest: rest.into(),
                to: (self.nodes.len() - 1) as u32,
            });
            open.push(Open {
                node: self.nodes.len() - 1,
                depth: common,
                texts: group,
            });
        }
        if let Some(node) = self.nodes.get_mut(node) {
            node.bits = (first_bit as u32, self.bits.len() as u32);
            node.edges = (first_edge as u32, self.edges.len() as u32);
        }
    }

    /// Calls `hit` with the bits of every text the value begins or ends with.
    pub(super) fn each(&self, value: &[u8], mut hit: impl FnMut(u32)) {
        let mut left = value;
        let mut at = 0;
        while let Some(node) = self.nodes.get(at as usize) {
            let (from, to) = node.bits;
            for bit in self
                .bits
                .get(from as usize..to as usize)
                .unwrap_or_default()
            {
                hit(*bit);
            }
            let split = match self.end {
                End::Start => left.split_first(),
                End::Last => left.split_last(),
            };
            let Some((byte, further)) = split else { return };
            let (from, to) = node.edges;
            let firsts = self.firsts.get(from as usize..to as usize);
            let Ok(place) = firsts.unwrap_or_default().binary_search(byte) else {
                return;
            };
            let Some(edge) = self.edges.get(from as usize + place) else {
                return;
            };
            let behind = match self.end {
                End::Start => further.strip_prefix(&*edge.rest),
                End::Last => further.strip_suffix(&*edge.rest),
            };
            let Some(behind) = behind else { return };
            left = behind;
            at = edge.to;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn finds_what_the_value_begins_or_ends_with(
            texts in prop::collection::btree_set("[abä]{1,4}", 0..12),
            value in "[abäc]{0,6}",
        ) {
            for end in [End::Start, End::Last] {
                let numbered = texts.iter().zip(0..).map(|(text, n)| (text.clone(), vec![n]));
                let mut found = BTreeSet::new();
                if let Some(tree) = Affixes::new(end, numbered) {
                    tree.each(value.as_bytes(), |bit| { found.insert(bit); });
                }
                let expected = texts.iter().zip(0..).filter(|(text, _)| match end {
                    End::Start => value.starts_with(text.as_str()),
                    End::Last => value.ends_with(text.as_str()),
                });
                prop_assert_eq!(found, expected.map(|(_, n)| n).collect::<BTreeSet<_>>());
            }
        }
    }

    #[test]
    fn texts_that_hold_one_another_nest_without_recursion() {
        let texts = (1..5_000).map(|n| ("a".repeat(n), vec![n as u32]));
        let tree = Affixes::new(End::Last, texts).unwrap();
        let mut found = 0;
        tree.each("a".repeat(3_000).as_bytes(), |_| found += 1);
        assert_eq!(found, 3_000);
    }
}
