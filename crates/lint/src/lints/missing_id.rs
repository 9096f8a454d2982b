use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "missing-id",
    group: Group::Metadata,
    level: Level::Warning,
    summary: "a document has no `id`",
    page: "\
Alerts, filters and correlations refer to a rule by its id; the title may change, the id does not. Give every
document a random UUID (version 4).",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    if cx.document.meta.id.is_none() && cx.attribute("id").is_none() {
        let said = at(cx.heading("id"), "`id` is missing");
        sink.report(said.help("add a random UUID, as `uuidgen` prints it"));
    }
}
