//! One file per lint. A lint more is a file, a line here and a fixture in `tests/lint`.

use crate::table::Lint;

mod all_of_them;
mod bad_tag;
mod base64offset_without_contains;
mod control_character;
mod double_wildcard;
mod duplicate_entry;
mod duplicate_tag;
mod duplicate_title;
mod escaped_wildcard;
mod missing_author;
mod missing_date;
mod missing_description;
mod missing_falsepositives;
mod missing_id;
mod missing_level;
mod missing_references;
mod missing_status;
mod missing_tags;
mod number_as_text;
mod of_one_selection;
mod of_without_wildcard;
mod renamed_attack_tag;
mod several_tags;
mod specific_logsource;
mod unknown_attack_tag;
mod unknown_logsource_key;
mod unknown_tag_namespace;
mod unlisted_attack_tag;
mod unlisted_d3fend_tag;
mod unused_selection;
mod unused_suppression;
mod wildcard_for_modifier;

/// All lints, by name.
pub static LINTS: &[&Lint] = &[
    &all_of_them::LINT,
    &bad_tag::LINT,
    &base64offset_without_contains::LINT,
    &control_character::LINT,
    &double_wildcard::LINT,
    &duplicate_entry::LINT,
    &duplicate_tag::LINT,
    &duplicate_title::LINT,
    &escaped_wildcard::LINT,
    &missing_author::LINT,
    &missing_date::LINT,
    &missing_description::LINT,
    &missing_falsepositives::LINT,
    &missing_id::LINT,
    &missing_level::LINT,
    &missing_references::LINT,
    &missing_status::LINT,
    &missing_tags::LINT,
    &number_as_text::LINT,
    &of_one_selection::LINT,
    &of_without_wildcard::LINT,
    &renamed_attack_tag::LINT,
    &several_tags::LINT,
    &specific_logsource::LINT,
    &unknown_attack_tag::LINT,
    &unknown_logsource_key::LINT,
    &unknown_tag_namespace::LINT,
    &unlisted_attack_tag::LINT,
    &unlisted_d3fend_tag::LINT,
    &unused_selection::LINT,
    &unused_suppression::LINT,
    &wildcard_for_modifier::LINT,
];
