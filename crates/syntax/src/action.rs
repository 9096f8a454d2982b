//! Sigma 1's `action`, which joins the documents of a file.

use crate::ast::Document;
use crate::diagnostic::Diagnostic;
use crate::reader::{Entries, Reader};
use crate::span::Spanned;
use crate::yaml::{Node, YamlDocument};
use std::collections::{HashMap, HashSet};

impl Reader<'_> {
    /// Sigma 1: `action: global` adds to every document after it, `repeat` to the one before,
    /// `reset` forgets.
    pub fn with_actions(&mut self, documents: Vec<YamlDocument>) -> Vec<Document> {
        let mut global: Option<Node> = None;
        let mut last: Option<Node> = None;
        let mut read = Vec::new();
        let mut budget = self.limits.action_nodes;
        for mut document in documents {
            let Some(Node::Mapping(mut entries, span)) = document.root.take() else {
                read.push(self.document(document));
                continue;
            };
            let at = entries.iter().position(|(key, _)| key.value == "action");
            let action = at.map(|at| entries.remove(at));
            let own = Node::Mapping(entries, span);
            let (action, key) = match &action {
                Some((key, node)) => (self.action(key, node), key.span),
                None => (Action::Plain, span),
            };
            document.faulty |= action == Action::Unknown;
            let base = match action {
                Action::Plain | Action::Global => global.as_ref(),
                Action::Repeat => last.as_ref(),
                Action::Reset | Action::Unknown => None,
            };
            let cost = base.map_or(0, size).saturating_add(size(&own));
            let Some(left) = budget.checked_sub(cost) else {
                self.report(
                    Diagnostic::error("action-too-large", key, "`action` copies too much")
                        .because(format!(
                            "more than {} nodes in this file",
                            self.limits.action_nodes
                        ))
                        .help("write each rule out in full"),
                );
                document.faulty = true;
                document.root = Some(own);
                read.push(self.document(document));
                continue;
            };
            budget = left;
            let root = joined(base, own);
            match action {
                Action::Global => {
                    global = Some(root);
                    continue;
                }
                Action::Reset => global = None,
                _ => {}
            }
            if matches!(&root, Node::Mapping(entries, _) if entries.is_empty()) {
                continue;
            }
            last = Some(root.clone());
            document.root = Some(root);
            read.push(self.document(document));
        }
        read
    }

    fn action(&mut self, key: &Spanned<String>, node: &Node) -> Action {
        self.report(
            Diagnostic::warning("deprecated-action", key.span, "`action` belongs to Sigma 1")
                .help("write each rule out in full"),
        );
        let name = match node {
            Node::Scalar { text, .. } => text.as_str(),
            _ => "",
        };
        match name {
            "global" => Action::Global,
            "reset" => Action::Reset,
            "repeat" => Action::Repeat,
            _ => {
                self.report(
                    Diagnostic::error("unknown-action", node.span(), "this is not an action")
                        .help("one of `global`, `reset` and `repeat`"),
                );
                Action::Unknown
            }
        }
    }
}

/// `action` of Sigma 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    /// None was given.
    Plain,
    Global,
    Reset,
    Repeat,
    Unknown,
}

/// How many nodes there are.
fn size(node: &Node) -> usize {
    match node {
        Node::Scalar { .. } => 1,
        Node::Sequence(items, _) => 1 + items.iter().map(size).sum::<usize>(),
        Node::Mapping(entries, _) => 1 + entries.iter().map(|(_, n)| size(n)).sum::<usize>(),
    }
}

/// `base` with everything of `own` laid over it, maps within maps.
fn joined(base: Option<&Node>, own: Node) -> Node {
    let (Some(Node::Mapping(base, _)), Node::Mapping(own, span)) = (base, &own) else {
        return own;
    };
    let over: HashMap<&str, &(Spanned<String>, Node)> = own
        .iter()
        .map(|entry| (entry.0.value.as_str(), entry))
        .collect();
    let mut entries: Entries = Vec::with_capacity(base.len() + own.len());
    let mut seen = HashSet::with_capacity(base.len());
    for (key, node) in base {
        seen.insert(key.value.as_str());
        entries.push(match over.get(key.value.as_str()) {
            Some((key, own)) => (key.clone(), joined(Some(node), own.clone())),
            None => (key.clone(), node.clone()),
        });
    }
    let new = own
        .iter()
        .filter(|(key, _)| !seen.contains(key.value.as_str()));
    entries.extend(new.cloned());
    Node::Mapping(entries, *span)
}
