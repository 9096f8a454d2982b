use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "link-in-description",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a description holds a link while there are no references",
    page: "\
Links belong into `references`, where tools find them.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    let meta = &cx.document.meta;
    let Some(description) = meta
        .description
        .as_ref()
        .filter(|_| meta.references.is_empty())
    else {
        return;
    };
    let lower = description.value.to_ascii_lowercase();
    let found = ["http://", "https://", "internal research"];
    if let Some(word) = found.into_iter().find(|word| lower.contains(word)) {
        let said = at(
            description.span,
            format!("`{word}` belongs into `references`"),
        );
        sink.report(said.help("list it under `references`"));
    }
}
