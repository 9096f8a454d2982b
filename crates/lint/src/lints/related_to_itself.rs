use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "related-to-itself",
    group: Group::Metadata,
    level: Level::Warning,
    summary: "a rule is related to itself",
    page: "\
The id was copied from the wrong place: `related` names other rules.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    let meta = &cx.document.meta;
    let Some(id) = &meta.id else {
        return;
    };
    for related in meta
        .related
        .iter()
        .filter(|related| related.id.value == id.value)
    {
        let said = at(related.id.span, "this is the id of the rule itself");
        sink.report(said.also(id.span, "here").help("name the other rule"));
    }
}
