//! Correlations in the languages that have some.

use crate::correlation::{Correlations, Form, Takes, Type};
use sigwright_ir::pred::Comparison;

/// By the language's name.
pub const CORRELATIONS: [(&str, &Correlations); 4] = [
    ("splunk", &SPLUNK),
    ("esql", &ESQL),
    ("eql", &EQL),
    ("loki", &LOKI),
];

const BUCKETS: &str = "time is cut into fixed buckets, so a window across the border of two \
                       is missed";

const EACH_STEP: &str = "upper bounds are judged at each evaluation, not when a window closes";

const ESTIMATED: &str = "different values are counted approximately when they are many";

fn comparisons(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Eq => "==",
        other => super::splunk::comparisons(other),
    }
}

/// As in the reference, but for what must be shown to be different.
const BUCKET: Form = Form {
    of: Type::EventCount,
    takes: Takes::Any,
    rules: (1, 1),
    least: (0, u64::MAX),
    grouped: false,
    search: ("{query}{aliases}", ""),
    template: "",
    loses: &[BUCKETS],
};

/// <https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/streamstats>:
/// with `global=f`, each group has a window of so many events of its own; as many events are
/// in a timespan where the first and the last of so many in order are.
/// <https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/Multisearch> wants two
/// searches or more.
const SPLUNK: Correlations = Correlations {
    forms: &[
        Form {
            template: "{search}\n\n| bin _time span={timespan}\n\
                       | stats count as event_count by _time{group}\n\n\
                       | search {bounds}",
            ..BUCKET
        },
        Form {
            takes: Takes::Lower,
            // the window of `streamstats` holds so many events
            least: (1, 10_000),
            template: "{search}\n\n| sort 0 _time\n| streamstats global=f window={least} \
                       count as event_count range(_time) as event_span{per}\n\n\
                       | where event_count == {least} AND event_span <= {seconds}",
            loses: &[],
            ..BUCKET
        },
        Form {
            rules: (2, usize::MAX),
            search: SPLUNK_SEVERAL,
            template: "| multisearch\n{search}\n\n| bin _time span={timespan}\n\
                       | stats count as event_count by _time{group}\n\n\
                       | search {bounds}",
            loses: &[
                BUCKETS,
                "an event that several of the rules match is counted more than once",
            ],
            ..BUCKET
        },
        Form {
            of: Type::ValueCount,
            template: "{search}\n\n| bin _time span={timespan}\n\
                       | stats dc({field}) as value_count by _time{group}\n\n\
                       | search {bounds}",
            ..BUCKET
        },
        Form {
            of: Type::ValueCount,
            rules: (2, usize::MAX),
            search: SPLUNK_SEVERAL,
            template: "| multisearch\n{search}\n\n| bin _time span={timespan}\n\
                       | stats dc({field}) as value_count by _time{group}\n\n\
                       | search {bounds}",
            ..BUCKET
        },
        Form {
            of: Type::Temporal,
            search: ("{query} | eval event_type=\"{rule}\"{aliases}", ""),
            template: "{search}\n\n| bin _time span={timespan}\n\
                       | stats dc(event_type) as event_type_count by _time{group}\n\n\
                       | search {bounds}",
            ..BUCKET
        },
        Form {
            of: Type::Temporal,
            rules: (2, usize::MAX),
            search: SPLUNK_SEVERAL,
            template: "| multisearch\n{search}\n\n| bin _time span={timespan}\n\
                       | stats dc(event_type) as event_type_count by _time{group}\n\n\
                       | search {bounds}",
            ..BUCKET
        },
        Form {
            of: Type::TemporalExpression,
            rules: (2, usize::MAX),
            search: SPLUNK_SEVERAL,
            template: "| multisearch\n{search}\n\n| bin _time span={timespan}\n\
                       | stats values(event_type) as event_types by _time{group}\n\n\
                       | search {bounds}",
            ..BUCKET
        },
    ],
    not_in: &["data_model"],
    head: "",
    group: (" ", " ", ""),
    aliases: Some(("", " | rename {field} as {alias}", "")),
    present: "",
    bound: ("{measure} {op} {bound}", " "),
    comparisons,
    presence: Some(("event_types=\"{rule}\"", "   ", " OR ", "NOT ")),
    units: &[
        ('s', "s"),
        ('m', "m"),
        ('h', "h"),
        ('d', "d"),
        ('w', "w"),
        ('M', "mon"),
        ('y', "y"),
    ],
};

