//! State that outlives a run: the [`Store`](sigwright_engine::correlate::Store) of a
//! correlator, in one file.
//!
//! [`StateFile::open`] refuses whatever is not exactly what was written (another program's
//! file, a newer format, damage of any kind) before anything of it is used. What is put
//! becomes durable with [`StateFile::commit`], all of it or nothing, together with how far
//! the input was read.

mod check;
mod error;
mod file;
mod position;
mod schema;
mod seal;

pub use error::OpenError;
pub use file::{Create, StateFile};
pub use position::{HEAD, Position, head};
