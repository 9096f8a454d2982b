use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::{Fix, Span, Spanned};
use std::collections::HashMap;

pub static LINT: Lint = Lint {
    name: "duplicate-entry",
    group: Group::Metadata,
    level: Level::Warning,
    summary: "`references`, `fields`, `falsepositives` or `scope` lists something twice",
    page: "\
The second entry says nothing the first has not said; often another one was meant and lost while copying.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    let meta = &cx.document.meta;
    for list in [
        &meta.references,
        &meta.fields,
        &meta.falsepositives,
        &meta.scope,
    ] {
        entries(cx, list, sink);
    }
}

fn entries(cx: &DocumentCx<'_>, list: &[Spanned<String>], sink: &mut Sink<'_>) {
    let mut seen: HashMap<&str, Span> = HashMap::with_capacity(list.len());
    for entry in list {
        let first = *seen.entry(&entry.value).or_insert(entry.span);
        if first == entry.span {
            continue;
        }
        let said = at(
            entry.span,
            format!("`{}` is already in this list", entry.value),
        );
        let said = said.also(first, "first here").help("remove one of the two");
        sink.report(match cx.without_line(entry.span) {
            Some(edit) => said.fix(Fix::safe("remove the second", vec![edit])),
            None => said,
        });
    }
}
