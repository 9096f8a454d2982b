//! Records in a list.

use super::Opened;
use super::shape::{Key, Shape};
use crate::decoder::{Around, Walk};
use sigwright_engine::{NodeId, Value};

/// `EventList` of audit.k8s.io.
pub(super) fn items(walk: &mut Walk<'_>, node: NodeId, shape: &Shape) -> Opened {
    let kind = shape.get(Key::Kind).and_then(|n| walk.event.str(n));
    if kind != Some("EventList") {
        return Opened::No;
    }
    open(walk, node, shape.get(Key::Items), "items")
}

/// `Records` (CloudTrail) and `records` (Azure).
pub(super) fn records(walk: &mut Walk<'_>, node: NodeId, shape: &Shape) -> Opened {
    match shape.get(Key::Records) {
        Some(list) => open(walk, node, Some(list), "Records"),
        None => open(walk, node, shape.get(Key::AzureRecords), "records"),
    }
}

/// Hands on every element of the list; one that is no object is an event all the same.
pub(super) fn open(
    walk: &mut Walk<'_>,
    node: NodeId,
    list: Option<NodeId>,
    key: &'static str,
) -> Opened {
    let Some(list) = list else {
        return Opened::No;
    };
    let is_object = |n| matches!(walk.event.value(n), Value::Object(_));
    if !walk.event.elements(list).next().is_some_and(is_object) {
        return Opened::No;
    }
    let elements: Vec<NodeId> = walk.event.elements(list).collect();
    walk.within(Around { node, but: key }, |walk| {
        for element in elements {
            walk.record(element);
        }
    });
    Opened::Yes
}
