use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "modified-without-date",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a rule has `modified` but no `date`",
    page: "\
A new rule has a `date`; `modified` comes with its first change.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    if let Some(modified) = cx
        .document
        .meta
        .modified
        .as_ref()
        .filter(|_| cx.lacks("date"))
    {
        let said = at(cx.heading("modified"), "there is no `date` to go with it");
        sink.report(said.help(format!("a new rule has `date: {}` alone", modified.value)));
    }
}
