use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_attack::{Attack, Entry, Fate};
use sigwright_syntax::{Edit, Fix};
use std::collections::HashSet;

pub static LINT: Lint = Lint {
    name: "renamed-attack-tag",
    group: Group::Metadata,
    level: Level::Warning,
    summary: "MITRE ATT&CK calls something by another name now, or dropped it",
    page: "\
ATT&CK changes: a technique becomes a sub-technique, a tactic is split. Maps and reports made with the present version
do not show the old id. The tactic `defense-evasion` became `stealth` and `defense-impairment` in version 19; which of
the two is meant follows from the techniques that the rule names. Tactics are spelled with hyphens.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    let attack = cx.options.attack();
    // the same for all such tags of a document
    let (mut present, mut split) = (None, None);
    for (name, span) in cx.tags("attack") {
        let spelled = name.replace('_', "-");
        let Some(entry) = attack.get(&spelled) else {
            continue;
        };
        let new = match &entry.fate {
            Fate::Current if spelled == name => continue,
            Fate::Current => vec![spelled.clone()],
            Fate::Withdrawn => {
                let said = at(
                    span,
                    format!("ATT&CK {} has no `{name}` any more", attack.version),
                );
                sink.report(said.help(format!("`{}` was dropped; remove the tag", entry.name)));
                continue;
            }
            Fate::Replaced(by) if by.len() > 1 => split
                .get_or_insert_with(|| narrowed(cx, attack, by))
                .clone(),
            Fate::Replaced(by) => by.iter().map(|new| new.to_ascii_lowercase()).collect(),
        };
        let tags = || cx.document.meta.tags.iter().map(|tag| tag.value.as_str());
        let present = present.get_or_insert_with(|| tags().collect::<HashSet<_>>());
        report(
            cx,
            sink,
            &Renamed {
                attack,
                name,
                span,
                entry,
                new,
                present,
            },
        );
    }
}

struct Renamed<'a> {
    attack: &'a Attack,
    name: &'a str,
    span: sigwright_syntax::Span,
    entry: &'a Entry,
    new: Vec<String>,
    /// All tags of the document.
    present: &'a HashSet<&'a str>,
}

fn report(cx: &DocumentCx<'_>, sink: &mut Sink<'_>, renamed: &Renamed<'_>) {
    let Renamed {
        attack,
        name,
        span,
        entry,
        new,
        present,
    } = renamed;
    let listed: Vec<String> = new.iter().map(|new| format!("`attack.{new}`")).collect();
    let message = match entry.fate {
        Fate::Current => format!("`attack.{name}` is spelled with hyphens"),
        _ => format!(
            "`attack.{name}` is {} in ATT&CK {}",
            listed.join(" or "),
            attack.version
        ),
    };
    let said = at(*span, message);
    let said = match new.as_slice() {
        [one] => {
            let tag = format!("attack.{one}");
            let there = present.contains(tag.as_str());
            let edit = match there {
                true => cx.without_line(*span),
                false => Some(Edit::replace(*span, tag.clone())),
            };
            let said = match there {
                true => said.help(format!("`{tag}` is there already; remove this one")),
                false => said.help(format!("write `{tag}`")),
            };
            match edit {
                Some(edit) => said.fix(Fix::safe(format!("write `{tag}`"), vec![edit])),
                None => said,
            }
        }
        _ => said.help(format!("write {}", listed.join(", or "))),
    };
    sink.report(said);
}

/// Of the tactics that took another's place those that the techniques of the rule belong to;
/// all where that tells nothing.
fn narrowed(cx: &DocumentCx<'_>, attack: &Attack, by: &[String]) -> Vec<String> {
    let techniques = || {
        cx.tags("attack")
            .filter_map(|(name, _)| attack.current(name))
    };
    let meant = by
        .iter()
        .filter(|new| techniques().any(|entry| entry.tactics.contains(new)));
    let meant: Vec<String> = meant.cloned().collect();
    match meant.is_empty() {
        true => by.to_vec(),
        false => meant,
    }
}
