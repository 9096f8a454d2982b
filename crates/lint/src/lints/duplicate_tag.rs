use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

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
    for (place, tag) in tags.iter().enumerate() {
        let first = tags
            .iter()
            .take(place)
            .find(|other| other.value == tag.value);
        if let Some(first) = first {
            let said = at(tag.span, format!("`{}` is already in this list", tag.value));
            sink.report(
                said.also(first.span, "first here")
                    .help("remove one of the two"),
            );
        }
    }
}
