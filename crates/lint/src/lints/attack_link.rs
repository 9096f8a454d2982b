use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "attack-link",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a reference points at MITRE ATT&CK",
    page: "\
What a rule covers of ATT&CK is said by tags, which tools read: `attack.t1053.003` instead of a link.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    for link in &cx.document.meta.references {
        let Some(path) = link.value.strip_prefix("https://attack.mitre.org/") else {
            continue;
        };
        let said = at(
            cx.content(link.span),
            "tags say this in a form that tools read",
        );
        let id = path
            .strip_prefix("techniques/")
            .unwrap_or_default()
            .trim_end_matches('/');
        let id = id.replace('/', ".").to_ascii_lowercase();
        sink.report(match sigwright_attack::is_id(&id) {
            true => said.help(format!("tag the rule with `attack.{id}`")),
            false => said.help("use a tag such as `attack.t1053.003`"),
        });
    }
}
