//! Which documents refer to which: orders in which each comes after those it refers to, and
//! circles.

use sigwright_syntax::Span;
use std::collections::{HashMap, HashSet};

/// References between documents, each with the place it is written at.
#[derive(Default)]
pub(super) struct Graph {
    references: HashMap<usize, Vec<(usize, Span)>>,
}

impl Graph {
    /// Adds a document without references.
    pub(super) fn add(&mut self, document: usize) {
        self.references.entry(document).or_default();
    }

    /// Adds a reference, and the document it is in.
    pub(super) fn refer(&mut self, document: usize, target: usize, place: Span) {
        self.references
            .entry(document)
            .or_default()
            .push((target, place));
    }

    /// The references of a document to others of the graph.
    fn of(&self, document: usize) -> impl Iterator<Item = (usize, Span)> {
        self.references
            .get(&document)
            .into_iter()
            .flatten()
            .copied()
            .filter(|(target, _)| self.references.contains_key(target))
    }

    /// The documents in an order in which each follows those it refers to; those in a circle,
    /// or behind one, are left out.
    pub(super) fn order(&self) -> Vec<usize> {
        let mut waiting: HashMap<usize, usize> = HashMap::new();
        let mut dependents: HashMap<usize, Vec<usize>> = HashMap::new();
        for document in self.references.keys() {
            let others: Vec<usize> = self.of(*document).map(|(target, _)| target).collect();
            waiting.insert(*document, others.len());
            for other in others {
                dependents.entry(other).or_default().push(*document);
            }
        }
        let mut order: Vec<usize> = waiting
            .iter()
            .filter(|(_, count)| **count == 0)
            .map(|(document, _)| *document)
            .collect();
        order.sort_unstable();
        let mut next = 0;
        while let Some(done) = order.get(next).copied() {
            next += 1;
            for dependent in dependents.get(&done).into_iter().flatten() {
                if let Some(count) = waiting.get_mut(dependent) {
                    *count -= 1;
                    if *count == 0 {
                        order.push(*dependent);
                    }
                }
            }
        }
        order
    }

    /// The circles that keep documents out of `order`, each once, as the places of all its
    /// references.
    pub(super) fn circles(&self, order: &[usize]) -> Vec<Vec<Span>> {
        let ordered: HashSet<usize> = order.iter().copied().collect();
        let mut rest: Vec<usize> = self
            .references
            .keys()
            .copied()
            .filter(|document| !ordered.contains(document))
            .collect();
        rest.sort_unstable();
        let mut seen: HashSet<usize> = HashSet::new();
        let mut circles = Vec::new();
        for start in rest {
            let mut path: Vec<(usize, Span)> = Vec::new();
            let mut at = start;
            while seen.insert(at) {
                // Each of the rest refers to another of the rest, so a walk must come back.
                let Some((target, place)) = self.of(at).find(|(to, _)| !ordered.contains(to))
                else {
                    break;
                };
                path.push((at, place));
                at = target;
            }
            let from = path.iter().position(|(document, _)| *document == at);
            let circle = from.and_then(|from| path.get(from..)).unwrap_or_default();
            if !circle.is_empty() {
                circles.push(circle.iter().map(|(_, place)| *place).collect());
            }
        }
        circles
    }
}
