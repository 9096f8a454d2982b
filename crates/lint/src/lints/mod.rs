//! One file per lint. A lint more is a file, a line here and a fixture in `tests/lint`.

use crate::table::Lint;

mod all_of_them;
mod always_true;
mod attack_link;
mod attribute_case;
mod bad_hash;
mod bad_tag;
mod base64offset_without_contains;
mod cased_regex;
mod control_character;
mod covered_rule;
mod covered_value;
mod custom_attribute;
mod dead_correlation;
mod deprecated_without_related;
mod double_wildcard;
mod duplicate_entry;
mod duplicate_filename;
mod duplicate_tag;
mod duplicate_title;
mod duplicate_value;
mod escaped_wildcard;
mod falsepositive_wording;
mod field_case;
mod field_never_seen;
mod fields_attribute;
mod filename_convention;
mod filename_prefix;
mod filter_cancels_selection;
mod filter_name;
mod id_version;
mod level_on_filter;
mod link_in_description;
mod literal_wildcard;
mod localized_account;
mod logsource_case;
mod long_attribute;
mod misplaced_status;
mod missing_author;
mod missing_date;
mod missing_description;
mod missing_detection_tag;
mod missing_falsepositives;
mod missing_group_by;
mod missing_id;
mod missing_level;
mod missing_references;
mod missing_status;
mod missing_tags;
mod modified_before_date;
mod modified_without_date;
mod never_true;
mod no_effect;
mod number_as_text;
mod of_one_selection;
mod of_without_wildcard;
mod old_date;
mod plain_regex;
mod redundant_field;
mod redundant_modified;
mod regex_look_around;
mod related_to_itself;
mod renamed_attack_tag;
mod said;
mod same_element;
mod several_tags;
mod short_description;
mod short_entry;
mod single_item_list;
mod space_in_field;
mod specific_logsource;
mod sysmon_without_eventid;
mod technique_without_tactic;
mod title_case;
mod title_length;
mod title_wording;
mod tlp_not_clear;
mod unknown_attack_tag;
mod unknown_field;
mod unknown_logsource;
mod unknown_logsource_key;
mod unknown_tag_namespace;
mod unlisted_attack_tag;
mod unlisted_d3fend_tag;
mod unstable_link;
mod unused_selection;
mod unused_suppression;
mod wildcard_for_modifier;
mod wildcard_only;
mod young_status;

/// All lints, by name.
pub static LINTS: &[&Lint] = &[
    &all_of_them::LINT,
    &said::ALL_SINGLE_VALUE,
    &always_true::LINT,
    &said::AMBIGUOUS_SCALAR,
    &said::ARRAY_SELECTOR_OFF,
    &attack_link::LINT,
    &attribute_case::LINT,
    &said::BAD_DATE,
    &bad_hash::LINT,
    &said::BAD_ID,
    &said::BAD_LEVEL,
    &said::BAD_RELATION,
    &said::BAD_STATUS,
    &bad_tag::LINT,
    &base64offset_without_contains::LINT,
    &cased_regex::LINT,
    &control_character::LINT,
    &covered_rule::LINT,
    &covered_value::LINT,
    &custom_attribute::LINT,
    &dead_correlation::LINT,
    &said::DEPRECATED_ACTION,
    &said::DEPRECATED_TIMEFRAME,
    &deprecated_without_related::LINT,
    &double_wildcard::LINT,
    &duplicate_entry::LINT,
    &said::DUPLICATE_FIELD,
    &duplicate_filename::LINT,
    &said::DUPLICATE_ID,
    &said::DUPLICATE_NAME,
    &said::DUPLICATE_REFERENCE,
    &duplicate_tag::LINT,
    &duplicate_title::LINT,
    &duplicate_value::LINT,
    &said::EMPTY_ATTRIBUTE,
    &said::EMPTY_KEYWORD,
    &said::EMPTY_LIST,
    &said::EMPTY_PLACEHOLDER,
    &escaped_wildcard::LINT,
    &falsepositive_wording::LINT,
    &field_case::LINT,
    &field_never_seen::LINT,
    &fields_attribute::LINT,
    &filename_convention::LINT,
    &filename_prefix::LINT,
    &filter_cancels_selection::LINT,
    &filter_name::LINT,
    &said::FRACTIONAL_COUNT,
    &id_version::LINT,
    &said::IDLE_FILTER,
    &said::IDLE_VARIATION,
    &said::IMPOSSIBLE_TIME,
    &level_on_filter::LINT,
    &link_in_description::LINT,
    &literal_wildcard::LINT,
    &localized_account::LINT,
    &logsource_case::LINT,
    &said::LONE_RULE,
    &long_attribute::LINT,
    &said::LONG_TITLE,
    &misplaced_status::LINT,
    &missing_author::LINT,
    &missing_date::LINT,
    &missing_description::LINT,
    &missing_detection_tag::LINT,
    &missing_falsepositives::LINT,
    &said::MISSING_FIELD,
    &missing_group_by::LINT,
    &missing_id::LINT,
    &missing_level::LINT,
    &said::MISSING_PERCENTILE,
    &missing_references::LINT,
    &missing_status::LINT,
    &missing_tags::LINT,
    &modified_before_date::LINT,
    &modified_without_date::LINT,
    &never_true::LINT,
    &no_effect::LINT,
    &said::NO_PLACEHOLDER,
    &said::NULL_IN_LIST,
    &number_as_text::LINT,
    &said::ODD_CONDITION,
    &of_one_selection::LINT,
    &of_without_wildcard::LINT,
    &old_date::LINT,
    &plain_regex::LINT,
    &redundant_field::LINT,
    &redundant_modified::LINT,
    &regex_look_around::LINT,
    &related_to_itself::LINT,
    &renamed_attack_tag::LINT,
    &said::REPEATED_MODIFIER,
    &same_element::LINT,
    &several_tags::LINT,
    &short_description::LINT,
    &short_entry::LINT,
    &single_item_list::LINT,
    &space_in_field::LINT,
    &specific_logsource::LINT,
    &sysmon_without_eventid::LINT,
    &technique_without_tactic::LINT,
    &title_case::LINT,
    &title_length::LINT,
    &title_wording::LINT,
    &tlp_not_clear::LINT,
    &unknown_attack_tag::LINT,
    &unknown_field::LINT,
    &said::UNKNOWN_KEY,
    &unknown_logsource::LINT,
    &unknown_logsource_key::LINT,
    &unknown_tag_namespace::LINT,
    &unlisted_attack_tag::LINT,
    &unlisted_d3fend_tag::LINT,
    &unstable_link::LINT,
    &said::UNUSED_AGGREGATE,
    &said::UNUSED_ATTRIBUTE,
    &unused_selection::LINT,
    &unused_suppression::LINT,
    &wildcard_for_modifier::LINT,
    &wildcard_only::LINT,
    &said::WRONG_TYPE,
    &young_status::LINT,
];
