use crate::conditions::{each, selected};
use crate::cx::RuleCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::ast::Condition;
use std::collections::HashSet;

pub static LINT: Lint = Lint {
    name: "unused-selection",
    group: Group::Correctness,
    level: Level::Warning,
    summary: "no condition uses a selection",
    page: "\
What a selection searches for counts only where the condition names it. A selection left out is a forgotten
filter or a leftover. Name it in the condition, or remove it; a name that begins with `_` says that it is meant to rest.",
    check: Check::Rule(check),
};

fn check(rule: &RuleCx<'_>, sink: &mut Sink<'_>) {
    let detection = &rule.rule.detection;
    if detection.conditions.is_empty() {
        return;
    }
    // what a misspelled name stands for, nobody knows
    let mut misspelled = false;
    let mut used = HashSet::new();
    each(detection, &mut |condition| match &condition.value {
        Condition::Selection(name) => {
            misspelled |= !detection.selections.contains_key(name);
            used.insert(name.as_str());
        }
        Condition::Of(_, selector) => used.extend(selected(selector, detection)),
        _ => {}
    });
    if misspelled {
        return;
    }
    for selection in detection.selections.values() {
        let name = selection.name.value.as_str();
        if !used.contains(name) && !name.starts_with('_') {
            let said = at(selection.name.span, format!("no condition uses `{name}`"));
            sink.report(said.help("name it in the condition, or remove it"));
        }
    }
}
