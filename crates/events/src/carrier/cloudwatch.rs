//! CloudWatch Logs subscriptions: `{logGroup, logStream, logEvents: [{message}]}`.

use super::Opened;
use super::shape::{Key, Shape};
use crate::decoder::Walk;
use sigwright_engine::NodeId;

pub(super) fn log_events(walk: &mut Walk<'_>, node: NodeId, shape: &Shape) -> Opened {
    super::list::open(walk, node, shape.get(Key::LogEvents), "logEvents")
}
