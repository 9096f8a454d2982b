use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "missing-references",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a document has no `references`",
    page: "\
A public report or documentation lets others check what the rule rests on.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    if cx.rule().is_some() && cx.lacks("references") {
        let said = at(cx.heading("references"), "`references` is missing");
        sink.report(said.help("list where the behaviour is described"));
    }
}
