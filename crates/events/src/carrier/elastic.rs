//! Filebeat and Elastic Agent: the Kubernetes event is `kubernetes.audit`.

use super::Opened;
use super::shape::{Key, Shape};
use crate::decoder::{Around, Walk};
use sigwright_engine::NodeId;

pub(super) fn kubernetes(walk: &mut Walk<'_>, node: NodeId, shape: &Shape) -> Opened {
    match shape
        .get(Key::Kubernetes)
        .and_then(|kubernetes| walk.event.member(kubernetes, "audit"))
    {
        Some(audit) => walk.inner_if_known(Around { node, but: "" }, audit),
        None => Opened::No,
    }
}
