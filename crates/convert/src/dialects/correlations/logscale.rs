//! Correlations in LogScale.
//!
//! `slidingTimeWindow` looks back from each event over a timespan. It stands behind what puts
//! events in order: `head` does, of so many events, and `groupBy` for each group. A window holds
//! 10,000 events. What falls together where two events are exactly the timespan apart is not said.
//! <https://library.humio.com/data-analysis/functions-slidingtimewindow.html>,
//! <https://library.humio.com/data-analysis/functions-head.html>

use super::{EACH_STEP, ESTIMATED, FIRST, FORM};
use crate::correlation::{Correlations, Form, Logic, Measures, Type};

const OLDEST: &str = "only the oldest matches that `head` holds are looked at, 20,000 in most \
                      installations, and of a window the newest 10,000";

const END: &str = "whether two events exactly the timespan apart are in one window is not said";

const SLIDING: Form = Form {
    of: &[Type::EventCount, Type::Sum, Type::Avg],
    rules: (1, usize::MAX),
    apart: true,
    grouped: true,
    logic: Logic {
        and: " ",
        or: " or ",
        not: "not ",
        or_binds_more: true,
    },
    template: "{any}{present}\n| head(limit=max)\n\
               | groupBy([{by}], function=slidingTimeWindow([{measures}], span={timespan}), \
               limit=max)\n| {bounds}",
    loses: &[OLDEST, END, EACH_STEP],
    ..FORM
};

/// With what rule matched.
const TYPED: Form = Form {
    of: &[Type::Temporal],
    each: &[("typed", "({condition}) | event_type := \"{rule}\"", "; ")],
    template: "{any}{present}\n| case {{typed}}\n| head(limit=max)\n\
               | groupBy([{by}], function=slidingTimeWindow([count(event_type, distinct=true, \
               as=event_type_count)], span={timespan}), limit=max)\n| {bounds}",
    loses: &[OLDEST, END, EACH_STEP, FIRST],
    ..SLIDING
};

/// The same without a group.
const fn alone(form: Form, template: &'static str) -> Form {
    Form {
        grouped: false,
        template,
        ..form
    }
}

const ALONE: &str = "{any}{present}\n| head(limit=max)\n\
                     | slidingTimeWindow([{measures}], span={timespan})\n| {bounds}";

const VALUES: Form = Form {
    of: &[Type::ValueCount],
    loses: &[OLDEST, END, EACH_STEP, ESTIMATED],
    ..SLIDING
};

pub(super) const LOGSCALE: Correlations = Correlations {
    forms: &[
        SLIDING,
        alone(SLIDING, ALONE),
        VALUES,
        alone(VALUES, ALONE),
        TYPED,
        alone(
            TYPED,
            "{any}\n| case {{typed}}\n| head(limit=max)\n\
             | slidingTimeWindow([count(event_type, distinct=true, as=event_type_count)], \
             span={timespan})\n| {bounds}",
        ),
    ],
    whole: None,
    own_state: None,
    not_in: &[],
    head: "",
    group: (", ", ", ", ""),
    key: ("", "", ""),
    aliases: None,
    present: " {field}=*",
    measures: Measures {
        count: "count(as={name})",
        count_of_rule: "",
        distinct: "count({field}, distinct=true, as={name})",
        sum: "sum({field}, as={name})",
        avg: "avg({field}, as={name})",
        min: "min({field}, as={name})",
        max: "max({field}, as={name})",
        percentile: "",
        named: "{measure}",
        between: ", ",
    },
    bound: ("{measure} {op} {bound}", " "),
    comparisons: crate::dialects::comparisons,
    units: &[('s', "s"), ('m', "m"), ('h', "h"), ('d', "d"), ('w', "w")],
};
