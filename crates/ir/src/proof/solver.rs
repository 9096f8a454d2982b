//! Whether some expressions can have certain truths at once, by drawing conclusions.
//!
//! Each expression in question is a node with a truth that is open at first. What is given
//! is drawn on: from a group to its parts and back, and from one predicate to another that it
//! implies or excludes. Where a node would have to be both, the given cannot be; why is read
//! off the reasons. Where nothing more follows, groups that are still open are tried part by
//! part, within a budget. Running out of it means that nothing was shown.

use crate::expr::{Expr, Exprs};
use crate::pred::ExprId;
use rustc_hash::FxHashMap;

/// Truths set in one question, all in all, before it is given up.
const BUDGET: usize = 50_000;
/// Groups tried part by part, one inside another.
const DEPTH: usize = 3;
/// Nodes of one question; a larger one is not asked.
const MOST_NODES: usize = 50_000;

/// A node of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Node(u32);

impl Node {
    fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Constant(bool),
    /// A predicate, or a selector over array elements.
    Atom,
    And,
    Or,
    Not,
}

/// A conclusion from one node's truth to another's, with what it rests on.
#[derive(Debug, Clone, Copy)]
struct Edge<F> {
    when: bool,
    to: Node,
    then: bool,
    fact: F,
}

/// Why a node has its truth.
#[derive(Debug, Clone, Copy)]
enum Reason<F> {
    /// It was assumed, or is constant.
    Given,
    /// This part or this group alone decides.
    By(Node),
    /// All its parts decide.
    Parts,
    /// The group has this truth, and all other parts of it.
    Rest(Node),
    /// What the truth of a node says about it.
    Fact(Node, F),
    /// It is so by itself.
    Own(F),
}

/// Two reasons for opposite truths of a node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Conflict<F> {
    node: Node,
    reason: Reason<F>,
}

/// What a contradiction rests on.
#[derive(Debug, Clone)]
pub(super) struct Grounds<F> {
    /// Conclusions from one atom to another.
    pub(super) facts: Vec<F>,
    /// All atoms that play a part.
    pub(super) atoms: Vec<ExprId>,
}

impl<F> Default for Grounds<F> {
    fn default() -> Self {
        Grounds {
            facts: Vec::new(),
            atoms: Vec::new(),
        }
    }
}

/// Expressions and what has been concluded about them.
#[derive(Debug)]
pub(super) struct Problem<F> {
    ids: Vec<ExprId>,
    places: FxHashMap<ExprId, Node>,
    kinds: Vec<Kind>,
    parts: Vec<Box<[Node]>>,
    groups: Vec<Vec<Node>>,
    edges: Vec<Vec<Edge<F>>>,
    truths: Vec<Option<bool>>,
    reasons: Vec<Reason<F>>,
    /// Of a group: how many parts have the truth that leaves it open.
    neutral: Vec<u32>,
    trail: Vec<Node>,
    /// How much of the trail has been drawn on.
    drawn: usize,
    spent: usize,
}

impl<F: Copy> Problem<F> {
    /// The expressions `roots` are made of, all open. None where there are too many.
    pub(super) fn new(exprs: &Exprs, roots: &[ExprId]) -> Option<Problem<F>> {
        let mut problem = Problem {
            ids: Vec::new(),
            places: FxHashMap::default(),
            kinds: Vec::new(),
            parts: Vec::new(),
            groups: Vec::new(),
            edges: Vec::new(),
            truths: Vec::new(),
            reasons: Vec::new(),
            neutral: Vec::new(),
            trail: Vec::new(),
            drawn: 0,
            spent: 0,
        };
        let mut open = roots.to_vec();
        while let Some(id) = open.pop() {
            if problem.places.contains_key(&id) {
                continue;
            }
            if problem.ids.len() >= MOST_NODES {
                return None;
            }
            let place = u32::try_from(problem.ids.len()).unwrap_or(u32::MAX);
            problem.places.insert(id, Node(place));
            problem.ids.push(id);
            open.extend_from_slice(parts(exprs, id));
        }
        for id in &problem.ids {
            problem.kinds.push(match exprs.get(*id) {
                Expr::True => Kind::Constant(true),
                Expr::False => Kind::Constant(false),
                Expr::Pred(_) | Expr::Elements { .. } => Kind::Atom,
                Expr::And(_) => Kind::And,
                Expr::Or(_) => Kind::Or,
                Expr::Not(_) => Kind::Not,
            });
            let parts = parts(exprs, *id)
                .iter()
                .filter_map(|part| problem.places.get(part).copied());
            problem.parts.push(parts.collect());
        }
        let count = problem.ids.len();
        problem.groups = vec![Vec::new(); count];
        for (place, parts) in problem.parts.iter().enumerate() {
            let group = Node(u32::try_from(place).unwrap_or(u32::MAX));
            for part in parts {
                if let Some(groups) = problem.groups.get_mut(part.index()) {
                    groups.push(group);
                }
            }
        }
        problem.edges = (0..count).map(|_| Vec::new()).collect();
        problem.truths = vec![None; count];
        problem.reasons = vec![Reason::Given; count];
        problem.neutral = vec![0; count];
        Some(problem)
    }

