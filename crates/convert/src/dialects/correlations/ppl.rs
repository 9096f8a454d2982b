//! Correlations in OpenSearch's PPL.
//!
//! - `streamstats` goes from event to event in the order they come in; with `window` and
//!   `global=false` each group has a window of so many events of its own, and without a window
//!   it looks at all before.
//!   <https://docs.opensearch.org/latest/sql-and-ppl/ppl/commands/streamstats/>
//! - `multisearch` wants two searches or more.
//!   <https://docs.opensearch.org/latest/sql-and-ppl/ppl/commands/multisearch/>
//! - `unix_timestamp` gives seconds with their fraction.
//!   <https://docs.opensearch.org/latest/sql-and-ppl/ppl/functions/datetime/>
//! - Nothing joins without a limit of rows, so what needs all events of a window at once is cut
//!   into buckets by `span`.
//!   <https://docs.opensearch.org/latest/sql-and-ppl/ppl/commands/join/>

use super::{BUCKETS, ESTIMATED, FIRST, FORM, PERCENTILES};
use crate::correlation::{Correlations, Form, Logic, Measures, Takes, Type};

const SPAN: Form = Form {
    of: &[Type::EventCount, Type::Sum, Type::Avg],
    rules: (1, usize::MAX),
    apart: true,
    logic: UPPER,
    template: "{head}{any}{present}\n\
               | stats {measures} by span(`@timestamp`, {timespan}) as event_bucket{group}\n\
               | where {bounds}",
    loses: &[BUCKETS],
    ..FORM
};

const UPPER: Logic = Logic {
    and: " AND ",
    or: " OR ",
    not: "NOT ",
    or_binds_more: false,
};

/// When each rule matched last.
const LAST_SEEN: Form = Form {
    takes: Takes::Lower,
    rules: (2, usize::MAX),
    search: ("[search {query} | eval event_step={n}{aliases}]", " "),
    each: &[
        ("seen", "seen_{n}=case(event_step={n}, event_time)", ", "),
        ("last_seen", "max(seen_{n}) as last_{n}", ", "),
        (
            "counted",
            "case(last_{n}>=event_time-{seconds}, 1 else 0)",
            "+",
        ),
    ],
    matched: "last_{n}>=event_time-{seconds}",
    logic: UPPER,
    ..FORM
};

pub(super) const PPL: Correlations = Correlations {
    forms: &[
        Form {
            takes: Takes::Lower,
            rules: (1, usize::MAX),
            apart: true,
            least: (1, u64::MAX),
            template: "{head}{any}{present}\n\
                       | eval event_time=unix_timestamp(`@timestamp`) | sort event_time\n\
                       | streamstats window={least} global=false count() as event_count, \
                       min(event_time) as first_time{per}\n\
                       | where event_count={least} AND first_time>=event_time-{seconds}",
            ..FORM
        },
        SPAN,
        Form {
            of: &[Type::ValueCount],
            loses: &[BUCKETS, ESTIMATED],
            ..SPAN
        },
        Form {
            of: &[Type::Percentile],
            loses: &[BUCKETS, PERCENTILES],
            ..SPAN
        },
        Form {
            of: &[Type::Stats],
            template: "{head}{any}{present} | eval event_type=case({typing})\n\
                       | stats {measures} by span(`@timestamp`, {timespan}) as event_bucket{group}\n\
                       | where {bounds}",
            loses: &[BUCKETS, ESTIMATED, FIRST],
            ..SPAN
        },
        Form {
            of: &[Type::Temporal],
            template: "| multisearch {search}\n\
                       | eval event_time=unix_timestamp(`@timestamp`){present}\n\
                       | sort event_time, event_step\n| eval {seen}\n\
                       | streamstats {last_seen}{per}\n\
                       | eval event_type_count={counted}\n| where {bounds}",
            ..LAST_SEEN
        },
        Form {
            of: &[Type::TemporalExpression],
            template: "| multisearch {search}\n\
                       | eval event_time=unix_timestamp(`@timestamp`){present}\n\
                       | sort event_time, event_step\n| eval {seen}\n\
                       | streamstats {last_seen}{per}\n| where {bounds}",
            ..LAST_SEEN
        },
        Form {
            of: &[Type::Temporal, Type::TemporalExpression],
            takes: Takes::Any,
            rules: (1, usize::MAX),
            apart: true,
            each: &[
                ("flags", "is_{n}=case({condition}, 1 else 0)", ", "),
                ("flagged", "max(is_{n}) as seen_{n}", ", "),
                ("counted", "seen_{n}", "+"),
            ],
            matched: "seen_{n}=1",
            template: "{head}{any}{present}\n| eval {flags}\n\
                       | stats {flagged} by span(`@timestamp`, {timespan}) as event_bucket{group}\n\
                       | eval event_type_count={counted}\n| where {bounds}",
            loses: &[BUCKETS],
            ..LAST_SEEN
        },
        Form {
            of: &[Type::Ordered],
            takes: Takes::All,
            apart: true,
            each: &[(
                "sequence",
                "| eval step_{next}=case(event_step={n}, begun_{n}) \
                 | streamstats max(step_{next}) as begun_{next}{per}",
                "\n",
            )],
            template: "| multisearch {search}\n\
                       | eval event_time=unix_timestamp(`@timestamp`), \
                       begun_0=unix_timestamp(`@timestamp`){present}\n\
                       | sort event_time, event_step\n{sequence}\n\
                       | where begun_{last}>=event_time-{seconds}",
            ..LAST_SEEN
        },
    ],
    whole: None,
    own_state: None,
    not_in: &[],
    head: " | where ",
    group: (", ", ", ", ""),
    key: ("", "", ""),
    aliases: Some(("", " | rename {field} as {alias}", "")),
    present: " | where isnotnull({field})",
    measures: Measures {
        count: "count()",
        count_of_rule: "count(case(event_type=\"{rule}\", 1))",
        distinct: "distinct_count({field})",
        sum: "sum({field})",
        avg: "avg({field})",
        min: "min({field})",
        max: "max({field})",
        percentile: "percentile({field}, {percent})",
        named: "{measure} as {name}",
        between: ", ",
    },
    bound: ("{measure} {op} {bound}", " AND "),
    comparisons: crate::dialects::comparisons,
    units: &[
        ('s', "s"),
        ('m', "m"),
        ('h', "h"),
        ('d', "d"),
        ('w', "w"),
        ('M', "M"),
        ('y', "y"),
    ],
};
