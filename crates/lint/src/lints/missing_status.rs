use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::ast::Body;

pub static LINT: Lint = Lint {
    name: "missing-status",
    group: Group::Metadata,
    level: Level::Note,
    summary: "a document has no `status`",
    page: "\
The status says how far a rule can be trusted: `experimental` first, `test` and `stable` once it has proven itself.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    if !matches!(cx.document.body, Body::Filter(_)) && cx.lacks("status") {
        let said = at(cx.heading("status"), "`status` is missing");
        sink.report(said.help("add `status: experimental` to a new rule"));
    }
}
