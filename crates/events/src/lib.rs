//! Audit logs in, events out.

mod batch;
mod format;
mod limits;
mod reader;
mod source;
mod window;

pub use batch::{Batch, Fault, FaultCode, Place, Record};
pub use format::Format;
pub use limits::Limits;
pub use reader::{Progress, ReadOptions, Reader};
