use crate::cx::RuleCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::ast::{Condition, Detection, Selector};
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
    // a misspelt name in the condition is reported there
    if rule.cx.document.faulty {
        return;
    }
    let detection = &rule.rule.detection;
    let mut used = HashSet::new();
    for condition in &detection.conditions {
        name(&condition.value, detection, &mut used);
    }
    for selection in detection.selections.values() {
        if !used.contains(selection.name.value.as_str()) {
            let message = format!("no condition uses `{}`", selection.name.value);
            sink.report(
                at(selection.name.span, message).help("name it in the condition, or remove it"),
            );
        }
    }
}

fn name<'d>(condition: &'d Condition, detection: &'d Detection, used: &mut HashSet<&'d str>) {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => {
            for part in parts {
                name(&part.value, detection, used);
            }
        }
        Condition::Not(part) => name(&part.value, detection, used),
        Condition::Selection(selection) => {
            used.insert(selection);
        }
        Condition::Of(_, selector) => {
            let names = detection.selections.keys().map(String::as_str);
            used.extend(names.filter(|name| {
                match selector {
                    Selector::Them => !name.starts_with('_'),
                    Selector::Pattern(pattern) => globset::Glob::new(pattern)
                        .is_ok_and(|glob| glob.compile_matcher().is_match(name)),
                }
            }));
        }
    }
}
