//! Events as the text, or the one member, of a shipper's record.

use super::Opened;
use super::shape::{Key, Shape};
use crate::decoder::{Around, Walk};
use sigwright_engine::{NodeId, Value};

/// A message whose text is a JSON object of a known log. Any other is the record's own.
pub(super) fn text(walk: &mut Walk<'_>, node: NodeId, shape: &Shape) -> Opened {
    let keys = [Key::AtMessage, Key::Message, Key::Log];
    let Some(message) = shape.first(&keys) else {
        return Opened::No;
    };
    walk.inner_if_known(Around { node, but: "" }, message)
}

/// EventBridge: the event is `detail`.
pub(super) fn detail(walk: &mut Walk<'_>, node: NodeId, shape: &Shape) -> Opened {
    match shape.get(Key::Detail) {
        Some(detail) if matches!(walk.event.value(detail), Value::Object(_)) => {
            walk.inner_if_known(Around { node, but: "" }, detail)
        }
        _ => Opened::No,
    }
}