    /// The node of an expression.
    pub(super) fn node(&self, id: ExprId) -> Option<Node> {
        self.places.get(&id).copied()
    }

    /// The atoms, with what they are.
    pub(super) fn atoms(&self) -> impl Iterator<Item = (Node, ExprId)> {
        let nodes = self.kinds.iter().zip(&self.ids).enumerate();
        nodes.filter_map(|(place, (kind, id))| {
            let node = Node(u32::try_from(place).unwrap_or(u32::MAX));
            (*kind == Kind::Atom).then_some((node, *id))
        })
    }

    /// Says that where `from` has one truth, `to` has another; and so the other way round.
    pub(super) fn relate(&mut self, from: (Node, bool), to: (Node, bool), fact: F) {
        let mut edge = |from: (Node, bool), to: (Node, bool)| {
            if let Some(edges) = self.edges.get_mut(from.0.index()) {
                edges.push(Edge {
                    when: from.1,
                    to: to.0,
                    then: to.1,
                    fact,
                });
            }
        };
        edge(from, to);
        edge((to.0, !to.1), (from.0, !from.1));
    }

    /// Sets what is true whatever is assumed, and constants.
    ///
    /// # Errors
    /// Where that cannot be.
    pub(super) fn begin(&mut self, known: &[(Node, bool, F)]) -> Result<(), Conflict<F>> {
        for place in 0..self.kinds.len() {
            if let Some(Kind::Constant(truth)) = self.kinds.get(place) {
                let node = Node(u32::try_from(place).unwrap_or(u32::MAX));
                self.set(node, *truth, Reason::Given)?;
            }
        }
        for (node, truth, fact) in known {
            self.set(*node, *truth, Reason::Own(*fact))?;
        }
        self.draw()
    }

    /// Assumes a truth and draws on it.
    ///
    /// # Errors
    /// Where it cannot be.
    pub(super) fn assume(&mut self, node: Node, truth: bool) -> Result<(), Conflict<F>> {
        self.set(node, truth, Reason::Given)?;
        self.draw()
    }

    /// Starts the budget anew.
    pub(super) fn refill(&mut self) {
        self.spent = 0;
    }

    /// How far things are, to come back to.
    pub(super) fn mark(&self) -> usize {
        self.trail.len()
    }

    /// Forgets what was assumed and concluded since.
    pub(super) fn back(&mut self, mark: usize) {
        while self.trail.len() > mark {
            let Some(node) = self.trail.pop() else { break };
            let drawn = self.trail.len() < self.drawn;
            let truth = self.truth(node);
            if let Some(slot) = self.truths.get_mut(node.index()) {
                *slot = None;
            }
            if drawn && let Some(truth) = truth {
                self.count(node, truth, |n| n.saturating_sub(1));
            }
        }
        self.drawn = self.drawn.min(mark);
    }

    /// Why what is assumed now cannot be. None where it can, or that was not found out.
    pub(super) fn refute(&mut self) -> Option<Grounds<F>> {
        self.refute_at(0)
    }

    fn refute_at(&mut self, depth: usize) -> Option<Grounds<F>> {
        let open = self.open_groups();
        // a group none of whose parts can be, whatever the others
        for group in &open {
            if let Some(grounds) = self.each_part(*group, |_| None) {
                return Some(grounds);
            }
        }
        let narrowest = open.first().filter(|_| depth < DEPTH)?;
        self.each_part(*narrowest, |problem| problem.refute_at(depth + 1))
    }

