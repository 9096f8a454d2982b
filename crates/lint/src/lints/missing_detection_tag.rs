use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "missing-detection-tag",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a rule does not have the tag of the collection it is kept in",
    page: "\
The directories `rules-dfir`, `rules-emerging-threats` and `rules-threat-hunting` hold rules of another kind; their tag
`detection.…` says so where the directory is not seen.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    if cx.rule().is_none() {
        return;
    }
    let path = cx.path();
    for kind in ["dfir", "emerging-threats", "threat-hunting"] {
        let kept = path
            .split('/')
            .any(|part| part.strip_prefix("rules-") == Some(kind));
        if kept && !cx.tags("detection").any(|(name, _)| name == kind) {
            let said = at(
                cx.heading("tags"),
                format!("the tag `detection.{kind}` is missing"),
            );
            sink.report(said.help(format!("rules in `rules-{kind}` have it")));
        }
    }
}
