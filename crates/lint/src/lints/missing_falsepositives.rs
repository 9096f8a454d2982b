use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "missing-falsepositives",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a document has no `falsepositives`",
    page: "\
What else may match decides how an alert is treated. Where nothing is known the public rules write `Unknown`, where
nothing is expected `Unlikely`.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    if cx.rule().is_some() && cx.lacks("falsepositives") {
        let said = at(cx.heading("falsepositives"), "`falsepositives` is missing");
        sink.report(said.help("list what else may match, or write `Unknown`"));
    }
}
