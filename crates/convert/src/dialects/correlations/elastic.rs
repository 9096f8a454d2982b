//! Correlations in ES|QL and EQL.

use super::{BUCKETS, ESTIMATED, FIRST, FORM, PERCENTILES, comparisons};
use crate::correlation::{Correlations, Form, LOGIC, Measures, NO_MEASURES, Takes, Type};

const ONE: Form = Form {
    search: ("{condition}", ""),
    of: &[Type::EventCount, Type::Sum, Type::Avg],
    template: "{head}{search}{present}\n\
               | eval timebucket=date_trunc({timespan}, @timestamp) \
               | stats {measures} by timebucket{group}\n\
               | where {bounds}",
    loses: &[BUCKETS],
    ..FORM
};

const SEVERAL: Form = Form {
    rules: (2, usize::MAX),
    search: ("({condition})", " or "),
    ..ONE
};

const STATS: &[Type] = &[Type::Percentile, Type::Stats];

/// <https://www.elastic.co/docs/reference/query-languages/esql/commands/stats-by>: a missing
/// value would be a group of its own. No command looks back from an event:
/// <https://www.elastic.co/docs/reference/query-languages/esql/esql-commands>.
pub(super) const ESQL: Correlations = Correlations {
    forms: &[
        ONE,
        SEVERAL,
        Form {
            of: &[Type::ValueCount],
            loses: &[BUCKETS, ESTIMATED],
            ..ONE
        },
        Form {
            of: &[Type::ValueCount],
            loses: &[BUCKETS, ESTIMATED],
            ..SEVERAL
        },
        Form {
            of: STATS,
            rules: (1, usize::MAX),
            template: "{head}{search}{present}\n\
                       | eval timebucket=date_trunc({timespan}, @timestamp), \
                       event_type=case({typing}) \
                       | stats {measures} by timebucket{group}\n\
                       | where {bounds}",
            loses: &[BUCKETS, ESTIMATED, PERCENTILES, FIRST],
            ..SEVERAL
        },
        Form {
            of: &[Type::Temporal],
            template: "{head}{search}{present}\n\
                       | eval event_type=case({typing})\n\
                       | eval timebucket=date_trunc({timespan}, @timestamp) \
                       | stats event_type_count=count_distinct(event_type) by timebucket{group}\n\
                       | where {bounds}",
            ..ONE
        },
        Form {
            of: &[Type::Temporal],
            template: "{head}{search}{present}\n\
                       | eval event_type=case({typing})\n\
                       | eval timebucket=date_trunc({timespan}, @timestamp) \
                       | stats event_type_count=count_distinct(event_type) by timebucket{group}\n\
                       | where {bounds}",
            loses: &[BUCKETS, FIRST],
            ..SEVERAL
        },
        Form {
            of: &[Type::TemporalExpression],
            each: &[
                ("flags", "is_{n}=case({condition}, 1, 0)", ", "),
                ("flagged", "seen_{n}=max(is_{n})", ", "),
            ],
            matched: "seen_{n}==1",
            template: "{head}{search}{present}\n\
                       | eval {flags}\n\
                       | eval timebucket=date_trunc({timespan}, @timestamp) \
                       | stats {flagged} by timebucket{group}\n\
                       | where {bounds}",
            ..SEVERAL
        },
    ],
    whole: None,
    own_state: None,
    not_in: &[],
    head: " | where ",
    group: (", ", ", ", ""),
    key: ("", "", ""),
    aliases: None,
    present: " | where {field} is not null",
    measures: Measures {
        count: "count()",
        count_of_rule: "count(case(event_type==\"{rule}\", 1, null))",
        distinct: "count_distinct({field})",
        sum: "sum({field})",
        avg: "avg({field})",
        min: "min({field})",
        max: "max({field})",
        percentile: "percentile({field}, {percent})",
        named: "{name}={measure}",
        between: ", ",
    },
    bound: ("{measure} {op} {bound}", " and "),
    comparisons,
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

const SEQUENCE: Form = Form {
    of: &[Type::EventCount],
    takes: Takes::Lower,
    least: (2, 100),
    search: ("{condition}", ""),
    template: "sequence {group} with maxspan={timespan} \n [{head}{search}]  \
               with runs={least}",
    logic: LOGIC,
    ..FORM
};

/// <https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax#eql-sequences>: a
/// sequence slides; `with runs` repeats the query before it, 100 times at most, and a sequence
/// has two queries or more; `by` leaves out events without a value.
pub(super) const EQL: Correlations = Correlations {
    forms: &[
        SEQUENCE,
        Form {
            rules: (2, usize::MAX),
            search: ("({condition})", " or "),
            ..SEQUENCE
        },
        Form {
            of: &[Type::Ordered],
            takes: Takes::All,
            rules: (2, usize::MAX),
            search: ("[{query}]", " \n "),
            template: "sequence {group} with maxspan={timespan} \n {search}",
            ..FORM
        },
        Form {
            of: &[Type::Temporal],
            takes: Takes::All,
            rules: (2, usize::MAX),
            grouped: true,
            search: ("[{query}]", " \n "),
            template: "sample {group} \n {search} ",
            loses: &["the timespan is left out: matches may be any time apart"],
            ..FORM
        },
    ],
    whole: None,
    own_state: None,
    not_in: &[],
    head: "any where ",
    group: ("by ", ", ", ""),
    key: ("", "", ""),
    aliases: None,
    present: "",
    measures: NO_MEASURES,
    bound: ("", ""),
    comparisons,
    units: &[('s', "s"), ('m', "m"), ('h', "h"), ('d', "d")],
};
