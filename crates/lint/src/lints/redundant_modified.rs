use crate::cx::DocumentCx;
use crate::dates;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::Fix;

pub static LINT: Lint = Lint {
    name: "redundant-modified",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a rule was modified on the day it was written",
    page: "\
`modified` says when a rule changed after it was published. Equal to `date` it says nothing.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    let meta = &cx.document.meta;
    let (Some(date), Some(modified)) = (&meta.date, &meta.modified) else {
        return;
    };
    if dates::date(&date.value).is_some_and(|date| dates::date(&modified.value) == Some(date)) {
        let said = at(cx.heading("modified"), "this says no more than `date`");
        let said = said
            .also(date.span, "the same day")
            .help("remove `modified`");
        let entry = cx.heading("modified").to(modified.span);
        sink.report(match cx.without_line(entry) {
            Some(edit) => said.fix(Fix::safe("remove `modified`", vec![edit])),
            None => said,
        });
    }
}