    /// Assumes each open part of a group in turn. None where one of them can be, also by
    /// `further`, which is asked where nothing speaks against it yet.
    fn each_part(
        &mut self,
        group: Node,
        further: impl Fn(&mut Self) -> Option<Grounds<F>>,
    ) -> Option<Grounds<F>> {
        let wanted = self.kind(group) == Kind::Or;
        let parts: Vec<Node> = self.parts.get(group.index())?.to_vec();
        let mut all = Grounds::default();
        for part in parts {
            if self.spent >= BUDGET {
                return None;
            }
            let mark = self.mark();
            let grounds = match self.assume(part, wanted) {
                Err(conflict) => Some(self.grounds(conflict)),
                Ok(()) => further(self),
            };
            self.back(mark);
            let grounds = grounds?;
            all.facts.extend(grounds.facts);
            all.atoms.extend(grounds.atoms);
        }
        Some(all)
    }

    /// The groups one of whose parts must have their truth, and it is open which; those with
    /// the fewest parts first.
    fn open_groups(&self) -> Vec<Node> {
        let mut open: Vec<(usize, Node)> = Vec::new();
        for (place, kind) in self.kinds.iter().enumerate() {
            let wanted = match (kind, self.truths.get(place)) {
                (Kind::And, Some(Some(false))) => false,
                (Kind::Or, Some(Some(true))) => true,
                _ => continue,
            };
            let parts = self.parts.get(place).map_or(&[][..], |parts| parts);
            if parts.iter().any(|part| self.truth(*part) == Some(wanted)) {
                continue;
            }
            let count = parts.iter().filter(|part| self.truth(**part).is_none());
            let node = Node(u32::try_from(place).unwrap_or(u32::MAX));
            open.push((count.count(), node));
        }
        open.sort_unstable();
        open.into_iter().map(|(_, node)| node).collect()
    }

    /// What a node is known to be.
    pub(super) fn truth(&self, node: Node) -> Option<bool> {
        self.truths.get(node.index()).copied().flatten()
    }

    fn kind(&self, node: Node) -> Kind {
        self.kinds.get(node.index()).copied().unwrap_or(Kind::Atom)
    }

    fn set(&mut self, node: Node, truth: bool, reason: Reason<F>) -> Result<(), Conflict<F>> {
        match self.truth(node) {
            Some(known) if known == truth => return Ok(()),
            Some(_) => return Err(Conflict { node, reason }),
            None => {}
        }
        self.spent += 1;
        if let Some(slot) = self.truths.get_mut(node.index()) {
            *slot = Some(truth);
        }
        if let Some(slot) = self.reasons.get_mut(node.index()) {
            *slot = reason;
        }
        self.trail.push(node);
        Ok(())
    }

    /// Changes the counts of the groups around a node for which its truth is neutral.
    fn count(&mut self, node: Node, truth: bool, change: impl Fn(u32) -> u32) {
        for group in self.groups.get(node.index()).into_iter().flatten() {
            let neutral = match self.kinds.get(group.index()) {
                Some(Kind::And) => truth,
                Some(Kind::Or) => !truth,
                _ => false,
            };
            if neutral && let Some(count) = self.neutral.get_mut(group.index()) {
                *count = change(*count);
            }
        }
    }

    /// Draws all conclusions.
    fn draw(&mut self) -> Result<(), Conflict<F>> {
        while let Some(node) = self.trail.get(self.drawn).copied() {
            self.drawn += 1;
            let Some(truth) = self.truth(node) else {
                continue;
            };
            self.count(node, truth, |n| n + 1);
            self.downward(node, truth)?;
            for place in 0..self.groups.get(node.index()).map_or(0, Vec::len) {
                let group = self.groups.get(node.index()).and_then(|g| g.get(place));
                if let Some(group) = group.copied() {
                    self.upward(node, truth, group)?;
                }
            }
            for place in 0..self.edges.get(node.index()).map_or(0, Vec::len) {
                let edge = self.edges.get(node.index()).and_then(|e| e.get(place));
                if let Some(edge) = edge.copied()
                    && edge.when == truth
                {
                    self.set(edge.to, edge.then, Reason::Fact(node, edge.fact))?;
                }
            }
        }
        Ok(())
    }

