//! Audit logs in, events out.

mod carrier;
mod decoder;
mod derive;
mod logsource;
pub mod networks;
pub mod time;

pub use decoder::Decoder;
pub use logsource::origins;
pub use networks::Networks;
