//! Changes rule files where they must change, and nowhere else: fixes applied, files formatted.

mod apply;
mod diff;
mod format;
mod lines;
mod moves;
pub mod quote;
mod same;
mod sheet;
mod splice;

pub use apply::{Applied, apply};
pub use diff::unified;
pub use format::{Refusal, format};
pub use same::{same_data, same_value};
pub use sheet::Sheet;
