//! Changes rule files where they must change, and nowhere else: fixes applied, files formatted.

mod format;
mod lines;
pub mod quote;
mod same;
mod splice;

pub use format::{Refusal, format};
pub use same::same_data;
