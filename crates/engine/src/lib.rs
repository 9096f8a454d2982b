//! Evaluates compiled Sigma rules over events.

pub mod correlate;
pub mod event;
pub mod evidence;
pub mod explain;
pub mod naive;
pub mod origin;
pub mod program;
pub mod time;
pub mod value;

pub use event::{Event, NodeId, OriginId, Value};
pub use origin::{Origin, Origins};
pub use program::{Counters, Matcher, Program, ProgramOptions};
pub use sigwright_ir::fold;
pub use time::Time;
