use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "fields-attribute",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a rule lists `fields`",
    page: "\
Which fields to show an analyst is left to the tools; public rules do without the list.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    if let Some((key, _)) = cx.attribute("fields") {
        sink.report(at(key.span, "public rules have no `fields`").help("remove it"));
    }
}
