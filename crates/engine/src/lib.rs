//! Evaluates compiled Sigma rules over events.

pub mod event;
pub mod origin;

pub use event::{Event, NodeId, OriginId, Value};
pub use origin::{Origin, Origins};
