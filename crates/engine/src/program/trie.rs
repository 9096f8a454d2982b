//! Which fields the members of an event lead to.
//!
//! A node stands for a run of keys joined with dots. Since a key may hold dots itself
//! (`authorization.k8s.io/decision`), every way of cutting a field name at its dots is an
//! edge: one look-up per key of the event finds what [`Event::reach`] would.
//!
//! [`Event::reach`]: crate::Event::reach

use rustc_hash::FxHashMap;

/// The trie of the fields a plan reads.
#[derive(Debug, Default)]
pub(super) struct Trie {
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
struct Node {
    /// Bit n: some key has n bytes; bit 63: one has 63 or more.
    lengths: u64,
    edges: FxHashMap<Box<str>, u32>,
    field: Option<u32>,
}

impl Trie {
    /// The node no key has led away from yet.
    pub(super) const ROOT: u32 = 0;

    /// A trie of names; a field's number is its place in the list.
    pub(super) fn new<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let mut trie = Trie {
            nodes: vec![Node::default()],
        };
        let mut places: FxHashMap<&str, u32> = FxHashMap::default();
        for (field, name) in names.into_iter().enumerate() {
            let cuts: Vec<usize> = name
                .match_indices('.')
                .map(|(at, _)| at)
                .chain([name.len()])
                .collect();
            for (i, end) in cuts.iter().copied().enumerate() {
                let to = trie.place(name.get(..end).unwrap_or(name), &mut places);
                trie.edge(Self::ROOT, name.get(..end).unwrap_or(name), to);
                for start in cuts.iter().take(i).copied() {
                    let from = trie.place(name.get(..start).unwrap_or(name), &mut places);
                    trie.edge(from, name.get(start + 1..end).unwrap_or(""), to);
                }
            }
            let end = trie.place(name, &mut places);
            if let Some(node) = trie.nodes.get_mut(end as usize) {
                node.field = u32::try_from(field).ok();
            }
        }
        trie
    }

    fn place<'n>(&mut self, path: &'n str, places: &mut FxHashMap<&'n str, u32>) -> u32 {
        *places.entry(path).or_insert_with(|| {
            self.nodes.push(Node::default());
            u32::try_from(self.nodes.len() - 1).unwrap_or(0)
        })
    }

    fn edge(&mut self, from: u32, key: &str, to: u32) {
        if let Some(node) = self.nodes.get_mut(from as usize) {
            node.lengths |= 1 << key.len().min(63);
            node.edges.insert(key.into(), to);
        }
    }

    /// Where `key` leads from a node.
    pub(super) fn follow(&self, from: u32, key: &str) -> Option<u32> {
        let node = self.nodes.get(from as usize)?;
        if node.lengths >> key.len().min(63) & 1 == 0 {
            return None;
        }
        node.edges.get(key).copied()
    }

    /// The field whose name ends at a node.
    pub(super) fn field(&self, node: u32) -> Option<u32> {
        self.nodes.get(node as usize)?.field
    }

    /// Whether longer names go on from a node.
    pub(super) fn goes_on(&self, node: u32) -> bool {
        self.nodes
            .get(node as usize)
            .is_some_and(|n| !n.edges.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cut_of_a_name_is_an_edge() {
        let trie = Trie::new(["a.b.c", "a", "a.b.d"]);
        for path in [
            &["a", "b", "c"][..],
            &["a.b", "c"],
            &["a", "b.c"],
            &["a.b.c"],
        ] {
            let end = path
                .iter()
                .try_fold(Trie::ROOT, |node, key| trie.follow(node, key))
                .unwrap();
            assert_eq!(trie.field(end), Some(0), "{path:?}");
        }
        let a = trie.follow(Trie::ROOT, "a").unwrap();
        assert_eq!(trie.field(a), Some(1));
        assert!(trie.goes_on(a));
        assert_eq!(trie.follow(Trie::ROOT, "b"), None);
    }
}
