//! Rows for what the reader and lowering say as a warning or a note, so that its level can be
//! set like that of any lint. Errors need none: they stay errors.

use crate::table::{Check, Group, Level, Lint};

const fn said(
    name: &'static str,
    group: Group,
    level: Level,
    summary: &'static str,
    page: &'static str,
) -> Lint {
    Lint {
        name,
        group,
        level,
        summary,
        page,
        check: Check::Said,
    }
}

pub static ALL_SINGLE_VALUE: Lint = said(
    "all-single-value",
    Group::Style,
    Level::Warning,
    "`all` links a single value",
    "`all` asks that every value of a list is found. With one value it changes nothing; usually the other values were forgotten.",
);

pub static AMBIGUOUS_SCALAR: Lint = said(
    "ambiguous-scalar",
    Group::Suspicious,
    Level::Note,
    "a value without quotes is text here and something else to other readers of YAML",
    "YAML 1.1 and 1.2 read `yes`, `010` or `2024-01-31` differently. Sigwright takes them for text, as logs spell them; quotes make\nevery reader do so.",
);

pub static ARRAY_SELECTOR_OFF: Lint = said(
    "array-selector-off",
    Group::Suspicious,
    Level::Warning,
    "brackets in a name select no elements, for the rule does not say `sigma-version: 3`",
    "Array selectors such as `rules[any]` belong to version 3 of the specification. Without `sigma-version: 3` the brackets are a\npart of the name, and no field is called so.",
);

pub static BAD_DATE: Lint = said(
    "bad-date",
    Group::Metadata,
    Level::Warning,
    "`date` or `modified` is no date",
    "A date is written `YYYY-MM-DD`. Anything else cannot be compared or sorted.",
);

pub static BAD_ID: Lint = said(
    "bad-id",
    Group::Metadata,
    Level::Warning,
    "an id is no UUID",
    "The specification asks for UUIDs, random ones best, so that ids of different authors never meet.",
);

pub static BAD_LEVEL: Lint = said(
    "bad-level",
    Group::Metadata,
    Level::Warning,
    "`level` is none of the five levels",
    "A level is `informational`, `low`, `medium`, `high` or `critical`. Anything else counts as no level.",
);

pub static BAD_RELATION: Lint = said(
    "bad-relation",
    Group::Metadata,
    Level::Warning,
    "an entry of `related` is incomplete, or its type is not known",
    "An entry has the `id` of another rule and a `type`: `correlation`, `derived`, `merged`, `obsolete`, `renamed` or `similar`.",
);

pub static BAD_STATUS: Lint = said(
    "bad-status",
    Group::Metadata,
    Level::Warning,
    "`status` is none of the five of the specification",
    "A status is `stable`, `test`, `experimental`, `deprecated` or `unsupported`.",
);

pub static DEPRECATED_ACTION: Lint = said(
    "deprecated-action",
    Group::Style,
    Level::Warning,
    "`action` belongs to Sigma 1",
    "`action: global` and its kin copied attributes from one document to the next. Write each rule out in full.",
);

pub static DEPRECATED_TIMEFRAME: Lint = said(
    "deprecated-timeframe",
    Group::Correctness,
    Level::Warning,
    "`timeframe` in a detection has no effect",
    "Sigma 1 counted over time within a rule. Since version 2 a document with `correlation` does.",
);

pub static DUPLICATE_FIELD: Lint = said(
    "duplicate-field",
    Group::Style,
    Level::Warning,
    "a correlation groups by a field twice",
    "The second says nothing the first has not said; another field was probably meant.",
);

pub static DUPLICATE_ID: Lint = said(
    "duplicate-id",
    Group::Metadata,
    Level::Warning,
    "two documents have the same id",
    "Alerts, filters and correlations refer to a rule by its id. With two of one id they mean both, or the wrong one.",
);

pub static DUPLICATE_NAME: Lint = said(
    "duplicate-name",
    Group::Metadata,
    Level::Warning,
    "two documents have the same name",
    "Correlations and filters refer to rules by `name`. With two of one name they cannot tell which is meant.",
);

pub static DUPLICATE_REFERENCE: Lint = said(
    "duplicate-reference",
    Group::Style,
    Level::Warning,
    "a correlation or filter lists a rule twice",
    "The second says nothing the first has not said; another rule was probably meant.",
);

pub static EMPTY_ATTRIBUTE: Lint = said(
    "empty-attribute",
    Group::Metadata,
    Level::Warning,
    "an attribute has no value",
    "Tools show it as empty, or refuse the rule. Fill it in or remove it.",
);

pub static EMPTY_KEYWORD: Lint = said(
    "empty-keyword",
    Group::Suspicious,
    Level::Warning,
    "a keyword is empty, and found in every event",
    "An empty text is part of every text, so this keyword asks only for any value at all.",
);