    /// From a group to its parts.
    fn downward(&mut self, node: Node, truth: bool) -> Result<(), Conflict<F>> {
        match (self.kind(node), truth) {
            (Kind::And, true) | (Kind::Or, false) => {
                for place in 0..self.parts.get(node.index()).map_or(0, |parts| parts.len()) {
                    let part = self.parts.get(node.index()).and_then(|p| p.get(place));
                    if let Some(part) = part.copied() {
                        self.set(part, truth, Reason::By(node))?;
                    }
                }
                Ok(())
            }
            (Kind::And | Kind::Or, _) => self.last(node, truth),
            (Kind::Not, _) => {
                let part = self.parts.get(node.index()).and_then(|p| p.first());
                match part.copied() {
                    Some(part) => self.set(part, !truth, Reason::By(node)),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// Where all parts of a group but one leave it open, that one has the group's truth.
    fn last(&mut self, group: Node, truth: bool) -> Result<(), Conflict<F>> {
        let neutral = self.neutral.get(group.index()).map_or(0, |n| *n as usize);
        let parts = self.parts.get(group.index()).map_or(&[][..], |parts| parts);
        if neutral + 1 != parts.len() {
            return Ok(());
        }
        let open = |part: &&Node| self.truth(**part) != Some(!truth);
        let Some(part) = parts.iter().find(open).copied() else {
            return Ok(());
        };
        self.set(part, truth, Reason::Rest(group))
    }

    /// From a part to a group around it.
    fn upward(&mut self, node: Node, truth: bool, group: Node) -> Result<(), Conflict<F>> {
        let decides = match self.kind(group) {
            Kind::Not => return self.set(group, !truth, Reason::By(node)),
            Kind::And => !truth,
            Kind::Or => truth,
            _ => return Ok(()),
        };
        if decides {
            return self.set(group, truth, Reason::By(node));
        }
        let parts = self.parts.get(group.index()).map_or(0, |parts| parts.len());
        let neutral = self.neutral.get(group.index()).map_or(0, |n| *n as usize);
        if neutral == parts {
            return self.set(group, truth, Reason::Parts);
        }
        match self.truth(group) {
            Some(known) if known != truth => self.last(group, known),
            _ => Ok(()),
        }
    }

    /// What a conflict rests on.
    pub(super) fn grounds(&self, conflict: Conflict<F>) -> Grounds<F> {
        let mut grounds = Grounds::default();
        let mut seen = vec![false; self.ids.len()];
        let mut open = vec![conflict.node];
        self.because(
            conflict.node,
            conflict.reason,
            &mut open,
            &mut grounds.facts,
        );
        while let Some(node) = open.pop() {
            match seen.get_mut(node.index()) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            if self.kind(node) == Kind::Atom {
                grounds.atoms.extend(self.ids.get(node.index()));
            }
            if let Some(reason) = self.reasons.get(node.index()).copied() {
                self.because(node, reason, &mut open, &mut grounds.facts);
            }
        }
        grounds
    }

    fn because(&self, node: Node, reason: Reason<F>, open: &mut Vec<Node>, facts: &mut Vec<F>) {
        let parts = |group: Node| self.parts.get(group.index()).map_or(&[][..], |p| p);
        match reason {
            Reason::Given => {}
            Reason::By(other) => open.push(other),
            Reason::Parts => open.extend_from_slice(parts(node)),
            Reason::Rest(group) => {
                open.push(group);
                open.extend(parts(group).iter().filter(|part| **part != node));
            }
            Reason::Fact(from, fact) => {
                open.push(from);
                facts.push(fact);
            }
            Reason::Own(fact) => facts.push(fact),
        }
    }
}

/// The parts of an expression that have a truth of their own.
fn parts(exprs: &Exprs, id: ExprId) -> &[ExprId] {
    match exprs.get(id) {
        Expr::And(parts) | Expr::Or(parts) => parts,
        Expr::Not(part) => std::slice::from_ref(part),
        Expr::True | Expr::False | Expr::Pred(_) | Expr::Elements { .. } => &[],
    }
}
