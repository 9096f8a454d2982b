use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::ast::{Body, CorrelationKind};

pub static LINT: Lint = Lint {
    name: "missing-group-by",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a correlation does not group",
    page: "\
Without `group-by` events of all users and hosts count together. That is sometimes meant; the specification asks for
`group-by` all the same, and other tools refuse a correlation without it.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    let Body::Correlation(correlation) = &cx.document.body else {
        return;
    };
    let asks = matches!(
        correlation.kind.value,
        CorrelationKind::EventCount
            | CorrelationKind::ValueCount
            | CorrelationKind::Temporal
            | CorrelationKind::TemporalOrdered
    );
    if asks && correlation.group_by.is_empty() {
        let said = at(
            cx.heading("correlation"),
            "events of all users and hosts count together",
        );
        sink.report(said.help("say under `group-by` what they must have in common"));
    }
}
