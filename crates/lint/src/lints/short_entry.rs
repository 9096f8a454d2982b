use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "short-entry",
    group: Group::Metadata,
    level: Level::Warning,
    summary: "an entry of `falsepositives` or `scope` has a single character",
    page: "\
Such an entry tells nobody anything; the schema of the specification asks for two characters at least.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    let meta = &cx.document.meta;
    for entry in meta.falsepositives.iter().chain(&meta.scope) {
        if entry.value.trim().chars().count() < 2 {
            sink.report(at(entry.span, "this says nothing").help("write it out, or remove it"));
        }
    }
}
