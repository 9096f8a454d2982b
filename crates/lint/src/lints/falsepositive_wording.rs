use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "falsepositive-wording",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "an entry of `falsepositives` is not worded as the public rules ask",
    page: "\
An entry begins with a capital and says what else behaves so. `None` and `Pentest` are not accepted: write `Unlikely`
where nothing is expected, `Unknown` where nothing is known.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    for entry in &cx.document.meta.falsepositives {
        let text = entry.value.as_str();
        let span = cx.content(entry.span);
        for word in text.split_whitespace() {
            let lower = word.to_lowercase();
            if ["none", "pentest", "penetration"].contains(&lower.as_str()) {
                let said = at(span, format!("`{word}` is not accepted"));
                sink.report(said.help("write `Unlikely`, `Unknown`, or what else behaves so"));
            }
            if let Some((_, proper)) = TYPOS.iter().find(|(typo, _)| *typo == lower) {
                let said = at(span, format!("`{word}` is misspelled"));
                sink.report(said.help(format!("write `{proper}`")));
            }
        }
        if text.chars().next().is_some_and(char::is_lowercase) {
            sink.report(at(span, "this begins with a small letter").help("write a capital"));
        }
    }
}

const TYPOS: [(&str, &str); 8] = [
    ("unkown", "unknown"),
    ("unknow", "unknown"),
    ("ligitimate", "legitimate"),
    ("legitim", "legitimate"),
    ("legitimeate", "legitimate"),
    ("legtimate", "legitimate"),
    ("adminstrator", "administrator"),
    ("adminstrators", "administrators"),
];
