use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "deprecated-without-related",
    group: Group::Metadata,
    level: Level::Note,
    summary: "a retired rule does not say what to use instead",
    page: "\
Whoever runs a rule that is deprecated wants to know what replaces it. `related` says so, with the id of the other rule and
`type: obsolete`, `merged` or `similar`; where nothing replaces it, the description tells why.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    let meta = &cx.document.meta;
    if let Some(status) = meta.status.as_ref().filter(|_| meta.related.is_empty())
        && status.value.eq_ignore_ascii_case("deprecated")
    {
        let said = at(status.span, "nothing says what to use instead");
        sink.report(said.help("name the other rule under `related`"));
    }
}
