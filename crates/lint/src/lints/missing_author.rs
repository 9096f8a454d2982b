use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "missing-author",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a document has no `author`",
    page: "\
Whoever questions a rule asks its author. Public rules name the people who wrote them, separated by commas.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    if cx.lacks("author") {
        let said = at(cx.heading("author"), "`author` is missing");
        sink.report(said.help("name whoever wrote it"));
    }
}
