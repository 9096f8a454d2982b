use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "title-wording",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a title begins with `Detects` or ends with a full stop",
    page: "\
A title is a headline: it names what happened, not that it was detected.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    let Some(title) = &cx.document.meta.title else {
        return;
    };
    let letters = cx.letters(&title.value, title.span);
    let part = |from: usize, to: usize| letters.map_or(title.span, |span| span.slice(from, to));
    for word in ["Detect", "Detects"] {
        if title
            .value
            .strip_prefix(word)
            .is_some_and(|rest| rest.starts_with(' '))
        {
            let said = at(
                part(0, word.len()),
                format!("a title does without `{word}`"),
            );
            sink.report(said.help("name what happened"));
        }
    }
    if title.value.ends_with('.') {
        let end = title.value.len();
        sink.report(at(part(end - 1, end), "a title has no full stop").help("remove it"));
    }
}
