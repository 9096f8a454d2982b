use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "short-description",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a description has fewer than 16 characters",
    page: "\
A description says what the rule finds and why that matters; a word or two cannot.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    if let Some(description) = &cx.document.meta.description {
        let length = description.value.trim().chars().count();
        if (1..16).contains(&length) {
            let said = at(description.span, format!("{length} characters say little"));
            sink.report(said.help("say what the rule finds and why that matters"));
        }
    }
}
