use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "misplaced-status",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a retired rule is not in a directory of retired rules",
    page: "\
Public rules with `status: deprecated` or `unsupported` are kept in directories of that name, apart from those that are
to be run.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    let Some(status) = &cx.document.meta.status else {
        return;
    };
    let path = cx.path();
    for retired in ["deprecated", "unsupported"] {
        let kept = path
            .split('/')
            .any(|part| part == retired || part == format!("rules-{retired}"));
        if status.value.eq_ignore_ascii_case(retired) && !kept {
            let said = at(
                status.span,
                format!("a rule that is {retired} is kept apart"),
            );
            sink.report(said.help(format!("move it to `{retired}/`")));
        }
    }
}
