use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "missing-description",
    group: Group::Metadata,
    level: Level::Note,
    summary: "a document has no `description`",
    page: "\
An analyst reads the description before the query. Say what the rule finds and why that matters.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    if cx.lacks("description") {
        let said = at(cx.heading("description"), "`description` is missing");
        sink.report(said.help("say what the rule finds and why that matters"));
    }
}
