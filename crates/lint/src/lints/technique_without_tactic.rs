use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use std::collections::HashSet;

pub static LINT: Lint = Lint {
    name: "technique-without-tactic",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a rule names a technique of ATT&CK without a tactic it belongs to",
    page: "\
Maps by tactic leave the rule out. Public rules name every tactic of every technique they name.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    let attack = cx.options.attack();
    let tagged: HashSet<String> = cx
        .tags("attack")
        .map(|(name, _)| name.replace('_', "-"))
        .collect();
    let mut told: Vec<&str> = Vec::new();
    for (name, span) in cx.tags("attack") {
        let Some(technique) = attack.technique(name) else {
            continue;
        };
        for tactic in &technique.tactics {
            if tagged.contains(tactic) || told.contains(&tactic.as_str()) {
                continue;
            }
            told.push(tactic);
            let message = format!("the tactic of `attack.{name}` is missing: `attack.{tactic}`");
            sink.report(at(span, message).help(format!("add `attack.{tactic}`")));
        }
    }
}
