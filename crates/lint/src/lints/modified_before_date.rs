use crate::cx::DocumentCx;
use crate::dates;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "modified-before-date",
    group: Group::Metadata,
    level: Level::Warning,
    summary: "a rule was modified before it was written",
    page: "\
One of the two dates is wrong. `date` is the day of the first version, `modified` that of the last change.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    let meta = &cx.document.meta;
    let (Some(date), Some(modified)) = (&meta.date, &meta.modified) else {
        return;
    };
    if let (Some(first), Some(last)) = (dates::date(&date.value), dates::date(&modified.value))
        && last < first
    {
        let said = at(modified.span, "this is before `date`").also(date.span, "written here");
        sink.report(said.help("correct one of the two"));
    }
}
