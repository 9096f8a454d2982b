use crate::cx::FileCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "filename-convention",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "the name of a rule file is not in the form of the public rules",
    page: "\
Files of the public rules are named in lower-case letters, digits and `_`, 10 to 90 characters with the ending `.yml`,
and have at least one `_`.",
    check: Check::File(check),
};

fn check(cx: &FileCx<'_>, sink: &mut Sink<'_>) {
    let Some(document) = cx.documents().first() else {
        return;
    };
    let path = cx.path();
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.strip_suffix(".yml");
    let proper = |stem: &str| {
        stem.contains('_')
            && stem
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    let fault = if stem.is_none() {
        "it ends in `.yml`"
    } else if !stem.is_some_and(proper) {
        "it has lower-case letters, digits and at least one `_`"
    } else if !(10..=90).contains(&name.len()) {
        "it has 10 to 90 characters"
    } else {
        return;
    };
    let said = at(
        document.span.slice(0, 1),
        format!("`{name}` is not named as public rules are"),
    );
    sink.report(said.help(fault));
}
