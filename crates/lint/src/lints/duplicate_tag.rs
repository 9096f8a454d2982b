use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::{Fix, Span};
use std::collections::HashMap;

pub static LINT: Lint = Lint {
    name: "duplicate-tag",
    group: Group::Metadata,
    level: Level::Warning,
    summary: "a tag is listed twice",
    page: "\
A tag says something about a rule once. A second one is usually a slip while copying: another tag was meant.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    let tags = &cx.document.meta.tags;
    let mut seen: HashMap<&str, Span> = HashMap::with_capacity(tags.len());
    for tag in tags {
        let first = *seen.entry(&tag.value).or_insert(tag.span);
        if first == tag.span {
            continue;
        }
        let said = at(tag.span, format!("`{}` is already in this list", tag.value));
        let said = said.also(first, "first here").help("remove one of the two");
        sink.report(match cx.without_line(tag.span) {
            Some(edit) => said.fix(Fix::safe("remove the second", vec![edit])),
            None => said,
        });
    }
}
