use crate::cx::DocumentCx;
use crate::dates;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::{Edit, Fix};

pub static LINT: Lint = Lint {
    name: "old-date",
    group: Group::Metadata,
    level: Level::Note,
    summary: "a date is written with slashes, as Sigma 1 did",
    page: "\
Since version 2 of the specification a date is written `YYYY-MM-DD`.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    for written in [&cx.document.meta.date, &cx.document.meta.modified]
        .into_iter()
        .flatten()
    {
        if !written.value.contains('/') {
            continue;
        }
        let Some(date) = dates::date(&written.value) else {
            continue;
        };
        let said = at(written.span, "dates are written with hyphens");
        sink.report(said.help(format!("write `{date}`")).fix(Fix::safe(
            format!("write `{date}`"),
            vec![Edit::replace(cx.content(written.span), date.to_string())],
        )));
    }
}
