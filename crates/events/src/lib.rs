//! Audit logs in, events out.

mod batch;
mod carrier;
mod decoder;
mod derive;
mod format;
mod limits;
mod logsource;
pub mod networks;
mod reader;
mod source;
pub mod time;
mod window;

pub use batch::{Batch, Fault, FaultCode, Place, Record};
pub use decoder::{Decoder, Reads};
pub use format::Format;
pub use limits::Limits;
pub use logsource::origins;
pub use networks::Networks;
pub use reader::{Progress, ReadOptions, Reader};
