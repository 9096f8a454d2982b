use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "long-attribute",
    group: Group::Metadata,
    level: Level::Warning,
    summary: "an attribute is longer than the specification allows",
    page: "\
The schema of the specification allows 256 characters for `name` and `taxonomy` and 65,535 for `description`. Tools that keep
rules in a database cut what is longer. (`long-title` is about the title.)",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    let meta = &cx.document.meta;
    let limits = [
        ("name", &meta.name, 256),
        ("taxonomy", &meta.taxonomy, 256),
        ("description", &meta.description, 65_535),
    ];
    for (name, text, most) in limits {
        let Some(text) = text else {
            continue;
        };
        let length = text.value.chars().count();
        if length > most {
            let said = at(
                cx.heading(name),
                format!("`{name}` has {length} characters"),
            );
            sink.report(said.help(format!("{most} are allowed")));
        }
    }
}
