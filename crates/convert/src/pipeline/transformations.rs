//! What a step can do to a rule: a row here, a type beside its kin.

use super::read::{Params, Reader};
use super::scope::Scope;
use super::{external, fields, hashes, items, placeholders, rules, values};
use crate::Unsupported;
use serde::de::DeserializeOwned;
use std::fmt;

/// Changes a rule.
pub(super) trait Transformation: fmt::Debug + Send + Sync {
    /// Changes the rule in its scope.
    ///
    /// # Errors
    /// What stands in the way, at its place in the rule.
    fn apply(&self, scope: &mut Scope<'_, '_>) -> Result<(), Unsupported>;
}

/// Reads the keys of a transformation.
pub(super) type Read = fn(&mut Reader<'_>, &Params<'_>) -> Option<Box<dyn Transformation>>;

fn typed<T: DeserializeOwned + Transformation + 'static>(
    reader: &mut Reader<'_>,
    params: &Params<'_>,
) -> Option<Box<dyn Transformation>> {
    reader.typed::<T>(params).map(|made| Box::new(made) as _)
}

/// All transformations: the name, and how its keys are read.
pub(super) const TABLE: [(&str, Read); 32] = [
    ("field_name_mapping", typed::<fields::Mapping>),
    ("field_name_prefix_mapping", typed::<fields::PrefixMapping>),
    ("field_name_transform", typed::<fields::Transform>),
    ("field_name_suffix", typed::<fields::Suffix>),
    ("field_name_prefix", typed::<fields::Prefix>),
    ("add_field", typed::<fields::AddField>),
    ("remove_field", typed::<fields::RemoveField>),
    ("set_field", typed::<fields::SetField>),
    ("add_condition", rules::AddCondition::read),
    ("change_logsource", typed::<rules::ChangeLogSource>),
    ("set_state", typed::<rules::SetState>),
    ("set_custom_attribute", typed::<rules::SetCustomAttribute>),
    ("drop_detection_item", typed::<rules::DropItem>),
    ("map_detection_item", items::MapItem::read),
    ("rule_failure", typed::<rules::RuleFailure>),
    ("detection_item_failure", typed::<rules::ItemFailure>),
    (
        "strict_field_mapping_failure",
        typed::<rules::StrictMapping>,
    ),
    ("nest", rules::Nest::read),
    ("hashes_fields", typed::<hashes::HashesFields>),
    ("extract_fields", typed::<hashes::ExtractFields>),
    ("wildcard_placeholders", typed::<placeholders::Wildcards>),
    ("value_placeholders", typed::<placeholders::Values>),
    (
        "query_expression_placeholders",
        typed::<placeholders::Expressions>,
    ),
    ("file_placeholders", external::from_file),
    ("http_placeholders", external::from_url),
    ("command_placeholders", external::from_command),
    ("replace_string", typed::<values::ReplaceString>),
    ("map_string", typed::<values::MapString>),
    ("regex", typed::<values::ToRegex>),
    ("set_value", typed::<values::SetValue>),
    ("convert_type", typed::<values::ConvertType>),
    ("case", typed::<values::Case>),
];
