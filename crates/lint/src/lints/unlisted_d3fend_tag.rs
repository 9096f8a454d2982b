use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_attack::{D3FEND, is_d3fend};

pub static LINT: Lint = Lint {
    name: "unlisted-d3fend-tag",
    group: Group::Metadata,
    level: Level::Note,
    summary: "the table of MITRE D3FEND does not know a tag",
    page: "\
Behind `d3fend.` stands a technique such as `d3-am`, an artifact such as `d3f-WindowsNtOpenFile`, or a tactic such as
`detect`. What the table does not know may be newer than it, or a slip.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    for (name, span) in cx.tags("d3fend") {
        if !is_d3fend(name) {
            let said = at(span, format!("D3FEND {D3FEND} has no `{name}`"));
            let formed = name.starts_with("d3-") || name.starts_with("d3f-");
            sink.report(said.help(match formed {
                true => "it may be newer than the table, or a slip",
                false => "write a technique such as `d3-am`, or a tactic such as `detect`",
            }));
        }
    }
}
