//! One file per lint. A lint more is a file, a line here and a fixture in `tests/lint`.

use crate::table::Lint;

mod duplicate_tag;
mod duplicate_title;
mod missing_id;
mod unused_selection;
mod unused_suppression;

/// All lints, by name.
pub static LINTS: &[&Lint] = &[
    &duplicate_tag::LINT,
    &duplicate_title::LINT,
    &missing_id::LINT,
    &unused_selection::LINT,
    &unused_suppression::LINT,
];
