//! Correlations as queries.

mod voices;

pub use voices::Voices;

use crate::{Dialect, Unsupported};
use sigwright_ir::CorrelationRule;
use sigwright_syntax::ast::CorrelationKind;

/// The queries of a correlation.
///
/// # Errors
/// What the dialect cannot express.
pub fn convert(
    correlation: &CorrelationRule,
    dialect: &Dialect,
) -> Result<Vec<String>, Unsupported> {
    let kind = &correlation.correlation.kind;
    Err(Unsupported::new(
        kind.span,
        format!(
            "{} cannot express correlations of type `{}`",
            dialect.title,
            name(kind.value)
        ),
    ))
}

/// A type as the rule spells it.
fn name(kind: CorrelationKind) -> &'static str {
    match kind {
        CorrelationKind::EventCount => "event_count",
        CorrelationKind::ValueCount => "value_count",
        CorrelationKind::Temporal => "temporal",
        CorrelationKind::TemporalOrdered => "temporal_ordered",
        CorrelationKind::ValueSum => "value_sum",
        CorrelationKind::ValueAvg => "value_avg",
        CorrelationKind::ValuePercentile => "value_percentile",
        CorrelationKind::ValueMedian => "value_median",
        CorrelationKind::NewTerms => "new_terms",
        CorrelationKind::Stats => "stats",
    }
}
