use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_attack::{Attack, Fate, is_id};
use sigwright_syntax::{Edit, Fix, suggest};

pub static LINT: Lint = Lint {
    name: "unknown-attack-tag",
    group: Group::Metadata,
    level: Level::Warning,
    summary: "a tag is neither an id nor a tactic of MITRE ATT&CK",
    page: "\
Behind `attack.` stands an id such as `t1059.001`, `g0016` or `s0002`, or the short name of a tactic such as
`credential-access`. Anything else is missing from every coverage map. An id of the right form that the table does
not know is told of by `unlisted-attack-tag`.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    let attack = cx.options.attack();
    for (name, span) in cx.tags("attack") {
        if attack.get(name).is_some() || is_id(name) || hyphenated(attack, name).is_some() {
            continue;
        }
        let said = at(span, format!("ATT&CK {} has no `{name}`", attack.version));
        sink.report(match meant(attack, name) {
            Some(tag) => said.help(format!("did you mean `{tag}`?")).fix(Fix::safe(
                format!("write `{tag}`"),
                vec![Edit::replace(span, tag)],
            )),
            None => said.help("write an id such as `t1059.001`, or a tactic such as `execution`"),
        });
    }
}

/// The tactic that a name with underscores stands for.
fn hyphenated(attack: &Attack, name: &str) -> Option<String> {
    let name = name.contains('_').then(|| name.replace('_', "-"))?;
    attack.get(&name).is_some().then_some(name)
}

/// The tag that a name or a misspelled tactic stands for.
fn meant(attack: &Attack, name: &str) -> Option<String> {
    let plain = |text: &str| text.to_ascii_lowercase().replace(['-', '_'], " ");
    let wanted = plain(name);
    let current = attack
        .entries()
        .iter()
        .filter(|entry| entry.fate == Fate::Current);
    let tactics = current.clone().filter(|entry| entry.is_tactic());
    let tactics = tactics.flat_map(|entry| entry.tactics.iter().map(String::as_str));
    let tag = match current.clone().find(|entry| plain(&entry.name) == wanted) {
        Some(entry) if entry.is_tactic() => entry.tactics.first()?.clone(),
        Some(entry) => entry.id.to_ascii_lowercase(),
        None => suggest::closest(name, tactics)?.to_owned(),
    };
    Some(format!("attack.{tag}"))
}
