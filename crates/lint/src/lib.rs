//! What could be better about Sigma rules, beyond what makes them unreadable: a table of lints.
//!
//! Comes in: rule files as read, the set they were lowered to, and how strict to be. Goes out:
//! diagnostics, each under the name of its lint, many with a fix. No file is opened here.

mod conditions;
mod config;
mod cx;
mod dates;
mod fields;
mod lints;
mod logsources;
mod meaning;
mod removal;
mod suppress;
mod table;
mod wildcards;
mod windows;

pub use config::{Config, ConfigFault, Levels, Options};
pub use cx::{DocumentCx, File, FileCx, ItemCx, MeaningCx, RuleCx, Rules};
pub use fields::{Asked, Fields, Seen, asked};
pub use meaning::Meaning;
pub use table::{Check, Group, LINTS, Level, Lint, Sink, at, find};

use sigwright_syntax::Diagnostics;

/// Everything the lints have to say about `rules`, what the reader said included, in the order
/// of files and places. `levels` says how strict to be with each file of `rules.files`, in
/// their order.
pub fn lint(rules: &Rules<'_>, levels: &[Levels], said: Diagnostics) -> Diagnostics {
    let mut sink = Sink::new(rules, levels);
    sink.take(said);
    for (place, lint) in LINTS.iter().enumerate() {
        if levels.iter().all(|levels| levels.of(place) == Level::Off) {
            continue;
        }
        sink.lint(place);
        table::run(lint, rules, levels, &mut sink);
    }
    suppress::apply(rules, sink)
}
