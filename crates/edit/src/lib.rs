//! Changes rule files where they must change, and nowhere else: fixes applied, files formatted.

mod diff;
mod format;
mod lines;
pub mod quote;
mod same;
mod splice;

pub use diff::unified;
pub use format::{Refusal, format};
pub use same::same_data;
