use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "custom-attribute",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a document has an attribute that the specification does not know",
    page: "\
The specification allows attributes of one's own; the public rules have none but `regression_tests_path` and
`simulation`. Those that Sigwright itself reads are told of too: other tools do not read them.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    for (name, (span, _)) in &cx.document.meta.custom {
        if name != "regression_tests_path" && name != "simulation" {
            let said = at(
                *span,
                format!("`{name}` is no attribute of the specification"),
            );
            sink.report(said.help("leave it out of public rules"));
        }
    }
}
