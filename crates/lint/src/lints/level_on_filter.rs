use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::Fix;
use sigwright_syntax::ast::Body;

pub static LINT: Lint = Lint {
    name: "level-on-filter",
    group: Group::Metadata,
    level: Level::Warning,
    summary: "a filter has a level or a status",
    page: "\
A filter makes no alerts; the level and the status of the rules it filters hold.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    if !matches!(cx.document.body, Body::Filter(_)) {
        return;
    }
    for name in ["level", "status"] {
        let Some((key, node)) = cx.attribute(name) else {
            continue;
        };
        let said = at(key.span, format!("`{name}` has no effect on a filter")).help("remove it");
        sink.report(match cx.without_line(key.span.to(node.span())) {
            Some(edit) => said.fix(Fix::safe(format!("remove `{name}`"), vec![edit])),
            None => said,
        });
    }
}