const SPLUNK_SEVERAL: (&str, &str) = (
    "[ search {query} | eval event_type=\"{rule}\"{aliases} ]",
    "\n",
);

/// <https://www.elastic.co/docs/reference/query-languages/esql/commands/stats-by>: a missing
/// value would be a group of its own.
const ESQL: Correlations = Correlations {
    forms: &[
        Form {
            template: "{head}{search}{present}\n\
                       | eval timebucket=date_trunc({timespan}, @timestamp) \
                       | stats event_count=count() by timebucket{group}\n\
                       | where {bounds}",
            ..ESQL_ONE
        },
        Form {
            rules: (2, usize::MAX),
            search: ("({condition})", " or "),
            template: "{head}{search}{present}\n\
                       | eval timebucket=date_trunc({timespan}, @timestamp) \
                       | stats event_count=count() by timebucket{group}\n\
                       | where {bounds}",
            ..ESQL_ONE
        },
        Form {
            of: Type::ValueCount,
            template: "{head}{search}{present}\n\
                       | eval timebucket=date_trunc({timespan}, @timestamp) \
                       | stats value_count=count_distinct({field}) by timebucket{group}\n\
                       | where {bounds}",
            loses: &[BUCKETS, ESTIMATED],
            ..ESQL_ONE
        },
        Form {
            of: Type::ValueCount,
            rules: (2, usize::MAX),
            search: ("({condition})", " or "),
            template: "{head}{search}{present}\n\
                       | eval timebucket=date_trunc({timespan}, @timestamp) \
                       | stats value_count=count_distinct({field}) by timebucket{group}\n\
                       | where {bounds}",
            loses: &[BUCKETS, ESTIMATED],
            ..ESQL_ONE
        },
        Form {
            of: Type::Temporal,
            template: "{head}{search}{present}\n\
                       | eval event_type=case({typing})\n\
                       | eval timebucket=date_trunc({timespan}, @timestamp) \
                       | stats event_type_count=count_distinct(event_type) by timebucket{group}\n\
                       | where {bounds}",
            ..ESQL_ONE
        },
        Form {
            of: Type::Temporal,
            rules: (2, usize::MAX),
            search: ("({condition})", " or "),
            template: "{head}{search}{present}\n\
                       | eval event_type=case({typing})\n\
                       | eval timebucket=date_trunc({timespan}, @timestamp) \
                       | stats event_type_count=count_distinct(event_type) by timebucket{group}\n\
                       | where {bounds}",
            loses: &[
                BUCKETS,
                "an event that several of the rules match counts for the first of them alone",
            ],
            ..ESQL_ONE
        },
    ],
    not_in: &[],
    head: " | where ",
    group: (", ", ", ", ""),
    aliases: None,
    present: " | where {field} is not null",
    bound: ("{measure} {op} {bound}", " and "),
    comparisons,
    presence: None,
    units: &[
        ('s', "seconds"),
        ('m', "minutes"),
        ('h', "hours"),
        ('d', "days"),
        ('w', "weeks"),
        ('M', "months"),
        ('y', "years"),
    ],
};

const ESQL_ONE: Form = Form {
    search: ("{condition}", ""),
    ..BUCKET
};

