use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "unstable-link",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a reference points at a branch that will change",
    page: "\
A link to a branch of a repository shows tomorrow what is there tomorrow. Link to a commit: on GitHub, `y` turns the
address into one.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    for link in &cx.document.meta.references {
        let rest = link.value.strip_prefix("https://");
        let Some((host, path)) = rest.and_then(|rest| rest.split_once('/')) else {
            continue;
        };
        if !["github.com", "gitlab.com", "raw.githubusercontent.com"].contains(&host) {
            continue;
        }
        let parts: Vec<&str> = path.split('/').collect();
        let fixed = parts.iter().any(|part| {
            part.len() == 40
                && part
                    .bytes()
                    .all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
        });
        // a file by its ending of one to three characters
        let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
        let file =
            (1..=3).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric());
        if file && !fixed {
            let said = at(cx.content(link.span), "this link does not name a commit");
            sink.report(said.help("link to a commit, so that it shows what you saw"));
        }
    }
}
