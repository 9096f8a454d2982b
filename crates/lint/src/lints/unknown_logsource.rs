use crate::cx::DocumentCx;
use crate::logsources;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "unknown-logsource",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "no public rule reads this log source",
    page: "\
Log sources are agreed on: product, category and service as the taxonomy appendix and the public rules write them.
Pipelines and event sources know those. One of your own is fine if your tools know it.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    let Some(logsource) = cx.rule().and(cx.logsource()) else {
        return;
    };
    let parts = [&logsource.product, &logsource.category, &logsource.service];
    let Some(first) = parts.into_iter().flatten().next() else {
        return;
    };
    if !logsources::known(logsource).is_some_and(|known| known.read) {
        let names: Vec<&str> = parts
            .into_iter()
            .flatten()
            .map(|part| part.value.as_str())
            .collect();
        let message = format!("no public rule reads `{}`", names.join("/"));
        let said = at(logsource.span.unwrap_or(first.span), message);
        sink.report(said.help("compare it with the taxonomy appendix of the specification"));
    }
}