pub static EMPTY_LIST: Lint = said(
    "empty-list",
    Group::Suspicious,
    Level::Warning,
    "a field has an empty list of values",
    "An empty list asks for a field without a value, as `null` does. Usually values were forgotten.",
);

pub static EMPTY_PLACEHOLDER: Lint = said(
    "empty-placeholder",
    Group::Suspicious,
    Level::Note,
    "a placeholder stands for an empty list",
    "A value with such a placeholder matches nothing until the list has entries.",
);

pub static FRACTIONAL_COUNT: Lint = said(
    "fractional-count",
    Group::Suspicious,
    Level::Warning,
    "a count is compared with a fraction",
    "Events are counted in whole numbers: `gte: 2.5` is `gte: 3`.",
);

pub static IDLE_FILTER: Lint = said(
    "idle-filter",
    Group::Suspicious,
    Level::Warning,
    "a filter touches no rule",
    "A filter is joined to the rules it names, as far as its log source holds theirs. One that reaches none excludes nothing.",
);

pub static IDLE_VARIATION: Lint = said(
    "idle-variation",
    Group::Suspicious,
    Level::Warning,
    "a variation never sees what the rule finds",
    "A variation answers to another set of rules or fields than those that fire, so it changes nothing.",
);

pub static IMPOSSIBLE_TIME: Lint = said(
    "impossible-time",
    Group::Suspicious,
    Level::Warning,
    "a part of a time is compared with what no time has",
    "Minutes go from 0 to 59, hours to 23, days from 1 to 31, weeks to 53, months to 12.",
);

pub static LONE_RULE: Lint = said(
    "lone-rule",
    Group::Suspicious,
    Level::Warning,
    "a temporal correlation has a single rule",
    "With one rule there is nothing to come together. List several, or count with `type: event_count`.",
);

pub static LONG_TITLE: Lint = said(
    "long-title",
    Group::Metadata,
    Level::Warning,
    "a title has more than 256 characters",
    "The specification allows 256. Tools cut what is longer. Conventions ask for fewer (`title-length`).",
);

pub static MISSING_FIELD: Lint = said(
    "missing-field",
    Group::Suspicious,
    Level::Warning,
    "a correlation groups by a field that the alerts of a rule do not have",
    "Alerts of a correlation have the fields it grouped by. Without the field they are skipped.",
);

pub static MISSING_PERCENTILE: Lint = said(
    "missing-percentile",
    Group::Suspicious,
    Level::Warning,
    "`value_percentile` does not say which percentile",
    "The median is taken then. Add `percentile` with a number from 0 to 100.",
);

pub static NO_PLACEHOLDER: Lint = said(
    "no-placeholder",
    Group::Suspicious,
    Level::Warning,
    "`expand` finds nothing to expand",
    "A placeholder is written `%name%`. Without one the modifier has no effect.",
);

pub static NULL_IN_LIST: Lint = said(
    "null-in-list",
    Group::Correctness,
    Level::Warning,
    "`null` stands among other values",
    "The specification does not allow it, and tools differ in what they make of it. Look for `null` in a selection of its own.",
);

pub static ODD_CONDITION: Lint = said(
    "odd-condition",
    Group::Suspicious,
    Level::Warning,
    "a correlation of new terms alerts on what is old",
    "`new_terms` compares how often a term was seen before: `eq: 0` is first seen, `lte: 3` is rare.",
);

pub static REPEATED_MODIFIER: Lint = said(
    "repeated-modifier",
    Group::Style,
    Level::Warning,
    "a modifier is given twice",
    "The second has no effect. Encodings such as `base64` may be repeated.",
);

pub static UNKNOWN_KEY: Lint = said(
    "unknown-key",
    Group::Metadata,
    Level::Note,
    "an attribute is almost called like one of the specification",
    "It is kept as an attribute of its own, so what was meant has no effect.",
);

pub static UNUSED_AGGREGATE: Lint = said(
    "unused-aggregate",
    Group::Style,
    Level::Warning,
    "the condition does not ask for an aggregate",
    "An aggregate that is compared with nothing is computed for nothing.",
);

pub static UNUSED_ATTRIBUTE: Lint = said(
    "unused-attribute",
    Group::Suspicious,
    Level::Warning,
    "an attribute has no effect where it stands",
    "It belongs to another kind of rule or correlation. Remove it, or correct the type.",
);

pub static WRONG_TYPE: Lint = said(
    "wrong-type",
    Group::Metadata,
    Level::Warning,
    "an attribute has a value of the wrong kind",
    "A list stands where a text belongs, or the like. Where the attribute decides what matches this is an error.",
);
