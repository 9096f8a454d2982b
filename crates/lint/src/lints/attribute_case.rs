use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::{Edit, Fix, Span};

pub static LINT: Lint = Lint {
    name: "attribute-case",
    group: Group::Metadata,
    level: Level::Note,
    summary: "`status`, `level` or a relation is not in lower case",
    page: "\
The specification writes these names in lower case. Sigwright takes them in any, other tools may not.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    let meta = &cx.document.meta;
    let mut words: Vec<Span> = meta.status.iter().map(|status| status.span).collect();
    words.extend(meta.level.iter().map(|level| level.span));
    words.extend(meta.related.iter().map(|related| related.kind.span));
    for span in words {
        let span = cx.content(span);
        let text = cx.text(span);
        let lower = text.to_ascii_lowercase();
        if lower != text {
            let said = at(span, format!("`{text}` has capitals"));
            sink.report(said.help(format!("write `{lower}`")).fix(Fix::safe(
                format!("write `{lower}`"),
                vec![Edit::replace(span, lower.clone())],
            )));
        }
    }
}
