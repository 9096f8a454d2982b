use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "title-length",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a title has more characters than `title-length` allows",
    page: "\
A title is read in a list of alerts. The public rules allow 110 characters; `title-length` under `[lint.options]` sets
another number.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    if let Some(title) = &cx.document.meta.title {
        let length = title.value.chars().count();
        let most = cx.options.title_length;
        if length > most {
            let said = at(title.span, format!("the title has {length} characters"));
            sink.report(said.help(format!("{most} are allowed")));
        }
    }
}
