//! Correlations in LogQL.

use super::{EACH_STEP, FORM, comparisons};
use crate::correlation::{Correlations, Form, LOGIC, NO_MEASURES, Takes, Type};

const COUNT: Form = Form {
    template: "sum{group}(count_over_time({search}{present} [{timespan}])) {bounds}",
    loses: &[EACH_STEP],
    ..FORM
};

const VALUES: Form = Form {
    of: &[Type::ValueCount, Type::ValueCountOfTuples],
    template: "count without ({field}) (sum by ({keys}) \
               (count_over_time({search}{present} [{timespan}]))) {bounds}",
    ..COUNT
};

const SUM: Form = Form {
    of: &[Type::Sum],
    template: "sum{group}(sum_over_time({search}{present} | unwrap {field} | __error__=`` \
               [{timespan}])) {bounds}",
    ..COUNT
};

const AVG: Form = Form {
    of: &[Type::Avg],
    template: "avg_over_time({search}{present} | unwrap {field} | __error__=`` \
               [{timespan}]) by ({by}) {bounds}",
    ..COUNT
};

/// The same where nothing is lost.
const fn lower(form: Form) -> Form {
    Form {
        takes: Takes::Lower,
        loses: &[],
        ..form
    }
}

const MATCHED: &str = "sum{group}(count_over_time({query}{aliases}{present} [{timespan}]))";

/// <https://grafana.com/docs/loki/latest/query/metric_queries/>: a range slides with the
/// evaluation; `unwrap` sets `__error__` where there is no number, which fails a query that
/// does not let go of it. `quantile_over_time` interpolates. Operators between vectors are those
/// of <https://grafana.com/docs/loki/latest/query/#binary-operators>: `and` and `or` pair what has
/// the same labels, so those that a label tells apart can be counted.
pub(super) const LOKI: Correlations = Correlations {
    forms: &[
        lower(COUNT),
        COUNT,
        lower(VALUES),
        VALUES,
        lower(SUM),
        SUM,
        lower(AVG),
        AVG,
        Form {
            of: &[Type::Percentile],
            template: "quantile_over_time({percentile}, {search}{present} | unwrap {field} \
                       | __error__=`` [{timespan}]) by ({by}) {bounds}",
            loses: &[
                "a percentile between two numbers is interpolated",
                EACH_STEP,
            ],
            ..COUNT
        },
        Form {
            of: &[Type::Temporal],
            takes: Takes::All,
            rules: (1, usize::MAX),
            search: (MATCHED, " and "),
            template: "{search}",
            loses: &[],
            ..COUNT
        },
        Form {
            of: &[Type::Temporal],
            takes: Takes::Lower,
            rules: (2, usize::MAX),
            search: (
                "label_replace(sum{group}(count_over_time({query}{aliases}{present} \
                 [{timespan}])), \"event_type\", \"{rule}\", \"\", \"\")",
                " or ",
            ),
            template: "count{group}({search}) {bounds}",
            loses: &[],
            ..COUNT
        },
        Form {
            of: &[Type::TemporalExpression],
            takes: Takes::Lower,
            rules: (2, usize::MAX),
            matched: MATCHED,
            logic: LOGIC,
            template: "{bounds}",
            loses: &[],
            ..COUNT
        },
    ],
    whole: None,
    own_state: None,
    not_in: &[],
    head: "",
    group: (" by (", ", ", ") "),
    key: ("", "", ""),
    aliases: Some((" | label_format ", "{alias}={field}", ", ")),
    present: " | {field}!=``",
    measures: NO_MEASURES,
    bound: ("{op} {bound}", " "),
    comparisons,
    units: &[('s', "s"), ('m', "m"), ('h', "h"), ('d', "d"), ('w', "w")],
};
