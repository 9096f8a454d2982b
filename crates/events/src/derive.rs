//! Fields that no log has as such, derived where a rule reads them.

mod cluster;
mod exec;
mod identity;
mod outcome;
pub(crate) mod podspec;
mod source;

use crate::logsource::Family;
use crate::networks::Networks;
use sigwright_engine::{Event, NodeId};

/// The names that will be asked of events.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted(Vec<String>);

impl Wanted {
    pub fn new(names: Vec<String>) -> Wanted {
        Wanted(names)
    }

    /// Whether a field called `name` would be looked at: asked for itself, or something in it.
    pub fn wants(&self, name: &str) -> bool {
        self.0.iter().any(|asked| {
            asked
                .strip_prefix(name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }
}

/// A family of derived fields.
struct Deriver {
    /// What it adds.
    names: &'static [&'static str],
    /// Whose events have it.
    families: &'static [Family],
    derive: fn(&mut Event, Family, &Tools),
}

/// In order: a later one may read what an earlier one added.
static DERIVERS: [Deriver; 7] = [
    Deriver {
        names: &["cluster.id"],
        families: &[Family::Kubernetes],
        derive: cluster::derive,
    },
    Deriver {
        names: &["effective.username", "effective.groups"],
        families: &[Family::Kubernetes],
        derive: identity::derive,
    },
    Deriver {
        names: &["outcome"],
        families: &[Family::Kubernetes, Family::Aws, Family::Gcp, Family::Azure],
        derive: outcome::derive,
    },
    Deriver {
        names: &[
            "source.ip",
            "source.scope",
            "source.is_cloud",
            "source.as.number",
            "source.as.org",
            "source.geo.country",
        ],
        families: &[Family::Kubernetes, Family::Aws, Family::Gcp, Family::Azure],
        derive: source::derive,
    },
    Deriver {
        names: &["k8s.exec.command"],
        families: &[Family::Kubernetes],
        derive: exec::derive,
    },
    Deriver {
        names: &["podspec"],
        families: &[Family::Kubernetes],
        derive: podspec::derive,
    },
    Deriver {
        names: &["hostPath"],
        families: &[Family::Kubernetes],
        derive: podspec::host_path,
    },
];

/// What deriving needs beside the event.
#[derive(Debug, Default)]
pub(crate) struct Tools {
    pub networks: Option<Networks>,
    /// The cluster of logs that do not say.
    pub cluster: Option<String>,
}

/// The derived fields of one family that are wanted.
#[derive(Debug, Default)]
pub(crate) struct Derived(Vec<fn(&mut Event, Family, &Tools)>);

impl Derived {
    pub fn new(wanted: &Wanted, family: Family) -> Derived {
        let asked = |deriver: &&Deriver| {
            deriver.families.contains(&family)
                && deriver.names.iter().any(|name| wanted.wants(name))
        };
        Derived(DERIVERS.iter().filter(asked).map(|d| d.derive).collect())
    }

    /// Adds them to an event of the family.
    pub fn add(&self, event: &mut Event, family: Family, tools: &Tools) {
        for derive in &self.0 {
            derive(event, family, tools);
        }
    }
}

/// The first value a field name reaches, other than null and empty arrays; arrays entered.
pub(crate) fn first(event: &Event, name: &str) -> Option<NodeId> {
    let mut found = None;
    event.reach(name, &mut |node| {
        if found.is_none() {
            event.leaves(node, &mut |leaf| {
                if found.is_none() && event.value(leaf) != sigwright_engine::Value::Null {
                    found = Some(leaf);
                }
            });
        }
    });
    found
}

/// [`first`], of text that is not empty: a table has a cell for every column.
fn said(event: &Event, name: &str) -> Option<NodeId> {
    first(event, name).filter(|node| event.value(*node).text() != Some(""))
}

/// Whether the event has anything under this name, null included.
pub(crate) fn has(event: &Event, name: &str) -> bool {
    let mut found = false;
    event.reach(name, &mut |_| found = true);
    found
}

/// Adds a field unless the event has the name.
fn add(event: &mut Event, name: &'static str, node: NodeId) {
    if !has(event, name) {
        event.add_field(name, node);
    }
}

/// Whether following these keys leads to this text.
pub(crate) fn text_is(event: &Event, from: NodeId, keys: &[&str], text: &str) -> bool {
    event
        .at(from, keys)
        .is_some_and(|node| event.str(node) == Some(text))
}

#[cfg(test)]
mod tests;
