use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "several-tags",
    group: Group::Metadata,
    level: Level::Warning,
    summary: "a rule has several tags of a kind that it can have one of",
    page: "\
A rule has one marking of the Traffic Light Protocol (`tlp`), belongs to one collection (`detection`) and has one score
(`stp`). With two of them nobody knows which holds.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    for namespace in ["detection", "stp", "tlp"] {
        let mut tags = cx.tags(namespace);
        let Some((first, place)) = tags.next() else {
            continue;
        };
        for (name, span) in tags.filter(|(name, _)| *name != first) {
            let message =
                format!("a rule has one tag of `{namespace}`, this is a second: `{name}`");
            sink.report(
                at(span, message)
                    .also(place, "first here")
                    .help("keep the one that holds"),
            );
        }
    }
}
