use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "missing-tags",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a document has no `tags`",
    page: "\
Tags say which tactics and techniques a rule covers; coverage maps are made from them.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    if cx.rule().is_some() && cx.lacks("tags") {
        let said = at(cx.heading("tags"), "`tags` is missing");
        sink.report(said.help(
            "add the tactic and the technique, such as `attack.execution` and `attack.t1059`",
        ));
    }
}
