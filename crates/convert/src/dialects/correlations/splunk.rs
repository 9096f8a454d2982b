//! Correlations in SPL.
//!
//! The forms that lose something are the reference's: `bin` cuts time. The others look back from
//! each event:
//! - `streamstats` with `global=f` has a window of so many events for each group; as many events
//!   are in a timespan where the first and the last of so many in order are.
//!   <https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/streamstats>
//! - When a rule matched last is carried down from event to event by `filldown`, which knows no
//!   limit of events; a group begins where the one before it, by `autoregress`, is another.
//!   <https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/filldown>
//!   <https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/autoregress>
//! - A sequence within a timespan is there if the latest one that has ended began no longer ago:
//!   for each step, the latest beginning of a sequence up to it is carried down.
//!
//! `multisearch` wants two searches or more.
//! <https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/multisearch>

use super::{BUCKETS, FORM, PERCENTILES, TWICE};
use crate::correlation::{Correlations, Form, Logic, Measures, Takes, Type};

const BUCKET: Form = Form {
    of: &[Type::EventCount, Type::ValueCount, Type::Sum, Type::Avg],
    logic: Logic {
        and: "   ",
        or: " OR ",
        not: "NOT ",
        or_binds_more: true,
    },
    template: "{search}\n\n| bin _time span={timespan}\n\
               | stats {measures} by _time{group}\n\n\
               | search {bounds}",
    loses: &[BUCKETS],
    ..FORM
};

const SEVERAL: Form = Form {
    rules: (2, usize::MAX),
    search: (
        "[ search {query} | eval event_type=\"{rule}\"{aliases} ]",
        "\n",
    ),
    template: "| multisearch\n{search}\n\n| bin _time span={timespan}\n\
               | stats {measures} by _time{group}\n\n\
               | search {bounds}",
    ..BUCKET
};

const SLIDING_COUNT: Form = Form {
    of: &[Type::EventCount],
    takes: Takes::Lower,
    // the window of `streamstats` holds so many events
    least: (1, 10_000),
    template: "{search}\n\n| sort 0 _time\n| streamstats global=f window={least} \
               count as event_count range(_time) as event_span{per}\n\n\
               | where event_count == {least} AND event_span <= {seconds}",
    ..FORM
};

/// What was seen last of each rule.
const LAST_SEEN: Form = Form {
    takes: Takes::Lower,
    rules: (2, usize::MAX),
    search: (
        "[ search {query} | eval event_type=\"{rule}\", event_step={n}{aliases} ]",
        "\n",
    ),
    each: &[
        (
            "seen",
            "last_{n}=case(event_step=={n}, _time, isnull(event_group_before) \
             OR event_group_before!=event_group, -1000000000000)",
            ", ",
        ),
        ("last_seen", "last_{n}", " "),
        ("counted", "if(last_{n}>=_time-{seconds}, 1, 0)", "+"),
    ],
    matched: "last_{n}>=_time-{seconds}",
    logic: Logic {
        and: " AND ",
        or: " OR ",
        not: "NOT ",
        or_binds_more: false,
    },
    ..FORM
};

const STATS: &[Type] = &[Type::Percentile, Type::Stats];

pub(super) const SPLUNK: Correlations = Correlations {
    forms: &[
        BUCKET,
        Form {
            of: STATS,
            search: ("{query} | eval event_type=\"{rule}\"{aliases}", ""),
            loses: &[BUCKETS, PERCENTILES],
            ..BUCKET
        },
        SLIDING_COUNT,
        Form {
            rules: (2, usize::MAX),
            apart: true,
            without: Some("\n| "),
            search: ("({query})", " OR "),
            ..SLIDING_COUNT
        },
        Form {
            of: &[Type::EventCount, Type::Sum, Type::Avg],
            loses: &[BUCKETS, TWICE],
            ..SEVERAL
        },
        Form {
            of: STATS,
            loses: &[BUCKETS, TWICE, PERCENTILES],
            ..SEVERAL
        },
        Form {
            of: &[Type::ValueCount],
            ..SEVERAL
        },
        Form {
            of: &[Type::Temporal],
            search: ("{query} | eval event_type=\"{rule}\"{aliases}", ""),
            template: "{search}\n\n| bin _time span={timespan}\n\
                       | stats dc(event_type) as event_type_count by _time{group}\n\n\
                       | search {bounds}",
            ..BUCKET
        },
        Form {
            of: &[Type::Temporal],
            template: "| multisearch\n{search}\n\n| bin _time span={timespan}\n\
                       | stats dc(event_type) as event_type_count by _time{group}\n\n\
                       | search {bounds}",
            ..SEVERAL
        },
        Form {
            of: &[Type::TemporalExpression],
            matched: "event_types=\"{rule}\"",
            template: "| multisearch\n{search}\n\n| bin _time span={timespan}\n\
                       | stats values(event_type) as event_types by _time{group}\n\n\
                       | search {bounds}",
            ..SEVERAL
        },
        Form {
            of: &[Type::Temporal],
            template: "| multisearch\n{search}\n\n\
                       | eval event_group={key}\n| where isnotnull(event_group)\n\
                       | sort 0 event_group _time event_step\n\
                       | autoregress event_group AS event_group_before\n\
                       | eval {seen}\n| filldown {last_seen}\n\
                       | eval event_type_count={counted}\n\n\
                       | where {bounds}",
            ..LAST_SEEN
        },
        Form {
            of: &[Type::TemporalExpression],
            template: "| multisearch\n{search}\n\n\
                       | eval event_group={key}\n| where isnotnull(event_group)\n\
                       | sort 0 event_group _time event_step\n\
                       | autoregress event_group AS event_group_before\n\
                       | eval {seen}\n| filldown {last_seen}\n\n\
                       | where {bounds}",
            ..LAST_SEEN
        },
        Form {
            of: &[Type::Ordered],
            takes: Takes::All,
            apart: true,
            each: &[(
                "sequence",
                "| eval begun_{next}=case(event_step=={n}, begun_{n}, \
                 isnull(event_group_before) OR event_group_before!=event_group, \
                 -1000000000000)\n| filldown begun_{next}",
                "\n",
            )],
            template: "| multisearch\n{search}\n\n\
                       | eval event_group={key}\n| where isnotnull(event_group)\n\
                       | sort 0 event_group _time event_step\n\
                       | autoregress event_group AS event_group_before\n\
                       | eval begun_0=_time\n{sequence}\n\n\
                       | where begun_{last}>=_time-{seconds}",
            ..LAST_SEEN
        },
    ],
    whole: None,
    own_state: None,
    not_in: &["data_model"],
    head: "",
    group: (" ", " ", ""),
    // injective: the length tells where a value ends
    key: ("len('{name}').\":\".lower('{name}')", ".", "\"all\""),
    aliases: Some(("", " | rename {field} as {alias}", "")),
    present: "",
    measures: Measures {
        count: "count",
        count_of_rule: "count(eval(event_type=\"{rule}\"))",
        distinct: "dc({field})",
        sum: "sum({field})",
        avg: "avg({field})",
        min: "min({field})",
        max: "max({field})",
        percentile: "perc{percent}({field})",
        named: "{measure} as {name}",
        between: ", ",
    },
    bound: ("{measure} {op} {bound}", " "),
    comparisons: super::comparisons,
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