/// <https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax#eql-sequences>: a
/// sequence slides; `with runs` repeats the query before it, 100 times at most, and a sequence
/// has two queries or more; `by` leaves out events without a value.
const EQL: Correlations = Correlations {
    forms: &[
        Form {
            takes: Takes::Lower,
            least: (2, 100),
            search: ("{condition}", ""),
            template: "sequence {group} with maxspan={timespan} \n [{head}{search}]  \
                       with runs={least}",
            loses: &[],
            ..BUCKET
        },
        Form {
            takes: Takes::Lower,
            least: (2, 100),
            rules: (2, usize::MAX),
            search: ("({condition})", " or "),
            template: "sequence {group} with maxspan={timespan} \n [{head}{search}]  \
                       with runs={least}",
            loses: &[],
            ..BUCKET
        },
        Form {
            of: Type::Ordered,
            takes: Takes::All,
            rules: (2, usize::MAX),
            search: ("[{query}]", " \n "),
            template: "sequence {group} with maxspan={timespan} \n {search}",
            loses: &[],
            ..BUCKET
        },
        Form {
            of: Type::Temporal,
            takes: Takes::All,
            rules: (2, usize::MAX),
            grouped: true,
            search: ("[{query}]", " \n "),
            template: "sample {group} \n {search} ",
            loses: &["the timespan is left out: matches may be any time apart"],
            ..BUCKET
        },
    ],
    not_in: &[],
    head: "any where ",
    group: ("by ", ", ", ""),
    aliases: None,
    present: "",
    bound: ("", ""),
    comparisons,
    presence: None,
    units: &[('s', "s"), ('m', "m"), ('h', "h"), ('d', "d")],
};

/// <https://grafana.com/docs/loki/latest/query/metric_queries/>: a range slides with the
/// evaluation; `unwrap` sets `__error__` where there is no number, which fails a query that
/// does not let go of it. `quantile_over_time` interpolates.
const LOKI: Correlations = Correlations {
    forms: &[
        Form {
            takes: Takes::Lower,
            loses: &[],
            ..LOKI_COUNT
        },
        LOKI_COUNT,
        Form {
            takes: Takes::Lower,
            loses: &[],
            ..LOKI_VALUES
        },
        LOKI_VALUES,
        Form {
            of: Type::ValueCountOfTuples,
            takes: Takes::Lower,
            loses: &[],
            ..LOKI_VALUES
        },
        Form {
            of: Type::ValueCountOfTuples,
            ..LOKI_VALUES
        },
        Form {
            takes: Takes::Lower,
            loses: &[],
            ..LOKI_SUM
        },
        LOKI_SUM,
        Form {
            takes: Takes::Lower,
            loses: &[],
            ..LOKI_AVG
        },
        LOKI_AVG,
        Form {
            of: Type::Percentile,
            template: "quantile_over_time({percentile}, {search}{present} | unwrap {field} \
                       | __error__=`` [{timespan}]) by ({by}) {bounds}",
            loses: &[
                "a percentile between two numbers is interpolated",
                EACH_STEP,
            ],
            ..LOKI_COUNT
        },
        Form {
            of: Type::Temporal,
            takes: Takes::All,
            rules: (1, usize::MAX),
            search: (
                "sum{group}(count_over_time({query}{aliases}{present} [{timespan}]))",
                " and ",
            ),
            template: "{search}",
            loses: &[],
            ..LOKI_COUNT
        },
    ],
    not_in: &[],
    head: "",
    group: (" by (", ", ", ") "),
    aliases: Some((" | label_format ", "{alias}={field}", ", ")),
    present: " | {field}!=``",
    bound: ("{op} {bound}", " "),
    comparisons,
    presence: None,
    units: &[('s', "s"), ('m', "m"), ('h', "h"), ('d', "d"), ('w', "w")],
};

const LOKI_COUNT: Form = Form {
    template: "sum{group}(count_over_time({search}{present} [{timespan}])) {bounds}",
    loses: &[EACH_STEP],
    ..BUCKET
};

const LOKI_VALUES: Form = Form {
    of: Type::ValueCount,
    template: "count without ({field}) (sum by ({keys}) \
               (count_over_time({search}{present} [{timespan}]))) {bounds}",
    ..LOKI_COUNT
};

const LOKI_SUM: Form = Form {
    of: Type::Sum,
    template: "sum{group}(sum_over_time({search}{present} | unwrap {field} | __error__=`` \
               [{timespan}])) {bounds}",
    ..LOKI_COUNT
};

const LOKI_AVG: Form = Form {
    of: Type::Avg,
    template: "avg_over_time({search}{present} | unwrap {field} | __error__=`` \
               [{timespan}]) by ({by}) {bounds}",
    ..LOKI_COUNT
};
