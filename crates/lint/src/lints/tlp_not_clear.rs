use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "tlp-not-clear",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a public rule has a marking that forbids to publish it",
    page: "\
What is public is `tlp.clear`. Another marking says that the rule must not be passed on.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    for (name, span) in cx.tags("tlp") {
        if name != "clear" {
            let said = at(span, format!("`tlp.{name}` is not for the public"));
            sink.report(said.help("write `tlp.clear`, or do not publish the rule"));
        }
    }
}
