use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::suggest;

pub static LINT: Lint = Lint {
    name: "unknown-tag-namespace",
    group: Group::Metadata,
    level: Level::Note,
    summary: "a tag has a namespace that the specification does not know",
    page: "\
The specification knows the namespaces `attack`, `car`, `cve`, `d3fend`, `detection`, `stp` and `tlp` (tags appendix).
One of your own is fine if you mean it: turn this lint off then. Often it is a slip.",
    check: Check::Document(check),
};

const KNOWN: [&str; 7] = ["attack", "car", "cve", "d3fend", "detection", "stp", "tlp"];

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    for tag in &cx.document.meta.tags {
        let Some((namespace, _)) = tag.value.split_once('.') else {
            continue;
        };
        if KNOWN
            .iter()
            .any(|known| known.eq_ignore_ascii_case(namespace))
        {
            continue;
        }
        let said = at(
            cx.content(tag.span).slice(0, namespace.len()),
            format!("`{namespace}` is no namespace of the specification"),
        );
        sink.report(said.help(match suggest::closest(namespace, KNOWN) {
            Some(close) => format!("did you mean `{close}`?"),
            None => format!("there are {}", KNOWN.join(", ")),
        }));
    }
}
