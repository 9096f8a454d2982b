//! Who acted: the impersonated user where there is one, else the user.

use super::{Tools, add, said};
use crate::logsource::Family;
use sigwright_engine::{Event, NodeId};

pub(super) fn derive(event: &mut Event, _: Family, _: &Tools) {
    // Groups go with the user: without groups of its own, an impersonated user has none.
    let impersonated = said(event, "impersonatedUser.username").is_some();
    let [name, groups] = if impersonated {
        ["impersonatedUser.username", "impersonatedUser.groups"]
    } else {
        ["user.username", "user.groups"]
    };
    for (derived, native) in [("effective.username", name), ("effective.groups", groups)] {
        if let Some(node) = reached(event, native) {
            add(event, derived, node);
        }
    }
}

/// The value as it is: an array stays an array.
fn reached(event: &Event, name: &str) -> Option<NodeId> {
    let mut found = None;
    event.reach(name, &mut |node| found = found.or(Some(node)));
    found
}
