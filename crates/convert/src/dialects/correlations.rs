//! Correlations in the languages that are not SQL, a file per language.

mod elastic;
mod kusto;
mod logscale;
mod loki;
mod ppl;
mod splunk;

use crate::correlation::{Correlations, Form, LOGIC, Takes, Type};
use sigwright_ir::pred::Comparison;

/// By the language's name.
pub const CORRELATIONS: [(&str, &Correlations); 7] = [
    ("splunk", &splunk::SPLUNK),
    ("esql", &elastic::ESQL),
    ("eql", &elastic::EQL),
    ("opensearch_ppl", &ppl::PPL),
    ("kusto", &kusto::KUSTO),
    ("logscale", &logscale::LOGSCALE),
    ("loki", &loki::LOKI),
];

const BUCKETS: &str = "time is cut into fixed buckets, so a window across the border of two \
                       is missed";

const EACH_STEP: &str = "upper bounds are judged at each evaluation, not when a window closes";

const ESTIMATED: &str = "different values are counted approximately when they are many";

const TWICE: &str = "an event that several of the rules match is counted more than once";

const FIRST: &str = "an event that several of the rules match counts for the first of them alone";

const PERCENTILES: &str = "percentiles are estimates";

fn comparisons(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Eq => "==",
        other => super::splunk::comparisons(other),
    }
}

/// A form that says nothing yet.
const FORM: Form = Form {
    of: &[Type::EventCount],
    takes: Takes::Any,
    rules: (1, 1),
    least: (0, u64::MAX),
    grouped: false,
    apart: false,
    without: None,
    search: ("{query}{aliases}", ""),
    each: &[],
    matched: "",
    logic: LOGIC,
    template: "",
    loses: &[],
};
