use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "missing-date",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a document has no `date`",
    page: "\
The day a rule was written says which versions of a log and a threat it knew.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    if cx.lacks("date") {
        let said = at(cx.heading("date"), "`date` is missing");
        sink.report(said.help("add the day it was written: `date: YYYY-MM-DD`"));
    }
}
