use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::ast::Body;

pub static LINT: Lint = Lint {
    name: "missing-level",
    group: Group::Metadata,
    level: Level::Warning,
    summary: "a document has no `level`",
    page: "\
Without a level nobody knows how urgent a match is, and `--min-level` treats the rule as the mildest.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    if !matches!(cx.document.body, Body::Filter(_)) && cx.lacks("level") {
        let said = at(cx.heading("level"), "`level` is missing");
        sink.report(said.help("add `informational`, `low`, `medium`, `high` or `critical`"));
    }
}
